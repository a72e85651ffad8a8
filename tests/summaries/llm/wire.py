"""A server on loopback that answers each request with the next of the bytes it was given."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

ScriptedAnswer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]
RequestBody = dict[str, object]


@dataclass
class ScriptedServer:
    """What was asked, and where; after its last answer it repeats that one."""

    answers: list[ScriptedAnswer]
    url: str = ""
    request_bodies: list[RequestBody] = field(default_factory=list)
    request_heads: list[str] = field(default_factory=list)

    def request_texts(self) -> list[str]:
        """The instructions and the data of each request, joined."""
        return [
            "\n".join(part["content"] for part in _request_messages(request_body))
            for request_body in self.request_bodies
        ]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one request after the other on a connection."""
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
                length = next(
                    int(line.split(":")[1])
                    for line in head.lower().splitlines()
                    if line.startswith("content-length:")
                )
                self.request_bodies.append(json.loads(await reader.readexactly(length)))
                self.request_heads.append(head)
                answer = self.answers[min(len(self.request_bodies), len(self.answers)) - 1]
                await (self._write(writer, answer) if isinstance(answer, bytes) else answer(writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _write(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        writer.write(answer)
        await writer.drain()


def _request_messages(request_body: RequestBody) -> list[dict[str, str]]:
    messages = request_body["messages"]
    assert isinstance(messages, list)
    return messages


@asynccontextmanager
async def scripted_server(*answers: ScriptedAnswer) -> AsyncIterator[ScriptedServer]:
    """A server with these answers, one a request."""
    scripted = ScriptedServer(list(answers))
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(scripted.serve(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    scripted.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield scripted
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def http_response(status: int, body: object, **headers: str) -> bytes:
    """An answer with a JSON body, or with the bytes or the text as they are."""
    if not isinstance(body, bytes):
        body = (body if isinstance(body, str) else json.dumps(body)).encode()
    fields = {"content-type": "application/json", "content-length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    header_lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Any\r\n{header_lines}\r\n".encode() + body


def completion_response(
    answer_content: object, *, reason: str = "stop", usage: object = (100, 20)
) -> bytes:
    """A completion that says this; JSON where it is no text."""
    text = (
        answer_content
        if isinstance(answer_content, str | None)
        else json.dumps(answer_content, ensure_ascii=False)
    )
    if isinstance(usage, tuple):
        usage = dict(zip(("prompt_tokens", "completion_tokens"), usage, strict=True))
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": reason}
    return http_response(200, {"choices": [choice], "usage": usage})


def error_response(status: int, message: str, **fields: object) -> bytes:
    """An error as OpenAI words it."""
    return http_response(status, {"error": {"message": message, **fields}})
