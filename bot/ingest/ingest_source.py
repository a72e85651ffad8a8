"""Fetch sources and store their new papers.

A batch is stored in short transactions, so that nobody waits for a bulk load; the last of them
moves the source's cursor. A crash in between loses nothing and a repeat adds nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from bot.arxiv import calendar
from bot.arxiv.combined_feeds import feed_groups
from bot.ingest.http_client import Fetcher
from bot.ingest.sources import arxiv_api
from bot.ingest.sources.addresses import Source, arxiv_feed
from bot.ingest.sources.fetch_batch import fetch_batch
from bot.ingest.sources.source_batch import Batch, BatchStatus
from storage import Store
from storage.records.feeds import FeedCursor, MissingPaper
from storage.records.papers import Announcement, AnnouncementKind, IngestCounts

log = logging.getLogger(__name__)

CHUNK_SIZE = 50  # announcements in a transaction: some 20 ms
FIRST_DAYS = 7
# The source that fills an empty store; its cursor's day is the last one filled.
FIRST_FILL = "first-days"
# Leases for polling feeds and for the first fill: arXiv holds them to get a pause.
FEEDS_LEASE = "feeds"
ARXIV_HOLDER = "arXiv"  # the holder of a lease during a pause
DEFAULT_PAUSE_SECONDS = 1200.0  # when arXiv does not say how long
COMPLETE_MARK = "whole"  # marks a completed first fill
_MAX_PAGES = 100  # of one day; more means that the answer never ends
_MAX_EMPTY_PAGES = 3  # times that a missing page is requested again


@dataclass(frozen=True, slots=True)
class IngestReport:
    """One answer of a source, and what of it was new."""

    batch: Batch
    added: IngestCounts


async def ingest_source(
    store: Store, fetcher: Fetcher, source: Source, now: datetime
) -> IngestReport:
    """Fetch a source and store what is new."""
    previous = await store.run(store.feed_cursors.get, source.name)
    batch = await fetch_batch(source, fetcher, previous)
    return await store_batch(store, batch, now)


async def store_batch(store: Store, batch: Batch, now: datetime) -> IngestReport:
    """Store a batch; the cursor moves with its last announcements."""
    report = await _store_announcements(store, batch, now, replace(batch.cursor, checked_at=now))
    _log_report(report)
    return report


async def _store_announcements(
    store: Store, batch: Batch, now: datetime, cursor: FeedCursor | None = None
) -> IngestReport:
    """Store a batch's papers, with the last of them its cursor and unreadable items."""
    feed = batch.announcements[0].feed if batch.announcements else batch.source
    day = batch.day or calendar.arxiv_day(now)
    missing_papers = [
        MissingPaper(
            feed=feed,
            id=item.id,
            first_day=day,
            last_day=day,
            noted_at=now,
            version=item.version,
            kind=item.kind
            or (AnnouncementKind.NEW if item.version <= 1 else AnnouncementKind.REPLACE),
        )
        for item in batch.skipped_items
        if item.id or batch.is_usable  # without an id: unless the batch is requested again anyway
    ]
    advance_cursor = (
        partial(_advance_cursor, store, cursor, missing_papers)
        if cursor or missing_papers
        else None
    )
    added_counts = await add_in_chunks(store, batch.announcements, now, advance_cursor)
    return IngestReport(batch, added_counts)


def _advance_cursor(
    store: Store, cursor: FeedCursor | None, missing_papers: Sequence[MissingPaper]
) -> None:
    store.missing_papers.add(missing_papers)
    if cursor:
        store.feed_cursors.put(cursor)


async def add_in_chunks(
    store: Store,
    announcements: Sequence[Announcement],
    now: datetime,
    on_last_chunk: Callable[[], None] | None,
) -> IngestCounts:
    """Add announcements in short transactions, the last one with ``on_last_chunk``."""
    added_counts = IngestCounts()
    chunks = [
        announcements[start : start + CHUNK_SIZE]
        for start in range(0, len(announcements), CHUNK_SIZE)
    ] or [()]
    for chunk in chunks[:-1]:
        added_counts = added_counts.plus(await store.run(_add_chunk, store, chunk, now, None))
    return added_counts.plus(await store.run(_add_chunk, store, chunks[-1], now, on_last_chunk))


def _add_chunk(
    store: Store,
    chunk: Sequence[Announcement],
    now: datetime,
    on_last_chunk: Callable[[], None] | None,
) -> IngestCounts:
    with store.transaction():
        added_counts = store.papers.add_announcements(chunk, seen_at=now)
        if on_last_chunk:
            on_last_chunk()
    return added_counts


async def poll_due_feeds(
    store: Store, fetcher: Fetcher, categories: Collection[str], now: datetime, *, base: str
) -> list[IngestReport]:
    """Poll each feed that is due, one after the other, until arXiv wants a pause."""
    reports: list[IngestReport] = []
    if await is_paused(store, FEEDS_LEASE, now):
        return reports
    for feed_name in feed_groups(categories):
        cursor = await store.run(store.feed_cursors.get, feed_name)
        if calendar.is_poll_due(now, cursor.last_day, cursor.checked_at):
            report = await ingest_source(store, fetcher, arxiv_feed(feed_name, base=base), now)
            reports.append(report)
            if report.batch.status is BatchStatus.LIMITED:
                await pause_requests(store, FEEDS_LEASE, now, report.batch.retry_after)
                break
    return reports


async def fill_first_days(
    store: Store, fetcher: Fetcher, categories: Collection[str], now: datetime, *, base: str
) -> bool:
    """Fill a new store with the last seven days from the API; return whether it is complete.

    Days are filled one at a time, and the cursor remembers them, so that a restart continues.
    """
    cursor = await store.run(store.feed_cursors.get, FIRST_FILL)
    today = calendar.arxiv_day(now)
    if cursor.batch_fingerprint == COMPLETE_MARK:
        return True
    if cursor.last_day is None:
        if await store.run(store.papers.count) > 0:
            return True
        # Stored before the first paper, or half a first day would pass for a store with papers.
        cursor = FeedCursor(FIRST_FILL, last_day=today - timedelta(days=FIRST_DAYS), checked_at=now)
        await store.run(store.feed_cursors.put, cursor)
    if await is_paused(store, FIRST_FILL, now):
        return False
    last_filled_day = cursor.last_day or today
    for offset in range(1, (today - last_filled_day).days + 1):
        day = last_filled_day + timedelta(days=offset)
        if not await _fill_day(store, fetcher, categories, day, now, base):
            return False
        day_cursor = FeedCursor(
            FIRST_FILL,
            last_day=day,
            checked_at=now,
            batch_fingerprint=COMPLETE_MARK if day == today else "",
        )
        await store.run(store.feed_cursors.put, day_cursor)
    return True


async def is_paused(store: Store, lease_name: str, now: datetime) -> bool:
    """Return whether a lease is held, by arXiv as a pause or by another process."""
    lease = await store.run(store.leases.get, lease_name)
    return lease is not None and lease.is_valid(now)


async def pause_requests(
    store: Store, lease_name: str, now: datetime, requested_seconds: float | None
) -> None:
    """Pause requests as long as arXiv wants, across restarts, taking the lease from its holder."""
    pause_seconds = (
        DEFAULT_PAUSE_SECONDS if requested_seconds is None else max(requested_seconds, 60.0)
    )
    lease = await store.run(store.leases.get, lease_name)
    if lease is not None:
        await store.run(store.leases.release, lease)
    await store.run(store.leases.acquire, lease_name, ARXIV_HOLDER, now, pause_seconds)


async def _fill_day(
    store: Store, fetcher: Fetcher, categories: Collection[str], day: date, now: datetime, base: str
) -> bool:
    """Store a date's submissions; return False if the API did not give all of them."""
    day_start = calendar.eastern_midnight(day)
    day_end = calendar.eastern_midnight(day + timedelta(days=1))  # 25 hours later once a year
    next_position = empty_pages = 0
    for _ in range(_MAX_PAGES + _MAX_EMPTY_PAGES):
        url = arxiv_api.recent_query_url(
            sorted(categories), day_start, day_end, next_position, base=base
        )
        batch = await fetch_batch(Source(FIRST_FILL, url=url), fetcher)
        if batch.status is BatchStatus.EMPTY_PAGE and empty_pages < _MAX_EMPTY_PAGES:
            empty_pages += 1
            continue
        if batch.status not in (BatchStatus.FRESH, BatchStatus.EMPTY):
            _log_report(await _store_announcements(store, batch, now))
            if batch.status is not BatchStatus.UNREACHABLE:
                await pause_requests(store, FIRST_FILL, now, batch.retry_after)
            return False
        await _store_announcements(store, batch, now)
        if not batch.next_position:
            return True
        next_position = batch.next_position
    await pause_requests(store, FIRST_FILL, now, None)
    return False


def _log_report(report: IngestReport) -> None:
    batch = report.batch
    facts = {
        "source": batch.source,
        "condition": str(batch.status),
        "stored": report.added.stored,
        "updated": report.added.updated,
        "known": report.added.unchanged,
    }
    if batch.is_usable:
        log.info("source read", extra=facts)
    else:
        log.warning("source not usable", extra=facts)
    for warning in batch.warnings:
        log.warning("source warns", extra={"source": batch.source, "warning": warning.text_key})
