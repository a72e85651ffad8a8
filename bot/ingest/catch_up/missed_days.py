"""The verb: days that a feed missed → harvests from arXiv's archive.

A feed shows one day only. A day on which arXiv announced and of which a feed brought nothing
whole is gone from it when the next day begins; the archive still has it. So is what arXiv cut
from a feed that was too long.
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
from storage.records import Backfill, FeedStatus

log = logging.getLogger(__name__)

REPAIR_WINDOW = timedelta(days=31)  # what is older is left to ``papergram backfill``
GIVE_UP_AFTER = timedelta(days=7)  # an archive that fails so long for a harvest will not mend
MAX_PAGES_PER_PASS = 20  # of one pass, so that feeds are asked in between
CUT_WARNING = "source-cut"


def record_feed_answers(store: Store, reports: Iterable[IngestReport], now: datetime) -> None:
    """Remembers how feeds answered; what arXiv cut from one is looked for by ``plan_backfills``."""
    with store.transaction():
        for report in reports:
            is_cut = any(warning.text_key == CUT_WARNING for warning in report.warnings)
            cut = report.day if is_cut else None
            store.feed_health.record_status(
                report.source, str(report.status), now, truncated_day=cut
            )


def plan_backfills(store: Store, categories: Collection[str], now: datetime) -> int:
    """Plans the harvest of every feed day that is over and was missed; returns how many.

    Call it before feeds are asked: a new batch hides that the day before it was half read.
    """
    today = arxiv_day(now)
    statuses = store.feed_health.statuses()
    missed: dict[tuple[date, date], list[str]] = defaultdict(list)
    for feed in feed_groups(categories):
        days = _missed_days(store, feed, statuses.get(feed), today)
        for day_range in consecutive_days(days):
            missed[day_range].append(feed)
    with store.transaction():
        return sum(
            store.backfills.plan(backfill)
            for (first, last), feeds in missed.items()
            for backfill in backfills_of_days(feeds, first, last, now)
        )


def _missed_days(
    store: Store, feed: str, feed_status: FeedStatus | None, today: date
) -> tuple[date, ...]:
    """The days of a feed that are over, not whole in the store and not planned for."""
    first_feed_day = store.feed_health.first_announced_day(feed)
    if first_feed_day is None:
        return ()
    first = max(first_feed_day, today - REPAIR_WINDOW)
    last_complete_day = store.feed_cursors.get(
        feed
    ).last_day  # of a later day the feed brought a part only
    stored_days = {
        day
        for day in store.feed_health.announced_days(feed, first, today)
        if last_complete_day and day <= last_complete_day
    }
    planned_days = {
        day
        for backfill in store.backfills.reaching(first)
        if feed in backfill.feeds
        for day in feed_days_of(backfill)
    }
    cut_days = (
        {feed_status.truncated_day}
        if feed_status and feed_status.truncated_day and feed_status.truncated_day >= first
        else set()
    )
    missed_days = {
        *missing_feed_days(first, today, stored_days | planned_days),
        *(cut_days - planned_days),
    }
    return tuple(sorted(missed_days))


def missing_feed_days(first: date, today: date, known_days: Collection[date]) -> tuple[date, ...]:
    """The feed days from ``first_day`` up to yesterday that are not known."""
    days = (first + timedelta(days=n) for n in range((today - first).days))
    return tuple(day for day in days if is_feed_day(day) and day not in known_days)


def consecutive_days(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Days in order as runs between which no other feed day lies, each as first and last."""
    start: date | None = None
    for index, day in enumerate(days):
        start = start or day
        next_day = days[index + 1] if index + 1 < len(days) else None
        if next_day is None or missing_feed_days(day + timedelta(days=1), next_day, ()):
            yield start, day
            start = None


def backfills_of_days(
    feeds: Sequence[str], first: date, last: date, now: datetime
) -> tuple[Backfill, ...]:
    """The harvests of a stretch of days for some feeds, one for each set that is asked for."""
    categories = [category for feed in feeds for category in feed.split("+")]
    return tuple(
        Backfill(oai_set, first, last, tuple(feeds), now) for oai_set in covering_sets(categories)
    )


async def run_planned_backfills(
    store: Store, fetcher: Fetcher, now: datetime, *, holder: str, base: str
) -> list[BackfillResult]:
    """Makes the harvests that are planned, oldest days first, as far as one pass may go."""
    results: list[BackfillResult] = []
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
        result = await run_backfill_exclusively(
            store, fetcher, backfill, now, holder=holder, base=base, max_pages=pages_left
        )
        if result is None:
            break
        pages_left -= max(result.pages, 1)
        results.append(result)
    return results
