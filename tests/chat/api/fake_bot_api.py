"""A server that stands for the Bot API and answers whatever it is told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.chat.api import send_and_edit
from bot.chat.api.client import Client
from bot.demo.emulator.bot_api import TOKEN
from tests.chat.api.odd_shapes import HttpAnswer


@dataclass(slots=True)
class StubBotApi:
    """A server that answers every request as it is told to, and remembers what polls asked."""

    make_answer: Callable[[str, dict[str, str]], HttpAnswer]
    poll_offsets: list[int] = field(default_factory=list)

    async def serve_request(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answers one request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = head.lower().partition("content-length:")[2].partition("\r\n")[0]
            body = await reader.readexactly(int(length or 0))
            method = head.split()[1].rpartition("/")[2]
            fields = json.loads(body) if body.startswith(b"{") else {}
            if method == "getUpdates":
                self.poll_offsets.append(int(fields["offset"]))
            http_answer = self.make_answer(method, fields)
            payload = http_answer.body if http_answer.status != 204 else b""
            writer.write(
                f"HTTP/1.1 {http_answer.status} X\r\nContent-Length: {len(payload)}\r\n"
                "Connection: close\r\n\r\n".encode()
                + payload
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the caller hung up
        finally:
            writer.close()


@asynccontextmanager
async def stub_bot_api(
    make_answer: Callable[[str, dict[str, str]], HttpAnswer],
) -> AsyncIterator[tuple[Client, StubBotApi]]:
    """A bot before such a server; it has not asked who it is."""
    stub = StubBotApi(make_answer)
    server = await asyncio.start_server(stub.serve_request, "127.0.0.1", 0)
    async with server:
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        bot = send_and_edit.create_client(TOKEN, base)
        async with bot.request, bot.polling:
            yield bot, stub
