"""Stop trying a server that fails again and again, by a monotonic clock that is passed in."""

from __future__ import annotations

from bot.concurrency.rate_limiter import MonotonicClock


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

    def give_back_attempt(self) -> None:
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
