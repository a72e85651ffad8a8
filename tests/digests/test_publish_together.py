"""Chats share transactions and editions: what becomes of one is nobody else's."""

from __future__ import annotations

import gc
import logging
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.digests import publish
from bot.digests.new_announcements import NewAnnouncements
from bot.digests.publish import RETRY_FAILED_AFTER, PublishResult, publish_due_chats
from bot.digests.shared_digest import SharedDigests
from bot.topics.query.parser import parse
from storage import Store
from storage.errors import DatabaseBusy, DatabaseNotWritable
from storage.records.chats import Chat, MessageForm
from storage.records.digests import Digest
from storage.records.messages import OutboxMessage
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
    papers,
    subscribe_chat,
)
from tests.support.database import count_rows

Put = Callable[..., bool]


def _readers(store: Store, count: int) -> list[Chat]:
    """So many chats that follow the same."""
    readers = [create_chat(store, number) for number in range(1, count + 1)]
    for reader in readers:
        subscribe_chat(store, reader)
    return readers


def _fails(put: Put, reader: Chat, error: Exception) -> Put:
    """A way to queue messages that fails for one chat, once its digest is written."""

    def put_once(message: OutboxMessage, *, due_at: datetime | None = None) -> bool:
        if message.chat == reader.id:
            raise error
        return put(message, due_at=due_at)

    return put_once


@pytest.mark.parametrize("place", [0, 2, 4], ids=["first", "amid", "last"])
def test_a_chat_that_fails_leaves_no_row_and_holds_nobody(
    store: Store, place: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """All of them stand in one transaction, and the first to be written lends its rows."""
    readers = _readers(store, 5)
    broken = readers[place]
    announce(store, papers(1, 2))

    with monkeypatch.context() as patch, caplog.at_level(logging.CRITICAL):
        put = _fails(store.outbox.put_once, broken, OSError("broken"))
        patch.setattr(store.outbox, "put_once", put)
        assert publish_due_chats(store, BOT, DUE_AT) == PublishResult(chats=4, digests=4, failed=1)

    assert issued_paper_numbers(store, broken) == []
    assert count_rows(store, "receipts", chat=broken.id) == 0
    assert all(
        issued_paper_numbers(store, reader) == [[1, 2]] for reader in readers if reader != broken
    )
    assert publish_due_chats(store, BOT, DUE_AT + MINUTE) == PublishResult(), "not tried each tick"
    assert publish_due_chats(store, BOT, DUE_AT + RETRY_FAILED_AFTER) == PublishResult(
        chats=1, digests=1
    )
    assert issued_paper_numbers(store, broken) == [[1, 2]]


def test_a_number_that_was_undone_lends_nobody_its_rows(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A chat fails at its second topic: the next digest gets the first one's number."""
    first, other, third = (create_chat(store, number) for number in (1, 2, 3))
    subscribe_chat(store, first, "diffusion")
    second = subscribe_chat(store, first, "robots")
    subscribe_chat(store, third, "diffusion")
    subscribe_chat(store, other, "diffusion OR robots")
    announce(store, papers(1))
    announce(store, papers(2, word="robots"))
    order = [(reader.id, 0) for reader in (first, other, third)]

    with monkeypatch.context() as patch, caplog.at_level(logging.CRITICAL):
        patch.setattr(store.subscriptions, "due_chats", lambda *_, **__: order)
        put = store.outbox.put_once
        broken = _fails(put, first, OSError("broken"))

        def put_once(message: OutboxMessage, *, due_at: datetime | None = None) -> bool:
            is_second = message.period.startswith(f"{second.key}/")
            return broken(message, due_at=due_at) if is_second else put(message, due_at=due_at)

        patch.setattr(store.outbox, "put_once", put_once)
        assert publish_due_chats(store, BOT, DUE_AT) == PublishResult(chats=2, digests=2, failed=1)

    assert issued_paper_numbers(store, first) == []
    assert issued_paper_numbers(store, other) == [[1, 2]]
    assert issued_paper_numbers(store, third) == [[1]]


@pytest.mark.parametrize("error", [DatabaseBusy("locked"), DatabaseNotWritable("no room")])
def test_trouble_of_the_store_leaves_the_others_due(
    store: Store, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed stays, what shares the transaction is undone, nothing comes twice."""
    monkeypatch.setattr(publish, "CHATS_PER_TRANSACTION", 2)
    readers = _readers(store, 6)
    announce(store, papers(1))

    with monkeypatch.context() as patch:
        patch.setattr(store.outbox, "put_once", _fails(store.outbox.put_once, readers[3], error))
        with pytest.raises(type(error)):
            publish_due_chats(store, BOT, DUE_AT)

    assert [len(issued_paper_numbers(store, reader)) for reader in readers] == [1, 1, 0, 0, 0, 0]
    assert publish_due_chats(store, BOT, DUE_AT + MINUTE) == PublishResult(chats=4, digests=4)
    assert [issued_paper_numbers(store, reader) for reader in readers] == [[[1]]] * 6


def test_who_is_asked_to_stop_leaves_the_others_due(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As does a process that is killed between two transactions."""
    monkeypatch.setattr(publish, "CHATS_PER_TRANSACTION", 2)
    readers = _readers(store, 5)
    announce(store, papers(1))
    answers = iter([True, True, True, False])

    assert publish_due_chats(
        store, BOT, DUE_AT, should_continue=lambda: next(answers)
    ) == PublishResult(chats=3, digests=3)
    announce(store, papers(2), day=TODAY + DAY)
    assert publish_due_chats(store, BOT, DUE_AT + MINUTE) == PublishResult(chats=2, digests=2)

    assert [issued_paper_numbers(store, reader) for reader in readers] == [[[1]]] * 3 + [
        [[2, 1]]
    ] * 2


def test_who_has_received_some_gets_the_rest_beside_those_who_get_all(store: Store) -> None:
    """One edition for those who have none of it, its remains for who has."""
    early, late = create_chat(store, 1), create_chat(store, 2)
    wide = subscribe_chat(store, early, "study")
    announce(store, papers(1))
    publish_due_chats(store, BOT, DUE_AT)
    subscribe_chat(store, late, "study")
    with store.transaction():
        for reader in (early, late):
            for topic in store.subscriptions.of_chat(BOT, reader.id):
                assert store.subscriptions.advance_cursor(topic, cursor=0, next_due=DUE_AT + DAY)
    announce(store, papers(2), day=TODAY + DAY)

    publish_due_chats(store, BOT, DUE_AT + DAY)

    assert wide.cursor == 0
    assert issued_paper_numbers(store, early) == [[1], [2]]
    assert issued_paper_numbers(store, late) == [[2, 1]]


def test_shared_digests_are_the_same_to_the_last_word(store: Store) -> None:
    """Whether written or copied, but for whom they are for."""
    readers = _readers(store, 3)
    announce(store, papers(*range(20)))

    publish_due_chats(store, BOT, DUE_AT)

    [first, *others] = [digest for reader in readers for digest in issued_digests(store, reader)]
    assert len(first.entries) == 12
    assert all(entry.summaries and entry.reasons for entry in (*first.entries, *first.left_out))
    for other in others:
        assert _for_nobody(other) == _for_nobody(first)


def _for_nobody(digest: Digest) -> Digest:
    return replace(digest, number=0, chat=0, subscription=0, period="")


def test_what_was_forgotten_meanwhile_is_written_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chat whose rows are lent leaves between two transactions."""
    monkeypatch.setattr(publish, "CHATS_PER_TRANSACTION", 1)
    first, second = _readers(store, 2)
    announce(store, papers(1, 2))

    def leaves() -> bool:
        if issued_digests(store, first):
            store.chats.erase(BOT, first.id)
        return True

    assert publish_due_chats(store, BOT, DUE_AT, should_continue=leaves) == PublishResult(
        chats=2, digests=2
    )

    assert issued_paper_numbers(store, first) == []
    assert issued_paper_numbers(store, second) == [[1, 2]]


def test_readers_of_a_shared_digest_see_it_in_their_own_form(store: Store) -> None:
    plain, rich = (
        create_chat(store, 1),
        create_chat(store, 2, form=MessageForm.THREE_COLUMNS, full=True),
    )
    for reader in (plain, rich):
        subscribe_chat(store, reader)
    announce(store, papers(1, 2))

    publish_due_chats(store, BOT, DUE_AT)

    messages = {
        reader.id: [
            (message.form, message.first_entry, message.last_entry)
            for digest in issued_digests(store, reader)
            for message in store.outbox.messages_of_digest(digest.number)
        ]
        for reader in (plain, rich)
    }
    assert messages[plain.id] == [(MessageForm.CLASSIC, 1, 2)]
    assert messages[rich.id] == [
        (MessageForm.THREE_COLUMNS, 1, 2),
        (MessageForm.THREE_COLUMNS, 1, 1),
        (MessageForm.THREE_COLUMNS, 2, 2),
    ]


def test_the_papers_of_a_tick_are_let_go_of_at_its_end(store: Store) -> None:
    """Without the collector of cycles, which would leave them for minutes."""
    [reader] = _readers(store, 1)
    announce(store, papers(1, 2))
    [topic] = store.subscriptions.of_chat(BOT, reader.id)
    gc.collect()
    gc.disable()
    try:
        gathered = NewAnnouncements(store, 0)
        editions = SharedDigests(store, gathered, DUE_AT)
        assert editions.for_topic(topic).digest.entries
        references = weakref.ref(gathered), weakref.ref(editions)

        del gathered, editions

        assert [reference() for reference in references] == [None, None]
    finally:
        gc.enable()


def test_a_topic_that_comes_back_in_the_middle_of_a_tick_loses_no_paper(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop that is undone brings its old position, from which nothing was gathered."""
    reader = create_chat(store)
    subscribe_chat(store, reader, "robots")
    announce(store, papers(1))
    issue_on_demand(
        store, reader, store.subscriptions.of_chat(BOT, reader.id)[0], NOW
    )  # its cursor moves on
    [robots] = store.subscriptions.of_chat(BOT, reader.id)
    assert robots.cursor > 0
    gathered = NewAnnouncements

    def and_meanwhile(*arguments: Any) -> NewAnnouncements:
        gathered_items = gathered(*arguments)
        with store.transaction():
            query = parse("diffusion").text
            store.subscriptions.add(
                replace(
                    robots, key=0, query=query, name=query, cursor=0, next_due=DUE_AT, position=1
                )
            )
        monkeypatch.undo()
        return gathered_items

    monkeypatch.setattr("bot.digests.publish.NewAnnouncements", and_meanwhile)
    publish_due_chats(store, BOT, DUE_AT)
    publish_due_chats(store, BOT, DUE_AT)

    assert issued_paper_numbers(store, reader) == [[1]]
