"""Measure how long a person waits for an answer, and what it costs.

    python -m tests.bench.replies

The whole bot before a Bot API that answers at once, both in this process: one person asks for
``/help`` again and again and waits for the answer each time, on a bot that has nothing else to do.
A press is answered by a change of its message.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import tempfile
from statistics import median, quantiles
from time import perf_counter, process_time

from bot.demo.emulator.bot_api import Emulator
from bot.demo.people.people import Person
from bot.topics.query.analyzer import index_text
from storage import open_store
from tests.support.running_bot import run_bot

MEASURED_REQUESTS, WARMUP_REQUESTS = 300, 30


async def wait_for_answer(emulator: Emulator, person: Person, calls_before: int) -> None:
    """Waits until one more message was written or changed."""
    while len(emulator.accepted_calls("sendMessage", "editMessageText")) <= calls_before:
        await emulator.state.wait_for_event()


async def measure_replies() -> tuple[list[float], list[float], float, int]:
    """Seconds until each answer and each change came, processor seconds, and bytes of the file."""
    with tempfile.TemporaryDirectory() as directory:
        store = open_store(f"sqlite:///{directory}/bench.db", analyze=index_text)
        async with run_bot(store, settings={"rate": "1000"}) as running_bot:
            ada, emulator = running_bot.create_person(), running_bot.emulator
            command_times, press_times = [], []
            [settings_message] = await running_bot.send_text(ada, "/settings")
            gc.collect()
            cpu_seconds = process_time()
            for number in range(MEASURED_REQUESTS + WARMUP_REQUESTS):
                calls = len(emulator.accepted_calls("sendMessage", "editMessageText"))
                started_at = perf_counter()
                ada.send_text("/help")
                await wait_for_answer(emulator, ada, calls)
                command_times.append(perf_counter() - started_at)
                calls += 1
                started_at = perf_counter()
                ada.press_forged(("1times:0:0", "1zones:0:0")[number % 2], settings_message.id)
                await wait_for_answer(emulator, ada, calls)
                press_times.append(perf_counter() - started_at)
            cpu_seconds = (process_time() - cpu_seconds) / (
                2 * (MEASURED_REQUESTS + WARMUP_REQUESTS)
            )
            await running_bot.wait_until_idle()
            size = store.check_health().size_bytes
        store.close()
    return command_times[WARMUP_REQUESTS:], press_times[WARMUP_REQUESTS:], cpu_seconds, size


def _print_times(label: str, durations: list[float]) -> None:
    print(
        f"  {label}: {median(durations) * 1000:.1f} ms, 95 of 100 within"
        f" {quantiles(durations, n=20)[-1] * 1000:.1f} ms",
        flush=True,
    )


def main() -> None:
    """Print the medians."""
    print(f"replies: {MEASURED_REQUESTS} of each, one after the other")
    command_times, press_times, cpu_seconds, size = asyncio.run(measure_replies())
    _print_times("a command until its answer", command_times)
    _print_times("a press until its change", press_times)
    peak_memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"  {cpu_seconds * 1e6:.0f} us of processor each and {peak_memory} MiB in all, the"
        " server's included;"
        f" {size / 1000:.0f} kB stored"
    )


if __name__ == "__main__":
    main()
