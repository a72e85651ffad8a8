"""The running program on a machine whose system clock leaps, before a Telegram that is right."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.app.lifecycle import PUBLISH_INTERVAL
from bot.demo.emulator.bot_api import Emulator
from bot.demo.people.people import Person
from bot.topics.query.analyzer import index_text
from storage import Store, open_store
from storage.records.chats import PendingQuestion
from storage.records.messages import MessageState
from tests.chat.api.test_transport import LOOPBACK
from tests.support.builders import BOT, announce, create_chat, papers, subscribe_chat
from tests.support.database import count_rows
from tests.support.waiting import wait_until
from tests.system.killing.program import bot_environment, start_process

YEAR = 365.0 * 86400.0
LEAPS = (-7200.0, 0.0, -86400.0, 86400.0, 10 * YEAR, 50 * YEAR, -50 * YEAR, 0.0)
APART = timedelta(seconds=3)  # from one digest to the next
EACH = 2  # of them while the clock is as wrong
LATE = timedelta(
    seconds=PUBLISH_INTERVAL + 5.0
)  # a beat, and what a busy machine takes to publish and send
MEGABYTES = 200


@asynccontextmanager
async def encrypted(url: str) -> AsyncIterator[str]:
    """The same server over TLS, whose dates count: its machine's clock is right."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(LOOPBACK)
    parts = urlsplit(url)

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass  # the program was killed
        finally:
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, back = await asyncio.open_connection(parts.hostname, parts.port)
        await asyncio.gather(copy(reader, back), copy(upstream_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def _fill(store: Store, people: list[Person], first: datetime) -> None:
    """Lets each have a topic that is due ``APART`` after that of the one before."""
    for number, person in enumerate(people):
        topic = subscribe_chat(
            store, create_chat(store, person.id), "diffusion", now=first - timedelta(days=1)
        )
        due = first + number * APART
        assert store.subscriptions.advance_cursor(topic, cursor=topic.cursor, next_due=due)
    announce(store, papers(1))
    resting = create_chat(store, 10_000)
    subscribe_chat(store, resting, "diffusion", now=first - timedelta(days=1))
    store.chats.pause(BOT, resting.id, "asked", (first + timedelta(days=3)).date())
    store.button_payloads.put(BOT, people[0].id, "robots", first)
    store.pending_questions.put(
        BOT, people[0].id, people[0].id, PendingQuestion("rename", 1), first
    )


def _sent(emulator: Emulator) -> dict[int, list[datetime]]:
    """When each chat was sent something."""
    send_times: dict[int, list[datetime]] = {}
    for call in emulator.accepted_calls("sendMessage", "sendRichMessage"):
        send_times.setdefault(call.chat_id or 0, []).append(call.called_at)
    return send_times


@pytest.mark.slow
@pytest.mark.alone
async def test_a_leap_of_the_system_clock_delays_no_digest_by_more_than_a_beat(
    tmp_path: Path,
) -> None:
    error = tmp_path / "error"
    error.write_text("0")
    async with Emulator.serve() as emulator, encrypted(emulator.url) as url:
        people = [
            emulator.people.create_person(f"P{n}", has_started_bot=True)
            for n in range(len(LEAPS) * EACH)
        ]
        first = datetime.now(UTC) + timedelta(seconds=8)
        database = tmp_path / "papergram.db"
        store = open_store(f"sqlite:///{database}", analyze=index_text)
        _fill(store, people, first)
        settings = bot_environment(emulator.token, url, database) | {
            "SSL_CERT_FILE": str(LOOPBACK),
            "CLOCK_ERROR": str(error),
        }
        script = str(Path(__file__).with_name("leaping.py"))
        program = await start_process(settings, tmp_path / "log", program=(script,))
        try:
            await program.wait_for_output("polling")
            await asyncio.sleep((first - APART / 2 - datetime.now(UTC)).total_seconds())
            for leap in LEAPS:
                renewed = error.with_suffix(".new")
                renewed.write_text(str(leap))
                renewed.replace(error)  # the program never reads half of it
                await asyncio.sleep(EACH * APART.total_seconds())
            await wait_until(
                lambda: store.outbox.counts_by_state(BOT)[MessageState.SENT] >= len(people),
                lambda: f"only {_sent(emulator).keys()} were told:\n{program.output()}",
            )
            status = await asyncio.to_thread(Path(f"/proc/{program.pid}/status").read_text)
            peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
        finally:
            await program.kill()

        late = [
            instant - (first + number * APART)
            for number, person in enumerate(people)
            for instant in _sent(emulator)[person.id]
        ]
        print(f"latest {max(late)}, peak {peak} MB")
        assert len(late) == len(people), "each once"
        assert min(late) >= -timedelta(seconds=1)
        assert max(late) <= LATE
        assert peak < MEGABYTES
        assert "system clock is wrong" in program.output()
        assert "Traceback" not in program.output()
        assert count_rows(store, "receipts", state="sent") == len(people)
        assert (count_rows(store, "button_payloads"), count_rows(store, "pending_questions")) == (
            1,
            1,
        )
        assert [chat.id for chat in store.chats.paused_until_day(BOT)] == [10_000]
        for person in people:
            [topic] = store.subscriptions.of_chat(BOT, person.id)
            assert topic.next_due
            assert topic.next_due - datetime.now(UTC) < timedelta(days=2)
        store.close()
