"""Write and parse documents in the reference dialect.

Its seven fields are kept byte for byte; papers made from them are partial.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from bot.arxiv.announcement_text import split_abstract_prefix, split_title_suffix
from bot.arxiv.identifiers import PLAIN_ID
from bot.render.documents.markdown_layout import (
    DocumentError,
    EntrySlots,
    Headings,
    make_slots,
    parse_document,
    write_document,
)
from storage.records.digests import Entry, VerbatimEntry
from storage.records.papers import AnnouncementKind, Paper
from storage.records.summaries import Summary

HEADINGS = Headings("# 摘要", "# 详细")
_LINK_LINE_OFFSET = 4  # from the first line of an entry
_ARXIV_PAGE = re.compile(rf"https?://(?:[a-z]+\.)?arxiv\.org/abs/({PLAIN_ID})")
# The feed's prefix in translation: many words for "Announce Type", always before a colon.
_ABSTRACT_PREFIX_ZH = re.compile(
    rf"(?:(?:论文)?摘要[:：]\s*)?(?:arXiv[:：] ?(?:{PLAIN_ID})v\d+\s+\w{{2,4}}|公告)类型[:：]"
    r"[^:：]{1,12}?(?:摘要|提要|抽象|Abstract)[:：]\s*|摘要[:：]\s*"
)


def render(entries: Sequence[Entry]) -> str:
    """Return the document of imported entries, byte for byte as it was."""
    entry_slots = []
    for verbatim in (entry.verbatim for entry in entries if entry.verbatim):
        link = f"[{verbatim.link}]({verbatim.link})"
        fields = (verbatim.title_zh, verbatim.title, link, verbatim.tldr_zh, verbatim.tldr_en)
        entry_slots.append(make_slots((*fields, verbatim.abstract_zh, verbatim.abstract)))
    return write_document(HEADINGS, entry_slots, _table_row)


def _table_row(number: int, entry: EntrySlots) -> str:
    title = re.split(r"\s*\(arXiv", entry.title, maxsplit=1)[0]
    return f"| [^{number}] | [{title}]({_linked_address(entry)}) | {entry.tldr} |"


def _linked_address(entry: EntrySlots) -> str:
    """Return the address of ``[address](address)``."""
    address_length = (len(entry.link) - 4) // 2
    address = entry.link[1 : address_length + 1]
    if entry.link != f"[{address}]({address})":
        raise DocumentError(entry.line + _LINK_LINE_OFFSET, "digest-document-link")
    return address


def parse(lines: list[str], issued: datetime) -> tuple[Entry, ...]:
    """Return the entries of a reference document, with summaries dated by its day of issue."""
    return tuple(
        _parse_entry(entry_slots, issued)
        for entry_slots in parse_document(lines, HEADINGS, _table_row, skipped_lines=0)
    )


def _parse_entry(entry_slots: EntrySlots, issued: datetime) -> Entry:
    link = _linked_address(entry_slots)
    id_match = _ARXIV_PAGE.fullmatch(link)
    if not id_match:
        raise DocumentError(entry_slots.line + _LINK_LINE_OFFSET, "digest-document-link")
    verbatim = VerbatimEntry(
        entry_slots.heading,
        entry_slots.title,
        link,
        entry_slots.tldr,
        entry_slots.tldr_en,
        entry_slots.abstract,
        entry_slots.abstract_en,
    )
    paper, announcement_kind = _parse_paper(f"arxiv:{id_match[1]}", verbatim)
    prefix_match = _ABSTRACT_PREFIX_ZH.match(verbatim.abstract_zh)
    texts_zh = (
        verbatim.title_zh,
        verbatim.tldr_zh,
        verbatim.abstract_zh[prefix_match.end() if prefix_match else 0 :].strip(),
    )
    summaries: list[Summary] = []
    if any(texts_zh):
        summaries.append(Summary(0, paper.version, "zh", *texts_zh, "import", issued))
    if verbatim.tldr_en:
        texts_en = (paper.title, verbatim.tldr_en, paper.abstract)
        summaries.append(Summary(0, paper.version, "en", *texts_en, "import", issued))
    return Entry(paper, announcement_kind, tuple(summaries), verbatim=verbatim)


def _parse_paper(paper_id: str, verbatim: VerbatimEntry) -> tuple[Paper, AnnouncementKind]:
    """Return the paper and its kind, as far as title suffix and abstract prefix tell."""
    title, title_suffix = split_title_suffix(verbatim.title)
    abstract, abstract_prefix = split_abstract_prefix(verbatim.abstract)
    version, announcement_kind = 0, AnnouncementKind.NEW
    for label in (title_suffix, abstract_prefix):
        if label:
            version = label.identity.version if label.identity else version
            announcement_kind = label.kind or announcement_kind
    return Paper(
        id=paper_id,
        version=version,
        title=title.strip(),
        abstract=abstract.strip(),
        categories=(title_suffix.category,) if title_suffix else (),
        link=verbatim.link,
        partial=True,
    ), announcement_kind
