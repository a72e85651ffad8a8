"""Updates that were begun before: by a process that ended, or answered since they were read."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Sequence

import pytest

from bot.chat.api import send_and_edit
from bot.chat.api.updates import parse_update
from bot.chat.dispatch.apply_update import reject_over_limit
from bot.chat.dispatch.inbox_worker import (
    ATTEMPTS_EXHAUSTED,
    MAX_ATTEMPTS,
    SUSPECT_ATTEMPTS,
    InboxWorker,
)
from bot.chat.request_and_reply import BotInfo
from bot.chat.services import Services
from bot.chat.user_limits import Cost, Excess
from bot.texts import say
from storage import Store
from storage.records.messages import InboxUpdate, OutboxMessage
from tests.support.builders import BOT, NOW, POLLED_CATEGORIES
from tests.support.database import count_rows
from tests.support.waiting import wait_until

FIRST = 700_000_001
_CLIENT = send_and_edit.create_client("1:again", "http://127.0.0.1:9")


def _counter(store: Store) -> Services:
    bot_info = BotInfo(BOT, "papergram_bot", POLLED_CATEGORIES)
    return Services(_CLIENT, bot_info, store, lambda: NOW, lambda: None, "life")


async def _sends(_: Sequence[OutboxMessage]) -> bool:
    return True


async def _at_once(_: float) -> None:
    await asyncio.sleep(0)


def _process(store: Store) -> InboxWorker:
    return InboxWorker(_counter(store), _sends, lambda: None, sleep=_at_once)


def _says(store: Store, number: int) -> InboxUpdate:
    """The first words of a chat of its own."""
    who = FIRST + number
    chat = {"id": who, "type": "private", "first_name": "Ada"}
    person = {"id": who, "is_bot": False, "first_name": "Ada", "language_code": "en"}
    message = {"message_id": 5, "date": 1, "chat": chat, "from": person, "text": "/about"}
    body = json.dumps({"update_id": number, "message": message})
    update = InboxUpdate(BOT, number, who, body)
    store.inbox.put([update])
    return update


def _has_ended(process: InboxWorker, killed: asyncio.Event) -> bool:
    return killed.is_set() or process.is_idle


def _said(store: Store, update: InboxUpdate) -> list[str]:
    rows = store._engine.fetch_all(
        "select reply_content from outbox_messages where priority < 0 and chat = :chat",
        chat=update.chat,
    )
    return [row["reply_content"] for row in rows]


async def test_an_update_that_is_set_aside_is_told(store: Store) -> None:
    update = _says(store, 1)
    for _ in range(MAX_ATTEMPTS):
        store.inbox.count_attempt(BOT, 1)
    process = _process(store)

    await process.start_pending()
    await process.drain()

    [text] = _said(store, update)
    assert say("en", "refusal-failed") in text
    assert count_rows(store, "inbox_updates", state="failed", error=ATTEMPTS_EXHAUSTED) == 1


async def test_what_ends_the_process_even_when_it_is_told_is_set_aside_in_silence(
    store: Store,
) -> None:
    update = _says(store, 1)
    for _ in range(MAX_ATTEMPTS + 1):
        store.inbox.count_attempt(BOT, 1)
    process = _process(store)

    await process.start_pending()
    await process.drain()

    assert _said(store, update) == []
    assert count_rows(store, "inbox_updates", state="failed", error=ATTEMPTS_EXHAUSTED) == 1


async def test_a_backlog_loses_no_update_to_one_that_ends_the_process(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in a backlog again and again: what stood beside the poison is answered."""
    poison = _says(store, 1)
    honest = [_says(store, number) for number in range(2, 7)]
    apply = InboxWorker._process_update

    async def until_killed(self: InboxWorker, update: InboxUpdate) -> object:
        if life < SUSPECT_ATTEMPTS or (update.id == poison.id and life < MAX_ATTEMPTS):
            killed.set()
        if killed.is_set():
            await asyncio.Event().wait()
        return await apply(self, update)

    monkeypatch.setattr(InboxWorker, "_process_update", until_killed)
    for number in range(MAX_ATTEMPTS + 1):
        life = number
        killed = asyncio.Event()
        process = _process(store)
        await process.start_pending()
        await wait_until(functools.partial(_has_ended, process, killed), "neither ended nor killed")
        for task in list(process._tasks_by_chat.values()):
            task.cancel()
        await process.drain()

    assert [len(_said(store, update)) for update in honest] == [1] * len(honest)
    assert count_rows(store, "inbox_updates", state="applied") == len(honest)
    assert count_rows(store, "inbox_updates", state="failed", error=ATTEMPTS_EXHAUSTED) == 1


async def test_what_was_answered_since_it_was_read_is_not_answered_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    _says(store, 1)
    stale = store.inbox.next_of_each_chat(BOT)
    process = _process(store)
    await process.start_pending()
    await process.drain()
    applied: list[int] = []

    async def notes(self: InboxWorker, update: InboxUpdate) -> None:
        applied.append(update.id)

    monkeypatch.setattr(InboxWorker, "_process_update", notes)
    monkeypatch.setattr(store.inbox, "next_of_each_chat", lambda *_: stale)
    await process.start_pending()
    await process.drain()

    assert applied == []


def test_what_was_answered_is_not_passed_over_with_a_word(store: Store) -> None:
    update = _says(store, 1)
    counter = _counter(store)
    request = parse_update(update.body, "papergram_bot")
    assert request is not None
    store.inbox.mark_applied(BOT, 1)

    reject_over_limit(counter, update, request, Excess(Cost.COMMAND, 20, should_notify=True))

    assert _said(store, update) == []
