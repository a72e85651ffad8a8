"""A strict OpenAI-compatible server on loopback, with scripted misbehaviour.

In a test: ``async with model_server("rate-limit=1*3 good") as server``, then ``server.url``
and ``server.calls``. By itself: ``python -m tests.models.server --port 8099 --latency 1``; it
prints its URL once it listens.
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
from tests.models.calls import CallLog, ModelCall
from tests.models.doors import RequestRouter
from tests.models.refusals import ApiRefusal
from tests.models.replies import ConnectionFault, Reply, honest_reply
from tests.models.requests import ChatRequest
from tests.models.scripts import Script, play_step

KEY = "sk-test-0123456789"
MODEL = "test-model"
ChooseStep: TypeAlias = Callable[[ChatRequest], str]

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


class ModelServer:
    """The server: what it was asked, and the script that it plays."""

    def __init__(
        self,
        script: str | ChooseStep = "good",
        *,
        key: str | None = KEY,
        served_models: tuple[str, ...] = (MODEL,),
        latency: float = 0.0,
        log_path: Path | None = None,
    ) -> None:
        self.latency = latency
        self.port = 0
        self.url = ""
        self._router = RequestRouter(key, served_models)
        self._call_log = CallLog(log_path)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._call_event = asyncio.Event()
        self.set_script(script)

    @property
    def calls(self) -> list[ModelCall]:
        """Every call that was accepted, in the order in which they came."""
        return self._call_log.calls

    @property
    def peak_in_flight(self) -> int:
        """The most calls that were under way at once."""
        return self._call_log.peak_in_flight

    def set_script(self, script: str | ChooseStep) -> None:
        """Plays another script from the next call on; a function chooses the step for each."""
        self._choose_step: ChooseStep
        if callable(script):
            self._choose_step = script
        else:
            steps = Script(script)
            self._choose_step = lambda _: steps.next_step()

    async def wait_for_calls(self, count: int) -> None:
        """Waits until so many calls have come."""
        while len(self.calls) < count:
            self._call_event.clear()
            await self._call_event.wait()

    async def start_listening(self, port: int = 0) -> None:
        """Listens on loopback; ``start_listening(server.port)`` comes back after an outage."""
        self._server = await asyncio.start_server(self._accept_connection, "127.0.0.1", port)
        host, bound = self._server.sockets[0].getsockname()
        self.port = bound
        self.url = f"http://{host}:{bound}/v1"

    async def stop_listening(self) -> None:
        """Stops listening and ends every connection, as an outage does."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def stop(self) -> None:
        """Closes for good."""
        await self.stop_listening()
        self._call_log.close()

    def _accept_connection(self, reader: StreamReader, writer: StreamWriter) -> None:
        connection = asyncio.create_task(self._serve_connection(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve_connection(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Answers one connection's requests until it ends."""
        try:
            while request := await wire.read_request(reader):
                if not await self._answer(request, reader, writer):
                    break
        except ConnectionError:
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(
        self, request: wire.HttpRequest, reader: StreamReader, writer: StreamWriter
    ) -> bool:
        """Answers one request; tells whether the connection lives on."""
        try:
            chat_request = self._router.route(request)
        except ApiRefusal as refusal:
            return await self._send_response(
                writer, refusal.status, json.dumps(refusal.body).encode()
            )
        if chat_request is None:
            return await self._send_response(
                writer, 200, json.dumps(self._router.model_list()).encode()
            )
        language, step = reading.requested_language(chat_request), self._choose_step(chat_request)
        call = self._call_log.record_start(chat_request, language, step)
        self._call_event.set()
        outcome = "stopped"
        try:
            outcome = await self._play_step(call, reader, writer)
        finally:
            self._call_log.record_end(call, outcome)
        return outcome.isdigit()

    async def _play_step(self, call: ModelCall, reader: StreamReader, writer: StreamWriter) -> str:
        """Does to the call what its step says; tells its status, or how it ended."""
        reply = play_step(call.script_step, honest_reply(call.request, call.language))
        if await wire.wait_for_disconnect(reader, self.latency + reply.delay):
            return "left"
        match reply.fault:
            case ConnectionFault.HANG:
                await wire.wait_for_disconnect(reader, None)
                return "left"
            case ConnectionFault.RESET:
                wire.reset_connection(writer)
                return "reset"
            case ConnectionFault.INFINITE:
                writer.write(
                    wire.response_head(200, None, reply.content_type, self._response_headers())
                )
                await wire.write_endlessly(writer)
                return "left"
        body = reply.payload(call.number)
        if reply.fault is ConnectionFault.RESET_BODY:
            return await self._send_half(writer, reply, body)
        await self._send_response(writer, reply.status, body, reply)
        return str(reply.status)

    async def _send_half(self, writer: StreamWriter, reply: Reply, body: bytes) -> str:
        """Sends half of the body and then no more."""
        writer.write(
            wire.response_head(200, len(body), reply.content_type, self._response_headers())
        )
        writer.write(body[: len(body) // 2])
        await writer.drain()
        wire.reset_connection(writer)
        return "reset"

    async def _send_response(
        self, writer: StreamWriter, status: int, body: bytes, reply: Reply | None = None
    ) -> bool:
        kind = reply.content_type if reply else "application/json"
        headers = self._response_headers() | (reply.headers if reply else {})
        # The API answers in chunks and refuses with a length; clients must bear both.
        length = len(body) if status != 200 else None
        writer.write(wire.response_head(status, length, kind, headers))
        writer.write(wire.chunk_body(body) if length is None else body)
        await writer.drain()
        return True

    def _response_headers(self) -> dict[str, str]:
        return {"x-request-id": f"req_{len(self.calls):032x}"} | _HEADERS


@asynccontextmanager
async def model_server(
    script: str | ChooseStep = "good",
    *,
    key: str | None = KEY,
    served_models: tuple[str, ...] = (MODEL,),
    log_path: Path | None = None,
) -> AsyncIterator[ModelServer]:
    """A server that plays this script as long as the block lasts; ``key=None`` asks for none."""
    server = ModelServer(script, key=key, served_models=served_models, log_path=log_path)
    await server.start_listening()
    try:
        yield server
    finally:
        await server.stop()


async def serve(port: int, server: ModelServer) -> None:
    """Serves until the process is told to end."""
    end_event = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, end_event.set)
    await server.start_listening(port)
    print(server.url, flush=True)
    await end_event.wait()
    await server.stop()


def main() -> None:
    """The server by itself, for benchmarks and for tests that kill the other side."""
    parser = argparse.ArgumentParser(prog="python -m tests.models.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--log", type=Path, help="a file of JSON lines, two for each call")
    parser.add_argument("--script", default="good")
    parser.add_argument("--key", default=KEY, help="empty: every key will do")
    parser.add_argument("--model", default=MODEL)
    options = parser.parse_args()
    server = ModelServer(
        options.script,
        key=options.key or None,
        served_models=(options.model,),
        latency=options.latency,
        log_path=options.log,
    )
    asyncio.run(serve(options.port, server))


if __name__ == "__main__":
    main()
