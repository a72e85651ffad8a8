"""Tell the time by a system clock that may be wrong.

A board without a battery starts in the past and leaps decades forward once NTP answers; a
hypervisor may set the clock of a guest anywhere. A clock that nobody sets tells that the system
clock was moved; the ``Date`` header of a server tells which of the two is right.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeAlias

log = logging.getLogger(__name__)

# What a server says in its ``Date`` header, and for how many seconds the request was under way.
Heard: TypeAlias = Callable[[str, float], None]

LEAP = timedelta(days=1)  # that the system clock may move by before a server has told the time
AGREES = timedelta(hours=1)  # between two clocks that show the same: a poll and a bad clock fit in
LATE = 120.0  # seconds under way after which an answer may have waited through a sleep
SILENCE = 3600.0  # seconds without a word of Telegram after which a feed's counts


def wall_clock() -> datetime:
    """The instant it is, as the system clock has it."""
    return datetime.now(UTC)


def elapsed() -> float:
    """Return the seconds of a clock that nobody sets and that, on Linux, counts sleep as well."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class TrustedClock:
    """The time by the system clock, or counted on from the last certain instant where they differ.

    Until a server has told the time, the system clock is followed within a day of the count,
    which begins at ``last``, the newest instant that an earlier process was certain of; a server
    on this machine tells none, for it would show the same wrong time. Afterwards it is followed
    within an hour, which is as good as a server and a slow answer can tell.

    Where nobody can be reached the count goes on: it is late by the time that the bot was off,
    and being late deletes nothing and ends no pause, while a leap ahead cannot be undone.
    """

    def __init__(
        self,
        wall: Callable[[], datetime],
        *,
        last: datetime | None = None,
        monotonic: Callable[[], float] = elapsed,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._anchor = (last or wall(), monotonic())  # a certain instant, and when it was
        self._telegram: float | None = None  # when Telegram last told the time
        self._is_confirmed = False
        self._is_denied = False

    def now(self) -> datetime:
        """Return the instant it is."""
        counted, shown = self._counted(), self._wall()
        return shown if self._is_followed(shown, counted) else counted

    def error(self) -> timedelta:
        """Return how far the system clock is ahead of the time; nothing while it is followed."""
        counted, shown = self._counted(), self._wall()
        return timedelta() if self._is_followed(shown, counted) else shown - counted

    def certain(self) -> datetime | None:
        """Return the instant it is, if a server has confirmed it since the start."""
        return self.now() if self._is_confirmed else None

    def hear_telegram(self, date: str, took: float) -> None:
        """Take the time from an answer of Telegram: it decides which of two times is right."""
        instant = _instant(date)
        if instant is None or took > LATE:
            return
        self._telegram = self._monotonic()
        shown, counted = self._wall(), self._counted()
        agrees = abs(shown - instant) <= AGREES
        if agrees:
            self._confirm(shown)
        elif not self._is_confirmed or abs(counted - instant) > timedelta(seconds=LATE):
            self._confirm(instant)  # else the count is as good, and goes on smoothly
        if agrees is self._is_denied:
            self._is_denied = not agrees
            facts = {"shows": shown.isoformat(), "telegram": instant.isoformat()}
            log.log(
                logging.INFO if agrees else logging.WARNING,
                "system clock is right again" if agrees else "system clock is wrong",
                extra=facts,
            )

    def hear_feed(self, date: str, took: float) -> None:
        """Let a feed say that the system clock is right, while Telegram is silent.

        It never sets another time: whoever writes a feed is a stranger.
        """
        instant = _instant(date)
        silent = self._telegram is None or self._monotonic() - self._telegram > SILENCE
        if instant is None or took > LATE or not silent:
            return
        shown = self._wall()
        if abs(shown - instant) <= AGREES:
            self._confirm(shown)

    def _counted(self) -> datetime:
        instant, since = self._anchor
        return instant + timedelta(seconds=self._monotonic() - since)

    def _is_followed(self, shown: datetime, counted: datetime) -> bool:
        return abs(shown - counted) <= (AGREES if self._is_confirmed else LEAP)

    def _confirm(self, instant: datetime) -> None:
        self._anchor = (instant, self._monotonic())
        self._is_confirmed = True


def _instant(date: str) -> datetime | None:
    """Read a ``Date`` header; None where there is none that makes sense."""
    try:
        read = parsedate_to_datetime(date)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
