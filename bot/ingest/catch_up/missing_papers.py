"""Fetch papers whose feed items could not be read by their ids, and announce them.

arXiv's search API is asked for all of them together, and its archive for each that the API does not
return. Papers that neither returns are requested again every day. If an item did not even contain
its id, the archive is asked for everything announced on its day.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.arxiv import taxonomy
from bot.arxiv.calendar import arxiv_day, feed_day_of_submission
from bot.arxiv.combined_feeds import feed_groups
from bot.ingest.catch_up import backfill
from bot.ingest.catch_up.missed_days import REPAIR_WINDOW, backfills_of_days
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import FIRST_FILL, add_in_chunks, is_paused, pause_requests
from bot.ingest.sources import arxiv_oai
from bot.ingest.sources.addresses import Source
from bot.ingest.sources.arxiv_api import id_query_urls
from bot.ingest.sources.arxiv_oai import OaiRecord, PaperVersion
from bot.ingest.sources.fetch_batch import fetch_batch
from bot.ingest.sources.source_batch import BatchStatus
from storage import Store
from storage.records.feeds import Backfill, MissingPaper
from storage.records.papers import Announcement, AnnouncementKind

log = logging.getLogger(__name__)

MISSING_PAPERS_LEASE = "outstanding"  # arXiv holds it when its API wants a pause
RETRY_INTERVAL = timedelta(days=1)  # arXiv wants the same request once a day at most
MAX_PAPERS = 200  # papers of one run: two requests
MAX_ARCHIVE_REQUESTS = 20  # of them requested from the archive, one per request
# Answers that say nothing about the papers requested.
_NO_ANSWER_STATUSES = (
    BatchStatus.LIMITED,
    BatchStatus.UNREACHABLE,
    BatchStatus.NOT_A_FEED,
    BatchStatus.EMPTY_PAGE,
)


async def fetch_missing_papers(
    store: Store,
    fetcher: Fetcher,
    categories: Collection[str],
    now: datetime,
    *,
    api: str,
    archive: str,
) -> int:
    """Fetch the missing papers that are due; return how many were found."""
    papers = await store.run(_due_papers, store, categories, now)
    ids = list(dict.fromkeys(paper.id for paper in papers))
    records, answered_ids = await _fetch_from_api(store, fetcher, ids, now, api)
    remaining_ids = [id for id in ids if not _is_fetched(id, papers, records)]
    archive_records, archive_answered = await _fetch_from_archive(
        store, fetcher, remaining_ids[:MAX_ARCHIVE_REQUESTS], now, archive
    )
    records |= archive_records
    # Papers that the archive had no time for stay due.
    answered_ids = answered_ids - {*remaining_ids[MAX_ARCHIVE_REQUESTS:]} | archive_answered

    fetched_papers = [paper for paper in papers if _is_fetched(paper.id, papers, records)]
    completed_papers = [
        replace(paper, last_requested_at=now, done_at=now) for paper in fetched_papers
    ]
    missing_papers = [
        replace(paper, attempts=paper.attempts + 1, last_requested_at=now)
        for paper in papers
        if paper.id in answered_ids and paper not in fetched_papers
    ]
    if not completed_papers and not missing_papers:
        return 0
    announcements = [
        announcement
        for paper in fetched_papers
        for announcement in await store.run(_announcements_of, store, paper, records[paper.id])
    ]
    save_progress = partial(
        store.missing_papers.save_progress, [*completed_papers, *missing_papers]
    )
    await add_in_chunks(store, announcements, now, save_progress)
    for paper in missing_papers:
        facts = {"feed": paper.feed, "paper": paper.id, "attempts": paper.attempts}
        log.warning("paper not given by its id", extra=facts)
    log.info(
        "papers fetched by their ids",
        extra={"papers": len(completed_papers), "missing": len(missing_papers)},
    )
    return len(completed_papers)


def _due_papers(store: Store, categories: Collection[str], now: datetime) -> list[MissingPaper]:
    """Return the papers that are due; those without an id are left to a backfill of their day."""
    due_papers: list[MissingPaper] = []
    with store.transaction():
        for paper in store.missing_papers.unfinished():
            if not paper.id or now - paper.noted_at > REPAIR_WINDOW:
                _plan_backfill(store, paper, categories, now)
            elif paper.last_requested_at is None or now - paper.last_requested_at >= RETRY_INTERVAL:
                due_papers.append(paper)
    return due_papers[:MAX_PAPERS]


def _plan_backfill(
    store: Store, paper: MissingPaper, categories: Collection[str], now: datetime
) -> None:
    """Plan a backfill of a paper's days, unless they are too old or not from arXiv's feeds."""
    feeds = feed_groups(categories) if paper.feed == FIRST_FILL else (paper.feed,)
    are_codes_known = all(
        taxonomy.canonical_code(code) for feed in feeds for code in feed.split("+")
    )
    is_planned = are_codes_known and paper.last_day >= arxiv_day(now) - REPAIR_WINDOW
    if is_planned:
        for planned in backfills_of_days(feeds, paper.first_day, paper.last_day, now):
            store.backfills.plan(planned)
    facts = {"feed": paper.feed, "paper": paper.id or "?", "day": str(paper.last_day)}
    log_level = logging.WARNING if is_planned else logging.ERROR
    log.log(log_level, "paper not to be had by its id", extra=facts | {"harvest": is_planned})
    store.missing_papers.save_progress([replace(paper, done_at=now)])


async def _fetch_from_api(
    store: Store, fetcher: Fetcher, ids: Sequence[str], now: datetime, base: str
) -> tuple[dict[str, OaiRecord], set[str]]:
    """Return the papers that the API returns, and the ids for which it gave an answer."""
    records: dict[str, OaiRecord] = {}
    answered_ids: set[str] = set()
    if (
        not ids
        or await is_paused(store, MISSING_PAPERS_LEASE, now)
        or await is_paused(store, FIRST_FILL, now)
    ):
        return records, answered_ids
    id_batches = [ids[start : start + 100] for start in range(0, len(ids), 100)]
    for id_batch, url in zip(id_batches, id_query_urls(ids, base=base), strict=True):
        batch = await fetch_batch(Source(FIRST_FILL, url=url), fetcher)
        if batch.status in _NO_ANSWER_STATUSES:
            await pause_requests(store, MISSING_PAPERS_LEASE, now, batch.retry_after)
            break
        answered_ids |= set(id_batch)
        for paper in (announcement.paper for announcement in batch.announcements):
            revised_at = paper.revised_at
            assert revised_at is not None  # an answer of the API has it
            # As much history as the API gives: the first and the last version.
            versions = [PaperVersion(max(paper.version, 1), revised_at)]
            if paper.submitted_at and paper.version > 1:
                versions.insert(0, PaperVersion(1, paper.submitted_at))
            record = OaiRecord(paper, tuple(versions), revised_at.date())
            records[paper.id.removeprefix("arxiv:")] = record
    return records, answered_ids


async def _fetch_from_archive(
    store: Store, fetcher: Fetcher, ids: Sequence[str], now: datetime, base: str
) -> tuple[dict[str, OaiRecord], set[str]]:
    """Return the same from the archive, which is asked for each paper separately."""
    records: dict[str, OaiRecord] = {}
    answered_ids: set[str] = set()
    for id in ids:
        if await is_paused(store, backfill.BACKFILL_LEASE, now):
            break
        oai_page = await arxiv_oai.fetch_page(arxiv_oai.record_url(id, base=base), fetcher)
        if oai_page.status in _NO_ANSWER_STATUSES:
            await pause_requests(store, backfill.BACKFILL_LEASE, now, oai_page.retry_after)
            break
        answered_ids.add(id)
        records |= {record.paper.id.removeprefix("arxiv:"): record for record in oai_page.records}
    return records, answered_ids


def _is_fetched(id: str, papers: Iterable[MissingPaper], records: Mapping[str, OaiRecord]) -> bool:
    """Return whether a paper was fetched at the announced version or a later one."""
    required_version = max(paper.version for paper in papers if paper.id == id)
    return id in records and records[id].paper.version >= required_version


def _announcements_of(store: Store, paper: MissingPaper, record: OaiRecord) -> list[Announcement]:
    """Return a feed's announcements of a paper; its history fills in what the item lacked."""
    if paper.feed == FIRST_FILL:
        announcement_kind = (
            AnnouncementKind.NEW if record.paper.version <= 1 else AnnouncementKind.REPLACE
        )
        return [
            Announcement(
                record.paper,
                FIRST_FILL,
                announcement_kind,
                feed_day_of_submission(record.versions[-1].submitted_at),
            )
        ]
    if paper.kind:
        return [Announcement(record.paper, paper.feed, paper.kind, paper.last_day)]
    days = Backfill("", paper.first_day, paper.last_day, (paper.feed,), paper.noted_at)
    return backfill.unknown_announcements(store, days, [record])
