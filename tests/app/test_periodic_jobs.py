"""The beats: each at once and then in its time, never given up, whatever the system clock shows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, tzinfo

import apscheduler.schedulers.base
import pytest

from bot.app.periodic_jobs import ElapsedIntervalTrigger, PeriodicJob, create_scheduler

QUICK = 0.01  # seconds between two beats
YEAR = timedelta(days=365)


class Counted:
    """A job that counts its runs and lets a test wait for the next ones."""

    def __init__(self) -> None:
        self.runs = 0
        self._ran = asyncio.Event()

    async def __call__(self) -> None:
        self.runs += 1
        self._ran.set()

    async def again(self, times: int) -> None:
        """Waits until it has run so many times more."""
        target_runs = self.runs + times
        async with asyncio.timeout(5):
            while self.runs < target_runs:
                self._ran.clear()
                await self._ran.wait()


class Leaping(datetime):
    """A system clock that can be set."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Leaping:
        """The time that it shows."""
        assert tz is not None
        shown = datetime.now(tz).replace(tzinfo=None) + cls.ahead
        return tz.fromutc(shown.replace(tzinfo=tz))  # type: ignore[return-value]


@asynccontextmanager
async def beating(*planned: PeriodicJob, slept: Sequence[float] = ()) -> AsyncIterator[None]:
    """Beats for as long as the block lasts; the machine has slept for the sum of ``slept``."""
    beats = create_scheduler(planned, monotonic=lambda: time.monotonic() + sum(slept))
    beats.start()
    try:
        yield
    finally:
        beats.shutdown(wait=False)
        await asyncio.sleep(0)


async def test_a_beat_may_begin_at_once_and_survives_its_failures() -> None:
    """A new bot reads arXiv now, not a minute later; a failure is made good by the next beat."""
    calls = 0
    thrice = asyncio.Event()

    async def job() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            thrice.set()
        raise RuntimeError("a bad day")

    scheduler = create_scheduler([PeriodicJob("job", 0.01, job, run_at_start=True)])
    scheduler.start()
    async with asyncio.timeout(5):
        await thrice.wait()
    scheduler.shutdown(wait=False)

    assert calls >= 3


async def test_no_beat_lapses_or_runs_beside_itself() -> None:
    async def job() -> None:
        """Does nothing."""

    scheduler = create_scheduler([PeriodicJob("tick", 5.0, job)])
    scheduler.start(paused=True)
    [planned] = scheduler.get_jobs()
    scheduler.shutdown(wait=False)

    assert (planned.coalesce, planned.max_instances, planned.misfire_grace_time) == (True, 1, None)


@pytest.mark.parametrize(
    "leap",
    [timedelta(hours=-2), timedelta(days=-1), timedelta(days=1), 10 * YEAR, 50 * YEAR, -50 * YEAR],
)
async def test_beats_go_on_when_the_system_clock_leaps(
    leap: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Back they would wait until it has caught up, ahead all that was missed would be made up."""
    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Leaping)
    monkeypatch.setattr(Leaping, "ahead", timedelta())
    job = Counted()
    async with beating(PeriodicJob("job", QUICK, job)):
        await job.again(2)
        monkeypatch.setattr(Leaping, "ahead", leap)
        await job.again(3)
        monkeypatch.setattr(Leaping, "ahead", timedelta())
        await job.again(3)


async def test_a_beat_comes_at_once_after_a_sleep_of_the_machine() -> None:
    job, slept = Counted(), [0.0]
    beats = PeriodicJob("other", QUICK, Counted()), PeriodicJob("job", 60.0, job)
    async with beating(*beats, slept=slept):
        slept.append(3 * 86400.0)
        await job.again(1)


@pytest.mark.parametrize(("planned", "following"), [(58.0, 63.0), (55.0, 65.0), (-86400.0, 65.0)])
def test_a_beat_is_in_step_and_makes_nothing_up(planned: float, following: float) -> None:
    """Otherwise each of the times that were slept through would be looked at, one by one."""
    next_time = ElapsedIntervalTrigger(5.0).get_next_fire_time(_at(planned), _at(60.0))

    assert next_time == _at(following)


def _at(seconds: float) -> datetime:
    return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=seconds)
