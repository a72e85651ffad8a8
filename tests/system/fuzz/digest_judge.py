"""Does a message of a digest show what the digest holds, whole entries and nothing else?

What is expected is built from the entries without any markup, so that text which became markup,
or an entry that was cut, is missed here.
"""

from __future__ import annotations

from bot.render import digest_heading
from bot.render.display_options import Look
from bot.render.entry_content import LINE_UNITS, Spoken, row, spoken
from bot.render.size_limits import MARK, shorten
from bot.render.telegram.split_into_messages import Message, Part
from bot.texts import say
from storage.records import Digest, Form
from tests.system.fuzz import judges

TITLE, GIST = 300, 500
_STEPS = (GIST, 200, 100, 0)


def judge(digest: Digest, part: Part, look: Look, made: Message, *, repeat: bool) -> None:
    """Refuses a message that shows anything but its part of the digest."""
    judges.keyboard(made.buttons)
    if look.form is Form.RICH:
        _rich(digest, part, look, made)
        return
    shown = judges.classic(made.html)
    judges.nothing_is_live(made.html)
    if part.is_entry:
        _entry(digest, part.first, look, shown)
    else:
        _table(digest, part, look, shown, repeat=repeat)


def tiles(parts: tuple[Part, ...], first: int, last: int) -> None:
    """The tables hold each entry once and in order, the messages of entries likewise."""
    for wanted in ([p for p in parts if not p.is_entry], [p for p in parts if p.is_entry]):
        held = [at for p in wanted if p.first for at in range(p.first, p.last + 1)]
        assert held == list(range(first, last + 1)) or (not wanted or not held)
    assert parts


def _places(part: Part) -> range:
    return range(part.first, part.last + 1) if part.first else range(0)


def _table(digest: Digest, part: Part, look: Look, shown: judges.Shown, *, repeat: bool) -> None:
    entries = digest_heading.numbered(digest)
    rows = [row(entries[at - 1], at, look.languages[0]) for at in _places(part)]
    head = [say(look.language, "digest-repeat")] if repeat else []
    head += [
        digest_heading.heading(digest, look),
        digest_heading.counts(digest, part.first, part.last, look),
    ]
    note = digest_heading.untranslated(digest, part.first, part.last, look)
    notes = [note] if note else []
    titles = [shorten(one.title, TITLE) for one in rows]
    whole = []
    for most in _STEPS:
        lines = [
            "\n".join(filter(None, (f"[{one.position}] {title}", shorten(one.gist, most))))
            for one, title in zip(rows, titles, strict=True)
        ]
        whole.append("\n\n".join(["\n".join(head), *lines, *notes]))
    assert shown.text in whole
    wanted = [(title, one.link) for one, title in zip(rows, titles, strict=True) if one.link]
    assert shown.links == [(title, judges.kept(link)) for title, link in wanted]
    numbers = [f"[{one.position}]" for one in rows]
    assert shown.of("bold") == [digest_heading.heading(digest, look), *numbers]
    assert {one.kind for one in shown.pieces} <= {"bold", "italic", "text_link"}


def _said(digest: Digest, at: int, look: Look) -> Spoken:
    number = 0 if digest_heading.is_alone(digest) else at
    return spoken(digest_heading.numbered(digest)[at - 1], number, look)


def _entry(digest: Digest, at: int, look: Look, shown: judges.Shown) -> None:
    said = _said(digest, at, look)
    title = shorten(said.title, TITLE)
    top = [(title, judges.kept(said.link))] if said.link else []
    assert shown.links == [*top, *((label, url) for label, url in said.pages)]
    words = {word.casefold() for word in said.words}
    own = {f"[{at}]", title, said.found, *(shorten(t.title, TITLE) for t in said.tellings)}
    own |= {t.abstract[slice(*t.sentence)] for t in said.tellings if t.sentence}
    bold = shown.of("bold")
    assert all(one in own or one.casefold() in words for one in bold)
    assert f"[{at}] {title}" in shown.text or (not said.position and title in shown.text)
    quotes = shown.of("expandable_blockquote") + shown.of("blockquote")
    assert len(quotes) <= len(said.tellings)
    for quote in quotes:
        _is_beginning(quote, [telling.abstract for telling in said.tellings])
    for line in (said.byline, shorten(" · ".join(said.marks), LINE_UNITS), said.why, said.topics):
        assert line in shown.text
    for telling in said.tellings:
        assert telling.sentence or shorten(telling.gist, GIST) in shown.text


def _is_beginning(quote: str, abstracts: list[str]) -> None:
    kept = quote.removesuffix(MARK) if quote not in abstracts else quote
    assert any(abstract.startswith(kept) for abstract in abstracts)


def _rich(digest: Digest, part: Part, look: Look, made: Message) -> None:
    links = judges.rich(made)
    if part.is_entry:
        said = _said(digest, part.first, look)
        top = [(shorten(said.title, TITLE), said.link)] if said.link else []
        assert links == [*top, *said.pages]
        return
    entries = digest_heading.numbered(digest)
    rows = [row(entries[at - 1], at, look.languages[0]) for at in _places(part)]
    tables = [block for block in made.blocks if block["type"] == "table"]
    cells = [line for block in tables for line in judges.lines(block)][1:]
    assert cells == [
        [f"[{one.position}]", shorten(one.title, TITLE), shorten(one.gist, GIST) or "–"]
        for one in rows
    ]
    inside = [block for block in made.blocks if block["type"] == "details"]
    assert len(inside) in (0, len(rows))
    wanted = {(shorten(one.title, TITLE), one.link) for one in rows if one.link}
    wanted |= {pair for at in _places(part) for pair in _said(digest, at, look).pages}
    if look.link:
        wanted |= {(f"[{at}]", look.link(at)) for at in _places(part)}
    assert set(links) <= wanted
