"""Wake a worker, coalescing any number of wake-ups into one run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

AsyncJob = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class WakeEvent:
    """Wakes a worker; wake-ups during a run lead to a single further run."""

    event: asyncio.Event = field(default_factory=asyncio.Event)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def set(self) -> None:
        """Request a run."""
        self.event.set()

    async def run_forever(self, job: AsyncJob) -> None:
        """Run the job after each wake-up, forever; failures are logged."""
        while True:
            await self.event.wait()
            self.event.clear()
            async with self.lock:
                try:
                    await job()
                except Exception:
                    log.exception("work failed")

    async def wait_idle(self) -> None:
        """Wait until the current run has finished."""
        async with self.lock:
            return
