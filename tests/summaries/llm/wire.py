"""A server on loopback that answers each request with the next of the bytes it was given."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]
Asked = dict[str, object]


@dataclass
class Wire:
    """What was asked, and where; after its last answer it repeats that one."""

    answers: list[Answer]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    def texts(self) -> list[str]:
        """The instructions and the data of each request, joined."""
        return ["\n".join(part["content"] for part in _messages(one)) for one in self.asked]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one request after the other on a connection."""
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
                length = next(
                    int(line.split(":")[1])
                    for line in head.lower().splitlines()
                    if line.startswith("content-length:")
                )
                self.asked.append(json.loads(await reader.readexactly(length)))
                self.heads.append(head)
                answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
                await (self._write(writer, answer) if isinstance(answer, bytes) else answer(writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _write(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        writer.write(answer)
        await writer.drain()


def _messages(asked: Asked) -> list[dict[str, str]]:
    found = asked["messages"]
    assert isinstance(found, list)
    return found


@asynccontextmanager
async def wire(*answers: Answer) -> AsyncIterator[Wire]:
    """A server with these answers, one a request."""
    served = Wire(list(answers))
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(served.serve(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield served
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def http(status: int, body: object, **headers: str) -> bytes:
    """An answer with a JSON body, or with the bytes or the text as they are."""
    if not isinstance(body, bytes):
        body = (body if isinstance(body, str) else json.dumps(body)).encode()
    fields = {"content-type": "application/json", "content-length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Any\r\n{head}\r\n".encode() + body


def said(content: object, *, reason: str = "stop", usage: object = (100, 20)) -> bytes:
    """A completion that says this; JSON where it is no text."""
    text = content if isinstance(content, str | None) else json.dumps(content, ensure_ascii=False)
    if isinstance(usage, tuple):
        usage = dict(zip(("prompt_tokens", "completion_tokens"), usage, strict=True))
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": reason}
    return http(200, {"choices": [choice], "usage": usage})


def refused(status: int, message: str, **fields: object) -> bytes:
    """An error as OpenAI words it."""
    return http(status, {"error": {"message": message, **fields}})
