"""How does a digest look as classic text? HTML of the few tags Telegram knows.

Every function returns text that is valid alone and within the limits of one message.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.render import digest_heading
from bot.render.display_options import Look
from bot.render.entry_content import LINE_UNITS, Row, Spoken, Telling, row, spoken
from bot.render.highlight import Span, marked
from bot.render.size_limits import (
    CLASSIC_BYTES,
    CLASSIC_UNITS,
    is_small,
    runs,
    share,
    shorten,
    units,
)
from bot.texts import say
from bot.texts.telegram_autolinks import inert, inert_pieces
from storage.records import Digest

MAX_ROWS = 24  # two entities a row: far from Telegram's 100
TITLE_UNITS, GIST_UNITS = 300, 500
_GIST_STEPS = (GIST_UNITS, 200, 100, 0)
_MARGIN = 40  # line ends between the pieces


def escape(text: str) -> str:
    """``text`` as HTML; Telegram knows exactly these entities."""
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def quoted(text: str) -> str:
    """Somebody's words as HTML, of which a client makes nothing live."""
    return escape(inert(text))


def sentence_html(text: str) -> str:
    """A sentence of ours as HTML: only its commands are live, whatever it quotes."""
    return escape(inert(text, keeps_commands=True))


def code(text: str) -> str:
    """Text that one tap copies; empty where a message cannot hold it whole."""
    html = f"<pre>{escape(text)}</pre>"
    return html if weight(html) <= CLASSIC_UNITS else ""


def _tag(name: str, text: str) -> str:
    return f"<{name}>{quoted(text)}</{name.split()[0]}>" if text.strip() else ""


def _link(text: str, url: str) -> str:
    return f'<a href="{escape(url)}">{quoted(text)}</a>' if url else quoted(text)


def pages(digest: Digest, look: Look, first: int, last: int) -> list[tuple[int, int]]:
    """The rows ``first`` to ``last`` cut into messages, between entries."""
    room = CLASSIC_UNITS - _MARGIN
    sizes = [weight(_row(digest, at, look)) + 2 for at in range(first, last + 1)]
    if is_small(sizes, room, MAX_ROWS):
        return [(first, last)]
    room -= weight(_frame(digest, look, first, last, repeat=True))
    return [(first + a - 1, first + b - 1) for a, b in runs(sizes, room, MAX_ROWS)]


def weight(html: str) -> int:
    """Units of the text as shown, or its share of the bytes with markup where that is more."""
    shown = units(_shown(html))
    return max(shown, len(html.encode()) * CLASSIC_UNITS // (CLASSIC_BYTES - 1024) + 1)


def _shown(html: str) -> str:
    """The text without its tags; entities count as the one character they mean."""
    pieces = html.split("<")
    text = pieces[0] + "".join(piece.partition(">")[2] for piece in pieces[1:])
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


def table(digest: Digest, look: Look, first: int, last: int, *, repeat: bool = False) -> str:
    """The summary list: heading, counts, and a title with its sentence for each row.

    A late gloss may be longer than the one that was measured: then all sentences give way.
    """
    head, notes = _frame_parts(digest, look, first, last, repeat=repeat)
    text = ""
    for most in _GIST_STEPS:
        rows = [_row(digest, at, look, most) for at in range(max(first, 1), last + 1)]
        text = "\n\n".join(["\n".join(head), *rows, *notes])
        if weight(text) <= CLASSIC_UNITS:
            break
    return text


def _frame(digest: Digest, look: Look, first: int, last: int, *, repeat: bool) -> str:
    head, notes = _frame_parts(digest, look, first, last, repeat=repeat)
    return "\n\n".join(["\n".join(head), *notes])


def _frame_parts(
    digest: Digest, look: Look, first: int, last: int, *, repeat: bool
) -> tuple[list[str], list[str]]:
    head = [_tag("i", say(look.language, "digest-repeat"))] if repeat else []
    head.append(_tag("b", digest_heading.heading(digest, look)))
    head.append(escape(digest_heading.counts(digest, first, last, look)))
    note = digest_heading.untranslated(digest, first, last, look)
    return head, [_tag("i", note)] if note else []


def _row(digest: Digest, at: int, look: Look, most: int = GIST_UNITS) -> str:
    shown = row(digest_heading.numbered(digest)[at - 1], at, look.languages[0])
    lines = [_title(shown), quoted(shorten(shown.gist, most))]
    return "\n".join(line for line in lines if line)


def _title(shown: Row | Spoken) -> str:
    title = _link(shorten(shown.title, TITLE_UNITS), shown.link)
    return f"<b>[{shown.position}]</b> {title}" if shown.position else f"<b>{title}</b>"


def entry(digest: Digest, at: int, look: Look, *, repeat: bool = False) -> str:
    """One entry alone: title, authors, what is said in each language, why it is here, links."""
    number = 0 if digest_heading.is_alone(digest) else at
    said = spoken(digest_heading.numbered(digest)[at - 1], number, look)
    top = [_tag("i", say(look.language, "digest-repeat"))] if repeat else []
    top += [_title(said), *_facts(said)]
    bottom = _ending(said)
    shortened = _tag("i", say(look.language, "entry-shortened"))
    frame = [*top, *bottom, shortened]
    given, is_whole = _room(said, look, frame)
    if not is_whole:
        bottom = [shortened, *bottom]
        said = said.with_gists_apart()
        given, _ = _room(said, look, frame)
    middle = _tellings(said, look, given)
    return "\n\n".join(["\n".join(top), *middle, "\n".join(bottom)])


def _room(said: Spoken, look: Look, frame: list[str]) -> tuple[list[int], bool]:
    """Room for each abstract with the frame around it, and whether that is enough for all."""
    fixed = "\n".join([*frame, *_tellings(said, look, [])])
    weights = [
        weight(_marked(telling.abstract, said.words, telling.sentence)) for telling in said.tellings
    ]
    given = share(weights, CLASSIC_UNITS - weight(fixed) - _MARGIN)
    return given, given == weights


def _facts(said: Spoken) -> list[str]:
    lines = (said.byline, shorten(" · ".join(said.marks), LINE_UNITS))
    return [quoted(line) for line in lines if line]


def _tellings(said: Spoken, look: Look, given: list[int]) -> list[str]:
    """Each language's paragraphs; without ``given`` room, all but the abstracts."""
    paragraphs: list[str] = []
    for number, telling in enumerate(said.tellings):
        lines = []
        if not telling.is_translated:
            lines.append(_tag("i", say(look.language, "entry-untranslated")))
        lines += [_tag("b", shorten(telling.title, TITLE_UNITS)) if telling.title else ""]
        if not telling.sentence:
            lines += [_marked(shorten(telling.gist, GIST_UNITS), said.words)]
        paragraphs.append("\n".join(line for line in lines if line))
        if given:
            paragraphs.append(_abstract(telling, given[number], said.words))
    return [paragraph for paragraph in paragraphs if paragraph]


def _abstract(telling: Telling, most: int, words: Sequence[str]) -> str:
    """The abstract as a quotation; folded, unless the eye should find its sentence."""
    if telling.sentence:
        text = _marked(telling.abstract, words, telling.sentence)
        return f"<blockquote>{text}</blockquote>"
    text = _cut(telling.abstract, most, words)
    return f"<blockquote expandable>{text}</blockquote>" if text else ""


def _cut(text: str, most: int, words: Sequence[str]) -> str:
    """The longest beginning of ``text`` that weighs no more than ``most``, as HTML."""
    cut = shorten(text, most)
    html = _marked(cut, words)
    while cut and weight(html) > most:
        cut = shorten(text, units(cut) * most // weight(html) - 1)
        html = _marked(cut, words)
    return html


def _marked(text: str, words: Sequence[str], sentence: Span | None = None) -> str:
    """``text`` as HTML with these words, and the sentence that stands there, in bold."""
    pieces = marked(text, words, sentence)
    dead = inert_pieces([part for part, _ in pieces])
    return "".join(
        f"<b>{escape(part)}</b>" if is_marked and part.strip() else escape(part)
        for part, (_, is_marked) in zip(dead, pieces, strict=True)
    )


def _ending(said: Spoken) -> list[str]:
    before, found, after = said.why.partition(said.found) if said.found else ("", "", "")
    why = quoted(before) + _tag("b", found) + quoted(after)
    links = " · ".join(_link(label, url) for label, url in said.pages)
    return [line for line in (why, quoted(said.topics), links) if line]
