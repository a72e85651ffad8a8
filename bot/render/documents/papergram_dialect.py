"""Write and parse documents in our own dialect, which a comment in the first line marks.

It has the shape of the reference dialect, with whole abstracts and escaped text. The comment names
topic, time and languages. The slots that are Chinese in the reference hold the first language other
than English; there is no room for a third, which the comment then lists. The link slot continues
with what the reference leaves out: id, version, kind, categories, authors. A missing translation is
a text behind a marker that the parser recognizes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import NamedTuple
from urllib.parse import unquote

from bot.arxiv.identifiers import PLAIN_ID
from bot.render.documents.markdown_layout import (
    DocumentError,
    EntrySlots,
    Headings,
    make_slots,
    parse_document,
    write_document,
)
from bot.render.entry_content import TLDR_UNITS, paper_url, strip_invisible
from bot.render.size_limits import shorten
from bot.texts import say
from storage.records.digests import Digest, Entry
from storage.records.papers import AnnouncementKind, Paper
from storage.records.summaries import Summary

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
_LINK_LINE_OFFSET = 4
_MAX_PAPERS = 1_000_000  # in the days of a digest
_MAX_VERSION = 999
_ARXIV_ID = re.compile(f"arxiv:({PLAIN_ID})")
_ARXIV_PAGE = re.compile(rf"https?://(?:[a-z]+\.)?arxiv\.org/abs/({PLAIN_ID})(?:v\d{{1,3}})?")
_DOI_ID = re.compile(r"doi:10\.\d{4,9}/[!-~]{1,200}")
_ENCODED_IN_COMMENT = r"[%;=<>]"
_ENCODED_IN_FACTS = r"[%;,·<\[\]]|:(?=//)|(?<=www)\."
_ENCODED_IN_LINK = r"[^!-~]|[\[\]()<>|\\]"


class _EscapePatterns(NamedTuple):
    """Where to insert backslashes: the backslashes before a character that would be markup."""

    in_slot: re.Pattern[str]
    in_title: re.Pattern[str]
    in_row: re.Pattern[str]


def _escape_pattern(characters: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\\)\\*(?=(?:{characters}))")


def _escape_pattern_with_links(characters: str) -> re.Pattern[str]:
    """Return a pattern that escapes bare URLs too, which Markdown readers turn into links."""
    return re.compile(rf"{_escape_pattern(f'{characters}|://').pattern}|(?<=www)\\*(?=\.)")


_CELL_ESCAPE = _escape_pattern_with_links(r"[\[\]|<]")
_ESCAPES_BY_DIALECT: Mapping[str, _EscapePatterns] = {
    "1": _EscapePatterns(
        _escape_pattern("<"), _escape_pattern(r"[\[\]|<]"), _escape_pattern("[|<]")
    ),
    "2": _EscapePatterns(_escape_pattern_with_links(r"[\[\]<]"), _CELL_ESCAPE, _CELL_ESCAPE),
}


def render(digest: Digest, languages: tuple[str, ...]) -> str:
    """Return the document of a digest, in English and at most one other of the languages."""
    escapes = _ESCAPES_BY_DIALECT[DIALECT]
    entries = [_entry_slots(entry, languages, escapes.in_slot) for entry in digest.entries]
    rows = [
        _table_row(number, entry, languages, escapes)
        for number, entry in enumerate(digest.entries, start=1)
    ]
    document = write_document(_headings_in(languages), entries, lambda number, _: rows[number - 1])
    written_languages = [
        language for language in languages if language in (ENGLISH, _other_language(languages))
    ]
    other_languages = [language for language in languages if language not in written_languages]
    first_day, last_day = digest.first_day, digest.last_day
    facts = {
        "dialect": DIALECT,
        "topic": _single_line(digest.topic),
        "query": _single_line(digest.query),
        "issued": digest.issued_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "languages": ",".join(written_languages),
        "without": ",".join(other_languages),
        "days": f"{first_day}/{last_day}" if first_day and last_day else "",
        "announced": str(digest.announced_count or ""),
        "left": str(digest.matched_count - len(digest.entries) or ""),
    }
    comment_text = "; ".join(
        f"{name}={_percent_encoded(value, _ENCODED_IN_COMMENT)}"
        for name, value in facts.items()
        if value
    )
    return f"<!-- papergram: {comment_text} -->\n{document}"


def _headings_in(languages: tuple[str, ...]) -> Headings:
    is_chinese = _other_language(languages) == "zh"
    return _HEADINGS[is_chinese][not is_chinese or ENGLISH in languages]


def _other_language(languages: Sequence[str]) -> str:
    """Return the language besides English, for the Chinese slots of the reference; or ""."""
    return next((language for language in languages if language != ENGLISH), "")


def _single_line(text: str) -> str:
    """Return ``text`` on one line, white space collapsed."""
    return " ".join(strip_invisible(text).split())


def _percent_encoded(text: str, characters: str) -> str:
    """Return ``text`` with these characters percent-encoded; ``unquote`` is the inverse."""
    return re.sub(characters, lambda match: f"%{match[0].encode().hex('%').upper()}", text)


def _escaped(text: str, pattern: re.Pattern[str]) -> str:
    """Return ``text`` with a backslash at each match, and the backslashes there doubled."""
    return pattern.sub(lambda match: match[0] * 2 + "\\", text)


def _entry_slots(entry: Entry, languages: tuple[str, ...], pattern: re.Pattern[str]) -> EntrySlots:
    other_language, english_summary = _other_language(languages), _summary_in(entry, ENGLISH)
    title = _escaped_line(_title_or_id(entry.paper), pattern)
    abstract = _escaped_line(entry.paper.abstract, pattern)
    tldr = _translated_or_placeholder(
        english_summary.tldr if english_summary else "", ENGLISH, pattern
    )
    if not other_language:
        return make_slots((title, "", _link_line(entry), "", tldr, "", abstract))
    other_summary = _summary_in(entry, other_language)
    texts = (
        (other_summary.title, other_summary.tldr, other_summary.abstract)
        if other_summary
        else ("", "", "")
    )
    other_title, other_tldr, other_abstract = (
        _translated_or_placeholder(text, other_language, pattern) for text in texts
    )
    return make_slots(
        (other_title, title, _link_line(entry), other_tldr, tldr, other_abstract, abstract)
    )


def _summary_in(entry: Entry, language: str) -> Summary | None:
    return next((summary for summary in entry.summaries if summary.language == language), None)


def _escaped_line(text: str, pattern: re.Pattern[str]) -> str:
    return _escaped(_single_line(text), pattern)


def _translated_or_placeholder(text: str, language: str, pattern: re.Pattern[str]) -> str:
    return _escaped_line(text, pattern) or _UNTRANSLATED + say(language, "entry-slot-untranslated")


def _title_or_id(paper: Paper) -> str:
    """Return the title; a paper without one has its id there, which is no other paper's title."""
    return paper.title if _single_line(paper.title) else paper.id


def _link_line(entry: Entry) -> str:
    paper = entry.paper
    link = _paper_link(paper)
    categories = [
        _percent_encoded(_single_line(code), _ENCODED_IN_FACTS) for code in paper.categories
    ]
    authors = [_percent_encoded(_single_line(name), _ENCODED_IN_FACTS) for name in paper.authors]
    authors = [name for name in authors if name]
    facts = (
        f"[{link}]({link})",
        _percent_encoded(paper.id, _ENCODED_IN_FACTS),
        f"v{paper.version}",
        entry.kind,
        ", ".join(categories),
        "; ".join(authors),
    )
    return " · ".join(facts)


def _paper_link(paper: Paper) -> str:
    link = (
        paper_url(paper)
        if _links_to_paper(paper.link, paper.id)
        else paper_url(replace(paper, link=""))
    )
    return _percent_encoded(link, _ENCODED_IN_LINK)


def _table_row(
    number: int, entry: Entry, languages: tuple[str, ...], escapes: _EscapePatterns
) -> str:
    paper = entry.paper
    title = _escaped(_single_line(_title_or_id(paper)), escapes.in_title)
    tldrs = (
        _single_line(summary.tldr)
        for summary in (_summary_in(entry, languages[0]), _summary_in(entry, ENGLISH))
        if summary
    )
    tldr = next(filter(None, tldrs), "") or shorten(_single_line(paper.abstract), TLDR_UNITS)
    return f"| [^{number}] | [{title}]({_paper_link(paper)}) | {_escaped(tldr, escapes.in_row)} |"


def is_papergram_document(first_line: str) -> bool:
    """Return whether a document with this first line is in our dialect."""
    return first_line.startswith("<!-- papergram:")


def parse(lines: list[str]) -> Digest:
    """Return the digest of a document in our dialect; its papers are partial, it has no number."""
    facts = _parse_facts(lines[0])
    languages, escapes = tuple(facts["languages"].split(",")), _ESCAPES_BY_DIALECT[facts["dialect"]]
    rows = [line for line in lines if line.startswith("| [^")]
    parsed_slots = parse_document(
        lines[1:],
        _headings_in(languages),
        lambda row_number, _: rows[row_number - 1],
        skipped_lines=1,
    )
    issued_at = datetime.fromisoformat(facts["issued"])
    entries = tuple(
        _parse_entry(entry_slots, _other_language(languages), issued_at, escapes.in_slot)
        for entry_slots in parsed_slots
    )
    for entry_number, entry in enumerate(entries, start=1):
        if rows[entry_number - 1] != _table_row(entry_number, entry, languages, escapes):
            raise DocumentError(lines.index(rows[entry_number - 1]) + 1, "digest-document-row")
    first_day, _, last_day = facts.get("days", "").partition("/")
    return Digest(
        topic=facts.get("topic", ""),
        query=facts.get("query", ""),
        issued_at=issued_at,
        entries=entries,
        first_day=date.fromisoformat(first_day) if first_day else None,
        last_day=date.fromisoformat(last_day) if last_day else None,
        announced_count=int(facts.get("announced", "0")),
        # The comment counts left-out entries without their kinds.
        unstored_kinds=(AnnouncementKind.NEW,) * int(facts.get("left", "0")),
        languages=(*languages, *filter(None, facts.get("without", "").split(","))),
    )


def _parse_facts(line: str) -> dict[str, str]:
    """Return the facts of the comment in the first line.

    Raises:
        DocumentError: one that is needed is absent, or one is impossible.
    """
    comment = _COMMENT.fullmatch(line)
    fact_parts = [fact.partition("=") for fact in comment[1].split("; ")] if comment else []
    facts = {name: unquote(value) for name, _, value in fact_parts}
    languages = facts.get("languages", "").split(",")
    day_texts = facts.get("days", "").split("/")
    try:
        for day in filter(None, day_texts):
            date.fromisoformat(day)
        is_valid = (
            datetime.fromisoformat(facts["issued"]).tzinfo is not None
            and all(0 <= int(facts.get(name, "0")) <= _MAX_PAPERS for name in ("announced", "left"))
            and len(day_texts) <= 2
            and facts.get("dialect") in _ESCAPES_BY_DIALECT
            and all(map(_LANGUAGE.fullmatch, languages))
            and len({*languages} - {ENGLISH}) <= 1
        )
    except (KeyError, ValueError):
        is_valid = False
    if not is_valid:
        raise DocumentError(1, "digest-document-comment", given=shorten(line, 100))
    return facts


def _parse_entry(
    entry_slots: EntrySlots, other_language: str, issued: datetime, pattern: re.Pattern[str]
) -> Entry:
    title, *other_language_texts = (
        _slot_text(slot, pattern)
        for slot in (
            entry_slots.title if other_language else entry_slots.heading,
            entry_slots.heading,
            entry_slots.tldr,
            entry_slots.abstract,
        )
    )
    paper, announcement_kind = _parse_paper(
        entry_slots, title, _slot_text(entry_slots.abstract_en, pattern)
    )
    texts = {ENGLISH: (paper.title, _slot_text(entry_slots.tldr_en, pattern), paper.abstract)}
    if other_language:
        heading, tldr, abstract = other_language_texts
        texts[other_language] = (heading, tldr, abstract)
    summaries = tuple(
        Summary(0, paper.version, language, *fields, "import", issued)
        for language, fields in texts.items()
        if (fields[1] if language == ENGLISH else any(fields))
    )
    return Entry(paper, announcement_kind, summaries)


def _slot_text(slot: str, pattern: re.Pattern[str]) -> str:
    """Return the text of a slot: without the backslashes that ``_escaped`` inserted."""
    if slot.startswith(_UNTRANSLATED):
        return ""
    return pattern.sub(lambda match: match[0][: len(match[0]) // 2], slot)


def _parse_paper(
    entry_slots: EntrySlots, title: str, abstract: str
) -> tuple[Paper, AnnouncementKind]:
    """Return the paper of an entry and its kind.

    Raises:
        DocumentError: no paper can have this id, version or link.
    """
    facts = entry_slots.link.split(" · ")
    try:
        link, paper_id, version, announcement_kind, categories, authors = facts
        parsed_paper = Paper(
            id=unquote(paper_id),
            version=int(version.removeprefix("v")),
            title="" if title == _single_line(unquote(paper_id)) else title,
            abstract=abstract,
            authors=tuple(unquote(name) for name in authors.split("; ") if name),
            categories=tuple(unquote(code) for code in categories.split(", ") if code),
            link=link[1 : (len(link) - 4) // 2 + 1],
            partial=True,
        )
        parsed_kind = AnnouncementKind(announcement_kind)
    except ValueError as error:
        raise DocumentError(entry_slots.line + _LINK_LINE_OFFSET, "digest-document-link") from error
    if not (
        (_ARXIV_ID.fullmatch(parsed_paper.id) or _DOI_ID.fullmatch(parsed_paper.id))
        and 0 <= parsed_paper.version <= _MAX_VERSION
        and _links_to_paper(parsed_paper.link, parsed_paper.id)
    ):
        raise DocumentError(entry_slots.line + _LINK_LINE_OFFSET, "digest-document-link")
    return parsed_paper, parsed_kind


def _links_to_paper(link: str, paper_id: str) -> bool:
    """Return whether a link is not that of another arXiv paper."""
    page_match = _ARXIV_PAGE.fullmatch(link)
    return page_match is None or paper_id == f"arxiv:{page_match[1]}"
