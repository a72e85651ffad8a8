"""Describe a source's answer: its announcements, status and warnings."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from storage.records.feeds import FeedCursor
from storage.records.messages import Notice
from storage.records.papers import Announcement, AnnouncementKind

SKIPPED_WARNING = "source-skipped"  # the warning about items that could not be read
_MAX_NAMED_ITEMS = 5  # items that a warning names


@dataclass(frozen=True, slots=True)
class SkippedItem:
    """What remains of an unreadable item: a name for people, and what it announced."""

    name: str
    id: str = ""  # without scheme and version; "" if even that is missing
    version: int = 0
    kind: AnnouncementKind | None = None


class SkipItem(ValueError):
    """An item cannot be read; its name tells which fact is missing or wrong."""

    def __init__(self, item: SkippedItem) -> None:
        super().__init__(item.name)
        self.item = item


class BatchStatus(StrEnum):
    """The kind of an answer; only some of them bring papers."""

    FRESH = "fresh"  # papers that the cursor had not seen
    EMPTY = "empty"  # a day that is genuinely without papers
    UNCHANGED = "unchanged"  # the cursor's batch once more, or HTTP 304
    STALE = "stale"  # the batch of an earlier day under the date of a later one
    PARTIAL = "partial"  # truncated or damaged: keep what is intact, ask again
    EMPTY_PAGE = "empty-page"  # a gap in the middle of a result: ask for the same page
    ERROR_FEED = "error-feed"  # arXiv says what is wrong with the request
    NOT_A_FEED = "not-a-feed"  # a web page, or another format
    LIMITED = "limited"  # too many requests: wait
    BROKEN = "broken"  # empty, or nothing in it is intact
    UNREACHABLE = "unreachable"  # no readable answer


@dataclass(frozen=True, slots=True)
class Batch:
    """One answer of a source.

    ``cursor`` is where the source stands once the announcements are stored; store both in one
    transaction. ``reason`` explains the status in one text, if there is anything to say;
    ``warnings`` are what a person should know although the batch is usable. ``skipped_items`` could
    not be read, but their papers may still be fetched by their ids. ``next_position`` is the
    position of the next page, 0 if there is none.
    """

    source: str
    status: BatchStatus
    cursor: FeedCursor
    day: date | None = None
    announcements: tuple[Announcement, ...] = ()
    reason: Notice | None = None
    warnings: tuple[Notice, ...] = ()
    retry_after: float | None = None  # seconds
    next_position: int = 0
    skipped_items: tuple[SkippedItem, ...] = ()

    @property
    def counts_by_kind(self) -> Mapping[AnnouncementKind, int]:
        """The number of papers announced by each kind, including zeros."""
        kind_counts = Counter(announcement.kind for announcement in self.announcements)
        return {kind: kind_counts[kind] for kind in AnnouncementKind}

    @property
    def is_usable(self) -> bool:
        """Whether the source answered as it should, with or without papers."""
        return self.status in _USABLE


_USABLE = frozenset(
    {BatchStatus.FRESH, BatchStatus.EMPTY, BatchStatus.UNCHANGED, BatchStatus.STALE}
)


def failed_batch(
    source: str,
    status: BatchStatus,
    reason: Notice,
    previous: FeedCursor | None = None,
    *,
    retry_after: float | None = None,
    next_position: int = 0,
    skipped_items: Sequence[SkippedItem] = (),
) -> Batch:
    """Return a batch without papers that leaves the cursor where it is."""
    return Batch(
        source,
        status,
        previous or FeedCursor(source),
        reason=reason,
        warnings=warning_notices(skipped_items, False),
        retry_after=retry_after,
        next_position=next_position,
        skipped_items=tuple(skipped_items),
    )


def find_unread_items(
    skipped_items: Iterable[SkippedItem], read_ids: Collection[str]
) -> tuple[SkippedItem, ...]:
    """Return the skipped items whose papers, by full id, were not read; each paper once."""
    seen_ids = set(read_ids)
    unread_items = []
    for item in skipped_items:
        if f"arxiv:{item.id}" not in seen_ids:
            unread_items.append(item)
            seen_ids |= {f"arxiv:{item.id}"} if item.id else set()
    return tuple(unread_items)


def warning_notices(
    skipped_items: Sequence[SkippedItem], has_bad_bytes: bool, shortened_ids: Sequence[str] = ()
) -> tuple[Notice, ...]:
    """Return the warnings about items that could not be read as sent."""
    notices = []
    skipped_names = [item.name for item in skipped_items]
    for text_key, item_names in (
        (SKIPPED_WARNING, skipped_names),
        ("source-shortened", list(shortened_ids)),
    ):
        if item_names:
            names = ", ".join(item_names[:_MAX_NAMED_ITEMS])
            notices.append(Notice(text_key, (("items", len(item_names)), ("names", names))))
    if has_bad_bytes:
        notices.append(Notice("source-bad-bytes"))
    return tuple(notices)


def compare_with_previous(batch: Batch) -> Batch:
    """Tell a new batch from one seen before, by its papers and not by its build date.

    Its cursor is where the source stood before it.
    """
    cursor = batch.cursor
    if batch.status is BatchStatus.PARTIAL:
        return replace(batch, reason=_batch_notice("partial", batch))
    if not batch.announcements:
        return replace(batch, status=BatchStatus.EMPTY, reason=_batch_notice("empty", batch))
    batch_fingerprint = fingerprint(batch.announcements)
    if cursor.batch_fingerprint == batch_fingerprint:
        if batch.day is None or cursor.last_day is None or batch.day <= cursor.last_day:
            # The announcements stay in the batch: storing them again adds nothing, and repairs a
            # store that was restored from an older copy than its cursor.
            return replace(batch, status=BatchStatus.UNCHANGED)
        day_values = (("day", batch.day.isoformat()), ("last", cursor.last_day.isoformat()))
        return replace(
            batch,
            status=BatchStatus.STALE,
            announcements=(),
            skipped_items=(),
            reason=Notice("source-stale", day_values),
        )
    if cursor.last_day and batch.day and batch.day < cursor.last_day:
        # Its papers are worth storing, but it does not move the cursor.
        older_notice = _batch_notice("older-day", batch)
        return replace(batch, warnings=(*batch.warnings, older_notice))
    return replace(
        batch, cursor=replace(cursor, last_day=batch.day, batch_fingerprint=batch_fingerprint)
    )


def fingerprint(announcements: Iterable[Announcement]) -> str:
    """Return a fingerprint of a set of paper versions, regardless of order and kind."""
    paper_names = sorted(
        {f"{announcement.paper.id}v{announcement.paper.version}" for announcement in announcements}
    )
    return hashlib.sha256("\n".join(paper_names).encode()).hexdigest()[:32]


def _batch_notice(name: str, batch: Batch) -> Notice:
    day = batch.day.isoformat() if batch.day else "?"
    return Notice(f"source-{name}", (("papers", len(batch.announcements)), ("day", day)))
