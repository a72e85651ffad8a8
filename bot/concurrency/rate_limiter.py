"""Decide how fast messages may leave and when to pause after floods and failures.

Everything here uses a monotonic clock that is passed in. Only ``RateLimiter`` sleeps.
"""

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
                start, queue = interactive_at, self._interactive_queue
            else:
                start, queue = self._next_at, self._scheduled_queue
            if start > now:
                return start
            self._next_at = max(start, now - late) + self._interval
            if queue is self._interactive_queue:
                self._next_interactive_at = max(start, now - late) + self._interactive_interval
                self._interactive_in_row = (
                    self._interactive_in_row + 1 if self._scheduled_queue else 0
                )
            else:
                self._interactive_in_row = 0
            queue.popleft().set_result(None)


class CircuitBreaker:
    """Stops trying when the server fails repeatedly, then lets a single attempt through.

    After ``threshold`` failures in a row it opens for ``first_pause`` seconds, twice as long after
    each further failure, at most ``max_pause``. While it is open nothing is claimed, so an outage
    uses up no attempts and ends without a burst.
    """

    def __init__(
        self,
        *,
        monotonic: MonotonicClock,
        threshold: int = 5,
        first_pause: float = 5.0,
        max_pause: float = 300.0,
    ) -> None:
        self._monotonic = monotonic
        self._threshold = threshold
        self._first_pause = first_pause
        self._max_pause = max_pause
        self._failures = 0
        self._open_until = 0.0

    def take_attempt(self) -> bool:
        """Return whether to try now, taking the single attempt that follows a pause."""
        now = self._monotonic()
        if now < self._open_until:
            return False
        if self._failures >= self._threshold:
            self._open_until = now + self._pause_seconds()
        return True

    def return_attempt(self) -> None:
        """Give back an attempt that was not used, so that the next one may be made at once."""
        if self._failures >= self._threshold:
            self._open_until = self._monotonic()

    def record_attempt(self, *, reached: bool) -> None:
        """Record whether an attempt reached the server."""
        if reached:
            self._failures, self._open_until = 0, 0.0
            return
        self._failures += 1
        if self._failures >= self._threshold:
            self._open_until = self._monotonic() + self._pause_seconds()

    @property
    def is_open(self) -> bool:
        """Whether the server is considered unreachable."""
        return self._failures >= self._threshold

    def _pause_seconds(self) -> float:
        doublings = min(self._failures - self._threshold, 10)
        return min(self._first_pause * 2.0**doublings, self._max_pause)


class TelegramFloods:
    """Detects that Telegram slows down everybody: several chats rate-limited at once."""

    def __init__(
        self, *, monotonic: MonotonicClock, min_chats: int = 3, window_seconds: float = 5.0
    ) -> None:
        self._monotonic = monotonic
        self._min_chats = min_chats
        self._window_seconds = window_seconds
        self._recent_floods: deque[tuple[float, int]] = deque()

    def record_flood(self, chat: int) -> bool:
        """Record a rate-limited chat; return whether more than one chat is affected."""
        now = self._monotonic()
        self._recent_floods.append((now, chat))
        while self._recent_floods[0][0] < now - self._window_seconds:
            self._recent_floods.popleft()
        return len({flooded_chat for _, flooded_chat in self._recent_floods}) >= self._min_chats
