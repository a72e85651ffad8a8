"""Missed feed days: noticed once, and repaired with the kinds that the feed would have named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.calendar import is_feed_day
from bot.ingest.catch_up.backfill import Stage, Walked, days_of
from bot.ingest.catch_up.missed_days import GIVEN_UP, gaps, harvests, note, plan, repair, stretches
from bot.ingest.ingest_source import Ingested
from bot.ingest.sources.source_batch import Condition
from storage import Store
from storage.records import Added, Announcement, Harvest, Kind, Notice, Paper, SourceCursor
from tests.ingest.sources.offline import reply
from tests.support.arxiv_archive import BASE, Archive, Filed, asking, utc

FEED = "cs.CV"
THURSDAY, FRIDAY = date(2026, 11, 12), date(2026, 11, 13)
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (16, 17, 18))
NOW = utc(11, 18, 6)  # Wednesday, after the feed has turned
DAY = timedelta(days=1)


def read(store: Store, *days: date, feed: str = FEED, whole: bool = True) -> None:
    """Lets a feed have brought a paper on each of these days."""
    with store.transaction():
        for day in days:
            paper = Paper(f"arxiv:2610.{day:%m%d}1", 1, "A Pot", "It boils.", (), (feed[:5],))
            store.papers.add([Announcement(paper, feed, Kind.NEW, day)], seen=NOW)
            if whole:
                store.cursors.put(SourceCursor(feed, day=day, batch="x", checked=NOW))


def planned(store: Store, now: datetime = NOW, feeds: Sequence[str] = (FEED,)) -> list[Harvest]:
    """Plans what is missing and returns what is planned in all."""
    plan(store, feeds, now)
    return store.harvests.open()


async def repaired(store: Store, source: Archive, now: datetime = NOW) -> list[Walked]:
    """Plans and repairs as one look at the feeds does."""
    plan(store, (FEED,), now)
    with asking(source) as fetcher:
        return await repair(store, fetcher, now, holder="a", base=BASE)


def report(condition: Condition, *warnings: str, day: date = TUESDAY) -> Ingested:
    found = tuple(Notice(key) for key in warnings)
    return Ingested(FEED, condition, day, {}, Added(), None, found, None)


async def test_a_missed_tuesday_is_repaired_with_the_right_kinds(store: Store) -> None:
    read(store, MONDAY, WEDNESDAY)
    long_ago, for_tuesday, for_wednesday = utc(10, 1), utc(11, 15), utc(11, 16, 22)
    source = Archive(
        [
            Filed("2611.00001", (for_tuesday,), TUESDAY, "cs.CV cs.LG"),
            Filed("2611.00002", (for_tuesday,), TUESDAY, "cs.LG cs.CV"),
            Filed("2610.00003", (long_ago, for_tuesday), TUESDAY, "cs.CV"),
            Filed("2610.00004", (long_ago, for_tuesday), TUESDAY, "cs.LG cs.CV"),
            Filed("2610.00005", (long_ago,), TUESDAY, "cs.CV"),  # a DOI was added
            Filed("2611.00006", (for_wednesday,), WEDNESDAY, "cs.CV"),  # Wednesday's feed has it
            Filed("2611.00007", (for_tuesday, for_wednesday), WEDNESDAY, "cs.CV"),
        ],
        size=3,
    )
    before = store.papers.last_seq()

    [found] = await repaired(store, source)

    assert found.stage is Stage.DONE
    told = {one.paper.id[-1]: one for one in store.papers.after(before)}
    assert {number: one.kind for number, one in told.items()} == {
        "1": Kind.NEW,
        "2": Kind.CROSS,
        "3": Kind.REPLACE,
        "4": Kind.REPLACE_CROSS,
        "7": Kind.NEW,
    }
    assert all((one.feed, one.day) == (FEED, TUESDAY) for one in told.values())
    assert told["3"].paper.version == 2


async def test_a_paper_whose_revision_came_first_is_still_new(store: Store) -> None:
    """Who asks for new papers only would otherwise never hear of it."""
    read(store, MONDAY)
    twice = Filed("2611.00001", (utc(11, 15), utc(11, 16, 22)), WEDNESDAY)
    with store.transaction():
        revised = Paper("arxiv:2611.00001", 2, "A Kettle", "It boils.", (), ("cs.CV",))
        store.papers.add([Announcement(revised, FEED, Kind.REPLACE, WEDNESDAY)], seen=NOW)
        store.cursors.put(SourceCursor(FEED, day=WEDNESDAY, batch="x", checked=NOW))
    before = store.papers.last_seq()

    await repaired(store, Archive([twice]))

    [told] = store.papers.after(before)
    assert (told.kind, told.day, told.paper.version) == (Kind.NEW, TUESDAY, 2)


async def test_a_repaired_day_is_not_repaired_again(store: Store) -> None:
    read(store, MONDAY, WEDNESDAY)
    source = Archive([Filed("2611.00001", (utc(11, 15),), TUESDAY)])

    await repaired(store, source)
    again = [await repaired(store, source, NOW + n * DAY) for n in range(2)]

    assert len(source.asked) == 1
    assert again == [[], []]


async def test_a_day_on_which_arXiv_was_silent_is_asked_for_once(store: Store) -> None:  # noqa: N802
    read(store, MONDAY, WEDNESDAY)
    source = Archive()

    await repaired(store, source)
    await repaired(store, source)

    assert source.asked == ["cs:cs:CV 2026-11-17 +0"]


async def test_the_feed_of_the_same_day_adds_nothing_afterwards(store: Store) -> None:
    read(store, MONDAY, WEDNESDAY)
    await repaired(store, Archive([Filed("2611.00001", (utc(11, 15),), TUESDAY)]))
    [*_, told] = store.papers.after(0)
    seq = store.papers.last_seq()

    with store.transaction():
        added = store.papers.add([replace(told, kind=Kind.NEW, seq=0)], seen=NOW)

    assert added.known == 1
    assert store.papers.last_seq() == seq


async def test_a_repair_goes_on_after_arxiv_wanted_a_rest(store: Store) -> None:
    read(store, MONDAY, WEDNESDAY)
    source = Archive([Filed("2611.00001", (utc(11, 15),), TUESDAY)])
    source.trouble = [lambda: reply(503, headers={"retry-after": "600"})]

    first = await repaired(store, source)
    resting = await repaired(store, source, NOW + timedelta(minutes=9))
    second = await repaired(store, source, NOW + timedelta(minutes=11))

    assert [one.stage for one in first] == [Stage.RESTING]
    assert resting == []
    assert [one.stage for one in second] == [Stage.DONE]
    assert len(source.asked) == 2


async def test_a_harvest_that_fails_for_a_week_is_given_up(store: Store) -> None:
    read(store, MONDAY, WEDNESDAY)
    source = Archive(trouble=[lambda: reply(500)] * 9)
    await repaired(store, source)

    await repaired(store, source, NOW + GIVEN_UP + DAY)

    assert all(TUESDAY not in days_of(one) for one in store.harvests.open())


def test_nothing_is_planned_where_nothing_is_missing(store: Store) -> None:
    read(store, FRIDAY, MONDAY, TUESDAY, WEDNESDAY)

    assert planned(store) == []


def test_a_feed_that_never_brought_anything_has_missed_nothing(store: Store) -> None:
    assert planned(store) == []


def test_a_day_is_missed_when_it_is_over_and_not_before(store: Store) -> None:
    """Midnight at arXiv is 05:00 UTC in winter; the feed of the next day need not answer."""
    read(store, MONDAY)

    assert planned(store, utc(11, 18, 4)) == []
    assert [(one.first, one.last) for one in planned(store, utc(11, 18, 6))] == [(TUESDAY, TUESDAY)]


def test_ten_days_of_silence_are_one_harvest(store: Store) -> None:
    read(store, date(2026, 11, 6))

    [found] = planned(store)

    assert (found.first, found.last, found.set) == (date(2026, 11, 9), TUESDAY, "cs:cs:CV")


def test_days_that_are_not_neighbours_are_harvests_of_their_own(store: Store) -> None:
    read(store, date(2026, 11, 11), FRIDAY, MONDAY, WEDNESDAY)

    assert [one.first for one in planned(store)] == [THURSDAY, TUESDAY]


def test_feeds_that_missed_the_same_days_are_asked_for_together(store: Store) -> None:
    categories = ("cs.CV", "cs.LG", "cs.AI", "cs.CL", "hep-th", "math.ST", "stat.ML", "quant-ph")
    for feed in ("cs.CV", "cs.LG"):
        read(store, MONDAY, WEDNESDAY, feed=feed)

    found = harvests(("cs.CV", "cs.LG"), TUESDAY, TUESDAY, NOW)
    many = harvests(("+".join(categories),), TUESDAY, TUESDAY, NOW)

    assert [(one.set, one.feeds) for one in found] == [
        ("cs:cs:CV", ("cs.CV", "cs.LG")),
        ("cs:cs:LG", ("cs.CV", "cs.LG")),
    ]
    assert len(many) <= 6


def test_a_day_that_broke_off_is_missed(store: Store) -> None:
    read(store, MONDAY)
    read(store, TUESDAY, whole=False)

    assert [one.first for one in planned(store)] == [TUESDAY]


def test_a_day_that_was_cut_is_planned_at_once(store: Store) -> None:
    """What arXiv leaves out of a feed that is too long are new papers."""
    read(store, MONDAY, TUESDAY)

    note(store, [report(Condition.FRESH, "source-cut")], utc(11, 17, 8))
    [found] = planned(store, utc(11, 17, 8))

    assert (found.first, found.last) == (TUESDAY, TUESDAY)


def test_what_is_long_past_is_left_alone(store: Store) -> None:
    read(store, date(2026, 8, 3))

    [found] = planned(store)

    assert found.first == date(2026, 10, 19)  # a Monday; the 18th was 31 days ago


def test_answers_are_remembered_since_when_they_are_so(store: Store) -> None:
    note(store, [report(Condition.STALE)], NOW)
    note(store, [report(Condition.STALE)], NOW + DAY)
    stale = store.feeds.answers()[FEED]
    note(store, [report(Condition.FRESH)], NOW + 2 * DAY)

    fresh = store.feeds.answers()[FEED]
    assert (stale.condition, stale.since) == ("stale", NOW)
    assert (fresh.condition, fresh.since) == ("fresh", NOW + 2 * DAY)


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
    assert list(gaps(first, today, ())) == expected


@given(st.sets(st.integers(0, 60)))
def test_stretches_hold_each_missed_day_once_and_no_other_feed_day(offsets: set[int]) -> None:
    start = date(2026, 11, 2)
    days = sorted(day for day in (start + timedelta(days=n) for n in offsets) if is_feed_day(day))

    found = list(stretches(days))

    covered = [day for first, last in found for day in gaps(first, last + DAY, ())]
    assert covered == days
    for (_, last), (following, _) in pairwise(found):
        assert gaps(last + DAY, following, ()), "neighbours are one stretch"
