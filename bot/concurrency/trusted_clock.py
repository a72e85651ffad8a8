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
OnServerDate: TypeAlias = Callable[[str, float], None]

MAX_UNCONFIRMED_STEP = timedelta(
    days=1
)  # that the system clock may move by before a server has told the time
AGREEMENT_TOLERANCE = timedelta(
    hours=1
)  # between two clocks that show the same: a poll and a bad clock fit in
MAX_REQUEST_SECONDS = (
    120.0  # seconds under way after which an answer may have waited through a sleep
)
TELEGRAM_SILENCE_SECONDS = 3600.0  # seconds without a word of Telegram after which a feed's counts


def system_clock() -> datetime:
    """The instant it is, as the system clock has it."""
    return datetime.now(UTC)


def elapsed_seconds() -> float:
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
        system_clock: Callable[[], datetime],
        *,
        last_confirmed: datetime | None = None,
        monotonic: Callable[[], float] = elapsed_seconds,
    ) -> None:
        self._system_clock = system_clock
        self._monotonic = monotonic
        self._anchor = (
            last_confirmed or system_clock(),
            monotonic(),
        )  # a certain instant, and when it was
        self._telegram_heard_at: float | None = None  # when Telegram last told the time
        self._is_confirmed = False
        self._is_system_wrong = False

    def now(self) -> datetime:
        """Return the instant it is."""
        counted_time, system_time = self._counted_time(), self._system_clock()
        return system_time if self._follows_system(system_time, counted_time) else counted_time

    def system_clock_error(self) -> timedelta:
        """Return how far the system clock is ahead of the time; nothing while it is followed."""
        counted_time, system_time = self._counted_time(), self._system_clock()
        return (
            timedelta()
            if self._follows_system(system_time, counted_time)
            else system_time - counted_time
        )

    def confirmed_now(self) -> datetime | None:
        """Return the instant it is, if a server has confirmed it since the start."""
        return self.now() if self._is_confirmed else None

    def observe_telegram_date(self, date: str, request_seconds: float) -> None:
        """Take the time from an answer of Telegram: it decides which of two times is right."""
        instant = _parse_date_header(date)
        if instant is None or request_seconds > MAX_REQUEST_SECONDS:
            return
        self._telegram_heard_at = self._monotonic()
        system_time, counted_time = self._system_clock(), self._counted_time()
        agrees = abs(system_time - instant) <= AGREEMENT_TOLERANCE
        if agrees:
            self._confirm(system_time)
        elif not self._is_confirmed or abs(counted_time - instant) > timedelta(
            seconds=MAX_REQUEST_SECONDS
        ):
            self._confirm(instant)  # else the count is as good, and goes on smoothly
        if agrees is self._is_system_wrong:
            self._is_system_wrong = not agrees
            facts = {"shows": system_time.isoformat(), "telegram": instant.isoformat()}
            log.log(
                logging.INFO if agrees else logging.WARNING,
                "system clock is right again" if agrees else "system clock is wrong",
                extra=facts,
            )

    def observe_feed_date(self, date: str, request_seconds: float) -> None:
        """Let a feed say that the system clock is right, while Telegram is silent.

        It never sets another time: whoever writes a feed is a stranger.
        """
        instant = _parse_date_header(date)
        is_telegram_silent = (
            self._telegram_heard_at is None
            or self._monotonic() - self._telegram_heard_at > TELEGRAM_SILENCE_SECONDS
        )
        if instant is None or request_seconds > MAX_REQUEST_SECONDS or not is_telegram_silent:
            return
        system_time = self._system_clock()
        if abs(system_time - instant) <= AGREEMENT_TOLERANCE:
            self._confirm(system_time)

    def _counted_time(self) -> datetime:
        instant, since = self._anchor
        return instant + timedelta(seconds=self._monotonic() - since)

    def _follows_system(self, system_time: datetime, counted_time: datetime) -> bool:
        return abs(system_time - counted_time) <= (
            AGREEMENT_TOLERANCE if self._is_confirmed else MAX_UNCONFIRMED_STEP
        )

    def _confirm(self, instant: datetime) -> None:
        self._anchor = (instant, self._monotonic())
        self._is_confirmed = True


def _parse_date_header(date: str) -> datetime | None:
    """Read a ``Date`` header; None where there is none that makes sense."""
    try:
        parsed = parsedate_to_datetime(date)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
