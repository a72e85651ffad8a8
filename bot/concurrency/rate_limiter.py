"""How fast may messages leave, and when must they wait? Telegram's pace, floods and failures.

Everything here measures with a monotonic clock that is passed in, and decides; nobody sleeps
but ``Pace``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

Monotonic = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]

_LATE = 0.02  # seconds that a busy process may be late without losing any of the rate


class Pace:
    """Lets messages out evenly: ``rate`` a second for the whole bot, never in a burst.

    What somebody waits for goes first, but takes two thirds of the rate at most while other
    messages wait, and never more than ``asked`` a second.
    """

    def __init__(
        self,
        rate: float = 30.0,
        *,
        monotonic: Monotonic,
        sleep: Sleep = asyncio.sleep,
        asked: float | None = None,
    ) -> None:
        self._gap = 1.0 / rate
        self._asked_gap = 1.0 / min(rate, asked or rate)
        self._next = 0.0  # when the next message may leave
        self._asked_next = 0.0  # when the next one that somebody waits for may leave
        self._asked_in_row = 0  # while others waited
        self._asked: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()
        self._letting: asyncio.Task[None] | None = None
        self._wakes = 0.0  # when it lets out the next one
        self._monotonic = monotonic
        self._sleep = sleep

    @property
    def holds_asked(self) -> bool:
        """Whether what somebody waits for is held to less than the whole rate."""
        return self._asked_gap > self._gap

    async def turn(self, *, asked: bool = False) -> None:
        """Wait until the next message may leave."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._asked if asked else self._others).append(turn)
        if self._letting and not asked and self._next < self._wakes:
            self._letting.cancel()  # it sleeps until one that somebody waits for may leave
            self._letting = None
        if self._letting is None:
            now = self._monotonic()
            start = self._let_out(now, late=0.0)
            if start is not None:
                self._wakes = start
                self._letting = asyncio.create_task(self._let_out_all(start, now))
        await turn

    async def _let_out_all(self, start: float | None, now: float) -> None:
        try:
            while start is not None:
                await self._sleep(start - now)
                now = max(start, self._monotonic())
                start = self._let_out(now, late=_LATE)
                self._wakes = start or 0.0
        finally:
            if self._letting is asyncio.current_task():
                self._letting = None

    def _let_out(self, now: float, *, late: float) -> float | None:
        """Give their turn to those whose it is; return when the next one's is, if any waits.

        A turn that came up to ``late`` seconds too late delays none of those behind it.
        """
        while True:
            for queue in (self._asked, self._others):
                while queue and queue[0].done():  # who waited has been cancelled
                    queue.popleft()
            if not self._asked and not self._others:
                return None
            asked_at = max(self._next, self._asked_next)
            is_others_turn = self._others and (self._asked_in_row >= 2 or asked_at > now)
            if self._asked and not is_others_turn:
                start, queue = asked_at, self._asked
            else:
                start, queue = self._next, self._others
            if start > now:
                return start
            self._next = max(start, now - late) + self._gap
            if queue is self._asked:
                self._asked_next = max(start, now - late) + self._asked_gap
                self._asked_in_row = self._asked_in_row + 1 if self._others else 0
            else:
                self._asked_in_row = 0
            queue.popleft().set_result(None)


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
