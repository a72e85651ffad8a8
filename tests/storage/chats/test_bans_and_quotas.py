"""What an operator ruled, who there is, and a question that is answered somewhere else."""

from __future__ import annotations

from storage import Store
from storage.records.chats import ChatKind, PendingQuestion, Person
from storage.records.messages import InboxUpdate, MessageState
from storage.records.operations import UsageCounts
from tests.storage.builders import (
    BOT,
    CHAT,
    MINUTE,
    NOW,
    create_chat,
    create_topic,
    issue_digest,
    outbox_message,
    paper,
    store_papers,
)

PERSON = 987_654_321


def test_a_ban_holds_for_a_chat_or_a_person_until_it_is_lifted(store: Store) -> None:
    assert store.bans_and_quotas.ban(BOT, PERSON, NOW)
    assert not store.bans_and_quotas.ban(BOT, PERSON, NOW)
    assert store.bans_and_quotas.banned_id(BOT, CHAT, PERSON) == PERSON
    assert store.bans_and_quotas.banned_id(BOT, PERSON, 1) == PERSON
    assert store.bans_and_quotas.banned_id(BOT, CHAT, 1) is None
    assert store.bans_and_quotas.banned_id(BOT + 1, CHAT, PERSON) is None
    assert [store.bans_and_quotas.mark_ban_notified(BOT, PERSON) for _ in range(2)] == [True, False]
    assert [store.bans_and_quotas.unban(BOT, PERSON) for _ in range(2)] == [True, False]
    assert store.bans_and_quotas.banned_id(BOT, CHAT, PERSON) is None


def test_a_chat_is_allowed_what_was_ruled_last(store: Store) -> None:
    assert store.bans_and_quotas.topic_quota(BOT, CHAT) is None

    store.bans_and_quotas.set_topic_quota(BOT, CHAT, 3)
    store.bans_and_quotas.set_topic_quota(BOT, CHAT, 200)

    assert store.bans_and_quotas.topic_quota(BOT, CHAT) == 200


def test_everybody_is_counted_and_the_busiest_come_first(store: Store) -> None:
    for number in (CHAT, CHAT - 1, CHAT - 2):
        create_chat(store, number)
    create_topic(store, "one", chat_id=CHAT - 1)
    create_topic(store, "two", chat_id=CHAT - 1)
    create_topic(store, "one", chat_id=CHAT)
    store.chats.pause(BOT, CHAT - 2, "asked")
    store.chats.upsert_person(Person(BOT, PERSON, "Ada"))

    kind = create_chat(store).kind
    assert store.usage_statistics.usage_counts(BOT) == UsageCounts(
        chats={kind: 3}, paused_chats=1, people=1, topics=3, distinct_queries=2
    )
    busiest = store.usage_statistics.chats_by_topic_count(BOT, 2)
    assert [(chat.id, topics) for chat, topics in busiest] == [(CHAT - 1, 2), (CHAT, 1)]
    assert [
        chat.id for chat, _ in store.usage_statistics.chats_by_topic_count(BOT, 2, offset=2)
    ] == [CHAT - 2]
    assert store.usage_statistics.usage_counts(BOT + 1) == UsageCounts({}, 0, 0, 0, 0)
    assert isinstance(kind, ChatKind)


def test_a_question_about_a_channel_is_answered_in_private(store: Store) -> None:
    store.pending_questions.put(BOT, CHAT, PERSON, PendingQuestion("rename", 7, 8), NOW)

    store.pending_questions.move_to_chat(BOT, CHAT, PERSON, target_chat=PERSON)

    assert store.pending_questions.take(BOT, CHAT, PERSON, NOW) is None
    assert store.pending_questions.about_chat(BOT, PERSON, PERSON) == CHAT
    assert store.pending_questions.take(BOT, PERSON, PERSON, NOW) == PendingQuestion(
        "rename", 7, 8, about_chat=CHAT
    )
    assert store.pending_questions.about_chat(BOT, PERSON, PERSON) == 0


def test_what_waits_for_a_chat_is_withdrawn_and_can_come_back(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper(1)])
    create_chat(store)
    digest = issue_digest(store, [stored_paper])
    store.outbox.put_once(outbox_message(CHAT, digest=digest, first=1, last=1))

    assert store.outbox_repair.drop_waiting_of_chat(BOT, CHAT, now=NOW, reason="banned") == 1

    assert store.outbox.counts_by_state(BOT)[MessageState.DROPPED] == 1
    assert store.receipts.received_versions(BOT, CHAT, [stored_paper.key]) == {}
    assert store.outbox_repair.requeue_dropped(BOT, CHAT, now=NOW + MINUTE) == 1


def test_what_a_forgotten_person_said_elsewhere_is_emptied(store: Store) -> None:
    """Only where it was set aside: all else is empty already."""
    for number, who in ((1, PERSON), (2, PERSON * 10)):
        payload = f'{{"message": {{"from": {{"id": {who}, "is_bot": false}}}}}}'
        store.inbox.put([InboxUpdate(BOT, number, CHAT, payload)])
        store.inbox.mark_failed(BOT, number, "exception")

    store.chats.erase_person(BOT, PERSON)

    rows = store._engine.fetch_all("select body from inbox_updates order by id")
    assert [bool(row["body"]) for row in rows] == [False, True]
