"""Plan and run backfills of the feed days that were missed.

A feed shows one day only. A day whose announcements were not read completely is gone from the feed
when the next day begins; the archive still has it. The same goes for what arXiv cut from a feed
that was too long.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.arxiv.calendar import arxiv_day, is_feed_day
from bot.arxiv.combined_feeds import feed_groups
from bot.arxiv.oai_sets import covering_sets
from bot.ingest.catch_up.backfill import (
    BACKFILL_LEASE,
    BackfillResult,
    feed_days_of,
    run_backfill_exclusively,
)
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import IngestReport, is_paused
from storage import Store
from storage.records.feeds import Backfill, FeedStatus

log = logging.getLogger(__name__)

REPAIR_WINDOW = timedelta(days=31)  # older days are left to ``papergram backfill``
GIVE_UP_AFTER = timedelta(days=7)  # an archive that fails a backfill for so long will not recover
MAX_PAGES_PER_PASS = 20  # of one run, so that feeds are polled in between
CUT_WARNING = "source-cut"


def record_feed_answers(store: Store, reports: Iterable[IngestReport], now: datetime) -> None:
    """Record the answers of feeds; ``plan_backfills`` looks for what arXiv cut from one."""
    with store.transaction():
        for report in reports:
            batch = report.batch
            is_cut = any(warning.text_key == CUT_WARNING for warning in batch.warnings)
            store.feed_health.record_status(
                batch.source,
                str(batch.status),
                now,
                truncated_day=batch.day if is_cut else None,
            )


def plan_backfills(store: Store, categories: Collection[str], now: datetime) -> int:
    """Plan backfills of every past feed day that was missed; return how many.

    Call it before polling feeds: a new batch hides that the day before was only partly read.
    """
    today = arxiv_day(now)
    statuses = store.feed_health.statuses()
    feeds_by_day_range: dict[tuple[date, date], list[str]] = defaultdict(list)
    for feed in feed_groups(categories):
        missed_days = _missed_days(store, feed, statuses.get(feed), today)
        for day_range in consecutive_days(missed_days):
            feeds_by_day_range[day_range].append(feed)
    with store.transaction():
        return sum(
            store.backfills.plan(backfill)
            for (first, last), feeds in feeds_by_day_range.items()
            for backfill in backfills_of_days(feeds, first, last, now)
        )


def _missed_days(
    store: Store, feed: str, feed_status: FeedStatus | None, today: date
) -> tuple[date, ...]:
    """Return the past days of a feed that are neither complete in the store nor planned."""
    first_feed_day = store.feed_health.first_announced_day(feed)
    if first_feed_day is None:
        return ()
    first_day = max(first_feed_day, today - REPAIR_WINDOW)
    # Later days were only partly read.
    last_complete_day = store.feed_cursors.get(feed).last_day
    stored_days = {
        day
        for day in store.feed_health.announced_days(feed, first_day, today)
        if last_complete_day and day <= last_complete_day
    }
    planned_days = {
        day
        for backfill in store.backfills.reaching(first_day)
        if feed in backfill.feeds
        for day in feed_days_of(backfill)
    }
    cut_days = (
        {feed_status.truncated_day}
        if feed_status and feed_status.truncated_day and feed_status.truncated_day >= first_day
        else set()
    )
    missed_days = {
        *missing_feed_days(first_day, today, stored_days | planned_days),
        *(cut_days - planned_days),
    }
    return tuple(sorted(missed_days))


def missing_feed_days(first: date, today: date, known_days: Collection[date]) -> tuple[date, ...]:
    """Return the unknown feed days from ``first`` up to yesterday."""
    all_days = (first + timedelta(days=n) for n in range((today - first).days))
    return tuple(day for day in all_days if is_feed_day(day) and day not in known_days)


def consecutive_days(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Group days in order into runs without another feed day between, each as (first, last)."""
    first_day: date | None = None
    for index, day in enumerate(days):
        first_day = first_day or day
        next_day = days[index + 1] if index + 1 < len(days) else None
        if next_day is None or missing_feed_days(day + timedelta(days=1), next_day, ()):
            yield first_day, day
            first_day = None


def backfills_of_days(
    feeds: Sequence[str], first: date, last: date, now: datetime
) -> tuple[Backfill, ...]:
    """Return the backfills of a range of days for some feeds, one for each OAI-PMH set."""
    categories = [category for feed in feeds for category in feed.split("+")]
    return tuple(
        Backfill(oai_set, first, last, tuple(feeds), now) for oai_set in covering_sets(categories)
    )


async def run_planned_backfills(
    store: Store, fetcher: Fetcher, now: datetime, *, holder: str, base: str
) -> list[BackfillResult]:
    """Run the planned backfills, oldest days first, within the limits of one run."""
    backfill_results: list[BackfillResult] = []
    pages_left = MAX_PAGES_PER_PASS
    for backfill in await store.run(store.backfills.unfinished):
        if now - backfill.created_at > GIVE_UP_AFTER:
            log.error(
                "harvest given up",
                extra={"set": backfill.set_spec, "first": str(backfill.first_day)},
            )
            await store.run(
                store.backfills.save_progress, replace(backfill, resumption_token="", done_at=now)
            )
            continue
        if pages_left <= 0 or await is_paused(store, BACKFILL_LEASE, now):
            break
        backfill_result = await run_backfill_exclusively(
            store, fetcher, backfill, now, holder=holder, base=base, max_pages=pages_left
        )
        if backfill_result is None:
            break
        pages_left -= max(backfill_result.pages, 1)
        backfill_results.append(backfill_result)
    return backfill_results
