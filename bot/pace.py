"""How fast may messages leave, and when must they wait? Telegram's pace, floods and failures.

Everything here measures with a monotonic clock that is passed in, and decides; nobody sleeps
but ``Pace.turn``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

Monotonic = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


class Pace:
    """Lets messages out evenly: ``rate`` a second for the whole bot, never in a burst."""

    def __init__(
        self,
        rate: float = 30.0,
        *,
        monotonic: Monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._gap = 1.0 / rate
        self._next = 0.0
        self._monotonic = monotonic
        self._sleep = sleep

    async def turn(self) -> None:
        """Waits until the next message may leave."""
        now = self._monotonic()
        start = max(now, self._next)
        self._next = start + self._gap
        if start > now:
            await self._sleep(start - now)


class Breaker:
    """Stops trying when the server fails again and again, and then lets one attempt through.

    After ``after`` failures in a row it opens for ``first`` seconds, twice as long after each
    further failure, at most ``longest``. While it is open nothing is claimed, so an outage
    spends no attempts; when it ends there is no storm.
    """

    def __init__(
        self,
        *,
        monotonic: Monotonic,
        after: int = 5,
        first: float = 5.0,
        longest: float = 300.0,
    ) -> None:
        self._monotonic = monotonic
        self._after = after
        self._first = first
        self._longest = longest
        self._failures = 0
        self._until = 0.0

    def allows(self) -> bool:
        """Whether a message may be tried now; after a pause only one is, until it is known."""
        now = self._monotonic()
        if now < self._until:
            return False
        if self._failures >= self._after:
            self._until = now + self._pause()
        return True

    def unused(self) -> None:
        """The attempt that was allowed had nothing to try: the next one may be made at once."""
        if self._failures >= self._after:
            self._until = self._monotonic()

    def note(self, *, reached: bool) -> None:
        """Tells what came of an attempt: whether the server answered at all."""
        if reached:
            self._failures, self._until = 0, 0.0
            return
        self._failures += 1
        if self._failures >= self._after:
            self._until = self._monotonic() + self._pause()

    @property
    def is_open(self) -> bool:
        """Whether the server is believed to be out of reach."""
        return self._failures >= self._after

    def _pause(self) -> float:
        doublings = min(self._failures - self._after, 10)
        return min(self._first * 2.0**doublings, self._longest)


class Floods:
    """Notices that Telegram slows down everybody: several chats told to wait at once."""

    def __init__(self, *, monotonic: Monotonic, chats: int = 3, within: float = 5.0) -> None:
        self._monotonic = monotonic
        self._chats = chats
        self._within = within
        self._told: deque[tuple[float, int]] = deque()

    def note(self, chat: int) -> bool:
        """Counts a chat that was told to wait; True when it is no longer one chat's matter."""
        now = self._monotonic()
        self._told.append((now, chat))
        while self._told[0][0] < now - self._within:
            self._told.popleft()
        return len({one for _, one in self._told}) >= self._chats
