"""How a running bot ends: asked to, asked twice, refused, or because another one polls."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app.leader_election import DUTY
from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.faults import accepted_then_hung, refused, slow
from bot.demo.people.people import Person
from bot.digests.publish import publish
from bot.texts import say
from bot.topics.query.parser import indexed
from storage import Store, open_store
from storage.records import Form, Notice, Parcel, ParcelState
from tests.support.builders import BOT, DUE, announce, chat, follow, papers
from tests.system.killing.program import Program, environment, running, until

PROMISED = 10.0  # seconds in which every stop ends
SOON = 5.0  # seconds in which a stop ends that has nothing to wait for
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A server, somebody who waits for a parcel, and the bot's database."""

    emulator: Emulator
    ada: Person
    store: Store
    folder: Path

    def runs(self, name: str = "papergram") -> AbstractAsyncContextManager[Program]:
        """A bot that runs on a database of this folder."""
        settings = environment(
            self.emulator.token, self.emulator.url, self.folder / f"{name}.db", log_level="DEBUG"
        )
        return running(settings, self.folder / f"{name}.log")

    def parcel(self) -> Parcel:
        """The only parcel as it stands."""
        [found] = [one for state in ParcelState for one in self.store.outbox.in_state(BOT, state)]
        return found

    async def accepts(self, method: str) -> None:
        """Waits until the server has carried out a call of a method."""
        await until(lambda: bool(self.emulator.accepted(method)), f"no {method}")

    async def is_polled(self) -> None:
        """Waits until the bot waits for updates."""
        await until(lambda: self.emulator.world.updates.is_polled, "no poll")

    def is_free(self) -> bool:
        """Whether the duty was given back."""
        held = self.store.leases.held(DUTY)
        return held is not None and held.until.timestamp() == 0


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """A parcel that waits for Ada."""
    store = open_store(f"sqlite:///{tmp_path / 'papergram.db'}", words=indexed)
    async with Emulator.serve() as emulator:
        ada = emulator.people.person("Ada", is_known=True)
        with store.transaction():
            chat(store, ada.id)
            notice = Notice("start-hello")
            store.outbox.put_once(
                Parcel(BOT, ada.id, "1", 1, Form.CLASSIC, "en", ("en",), "UTC", notice=notice)
            )
        yield Scene(emulator, ada, store, tmp_path)
    store.close()


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_waits_for_what_is_in_flight(scene: Scene, asked: signal.Signals) -> None:
    answer = asyncio.Event()
    scene.emulator.faults.next("sendMessage", slow(answer))
    async with scene.runs() as program:
        await scene.accepts("sendMessage")
        program.signal(asked)
        await program.says("stopping")
        assert not program.has_ended
        answer.set()
        code = await program.ends(PROMISED)

    assert (code, scene.parcel().state, scene.parcel().doubts) == (0, ParcelState.SENT, 0)
    assert scene.is_free()
    assert "Traceback" not in program.said()


async def test_asked_twice_it_still_settles_what_is_in_flight(scene: Scene) -> None:
    answer = asyncio.Event()
    scene.emulator.faults.next("sendMessage", slow(answer))
    async with scene.runs() as program:
        await scene.accepts("sendMessage")
        program.signal(signal.SIGTERM)
        await program.says("stopping")
        program.signal(signal.SIGTERM)
        await program.says("still stopping")
        answer.set()
        code = await program.ends(PROMISED)

    assert (code, scene.parcel().state, scene.parcel().doubts) == (0, ParcelState.SENT, 0)
    assert scene.is_free()
    assert "Traceback" not in program.said()


@pytest.mark.slow
@pytest.mark.alone
async def test_a_stop_does_not_wait_for_ever(scene: Scene) -> None:
    """Who begins next finds the message in doubt, and sends it once more with a mark."""
    scene.emulator.faults.next("sendMessage", accepted_then_hung())
    async with scene.runs() as program:
        await scene.accepts("sendMessage")
        program.signal(signal.SIGTERM)
        code = await program.ends(PROMISED)
    left = scene.parcel()
    async with scene.runs():
        await until(lambda: scene.parcel().state is ParcelState.SENT, "not sent again")

    assert (code, left.state) == (0, ParcelState.SENDING)
    assert scene.parcel().doubts == 1
    assert scene.is_free() is False


async def test_a_stop_ends_a_long_poll(scene: Scene) -> None:
    async with scene.runs() as program:
        await scene.is_polled()
        await until(lambda: scene.parcel().state is ParcelState.SENT, "not sent")
        program.signal(signal.SIGTERM)
        code = await program.ends(SOON)

    assert (code, scene.is_free()) == (0, True)
    assert "Traceback" not in program.said()


async def test_a_stop_ends_who_stands_by(scene: Scene) -> None:
    """And who works is not disturbed."""
    scene.store.leases.take(DUTY, "another-machine:1", datetime.now(UTC), 3600)
    async with scene.runs() as program:
        await program.says("standing by")
        program.signal(signal.SIGTERM)
        code = await program.ends(SOON)
    held = scene.store.leases.held(DUTY)

    assert code == 0
    assert held
    assert held.holder == "another-machine:1"
    assert not scene.is_free()


async def test_a_stop_while_the_bot_begins(scene: Scene) -> None:
    """Telegram does not answer the first question."""
    scene.emulator.faults.next("getMe", slow(asyncio.Event()))
    async with scene.runs() as program:
        await scene.accepts("getMe")
        program.signal(signal.SIGTERM)
        code = await program.ends(PROMISED)

    assert (code, scene.is_free()) == (0, True)
    assert "Traceback" not in program.said()


async def test_a_token_that_is_refused_ends_the_start(scene: Scene) -> None:
    scene.emulator.faults.next("getMe", refused(401, "Unauthorized"))
    async with scene.runs() as program:
        code = await program.ends(PATIENCE)

    assert code == 1
    assert say("en", "cli-token-refused") in program.said()
    assert (scene.parcel().state, scene.is_free()) == (ParcelState.READY, True)


async def test_a_token_that_is_revoked_loses_nothing(scene: Scene) -> None:
    """The bot goes on asking, so that a mistake at Telegram's end costs a minute and no parcel."""
    scene.emulator.faults.next("sendMessage", refused(401, "Unauthorized"))
    scene.emulator.faults.next("getUpdates", refused(401, "Unauthorized"))
    async with scene.runs() as program:
        await program.says("poll failed error=InvalidToken")
        await program.says("token refused")
        program.signal(signal.SIGTERM)
        code = await program.ends(SOON)
    left = scene.parcel()

    assert code == 0
    assert (left.state, left.attempts, left.doubts) == (ParcelState.READY, 0, 0)


@pytest.mark.slow
async def test_the_poller_that_came_last_gives_way(scene: Scene) -> None:
    """Of two bots with one token and a database each; the first one goes on answering."""
    async with scene.runs() as first:
        await scene.ada.ask("/help")
        async with scene.runs("second") as second:
            code = await second.ends(PATIENCE)
        answered = await scene.ada.ask("/list")
        assert not first.has_ended

    assert code == 1
    assert say("en", "cli-conflict") in second.said()
    assert "Traceback" not in second.said()
    assert answered.is_from_bot


def test_a_stop_does_not_wait_for_every_chat(store: Store) -> None:
    """The chats that were not reached stay due."""
    for number in (1, 2, 3):
        follow(store, chat(store, number))
    announce(store, papers(1))
    asked = iter([True, False])

    first = publish(store, BOT, DUE, goes_on=lambda: next(asked))
    second = publish(store, BOT, DUE)

    assert (first.chats, first.digests) == (1, 1)
    assert (second.chats, second.digests) == (2, 2)
