"""Measure how many messages a second can leave, by the client's own transport and by ours.

Run as ``python -m tests.bench.sending``: a Bot API that answers every call after 0 or 50 ms, in a
process of its own and on a processor of its own where there are two, and workers that each wait
for their own answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from statistics import median

import telegram
from telegram.request import BaseRequest, HTTPXRequest

from bot.chat.api.transport import Transport

RUNS = 5
WARMUP_SENDS = 200
SENDS = 1200
WORKERS = (8, 64)
DELAYS = (0, 50)  # milliseconds
TOKEN = "4242424242:token-of-a-server-that-checks-none"
TEXT = "<b>Digest 12</b>\n" + "A line about a paper, its authors and what they found.\n" * 60

MakeTransport = Callable[[str], BaseRequest]

_USER = {"id": 4242424242, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
_SENT_MESSAGE = {
    "message_id": 1,
    "date": 1790000000,
    "chat": {"id": 7, "type": "private"},
    "text": TEXT,
}


def _http_response(result: Mapping[str, object]) -> bytes:
    body = json.dumps({"ok": True, "result": result}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


class StubConnection(asyncio.Protocol):
    """A connection to a Bot API that takes every message, ``delay`` seconds after it came."""

    _RESPONSES = (_http_response(_USER), _http_response(_SENT_MESSAGE))

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers each request once it is whole."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if not end or len(body) < int(length or 0):
            return
        self._received = b""
        is_send = b"/sendMessage" in head.partition(b"\r\n")[0]
        asyncio.get_running_loop().call_later(
            self._delay, self._write_response, self._RESPONSES[is_send]
        )

    def _write_response(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


async def serve_stub(delay: float) -> None:
    """Serves on a free port, told on standard output, until the process is ended."""
    server = await asyncio.get_running_loop().create_server(
        lambda: StubConnection(delay), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextlib.asynccontextmanager
async def stub_process(delay: int) -> AsyncIterator[str]:
    """The address of a stub in another process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.sending",
        "--serve",
        str(delay),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.terminate()
        await process.wait()


async def measure_transport(
    make_transport: MakeTransport, base: str, workers: int
) -> tuple[float, float]:
    """Messages a second, and microseconds of this process's processor for each."""
    bot = telegram.Bot(
        TOKEN, f"{base}/bot", request=make_transport(base), get_updates_request=make_transport(base)
    )
    async with bot:
        await _send_messages(bot, WARMUP_SENDS, workers)
        gc.collect()
        started_at, cpu_seconds = time.perf_counter(), time.process_time()
        await _send_messages(bot, SENDS, workers)
        elapsed, cpu_seconds = time.perf_counter() - started_at, time.process_time() - cpu_seconds
    return SENDS / elapsed, cpu_seconds / SENDS * 1e6


async def _send_messages(bot: telegram.Bot, count: int, workers: int) -> None:
    remaining = iter(range(count))

    async def work() -> None:
        for _ in remaining:
            await bot.send_message(7, TEXT, parse_mode="HTML")

    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(work())


def default_transport(_: str) -> BaseRequest:
    """The client's own transport as it comes."""
    return HTTPXRequest()


def our_transport(base: str) -> BaseRequest:
    """The transport that the bot sends through."""
    return Transport(base, TOKEN, connections=128, total_timeout=30.0)


CLIENTS: Mapping[str, MakeTransport] = {"PTB default": default_transport, "ours": our_transport}


async def compare_transports(delay: int, workers: int) -> None:
    """Prints one row a client; runs alternate, so that a busy machine is busy for both."""
    runs_by_client: dict[str, list[tuple[float, float]]] = {name: [] for name in CLIENTS}
    async with stub_process(delay) as base:
        for _ in range(RUNS):
            for name, make_transport in CLIENTS.items():
                runs_by_client[name].append(await measure_transport(make_transport, base, workers))
    for name, runs in runs_by_client.items():
        rate, cost = median(run[0] for run in runs), median(run[1] for run in runs)
        slowest, fastest = min(runs)[0], max(runs)[0]
        print(
            f"  {delay:2} ms, {workers:2} workers, {name:11} {rate:6.0f} messages/s"
            f" ({slowest:.0f}-{fastest:.0f}), {cost:5.0f} us of processor each",
            flush=True,
        )


def pin_to_processor(processor: int) -> None:
    if len(os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, {processor})


def main() -> None:
    """Prints the medians."""
    print(f"sending, {len(TEXT)} characters a message, medians of {RUNS} runs of {SENDS}:")
    for delay in DELAYS:
        for workers in WORKERS:
            asyncio.run(compare_transports(delay, workers))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        pin_to_processor(1)
        asyncio.run(serve_stub(int(sys.argv[2]) / 1000))
    else:
        main()
