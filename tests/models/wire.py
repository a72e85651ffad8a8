"""HTTP/1.1 by hand: only so can an answer be cut, endless or no HTTP at all."""

from __future__ import annotations

import asyncio
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus

BODY_LIMIT = 8 * 1024 * 1024
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


async def read_request(reader: StreamReader) -> HttpRequest | None:
    """The next request of a connection; None when the client has left."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ")
        pairs = (line.split(":", 1) for line in lines[1:] if line)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        length = int(headers.get("content-length", "0"))
        if length > BODY_LIMIT:
            return None
        body = await reader.readexactly(length)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
        return None
    return HttpRequest(method, target.partition("?")[0], headers, body)


def response_head(status: int, length: int | None, kind: str, headers: Mapping[str, str]) -> bytes:
    """The head of an answer; without a length the body is chunked."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    size = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    lines = [f"HTTP/1.1 {status} {phrase}", f"date: {formatdate(usegmt=True)}"]
    lines += [f"content-type: {kind}", size, "connection: keep-alive"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def wait_for_disconnect(reader: StreamReader, seconds: float | None) -> bool:
    """Waits so long, or for ever; tells whether the client left meanwhile."""
    if seconds is not None and seconds <= 0:
        return False
    try:
        async with asyncio.timeout(seconds):
            await reader.read(1)
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


def reset_connection(writer: StreamWriter) -> None:
    """Ends a connection by a reset, as a machine does that loses power or a proxy that gives up."""
    sock = writer.get_extra_info("socket")
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def chunk_body(body: bytes) -> bytes:
    """A whole body in chunks, as the API sends its answers."""
    pieces = [body[position : position + CHUNK] for position in range(0, len(body), CHUNK)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])


async def write_endlessly(writer: StreamWriter) -> None:
    """Writes a JSON string that never ends, until the client leaves."""
    opening = b'{"choices": ["'
    writer.write(b"%x\r\n%b\r\n" % (len(opening), opening))
    chunk = b"%x\r\n%b\r\n" % (CHUNK, b"a" * CHUNK)
    with suppress(ConnectionError):
        while True:
            writer.write(chunk)
            await writer.drain()
