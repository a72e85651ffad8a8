"""What is no longer of use goes; what somebody may still ask for stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app.retention import (
    MESSAGES_RETENTION,
    RECEIPTS_RETENTION,
    REPLIES_RETENTION,
    SENT_REPLIES_RETENTION,
    TOPICLESS_DIGESTS_RETENTION,
    UPDATES_TO_KEEP,
    apply_retention,
    delete_settled,
)
from storage import Store
from storage.records.digests import Digest, Entry
from storage.records.messages import InboxUpdate, MessageRejected, Priority, SendOutcome, Sent
from storage.records.papers import AnnouncementKind
from storage.records.summaries import SummaryJob
from tests.storage.builders import (
    BOT,
    CHAT,
    MINUTE,
    NOW,
    create_chat,
    issue_digest,
    outbox_message,
    paper,
    store_papers,
)
from tests.support.database import count_rows


def delivered(store: Store) -> int:
    [stored_paper] = store_papers(store, [paper()])
    number = issue_digest(store, [stored_paper])
    store.outbox.put_once(outbox_message(digest=number, first=1, last=1), due_at=NOW)
    [sent] = store.outbox.claim(BOT, "me", NOW, 60.0, 1)
    assert store.outbox.mark_sending(sent, NOW)
    assert store.send_outcomes.record(sent, Sent(7), NOW)
    return number


def test_messages_leave_no_trace_after_three_months_and_digests_stay(store: Store) -> None:
    number = delivered(store)

    assert apply_retention(store, BOT, NOW + MESSAGES_RETENTION) == 0
    assert apply_retention(store, BOT, NOW + MESSAGES_RETENTION + MINUTE) == 1

    assert store.outbox.messages_of_digest(number) == []
    assert store.digests.get(number) is not None
    assert count_rows(store, "receipts", chat=CHAT) == 1


def test_what_waits_or_failed_stays(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper()])
    number = issue_digest(store, [stored_paper])
    store.outbox.put_once(outbox_message(digest=number, first=1, last=1), due_at=NOW)

    assert apply_retention(store, BOT, NOW + timedelta(days=1000)) == 0
    assert len(store.outbox.messages_of_digest(number)) == 1
    assert count_rows(store, "receipts", chat=CHAT) == 1  # reserved


def test_receipts_are_kept_for_longer_than_papers_come_back(store: Store) -> None:
    delivered(store)
    apply_retention(store, BOT, NOW + RECEIPTS_RETENTION)
    assert count_rows(store, "receipts", chat=CHAT) == 1

    apply_retention(store, BOT, NOW + RECEIPTS_RETENTION + MINUTE)

    assert count_rows(store, "receipts", chat=CHAT) == 0


def test_answered_updates_go_but_for_the_newest_and_those_that_wait(store: Store) -> None:
    store.inbox.put([InboxUpdate(BOT, id, CHAT, "{}") for id in range(1, UPDATES_TO_KEEP + 6)])
    for id in (1, 2, 4):
        store.inbox.mark_applied(BOT, id)

    assert delete_settled(store, BOT, NOW) == 3
    assert count_rows(store, "inbox_updates") == UPDATES_TO_KEEP + 2


def test_answers_that_were_sent_go_soon_and_others_after_a_week(store: Store) -> None:
    chat = create_chat(store)
    outcomes: tuple[SendOutcome, ...] = (Sent(1), MessageRejected("no"))
    for part, outcome in enumerate(outcomes, start=1):
        answer = replace(
            outbox_message(chat.id, part=part),
            digest=0,
            priority=Priority.REPLY,
            reply_content="x",
            expires_at=NOW + REPLIES_RETENTION,
        )
        assert store.outbox.put_once(answer, due_at=NOW)
        [claimed] = store.outbox.claim(BOT, "host:1", NOW, 60.0)
        assert store.outbox.mark_sending(claimed, NOW)
        assert store.send_outcomes.record(claimed, outcome, NOW)

    assert delete_settled(store, BOT, NOW + SENT_REPLIES_RETENTION) == 0
    assert delete_settled(store, BOT, NOW + SENT_REPLIES_RETENTION + MINUTE) == 1
    assert apply_retention(store, BOT, NOW + REPLIES_RETENTION) == 0
    assert apply_retention(store, BOT, NOW + REPLIES_RETENTION + MINUTE) == 1


def test_words_behind_old_buttons_and_old_orders_go(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper()])
    store.button_payloads.put(BOT, CHAT, "diffusion", NOW)
    store.summary_jobs.enqueue([SummaryJob(stored_paper.key, 1, "zh", NOW)])

    assert apply_retention(store, BOT, NOW + MESSAGES_RETENTION) == 0
    assert apply_retention(store, BOT, NOW + MESSAGES_RETENTION + MINUTE) == 2


@pytest.mark.parametrize("lock", [0, 1])
def test_it_stops_between_two_transactions(store: Store, lock: int) -> None:
    store.inbox.put([InboxUpdate(BOT, id, CHAT, "{}") for id in range(1, UPDATES_TO_KEEP + 1501)])
    for id in range(1, 1501):
        store.inbox.mark_applied(BOT, id)
    answers = iter([True] * lock + [False] * 10)

    assert delete_settled(store, BOT, NOW, should_continue=lambda: next(answers)) == 1000 * lock


@pytest.mark.parametrize("subscription", [0, 1])
def test_digests_of_no_topic_go_after_a_week(store: Store, subscription: int) -> None:
    """Those of topics stay, and what is still on its way or counts as received."""
    entries = tuple(
        Entry(stored_paper, AnnouncementKind.NEW) for stored_paper in store_papers(store, [paper()])
    )
    digest = Digest("Words", "words", NOW, entries, bot=BOT, chat=CHAT, subscription=subscription)
    numbers = [
        store.digests.issue(replace(digest, period=period))
        for period in ("today", "words", "missed")
    ]
    store.outbox.put_once(
        outbox_message(digest=numbers[1], period="words", first=1, last=1), due_at=NOW
    )
    store.receipts.reserve_entries(numbers[2], now=NOW)

    assert apply_retention(store, BOT, NOW + TOPICLESS_DIGESTS_RETENTION) == 0
    assert apply_retention(store, BOT, NOW + TOPICLESS_DIGESTS_RETENTION + MINUTE) == (
        0 if subscription else 1
    )

    stored_digest = [store.digests.get(number) is not None for number in numbers]
    assert stored_digest == [bool(subscription), True, True]
    assert count_rows(store, "entries") == sum(stored_digest)
