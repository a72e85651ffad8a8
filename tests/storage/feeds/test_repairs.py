"""Feeds, harvests, troubles and vitals: what the store keeps for repair and alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from storage import Store
from storage.records.chats import MessageForm
from storage.records.feeds import Backfill
from storage.records.messages import Notice, OutboxMessage, Sent
from storage.records.operations import Incident, NotifiedIncident
from storage.records.papers import Announcement, AnnouncementKind, Paper

BOT = 4_242
NOW = datetime(2026, 11, 18, 6, tzinfo=UTC)
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (16, 17, 18))
BACKFILL = Backfill("cs:cs:CV", MONDAY, TUESDAY, ("cs.CV", "cs.LG"), NOW)
MINUTE = timedelta(minutes=1)


def announce(store: Store, number: int, feed: str, *days: date, version: int = 1) -> None:
    paper = Paper(f"arxiv:2611.{number:05}", version, "A Kettle", "It boils.")
    with store.transaction():
        sent = [Announcement(paper, feed, AnnouncementKind.NEW, day) for day in days]
        store.papers.add_announcements(sent, seen_at=NOW)


def queue(store: Store, chat: int, part: int = 1, *, due: datetime = NOW) -> None:
    message = OutboxMessage(BOT, chat, "test", part, MessageForm.CLASSIC, "en", ("en",), "UTC")
    assert store.outbox.put_once(message, due_at=due)


def test_a_feed_knows_its_own_days_only(store: Store) -> None:
    announce(store, 1, "cs.CV", MONDAY, WEDNESDAY)
    announce(store, 2, "cs.LG", TUESDAY)

    assert store.feed_health.first_announced_day("cs.CV") == MONDAY
    assert store.feed_health.first_announced_day("hep-th") is None
    assert store.feed_health.announced_days("cs.CV", MONDAY, WEDNESDAY) == {MONDAY, WEDNESDAY}
    assert store.feed_health.announced_days("cs.CV", TUESDAY, TUESDAY) == frozenset()


def test_a_version_is_told_by_the_feed_that_told_it(store: Store) -> None:
    announce(store, 1, "cs.CV", MONDAY, version=2)

    assert store.feed_health.has_announced("cs.CV", "arxiv:2611.00001", 2)
    assert not store.feed_health.has_announced("cs.CV", "arxiv:2611.00001", 1)
    assert not store.feed_health.has_announced("cs.LG", "arxiv:2611.00001", 2)
    assert not store.feed_health.has_announced("cs.CV", "arxiv:2611.00002", 2)


def test_a_feed_introduces_a_paper_as_new_and_not_as_revised(store: Store) -> None:
    announce(store, 1, "cs.CV", MONDAY, version=2)
    revised = Paper("arxiv:2611.00002", 2, "A Pot", "It boils.")
    with store.transaction():
        store.papers.add_announcements(
            [Announcement(revised, "cs.CV", AnnouncementKind.REPLACE, MONDAY)], seen_at=NOW
        )

    assert store.feed_health.has_announced_as_new("cs.CV", "arxiv:2611.00001")
    assert not store.feed_health.has_announced_as_new("cs.LG", "arxiv:2611.00001")
    assert not store.feed_health.has_announced_as_new("cs.CV", "arxiv:2611.00002")


def test_an_answer_keeps_the_day_of_its_last_cut(store: Store) -> None:
    store.feed_health.record_status("cs.CV", "fresh", NOW, truncated_day=MONDAY)
    store.feed_health.record_status("cs.CV", "unchanged", NOW + MINUTE, truncated_day=None)

    status = store.feed_health.statuses()["cs.CV"]
    assert (status.status, status.since, status.truncated_day) == (
        "unchanged",
        NOW + MINUTE,
        MONDAY,
    )


def test_a_backfill_is_planned_once_and_kept_as_far_as_it_came(store: Store) -> None:
    assert store.backfills.plan(BACKFILL)
    further = replace(BACKFILL, resumption_token="skip%3D1", pages=1, first_page_at=NOW)

    store.backfills.save_progress(further)

    assert not store.backfills.plan(BACKFILL)
    assert store.backfills.get(BACKFILL) == further
    assert store.backfills.unfinished() == [further]


def test_a_backfill_that_is_done_is_remembered_and_not_open(store: Store) -> None:
    store.backfills.plan(BACKFILL)
    finished_backfill = replace(BACKFILL, done_at=NOW)

    store.backfills.save_progress(finished_backfill)

    assert store.backfills.unfinished() == []
    assert store.backfills.reaching(TUESDAY) == [finished_backfill]
    assert store.backfills.reaching(WEDNESDAY) == []


def test_backfills_of_the_oldest_days_come_first(store: Store) -> None:
    later = replace(BACKFILL, first_day=WEDNESDAY, last_day=WEDNESDAY)
    for backfill in (later, BACKFILL):
        store.backfills.plan(backfill)

    assert store.backfills.unfinished() == [BACKFILL, later]
    assert store.backfills.get(replace(BACKFILL, feeds=("cs.CV",))) is None


def test_a_trouble_is_kept_with_its_words(store: Store) -> None:
    trouble = Incident("disk", Notice("trouble-disk", (("megabytes", 12), ("path", "/données"))))
    notified = NotifiedIncident(trouble, NOW)

    store.incidents.save(notified)
    store.incidents.save(replace(notified, resolved_at=NOW + MINUTE))

    assert store.incidents.all() == [replace(notified, resolved_at=NOW + MINUTE)]
    store.incidents.delete("disk")
    assert store.incidents.all() == []


def test_the_first_message_of_a_chat_waits_and_those_behind_it_do_not(store: Store) -> None:
    queue(store, 7, due=NOW + 5 * MINUTE)
    queue(store, 7, part=2, due=NOW)

    assert store.delivery_statistics.oldest_waiting_since(BOT, NOW + MINUTE) is None
    assert store.delivery_statistics.oldest_waiting_since(BOT, NOW + 6 * MINUTE) == NOW + 5 * MINUTE
    assert store.delivery_statistics.oldest_waiting_since(BOT + 1, NOW + 6 * MINUTE) is None


def test_everybody_held_back_still_waits(store: Store) -> None:
    """A flood limit on one chat is its own; one on all of them for long is a standstill."""
    queue(store, 7)
    store.outbox.hold_chat(BOT, 0, NOW + 60 * MINUTE)

    assert store.delivery_statistics.oldest_waiting_since(BOT, NOW + MINUTE) == NOW
    store.outbox.hold_chat(BOT, 7, NOW + 60 * MINUTE)
    assert store.delivery_statistics.oldest_waiting_since(BOT, NOW + MINUTE) is None


def test_the_last_message_that_left_is_known(store: Store) -> None:
    queue(store, 7)
    queue(store, 8)
    for n, message in enumerate(store.outbox.claim(BOT, "me", NOW, 60.0, 2)):
        store.outbox.mark_sending(message, NOW)
        store.send_outcomes.record(message, Sent(1), NOW + n * MINUTE)

    assert store.delivery_statistics.last_sent_at(BOT) == NOW + MINUTE
    assert store.delivery_statistics.last_sent_at(BOT + 1) is None
    assert store.delivery_statistics.count_dead_since(BOT, NOW) == 0
