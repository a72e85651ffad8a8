"""Our own dialect: the reference's shape, whole abstracts, escaped, told by a first comment.

The comment names topic, time and languages. The slots that are Chinese in the reference hold the
first language of those that is not English; a third has no place, and the comment says so. Slot 3
goes on after the link with what the reference leaves out: id, version, kind, categories, authors.
A translation that is missing is said in words behind a mark that the parser knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from urllib.parse import quote, unquote

from bot.render.fit import shorten
from bot.render.markdown_shape import DocumentError, Headings, Slots, read, slots, write
from bot.render.spoken import GIST_UNITS, address, plain
from bot.texts import say
from storage.model import Digest, Entry, Gloss, Kind, Paper

DIALECT = "1"
ENGLISH = "en"
_HEADINGS: Mapping[bool, Mapping[bool, Headings]] = {  # by zh, by en
    True: {
        True: Headings("# 摘要 · Summary", "# 详细 · Details"),
        False: Headings("# 摘要", "# 详细"),
    },
    False: {True: Headings("# Summary", "# Details")},
}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_COMMENT = re.compile(r"<!-- papergram: (.*) -->")
_UNTRANSLATED = "<!-- untranslated --> "
_LINK_LINE = 4
_SEALED_IN_COMMENT = r"[%;=<>]"
_SEALED_IN_FACTS = r"[%;,·<]"
_SEALED_IN_LINK = r"[^!-~]|[\[\]()<>|\\]"


def render(digest: Digest, languages: tuple[str, ...]) -> str:
    """The document of a digest; English is always in it, one other where it is asked for."""
    entries = [_slots(entry, languages) for entry in digest.entries]
    rows = [_row(n, entry, languages) for n, entry in enumerate(digest.entries, start=1)]
    text = write(_headings(languages), entries, lambda number, _: rows[number - 1])
    return f"{_comment(digest, languages)}\n{text}"


def _headings(languages: tuple[str, ...]) -> Headings:
    is_chinese = _other(languages) == "zh"
    return _HEADINGS[is_chinese][not is_chinese or ENGLISH in languages]


def _other(languages: Sequence[str]) -> str:
    """The language beside English, in the slots that are Chinese in the reference; or none."""
    return next((language for language in languages if language != ENGLISH), "")


def _comment(digest: Digest, languages: tuple[str, ...]) -> str:
    first, last = digest.first_day, digest.last_day
    told = [language for language in languages if language in (ENGLISH, _other(languages))]
    facts = {
        "dialect": DIALECT,
        "topic": _folded(digest.topic),
        "query": _folded(digest.query),
        "issued": digest.issued.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "languages": ",".join(told),
        "without": ",".join(language for language in languages if language not in told),
        "days": f"{first}/{last}" if first and last else "",
        "announced": str(digest.seen or ""),
        "left": str(digest.matched - len(digest.entries) or ""),
    }
    said = "; ".join(
        f"{name}={_sealed(value, _SEALED_IN_COMMENT)}" for name, value in facts.items() if value
    )
    return f"<!-- papergram: {said} -->"


def _folded(text: str) -> str:
    """One line: white space of every kind is one space."""
    return " ".join(plain(text).split())


def _sealed(text: str, characters: str) -> str:
    """``text`` with these characters percent-encoded; ``unquote`` is the inverse."""
    return re.sub(characters, lambda match: quote(match[0], safe=""), text)


def _escaped(text: str, characters: str) -> str:
    """``text`` with a backslash before each of these characters, and before its backslashes."""
    return re.sub(rf"(\\*)([{characters}])", lambda match: match[1] * 2 + "\\" + match[2], text)


def _unescaped(text: str, characters: str) -> str:
    return re.sub(
        rf"(\\+)([{characters}])", lambda match: match[1][: len(match[1]) // 2] + match[2], text
    )


def _slots(entry: Entry, languages: tuple[str, ...]) -> Slots:
    other, english = _other(languages), _gloss(entry, ENGLISH)
    title, abstract = _said(_title(entry.paper)), _said(entry.paper.abstract)
    gist = _translated(english.gist if english else "", ENGLISH)
    if not other:
        return slots((title, "", _link_line(entry), "", gist, "", abstract))
    gloss = _gloss(entry, other)
    texts = (gloss.title, gloss.gist, gloss.abstract) if gloss else ("", "", "")
    heading, told, translated = (_translated(text, other) for text in texts)
    return slots((heading, title, _link_line(entry), told, gist, translated, abstract))


def _gloss(entry: Entry, language: str) -> Gloss | None:
    return next((gloss for gloss in entry.glosses if gloss.language == language), None)


def _said(text: str) -> str:
    return _escaped(_folded(text), "<")


def _translated(text: str, language: str) -> str:
    return _said(text) or _UNTRANSLATED + say(language, "entry-slot-untranslated")


def _title(paper: Paper) -> str:
    """A title, or in its place the paper's id, which no other paper has for a title."""
    return paper.title if _folded(paper.title) else paper.id


def _link_line(entry: Entry) -> str:
    paper = entry.paper
    link = _link(paper)
    categories = [_sealed(_folded(code), _SEALED_IN_FACTS) for code in paper.categories]
    authors = [_sealed(_folded(name), _SEALED_IN_FACTS) for name in paper.authors]
    authors = [name for name in authors if name]
    facts = (
        f"[{link}]({link})",
        _sealed(paper.id, _SEALED_IN_FACTS),
        f"v{paper.version}",
        entry.kind,
        ", ".join(categories),
        "; ".join(authors),
    )
    return " · ".join(facts)


def _link(paper: Paper) -> str:
    return _sealed(paper.link or address(paper), _SEALED_IN_LINK)


def _row(number: int, entry: Entry, languages: tuple[str, ...]) -> str:
    paper = entry.paper
    title = _escaped(_folded(_title(paper)), r"\[\]|<")
    gists = (
        _folded(gloss.gist)
        for gloss in (_gloss(entry, languages[0]), _gloss(entry, ENGLISH))
        if gloss
    )
    gist = next(filter(None, gists), "") or shorten(_folded(paper.abstract), GIST_UNITS)
    return f"| [^{number}] | [{title}]({_link(paper)}) | {_escaped(gist, '|<')} |"


def is_own(first_line: str) -> bool:
    """Whether a document that begins so is in our dialect."""
    return first_line.startswith("<!-- papergram:")


def parse(lines: Sequence[str]) -> Digest:
    """The digest of a document in our dialect; its papers are partial, its numbers ours no more."""
    facts = _facts(lines[0])
    languages = tuple(facts["languages"].split(","))
    rows = [line for line in lines if line.startswith("| [^")]
    found = read(lines[1:], _headings(languages), lambda n, _: rows[n - 1], skipped=1)
    issued = datetime.fromisoformat(facts["issued"])
    first, _, last = facts.get("days", "").partition("/")
    return Digest(
        topic=facts.get("topic", ""),
        query=facts.get("query", ""),
        issued=issued,
        entries=tuple(_entry(slot, _other(languages), issued) for slot in found),
        first_day=date.fromisoformat(first) if first else None,
        last_day=date.fromisoformat(last) if last else None,
        seen=int(facts.get("announced", "0")),
    )


def _facts(line: str) -> dict[str, str]:
    comment = _COMMENT.fullmatch(line)
    pairs = [fact.partition("=") for fact in comment[1].split("; ")] if comment else []
    facts = {name: unquote(value) for name, _, value in pairs}
    if not _are_readable(facts):
        raise DocumentError(1, "digest-document-comment", given=shorten(line, 100))
    return facts


def _are_readable(facts: Mapping[str, str]) -> bool:
    try:
        issued = datetime.fromisoformat(facts["issued"])
        days = facts.get("days", "").split("/")
        for day in filter(None, days):
            date.fromisoformat(day)
        int(facts.get("announced", "0"))
    except (KeyError, ValueError):
        return False
    languages = facts.get("languages", "").split(",")
    return (
        issued.tzinfo is not None
        and len(days) <= 2
        and facts.get("dialect") == DIALECT
        and all(map(_LANGUAGE.fullmatch, languages))
        and len({*languages} - {ENGLISH}) <= 1
    )


def _entry(found: Slots, other: str, issued: datetime) -> Entry:
    paper, kind = _paper(found, _heard(found.title if other else found.heading))
    texts = {ENGLISH: (paper.title, _heard(found.gist_en), paper.abstract)}
    if other:
        texts[other] = (_heard(found.heading), _heard(found.gist), _heard(found.abstract))
    glosses = tuple(
        Gloss(0, paper.version, language, *said, "import", issued)
        for language, said in texts.items()
        if (said[1] if language == ENGLISH else any(said))
    )
    return Entry(paper, kind, glosses)


def _heard(slot: str) -> str:
    return "" if slot.startswith(_UNTRANSLATED) else _unescaped(slot, "<")


def _paper(found: Slots, title: str) -> tuple[Paper, Kind]:
    facts = found.link.split(" · ")
    try:
        link, paper, version, kind, categories, authors = facts
        return Paper(
            id=unquote(paper),
            version=int(version.removeprefix("v")),
            title="" if title == _folded(unquote(paper)) else title,
            abstract=_heard(found.abstract_en),
            authors=tuple(unquote(name) for name in authors.split("; ") if name),
            categories=tuple(unquote(code) for code in categories.split(", ") if code),
            link=link[1 : (len(link) - 4) // 2 + 1],
            partial=True,
        ), Kind(kind)
    except ValueError as error:
        raise DocumentError(found.line + _LINK_LINE, "digest-document-link") from error
