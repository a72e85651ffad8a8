"""Feeds, harvests, troubles and vitals: what the store keeps for repair and alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from storage import Store
from storage.records import (
    Announcement,
    Form,
    Harvest,
    Kind,
    Notice,
    Paper,
    Parcel,
    Sent,
    ToldTrouble,
    Trouble,
)

BOT = 4_242
NOW = datetime(2026, 11, 18, 6, tzinfo=UTC)
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (16, 17, 18))
HARVEST = Harvest("cs:cs:CV", MONDAY, TUESDAY, ("cs.CV", "cs.LG"), NOW)
MINUTE = timedelta(minutes=1)


def announce(store: Store, number: int, feed: str, *days: date, version: int = 1) -> None:
    paper = Paper(f"arxiv:2611.{number:05}", version, "A Kettle", "It boils.")
    with store.transaction():
        told = [Announcement(paper, feed, Kind.NEW, day) for day in days]
        store.papers.add(told, seen=NOW)


def queue(store: Store, chat: int, part: int = 1, *, due: datetime = NOW) -> None:
    parcel = Parcel(BOT, chat, "test", part, Form.CLASSIC, "en", ("en",), "UTC")
    assert store.outbox.put_once(parcel, due=due)


def test_a_feed_knows_its_own_days_only(store: Store) -> None:
    announce(store, 1, "cs.CV", MONDAY, WEDNESDAY)
    announce(store, 2, "cs.LG", TUESDAY)

    assert store.feeds.first_day("cs.CV") == MONDAY
    assert store.feeds.first_day("hep-th") is None
    assert store.feeds.days("cs.CV", MONDAY, WEDNESDAY) == {MONDAY, WEDNESDAY}
    assert store.feeds.days("cs.CV", TUESDAY, TUESDAY) == frozenset()


def test_a_version_is_told_by_the_feed_that_told_it(store: Store) -> None:
    announce(store, 1, "cs.CV", MONDAY, version=2)

    assert store.feeds.has_announced("cs.CV", "arxiv:2611.00001", 2)
    assert not store.feeds.has_announced("cs.CV", "arxiv:2611.00001", 1)
    assert not store.feeds.has_announced("cs.LG", "arxiv:2611.00001", 2)
    assert not store.feeds.has_announced("cs.CV", "arxiv:2611.00002", 2)


def test_a_feed_introduces_a_paper_as_new_and_not_as_revised(store: Store) -> None:
    announce(store, 1, "cs.CV", MONDAY, version=2)
    revised = Paper("arxiv:2611.00002", 2, "A Pot", "It boils.")
    with store.transaction():
        store.papers.add([Announcement(revised, "cs.CV", Kind.REPLACE, MONDAY)], seen=NOW)

    assert store.feeds.has_introduced("cs.CV", "arxiv:2611.00001")
    assert not store.feeds.has_introduced("cs.LG", "arxiv:2611.00001")
    assert not store.feeds.has_introduced("cs.CV", "arxiv:2611.00002")


def test_an_answer_keeps_the_day_of_its_last_cut(store: Store) -> None:
    store.feeds.answered("cs.CV", "fresh", NOW, cut=MONDAY)
    store.feeds.answered("cs.CV", "unchanged", NOW + MINUTE, cut=None)

    found = store.feeds.answers()["cs.CV"]
    assert (found.condition, found.since, found.cut) == ("unchanged", NOW + MINUTE, MONDAY)


def test_a_harvest_is_planned_once_and_kept_as_far_as_it_came(store: Store) -> None:
    assert store.harvests.plan(HARVEST)
    further = replace(HARVEST, token="skip%3D1", pages=1, asked=NOW)

    store.harvests.keep(further)

    assert not store.harvests.plan(HARVEST)
    assert store.harvests.get(HARVEST) == further
    assert store.harvests.open() == [further]


def test_a_harvest_that_is_done_is_remembered_and_not_open(store: Store) -> None:
    store.harvests.plan(HARVEST)
    done = replace(HARVEST, done=NOW)

    store.harvests.keep(done)

    assert store.harvests.open() == []
    assert store.harvests.since(TUESDAY) == [done]
    assert store.harvests.since(WEDNESDAY) == []


def test_harvests_of_the_oldest_days_come_first(store: Store) -> None:
    later = replace(HARVEST, first=WEDNESDAY, last=WEDNESDAY)
    for harvest in (later, HARVEST):
        store.harvests.plan(harvest)

    assert store.harvests.open() == [HARVEST, later]
    assert store.harvests.get(replace(HARVEST, feeds=("cs.CV",))) is None


def test_a_trouble_is_kept_with_its_words(store: Store) -> None:
    trouble = Trouble("disk", Notice("trouble-disk", (("megabytes", 12), ("path", "/données"))))
    told = ToldTrouble(trouble, NOW)

    store.troubles.keep(told)
    store.troubles.keep(replace(told, healed=NOW + MINUTE))

    assert store.troubles.all() == [replace(told, healed=NOW + MINUTE)]
    store.troubles.drop("disk")
    assert store.troubles.all() == []


def test_the_first_parcel_of_a_chat_waits_and_those_behind_it_do_not(store: Store) -> None:
    queue(store, 7, due=NOW + 5 * MINUTE)
    queue(store, 7, part=2, due=NOW)

    assert store.vitals.waiting_since(BOT, NOW + MINUTE) is None
    assert store.vitals.waiting_since(BOT, NOW + 6 * MINUTE) == NOW + 5 * MINUTE
    assert store.vitals.waiting_since(BOT + 1, NOW + 6 * MINUTE) is None


def test_everybody_held_back_still_waits(store: Store) -> None:
    """A flood limit on one chat is its own; one on all of them for long is a standstill."""
    queue(store, 7)
    store.outbox.hold(BOT, 0, NOW + 60 * MINUTE)

    assert store.vitals.waiting_since(BOT, NOW + MINUTE) == NOW
    store.outbox.hold(BOT, 7, NOW + 60 * MINUTE)
    assert store.vitals.waiting_since(BOT, NOW + MINUTE) is None


def test_the_last_message_that_left_is_known(store: Store) -> None:
    queue(store, 7)
    queue(store, 8)
    for n, parcel in enumerate(store.outbox.claim(BOT, "me", NOW, 60.0, 2)):
        store.outbox.begin(parcel, NOW)
        store.outbox.settle(parcel, Sent(1), NOW + n * MINUTE)

    assert store.vitals.last_sent(BOT) == NOW + MINUTE
    assert store.vitals.last_sent(BOT + 1) is None
    assert store.vitals.died_since(BOT, NOW) == 0
