"""The model's key is in no output and in no file, whatever its server does with it at DEBUG."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.demo.emulator.bot_api import Emulator
from tests.support.builders import BOT
from tests.support.waiting import wait_until
from tests.system.killing.program import bot_environment, running_process, start_process
from tests.system.killing.summarizing import fill_database

SECRET = "sk-live-0123456789abcdefSECRET"  # as they look, and of nobody
STRANGE = "sk-live-0123456789\u201cSECRET\u201d"  # copied with its quotation marks
TOKEN = f"{BOT}:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
NOWHERE = "http://127.0.0.1:9"
STATUSES = (200, 301, 400, 401, 402, 403, 404, 422, 429, 500, 503)
_DECLINED = ("400", "422")  # of one request: the next may be taken
ENDS = ("torn", "html", "nonsense")


@asynccontextmanager
async def indiscreet() -> AsyncIterator[str]:
    """The root of a server that answers with all it was told, the key and the headers too.

    The first part of the path says how: a status, or how the answer is broken.
    """
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        if length := re.search(r"content-length: (\d+)", head, re.IGNORECASE):
            await reader.readexactly(int(length[1]))
        writer.write(_reply(head.split("/")[1], head))
        await writer.drain()
    finally:
        writer.close()


def _reply(how: str, head: str) -> bytes:
    error = {"message": f"Incorrect API key provided: {head}", "code": head, "type": head}
    body = json.dumps({"error": error}).encode()
    if how == "html":
        body = f"<html>{head}</html>".encode()
    if how == "nonsense":
        body = f'{{"choices": {head}'.encode()
    status = how if how.isdigit() else "200"
    more = f"x-told: {SECRET}\r\nlocation: http://127.0.0.1:9/{SECRET}\r\n"
    length = len(body) + 100 * (how == "torn")
    line = f"HTTP/1.1 {status} {SECRET}\r\ncontent-length: {length}\r\n{more}\r\n"
    return line.encode() + body


async def _enriched(
    folder: Path, name: str, url: str, key: str = SECRET, *, says: str = "model cannot be asked"
) -> None:
    """Runs ``papergram enrich`` until it has said what is the matter."""
    place = folder / name
    place.mkdir()
    fill_database(place / "papergram.db", [1])
    model = {"llm_url": url, "llm_key": key, "llm_model": "m", "llm_at_once": "1"}
    settings = bot_environment(
        TOKEN, NOWHERE, place / "papergram.db", **model, log_level="DEBUG", lease="4"
    )
    program = await start_process(settings, place / "log.txt", "enrich")
    try:
        await program.wait_for_output(says)
    finally:
        await program.kill()


@pytest.mark.slow
@pytest.mark.alone
async def test_no_answer_makes_the_command_tell_the_key(tmp_path: Path) -> None:
    async with indiscreet() as root:
        for how in (*map(str, STATUSES), *ENDS):
            says = "gloss refused" if how in _DECLINED else "model cannot be asked"
            await _enriched(tmp_path, how, f"{root}/{how}/v1", says=says)

    _check(tmp_path)


@pytest.mark.slow
async def test_neither_nobody_there_nor_a_key_that_is_none_tells_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/v1"
    async with indiscreet() as root:
        await asyncio.gather(
            _enriched(tmp_path, "nobody", url),
            _enriched(tmp_path, "strange", f"{root}/401/v1", STRANGE),
            _enriched(tmp_path, "key-in-url", f"{root}/401/v1?key={SECRET}"),
        )

    _check(tmp_path)


async def test_the_running_bot_keeps_it_too(tmp_path: Path) -> None:
    database = tmp_path / "papergram.db"
    fill_database(database, [1])
    async with Emulator.serve(token=TOKEN) as emulator, indiscreet() as root:
        model = {"llm_url": f"{root}/401/v1", "llm_key": SECRET, "llm_model": "m"}
        settings = bot_environment(TOKEN, emulator.url, database, **model, log_level="DEBUG")
        async with running_process(settings, tmp_path / "log.txt") as program:
            await wait_until(lambda: "model cannot be asked" in program.output(), program.output)

    _check(tmp_path)


def _check(folder: Path) -> None:
    """Neither a log nor a database, its journal or any copy holds the secret."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert any(file.suffix == ".db" for file in files)
    leaks = re.compile(rb"0123456789abcdefSECRET|SECRET\xe2\x80\x9d|0123456789\xe2\x80\x9c")
    assert [file for file in files if leaks.search(file.read_bytes())] == []
