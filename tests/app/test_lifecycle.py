"""How a running bot ends: asked to, asked twice, refused, or because another one polls."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bot.app import lifecycle
from bot.app.config import Config
from bot.app.leader_election import LEADER_LEASE
from bot.app.running_bot import Bot
from bot.chat.api.send_and_edit import create_client
from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.faults import accepted_then_no_response, error_response, slow_response
from bot.demo.people.people import Person
from bot.digests.publish import publish_due_chats
from bot.summaries.gateway.model_gateway import ModelGateway
from bot.texts import say
from bot.topics.query.analyzer import index_text
from storage import Store, open_store
from storage.errors import DatabaseBusy
from storage.records.chats import MessageForm
from storage.records.messages import MessageState, Notice, OutboxMessage
from tests.support.builders import BOT, DUE_AT, announce, create_chat, papers, subscribe_chat
from tests.support.waiting import wait_until
from tests.system.killing.program import BotProcess, bot_environment, running_process

PROMISED = 10.0  # seconds in which every stop ends
SOON = 5.0  # seconds in which a stop ends that has nothing to wait for
TIMEOUT = 20.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A server, somebody who waits for a message, and the bot's database."""

    emulator: Emulator
    ada: Person
    store: Store
    folder: Path

    def runs(self, name: str = "papergram") -> AbstractAsyncContextManager[BotProcess]:
        """A bot that runs on a database of this folder."""
        settings = bot_environment(
            self.emulator.token, self.emulator.url, self.folder / f"{name}.db", log_level="DEBUG"
        )
        return running_process(settings, self.folder / f"{name}.log")

    def message(self) -> OutboxMessage:
        """The only message as it stands."""
        # The program may send it between two reads: what is seen last holds.
        by_key = {
            message.key: message
            for state in MessageState
            for message in self.store.outbox.messages_in_state(BOT, state)
        }
        [stored_message] = by_key.values()
        return stored_message

    async def accepts(self, method: str) -> None:
        """Waits until the server has carried out a call of a method."""
        await wait_until(lambda: bool(self.emulator.accepted_calls(method)), f"no {method}")

    async def is_polled(self) -> None:
        """Waits until the bot waits for updates."""
        await wait_until(lambda: self.emulator.state.updates.is_polled, "no poll")

    def is_free(self) -> bool:
        """Whether the duty was given back."""
        lease = self.store.leases.get(LEADER_LEASE)
        return lease is not None and lease.expires_at.timestamp() == 0


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """A message that waits for Ada."""
    store = open_store(f"sqlite:///{tmp_path / 'papergram.db'}", analyze=index_text)
    async with Emulator.serve() as emulator:
        ada = emulator.people.create_person("Ada", has_started_bot=True)
        with store.transaction():
            create_chat(store, ada.id)
            notice = Notice("start-hello")
            store.outbox.put_once(
                OutboxMessage(
                    BOT, ada.id, "1", 1, MessageForm.CLASSIC, "en", ("en",), "UTC", notice=notice
                )
            )
        yield Scene(emulator, ada, store, tmp_path)
    store.close()


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_waits_for_what_is_in_flight(
    scene: Scene, stop_signal: signal.Signals
) -> None:
    answer = asyncio.Event()
    scene.emulator.faults.schedule("sendMessage", slow_response(answer))
    async with scene.runs() as program:
        await scene.accepts("sendMessage")
        program.send_signal(stop_signal)
        await program.wait_for_output("stopping")
        assert not program.has_ended
        answer.set()
        code = await program.wait_for_exit(PROMISED)

    assert (code, scene.message().state, scene.message().unknown_sends) == (0, MessageState.SENT, 0)
    assert scene.is_free()
    assert "Traceback" not in program.output()


async def test_asked_twice_it_still_settles_what_is_in_flight(scene: Scene) -> None:
    answer = asyncio.Event()
    scene.emulator.faults.schedule("sendMessage", slow_response(answer))
    async with scene.runs() as program:
        await scene.accepts("sendMessage")
        program.send_signal(signal.SIGTERM)
        await program.wait_for_output("stopping")
        program.send_signal(signal.SIGTERM)
        await program.wait_for_output("still stopping")
        answer.set()
        code = await program.wait_for_exit(PROMISED)

    assert (code, scene.message().state, scene.message().unknown_sends) == (0, MessageState.SENT, 0)
    assert scene.is_free()
    assert "Traceback" not in program.output()


@pytest.mark.slow
@pytest.mark.alone
async def test_a_stop_does_not_wait_for_ever(scene: Scene) -> None:
    """Who begins next finds the message in doubt, and sends it once more with a mark."""
    scene.emulator.faults.schedule("sendMessage", accepted_then_no_response())
    async with scene.runs() as program:
        await scene.accepts("sendMessage")
        program.send_signal(signal.SIGTERM)
        code = await program.wait_for_exit(PROMISED)
    message_left = scene.message()
    async with scene.runs():
        await wait_until(lambda: scene.message().state is MessageState.SENT, "not sent again")

    assert (code, message_left.state) == (0, MessageState.SENDING)
    assert scene.message().unknown_sends == 1
    assert scene.is_free() is False


async def test_a_stop_ends_a_long_poll(scene: Scene) -> None:
    async with scene.runs() as program:
        await scene.is_polled()
        await wait_until(lambda: scene.message().state is MessageState.SENT, "not sent")
        program.send_signal(signal.SIGTERM)
        code = await program.wait_for_exit(SOON)

    assert (code, scene.is_free()) == (0, True)
    assert "Traceback" not in program.output()


async def test_a_stop_ends_who_stands_by(scene: Scene) -> None:
    """And who works is not disturbed."""
    scene.store.leases.acquire(LEADER_LEASE, "another-machine:1", datetime.now(UTC), 3600)
    async with scene.runs() as program:
        await program.wait_for_output("standing by")
        program.send_signal(signal.SIGTERM)
        code = await program.wait_for_exit(SOON)
    lease = scene.store.leases.get(LEADER_LEASE)

    assert code == 0
    assert lease
    assert lease.holder == "another-machine:1"
    assert not scene.is_free()


async def test_a_stop_while_the_bot_begins(scene: Scene) -> None:
    """Telegram does not answer the first question."""
    scene.emulator.faults.schedule("getMe", slow_response(asyncio.Event()))
    async with scene.runs() as program:
        await scene.accepts("getMe")
        program.send_signal(signal.SIGTERM)
        code = await program.wait_for_exit(PROMISED)

    assert (code, scene.is_free()) == (0, True)
    assert "Traceback" not in program.output()


async def test_a_token_that_is_refused_ends_the_start(scene: Scene) -> None:
    scene.emulator.faults.schedule("getMe", error_response(401, "Unauthorized"))
    async with scene.runs() as program:
        code = await program.wait_for_exit(TIMEOUT)

    assert code == 1
    assert say("en", "cli-token-refused") in program.output()
    assert (scene.message().state, scene.is_free()) == (MessageState.READY, True)


async def test_a_token_that_is_revoked_loses_nothing(scene: Scene) -> None:
    """The bot goes on asking, so that a mistake at Telegram's end costs a minute and no message."""
    scene.emulator.faults.schedule("sendMessage", error_response(401, "Unauthorized"))
    scene.emulator.faults.schedule("getUpdates", error_response(401, "Unauthorized"))
    async with scene.runs() as program:
        await program.wait_for_output("poll failed error=InvalidToken")
        await program.wait_for_output("token refused")
        program.send_signal(signal.SIGTERM)
        code = await program.wait_for_exit(SOON)
    message_left = scene.message()

    assert code == 0
    assert (message_left.state, message_left.attempts, message_left.unknown_sends) == (
        MessageState.READY,
        0,
        0,
    )


@pytest.mark.slow
async def test_the_poller_that_came_last_gives_way(scene: Scene) -> None:
    """Of two bots with one token and a database each; the first one goes on answering."""
    async with scene.runs() as first:
        await scene.ada.ask("/help")
        async with scene.runs("second") as second:
            code = await second.wait_for_exit(TIMEOUT)
        answered = await scene.ada.ask("/list")
        assert not first.has_ended

    assert code == 1
    assert say("en", "cli-conflict") in second.output()
    assert "Traceback" not in second.output()
    assert answered.is_from_bot


async def test_a_store_that_is_busy_at_the_start_leaves_no_worker_behind(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise DatabaseBusy

    monkeypatch.setattr(store.summary_jobs, "release_all_claims", refuse)
    async with Emulator.serve() as emulator:
        bot = Bot(
            store,
            create_client(emulator.token, emulator.url),
            Config.model_validate({}),
            lambda: datetime.now(UTC),
            model_gateway=cast("ModelGateway", SimpleNamespace(is_stopping=asyncio.Event())),
        )
        tasks_before = asyncio.all_tasks()
        with pytest.raises(DatabaseBusy):
            await lifecycle.serve(bot, None)
        tasks_left = [repr(task) for task in asyncio.all_tasks() - tasks_before]

    assert not [task for task in tasks_left if "run_forever" in task or "publish_menu" in task]


def test_a_stop_does_not_wait_for_every_chat(store: Store) -> None:
    """The chats that were not reached stay due."""
    for number in (1, 2, 3):
        subscribe_chat(store, create_chat(store, number))
    announce(store, papers(1))
    answers = iter([True, False])

    first = publish_due_chats(store, BOT, DUE_AT, should_continue=lambda: next(answers))
    second = publish_due_chats(store, BOT, DUE_AT)

    assert (first.chats, first.digests) == (1, 1)
    assert (second.chats, second.digests) == (2, 2)
