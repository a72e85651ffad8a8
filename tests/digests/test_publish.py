"""Due chats become digests and messages: each paper once, none lost."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.digests.issue_digest import (
    issue_recent,
    prepare_news,
    prepare_recent,
    recent_digest,
)
from bot.digests.preview import preview, sample_digest
from bot.digests.publish import RETRY_FAILED_AFTER, PublishResult, publish_due_chats
from bot.topics import edit_subscriptions
from bot.topics.query.parser import parse
from storage import Store
from storage.records.chats import Cadence, MessageForm
from storage.records.messages import MessageState
from storage.records.papers import AnnouncementKind
from tests.support.builders import (
    BOT,
    DAY,
    DUE_AT,
    MINUTE,
    NOW,
    TODAY,
    announce,
    create_chat,
    issue_on_demand,
    issued_digests,
    issued_paper_numbers,
    paper_numbers,
    papers,
    set_topic_limit,
    subscribe_chat,
)
from tests.support.database import count_rows, dump_tables


def test_a_digest_comes_at_its_minute_and_not_before(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    announce(store, papers(1, 2, 3))

    assert publish_due_chats(store, BOT, DUE_AT - MINUTE) == PublishResult()
    assert publish_due_chats(store, BOT, DUE_AT) == PublishResult(chats=1, digests=1)
    assert publish_due_chats(store, BOT, DUE_AT) == PublishResult()

    [digest] = issued_digests(store, reader)
    assert paper_numbers(digest.entries) == [1, 2, 3]
    assert (digest.topic, digest.subscription, digest.announced_count) == (
        "diffusion",
        topic.key,
        3,
    )
    [message] = store.outbox.messages_of_digest(digest.number)
    assert (message.chat, message.first_entry, message.last_entry) == (reader.id, 1, 3)
    assert count_rows(store, "receipts", state="reserved", chat=reader.id) == 3


def test_an_empty_period_moves_the_topic_on_in_silence(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    announce(store, papers(1, word="robots"))

    assert publish_due_chats(store, BOT, DUE_AT) == PublishResult(chats=1, digests=0)

    moved = store.subscriptions.get(topic.key)
    assert moved
    assert (moved.cursor, moved.next_due) == (store.announcements.last_seq(), DUE_AT + DAY)
    assert issued_digests(store, reader) == []
    assert count_rows(store, "outbox_messages") == 0


def test_an_outage_yields_one_digest(store: Store) -> None:
    """Three days without a tick, papers every day: one digest over all of them."""
    reader = create_chat(store)
    subscribe_chat(store, reader)
    for day in range(3):
        announce(store, papers(day), day=TODAY + day * DAY)

    back = DUE_AT + 3 * DAY + timedelta(hours=5)
    publish_due_chats(store, BOT, back)
    publish_due_chats(store, BOT, back + MINUTE)

    [digest] = issued_digests(store, reader)
    assert paper_numbers(digest.entries) == [2, 1, 0]
    assert (digest.first_day, digest.last_day) == (TODAY, TODAY + 2 * DAY)


def test_late_papers_of_an_old_day_are_told_all_the_same(store: Store) -> None:
    """The window is what was announced since the cursor, never the day."""
    reader = create_chat(store)
    subscribe_chat(store, reader)
    publish_due_chats(store, BOT, DUE_AT)
    announce(store, papers(9), day=TODAY - 30 * DAY)

    publish_due_chats(store, BOT, DUE_AT + DAY)

    assert issued_paper_numbers(store, reader) == [[9]]


def test_what_was_announced_before_the_topic_began_does_not_come(store: Store) -> None:
    announce(store, papers(1))
    reader = create_chat(store)
    subscribe_chat(store, reader)
    announce(store, papers(2))

    publish_due_chats(store, BOT, DUE_AT)

    assert issued_paper_numbers(store, reader) == [[2]]


def test_a_paper_of_two_topics_comes_under_the_first_with_the_other_named(store: Store) -> None:
    reader = create_chat(store)
    subscribe_chat(store, reader, "diffusion")
    subscribe_chat(store, reader, "study")
    announce(store, papers(1))
    announce(store, papers(2, word="robots"))

    assert publish_due_chats(store, BOT, DUE_AT) == PublishResult(chats=1, digests=2)

    first, second = issued_digests(store, reader)
    assert [
        (entry_digest.topic, paper_numbers(entry_digest.entries))
        for entry_digest in (first, second)
    ] == [
        ("diffusion", [1]),
        ("study", [2]),
    ]
    assert first.entries[0].other_topics == ("study",)
    assert second.entries[0].other_topics == ()


def test_chats_know_nothing_of_each_other(store: Store) -> None:
    first, second = create_chat(store, 1), create_chat(store, -2)
    subscribe_chat(store, first)
    subscribe_chat(store, second)
    announce(store, papers(1))

    assert publish_due_chats(store, BOT, DUE_AT) == PublishResult(chats=2, digests=2)

    assert issued_paper_numbers(store, first) == [[1]]
    assert issued_paper_numbers(store, second) == [[1]]


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        (AnnouncementKind.CROSS, 1),
        (AnnouncementKind.REPLACE, 2),
        (AnnouncementKind.REPLACE_CROSS, 2),
    ],
)
def test_a_paper_that_is_announced_again_does_not_come_again(
    store: Store, kind: AnnouncementKind, version: int
) -> None:
    reader = create_chat(store)
    subscribe_chat(store, reader)
    announce(store, papers(1))
    publish_due_chats(store, BOT, DUE_AT)
    announce(store, papers(1, version=version), kind=kind, feed="cs.LG", day=TODAY + DAY)

    publish_due_chats(store, BOT, DUE_AT + DAY)

    assert issued_paper_numbers(store, reader) == [[1]]


def test_a_topic_that_asks_for_revisions_gets_a_higher_version_once(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    with store.transaction():
        store.subscriptions.update(replace(topic, kinds=frozenset(AnnouncementKind)))
    announce(store, papers(1))
    publish_due_chats(store, BOT, DUE_AT)
    for feed in ("cs.CV", "cs.LG"):
        announce(store, papers(1, version=2), kind=AnnouncementKind.REPLACE, feed=feed)
        publish_due_chats(store, BOT, DUE_AT + DAY)

    publish_due_chats(store, BOT, DUE_AT + 2 * DAY)

    shown = [
        entry.paper.version for digest in issued_digests(store, reader) for entry in digest.entries
    ]
    assert shown == [1, 2]


def test_papers_beyond_the_limit_are_kept_and_not_counted_as_received(store: Store) -> None:
    reader = create_chat(store)
    set_topic_limit(store, subscribe_chat(store, reader, "diffusion"), 2)
    subscribe_chat(store, reader, "study")
    announce(store, papers(1, 2, 3, 4, 5))

    publish_due_chats(store, BOT, DUE_AT)

    first, second = issued_digests(store, reader)
    assert (paper_numbers(first.entries), paper_numbers(first.left_out)) == ([1, 2], [3, 4, 5])
    assert paper_numbers(second.entries) == [3, 4, 5], "another topic may show what was left out"
    assert count_rows(store, "receipts", digest=first.number) == 2


def test_a_chat_that_fails_holds_nobody_else(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = create_chat(store, 1), create_chat(store, 2)
    topic = subscribe_chat(store, broken)
    subscribe_chat(store, sound)
    with store.transaction():
        store.subscriptions.update(replace(topic, query="((("))
    announce(store, papers(1))

    with caplog.at_level(logging.CRITICAL):
        assert publish_due_chats(store, BOT, DUE_AT) == PublishResult(chats=2, digests=1, failed=1)

    assert issued_paper_numbers(store, sound) == [[1]]
    failed = store.subscriptions.get(topic.key)
    assert failed
    assert failed.cursor == topic.cursor, "the failed topic waits where it was"
    assert failed.paused, "and is not tried again each tick"


def test_a_chat_is_published_whole_or_not_at_all(
    store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash at the last write leaves nothing, and the next tick brings everything once."""
    reader = create_chat(store)
    subscribe_chat(store, reader)
    announce(store, papers(1, 2))
    aside = ("leases", "subscriptions", "summaries")  # these belong to the papers
    before = dump_tables(store, ignored_tables=aside)

    with monkeypatch.context() as crash, caplog.at_level(logging.CRITICAL):
        crash.setattr(store.outbox, "put_once", _crash)
        assert publish_due_chats(store, BOT, DUE_AT).failed == 1
        assert dump_tables(store, ignored_tables=aside) == before

    assert publish_due_chats(store, BOT, DUE_AT + MINUTE) == PublishResult(), "not tried each tick"
    assert publish_due_chats(store, BOT, DUE_AT + RETRY_FAILED_AFTER) == PublishResult(
        chats=1, digests=1
    )
    assert issued_paper_numbers(store, reader) == [[1, 2]]


@pytest.mark.parametrize(
    "damage",
    [
        "update chats set form = 'hologram' where chat = 1",
        """update chats set zone = 'US/Pacific-New', pause_reason = 'asked',
            paused_until = '2026-01-01' where chat = 1""",
        """update subscriptions set zone = 'US/Pacific-New', next_due = 4102444800000000
            where chat = 1""",
    ],
)
def test_a_chat_that_cannot_be_read_holds_nobody_else(
    store: Store, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    """A zone may leave the machine's tables, and a file may be edited by hand."""
    unreadable, reader = create_chat(store, 1), create_chat(store, 2)
    for chat in (unreadable, reader):
        subscribe_chat(store, chat)
    announce(store, papers(1))
    store._engine.execute(damage)

    with caplog.at_level(logging.CRITICAL):
        publish_due_chats(store, BOT, DUE_AT)

    assert issued_paper_numbers(store, reader) == [[1]]


def _crash(*_: object, **__: object) -> bool:
    raise OSError("the disk is full")


def test_a_paused_chat_is_left_alone_and_loses_nothing(store: Store) -> None:
    reader = create_chat(store)
    subscribe_chat(store, reader)
    store.chats.pause(BOT, reader.id, "asked")
    announce(store, papers(1))
    assert publish_due_chats(store, BOT, DUE_AT) == PublishResult()

    store.chats.resume(BOT, reader.id)
    announce(store, papers(2), day=TODAY + DAY)
    publish_due_chats(store, BOT, DUE_AT + DAY)

    assert issued_paper_numbers(store, reader) == [[2, 1]]


def test_a_digest_by_command_moves_the_cursor_and_not_the_next_time(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    announce(store, papers(1))

    digest = issue_on_demand(store, reader, topic, NOW + MINUTE)
    assert digest
    assert paper_numbers(digest.entries) == [1]
    moved = store.subscriptions.get(topic.key)
    assert moved
    assert (moved.cursor, moved.next_due) == (store.announcements.last_seq(), topic.next_due)
    assert issue_on_demand(store, reader, topic, NOW + 2 * MINUTE) is None

    announce(store, papers(2))
    publish_due_chats(store, BOT, DUE_AT)
    assert issued_paper_numbers(store, reader) == [[1], [2]]


def test_previews_and_words_move_no_cursor_and_enter_no_receipts(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    announce(store, papers(1))
    rows = dump_tables(store)["subscriptions"]

    preview(store, parse("diffusion"), "diffusion", NOW, polled_categories={"cs.CV"})
    assert paper_numbers(recent_digest(store, parse("diffusion"), NOW).entries) == [1]
    recent = prepare_recent(store, reader, parse("diffusion"), NOW)
    assert recent
    with store.transaction():
        shown = issue_recent(store, reader, recent, NOW)

    assert paper_numbers(shown.entries) == [1]
    assert dump_tables(store)["subscriptions"] == rows
    assert count_rows(store, "receipts") == 0
    publish_due_chats(store, BOT, DUE_AT)
    of_topic = [
        digest for digest in issued_digests(store, reader) if digest.subscription == topic.key
    ]
    assert [paper_numbers(digest.entries) for digest in of_topic] == [[1]]


@pytest.mark.parametrize("limit", [5, 15])
def test_the_last_days_of_a_new_topic_keep_its_limit(store: Store, limit: int) -> None:
    reader = create_chat(store)
    announce(store, papers(*range(1, 21)))
    topic = set_topic_limit(store, subscribe_chat(store, reader), limit)

    [news] = prepare_news(store, reader, (topic,), NOW)
    sample = sample_digest(store, reader, topic, NOW)

    assert news.recent_digest
    assert sample
    for digest in (news.recent_digest.digest, sample):
        assert (len(digest.entries), len(digest.left_out)) == (limit, 20 - limit)


def test_undo_goes_on_where_the_topic_stood(store: Store) -> None:
    """What was told is not told again, what was not yet told is not lost."""
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    announce(store, papers(1))
    publish_due_chats(store, BOT, DUE_AT)
    announce(store, papers(2), day=TODAY + DAY)

    with store.transaction():
        gone = edit_subscriptions.unsubscribe(store, reader, topic.key)
        added = edit_subscriptions.restore_topic(
            store, gone, DUE_AT, polled_categories=(), limit=50
        )
    [back] = store.subscriptions.of_chat(BOT, reader.id)
    publish_due_chats(store, BOT, DUE_AT + DAY)

    assert added
    assert back.key != topic.key
    assert issued_paper_numbers(store, reader) == [[1], [2]]


def test_a_topic_without_a_time_is_told_of_every_batch(store: Store) -> None:
    """Two batches within a minute are two digests: neither swallows the other."""
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    with store.transaction():
        store.subscriptions.update(replace(topic, cadence=Cadence(times=()), next_due=None))
    announce(store, papers(1))
    publish_due_chats(store, BOT, NOW)
    announce(store, papers(2))
    publish_due_chats(store, BOT, NOW + timedelta(seconds=5))
    publish_due_chats(store, BOT, NOW + timedelta(seconds=10))

    assert issued_paper_numbers(store, reader) == [[1], [2]]


def test_two_digests_at_the_same_local_time_are_two(store: Store) -> None:
    """Eight o'clock in Shanghai, then eight o'clock of that date in Honolulu."""
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    for number, (zone, instant) in enumerate(
        [("Asia/Shanghai", DUE_AT.replace(hour=0)), ("Pacific/Honolulu", DUE_AT.replace(hour=18))]
    ):
        current = store.subscriptions.get(topic.key)
        assert current
        with store.transaction():
            store.subscriptions.update(replace(current, zone=zone, next_due=instant))
        announce(store, papers(number))
        publish_due_chats(store, BOT, instant)

    assert issued_paper_numbers(store, reader) == [[0], [1]]


def test_form_language_and_sound_are_frozen_with_the_message(store: Store) -> None:
    reader = create_chat(store, full=True, form=MessageForm.THREE_COLUMNS)
    subscribe_chat(store, reader)
    announce(store, papers(1, 2))
    publish_due_chats(store, BOT, DUE_AT)
    with store.transaction():
        edit_subscriptions.set_form(store, reader, MessageForm.CLASSIC)

    messages = store.outbox.messages_in_state(BOT, MessageState.READY)

    assert [(message.part, message.first_entry, message.last_entry) for message in messages] == [
        (1, 1, 2),
        (1001, 1, 1),
        (1002, 2, 2),
    ]
    assert {message.form for message in messages} == {MessageForm.THREE_COLUMNS}
    assert [message.silent for message in messages] == [False, True, True]


def test_an_edit_between_reading_and_writing_is_not_overwritten(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A topic that changes while its papers are matched is published by the next tick."""
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    announce(store, papers(1))
    read = store.subscriptions.due

    def due_then_changed(*args: object, **more: object) -> object:
        due_topics = read(BOT, reader.id, DUE_AT)
        edit_subscriptions.set_cadence(store, reader, Cadence(times=(time(9, 0),)), NOW)
        return due_topics

    with monkeypatch.context() as race:
        race.setattr(store.subscriptions, "due", due_then_changed)
        assert publish_due_chats(store, BOT, DUE_AT) == PublishResult(chats=1, digests=0)

    changed = store.subscriptions.get(topic.key)
    assert changed
    assert changed.cadence.times == (time(9, 0),)
    publish_due_chats(store, BOT, DUE_AT + timedelta(hours=1))
    assert issued_paper_numbers(store, reader) == [[1]]


def test_a_topic_whose_words_cannot_be_read_is_paused_and_told_once(store: Store) -> None:
    reader = create_chat(store)
    broken, sound = subscribe_chat(store, reader, "robots"), subscribe_chat(store, reader)
    with store.transaction():
        assert store.subscriptions.update(replace(broken, query="(robots"))
    announce(store, papers(1, 2))

    for days in range(1, 4):
        publish_due_chats(store, BOT, DUE_AT + days * DAY)

    paused = store.subscriptions.get(broken.key)
    assert paused
    assert (paused.paused, paused.cursor, paused.query) == (True, broken.cursor, "(robots")
    assert (
        count_rows(
            store, "outbox_messages", period=f"unreadable/{broken.key}/{paused.row_version - 1}"
        )
        == 1
    )
    assert count_rows(store, "digests", subscription=sound.key) == 1
