"""Our own dialect: the reference's shape, whole abstracts, escaped, told by a first comment.

The comment names topic, time and languages. The slots that are Chinese in the reference hold the
first language of those that is not English; a third has no place, and the comment says so. Slot 3
goes on after the link with what the reference leaves out: id, version, kind, categories, authors.
A translation that is missing is said in words behind a mark that the parser knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import NamedTuple
from urllib.parse import unquote

from bot.render.documents.markdown_layout import DocumentError, Headings, Slots, read, slots, write
from bot.render.entry_content import GIST_UNITS, address, plain
from bot.render.size_limits import shorten
from bot.texts import say
from storage.records import Digest, Entry, Gloss, Kind, Paper

DIALECT = "2"
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
_MOST = 1_000_000  # papers in the days of a digest
_LATEST = 999  # version of any paper
_NUMBER = r"(\d{4}\.\d{4,5}|[a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7})"
_ARXIV = re.compile(f"arxiv:{_NUMBER}")
_PAGE = re.compile(rf"https?://(?:[a-z]+\.)?arxiv\.org/abs/{_NUMBER}(?:v\d{{1,3}})?")
_DOI = re.compile(r"doi:10\.\d{4,9}/[!-~]{1,200}")
_SEALED_IN_COMMENT = r"[%;=<>]"
_SEALED_IN_FACTS = r"[%;,·<\[\]]|:(?=//)|(?<=www)\."
_SEALED_IN_LINK = r"[^!-~]|[\[\]()<>|\\]"


class _Escapes(NamedTuple):
    """Where a backslash is put: the backslashes in front of a sign that would be markup."""

    in_slot: re.Pattern[str]
    in_title: re.Pattern[str]
    in_row: re.Pattern[str]


def _places(signs: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\\)\\*(?=(?:{signs}))")


def _places_and_sites(signs: str) -> re.Pattern[str]:
    """Readers make links of bare addresses too: "http://" and "www." are broken as well."""
    return re.compile(rf"{_places(f'{signs}|://').pattern}|(?<=www)\\*(?=\.)")


_IN_CELL = _places_and_sites(r"[\[\]|<]")
_ESCAPES: Mapping[str, _Escapes] = {  # by dialect
    "1": _Escapes(_places("<"), _places(r"[\[\]|<]"), _places("[|<]")),
    "2": _Escapes(_places_and_sites(r"[\[\]<]"), _IN_CELL, _IN_CELL),
}


def render(digest: Digest, languages: tuple[str, ...]) -> str:
    """The document of a digest; English is always in it, one other where it is asked for."""
    escapes = _ESCAPES[DIALECT]
    entries = [_slots(entry, languages, escapes.in_slot) for entry in digest.entries]
    rows = [_row(n, entry, languages, escapes) for n, entry in enumerate(digest.entries, start=1)]
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
    return re.sub(characters, lambda found: f"%{found[0].encode().hex('%').upper()}", text)


def _escaped(text: str, places: re.Pattern[str]) -> str:
    """``text`` with a backslash at each of these places, and before its own backslashes there."""
    return places.sub(lambda own: own[0] * 2 + "\\", text)


def _unescaped(text: str, places: re.Pattern[str]) -> str:
    return places.sub(lambda both: both[0][: len(both[0]) // 2], text)


def _slots(entry: Entry, languages: tuple[str, ...], places: re.Pattern[str]) -> Slots:
    other, english = _other(languages), _gloss(entry, ENGLISH)
    title, abstract = _said(_title(entry.paper), places), _said(entry.paper.abstract, places)
    gist = _translated(english.gist if english else "", ENGLISH, places)
    if not other:
        return slots((title, "", _link_line(entry), "", gist, "", abstract))
    gloss = _gloss(entry, other)
    texts = (gloss.title, gloss.gist, gloss.abstract) if gloss else ("", "", "")
    heading, told, translated = (_translated(text, other, places) for text in texts)
    return slots((heading, title, _link_line(entry), told, gist, translated, abstract))


def _gloss(entry: Entry, language: str) -> Gloss | None:
    return next((gloss for gloss in entry.glosses if gloss.language == language), None)


def _said(text: str, places: re.Pattern[str]) -> str:
    return _escaped(_folded(text), places)


def _translated(text: str, language: str, places: re.Pattern[str]) -> str:
    return _said(text, places) or _UNTRANSLATED + say(language, "entry-slot-untranslated")


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
    link = address(paper) if _leads_to(paper.link, paper.id) else address(replace(paper, link=""))
    return _sealed(link, _SEALED_IN_LINK)


def _row(number: int, entry: Entry, languages: tuple[str, ...], escapes: _Escapes) -> str:
    paper = entry.paper
    title = _escaped(_folded(_title(paper)), escapes.in_title)
    gists = (
        _folded(gloss.gist)
        for gloss in (_gloss(entry, languages[0]), _gloss(entry, ENGLISH))
        if gloss
    )
    gist = next(filter(None, gists), "") or shorten(_folded(paper.abstract), GIST_UNITS)
    return f"| [^{number}] | [{title}]({_link(paper)}) | {_escaped(gist, escapes.in_row)} |"


def is_own(first_line: str) -> bool:
    """Whether a document that begins so is in our dialect."""
    return first_line.startswith("<!-- papergram:")


def parse(lines: Sequence[str]) -> Digest:
    """The digest of a document in our dialect; its papers are partial, its numbers ours no more."""
    facts = _facts(lines[0])
    languages, escapes = tuple(facts["languages"].split(",")), _ESCAPES[facts["dialect"]]
    rows = [line for line in lines if line.startswith("| [^")]
    found = read(lines[1:], _headings(languages), lambda n, _: rows[n - 1], skipped=1)
    issued = datetime.fromisoformat(facts["issued"])
    entries = tuple(_entry(slot, _other(languages), issued, escapes.in_slot) for slot in found)
    for number, entry in enumerate(entries, start=1):
        if rows[number - 1] != _row(number, entry, languages, escapes):
            raise DocumentError(lines.index(rows[number - 1]) + 1, "digest-document-row")
    first, _, last = facts.get("days", "").partition("/")
    return Digest(
        topic=facts.get("topic", ""),
        query=facts.get("query", ""),
        issued=issued,
        entries=entries,
        first_day=date.fromisoformat(first) if first else None,
        last_day=date.fromisoformat(last) if last else None,
        seen=int(facts.get("announced", "0")),
        beyond=(Kind.NEW,) * int(facts.get("left", "0")),  # of which kinds, nobody noted
        languages=(*languages, *filter(None, facts.get("without", "").split(","))),
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
        counts = [int(facts.get(name, "0")) for name in ("announced", "left")]
    except (KeyError, ValueError):
        return False
    languages = facts.get("languages", "").split(",")
    return (
        issued.tzinfo is not None
        and all(0 <= count <= _MOST for count in counts)
        and len(days) <= 2
        and facts.get("dialect") in _ESCAPES
        and all(map(_LANGUAGE.fullmatch, languages))
        and len({*languages} - {ENGLISH}) <= 1
    )


def _entry(found: Slots, other: str, issued: datetime, places: re.Pattern[str]) -> Entry:
    title, *texts_of_other = (
        _heard(slot, places)
        for slot in (
            found.title if other else found.heading,
            found.heading,
            found.gist,
            found.abstract,
        )
    )
    paper, kind = _paper(found, title, _heard(found.abstract_en, places))
    texts = {ENGLISH: (paper.title, _heard(found.gist_en, places), paper.abstract)}
    if other:
        heading, gist, abstract = texts_of_other
        texts[other] = (heading, gist, abstract)
    glosses = tuple(
        Gloss(0, paper.version, language, *said, "import", issued)
        for language, said in texts.items()
        if (said[1] if language == ENGLISH else any(said))
    )
    return Entry(paper, kind, glosses)


def _heard(slot: str, places: re.Pattern[str]) -> str:
    return "" if slot.startswith(_UNTRANSLATED) else _unescaped(slot, places)


def _paper(found: Slots, title: str, abstract: str) -> tuple[Paper, Kind]:
    """The paper of an entry; an id, version or link that no paper has makes no document."""
    facts = found.link.split(" · ")
    try:
        link, paper, version, kind, categories, authors = facts
        told = Paper(
            id=unquote(paper),
            version=int(version.removeprefix("v")),
            title="" if title == _folded(unquote(paper)) else title,
            abstract=abstract,
            authors=tuple(unquote(name) for name in authors.split("; ") if name),
            categories=tuple(unquote(code) for code in categories.split(", ") if code),
            link=link[1 : (len(link) - 4) // 2 + 1],
            partial=True,
        )
        kind_of_it = Kind(kind)
    except ValueError as error:
        raise DocumentError(found.line + _LINK_LINE, "digest-document-link") from error
    if not _can_be(told):
        raise DocumentError(found.line + _LINK_LINE, "digest-document-link")
    return told, kind_of_it


def _can_be(paper: Paper) -> bool:
    """Whether there can be such a paper, and its link leads to no other one."""
    is_id = _ARXIV.fullmatch(paper.id) or _DOI.fullmatch(paper.id)
    return bool(is_id) and 0 <= paper.version <= _LATEST and _leads_to(paper.link, paper.id)


def _leads_to(link: str, paper: str) -> bool:
    """Whether a link is not that of another paper of arXiv."""
    page = _PAGE.fullmatch(link)
    return page is None or paper == f"arxiv:{page[1]}"
