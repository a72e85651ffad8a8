"""Measure how soon the bot polls, and how much memory it holds while nothing happens.

Run as ``python -m tests.bench.idle``: ``papergram run`` itself as a process, against the emulator,
with an empty store and arXiv out of reach.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from bot.demo.emulator.bot_api import Emulator

RUNS = 5
IDLE_SECONDS = 5.0  # seconds of idling before memory is read


async def measure_start() -> tuple[float, float]:
    """Seconds from start to the first poll, and the megabytes resident after a rest."""
    with tempfile.TemporaryDirectory() as folder:
        async with Emulator.serve() as emulator:
            environment = os.environ | {
                "TELEGRAM_BOT_TOKEN": emulator.token,
                "PAPERGRAM_TELEGRAM_API": emulator.url,
                "PAPERGRAM_DATABASE": f"sqlite:///{folder}/idle.db",
                "PAPERGRAM_ARXIV_RSS": "http://127.0.0.1:9",
                "PAPERGRAM_ARXIV_API": "http://127.0.0.1:9",
                "PAPERGRAM_LOG_LEVEL": "ERROR",
            }
            start = perf_counter()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", env=environment
            )
            while not emulator.state.updates.is_polled:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.005)
            first_poll_seconds = perf_counter() - start
            await asyncio.sleep(IDLE_SECONDS)
            memory = _resident_megabytes(process.pid)
            process.terminate()
            await process.wait()
    return first_poll_seconds, memory


def _resident_megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError("the kernel tells no resident size")


def main() -> None:
    """Prints the medians."""
    runs = [asyncio.run(measure_start()) for _ in range(RUNS)]
    print(f"papergram run, empty store, medians of {RUNS}:")
    print(f"  start to first poll {median(run[0] for run in runs):.2f} s")
    print(f"  resident memory when idle {median(run[1] for run in runs):.0f} MB")


if __name__ == "__main__":
    main()
