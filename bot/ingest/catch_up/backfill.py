"""The verb: missed feed days → announcements, fetched from arXiv's archive page by page.

A page is kept with the token that leads to the next one, so a restart goes on where it was. A
token is good until midnight UTC; after that the harvest begins again from its first day, and
what is known already adds nothing. The same question is not asked twice a day.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial

from bot.arxiv import calendar
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import added_in_chunks, rest
from bot.ingest.sources import arxiv_history, arxiv_oai
from bot.ingest.sources.arxiv_oai import Page, Record
from storage import Store
from storage.records import Added, Announcement, Harvest, Kind, Notice, OutstandingPaper

log = logging.getLogger(__name__)

DUTY = "harvest"  # held by whoever asks, and by arXiv when it wants to be left alone
LEASE = 900.0  # seconds for one page, with all that the fetcher waits
HELD = timedelta(days=31)  # that a moderator may hold a paper
MOST_PAGES = 1000  # of one harvest; more means that the chain never ends


class Stage(StrEnum):
    """How far a walk came."""

    DONE = "done"
    ON_THE_WAY = "on-the-way"  # there are more pages
    RESTING = "resting"  # arXiv gave no page; later
    TOMORROW = "tomorrow"  # the token ran out on the day it was given


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk through the pages of a harvest brought."""

    stage: Stage
    harvest: Harvest
    pages: int = 0
    records: int = 0
    announcements: int = 0
    added: Added = field(default_factory=Added)
    reason: Notice | None = None
    warnings: tuple[Notice, ...] = ()

    def plus(self, other: Walked) -> Walked:
        """This walk and the one that went on from it."""
        return replace(
            other,
            pages=self.pages + other.pages,
            records=self.records + other.records,
            announcements=self.announcements + other.announcements,
            added=self.added.plus(other.added),
            warnings=(*self.warnings, *other.warnings),
        )


def days_of(harvest: Harvest) -> tuple[date, ...]:
    """The feed days of a harvest."""
    length = (harvest.last - harvest.first).days + 1
    days = (harvest.first + timedelta(days=n) for n in range(length))
    return tuple(day for day in days if calendar.is_feed_day(day))


async def held_walk(
    store: Store,
    fetcher: Fetcher,
    harvest: Harvest,
    now: datetime,
    *,
    holder: str,
    base: str,
    most: int,
) -> Walked | None:
    """Walks through a harvest as the only one who does; None where another process does."""
    lease = await store.run(store.leases.take, DUTY, holder, now, LEASE)
    if lease is None:
        return None
    try:
        return await walk(store, fetcher, harvest, now, base=base, most=most)
    finally:
        await store.run(store.leases.release, lease)


async def walk(
    store: Store, fetcher: Fetcher, harvest: Harvest, now: datetime, *, base: str, most: int
) -> Walked:
    """Fetches at most so many pages of a harvest and keeps what they announced."""
    walked = Walked(Stage.ON_THE_WAY, harvest)
    while walked.stage is Stage.ON_THE_WAY and walked.pages < most:
        if not walked.harvest.token and _was_asked_today(walked.harvest, now):
            return replace(walked, stage=Stage.TOMORROW)
        page = await arxiv_oai.ask(_url(walked.harvest, base), fetcher)
        walked = await _taken(store, walked, page, now)
        _report(walked, page)
    return walked


def _was_asked_today(harvest: Harvest, now: datetime) -> bool:
    return harvest.asked is not None and harvest.asked.date() >= now.date()


def _url(harvest: Harvest, base: str) -> str:
    if harvest.token:
        return arxiv_oai.next_page(harvest.token, base=base)
    return arxiv_oai.first_page(harvest.first, harvest.set, base=base)


async def _taken(store: Store, walked: Walked, page: Page, now: datetime) -> Walked:
    """Keeps a page, or notes why there is none."""
    harvest = walked.harvest
    if page.is_expired and harvest.token:
        fresh = replace(harvest, token="")
        await store.run(store.harvests.keep, fresh)
        return replace(walked, harvest=fresh)
    found = await store.run(untold, store, harvest, page.records)
    further = _further(harvest, page, now)
    unread = _outstanding(harvest, page, now)
    added = await added_in_chunks(store, found, now, partial(_keep, store, further, unread))
    if not page.is_usable or further == harvest:
        await rest(store, DUTY, now, page.retry_after)
        return replace(walked, stage=Stage.RESTING, reason=page.reason or _endless())
    stage = Stage.DONE if further.done else Stage.ON_THE_WAY
    own = Walked(stage, further, 1, len(page.records), len(found), added, warnings=page.warnings)
    return walked.plus(own)


def _outstanding(harvest: Harvest, page: Page, now: datetime) -> list[OutstandingPaper]:
    """The papers of a page's records that could not be read, once for each feed."""
    if not page.is_usable:  # which is asked for again
        return []
    return [
        OutstandingPaper(feed, one.id, harvest.first, harvest.last, now)
        for one in page.unread
        if one.id
        for feed in harvest.feeds
    ]


def _keep(store: Store, harvest: Harvest, unread: Sequence[OutstandingPaper]) -> None:
    store.harvests.keep(harvest)
    store.outstanding.note(unread)


def _further(harvest: Harvest, page: Page, now: datetime) -> Harvest:
    """Where a harvest stands after a page: nowhere else after one that broke off or came again."""
    if not page.is_usable or (page.token and page.token == harvest.token):
        return harvest
    pages = harvest.pages + 1
    is_over = not page.token or pages >= MOST_PAGES
    asked = harvest.asked if harvest.token else now
    return replace(
        harvest, token=page.token, pages=pages, asked=asked, done=now if is_over else None
    )


def _endless() -> Notice:
    return Notice("harvest-endless")


def untold(store: Store, harvest: Harvest, records: Sequence[Record]) -> list[Announcement]:
    """What the feeds of a harvest announced on its days and have not told us."""
    days = days_of(harvest)
    return [
        announcement
        for feed in harvest.feeds
        for announcement in _of_feed(store, feed, days, records)
        if not _is_told(store, feed, announcement)
    ]


def _is_told(store: Store, feed: str, announcement: Announcement) -> bool:
    """Whether a feed has said the same of the paper itself.

    A revision that came while the first version was missed has introduced the paper to nobody.
    """
    paper = announcement.paper
    if announcement.kind in (Kind.NEW, Kind.CROSS):
        return store.feeds.has_introduced(feed, paper.id)
    return store.feeds.has_announced(feed, paper.id, paper.version)


def _of_feed(
    store: Store, feed: str, days: Sequence[date], records: Sequence[Record]
) -> Iterator[Announcement]:
    read = store.feeds.days(feed, days[0] - HELD, days[0]) if days else frozenset()
    for record in records:
        told = arxiv_history.announced(record, feed, days)
        yield from told
        # Had it been announced on its own day, which we read, we would know the paper.
        if not told and arxiv_history.first_day(record) in read:
            late = arxiv_history.held(record, feed, days)
            if late and store.papers.get(record.paper.id) is None:
                yield late


def _report(walked: Walked, page: Page) -> None:
    facts = {
        "set": walked.harvest.set or "all",
        "first": walked.harvest.first.isoformat(),
        "last": walked.harvest.last.isoformat(),
        "page": walked.harvest.pages,
        "condition": str(page.condition),
        "announcements": walked.announcements,
    }
    if page.is_usable or page.is_expired:
        log.info("archive read", extra=facts)
    else:
        log.warning("archive not usable", extra=facts)
    for warning in page.warnings:
        log.warning("archive warns", extra={"set": facts["set"], "warning": warning.key})
