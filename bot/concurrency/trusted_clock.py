"""Tell the time by a system clock that may be wrong.

A board without a battery starts in the past and jumps decades forward once NTP answers; a
hypervisor may set a guest's clock anywhere. The monotonic clock shows that the system clock was
moved; the ``Date`` header of a server shows which of the two is right.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from bot.concurrency.http_headers import parse_date

log = logging.getLogger(__name__)

# Called with a server's ``Date`` header and the seconds that the request took.
OnServerDate: TypeAlias = Callable[[str, float], None]

# How far the system clock may move before a server has confirmed the time.
MAX_UNCONFIRMED_STEP = timedelta(days=1)
# How far two correct clocks may differ: covers a poll and an imprecise clock.
AGREEMENT_TOLERANCE = timedelta(hours=1)
# Seconds of a request after which the machine may have slept during it.
MAX_REQUEST_SECONDS = 120.0
# Seconds without an answer from Telegram after which a feed's date counts.
TELEGRAM_SILENCE_SECONDS = 3600.0


def system_clock() -> datetime:
    """Return the current instant by the system clock."""
    return datetime.now(UTC)


def elapsed_seconds() -> float:
    """Return monotonic seconds that, on Linux, include time asleep."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class TrustedClock:
    """The system clock's time, or one counted on from the last certain instant if they differ.

    Until a server has confirmed the time, the system clock is followed within a day of the count,
    which begins at ``last_confirmed``, the newest instant that an earlier process was certain of. A
    server on this machine confirms nothing, because it would show the same wrong time. Afterwards
    the system clock is followed within an hour, which allows for an imprecise server and a slow
    answer.

    While nobody can be reached the count goes on. It is late by the time that the bot was off:
    being late deletes nothing and ends no pause, while a jump ahead cannot be undone.
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
        # A certain instant, and the monotonic time at which it was.
        self._anchor = (last_confirmed or system_clock(), monotonic())
        self._telegram_heard_at: float | None = None  # when Telegram last gave a date
        self._is_confirmed = False
        self._is_system_wrong = False

    def now(self) -> datetime:
        """Return the current instant."""
        counted_time, system_time = self._counted_time(), self._system_clock()
        return system_time if self._is_system_trusted(system_time, counted_time) else counted_time

    def system_clock_error(self) -> timedelta:
        """Return how far the system clock is ahead; zero while it is followed."""
        counted_time, system_time = self._counted_time(), self._system_clock()
        return (
            timedelta()
            if self._is_system_trusted(system_time, counted_time)
            else system_time - counted_time
        )

    def confirmed_now(self) -> datetime | None:
        """Return the current instant if a server has confirmed it since the start."""
        return self.now() if self._is_confirmed else None

    def observe_telegram_date(self, date: str, request_seconds: float) -> None:
        """Set the time from the date of Telegram's answer, which decides between two times."""
        instant = parse_date(date)
        if instant is None or request_seconds > MAX_REQUEST_SECONDS:
            return
        self._telegram_heard_at = self._monotonic()
        system_time, counted_time = self._system_clock(), self._counted_time()
        is_system_right = abs(system_time - instant) <= AGREEMENT_TOLERANCE
        if is_system_right:
            self._confirm_instant(system_time)
        elif not self._is_confirmed or abs(counted_time - instant) > timedelta(
            seconds=MAX_REQUEST_SECONDS
        ):
            # Otherwise the count is as good, and continues without a jump.
            self._confirm_instant(instant)
        if is_system_right is self._is_system_wrong:
            self._is_system_wrong = not is_system_right
            facts = {"shows": system_time.isoformat(), "telegram": instant.isoformat()}
            log.log(
                logging.INFO if is_system_right else logging.WARNING,
                "system clock is right again" if is_system_right else "system clock is wrong",
                extra=facts,
            )

    def observe_feed_date(self, date: str, request_seconds: float) -> None:
        """Accept a feed's confirmation of the system clock while Telegram is silent.

        It never sets another time, because feeds are not trusted.
        """
        instant = parse_date(date)
        is_telegram_silent = (
            self._telegram_heard_at is None
            or self._monotonic() - self._telegram_heard_at > TELEGRAM_SILENCE_SECONDS
        )
        if instant is None or request_seconds > MAX_REQUEST_SECONDS or not is_telegram_silent:
            return
        system_time = self._system_clock()
        if abs(system_time - instant) <= AGREEMENT_TOLERANCE:
            self._confirm_instant(system_time)

    def _counted_time(self) -> datetime:
        instant, since = self._anchor
        return instant + timedelta(seconds=self._monotonic() - since)

    def _is_system_trusted(self, system_time: datetime, counted_time: datetime) -> bool:
        return abs(system_time - counted_time) <= (
            AGREEMENT_TOLERANCE if self._is_confirmed else MAX_UNCONFIRMED_STEP
        )

    def _confirm_instant(self, instant: datetime) -> None:
        self._anchor = (instant, self._monotonic())
        self._is_confirmed = True
