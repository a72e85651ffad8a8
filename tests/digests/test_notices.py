"""Days without papers, pauses that end, announcements as a whole, and what was left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.digests import issue_digest
from bot.digests.publish import mark_feed_round_complete, publish_due_chats
from bot.digests.wait_for_summaries import SummaryWait
from bot.topics import edit_subscriptions
from storage import Store
from storage.records.chats import Cadence, Chat, QuietDayPolicy
from storage.records.digests import Digest
from storage.records.messages import ChatUnreachable, MessageState, OutboxMessage
from storage.records.papers import Announcement, AnnouncementKind
from tests.support.builders import (
    BOT,
    DUE_AT,
    NOW,
    TODAY,
    announce,
    create_chat,
    papers,
    subscribe_chat,
)

THANKSGIVING = datetime(2026, 11, 27, 8, tzinfo=UTC)  # arXiv's day without papers
TELL = Cadence(on_quiet_days=QuietDayPolicy.NOTICE)


def tells_quiet_days(store: Store, reader: Chat, instant: datetime) -> Chat:
    """Lets a chat ask for a word on quiet days, due next at ``instant``."""
    with store.transaction():
        return edit_subscriptions.set_cadence(store, reader, TELL, instant - timedelta(hours=1))


def notices(store: Store) -> list[OutboxMessage]:
    """What waits to be sent and is no digest."""
    waiting = store.outbox.messages_in_state(BOT, MessageState.READY)
    return [message for message in waiting if message.notice]


def test_a_quiet_day_is_told_once_to_a_chat_that_asks_for_it(store: Store) -> None:
    """Two topics due together make one notice, with the holiday and the next time."""
    reader = create_chat(store)
    subscribe_chat(store, reader)
    subscribe_chat(store, reader, "robots")
    tells_quiet_days(store, reader, THANKSGIVING)

    publish_due_chats(store, BOT, THANKSGIVING)
    publish_due_chats(store, BOT, THANKSGIVING + timedelta(minutes=1))

    [message] = notices(store)
    assert message.notice is not None
    assert message.notice.text_key == "calendar-quiet"
    assert dict(message.notice.values) == {
        "day": "Fri 27 Nov 2026",
        "reason": "Thanksgiving",
        "next": "Mon 30 Nov 05:00",
    }
    assert message.silent


def test_silence_is_the_default_on_quiet_days(store: Store) -> None:
    reader = create_chat(store)
    subscribe_chat(store, reader)

    publish_due_chats(store, BOT, THANKSGIVING)

    assert store.outbox.messages_in_state(BOT, MessageState.READY) == []
    assert store.digests.headings_of_chat(BOT, reader.id) == []


def test_papers_that_do_not_match_are_a_quiet_day_too(store: Store) -> None:
    reader = create_chat(store)
    subscribe_chat(store, reader, "ornithology")
    tells_quiet_days(store, reader, DUE_AT)
    announce(store, papers(1, 2))

    publish_due_chats(store, BOT, DUE_AT)

    [message] = notices(store)
    assert message.notice is not None
    assert message.notice.text_key == "digest-quiet"


def test_a_digest_is_no_quiet_day(store: Store) -> None:
    """One topic that found something speaks for the chat."""
    reader = create_chat(store)
    subscribe_chat(store, reader)
    subscribe_chat(store, reader, "ornithology")
    tells_quiet_days(store, reader, DUE_AT)
    announce(store, papers(1))

    publish_due_chats(store, BOT, DUE_AT)

    assert notices(store) == []
    assert len(store.digests.headings_of_chat(BOT, reader.id)) == 1


def test_a_topic_that_is_changed_meanwhile_makes_no_quiet_day(store: Store) -> None:
    """It loses its turn for this tick, and may have papers at the next."""
    reader = create_chat(store)
    subscribe_chat(store, reader)
    reader = tells_quiet_days(store, reader, DUE_AT)
    announce(store, papers(1))

    class EditsMeanwhile(SummaryWait):
        """Lets the reader change the topic after it was read and before it is issued."""

        def order_missing(self, *_: object) -> None:
            with store.transaction():
                [now] = store.subscriptions.of_chat(BOT, reader.id)
                assert store.subscriptions.advance_cursor(now, cursor=now.cursor, next_due=DUE_AT)

    summary_wait = EditsMeanwhile(store, lambda: True, lambda: None, ("en",))
    published = publish_due_chats(store, BOT, DUE_AT, summary_wait=summary_wait)

    assert (published.digests, notices(store)) == (0, [])
    assert publish_due_chats(store, BOT, DUE_AT).digests == 1


def test_a_topic_that_cannot_be_read_makes_no_quiet_day(store: Store) -> None:
    reader = create_chat(store)
    subscribe_chat(store, reader)
    tells_quiet_days(store, reader, DUE_AT)
    with store.transaction():
        [topic] = store.subscriptions.of_chat(BOT, reader.id)
        assert store.subscriptions.update(replace(topic, query="((("))

    assert publish_due_chats(store, BOT, DUE_AT).failed == 1
    assert [message.notice.text_key for message in notices(store) if message.notice] == [
        "topic-unreadable-paused"
    ]


def test_a_zone_without_summer_time_is_asked_about_once(store: Store) -> None:
    """The zone stays as it is; a paused chat is asked after its pause."""
    asked, paused, elsewhere = (create_chat(store, number) for number in (1, 2, 3))
    with store.transaction():
        for chat, zone in ((asked, "EST"), (paused, "MST"), (elsewhere, "America/New_York")):
            store.chats.update(replace(chat, zone=zone))
        store.chats.pause(BOT, paused.id, "asked")

    for minutes in range(3):
        publish_due_chats(store, BOT, DUE_AT + timedelta(minutes=minutes))

    [message] = notices(store)
    assert message.notice
    assert (message.chat, message.notice.text_key) == (asked.id, "zone-without-summer")
    stored_chat = store.chats.get(BOT, asked.id)
    assert stored_chat
    assert stored_chat.zone == "EST"
    with store.transaction():
        store.chats.resume(BOT, paused.id)
    publish_due_chats(store, BOT, DUE_AT + timedelta(hours=1))
    assert [message.chat for message in notices(store)] == [asked.id, paused.id]


def test_as_soon_as_announced_waits_for_the_round_of_feeds(store: Store) -> None:
    """Feeds are read one after the other: their papers make one digest, not one each."""
    reader = create_chat(store)
    with store.transaction():
        reader = edit_subscriptions.set_cadence(store, reader, Cadence(times=()), NOW)
    subscribe_chat(store, reader)
    for number in (1, 2, 3):
        with store.transaction():
            [paper] = papers(number)
            store.papers.add_announcements(
                [Announcement(paper, "cs.CV", AnnouncementKind.NEW, TODAY)], seen_at=NOW
            )
        publish_due_chats(store, BOT, NOW)
    assert store.digests.headings_of_chat(BOT, reader.id) == []

    mark_feed_round_complete(store, NOW)
    publish_due_chats(store, BOT, NOW)
    publish_due_chats(store, BOT, NOW + timedelta(minutes=1))

    [digest_heading] = store.digests.headings_of_chat(BOT, reader.id)
    digest = store.digests.get(digest_heading.number)
    assert digest is not None
    assert len(digest.entries) == 3


def test_a_pause_ends_on_its_day_and_brings_what_gathered(store: Store) -> None:
    """In the reader's zone: the day begins earlier in Auckland than in London."""
    reader = replace(create_chat(store), zone="Pacific/Auckland")
    store.chats.update(reader)
    subscribe_chat(store, reader)
    announce(store, papers(1))
    store.chats.pause(BOT, reader.id, "asked", date(2026, 11, 30))

    publish_due_chats(store, BOT, datetime(2026, 11, 29, 10, 59, tzinfo=UTC))
    assert store.digests.headings_of_chat(BOT, reader.id) == []

    publish_due_chats(store, BOT, datetime(2026, 11, 29, 19, 0, tzinfo=UTC))
    [digest_heading] = store.digests.headings_of_chat(BOT, reader.id)
    assert digest_heading.number
    chat = store.chats.get(BOT, reader.id)
    assert chat is not None
    assert chat.pause_reason == ""


def test_a_pause_that_ends_wakes_nobody_before_their_time(store: Store) -> None:
    """What is overdue comes at eight on that day, not as the day begins."""
    reader = create_chat(store)
    subscribe_chat(store, reader)
    announce(store, papers(1))
    store.chats.pause(BOT, reader.id, "asked", date(2026, 11, 30))

    early = publish_due_chats(store, BOT, datetime(2026, 11, 30, 7, 59, tzinfo=UTC))
    due = publish_due_chats(store, BOT, datetime(2026, 11, 30, 8, 0, tzinfo=UTC))

    assert (early.digests, due.digests) == (0, 1)


def test_what_was_left_out_can_be_asked_for_page_by_page(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    with store.transaction():
        store.subscriptions.update(replace(topic, limit=2))
    announce(store, papers(*range(1, 18)))
    publish_due_chats(store, BOT, DUE_AT)

    pages = []
    for minute in range(3):
        page = _missed(store, reader, DUE_AT + timedelta(minutes=minute))
        pages.append([] if page is None else [entry.paper.id for entry in page.entries])

    assert [len(page) for page in pages] == [12, 3, 0]
    assert len({name for page in pages for name in page}) == 15


def _missed(store: Store, reader: Chat, now: datetime) -> Digest | None:
    missed = issue_digest.prepare_missed(store, reader, now, 0)
    with store.transaction():
        return issue_digest.issue_missed(store, reader, missed, now) if missed else None


def test_a_dropped_message_is_among_what_was_missed(store: Store) -> None:
    reader = create_chat(store)
    subscribe_chat(store, reader)
    announce(store, papers(1))
    publish_due_chats(store, BOT, DUE_AT)
    [message] = store.outbox.claim(BOT, "me", DUE_AT, 60.0)
    store.outbox.mark_sending(message, DUE_AT)
    store.send_outcomes.record(message, ChatUnreachable("blocked"), DUE_AT)

    page = _missed(store, reader, DUE_AT)

    assert page is not None
    assert [entry.paper.id for entry in page.entries] == [papers(1)[0].id]


def test_times_of_a_day_are_each_an_occasion(store: Store) -> None:
    reader = create_chat(store)
    with store.transaction():
        reader = edit_subscriptions.set_cadence(
            store, reader, Cadence(times=(time(8), time(18))), DUE_AT - timedelta(hours=1)
        )
    subscribe_chat(store, reader, now=DUE_AT - timedelta(hours=1))
    for number, hour in ((1, 8), (2, 18)):
        announce(store, papers(number))
        publish_due_chats(store, BOT, DUE_AT.replace(hour=hour, minute=0))

    assert len(store.digests.headings_of_chat(BOT, reader.id)) == 2


def test_two_changes_of_the_zone_repeat_no_occasion(store: Store) -> None:
    """Eight o'clock of a date is told once, also after UTC, Honolulu and Honolulu again."""
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    announce(store, papers(1))
    publish_due_chats(store, BOT, DUE_AT)
    for _ in range(2):
        chat = store.chats.get(BOT, reader.id)
        assert chat is not None
        with store.transaction():
            edit_subscriptions.set_zone(
                store, chat, "Pacific/Honolulu", DUE_AT + timedelta(minutes=1)
            )

    moved = store.subscriptions.get(topic.key)

    assert moved is not None
    assert moved.next_due == (DUE_AT + timedelta(days=1)).replace(hour=18)
