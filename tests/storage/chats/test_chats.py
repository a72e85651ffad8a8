"""Chats, people, updates, cursors, leases, drafts: kept, moved, and forgotten without a trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import Store, open_store
from storage.chats.button_payloads import MAX_PER_CHAT
from storage.errors import RowNotFound
from storage.records.chats import (
    ButtonPayload,
    ButtonPayloadKind,
    Chat,
    ChatKind,
    MessageForm,
    PendingQuestion,
    Person,
)
from storage.records.feeds import FeedCursor
from storage.records.messages import InboxUpdate, Sent
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
    summary,
)
from tests.support.database import pending_updates

PERSON = 987_654_321


def test_a_chat_is_kept_as_it_came_and_never_reset(store: Store) -> None:
    came = Chat(
        BOT,
        CHAT,
        ChatKind.GROUP,
        title="Vision 组",
        language="zh",
        languages=("zh", "en"),
        zone="Asia/Shanghai",
        form=MessageForm.THREE_COLUMNS,
        silent=True,
        full_entries=True,
        onboarded=True,
        pause_reason="asked",
        paused_until=date(2026, 12, 1),
    )

    assert store.chats.get_or_add(came) == came
    assert store.chats.get_or_add(Chat(BOT, CHAT, ChatKind.PRIVATE)) == came
    assert store.chats.paused_until_day(BOT) == [came]


def test_a_change_needs_a_chat(store: Store) -> None:
    chat = create_chat(store)
    store.chats.update(replace(chat, zone="Pacific/Apia"))

    assert store.chats.get(BOT, CHAT) == replace(chat, zone="Pacific/Apia")
    with pytest.raises(RowNotFound):
        store.chats.update(replace(chat, id=1))


def test_a_pause_has_a_reason(store: Store) -> None:
    create_chat(store)

    assert store.chats.pause(BOT, CHAT, "blocked")
    assert not store.chats.pause(BOT, 1, "blocked")
    with pytest.raises(ValueError, match="reason"):
        store.chats.pause(BOT, CHAT, "")


def test_a_person_is_met_again_without_losing_what_is_known(store: Store) -> None:
    store.chats.upsert_person(Person(BOT, PERSON, "Ada", "en"))

    assert store.chats.upsert_person(Person(BOT, PERSON, "", "zh")) == Person(
        BOT, PERSON, "Ada", "zh"
    )
    assert store.chats.get_person(BOT, PERSON) == Person(BOT, PERSON, "Ada", "zh")


def test_a_library_holds_a_paper_once_the_latest_first(store: Store) -> None:
    first_paper, two = store_papers(store, [paper(1), paper(2)])

    saved = [
        store.saved_papers.save(BOT, PERSON, each.key, now=NOW + n * MINUTE)
        for n, each in enumerate([first_paper, two, first_paper])
    ]

    assert saved == [True, True, False]
    assert [paper.paper for paper in store.saved_papers.of_person(BOT, PERSON)] == [
        two,
        first_paper,
    ]
    assert store.saved_papers.unsave(BOT, PERSON, two.key)
    assert not store.saved_papers.unsave(BOT, PERSON, two.key)


def _live(store: Store, number: int) -> None:
    """Let a chat, and the person of the same id, leave a row in every table that can name it."""
    first_paper, two = store_papers(store, [paper(1), paper(2)])
    create_chat(store, number)
    create_topic(store, chat_id=number)
    digest = issue_digest(store, [first_paper], chat_id=number, left_out=[two])
    store.digests.add_revision(digest, [summary(first_paper)])
    store.outbox.put_once(outbox_message(number, digest=digest, first=1, last=1))
    store.outbox.hold_chat(BOT, number, NOW)
    update = InboxUpdate(BOT, 100 + abs(number) % 100, number, f'{{"from": {number}}}')
    store.inbox.put([update])
    store.inbox.count_attempt(BOT, update.id)
    store.button_payloads.put(BOT, number, "words", NOW)
    store.pending_questions.put(BOT, number, number, PendingQuestion("rename", 1), NOW)
    store.bans_and_quotas.ban(BOT, number, NOW)
    store.bans_and_quotas.set_topic_quota(BOT, number, 3)
    store.chats.upsert_person(Person(BOT, number, "Ada"))
    store.saved_papers.save(BOT, number, first_paper.key, now=NOW)


def _rows_naming(store: Store, number: int) -> dict[str, int]:
    """Count, over all tables, the rows in which any column holds the number."""
    tables = store._engine.fetch_all("select name from sqlite_master where type = 'table'")
    counts = {}
    for name in (row["name"] for row in tables):
        rows = store._engine.fetch_all(f'select * from "{name}"')
        counts[name] = sum(any(str(number) in str(cell) for cell in row) for row in rows)
    return {name: count for name, count in counts.items() if count}


def test_forgetting_leaves_no_row_but_what_an_operator_ruled(store: Store) -> None:
    _live(store, PERSON)
    _live(store, CHAT)
    named = _rows_naming(store, PERSON)

    store.chats.erase(BOT, PERSON)
    store.chats.erase_person(BOT, PERSON)

    assert set(named) == {
        *("chats", "subscriptions", "digests", "receipts", "outbox_messages", "chat_holds"),
        *("inbox_updates", "button_payloads", "people", "saved_papers", "pending_questions"),
        *("bans", "topic_quotas"),
    }
    assert _rows_naming(store, PERSON) == {"bans": 1, "topic_quotas": 1}
    assert store.bans_and_quotas.banned_id(BOT, PERSON, 1) == PERSON
    assert store.bans_and_quotas.topic_quota(BOT, PERSON) == 3
    assert len(_rows_naming(store, CHAT)) == len(named)
    assert store._engine.fetch_all("pragma foreign_key_check") == []
    entries = store._engine.fetch_all("select distinct digest from entries")
    assert len(entries) == 1, "entries of the forgotten digest stayed"


def test_what_is_forgotten_is_not_in_the_file(store: Store) -> None:
    """Pages are overwritten, not only unlinked."""
    create_chat(store)
    store.chats.update(replace(create_chat(store), title="Geheimer Lesekreis"))
    store.chats.erase(BOT, CHAT)
    store._engine.fetch_all("pragma wal_checkpoint(truncate)")

    assert b"Geheimer Lesekreis" not in store.path.read_bytes()


def test_the_update_that_asks_to_be_forgotten_can_still_be_marked(store: Store) -> None:
    store.inbox.put([InboxUpdate(BOT, 1, CHAT, '{"text": "/forget"}')])
    store.inbox.count_attempt(BOT, 1)

    with store.transaction():
        store.chats.erase(BOT, CHAT)
        assert store.inbox.mark_applied(BOT, 1)

    assert pending_updates(store, BOT) == []
    assert store.inbox.put([InboxUpdate(BOT, 1, CHAT, "{}")]) == 0


def test_what_was_sent_after_it_is_still_answered(store: Store) -> None:
    later = InboxUpdate(BOT, 2, CHAT, '{"text": "/start"}')
    store.inbox.put([InboxUpdate(BOT, 1, CHAT, '{"text": "/forget"}'), later])
    store.inbox.count_attempt(BOT, 1)

    with store.transaction():
        store.chats.erase(BOT, CHAT)
        store.inbox.mark_applied(BOT, 1)

    assert pending_updates(store, BOT) == [later]


def test_a_chat_moves_with_everything(store: Store) -> None:
    _live(store, CHAT)
    before = _rows_naming(store, CHAT)

    store.chats.migrate(BOT, CHAT, CHAT - 1)
    store.chats.migrate(BOT, CHAT, CHAT - 1)

    rows = _rows_naming(store, CHAT)
    assert set(rows) <= {"people", "saved_papers", "inbox_updates", "pending_questions"}, (
        "rows of the chat stayed behind"
    )
    moved = _rows_naming(store, CHAT - 1)
    assert {name for name in before if name not in moved} <= {
        "people",
        "saved_papers",
        "button_payloads",
        "pending_questions",
    }
    assert store._engine.fetch_all("pragma foreign_key_check") == []


def test_a_chat_moves_into_one_that_is_known_already(store: Store) -> None:
    new = CHAT - 1
    first_paper, two = store_papers(store, [paper(1), paper(2)])
    for number in (CHAT, new):
        create_chat(store, number)
        create_topic(store, "shared", chat_id=number)
        store.outbox.put_once(outbox_message(number))
    create_topic(store, "only old")
    issue_digest(store, [first_paper], chat_id=new)
    issue_digest(store, [first_paper, two])

    store.chats.migrate(BOT, CHAT, new)

    assert [each.query for each in store.subscriptions.of_chat(BOT, new)] == ["shared", "only old"]
    assert len(store.digests.headings_of_chat(BOT, new)) == 2
    assert set(store.receipts.received_versions(BOT, new, [first_paper.key, two.key])) == {
        first_paper.key,
        two.key,
    }
    assert len(store.outbox.claim(BOT, "a", NOW, 1, 10)) == 1
    assert _rows_naming(store, CHAT) == {}


def test_papers_of_a_message_that_both_chats_had_are_not_lost(store: Store) -> None:
    """The old chat's message of the same occasion goes; what only it would have shown is missed."""
    new = CHAT - 1
    both, old, sent, lone = store_papers(store, [paper(n) for n in range(1, 5)])
    for number in (new, CHAT):
        create_chat(store, number)
    store.outbox.put_once(
        outbox_message(CHAT, "2", digest=issue_digest(store, [sent], "2"), first=1, last=1)
    )
    [arrived] = store.outbox.claim(BOT, "a", NOW, 60.0)
    store.send_outcomes.record(arrived, Sent(1), NOW)
    store.outbox.put_once(outbox_message(new, "2"))
    for number, papers in ((new, [both]), (CHAT, [both, old])):
        digest = issue_digest(store, papers, chat_id=number)
        store.outbox.put_once(outbox_message(number, digest=digest, first=1, last=2))
    store.outbox.put_once(
        outbox_message(CHAT, "3", digest=issue_digest(store, [lone], "3"), first=1, last=1)
    )

    store.chats.migrate(BOT, CHAT, new)

    missed = store.entries.missed_entries(BOT, new, NOW)
    assert [entry.paper.key for entry in missed] == [old.key]


def test_an_update_is_stored_once_and_applied_once(store: Store) -> None:
    update = InboxUpdate(BOT, 2**40, CHAT, '{"message": 1}')

    assert store.inbox.put([update, update]) == 1
    assert pending_updates(store, BOT) == [update]
    assert [store.inbox.count_attempt(BOT, update.id) for _ in range(2)] == [1, 2]
    assert store.inbox.mark_applied(BOT, update.id)
    assert not store.inbox.mark_applied(BOT, update.id)
    assert store.inbox.put([update]) == 0
    assert store.inbox.count_attempts(BOT, [update.id]) == {update.id: 0}


def test_updates_keep_the_order_in_which_they_came(store: Store) -> None:
    """After a quiet week Telegram begins anew with any id."""
    ids = [900, 901, 7, 8]
    store.inbox.put([InboxUpdate(BOT, id, id % 2, "{}") for id in ids])

    assert [update.id for update in pending_updates(store, BOT)] == ids
    assert [update.id for update in store.inbox.next_of_each_chat(BOT)] == [900, 901]
    assert store.inbox.last_update_id(BOT) == 8
    assert store.inbox.last_update_id(BOT + 1) == 0


def test_a_failed_update_lets_the_next_one_pass(store: Store) -> None:
    store.inbox.put([InboxUpdate(BOT, 1, CHAT, "{}"), InboxUpdate(BOT, 2, CHAT, "{}")])

    assert store.inbox.mark_failed(BOT, 1, "ZeroDivisionError")

    assert [update.id for update in store.inbox.next_of_each_chat(BOT)] == [2]


def test_settled_updates_retire_but_for_the_newest(store: Store) -> None:
    store.inbox.put([InboxUpdate(BOT, id, CHAT, "{}") for id in range(1, 6)])
    for id in (1, 2, 4):
        store.inbox.mark_applied(BOT, id)

    assert store.inbox.delete_settled(BOT, keep_newest=2) == 2
    assert [update.id for update in pending_updates(store, BOT)] == [3, 5]


def test_a_cursor_begins_empty_and_is_replaced(store: Store) -> None:
    cursor = FeedCursor("rss", "W/1", "token", date(2026, 11, 20), "abc", NOW)

    assert store.feed_cursors.get("rss") == FeedCursor("rss")
    store.feed_cursors.put(replace(cursor, etag="old"))
    store.feed_cursors.put(cursor)

    assert store.feed_cursors.all() == [cursor]


def test_words_behind_a_button_belong_to_their_chat(store: Store) -> None:
    key = store.button_payloads.put(BOT, CHAT, "diffusion -survey", NOW)

    assert store.button_payloads.get(BOT, CHAT, key, ButtonPayloadKind.QUERY_TEXT) == ButtonPayload(
        "diffusion -survey"
    )
    assert store.button_payloads.get(BOT, CHAT - 1, key, ButtonPayloadKind.QUERY_TEXT) is None
    assert store.button_payloads.put(BOT, CHAT, "diffusion -survey", NOW + MINUTE) == key
    assert store.button_payloads.delete_before(NOW + MINUTE) == 0
    assert store.button_payloads.delete_before(NOW + 2 * MINUTE) == 1


def test_the_same_words_of_another_kind_are_another_draft(store: Store) -> None:
    record = '{"format": "papergram topics"}'
    payload = store.button_payloads.put(BOT, CHAT, record, NOW)
    ours = store.button_payloads.put(BOT, CHAT, record, NOW, kind=ButtonPayloadKind.STOPPED_TOPICS)

    assert payload != ours
    assert store.button_payloads.get(BOT, CHAT, payload, ButtonPayloadKind.STOPPED_TOPICS) is None
    assert store.button_payloads.get(BOT, CHAT, ours, ButtonPayloadKind.QUERY_TEXT) is None
    assert store.button_payloads.get(
        BOT, CHAT, ours, ButtonPayloadKind.STOPPED_TOPICS
    ) == ButtonPayload(record, ButtonPayloadKind.STOPPED_TOPICS)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["take", "renew", "release", "wait"]),
            st.sampled_from("ab"),
            st.integers(1, 30),
        ),
        max_size=25,
    )
)
def test_a_duty_has_one_holder_at_a_time(steps: list[tuple[str, str, int]]) -> None:
    """A model of one lease: whoever holds it holds it alone, and fences only grow."""
    store = open_store("sqlite://")
    now, holders, fence = NOW, {}, 0
    owner, until = "", NOW
    try:
        for action, who, lasts in steps:
            if action == "wait":
                now += timedelta(seconds=lasts)
            elif action == "take":
                lease = store.leases.acquire("send", who, now, lasts)
                assert (lease is not None) == (until <= now or owner == who)
                if lease is not None:
                    assert lease.fencing_token > fence
                    holders[who], fence = lease, lease.fencing_token
                    owner, until = who, now + timedelta(seconds=lasts)
            elif who in holders and action == "renew":
                current = holders[who].fencing_token == fence and owner != ""
                assert (store.leases.renew(holders[who], now, lasts) is not None) == current
                until = now + timedelta(seconds=lasts) if current else until
            elif who in holders:
                current = holders[who].fencing_token == fence
                assert store.leases.release(holders[who]) == current
                owner, until = ("", NOW - MINUTE) if current else (owner, until)
    finally:
        store.close()


def test_a_chat_has_so_many_drafts_and_those_shown_last_stay(store: Store) -> None:
    keys = [
        store.button_payloads.put(BOT, CHAT, f"words {n}", NOW + timedelta(seconds=n))
        for n in range(MAX_PER_CHAT)
    ]
    other = store.button_payloads.put(BOT, CHAT + 1, "words", NOW)
    again = store.button_payloads.put(BOT, CHAT, "words 0", NOW + timedelta(minutes=5))

    new = store.button_payloads.put(BOT, CHAT, "new", NOW + timedelta(minutes=6))

    payload_keys = [
        key
        for key in keys
        if store.button_payloads.get(BOT, CHAT, key, ButtonPayloadKind.QUERY_TEXT)
    ]
    assert payload_keys == [again, *keys[2:]]
    assert store.button_payloads.get(BOT, CHAT, new, ButtonPayloadKind.QUERY_TEXT)
    assert store.button_payloads.get(BOT, CHAT + 1, other, ButtonPayloadKind.QUERY_TEXT)
