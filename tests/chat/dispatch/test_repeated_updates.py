"""Updates that were begun before: by a process that ended, or answered since they were read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import pytest

from bot.chat.api import client
from bot.chat.api.updates import asked
from bot.chat.dispatch.apply_update import passed_over
from bot.chat.dispatch.inbox_worker import ATTEMPTS, SPENT, SUSPECT, Answering
from bot.chat.request_and_reply import House
from bot.chat.services import Counter
from bot.chat.user_limits import Cost, Excess
from bot.texts import say
from storage import Store
from storage.records import Parcel, Update
from tests.support.builders import BOT, NOW, POLLED
from tests.support.database import count

FIRST = 700_000_001
_CLIENT = client.client("1:again", "http://127.0.0.1:9")


def _counter(store: Store) -> Counter:
    house = House(BOT, "papergram_bot", POLLED)
    return Counter(_CLIENT, house, store, lambda: NOW, lambda: None, "life")


async def _sends(_: Sequence[Parcel]) -> bool:
    return True


async def _at_once(_: float) -> None:
    await asyncio.sleep(0)


def _process(store: Store) -> Answering:
    return Answering(_counter(store), _sends, lambda: None, sleep=_at_once)


def _says(store: Store, number: int, text: str = "/about") -> Update:
    """The first words of a chat of its own."""
    who = FIRST + number
    chat = {"id": who, "type": "private", "first_name": "Ada"}
    person = {"id": who, "is_bot": False, "first_name": "Ada", "language_code": "en"}
    message = {"message_id": 5, "date": 1, "chat": chat, "from": person, "text": text}
    body = json.dumps({"update_id": number, "message": message})
    update = Update(BOT, number, who, body)
    store.inbox.put([update])
    return update


def _said(store: Store, update: Update) -> list[str]:
    rows = store._engine.all(
        "select content from parcels where rank < 0 and chat = :chat", chat=update.chat
    )
    return [row["content"] for row in rows]


async def test_an_update_that_is_set_aside_is_told(store: Store) -> None:
    update = _says(store, 1)
    for _ in range(ATTEMPTS):
        store.inbox.begin(BOT, 1)
    process = _process(store)

    await process.begin()
    await process.drained()

    [told] = _said(store, update)
    assert say("en", "refusal-failed") in told
    assert count(store, "updates", state="failed", error=SPENT) == 1


async def test_what_ends_the_process_even_when_it_is_told_is_set_aside_in_silence(
    store: Store,
) -> None:
    update = _says(store, 1)
    for _ in range(ATTEMPTS + 1):
        store.inbox.begin(BOT, 1)
    process = _process(store)

    await process.begin()
    await process.drained()

    assert _said(store, update) == []
    assert count(store, "updates", state="failed", error=SPENT) == 1


async def test_a_backlog_loses_no_update_to_one_that_ends_the_process(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in a backlog again and again: what stood beside the poison is answered."""
    poison = _says(store, 1)
    honest = [_says(store, number) for number in range(2, 7)]
    apply = Answering._apply

    async def until_killed(self: Answering, update: Update) -> object:
        if life < SUSPECT or (update.id == poison.id and life < ATTEMPTS):
            killed.set()
        if killed.is_set():
            await asyncio.Event().wait()
        return await apply(self, update)

    monkeypatch.setattr(Answering, "_apply", until_killed)
    for number in range(ATTEMPTS + 1):
        life = number
        killed = asyncio.Event()
        process = _process(store)
        await process.begin()
        for _ in range(500):
            if killed.is_set() or process.is_idle:
                break
            await asyncio.sleep(0.002)
        for task in list(process._chats.values()):
            task.cancel()
        await process.drained()

    assert [len(_said(store, update)) for update in honest] == [1] * len(honest)
    assert count(store, "updates", state="applied") == len(honest)
    assert count(store, "updates", state="failed", error=SPENT) == 1


async def test_what_was_answered_since_it_was_read_is_not_answered_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    _says(store, 1)
    stale = store.inbox.heads(BOT)
    process = _process(store)
    await process.begin()
    await process.drained()
    applied: list[int] = []

    async def notes(self: Answering, update: Update) -> None:
        applied.append(update.id)

    monkeypatch.setattr(Answering, "_apply", notes)
    monkeypatch.setattr(store.inbox, "heads", lambda *_: stale)
    await process.begin()
    await process.drained()

    assert applied == []


def test_what_was_answered_is_not_passed_over_with_a_word(store: Store) -> None:
    update = _says(store, 1)
    counter = _counter(store)
    request = asked(update.body, "papergram_bot")
    assert request is not None
    store.inbox.applied(BOT, 1)

    passed_over(counter, update, request, Excess(Cost.COMMAND, 20, is_said=True))

    assert _said(store, update) == []
