"""Run periodic jobs at fixed intervals of monotonic time.

A handful of fixed jobs, however many people there are: due work is read from the store, so the next
run makes up for a missed one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.concurrency.trusted_clock import elapsed_seconds
from storage.errors import ReplacedDatabase

log = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the zone is added where it is read


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """A job that runs at an interval and, if that is long, at once as well."""

    name: str
    interval_seconds: float
    action: Callable[[], Awaitable[object]]
    run_at_start: bool = False

    async def run_logged(self) -> None:
        """Run the job and log its failure; the next run tries again."""
        try:
            await self.action()
        except (asyncio.CancelledError, ReplacedDatabase):
            # At shutdown, where the scheduler would log an error, or because the file was replaced:
            # whoever watches it stops the bot, and says why.
            log.debug("beat cut short", extra={"beat": self.name})
        except Exception:
            log.exception("beat failed", extra={"beat": self.name})


class ElapsedTimeZone(tzinfo):
    """A time zone whose time is what has passed since the machine started.

    The scheduler plans by ``datetime.now(zone)`` and nothing else. In this zone that is a monotonic
    clock, so no change of the system clock delays or repeats a run.
    """

    def __init__(self, monotonic: Callable[[], float] = elapsed_seconds) -> None:
        self._monotonic = monotonic

    def fromutc(self, _: datetime) -> datetime:
        """Return the time that has passed, whatever the system clock shows."""
        return (_EPOCH + timedelta(seconds=self._monotonic())).replace(tzinfo=self)

    def utcoffset(self, _: datetime | None) -> timedelta:
        """Return zero: differences in this zone are plain seconds."""
        return timedelta()

    def dst(self, _: datetime | None) -> timedelta:
        """Return zero: there is no summer time."""
        return timedelta()

    def tzname(self, _: datetime | None) -> str:
        """Return the name that the log shows."""
        return "elapsed"


class ElapsedIntervalTrigger(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Due one interval after the last due time, and only once however long ago that was."""

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Return the next time: in step if that is to come, else an interval from now."""
        next_time = (previous or now) + self._interval
        return next_time if next_time > now else now + self._interval


def create_scheduler(
    jobs: Iterable[PeriodicJob], *, monotonic: Callable[[], float] = elapsed_seconds
) -> AsyncIOScheduler:
    """Create a stopped scheduler of these jobs; each runs one instance and never lapses."""
    zone = ElapsedTimeZone(monotonic)
    scheduler = AsyncIOScheduler(
        timezone=zone,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        scheduler.add_job(
            job.run_logged,
            ElapsedIntervalTrigger(job.interval_seconds),
            id=job.name,
            name=job.name,
            **({"next_run_time": datetime.now(zone)} if job.run_at_start else {}),
        )
    return scheduler
