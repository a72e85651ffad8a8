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
from bot.digests.publish import publish_due_chats
from bot.render.telegram.reply_encoding import ReplyContent
from storage import Store
from storage.engine import sqlite
from storage.errors import DatabaseBusy, DatabaseNotWritable
from storage.records.messages import MessageState, OutboxMessage, SendOutcome, Sent
from tests.support.builders import (
    BOT,
    DAY,
    DUE_AT,
    SECOND,
    FakeSender,
    announce,
    create_chat,
    papers,
    subscribe_chat,
)
from tests.support.database import count_rows, count_unknown_sends
from tests.system.faults.scene import FaultScenario, bot_with_faults

if TYPE_CHECKING:
    import sqlite3
else:  # the library that wrote the file: a second SQLite in this process would drop its locks
    from sqlite_utils.utils import sqlite3

Trouble = Callable[[Store], AbstractAsyncContextManager[None]]
_LONG_WORDS = "x" * 1500


async def _everywhere(store: Store, pragma: str) -> None:
    """Says a pragma to the connection of each thread of the store."""
    short, long = sqlite._THREADS, sqlite._LONG_THREADS
    together = threading.Barrier(short + long)

    def say() -> None:
        together.wait(10)
        store._engine.fetch_all(pragma)

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
    [row] = store._engine.fetch_all("pragma page_count")
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
    async with bot_with_faults(store) as scene:
        ada, bob = scene.add_reader("Ada"), scene.add_reader("Bob")
        async with trouble(store):
            for number in range(8):
                ada.send_text(f"/unsub {number} {_LONG_WORDS}")
                bob.send_text("/list")
            await scene.sleeping_clock.wait_for_sleeper()

            stored = count_rows(store, "inbox_updates")
            assert stored < 16
            assert not scene.serving_task.done(), "the process goes on"
            assert len(scene.emulator.state.updates) >= 16 - stored, "not acknowledged"

        for _ in range(3):
            await scene.advance_time(minutes=1)
        assert count_rows(store, "inbox_updates", state="applied") == 16
        assert len(scene.bot_messages(ada)) == 8
        assert len(scene.bot_messages(bob)) == 8


@TROUBLES
async def test_a_digest_that_is_due_meanwhile_comes_once_it_is_over(
    store: Store, trouble: Trouble
) -> None:
    async with bot_with_faults(store) as scene:
        readers = scene.add_readers(30)
        scene.announce_papers(*range(12))
        async with trouble(store):
            scene.clock.instant = DUE_AT
            for _ in range(3):
                with suppress(DatabaseBusy, DatabaseNotWritable):
                    await scene.bot.publish_due()
                scene.outbox_event.set()
                await scene.wait_until(lambda: scene.outbox_event.is_idle)
            assert not scene.serving_task.done()

        for _ in range(3):
            await scene.advance_time(seconds=20)
        assert [len(scene.bot_messages(reader)) for reader in readers] == [1] * 30
        assert len(scene.delivery_calls()) == 30
        assert count_unknown_sends(store, BOT) == 0
        assert count_rows(store, "receipts", state="sent") == 12 * 30


@pytest.mark.parametrize("trouble", [busy, read_only])
async def test_an_answer_that_comes_meanwhile_is_not_forgotten(
    store: Store, trouble: Trouble
) -> None:
    """Messages were in flight when the store stopped writing: each is recorded, none repeated."""
    async with bot_with_faults(store) as scene:
        readers = scene.add_readers(5)
        answered = asyncio.Event()
        scene.emulator.faults.schedule("sendMessage", faults.slow_response(answered), times=5)
        scene.announce_papers(1)
        scene.clock.instant = DUE_AT
        await scene.bot.publish_due()
        await scene.wait_until(lambda: len(scene.delivery_calls()) == 5)

        async with trouble(store):
            answered.set()
            await _all_rest(scene, 5)
            assert {state for reader in readers for state in scene.message_states(reader)} == {
                "sending"
            }

        scene.clock.instant += SECOND
        await scene.wait_until_idle()
        assert {state for reader in readers for state in scene.message_states(reader)} == {"sent"}
        for _ in range(5):
            await scene.advance_time(minutes=1)
        assert len(scene.delivery_calls()) == 5
        assert count_unknown_sends(store, BOT) == 0


async def _all_rest(scene: FaultScenario, number: int) -> None:
    """Waits until so many pauses have begun."""
    await scene.wait_until(lambda: scene.sleeping_clock.sleeper_count >= number)


async def test_an_update_does_not_spend_its_attempts_on_a_store_that_cannot_write(
    store: Store,
) -> None:
    """Begun again and again, and each time the store fails before it is applied."""
    async with bot_with_faults(store) as scene:
        group = scene.add_group()
        ada = scene.emulator.people.create_person("Ada")
        group.set_member(ada.user, "administrator")
        await scene.wait_until_idle()
        for number in range(1, 7):
            looked = asyncio.Event()
            scene.emulator.faults.schedule("getChatMember", faults.slow_response(looked))
            if number == 1:
                ada.send_text("/unsub 1", group)
            else:
                scene.clock.instant += SECOND
            await _asked(scene, number)
            async with read_only(store):
                looked.set()
                await _all_rest(scene, 1)

        await scene.advance_time(minutes=1)
        assert count_rows(store, "inbox_updates", state="failed") == 0
        assert await scene.topics(group) == []
        assert len(scene.bot_messages(group)) == 1


async def _asked(scene: FaultScenario, times: int) -> None:
    """Waits until the bot has asked so many times who a member is."""
    await scene.wait_until(lambda: len(scene.delivery_calls(method="getChatMember")) == times)


async def test_a_worker_that_meets_a_busy_store_tears_no_message_from_another(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe_chat(store, create_chat(store))
    announce(store, papers(1))
    publish_due_chats(store, BOT, DUE_AT)
    postman = FakeSender(store, now=DUE_AT)
    claim, refused = store.outbox.claim, asyncio.Event()
    loop = asyncio.get_running_loop()

    def once(*arguments: object, **named: object) -> list[OutboxMessage]:
        monkeypatch.setattr(store.outbox, "claim", busy_now)
        return claim(*arguments, **named)  # type: ignore[arg-type]

    def busy_now(*_: object, **__: object) -> list[OutboxMessage]:
        loop.call_soon_threadsafe(refused.set)
        raise DatabaseBusy("locked")

    async def send(outbox_message: OutboxMessage, message: ReplyContent) -> SendOutcome:
        await refused.wait()
        await asyncio.sleep(0)
        return Sent(77)

    monkeypatch.setattr(store.outbox, "claim", once)
    postman.send = send  # type: ignore[method-assign]
    assert (await postman.deliver_once(workers=2)).sent == 1
    assert store.outbox.counts_by_state(BOT)[MessageState.SENT] == 1


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
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader("Ada")
        scene.announce_papers(1)
        async with read_only(store):
            scene.clock.instant = DUE_AT
            with pytest.raises(DatabaseNotWritable):
                await scene.bot.publish_due()
        scene.announce_papers(2)
        await scene.move_clock_to(DUE_AT + DAY)

        [digest] = scene.bot_messages(ada)
        assert "Study 1 of" in digest
        assert "Study 2 of" in digest
