"""Backfills: page by page, each page once, over restarts, midnights and refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.ingest.catch_up.backfill import (
    BACKFILL_LEASE,
    BackfillResult,
    BackfillStage,
    feed_days_of,
    run_backfill,
    run_backfill_exclusively,
)
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import is_paused, pause_requests
from storage import Store
from storage.records.feeds import Backfill
from storage.records.papers import Announcement, AnnouncementKind, Paper
from tests.ingest.sources.offline import streamed_response
from tests.support.arxiv_archive import (
    BASE,
    ArchivedPaper,
    FakeArchive,
    archive_fetcher,
    error_page,
    records_page,
    utc,
)
from tests.support.database import announcements_after

TUESDAY = date(2026, 11, 17)
NOW = utc(11, 18, 6)
BACKFILL = Backfill("cs:cs:CV", TUESDAY, TUESDAY, ("cs.CV",), NOW)
FIRST = "cs:cs:CV 2026-11-17"  # the question, without its position


def filed(number: int, *, categories: str = "cs.CV") -> ArchivedPaper:
    return ArchivedPaper(f"2611.{number:05}", (utc(11, 15),), TUESDAY, categories)


def archive(number: int = 7, size: int = 3) -> FakeArchive:
    return FakeArchive([filed(n) for n in range(number)], page_size=size)


async def walked(
    store: Store, source: FakeArchive, most: int = 99, hours: float = 0
) -> BackfillResult:
    """Walks from where the store says that the backfill stands."""
    with store.transaction():
        store.backfills.plan(BACKFILL)
    with archive_fetcher(source) as fetcher:
        return await _walk(store, fetcher, most, hours)


async def _walk(store: Store, fetcher: Fetcher, most: int, hours: float) -> BackfillResult:
    now = NOW + timedelta(hours=hours)
    return await run_backfill(store, fetcher, standing(store), now, base=BASE, max_pages=most)


def standing(store: Store) -> Backfill:
    backfill = store.backfills.get(BACKFILL)
    assert backfill
    return backfill


def numbers(store: Store) -> list[str]:
    return [announcement.paper.id for announcement in announcements_after(store)]


async def test_a_chain_of_pages_is_walked_to_its_end(store: Store) -> None:
    source = archive()

    outcome = await walked(store, source)

    assert source.requests == [f"{FIRST} +0", f"{FIRST} +3", f"{FIRST} +6"]
    assert (outcome.stage, outcome.pages, outcome.records, outcome.announcements) == (
        BackfillStage.DONE,
        3,
        7,
        7,
    )
    assert outcome.added.stored == 7
    assert standing(store).done_at == NOW
    assert all(
        announcement.day == TUESDAY and announcement.feed == "cs.CV"
        for announcement in announcements_after(store)
    )


async def test_a_restart_goes_on_at_the_page_it_had_come_to(store: Store) -> None:
    source = archive()
    first = await walked(store, source, most=1)

    second = await walked(store, source)

    assert (first.stage, second.stage) == (BackfillStage.IN_PROGRESS, BackfillStage.DONE)
    assert source.requests == [f"{FIRST} +0", f"{FIRST} +3", f"{FIRST} +6"]
    assert len(numbers(store)) == 7


async def test_a_token_that_ran_out_begins_again_and_adds_nothing_twice(store: Store) -> None:
    source = archive()
    await walked(store, source, most=2)
    source.token_epoch = 2

    outcome = await walked(store, source, hours=24)

    assert source.requests[2:] == [f"{FIRST} +6", f"{FIRST} +0", f"{FIRST} +3", f"{FIRST} +6"]
    assert outcome.stage is BackfillStage.DONE
    assert (outcome.announcements, len(numbers(store))) == (1, 7)


async def test_the_same_question_is_not_asked_twice_a_day(store: Store) -> None:
    source = archive()
    await walked(store, source, most=2)
    source.token_epoch = 2

    outcome = await walked(store, source, hours=1)
    again = await walked(store, source, hours=2)

    assert (outcome.stage, again.stage) == (
        BackfillStage.WAITS_FOR_TOMORROW,
        BackfillStage.WAITS_FOR_TOMORROW,
    )
    assert source.requests.count(f"{FIRST} +0") == 1


async def test_a_refusal_is_honoured_as_long_as_it_says(store: Store) -> None:
    source = archive()
    source.scripted_responses = [
        None,
        lambda: streamed_response(503, headers={"retry-after": "7200"}),
    ]

    outcome = await walked(store, source)

    assert (outcome.stage, outcome.pages) == (BackfillStage.PAUSED, 1)
    assert outcome.reason
    assert outcome.reason.text_key == "source-limited"
    assert await is_paused(store, BACKFILL_LEASE, NOW + timedelta(seconds=7199))
    assert not await is_paused(store, BACKFILL_LEASE, NOW + timedelta(seconds=7201))
    assert len(numbers(store)) == 3


async def test_a_refusal_outlasts_the_lease_of_who_asked(store: Store) -> None:
    source = archive()
    source.scripted_responses = [lambda: streamed_response(503, headers={"retry-after": "7200"})]
    with store.transaction():
        store.backfills.plan(BACKFILL)

    with archive_fetcher(source) as fetcher:
        await run_backfill_exclusively(
            store, fetcher, BACKFILL, NOW, holder="a", base=BASE, max_pages=9
        )

    assert await is_paused(store, BACKFILL_LEASE, NOW + timedelta(hours=1))


async def test_two_processes_do_not_walk_together(store: Store) -> None:
    source = archive()
    store.leases.acquire("harvest", "another", NOW, 60.0)

    with archive_fetcher(source) as fetcher:
        outcome = await run_backfill_exclusively(
            store, fetcher, BACKFILL, NOW, holder="a", base=BASE, max_pages=9
        )

    assert outcome is None
    assert source.requests == []


async def test_a_rest_that_a_wrong_clock_gave_holds_nobody(store: Store) -> None:
    await pause_requests(store, BACKFILL_LEASE, NOW + timedelta(days=3650), 7 * 86400.0)
    assert not await is_paused(store, BACKFILL_LEASE, NOW)

    await pause_requests(store, BACKFILL_LEASE, NOW, 7 * 86400.0)
    assert await is_paused(store, BACKFILL_LEASE, NOW), "arXiv may ask for a week"
    assert store.leases.acquire(BACKFILL_LEASE, "a", NOW, 60.0) is None


async def test_whoever_walked_lets_the_next_one_walk(store: Store) -> None:
    with store.transaction():
        store.backfills.plan(BACKFILL)

    with archive_fetcher(archive()) as fetcher:
        await run_backfill_exclusively(
            store, fetcher, BACKFILL, NOW, holder="a", base=BASE, max_pages=1
        )

    assert not await is_paused(store, BACKFILL_LEASE, NOW)


async def test_a_page_that_broke_off_is_kept_and_asked_for_again(store: Store) -> None:
    source = archive(size=9)
    body = records_page(source.papers)
    source.scripted_responses = [lambda: streamed_response(200, body[: body.index(b"2611.00004")])]

    first = await walked(store, source)
    kept_count = len(numbers(store))
    second = await walked(store, source)

    assert (first.stage, kept_count) == (BackfillStage.PAUSED, 4)
    assert (second.stage, len(numbers(store))) == (BackfillStage.DONE, 7)
    assert source.requests == [f"{FIRST} +0", f"{FIRST} +0"]


async def test_a_first_page_cannot_be_expired(store: Store) -> None:
    source = archive()
    source.scripted_responses = [
        lambda: streamed_response(200, error_page("badResumptionToken", "Expired."))
    ]

    outcome = await walked(store, source)

    assert (outcome.stage, len(source.requests)) == (BackfillStage.PAUSED, 1)


@pytest.mark.parametrize(
    "body", [b"", b"<html/>", b"Rate exceeded.", b"<OAI-PMH><error/></OAI-PMH>"]
)
async def test_a_hostile_body_leaves_the_backfill_where_it_is(store: Store, body: bytes) -> None:
    source = archive()
    source.scripted_responses = [lambda: streamed_response(200, body)]

    outcome = await walked(store, source)

    assert outcome.stage is BackfillStage.PAUSED
    assert outcome.reason
    assert standing(store) == BACKFILL
    assert await is_paused(store, BACKFILL_LEASE, NOW)


async def test_a_token_that_leads_to_itself_is_left_alone(store: Store) -> None:
    source = archive()
    await walked(store, source, most=1)
    again = records_page(source.papers[:1], standing(store).resumption_token)
    source.scripted_responses = [lambda: streamed_response(200, again)]

    outcome = await walked(store, source)

    assert outcome.stage is BackfillStage.PAUSED
    assert outcome.reason
    assert outcome.reason.text_key == "harvest-endless"
    assert len(source.requests) == 2


async def test_an_empty_archive_is_an_answer(store: Store) -> None:
    outcome = await walked(store, FakeArchive())

    assert (outcome.stage, outcome.announcements) == (BackfillStage.DONE, 0)
    assert standing(store).done_at == NOW


async def test_what_a_feed_told_already_is_not_told_again(store: Store) -> None:
    """Whatever the day: moderators may have held the paper until a later one."""
    paper = Paper("arxiv:2611.00001", 1, "A Kettle", "It boils.", (), ("cs.CV",))
    with store.transaction():
        store.papers.add_announcements(
            [Announcement(paper, "cs.CV", AnnouncementKind.NEW, date(2026, 11, 18))], seen_at=NOW
        )

    outcome = await walked(store, archive(number=3))

    assert outcome.announcements == 2


async def test_a_paper_that_was_held_is_told_when_its_own_day_was_read(store: Store) -> None:
    monday = date(2026, 11, 16)
    other = Paper("arxiv:2611.99999", 1, "A Pot", "It boils.", (), ("cs.CV",))
    with store.transaction():
        store.papers.add_announcements(
            [Announcement(other, "cs.CV", AnnouncementKind.NEW, monday)], seen_at=NOW
        )
    late_paper = ArchivedPaper("2611.00001", (utc(11, 13),), TUESDAY)  # would have come on Monday
    older = ArchivedPaper("2611.00002", (utc(10, 13),), TUESDAY)  # a day that nobody read

    await walked(store, FakeArchive([late_paper, older]))

    [_, announcement] = announcements_after(store)
    assert (announcement.paper.id, announcement.kind, announcement.day) == (
        "arxiv:2611.00001",
        AnnouncementKind.NEW,
        TUESDAY,
    )


async def test_one_question_serves_several_feeds(store: Store) -> None:
    backfill = Backfill("", TUESDAY, TUESDAY, ("cs.CV", "cs.LG"), NOW)
    source = FakeArchive([filed(1, categories="cs.CV cs.LG"), filed(2, categories="cs.LG")])
    store.backfills.plan(backfill)

    with archive_fetcher(source) as fetcher:
        await run_backfill(store, fetcher, backfill, NOW, base=BASE, max_pages=9)

    announcement = {
        (announcement.paper.id[-1], announcement.feed, announcement.kind)
        for announcement in announcements_after(store)
    }
    assert announcement == {
        ("1", "cs.CV", AnnouncementKind.NEW),
        ("1", "cs.LG", AnnouncementKind.CROSS),
        ("2", "cs.LG", AnnouncementKind.NEW),
    }
    assert source.requests == ["all 2026-11-17 +0"]


def test_days_of_a_backfill_leave_out_weekends_and_holidays() -> None:
    backfill = replace(BACKFILL, first_day=date(2026, 11, 20), last_day=date(2026, 11, 30))

    assert [day.day for day in feed_days_of(backfill)] == [20, 23, 24, 25, 26, 30]
