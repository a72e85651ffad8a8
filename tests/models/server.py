"""A strict OpenAI-compatible server on loopback, with scripted misbehaviour.

In a test: ``async with models("rate-limit=1*3 good") as server``, then ``server.url`` and
``server.calls``. By itself: ``python -m tests.models.server --port 8099 --latency 1``; it prints
its URL once it listens.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeAlias

from tests.models import reading, wire
from tests.models.calls import Call, Record
from tests.models.doors import Doors
from tests.models.refusals import Refused
from tests.models.replies import Fault, Reply, good
from tests.models.requests import Chat
from tests.models.scripts import Script, played

KEY = "sk-test-0123456789"
MODEL = "test-model"
Chooser: TypeAlias = Callable[[Chat], str]

_HEADERS = {
    "openai-organization": "org-test",
    "openai-processing-ms": "12",
    "openai-version": "2020-10-01",
    "x-ratelimit-limit-requests": "10000",
    "x-ratelimit-limit-tokens": "2000000",
    "x-ratelimit-remaining-requests": "9999",
    "x-ratelimit-remaining-tokens": "1999000",
    "x-ratelimit-reset-requests": "6ms",
    "x-ratelimit-reset-tokens": "30ms",
}


class Server:
    """The server: what it was asked, and the script that it plays."""

    def __init__(
        self,
        script: str | Chooser = "good",
        *,
        key: str | None = KEY,
        served: tuple[str, ...] = (MODEL,),
        latency: float = 0.0,
        log: Path | None = None,
        language: Callable[[Chat], str] = reading.language,
    ) -> None:
        self.latency = latency
        self.port = 0
        self.url = ""
        self._doors = Doors(key, served)
        self._record = Record(log)
        self._language = language
        self._listening: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._came = asyncio.Event()
        self.play(script)

    @property
    def calls(self) -> list[Call]:
        """Every call that was accepted, in the order in which they came."""
        return self._record.calls

    @property
    def peak(self) -> int:
        """The most calls that were under way at once."""
        return self._record.peak

    def play(self, script: str | Chooser) -> None:
        """Plays another script from the next call on; a function chooses the step for each."""
        self._step: Chooser
        if callable(script):
            self._step = script
        else:
            steps = Script(script)
            self._step = lambda _: steps.next()

    async def reached(self, count: int) -> None:
        """Waits until so many calls have come."""
        while len(self.calls) < count:
            self._came.clear()
            await self._came.wait()

    async def open(self, port: int = 0) -> None:
        """Listens on loopback; ``open(server.port)`` comes back after an outage."""
        self._listening = await asyncio.start_server(self._accepted, "127.0.0.1", port)
        host, bound = self._listening.sockets[0].getsockname()
        self.port = bound
        self.url = f"http://{host}:{bound}/v1"

    async def close(self) -> None:
        """Stops listening and ends every connection, as an outage does."""
        if self._listening is not None:
            self._listening.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def end(self) -> None:
        """Closes for good."""
        await self.close()
        self._record.close()

    def _accepted(self, reader: StreamReader, writer: StreamWriter) -> None:
        talk = asyncio.create_task(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Answers one connection's requests until it ends."""
        try:
            while request := await wire.read(reader):
                if not await self._answer(request, reader, writer):
                    break
        except ConnectionError:
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(
        self, request: wire.Request, reader: StreamReader, writer: StreamWriter
    ) -> bool:
        """Answers one request; tells whether the connection lives on."""
        try:
            chat = self._doors.enter(request)
        except Refused as refused:
            return await self._send(writer, refused.status, json.dumps(refused.body).encode())
        if chat is None:
            return await self._send(writer, 200, json.dumps(self._doors.listed()).encode())
        language, step = self._language(chat), self._step(chat)
        call = self._record.begin(chat, language, step)
        self._came.set()
        outcome = "stopped"
        try:
            outcome = await self._play(call, reader, writer)
        finally:
            self._record.end(call, outcome)
        return outcome.isdigit()

    async def _play(self, call: Call, reader: StreamReader, writer: StreamWriter) -> str:
        """Does to the call what its step says; tells its status, or how it ended."""
        reply = played(call.step, good(call.chat, call.language))
        if await wire.left(reader, self.latency + reply.delay):
            return "left"
        match reply.fault:
            case Fault.HANG:
                await wire.left(reader, None)
                return "left"
            case Fault.RESET:
                wire.reset(writer)
                return "reset"
            case Fault.INFINITE:
                writer.write(wire.head(200, None, reply.kind, self._headers()))
                await wire.pour(writer)
                return "left"
        body = reply.payload(call.number)
        if reply.fault is Fault.RESET_BODY:
            return await self._torn(writer, reply, body)
        await self._send(writer, reply.status, body, reply)
        return str(reply.status)

    async def _torn(self, writer: StreamWriter, reply: Reply, body: bytes) -> str:
        """Sends half of the body and then no more."""
        writer.write(wire.head(200, len(body), reply.kind, self._headers()))
        writer.write(body[: len(body) // 2])
        await writer.drain()
        wire.reset(writer)
        return "reset"

    async def _send(
        self, writer: StreamWriter, status: int, body: bytes, reply: Reply | None = None
    ) -> bool:
        kind = reply.kind if reply else "application/json"
        headers = self._headers() | (reply.headers if reply else {})
        # The API answers in chunks and refuses with a length; clients must bear both.
        length = len(body) if status != 200 else None
        writer.write(wire.head(status, length, kind, headers))
        writer.write(wire.chunked(body) if length is None else body)
        await writer.drain()
        return True

    def _headers(self) -> dict[str, str]:
        return {"x-request-id": f"req_{len(self.calls):032x}"} | _HEADERS


@asynccontextmanager
async def models(
    script: str | Chooser = "good",
    *,
    key: str | None = KEY,
    served: tuple[str, ...] = (MODEL,),
    latency: float = 0.0,
    log: Path | None = None,
    language: Callable[[Chat], str] = reading.language,
) -> AsyncIterator[Server]:
    """A server that plays this script as long as the block lasts; ``key=None`` asks for none."""
    server = Server(script, key=key, served=served, latency=latency, log=log, language=language)
    await server.open()
    try:
        yield server
    finally:
        await server.end()


async def serve(port: int, server: Server) -> None:
    """Serves until the process is told to end."""
    ended = asyncio.Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, ended.set)
    await server.open(port)
    print(server.url, flush=True)
    await ended.wait()
    await server.end()


def main() -> None:
    """The server by itself, for benchmarks and for tests that kill the other side."""
    parser = argparse.ArgumentParser(prog="python -m tests.models.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--log", type=Path, help="a file of JSON lines, two for each call")
    parser.add_argument("--script", default="good")
    parser.add_argument("--key", default=KEY, help="empty: every key will do")
    parser.add_argument("--model", default=MODEL)
    given = parser.parse_args()
    server = Server(
        given.script,
        key=given.key or None,
        served=(given.model,),
        latency=given.latency,
        log=given.log,
    )
    asyncio.run(serve(given.port, server))


if __name__ == "__main__":
    main()
