"""A Bot API that takes everything, costs next to nothing, and tells each call as it arrives.

Strictness is the emulator's; this one measures, and shares its processor with what it measures.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeAlias
from urllib.parse import parse_qsl, urlsplit

Json: TypeAlias = Mapping[str, object]

ANSWER_SECONDS = 0.04  # seconds that a call takes, as on the way to Telegram and back
_MAX_UPDATES = 100  # updates of one poll
_MESSAGE_METHODS = frozenset({"sendMessage", "sendRichMessage", "editMessageText", "sendDocument"})
_BOT_USER = {"id": 0, "is_bot": True, "first_name": "Papergram", "username": "papergram_soak_bot"}


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A call of the bot as it arrived."""

    called_at: float
    method: str
    values: Mapping[str, str]
    message_id: int  # the number of the message that it made or changed, else 0

    @property
    def chat(self) -> int:
        """The chat that it names, else 0."""
        return int(self.values.get("chat_id", "0"))

    @property
    def is_message(self) -> bool:
        """Whether a person sees a message by it."""
        return self.method in _MESSAGE_METHODS


@dataclass
class FakeBotApi:
    """One bot's Telegram, and beside it the pages that arXiv would give."""

    bot: int
    on_call: Callable[[ApiCall], None]
    find_page: Callable[[str], bytes | None] = lambda _: None
    url: str = ""
    connections: set[_Connection] = field(default_factory=set)
    _updates: deque[tuple[int, bytes]] = field(default_factory=deque)
    _last_update_id: int = 0
    _last_message_id: int = 0
    _update_event: asyncio.Event = field(default_factory=asyncio.Event)

    def push(self, kind: str, value: Json) -> None:
        """Lets the bot hear something by its next poll, or by the one that waits."""
        self._last_update_id += 1
        update = {"update_id": self._last_update_id, kind: value}
        self._updates.append((self._last_update_id, json.dumps(update).encode()))
        self._update_event.set()

    @property
    def unread(self) -> int:
        """How many updates the bot has not acknowledged."""
        return len(self._updates)

    async def answer(self, method: str, values: Mapping[str, str]) -> bytes:
        """The result of a call, as JSON."""
        if method == "getUpdates":
            return await self._poll(int(values.get("offset", "0")), float(values["timeout"]))
        message_id = int(values.get("message_id", "0"))
        if method in _MESSAGE_METHODS and not message_id:
            self._last_message_id += 1
            message_id = self._last_message_id
        call = ApiCall(monotonic(), method, values, message_id)
        self.on_call(call)
        await asyncio.sleep(ANSWER_SECONDS)
        if method == "getMe":
            return json.dumps(_BOT_USER | {"id": self.bot}).encode()
        if method in _MESSAGE_METHODS:
            chat = {"id": call.chat, "type": "private"}
            return json.dumps(
                {"message_id": message_id, "date": 1_790_000_000, "chat": chat}
            ).encode()
        return b"true"

    async def _poll(self, offset: int, timeout_seconds: float) -> bytes:
        while self._updates and self._updates[0][0] < offset:
            self._updates.popleft()
        if not self._updates:
            self._update_event.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_seconds):
                    await self._update_event.wait()
        update_bodies = [self._updates[n][1] for n in range(min(_MAX_UPDATES, len(self._updates)))]
        return b"[" + b",".join(update_bodies) + b"]"


class _Connection(asyncio.Protocol):
    """A kept connection; one request at a time, as clients of HTTP/1.1 send them."""

    def __init__(self, server: FakeBotApi) -> None:
        self._server = server
        self._received = b""
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections.add(self)

    def connection_lost(self, _: Exception | None) -> None:
        """Lets go of what waits for an answer that nobody reads."""
        self._server.connections.discard(self)
        if self._task:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        """Answers a request once it is whole."""
        self._received += data
        request_head, end, body = self._received.partition(b"\r\n\r\n")
        length = request_head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
        if end and len(body) >= int(length or 0):
            self._received = b""
            path = request_head.split(b" ", 2)[1].decode()
            self._task = asyncio.create_task(self._answer_request(path, _parse_parameters(body)))

    def close(self) -> None:
        """Hangs up."""
        self._transport.abort()

    async def _answer_request(self, address: str, values: Mapping[str, str]) -> None:
        path = urlsplit(address).path
        page = self._server.find_page(path)
        if page is not None:
            self._write_response("200 OK", "application/rss+xml", page)
        elif path.startswith("/bot"):
            result = await self._server.answer(path.rpartition("/")[2], values)
            self._write_response(
                "200 OK", "application/json", b'{"ok":true,"result":' + result + b"}"
            )
        else:
            self._write_response("404 Not Found", "text/plain", b"")

    def _write_response(self, status: str, kind: str, body: bytes) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


def _parse_parameters(body: bytes) -> dict[str, str]:
    """The parameters of a call, from a form or from JSON, with what is nested as JSON."""
    if not body.startswith(b"{"):
        return dict(parse_qsl(body.decode()))
    values: dict[str, object] = json.loads(body)
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
    }


@asynccontextmanager
async def serving_bot_api(server: FakeBotApi) -> AsyncIterator[FakeBotApi]:
    """The server on a free port of this machine while the block runs."""
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: _Connection(server), "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()
        for connection in list(server.connections):
            connection.close()
