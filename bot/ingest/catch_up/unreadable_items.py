"""The verb: papers whose items could not be read → fetched by their ids and announced.

arXiv's search API is asked for all of them together, and its archive for each that the API does
not give. What neither gives is asked for again every day. Where an item did not even tell its
id, the archive is asked for all that was announced on its day.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.arxiv import taxonomy
from bot.arxiv.calendar import arxiv_day, feed_day
from bot.arxiv.combined_feeds import feed_groups
from bot.ingest.catch_up import backfill
from bot.ingest.catch_up.missed_days import WINDOW, harvests
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import FIRST, added_in_chunks, rest, rests
from bot.ingest.sources import arxiv_oai
from bot.ingest.sources.addresses import Source
from bot.ingest.sources.arxiv_api import by_ids
from bot.ingest.sources.arxiv_oai import Record, Version
from bot.ingest.sources.fetch_batch import read
from bot.ingest.sources.source_batch import Condition
from storage import Store
from storage.records import Announcement, Harvest, Kind, OutstandingPaper, Paper

log = logging.getLogger(__name__)

DUTY = "outstanding"  # arXiv holds it when its API wants to be left alone
AGAIN = timedelta(days=1)  # arXiv wants the same question once a day at most
MOST = 200  # papers of one pass: two questions
ALONE = 20  # of them that are asked of the archive, one in a question
# Answers that say nothing of the papers that were asked for.
_SILENT = (Condition.LIMITED, Condition.UNREACHABLE, Condition.NOT_A_FEED, Condition.EMPTY_PAGE)


async def fetch_outstanding(
    store: Store,
    fetcher: Fetcher,
    categories: Collection[str],
    now: datetime,
    *,
    api: str,
    archive: str,
) -> int:
    """Fetches the papers that it is time to ask for; returns how many are there now."""
    papers = await store.run(_due, store, categories, now)
    ids = list(dict.fromkeys(paper.id for paper in papers))
    records, answered = await _of_api(store, fetcher, ids, now, api)
    left = [id for id in ids if not _is_there(id, papers, records)]
    more, asked = await _of_archive(store, fetcher, left[:ALONE], now, archive)
    # Who had to wait for the archive is not done with today.
    return await _kept(store, papers, records | more, answered - {*left[ALONE:]} | asked, now)


def _due(store: Store, categories: Collection[str], now: datetime) -> list[OutstandingPaper]:
    """The papers to ask for now; those without an id are left to a harvest of their day."""
    due: list[OutstandingPaper] = []
    with store.transaction():
        for paper in store.outstanding.open():
            if not paper.id or now - paper.noted > WINDOW:
                _leave_to_archive(store, paper, categories, now)
            elif paper.asked is None or now - paper.asked >= AGAIN:
                due.append(paper)
    return due[:MOST]


def _leave_to_archive(
    store: Store, paper: OutstandingPaper, categories: Collection[str], now: datetime
) -> None:
    """Plans the harvest of a paper's days, unless they are long past or of no feed of arXiv."""
    feeds = feed_groups(categories) if paper.feed == FIRST else (paper.feed,)
    is_known = all(taxonomy.canonical(code) for feed in feeds for code in feed.split("+"))
    is_planned = is_known and paper.last >= arxiv_day(now) - WINDOW
    if is_planned:
        for planned in harvests(feeds, paper.first, paper.last, now):
            store.harvests.plan(planned)
    facts = {"feed": paper.feed, "paper": paper.id or "?", "day": str(paper.last)}
    level = logging.WARNING if is_planned else logging.ERROR
    log.log(level, "paper not to be had by its id", extra=facts | {"harvest": is_planned})
    store.outstanding.keep([replace(paper, done=now)])


async def _of_api(
    store: Store, fetcher: Fetcher, ids: Sequence[str], now: datetime, base: str
) -> tuple[dict[str, Record], set[str]]:
    """The papers that the API gives, and those of which it gave an answer."""
    records: dict[str, Record] = {}
    answered: set[str] = set()
    if not ids or await rests(store, DUTY, now) or await rests(store, FIRST, now):
        return records, answered
    parts = [ids[start : start + 100] for start in range(0, len(ids), 100)]
    for part, question in zip(parts, by_ids(ids, base=base), strict=True):
        batch = await read(Source(FIRST, url=question), fetcher)
        if batch.condition in _SILENT:
            await rest(store, DUTY, now, batch.retry_after)
            break
        answered |= set(part)
        found = (announcement.paper for announcement in batch.announcements)
        records |= {paper.id.removeprefix("arxiv:"): _record(paper) for paper in found}
    return records, answered


def _record(paper: Paper) -> Record:
    """A paper of the API with as much of its history as the API tells."""
    revised = paper.revised
    assert revised is not None  # an answer of the API has it
    first = (Version(1, paper.submitted),) if paper.submitted and paper.version > 1 else ()
    versions = (*first, Version(max(paper.version, 1), revised))
    return Record(paper, versions, revised.date())


async def _of_archive(
    store: Store, fetcher: Fetcher, ids: Sequence[str], now: datetime, base: str
) -> tuple[dict[str, Record], set[str]]:
    """The same of the archive, which is asked for each alone."""
    records: dict[str, Record] = {}
    answered: set[str] = set()
    for id in ids:
        if await rests(store, backfill.DUTY, now):
            break
        page = await arxiv_oai.ask(arxiv_oai.one_record(id, base=base), fetcher)
        if page.condition in _SILENT:
            await rest(store, backfill.DUTY, now, page.retry_after)
            break
        answered.add(id)
        records |= {record.paper.id.removeprefix("arxiv:"): record for record in page.records}
    return records, answered


def _is_there(id: str, papers: Iterable[OutstandingPaper], records: Mapping[str, Record]) -> bool:
    """Whether a paper was fetched at the version that was announced, or a later one."""
    wanted = max(paper.version for paper in papers if paper.id == id)
    return id in records and records[id].paper.version >= wanted


async def _kept(
    store: Store,
    papers: Sequence[OutstandingPaper],
    records: Mapping[str, Record],
    answered: Collection[str],
    now: datetime,
) -> int:
    """Keeps what was announced of the papers, and with it what became of each."""
    there = [paper for paper in papers if _is_there(paper.id, papers, records)]
    missing = [
        replace(paper, attempts=paper.attempts + 1, asked=now)
        for paper in papers
        if paper.id in answered and paper not in there
    ]
    done = [replace(paper, asked=now, done=now) for paper in there]
    if not done and not missing:
        return 0
    found = [
        announcement
        for paper in there
        for announcement in await store.run(_announced, store, paper, records[paper.id])
    ]
    keep = partial(store.outstanding.keep, [*done, *missing])
    await added_in_chunks(store, found, now, keep)
    for paper in missing:
        facts = {"feed": paper.feed, "paper": paper.id, "attempts": paper.attempts}
        log.warning("paper not given by its id", extra=facts)
    log.info("papers fetched by their ids", extra={"papers": len(done), "missing": len(missing)})
    return len(done)


def _announced(store: Store, paper: OutstandingPaper, record: Record) -> list[Announcement]:
    """What a feed announced of a paper; its history tells where the item did not."""
    if paper.feed == FIRST:
        kind = Kind.NEW if record.paper.version <= 1 else Kind.REPLACE
        return [Announcement(record.paper, FIRST, kind, feed_day(record.versions[-1].at))]
    if paper.kind:
        return [Announcement(record.paper, paper.feed, paper.kind, paper.last)]
    days = Harvest("", paper.first, paper.last, (paper.feed,), paper.noted)
    return backfill.untold(store, days, [record])
