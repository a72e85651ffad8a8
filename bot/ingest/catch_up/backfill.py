"""Backfill missed feed days from arXiv's archive, page by page.

A page is stored with the token of the next one, so a restart continues where it was. A token is
valid until midnight UTC; after that the backfill begins again from its first day, and what is
already known adds nothing. The same request is not made twice a day.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial

from bot.arxiv import calendar
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import add_in_chunks, pause_requests
from bot.ingest.sources import arxiv_history, arxiv_oai
from bot.ingest.sources.arxiv_oai import OaiPage, OaiRecord
from storage import Store
from storage.records.feeds import Backfill, MissingPaper
from storage.records.messages import Notice
from storage.records.papers import FRESH_KINDS, Announcement, IngestCounts

log = logging.getLogger(__name__)

BACKFILL_LEASE = "harvest"  # held by whoever asks, and by arXiv when it wants a pause
LEASE_SECONDS = 900.0  # for one page, including the fetcher's waits
MAX_MODERATION_DELAY = timedelta(days=31)  # how long a moderator may hold a paper
MAX_PAGES = 1000  # of one backfill; more means that the chain never ends


class BackfillStage(StrEnum):
    """The outcome of a run over a backfill's pages."""

    DONE = "done"
    IN_PROGRESS = "on-the-way"  # there are more pages
    PAUSED = "resting"  # arXiv gave no page; try later
    WAITS_FOR_TOMORROW = "tomorrow"  # the token expired on the day it was given


@dataclass(frozen=True, slots=True)
class BackfillResult:
    """What a run over the pages of a backfill brought."""

    stage: BackfillStage
    backfill: Backfill
    pages: int = 0
    records: int = 0
    announcements: int = 0
    added: IngestCounts = field(default_factory=IngestCounts)
    reason: Notice | None = None
    warnings: tuple[Notice, ...] = ()

    def plus(self, other: BackfillResult) -> BackfillResult:
        """Return the sum of this run and the one that continued it."""
        return replace(
            other,
            pages=self.pages + other.pages,
            records=self.records + other.records,
            announcements=self.announcements + other.announcements,
            added=self.added.plus(other.added),
            warnings=(*self.warnings, *other.warnings),
        )


def feed_days_of(backfill: Backfill) -> tuple[date, ...]:
    """Return the feed days of a backfill."""
    day_count = (backfill.last_day - backfill.first_day).days + 1
    all_days = (backfill.first_day + timedelta(days=n) for n in range(day_count))
    return tuple(day for day in all_days if calendar.is_feed_day(day))


async def run_backfill_exclusively(
    store: Store,
    fetcher: Fetcher,
    backfill: Backfill,
    now: datetime,
    *,
    holder: str,
    base: str,
    max_pages: int,
) -> BackfillResult | None:
    """Run a backfill under its lease; return None if another process holds it."""
    lease = await store.run(store.leases.acquire, BACKFILL_LEASE, holder, now, LEASE_SECONDS)
    if lease is None:
        return None
    try:
        return await run_backfill(store, fetcher, backfill, now, base=base, max_pages=max_pages)
    finally:
        await store.run(store.leases.release, lease)


async def run_backfill(
    store: Store, fetcher: Fetcher, backfill: Backfill, now: datetime, *, base: str, max_pages: int
) -> BackfillResult:
    """Fetch at most ``max_pages`` pages of a backfill and store what they announced."""
    backfill_result = BackfillResult(BackfillStage.IN_PROGRESS, backfill)
    while backfill_result.stage is BackfillStage.IN_PROGRESS and backfill_result.pages < max_pages:
        current_backfill = backfill_result.backfill
        if current_backfill.resumption_token:
            url = arxiv_oai.next_page_url(current_backfill.resumption_token, base=base)
        elif (
            current_backfill.first_page_at is None
            or current_backfill.first_page_at.date() < now.date()
        ):
            url = arxiv_oai.first_page_url(
                current_backfill.first_day, current_backfill.set_spec, base=base
            )
        else:  # it was requested today
            return replace(backfill_result, stage=BackfillStage.WAITS_FOR_TOMORROW)
        oai_page = await arxiv_oai.fetch_page(url, fetcher)
        backfill_result = await _store_page(store, backfill_result, oai_page, now)
        facts = {
            "set": backfill.set_spec or "all",
            "first": backfill.first_day.isoformat(),
            "last": backfill.last_day.isoformat(),
            "page": backfill_result.backfill.pages,
            "condition": str(oai_page.status),
            "announcements": backfill_result.announcements,
        }
        if oai_page.is_usable or oai_page.is_token_expired:
            log.info("archive read", extra=facts)
        else:
            log.warning("archive not usable", extra=facts)
        for warning in oai_page.warnings:
            log.warning("archive warns", extra={"set": facts["set"], "warning": warning.text_key})
    return backfill_result


async def _store_page(
    store: Store, result: BackfillResult, page: OaiPage, now: datetime
) -> BackfillResult:
    """Store a page, or record why there is none."""
    backfill = result.backfill
    if page.is_token_expired and backfill.resumption_token:
        restarted_backfill = replace(backfill, resumption_token="")
        await store.run(store.backfills.save_progress, restarted_backfill)
        return replace(result, backfill=restarted_backfill)
    announcements = await store.run(unknown_announcements, store, backfill, page.records)
    advanced_backfill = _advance_backfill(backfill, page, now)
    missing_papers = [
        MissingPaper(feed, item.id, backfill.first_day, backfill.last_day, now)
        for item in page.skipped_items
        if item.id and page.is_usable  # one that is not usable is requested again
        for feed in backfill.feeds
    ]
    added_counts = await add_in_chunks(
        store, announcements, now, partial(_save_progress, store, advanced_backfill, missing_papers)
    )
    if not page.is_usable or advanced_backfill == backfill:
        await pause_requests(store, BACKFILL_LEASE, now, page.retry_after)
        return replace(
            result, stage=BackfillStage.PAUSED, reason=page.reason or Notice("harvest-endless")
        )
    backfill_stage = BackfillStage.DONE if advanced_backfill.done_at else BackfillStage.IN_PROGRESS
    page_result = BackfillResult(
        backfill_stage,
        advanced_backfill,
        1,
        len(page.records),
        len(announcements),
        added_counts,
        warnings=page.warnings,
    )
    return result.plus(page_result)


def _save_progress(
    store: Store, backfill: Backfill, missing_papers: Sequence[MissingPaper]
) -> None:
    store.backfills.save_progress(backfill)
    store.missing_papers.add(missing_papers)


def _advance_backfill(backfill: Backfill, page: OaiPage, now: datetime) -> Backfill:
    """Return the backfill's position after a page, the same after a partial or repeated one."""
    if not page.is_usable or (
        page.resumption_token and page.resumption_token == backfill.resumption_token
    ):
        return backfill
    pages = backfill.pages + 1
    is_finished = not page.resumption_token or pages >= MAX_PAGES
    requested_at = backfill.first_page_at if backfill.resumption_token else now
    return replace(
        backfill,
        resumption_token=page.resumption_token,
        pages=pages,
        first_page_at=requested_at,
        done_at=now if is_finished else None,
    )


def unknown_announcements(
    store: Store, backfill: Backfill, records: Sequence[OaiRecord]
) -> list[Announcement]:
    """Return the backfill's announcements that are not stored yet."""
    feed_days = feed_days_of(backfill)
    not_stored: list[Announcement] = []
    for feed in backfill.feeds:
        days_read = (
            store.feed_health.announced_days(
                feed, feed_days[0] - MAX_MODERATION_DELAY, feed_days[0]
            )
            if feed_days
            else frozenset()
        )
        for record in records:
            announcements = arxiv_history.announcements_of_record(record, feed, feed_days)
            # Had it been announced on its own day, which was read, the paper would be known.
            if not announcements and arxiv_history.first_announcement_day(record) in days_read:
                held_announcement = arxiv_history.late_announcement(record, feed, feed_days)
                if held_announcement and store.papers.get(record.paper.id) is None:
                    announcements = (held_announcement,)
            not_stored += [
                announcement
                for announcement in announcements
                if not _is_announced(store, feed, announcement)
            ]
    return not_stored


def _is_announced(store: Store, feed: str, announcement: Announcement) -> bool:
    """Return whether a feed has announced the paper itself already.

    A revision that came while the first version was missed has introduced the paper to nobody.
    """
    paper = announcement.paper
    if announcement.kind in FRESH_KINDS:
        return store.feed_health.has_announced_as_new(feed, paper.id)
    return store.feed_health.has_announced(feed, paper.id, paper.version)
