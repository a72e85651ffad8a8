"""What did a source answer? The batch of announcements, its condition and its warnings."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from storage.records import Announcement, Kind, Notice, SourceCursor

SKIPPED = "source-skipped"  # the warning of items that could not be used
_NAMED = 5  # items that a warning names


@dataclass(frozen=True, slots=True)
class Unread:
    """What is left of an item that cannot be used: a name for people, and what it announced."""

    name: str
    id: str = ""  # without scheme and version; "" where not even that is left
    version: int = 0
    kind: Kind | None = None


class Skip(ValueError):
    """An item cannot be used; its name tells the fact that is missing or wrong."""

    def __init__(self, unread: Unread) -> None:
        super().__init__(unread.name)
        self.unread = unread


class Condition(StrEnum):
    """What an answer is; only some of them bring papers."""

    FRESH = "fresh"  # papers that the cursor had not seen
    EMPTY = "empty"  # an honest day without papers
    UNCHANGED = "unchanged"  # the batch of the cursor once more, or HTTP 304
    STALE = "stale"  # the batch of an earlier day under the date of a later one
    PARTIAL = "partial"  # cut off or damaged: what was whole is kept, ask again
    EMPTY_PAGE = "empty-page"  # a hole in the middle of a result: ask for the same page
    ERROR_FEED = "error-feed"  # arXiv says what is wrong with the question
    NOT_A_FEED = "not-a-feed"  # a page for people, or another format
    LIMITED = "limited"  # too many questions: wait
    BROKEN = "broken"  # empty, or nothing in it is whole
    UNREACHABLE = "unreachable"  # no answer that could be read


@dataclass(frozen=True, slots=True)
class Batch:
    """One answer of a source.

    ``cursor`` is where the source stands once the announcements are stored; store both in one
    transaction. ``reason`` says in one text what the condition is, unless there is nothing to
    say; ``warnings`` are what a person should know although the batch is usable. ``unread`` are
    the items that could not be used, whose papers are still to be had by their ids.
    ``following`` is the position of the next page, 0 when there is none.
    """

    source: str
    condition: Condition
    cursor: SourceCursor
    day: date | None = None
    announcements: tuple[Announcement, ...] = ()
    reason: Notice | None = None
    warnings: tuple[Notice, ...] = ()
    retry_after: float | None = None  # seconds
    following: int = 0
    unread: tuple[Unread, ...] = ()

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many papers were announced by each kind; every kind is named."""
        found = Counter(announcement.kind for announcement in self.announcements)
        return {kind: found[kind] for kind in Kind}

    @property
    def is_usable(self) -> bool:
        """The source answered as it should, with papers or honestly without."""
        return self.condition in _USABLE


_USABLE = frozenset({Condition.FRESH, Condition.EMPTY, Condition.UNCHANGED, Condition.STALE})


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a feed, before it is compared with what was read before."""

    source: str
    day: date | None
    announcements: tuple[Announcement, ...] = ()
    warnings: tuple[Notice, ...] = field(default=())
    is_whole: bool = True
    unread: tuple[Unread, ...] = ()


def failed(
    source: str,
    condition: Condition,
    reason: Notice,
    previous: SourceCursor | None = None,
    *,
    retry_after: float | None = None,
    following: int = 0,
    unread: Sequence[Unread] = (),
) -> Batch:
    """A batch without papers that leaves the cursor where it is."""
    return Batch(
        source,
        condition,
        previous or SourceCursor(source),
        reason=reason,
        warnings=warnings(unread, False),
        retry_after=retry_after,
        following=following,
        unread=tuple(unread),
    )


def left_over(unread: Iterable[Unread], read: Collection[str]) -> tuple[Unread, ...]:
    """The unread items whose papers, by their full ids, were not read; each paper once."""
    seen = set(read)
    left = []
    for one in unread:
        if f"arxiv:{one.id}" not in seen:
            left.append(one)
            seen |= {f"arxiv:{one.id}"} if one.id else set()
    return tuple(left)


def warnings(
    unread: Sequence[Unread], has_bad_bytes: bool, cut: Sequence[str] = ()
) -> tuple[Notice, ...]:
    """What a person should know of items that could not be used as they were sent."""
    found = []
    skipped = [one.name for one in unread]
    for key, items in ((SKIPPED, skipped), ("source-shortened", list(cut))):
        if items:
            names = ", ".join(items[:_NAMED])
            found.append(Notice(key, (("items", len(items)), ("names", names))))
    if has_bad_bytes:
        found.append(Notice("source-bad-bytes"))
    return tuple(found)


def compared(reading: Reading, previous: SourceCursor | None) -> Batch:
    """Tell a new batch from one seen before, by its papers and not by its build date."""
    cursor = previous or SourceCursor(reading.source)
    batch = Batch(
        reading.source,
        Condition.FRESH,
        cursor,
        reading.day,
        reading.announcements,
        warnings=reading.warnings,
        unread=reading.unread,
    )
    if not reading.is_whole:
        return replace(batch, condition=Condition.PARTIAL, reason=_notice("partial", batch))
    if not reading.announcements:
        return replace(batch, condition=Condition.EMPTY, reason=_notice("empty", batch))
    mark = fingerprint(reading.announcements)
    if cursor.batch == mark:
        return _repeated(batch)
    if cursor.day and reading.day and reading.day < cursor.day:
        older = _notice("older-day", batch)  # worth keeping, but not where the source stands
        return replace(batch, warnings=(*batch.warnings, older))
    return replace(batch, cursor=replace(cursor, day=reading.day, batch=mark))


def _repeated(batch: Batch) -> Batch:
    """The papers of the cursor: the same day once more, or a stale feed under a new date.

    On the same day the announcements stay in the batch: storing them again adds nothing, and
    heals a store that was restored from an older copy than its cursor.
    """
    last = batch.cursor.day
    if batch.day is None or last is None or batch.day <= last:
        return replace(batch, condition=Condition.UNCHANGED)
    stale = Notice("source-stale", (("day", batch.day.isoformat()), ("last", last.isoformat())))
    return replace(batch, condition=Condition.STALE, announcements=(), unread=(), reason=stale)


def fingerprint(announcements: Iterable[Announcement]) -> str:
    """A name for a set of paper versions, whatever their order and kinds."""
    names = sorted({f"{one.paper.id}v{one.paper.version}" for one in announcements})
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:32]


def _notice(name: str, batch: Batch) -> Notice:
    day = batch.day.isoformat() if batch.day else "?"
    return Notice(f"source-{name}", (("papers", len(batch.announcements)), ("day", day)))
