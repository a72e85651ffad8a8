"""The heartbeat: each beat at once and then in its time, and never given up."""

from __future__ import annotations

import asyncio

from bot.clock import Beat, heartbeat


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

    scheduler = heartbeat([Beat("job", 0.01, job, at_once=True)])
    scheduler.start()
    async with asyncio.timeout(5):
        await thrice.wait()
    scheduler.shutdown(wait=False)

    assert calls >= 3


async def test_no_beat_lapses_or_runs_beside_itself() -> None:
    async def job() -> None:
        """Does nothing."""

    scheduler = heartbeat([Beat("tick", 5.0, job)])
    scheduler.start(paused=True)
    [planned] = scheduler.get_jobs()
    scheduler.shutdown(wait=False)

    assert (planned.coalesce, planned.max_instances, planned.misfire_grace_time) == (True, 1, None)
