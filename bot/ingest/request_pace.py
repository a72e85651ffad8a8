"""Send requests one at a time and seconds apart, as arXiv asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

INTERVAL_SECONDS = 3.0  # arXiv counts API, feeds and OAI-PMH together


class RequestPace:
    """Admits one request at a time, each some seconds after the previous one began.

    Share one instance in a process. The clock and the sleep can be replaced.
    """

    def __init__(
        self,
        interval: float = INTERVAL_SECONDS,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval = interval
        self._clock = clock
        self._sleep = sleep
        self._next_start = clock()
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def slot(self, *, keep_interval: bool = True) -> AsyncIterator[None]:
        """Wait for the turn and hold it; ``keep_interval`` keeps the distance to the last one."""
        async with self._lock:
            if keep_interval:
                if (wait_seconds := self._next_start - self._clock()) > 0:
                    await self._sleep(wait_seconds)
                self._next_start = self._clock() + self._interval
            yield
