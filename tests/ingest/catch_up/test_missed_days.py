"""Missed feed days: noticed once, and repaired with the kinds that the feed would have named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.calendar import is_feed_day
from bot.ingest.catch_up.backfill import BackfillResult, BackfillStage, feed_days_of
from bot.ingest.catch_up.missed_days import (
    GIVE_UP_AFTER,
    backfills_of_days,
    consecutive_days,
    missing_feed_days,
    plan_backfills,
    record_feed_answers,
    run_planned_backfills,
)
from bot.ingest.ingest_source import IngestReport
from bot.ingest.sources.source_batch import Batch, BatchStatus
from storage import Store
from storage.records.feeds import Backfill, FeedCursor
from storage.records.messages import Notice
from storage.records.papers import Announcement, AnnouncementKind, IngestCounts, Paper
from tests.ingest.sources.offline import streamed_response
from tests.support.arxiv_archive import BASE, ArchivedPaper, FakeArchive, archive_fetcher, utc
from tests.support.database import announcements_after

FEED = "cs.CV"
THURSDAY, FRIDAY = date(2026, 11, 12), date(2026, 11, 13)
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (16, 17, 18))
NOW = utc(11, 18, 6)  # Wednesday, after the feed has turned
DAY = timedelta(days=1)


def read(store: Store, *days: date, feed: str = FEED, complete: bool = True) -> None:
    """Lets a feed have brought a paper on each of these days."""
    with store.transaction():
        for day in days:
            paper = Paper(f"arxiv:2610.{day:%m%d}1", 1, "A Pot", "It boils.", (), (feed[:5],))
            store.papers.add_announcements(
                [Announcement(paper, feed, AnnouncementKind.NEW, day)], seen_at=NOW
            )
            if complete:
                store.feed_cursors.put(
                    FeedCursor(feed, last_day=day, batch_fingerprint="x", checked_at=NOW)
                )


def planned(store: Store, now: datetime = NOW) -> list[Backfill]:
    """Plans what is missing and returns what is planned in all."""
    plan_backfills(store, (FEED,), now)
    return store.backfills.unfinished()


async def repaired(store: Store, source: FakeArchive, now: datetime = NOW) -> list[BackfillResult]:
    """Plans and repairs as one look at the feeds does."""
    plan_backfills(store, (FEED,), now)
    with archive_fetcher(source) as fetcher:
        return await run_planned_backfills(store, fetcher, now, holder="a", base=BASE)


def report(condition: BatchStatus, *warnings: str) -> IngestReport:
    notices = tuple(Notice(key) for key in warnings)
    batch = Batch(FEED, condition, FeedCursor(FEED), TUESDAY, warnings=notices)
    return IngestReport(batch, IngestCounts())


async def test_a_missed_tuesday_is_repaired_with_the_right_kinds(store: Store) -> None:
    read(store, MONDAY, WEDNESDAY)
    long_ago, for_tuesday, for_wednesday = utc(10, 1), utc(11, 15), utc(11, 16, 22)
    source = FakeArchive(
        [
            ArchivedPaper("2611.00001", (for_tuesday,), TUESDAY, "cs.CV cs.LG"),
            ArchivedPaper("2611.00002", (for_tuesday,), TUESDAY, "cs.LG cs.CV"),
            ArchivedPaper("2610.00003", (long_ago, for_tuesday), TUESDAY, "cs.CV"),
            ArchivedPaper("2610.00004", (long_ago, for_tuesday), TUESDAY, "cs.LG cs.CV"),
            ArchivedPaper("2610.00005", (long_ago,), TUESDAY, "cs.CV"),  # a DOI was added
            ArchivedPaper(
                "2611.00006", (for_wednesday,), WEDNESDAY, "cs.CV"
            ),  # Wednesday's feed has it
            ArchivedPaper("2611.00007", (for_tuesday, for_wednesday), WEDNESDAY, "cs.CV"),
        ],
        page_size=3,
    )
    before = store.announcements.last_seq()

    [outcome] = await repaired(store, source)

    assert outcome.stage is BackfillStage.DONE
    announcement = {
        announcement.paper.id[-1]: announcement
        for announcement in announcements_after(store, before)
    }
    assert {number: announcement.kind for number, announcement in announcement.items()} == {
        "1": AnnouncementKind.NEW,
        "2": AnnouncementKind.CROSS,
        "3": AnnouncementKind.REPLACE,
        "4": AnnouncementKind.REPLACE_CROSS,
        "7": AnnouncementKind.NEW,
    }
    assert all(
        (announcement.feed, announcement.day) == (FEED, TUESDAY)
        for announcement in announcement.values()
    )
    assert announcement["3"].paper.version == 2


async def test_a_paper_whose_revision_came_first_is_still_new(store: Store) -> None:
    """Who asks for new papers only would otherwise never hear of it."""
    read(store, MONDAY)
    twice = ArchivedPaper("2611.00001", (utc(11, 15), utc(11, 16, 22)), WEDNESDAY)
    with store.transaction():
        revised = Paper("arxiv:2611.00001", 2, "A Kettle", "It boils.", (), ("cs.CV",))
        store.papers.add_announcements(
            [Announcement(revised, FEED, AnnouncementKind.REPLACE, WEDNESDAY)], seen_at=NOW
        )
        store.feed_cursors.put(
            FeedCursor(FEED, last_day=WEDNESDAY, batch_fingerprint="x", checked_at=NOW)
        )
    before = store.announcements.last_seq()

    await repaired(store, FakeArchive([twice]))

    [announcement] = announcements_after(store, before)
    assert (announcement.kind, announcement.day, announcement.paper.version) == (
        AnnouncementKind.NEW,
        TUESDAY,
        2,
    )


async def test_a_repaired_day_is_not_repaired_again(store: Store) -> None:
    read(store, MONDAY, WEDNESDAY)
    source = FakeArchive([ArchivedPaper("2611.00001", (utc(11, 15),), TUESDAY)])

    await repaired(store, source)
    again = [await repaired(store, source, NOW + n * DAY) for n in range(2)]

    assert len(source.requests) == 1
    assert again == [[], []]


async def test_a_day_on_which_arXiv_was_silent_is_asked_for_once(store: Store) -> None:  # noqa: N802
    read(store, MONDAY, WEDNESDAY)
    source = FakeArchive()

    await repaired(store, source)
    await repaired(store, source)

    assert source.requests == ["cs:cs:CV 2026-11-17 +0"]


async def test_the_feed_of_the_same_day_adds_nothing_afterwards(store: Store) -> None:
    read(store, MONDAY, WEDNESDAY)
    await repaired(store, FakeArchive([ArchivedPaper("2611.00001", (utc(11, 15),), TUESDAY)]))
    [*_, announcement] = announcements_after(store)
    seq = store.announcements.last_seq()

    with store.transaction():
        added = store.papers.add_announcements(
            [replace(announcement, kind=AnnouncementKind.NEW, seq=0)], seen_at=NOW
        )

    assert added.unchanged == 1
    assert store.announcements.last_seq() == seq


async def test_a_repair_goes_on_after_arxiv_wanted_a_rest(store: Store) -> None:
    read(store, MONDAY, WEDNESDAY)
    source = FakeArchive([ArchivedPaper("2611.00001", (utc(11, 15),), TUESDAY)])
    source.scripted_responses = [lambda: streamed_response(503, headers={"retry-after": "600"})]

    first = await repaired(store, source)
    resting = await repaired(store, source, NOW + timedelta(minutes=9))
    second = await repaired(store, source, NOW + timedelta(minutes=11))

    assert [outcome.stage for outcome in first] == [BackfillStage.PAUSED]
    assert resting == []
    assert [outcome.stage for outcome in second] == [BackfillStage.DONE]
    assert len(source.requests) == 2


async def test_a_backfill_that_fails_for_a_week_is_given_up(store: Store) -> None:
    read(store, MONDAY, WEDNESDAY)
    source = FakeArchive(scripted_responses=[lambda: streamed_response(500)] * 9)
    await repaired(store, source)

    await repaired(store, source, NOW + GIVE_UP_AFTER + DAY)

    assert all(TUESDAY not in feed_days_of(backfill) for backfill in store.backfills.unfinished())


def test_nothing_is_planned_where_nothing_is_missing(store: Store) -> None:
    read(store, FRIDAY, MONDAY, TUESDAY, WEDNESDAY)

    assert planned(store) == []


def test_a_feed_that_never_brought_anything_has_missed_nothing(store: Store) -> None:
    assert planned(store) == []


def test_a_day_is_missed_when_it_is_over_and_not_before(store: Store) -> None:
    """Midnight at arXiv is 05:00 UTC in winter; the feed of the next day need not answer."""
    read(store, MONDAY)

    assert planned(store, utc(11, 18, 4)) == []
    assert [
        (backfill.first_day, backfill.last_day) for backfill in planned(store, utc(11, 18, 6))
    ] == [(TUESDAY, TUESDAY)]


def test_ten_days_of_silence_are_one_backfill(store: Store) -> None:
    read(store, date(2026, 11, 6))

    [backfill] = planned(store)

    assert (backfill.first_day, backfill.last_day, backfill.set_spec) == (
        date(2026, 11, 9),
        TUESDAY,
        "cs:cs:CV",
    )


def test_days_that_are_not_neighbours_are_backfills_of_their_own(store: Store) -> None:
    read(store, date(2026, 11, 11), FRIDAY, MONDAY, WEDNESDAY)

    assert [backfill.first_day for backfill in planned(store)] == [THURSDAY, TUESDAY]


def test_feeds_that_missed_the_same_days_are_asked_for_together(store: Store) -> None:
    categories = ("cs.CV", "cs.LG", "cs.AI", "cs.CL", "hep-th", "math.ST", "stat.ML", "quant-ph")
    for feed in ("cs.CV", "cs.LG"):
        read(store, MONDAY, WEDNESDAY, feed=feed)

    backfills = backfills_of_days(("cs.CV", "cs.LG"), TUESDAY, TUESDAY, NOW)
    many = backfills_of_days(("+".join(categories),), TUESDAY, TUESDAY, NOW)

    assert [(backfill.set_spec, backfill.feeds) for backfill in backfills] == [
        ("cs:cs:CV", ("cs.CV", "cs.LG")),
        ("cs:cs:LG", ("cs.CV", "cs.LG")),
    ]
    assert len(many) <= 6


def test_a_day_that_broke_off_is_missed(store: Store) -> None:
    read(store, MONDAY)
    read(store, TUESDAY, complete=False)

    assert [backfill.first_day for backfill in planned(store)] == [TUESDAY]


def test_a_day_that_was_cut_is_planned_at_once(store: Store) -> None:
    """What arXiv leaves out of a feed that is too long are new papers."""
    read(store, MONDAY, TUESDAY)

    record_feed_answers(store, [report(BatchStatus.FRESH, "source-cut")], utc(11, 17, 8))
    [backfill] = planned(store, utc(11, 17, 8))

    assert (backfill.first_day, backfill.last_day) == (TUESDAY, TUESDAY)


def test_what_is_long_past_is_left_alone(store: Store) -> None:
    read(store, date(2026, 8, 3))

    [backfill] = planned(store)

    assert backfill.first_day == date(2026, 10, 19)  # a Monday; the 18th was 31 days ago


def test_answers_are_remembered_since_when_they_are_so(store: Store) -> None:
    record_feed_answers(store, [report(BatchStatus.STALE)], NOW)
    record_feed_answers(store, [report(BatchStatus.STALE)], NOW + DAY)
    stale = store.feed_health.statuses()[FEED]
    record_feed_answers(store, [report(BatchStatus.FRESH)], NOW + 2 * DAY)

    fresh = store.feed_health.statuses()[FEED]
    assert (stale.status, stale.since) == ("stale", NOW)
    assert (fresh.status, fresh.since) == ("fresh", NOW + 2 * DAY)


@pytest.mark.parametrize(
    ("first", "today", "expected"),
    [
        (MONDAY, WEDNESDAY, [MONDAY, TUESDAY]),
        (FRIDAY, MONDAY, [FRIDAY]),
        (date(2026, 11, 27), date(2026, 11, 30), []),  # the day after Thanksgiving
        (WEDNESDAY, WEDNESDAY, []),
    ],
)
def test_gaps_are_feed_days_that_are_over(first: date, today: date, expected: list[date]) -> None:
    assert list(missing_feed_days(first, today, ())) == expected


@given(st.sets(st.integers(0, 60)))
def test_stretches_hold_each_missed_day_once_and_no_other_feed_day(offsets: set[int]) -> None:
    start = date(2026, 11, 2)
    days = sorted(day for day in (start + timedelta(days=n) for n in offsets) if is_feed_day(day))

    runs = list(consecutive_days(days))

    covered = [day for first, last in runs for day in missing_feed_days(first, last + DAY, ())]
    assert covered == days
    for (_, last), (following, _) in pairwise(runs):
        assert missing_feed_days(last + DAY, following, ()), "neighbours are one stretch"
