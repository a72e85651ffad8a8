"""How does a digest look as a rich message? A heading, a table, and entries as details."""

from __future__ import annotations

from bot.render import digest_heading
from bot.render.display_options import Look
from bot.render.entry_content import LINE_UNITS, Row, Spoken, row, spoken
from bot.render.highlight import Span, marked
from bot.render.size_limits import (
    RICH_SOFT_UNITS,
    fits,
    is_small,
    rich_units,
    runs,
    share,
    shorten,
    units,
)
from bot.render.telegram.rich_blocks import (
    JSON,
    Block,
    Text,
    anchor,
    bold,
    cell,
    details,
    footer,
    heading,
    italic,
    paragraph,
    table,
    to_anchor,
    url,
)
from bot.texts import say
from storage.records import Digest

MAX_ROWS = 24
TITLE_UNITS, GIST_UNITS = 300, 500
_MARGIN = 60  # the range told in the counts may be longer than measured


def pages(digest: Digest, look: Look, first: int, last: int) -> list[tuple[int, int]]:
    """The rows ``first`` to ``last`` cut into messages, between entries."""
    room = RICH_SOFT_UNITS - _MARGIN
    sizes = [
        rich_units([table([_row(digest, at, look, inside=False)])]) for at in range(first, last + 1)
    ]
    if is_small(sizes, room, MAX_ROWS):
        return [(first, last)]
    room -= rich_units(_frame(digest, look, first, last, []))
    return [(first + a - 1, first + b - 1) for a, b in runs(sizes, room, MAX_ROWS)]


def message(
    digest: Digest, look: Look, first: int, last: int, *, repeat: bool = False
) -> tuple[Block, ...]:
    """The table of the entries, with their details where all of them fit the message."""
    whole = _with_rows(digest, look, first, last, inside=True)
    if first and fits(whole, RICH_SOFT_UNITS - _MARGIN):
        blocks = whole
    else:
        blocks = _with_rows(digest, look, first, last, inside=False)
    if repeat:
        blocks.insert(1, paragraph(italic(say(look.language, "digest-repeat"))))
    return tuple(blocks)


def _with_rows(digest: Digest, look: Look, first: int, last: int, *, inside: bool) -> list[Block]:
    places = range(first, last + 1) if first else range(0)
    body: list[Block] = []
    if places:
        rows = [_row(digest, at, look, inside=inside) for at in places]
        body.append(table([_header(look.language), *rows]))
    if inside:
        body += [_details(digest, at, look) for at in places]
    return _frame(digest, look, first, last, body)


def _frame(digest: Digest, look: Look, first: int, last: int, body: list[Block]) -> list[Block]:
    note = digest_heading.untranslated(digest, first, last, look)
    return [
        heading(digest_heading.heading(digest, look), 3),
        paragraph(digest_heading.counts(digest, first, last, look)),
        *body,
        *([paragraph(italic(note))] if note else []),
        footer(digest_heading.footer(digest, look)),
    ]


def _header(language: str) -> list[Block]:
    columns = ("ref", "title", "summary")
    return [cell(say(language, f"digest-column-{name}"), is_header=True) for name in columns]


def _row(digest: Digest, at: int, look: Look, *, inside: bool) -> list[Block]:
    shown = row(digest_heading.numbered(digest)[at - 1], at, look.languages[0])
    number = f"[{at}]"
    ref: Text = number
    if inside:
        ref = to_anchor(number, _name(at))
    elif look.link:
        ref = url(number, look.link(at))
    return [cell(ref), cell(_title(shown)), cell(shorten(shown.gist, GIST_UNITS) or "–")]


def _title(shown: Row | Spoken) -> Text:
    return url(shorten(shown.title, TITLE_UNITS), shown.link)


def _name(at: int) -> str:
    return f"p{at}"


def _details(digest: Digest, at: int, look: Look) -> Block:
    said = spoken(digest_heading.numbered(digest)[at - 1], at, look)
    lengths = [units(telling.abstract) for telling in said.tellings]
    summary: list[JSON] = [bold(f"[{at}] "), shorten(said.title, TITLE_UNITS)]
    back = paragraph(to_anchor(say(look.language, "digest-to-table"), ""))
    return details(summary, [anchor(_name(at)), *_body(said, look, lengths), back])


def entry(digest: Digest, at: int, look: Look, *, repeat: bool = False) -> tuple[Block, ...]:
    """One entry alone, its abstracts shortened where they would fold the message."""
    number = 0 if digest_heading.is_alone(digest) else at
    said = spoken(digest_heading.numbered(digest)[at - 1], number, look)
    title = _title(said)
    top: list[Block] = [heading([f"[{at}] ", title] if number else title, 4)]
    if repeat:
        top.append(paragraph(italic(say(look.language, "digest-repeat"))))
    shortened = paragraph(italic(say(look.language, "entry-shortened")))
    given, is_whole = _room(said, look, [*top, shortened])
    if is_whole:
        return (*top, *_body(said, look, given))
    said = said.with_gists_apart()
    given, _ = _room(said, look, [*top, shortened])
    return (*top, *_body(said, look, given), shortened)


def _room(said: Spoken, look: Look, frame: list[Block]) -> tuple[list[int], bool]:
    """Room for each abstract with the frame around it, and whether that is enough for all."""
    fixed = rich_units([*frame, *_body(said, look, [])])
    lengths = [units(telling.abstract) for telling in said.tellings]
    given = share(lengths, RICH_SOFT_UNITS - _MARGIN - fixed)
    return given, given == lengths


def _body(said: Spoken, look: Look, given: list[int]) -> list[Block]:
    """An entry below its title; without ``given`` room, all but the abstracts."""
    lines: list[Text] = [
        said.byline,
        shorten(" · ".join(said.marks), LINE_UNITS),
    ]
    for number, telling in enumerate(said.tellings):
        if not telling.is_translated:
            lines.append(italic(say(look.language, "entry-untranslated")))
        lines.append(bold(shorten(telling.title, TITLE_UNITS)) if telling.title else "")
        if not telling.sentence:
            lines.append(_marked(shorten(telling.gist, GIST_UNITS), said))
        if given:
            abstract = shorten(telling.abstract, given[number])
            lines.append(_marked(abstract, said, telling.sentence))
    lines += [_why(said), said.topics, _links(said)]
    return [paragraph(line) for line in lines if line]


def _marked(text: str, said: Spoken, sentence: Span | None = None) -> Text:
    """A text with the words that the topic found, and the table's sentence, in bold."""
    parts = marked(text, said.words, sentence)
    if not any(is_marked for _, is_marked in parts):
        return text
    return [bold(part) if is_marked else part for part, is_marked in parts]


def _why(said: Spoken) -> Text:
    before, found, after = said.why.partition(said.found) if said.found else ("", "", "")
    return [part for part in (before, bold(found), after) if part] if found else ""


def _links(said: Spoken) -> list[JSON]:
    """The pages to read on, in one line."""
    line: list[JSON] = []
    for label, address in said.pages:
        line += [" · "] if line else []
        line.append(url(label, address))
    return line
