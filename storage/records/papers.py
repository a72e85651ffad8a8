"""Papers, their versions, and what feeds announced of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class AnnouncementKind(StrEnum):
    """Why arXiv announced a paper (RSS ``arxiv:announce_type``)."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"


FRESH_KINDS = frozenset({AnnouncementKind.NEW, AnnouncementKind.CROSS})
"""The kinds that bring a paper to a feed's readers for the first time."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of a paper, in the words of its announcement.

    ``id`` is ``arxiv:2402.12844``, ``doi:10.1101/…`` or ``url:<hash>`` and has no version.
    ``version`` counts from 1; 0 means that a document named the paper without saying which.
    ``partial`` marks a version known only from an imported document (title with the feed's
    suffix, abstract cut); a live source completes it.
    """

    id: str
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()  # primary first
    link: str = ""
    submitted_at: datetime | None = None  # first version
    revised_at: datetime | None = None  # this version
    comment: str = ""
    journal_ref: str = ""
    doi: str = ""
    licence: str = ""
    partial: bool = False
    key: int = 0


@dataclass(frozen=True, slots=True)
class IndexedPaper:
    """A stored paper's words as the full-text index has them, separated by spaces."""

    key: int
    id: str
    title: str
    abstract: str

    @property
    def words(self) -> list[str]:
        """Return the analysed words of title and abstract, in order."""
        return [*self.title.split(), *self.abstract.split()]


@dataclass(frozen=True, slots=True)
class Announcement:
    """A feed announced a paper version on an arXiv day (a date in US Eastern).

    ``kind`` is the feed's word, relative to the categories the feed was asked for. ``seq`` is the
    only global sequence: cursors are positions in it.
    """

    paper: Paper
    feed: str
    kind: AnnouncementKind
    day: date
    seq: int = 0


@dataclass(frozen=True, slots=True)
class IngestCounts:
    """What a batch changed: counts of announcements by what became of them."""

    stored: int = 0  # papers seen for the first time
    updated: int = 0  # papers that gained a higher version or were completed
    unchanged: int = 0  # announcements of versions that were there already

    def plus(self, other: IngestCounts) -> IngestCounts:
        """Add another batch's counts."""
        return IngestCounts(
            self.stored + other.stored,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
        )
