"""How long does a person wait for an answer, and what does it cost?

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
from bot.topics.query.parser import indexed
from storage import open_store
from tests.support.running_bot import staged

ASKED, WARM = 300, 30


async def answered(emulator: Emulator, person: Person, before: int) -> None:
    """Waits until one more message was written or changed."""
    while len(emulator.accepted("sendMessage", "editMessageText")) <= before:
        await emulator.world.event()


async def measured() -> tuple[list[float], list[float], float, int]:
    """Seconds until each answer and each change came, processor seconds, and bytes of the file."""
    with tempfile.TemporaryDirectory() as place:
        store = open_store(f"sqlite:///{place}/bench.db", words=indexed)
        async with staged(store, settings={"rate": "1000"}) as house:
            ada, emulator = house.person(), house.emulator
            spoken, pressed = [], []
            [shown] = await house.says(ada, "/settings")
            gc.collect()
            spent = process_time()
            for number in range(ASKED + WARM):
                calls = len(emulator.accepted("sendMessage", "editMessageText"))
                began = perf_counter()
                ada.say("/help")
                await answered(emulator, ada, calls)
                spoken.append(perf_counter() - began)
                calls += 1
                began = perf_counter()
                ada.presses_forged(("1times:0:0", "1zones:0:0")[number % 2], shown.id)
                await answered(emulator, ada, calls)
                pressed.append(perf_counter() - began)
            spent = (process_time() - spent) / (2 * (ASKED + WARM))
            await house.settled()
            size = store.check().size
        store.close()
    return spoken[WARM:], pressed[WARM:], spent, size


def _tell(what: str, took: list[float]) -> None:
    print(
        f"  {what}: {median(took) * 1000:.1f} ms, 95 of 100 within"
        f" {quantiles(took, n=20)[-1] * 1000:.1f} ms",
        flush=True,
    )


def main() -> None:
    """Print the medians."""
    print(f"replies: {ASKED} of each, one after the other")
    spoken, pressed, spent, size = asyncio.run(measured())
    _tell("a command until its answer", spoken)
    _tell("a press until its change", pressed)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"  {spent * 1e6:.0f} us of processor each and {most} MiB in all, the server's included;"
        f" {size / 1000:.0f} kB stored"
    )


if __name__ == "__main__":
    main()
