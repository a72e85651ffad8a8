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
from bot.arxiv.oai_sets import covering
from bot.ingest.catch_up.backfill import DUTY, Walked, days_of, held_walk
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import Ingested, rests
from storage import Store
from storage.records import Answer, Harvest

log = logging.getLogger(__name__)

WINDOW = timedelta(days=31)  # what is older is left to ``papergram backfill``
GIVEN_UP = timedelta(days=7)  # an archive that fails so long for a harvest will not mend
PAGES = 20  # of one pass, so that feeds are asked in between
CUT = "source-cut"


def note(store: Store, reports: Iterable[Ingested], now: datetime) -> None:
    """Remembers how feeds answered; what arXiv cut from one is looked for by ``plan``."""
    with store.transaction():
        for report in reports:
            is_cut = any(warning.key == CUT for warning in report.warnings)
            cut = report.day if is_cut else None
            store.feeds.answered(report.source, str(report.condition), now, cut=cut)


def plan(store: Store, categories: Collection[str], now: datetime) -> int:
    """Plans the harvest of every feed day that is over and was missed; returns how many.

    Call it before feeds are asked: a new batch hides that the day before it was half read.
    """
    today = arxiv_day(now)
    answers = store.feeds.answers()
    missed: dict[tuple[date, date], list[str]] = defaultdict(list)
    for feed in feed_groups(categories):
        days = _missed(store, feed, answers.get(feed), today)
        for stretch in stretches(days):
            missed[stretch].append(feed)
    with store.transaction():
        return sum(
            store.harvests.plan(harvest)
            for (first, last), feeds in missed.items()
            for harvest in harvests(feeds, first, last, now)
        )


def _missed(store: Store, feed: str, answer: Answer | None, today: date) -> tuple[date, ...]:
    """The days of a feed that are over, not whole in the store and not planned for."""
    began = store.feeds.first_day(feed)
    if began is None:
        return ()
    first = max(began, today - WINDOW)
    whole = store.cursors.get(feed).day  # of a later day the feed brought a part only
    stored = {day for day in store.feeds.days(feed, first, today) if whole and day <= whole}
    planned = {
        day
        for harvest in store.harvests.since(first)
        if feed in harvest.feeds
        for day in days_of(harvest)
    }
    cut = {answer.cut} if answer and answer.cut and answer.cut >= first else set()
    missed = {*gaps(first, today, stored | planned), *(cut - planned)}
    return tuple(sorted(missed))


def gaps(first: date, today: date, known: Collection[date]) -> tuple[date, ...]:
    """The feed days from ``first`` up to yesterday that are not known."""
    days = (first + timedelta(days=n) for n in range((today - first).days))
    return tuple(day for day in days if is_feed_day(day) and day not in known)


def stretches(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Days in order as runs between which no other feed day lies, each as first and last."""
    start: date | None = None
    for place, day in enumerate(days):
        start = start or day
        following = days[place + 1] if place + 1 < len(days) else None
        if following is None or gaps(day + timedelta(days=1), following, ()):
            yield start, day
            start = None


def harvests(feeds: Sequence[str], first: date, last: date, now: datetime) -> tuple[Harvest, ...]:
    """The harvests of a stretch of days for some feeds, one for each set that is asked for."""
    categories = [category for feed in feeds for category in feed.split("+")]
    return tuple(Harvest(one, first, last, tuple(feeds), now) for one in covering(categories))


async def repair(
    store: Store, fetcher: Fetcher, now: datetime, *, holder: str, base: str
) -> list[Walked]:
    """Makes the harvests that are planned, oldest days first, as far as one pass may go."""
    found: list[Walked] = []
    pages = PAGES
    for harvest in await store.run(store.harvests.open):
        if now - harvest.made > GIVEN_UP:
            log.error("harvest given up", extra={"set": harvest.set, "first": str(harvest.first)})
            await store.run(store.harvests.keep, replace(harvest, token="", done=now))
            continue
        if pages <= 0 or await rests(store, DUTY, now):
            break
        walked = await held_walk(store, fetcher, harvest, now, holder=holder, base=base, most=pages)
        if walked is None:
            break
        pages -= max(walked.pages, 1)
        found.append(walked)
    return found
