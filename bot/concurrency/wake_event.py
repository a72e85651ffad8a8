"""Who wakes a worker? A bell that is rung any number of times and answered once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class Bell:
    """Wakes a worker: rung any number of times, it is answered once."""

    rung: asyncio.Event = field(default_factory=asyncio.Event)
    working: asyncio.Lock = field(default_factory=asyncio.Lock)

    def ring(self) -> None:
        """There is something to do."""
        self.rung.set()

    async def answer(self, work: Work) -> None:
        """Does the work each time the bell was rung, for ever; a failure is noted."""
        while True:
            await self.rung.wait()
            self.rung.clear()
            async with self.working:
                try:
                    await work()
                except Exception:
                    log.exception("work failed")

    async def drained(self) -> None:
        """Waits until the work at hand is done."""
        async with self.working:
            return
