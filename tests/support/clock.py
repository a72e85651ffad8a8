"""The clock that tests move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MONDAY_AFTERNOON = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)  # a feed day, 08:00 in New York


class FakeClock:
    """A clock that stands until it is moved, and on which whoever sleeps wakes at once.

    Setting ``instant`` is what setting a system clock is: the seconds of ``monotonic`` stay.
    """

    def __init__(self, instant: datetime = MONDAY_AFTERNOON, *, elapsed: float = 0.0) -> None:
        self.instant = instant
        self.elapsed = elapsed

    def now(self) -> datetime:
        """The time of day."""
        return self.instant

    def monotonic(self) -> float:
        """The seconds by which durations are measured."""
        return self.elapsed

    def advance(self, seconds: float = 0.0, **time: float) -> None:
        """Let time pass: seconds, or what ``timedelta`` takes."""
        self.elapsed += seconds + timedelta(**time).total_seconds()
        self.instant += timedelta(seconds=seconds, **time)

    async def sleep(self, seconds: float) -> None:
        """Let time pass and return at once."""
        self.advance(seconds)
