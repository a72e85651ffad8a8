"""Digests and their entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from storage.records.papers import AnnouncementKind, Paper
from storage.records.queries import MatchReason
from storage.records.summaries import Summary


class EntryOrder(StrEnum):
    """Which of the papers of one kind come first."""

    RELEVANCE = "relevance"  # the closest to the topic
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class VerbatimEntry:
    """The seven fields of an entry of an imported document, byte for byte."""

    title_zh: str
    title: str
    link: str
    tldr_zh: str
    tldr_en: str
    abstract_zh: str
    abstract: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper in a digest, with its summaries and why it is there."""

    paper: Paper
    kind: AnnouncementKind
    summaries: tuple[Summary, ...] = ()  # at most one per language
    reasons: tuple[MatchReason, ...] = ()
    other_topics: tuple[str, ...] = ()  # the other topics of the chat that found it too
    verbatim: VerbatimEntry | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """The entries of one topic over one period, numbered from 1 in this order.

    ``entries`` are shown; ``left_out`` matched as well but exceeded the limit. Where only the first
    entries were loaded, ``unloaded_kinds`` are the kinds of the rest. ``unstored_kinds`` are the
    kinds of matches that have no row: they are counted but not numbered. An imported document is a
    digest without a chat; ``imported`` where its entries are verbatim.
    """

    topic: str  # the topic's name
    query: str  # canonical text; a category for imported documents
    issued_at: datetime
    entries: tuple[Entry, ...]
    left_out: tuple[Entry, ...] = ()
    first_day: date | None = None  # arXiv days covered
    last_day: date | None = None
    announced_count: int = 0  # papers announced in the period, whether matched or not
    period: str = ""  # names the occasion; unique with the chat and subscription
    bot: int = 0
    chat: int = 0
    thread: int = 0
    subscription: int = 0
    imported: bool = False
    revision: int = 1
    number: int = 0
    unloaded_kinds: tuple[AnnouncementKind, ...] = ()
    unstored_kinds: tuple[AnnouncementKind, ...] = ()
    languages: tuple[str, ...] = ()  # it was written in; none where that was not noted
    source_document: str = ""  # it was imported from, unless its entries are verbatim
    entry_order: EntryOrder | None = None  # None where that was not noted

    @property
    def matched_count(self) -> int:
        """How many papers were found, shown or not."""
        return self.numbered_count + len(self.unstored_kinds)

    @property
    def numbered_count(self) -> int:
        """How many of them have a position and can be opened."""
        return len(self.entries) + len(self.left_out) + len(self.unloaded_kinds)


@dataclass(frozen=True, slots=True)
class DigestHeading:
    """A digest without its entries: a line in a list of digests."""

    number: int
    topic: str
    query: str
    issued_at: datetime
    shown_count: int
    left_out_count: int
    period: str = ""
    bot: int = 0
    chat: int = 0
    thread: int = 0
    subscription: int = 0
    imported: bool = False
    revision: int = 1
