"""Who wakes a worker? A bell that is rung any number of times and answered once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

AsyncJob = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class WakeEvent:
    """Wakes a worker: rung any number of times, it is answered once."""

    event: asyncio.Event = field(default_factory=asyncio.Event)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def set(self) -> None:
        """There is something to do."""
        self.event.set()

    async def run_forever(self, job: AsyncJob) -> None:
        """Does the work each time the bell was rung, for ever; a failure is noted."""
        while True:
            await self.event.wait()
            self.event.clear()
            async with self.lock:
                try:
                    await job()
                except Exception:
                    log.exception("work failed")

    async def wait_idle(self) -> None:
        """Waits until the work at hand is done."""
        async with self.lock:
            return
