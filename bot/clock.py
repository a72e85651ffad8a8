"""The heartbeat: how often each verb runs.

A handful of fixed jobs, however many people there are: what is due is asked from the store, so a
beat that was missed is made good by the next one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Beat:
    """A job that runs every so many seconds, and where that is long, at once as well."""

    name: str
    seconds: float
    job: Callable[[], Awaitable[object]]
    at_once: bool = False


def heartbeat(beats: Iterable[Beat]) -> AsyncIOScheduler:
    """A scheduler with these beats, not yet started; each runs once at a time and never lapses."""
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for beat in beats:
        scheduler.add_job(
            _noted(beat),
            IntervalTrigger(seconds=beat.seconds),
            id=beat.name,
            name=beat.name,
            **({"next_run_time": datetime.now(UTC)} if beat.at_once else {}),
        )
    return scheduler


def _noted(beat: Beat) -> Callable[[], Awaitable[None]]:
    """A job whose failure is noted; the next beat tries again."""

    async def run() -> None:
        try:
            await beat.job()
        except asyncio.CancelledError:
            # Only as the scheduler shuts down, which would log it as an error.
            log.debug("beat cut short", extra={"beat": beat.name})
        except Exception:
            log.exception("beat failed", extra={"beat": beat.name})

    return run
