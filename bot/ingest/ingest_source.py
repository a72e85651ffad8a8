"""The verb: a source → new papers in the store.

A batch is kept in short transactions, so that nobody waits for a bulk load; the last of them
moves the source's cursor. A crash in between loses nothing and a repeat adds nothing.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from bot.arxiv import author_list, calendar
from bot.arxiv.combined_feeds import feed_groups
from bot.arxiv.taxonomy import filed_under
from bot.ingest.http_client import Fetcher
from bot.ingest.sources import arxiv_api
from bot.ingest.sources.addresses import Source, feed
from bot.ingest.sources.fetch_batch import read
from bot.ingest.sources.source_batch import Batch, Condition, Unread
from storage import Store
from storage.records import (
    Added,
    Announcement,
    Digest,
    Kind,
    Notice,
    OutstandingPaper,
    Paper,
    SourceCursor,
)

log = logging.getLogger(__name__)

CHUNK = 50  # announcements in a transaction: some 20 ms
FIRST_DAYS = 7
FIRST = "first-days"  # the source that fills an empty store; its cursor's day is how far it came
FEEDS = "feeds"  # the duty of asking feeds, and FIRST that of filling: arXiv holds them to rest
ARXIV = "arXiv"  # holds a duty that is to rest
PATIENCE = 1200.0  # seconds of rest when arXiv does not say how long
WHOLE = "whole"  # mark of a first fill that came to its end
_PAGES = 100  # of one day; more means that the answer never ends
_HOLES = 3  # times that a missing page is asked for again


@dataclass(frozen=True, slots=True)
class Ingested:
    """What one answer of a source brought, counted by kind and by what became of it."""

    source: str
    condition: Condition
    day: date | None
    counts: dict[Kind, int]
    added: Added
    reason: Notice | None
    warnings: tuple[Notice, ...]
    retry_after: float | None

    @property
    def is_usable(self) -> bool:
        """The source answered as it should, with papers or honestly without."""
        return self.condition in (
            Condition.FRESH,
            Condition.EMPTY,
            Condition.UNCHANGED,
            Condition.STALE,
        )


async def ingest(store: Store, fetcher: Fetcher, source: Source, now: datetime) -> Ingested:
    """Asks a source and keeps what is new."""
    previous = await store.run(store.cursors.get, source.name)
    batch = await read(source, fetcher, previous)
    return await keep(store, batch, now)


async def keep(store: Store, batch: Batch, now: datetime) -> Ingested:
    """Keeps a batch; the cursor moves with its last announcements."""
    report = await _kept(store, batch, now, replace(batch.cursor, checked=now))
    _report(report)
    return report


async def _kept(
    store: Store, batch: Batch, now: datetime, cursor: SourceCursor | None = None
) -> Ingested:
    """Keeps the papers of a batch, and with the last of them the cursor and what is unread."""
    unread = _outstanding(batch, now)
    move = partial(_move, store, cursor, unread) if cursor or unread else None
    added = await added_in_chunks(store, batch.announcements, now, move)
    return Ingested(
        batch.source,
        batch.condition,
        batch.day,
        dict(batch.counts),
        added,
        batch.reason,
        batch.warnings,
        batch.retry_after,
    )


def _outstanding(batch: Batch, now: datetime) -> list[OutstandingPaper]:
    """The papers of a batch's items that could not be read.

    An item without an id counts where the batch is not asked for again anyway.
    """
    feed = batch.announcements[0].feed if batch.announcements else batch.source
    day = batch.day or calendar.arxiv_day(now)
    return [
        OutstandingPaper(feed, one.id, day, day, now, one.version, _kind(one))
        for one in batch.unread
        if one.id or batch.is_usable
    ]


def _kind(unread: Unread) -> Kind:
    return unread.kind or (Kind.NEW if unread.version <= 1 else Kind.REPLACE)


def _move(store: Store, cursor: SourceCursor | None, unread: Sequence[OutstandingPaper]) -> None:
    store.outstanding.note(unread)
    if cursor:
        store.cursors.put(cursor)


async def added_in_chunks(
    store: Store, found: Sequence[Announcement], now: datetime, move: Callable[[], None] | None
) -> Added:
    """Keeps announcements in short transactions; the last one moves its source on."""
    added = Added()
    chunks = [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)] or [()]
    for chunk in chunks[:-1]:
        added = added.plus(await store.run(_add, store, chunk, now, None))
    return added.plus(await store.run(_add, store, chunks[-1], now, move))


def _add(
    store: Store, chunk: Sequence[Announcement], now: datetime, move: Callable[[], None] | None
) -> Added:
    with store.transaction():
        added = store.papers.add(chunk, seen=now)
        if move:
            move()
    return added


async def ingest_due(
    store: Store, fetcher: Fetcher, categories: Collection[str], now: datetime, *, base: str
) -> list[Ingested]:
    """Asks each feed that it is time to ask, one after the other, until arXiv wants a rest."""
    reports: list[Ingested] = []
    if await rests(store, FEEDS, now):
        return reports
    for name in feed_groups(categories):
        cursor = await store.run(store.cursors.get, name)
        if calendar.poll_due(now, cursor.day, cursor.checked):
            report = await ingest(store, fetcher, feed(name, base=base), now)
            reports.append(report)
            if report.condition is Condition.LIMITED:
                await rest(store, FEEDS, now, report.retry_after)
                break
    return reports


async def fill(
    store: Store, fetcher: Fetcher, categories: Collection[str], now: datetime, *, base: str
) -> bool:
    """Gives a new store the last seven days by the API; True when there is nothing left to do.

    One day at a time, and the cursor remembers the days that are done: a restart goes on.
    """
    cursor = await store.run(store.cursors.get, FIRST)
    today = calendar.arxiv_day(now)
    if cursor.batch == WHOLE:
        return True
    if cursor.day is None:
        if await store.run(store.papers.count) > 0:
            return True
        # Kept before the first paper, or half a first day would pass for a store with papers.
        cursor = SourceCursor(FIRST, day=today - timedelta(days=FIRST_DAYS), checked=now)
        await store.run(store.cursors.put, cursor)
    if await rests(store, FIRST, now):
        return False
    return await _filled(store, fetcher, categories, cursor.day or today, now, base)


async def _filled(
    store: Store,
    fetcher: Fetcher,
    categories: Collection[str],
    last: date,
    now: datetime,
    base: str,
) -> bool:
    """Keeps the days after ``last`` up to today, each with its cursor; False when one failed."""
    today = calendar.arxiv_day(now)
    for n in range(1, (today - last).days + 1):
        day = last + timedelta(days=n)
        if not await _fill_day(store, fetcher, categories, day, now, base):
            return False
        done = SourceCursor(FIRST, day=day, checked=now, batch=WHOLE if day == today else "")
        await store.run(store.cursors.put, done)
    return True


async def rests(store: Store, duty: str, now: datetime) -> bool:
    """Whether arXiv asked to be left alone with a duty, or somebody else is at it."""
    lease = await store.run(store.leases.held, duty)
    return lease is not None and lease.lasts(now)


async def rest(store: Store, duty: str, now: datetime, wanted: float | None) -> None:
    """Leaves arXiv alone as long as it wants, over restarts too; whoever was at it lets go."""
    lasts = PATIENCE if wanted is None else max(wanted, 60.0)
    lease = await store.run(store.leases.held, duty)
    if lease is not None:
        await store.run(store.leases.release, lease)
    await store.run(store.leases.take, duty, ARXIV, now, lasts)


async def _fill_day(
    store: Store,
    fetcher: Fetcher,
    categories: Collection[str],
    day: date,
    now: datetime,
    base: str,
) -> bool:
    """Keeps what was submitted on a date; False when the API did not give all of it."""
    since = calendar.midnight(day)
    until = since + timedelta(days=1)
    start = holes = 0
    for _ in range(_PAGES + _HOLES):
        url = arxiv_api.recent(sorted(categories), since, until, start, base=base)
        batch = await read(Source(FIRST, url=url), fetcher)
        if batch.condition is Condition.EMPTY_PAGE and holes < _HOLES:
            holes += 1
            continue
        if batch.condition not in (Condition.FRESH, Condition.EMPTY):
            _report(await _kept(store, batch, now))
            if batch.condition is not Condition.UNREACHABLE:
                await rest(store, FIRST, now, batch.retry_after)
            return False
        await _kept(store, batch, now)
        if not batch.following:
            return True
        start = batch.following
    await rest(store, FIRST, now, None)
    return False


def import_digest(store: Store, digest: Digest) -> int:
    """Keeps an imported document with its papers and glosses; returns its number.

    The same document imported again is the one that is there. No parcels: nobody is sent it.
    """
    with store.transaction():
        papers = store.papers.keep(
            [_filed(one.paper) for one in digest.entries], seen=digest.issued
        )
        entries = tuple(
            replace(
                entry,
                paper=paper,
                glosses=tuple(replace(gloss, paper=paper.key) for gloss in entry.glosses),
            )
            for entry, paper in zip(digest.entries, papers, strict=True)
        )
        told = "\n".join(repr(entry.verbatim or entry.paper.id) for entry in digest.entries)
        mark = hashlib.sha256((digest.document or told).encode()).hexdigest()[:16]
        period = f"import/{digest.topic}/{digest.issued:%Y-%m-%dT%H:%MZ}/{mark}"
        return store.digests.issue(replace(digest, entries=entries, period=period))


def _filed(paper: Paper) -> Paper:
    """A document's paper with authors and categories as the sources are read now.

    An older version wrote classes of other schemes there, and authors that are none.
    """
    return replace(
        paper, authors=author_list.each(paper.authors), categories=filed_under(paper.categories)
    )


def _report(report: Ingested) -> None:
    facts = {
        "source": report.source,
        "condition": str(report.condition),
        "stored": report.added.stored,
        "updated": report.added.updated,
        "known": report.added.known,
    }
    if report.is_usable:
        log.info("source read", extra=facts)
    else:
        log.warning("source not usable", extra=facts)
    for warning in report.warnings:
        log.warning("source warns", extra={"source": report.source, "warning": warning.key})
