"""A store that cannot write for a while: the process goes on, and nothing is lost or repeated."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.demo.emulator import faults
from bot.digests.publish import publish
from bot.render.telegram.stored_answer import Said
from storage import Store
from storage.engine import sqlite as engine
from storage.errors import Busy, Full
from storage.records import Outcome, Parcel, ParcelState, Sent
from tests.support.builders import BOT, DAY, DUE, SECOND, Postman, announce, chat, follow, papers
from tests.support.database import count
from tests.system.faults.scene import Scene, upset

if TYPE_CHECKING:
    import sqlite3
else:  # the library that wrote the file: a second SQLite in this process would drop its locks
    from sqlite_utils.utils import sqlite3

Trouble = Callable[[Store], AbstractAsyncContextManager[None]]
_LONG_WORDS = "x" * 1500


async def _everywhere(store: Store, pragma: str) -> None:
    """Says a pragma to the connection of each thread of the store."""
    short, long = engine._THREADS, engine._LONG
    together = threading.Barrier(short + long)

    def say() -> None:
        together.wait(10)
        store._engine.all(pragma)

    await asyncio.gather(
        *(store.run(say) for _ in range(short)), *(store.run_long(say) for _ in range(long))
    )


@asynccontextmanager
async def busy(store: Store) -> AsyncIterator[None]:
    """Another program keeps the write lock for longer than anybody waits."""
    await _everywhere(store, "pragma busy_timeout = 10")
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("begin immediate")
    try:
        yield
    finally:
        other.execute("rollback")
        other.close()


@asynccontextmanager
async def full(store: Store) -> AsyncIterator[None]:
    """The file cannot grow."""
    [row] = store._engine.all("pragma page_count")
    await _everywhere(store, f"pragma max_page_count = {row[0]}")
    yield
    await _everywhere(store, "pragma max_page_count = 1000000")


@asynccontextmanager
async def read_only(store: Store) -> AsyncIterator[None]:
    """The file may be read and not written."""
    await _everywhere(store, "pragma query_only = on")
    yield
    await _everywhere(store, "pragma query_only = off")


TROUBLES = pytest.mark.parametrize("trouble", [busy, full, read_only])


@TROUBLES
async def test_what_is_said_meanwhile_stays_with_telegram(store: Store, trouble: Trouble) -> None:
    async with upset(store) as scene:
        ada, bob = scene.reader("Ada"), scene.reader("Bob")
        async with trouble(store):
            for number in range(8):
                ada.say(f"/unsub {number} {_LONG_WORDS}")
                bob.say("/list")
            await scene.times.somebody_rests()

            stored = count(store, "updates")
            assert stored < 16
            assert not scene.serving.done(), "the process goes on"
            assert len(scene.emulator.world.updates) >= 16 - stored, "not acknowledged"

        for _ in range(3):
            await scene.later(minutes=1)
        assert count(store, "updates", state="applied") == 16
        assert len(scene.shown(ada)) == 8
        assert len(scene.shown(bob)) == 8


@TROUBLES
async def test_a_digest_that_is_due_meanwhile_comes_once_it_is_over(
    store: Store, trouble: Trouble
) -> None:
    async with upset(store) as scene:
        readers = scene.readers(30)
        scene.announces(*range(12))
        async with trouble(store):
            scene.clock.at = DUE
            for _ in range(3):
                with suppress(Busy, Full):
                    await scene.bot.tick()
                scene.post.ring()
                await scene.until(lambda: scene.post.is_quiet)
            assert not scene.serving.done()

        for _ in range(3):
            await scene.later(seconds=20)
        assert [len(scene.shown(one)) for one in readers] == [1] * 30
        assert len(scene.calls()) == 30
        assert store.outbox.doubts(BOT) == 0
        assert count(store, "ledger", state="sent") == 12 * 30


@pytest.mark.parametrize("trouble", [busy, read_only])
async def test_an_answer_that_comes_meanwhile_is_not_forgotten(
    store: Store, trouble: Trouble
) -> None:
    """Messages were in flight when the store stopped writing: each is recorded, none repeated."""
    async with upset(store) as scene:
        readers = scene.readers(5)
        answered = asyncio.Event()
        scene.emulator.faults.next("sendMessage", faults.slow(answered), times=5)
        scene.announces(1)
        scene.clock.at = DUE
        await scene.bot.tick()
        await scene.until(lambda: len(scene.calls()) == 5)

        async with trouble(store):
            answered.set()
            await _all_rest(scene, 5)
            assert {state for one in readers for state in scene.states(one)} == {"sending"}

        scene.clock.at += SECOND
        await scene.settled()
        assert {state for one in readers for state in scene.states(one)} == {"sent"}
        for _ in range(5):
            await scene.later(minutes=1)
        assert len(scene.calls()) == 5
        assert store.outbox.doubts(BOT) == 0


async def _all_rest(scene: Scene, number: int) -> None:
    """Waits until so many pauses have begun."""
    await scene.until(lambda: scene.times.resting >= number)


async def test_an_update_does_not_spend_its_attempts_on_a_store_that_cannot_write(
    store: Store,
) -> None:
    """Begun again and again, and each time the store fails before it is applied."""
    async with upset(store) as scene:
        lab = scene.group()
        ada = scene.emulator.people.person("Ada")
        lab.join(ada.user, "administrator")
        await scene.settled()
        for number in range(1, 7):
            looked = asyncio.Event()
            scene.emulator.faults.next("getChatMember", faults.slow(looked))
            if number == 1:
                ada.say("/unsub 1", lab)
            else:
                scene.clock.at += SECOND
            await _asked(scene, number)
            async with read_only(store):
                looked.set()
                await _all_rest(scene, 1)

        await scene.later(minutes=1)
        assert count(store, "updates", state="failed") == 0
        assert await scene.topics(lab) == []
        assert len(scene.shown(lab)) == 1


async def _asked(scene: Scene, times: int) -> None:
    """Waits until the bot has asked so many times who a member is."""
    await scene.until(lambda: len(scene.calls(method="getChatMember")) == times)


async def test_a_worker_that_meets_a_busy_store_tears_no_message_from_another(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(store, chat(store))
    announce(store, papers(1))
    publish(store, BOT, DUE)
    postman = Postman(store, at=DUE)
    claim, refused = store.outbox.claim, asyncio.Event()
    loop = asyncio.get_running_loop()

    def once(*given: object, **named: object) -> list[Parcel]:
        monkeypatch.setattr(store.outbox, "claim", busy_now)
        return claim(*given, **named)  # type: ignore[arg-type]

    def busy_now(*_: object, **__: object) -> list[Parcel]:
        loop.call_soon_threadsafe(refused.set)
        raise Busy("locked")

    async def send(parcel: Parcel, message: Said) -> Outcome:
        await refused.wait()
        await asyncio.sleep(0)
        return Sent(77)

    monkeypatch.setattr(store.outbox, "claim", once)
    postman.send = send  # type: ignore[method-assign]
    assert (await postman.goes_round(workers=2)).sent == 1
    assert store.outbox.counts(BOT)[ParcelState.SENT] == 1


@pytest.mark.parametrize("where", [0, 2 * 4096], ids=["header", "page"])
def test_a_damaged_file_is_refused_with_the_way_to_restore(
    store: Store, tmp_path: Path, where: int
) -> None:
    copy = tmp_path / "papergram.db.copy"
    store.backup(copy)
    store.close()
    with store.path.open("r+b") as file:
        file.seek(where)
        file.write(b"\xa5" * 4096)
    damaged = store.path.read_bytes()

    environment = {
        "TELEGRAM_BOT_TOKEN": "42:never-asked",
        "PAPERGRAM_DATABASE": f"sqlite:///{store.path}",
    }
    result = CliRunner().invoke(main, ["run"], env=environment)

    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit), "a sentence, not a traceback"
    assert f"copy {copy} to {store.path}" in result.output.replace("\n", " ")
    assert store.path.read_bytes() == damaged, "nothing was changed"


async def test_a_day_of_trouble_brings_the_next_digest_with_everything(store: Store) -> None:
    async with upset(store) as scene:
        ada = scene.reader("Ada")
        scene.announces(1)
        async with read_only(store):
            scene.clock.at = DUE
            with pytest.raises(Full):
                await scene.bot.tick()
        scene.announces(2)
        await scene.move_to(DUE + DAY)

        [digest] = scene.shown(ada)
        assert "Study 1 of" in digest
        assert "Study 2 of" in digest
