"""The token is in no output and in no file, whatever goes wrong while everything is logged."""

from __future__ import annotations

import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.faults import (
    Fault,
    accepted_then_bad_gateway,
    accepted_then_connection_closed,
    bad_gateway,
    connection_closed,
    error_response,
    internal_error,
    no_response,
    too_many_requests,
)
from bot.topics.query.analyzer import index_text
from storage import open_store
from storage.records.chats import MessageForm
from storage.records.messages import Notice, OutboxMessage
from tests.support.builders import BOT, create_chat
from tests.support.waiting import wait_until
from tests.system.killing.program import bot_environment, running_process, start_process

SECRET = "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # as they look, and of nobody
TOKEN = f"{BOT}:{SECRET}"
TROUBLES: tuple[Fault, ...] = (
    error_response(401, "Unauthorized"),
    error_response(403, "Forbidden: bot was blocked by the user"),
    error_response(404, f"Not Found: /bot{TOKEN}/sendMessage"),
    error_response(409, "Conflict: terminated by other getUpdates request"),
    error_response(400, f"Bad Request: wrong URL https://api.telegram.org/bot{TOKEN}/x"),
    too_many_requests(1),
    internal_error(),
    bad_gateway(),
    accepted_then_bad_gateway(),
    connection_closed(),
    accepted_then_connection_closed(),
    no_response(),
    Fault("broken", html_page=(200, f'{{"ok": tr <a href="/bot{TOKEN}/getMe">')),
)


async def test_no_trouble_tells_the_token(tmp_path: Path) -> None:
    async with _troubled(tmp_path) as (emulator, log):
        settings = bot_environment(TOKEN, emulator.url, tmp_path / "papergram.db", **_LOUD)
        async with running_process(settings, log) as program:
            await wait_until(
                lambda: len(emulator.faults) <= _PATIENT, "not every trouble came about"
            )
            program.send_signal(signal.SIGTERM)
            await program.wait_for_exit(15.0)

    assert "DEBUG" in program.output(), "nothing was logged"
    _check(tmp_path)


@pytest.mark.slow
async def test_no_failed_start_tells_the_token(tmp_path: Path) -> None:
    """Refused, answered with nonsense, and nobody there at all."""
    log = tmp_path / "log.txt"
    for trouble in (TROUBLES[0], TROUBLES[2], TROUBLES[-1], connection_closed()):
        async with Emulator.serve(token=TOKEN) as emulator:
            emulator.faults.schedule("getMe", trouble, times=50)
            settings = bot_environment(TOKEN, emulator.url, tmp_path / "papergram.db", **_LOUD)
            program = await start_process(settings, log)
            assert await program.wait_for_exit(30.0) == 1
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    program = await start_process(
        bot_environment(TOKEN, address, tmp_path / "papergram.db", **_LOUD), log
    )
    assert await program.wait_for_exit(30.0) == 1

    _check(tmp_path)


_LOUD = {"log_level": "DEBUG", "lease": "4"}
_PATIENT = 1  # a poll that failed waits long before the next


@asynccontextmanager
async def _troubled(folder: Path) -> AsyncIterator[tuple[Emulator, Path]]:
    """A server whose every answer goes wrong once, and messages for as many people."""
    store = open_store(f"sqlite:///{folder / 'papergram.db'}", analyze=index_text)
    async with Emulator.serve(token=TOKEN) as emulator:
        for number, trouble in enumerate(TROUBLES):
            ada = emulator.people.create_person("Ada", has_started_bot=True)
            emulator.faults.schedule("sendMessage", trouble, chat=ada.id)
            with store.transaction():
                create_chat(store, ada.id)
                notice = Notice("start-hello")
                store.outbox.put_once(
                    OutboxMessage(
                        BOT,
                        ada.id,
                        f"{number}",
                        1,
                        MessageForm.CLASSIC,
                        "en",
                        ("en",),
                        "UTC",
                        notice=notice,
                    )
                )
        emulator.faults.schedule("getUpdates", TROUBLES[-1])
        store.close()
        yield emulator, folder / "log.txt"


def _check(folder: Path) -> None:
    """Neither the log nor the database, its journal or any copy holds the secret."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert any(file.suffix == ".db" for file in files)
    assert [file.name for file in files if SECRET.encode() in file.read_bytes()] == []
