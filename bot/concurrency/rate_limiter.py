"""Decide how fast messages may leave, by a monotonic clock that is passed in."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

MonotonicClock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]

# Seconds that a busy process may be late without losing any of the rate.
_MAX_LATENESS_SECONDS = 0.02


class RateLimiter:
    """Releases messages evenly: ``rate`` a second for the whole bot, never in a burst.

    Interactive messages go first, but take two thirds of the rate at most while others wait, and
    never more than ``interactive_rate`` a second.
    """

    def __init__(
        self,
        rate: float = 30.0,
        *,
        monotonic: MonotonicClock,
        sleep: Sleep = asyncio.sleep,
        interactive_rate: float | None = None,
    ) -> None:
        self._interval = 1.0 / rate
        self._interactive_interval = 1.0 / min(rate, interactive_rate or rate)
        self._next_at = 0.0  # when the next message may leave
        self._next_interactive_at = 0.0  # when the next interactive message may leave
        self._interactive_in_row = 0  # interactive messages released while others waited
        self._interactive_queue: deque[asyncio.Future[None]] = deque()
        self._scheduled_queue: deque[asyncio.Future[None]] = deque()
        self._release_task: asyncio.Task[None] | None = None
        self._wakes_at = 0.0  # when the release task wakes
        self._monotonic = monotonic
        self._sleep = sleep

    @property
    def limits_interactive(self) -> bool:
        """Whether interactive messages are limited to less than the whole rate."""
        return self._interactive_interval > self._interval

    async def acquire(self, *, interactive: bool = False) -> None:
        """Wait until the next message may leave."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._interactive_queue if interactive else self._scheduled_queue).append(waiter)
        if self._release_task and not interactive and self._next_at < self._wakes_at:
            self._release_task.cancel()  # it sleeps until the next interactive message may leave
            self._release_task = None
        if self._release_task is None:
            now = self._monotonic()
            next_at = self._release_due(now, late=0.0)
            if next_at is not None:
                self._wakes_at = next_at
                self._release_task = asyncio.create_task(self._release_all(next_at, now))
        await waiter

    async def _release_all(self, start: float | None, now: float) -> None:
        try:
            while start is not None:
                await self._sleep(start - now)
                now = max(start, self._monotonic())
                start = self._release_due(now, late=_MAX_LATENESS_SECONDS)
                self._wakes_at = start or 0.0
        finally:
            if self._release_task is asyncio.current_task():
                self._release_task = None

    def _release_due(self, now: float, *, late: float) -> float | None:
        """Release the waiters whose turn has come; return when the next turn is, if any waits.

        A turn that is up to ``late`` seconds late delays none of those behind it.
        """
        while True:
            for queue in (self._interactive_queue, self._scheduled_queue):
                while queue and queue[0].done():  # cancelled waiters
                    queue.popleft()
            if not self._interactive_queue and not self._scheduled_queue:
                return None
            interactive_at = max(self._next_at, self._next_interactive_at)
            is_scheduled_turn = self._scheduled_queue and (
                self._interactive_in_row >= 2 or interactive_at > now
            )
            if self._interactive_queue and not is_scheduled_turn:
                start_at, queue = interactive_at, self._interactive_queue
            else:
                start_at, queue = self._next_at, self._scheduled_queue
            if start_at > now:
                return start_at
            self._next_at = max(start_at, now - late) + self._interval
            if queue is self._interactive_queue:
                self._next_interactive_at = max(start_at, now - late) + self._interactive_interval
                self._interactive_in_row = (
                    self._interactive_in_row + 1 if self._scheduled_queue else 0
                )
            else:
                self._interactive_in_row = 0
            queue.popleft().set_result(None)
