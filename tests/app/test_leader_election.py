"""Which of two processes works, and what becomes of the other."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import leader_election
from bot.app.leader_election import LEADER_LEASE, process_name, run_as_leader
from storage import Store
from storage.errors import DatabaseBusy
from storage.records.operations import Lease
from tests.support.waiting import wait_until

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
LASTS = 60.0
ELSEWHERE = "another-machine:1"
QUICK = 0.3  # seconds of a lease that is to be renewed while a test looks on


@dataclass
class Work:
    """Works until it is told to end, and notes when it began and ended."""

    began: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    times: int = 0
    fails: Exception | None = None

    async def __call__(self) -> None:
        self.times += 1
        self.began.set()
        try:
            await self.go_on.wait()
            if self.fails:
                raise self.fails
        finally:
            self.ended.set()


def _now() -> datetime:
    return NOW


async def _stopped(duty: asyncio.Task[None]) -> None:
    duty.cancel()
    with pytest.raises(asyncio.CancelledError):
        await duty


async def _times_begun(store: Store, lease_seconds: float) -> int:
    """How often work began until the first time was seen and the duty stopped."""
    work = Work()
    duty = asyncio.create_task(run_as_leader(store, work, now=_now, lease_seconds=lease_seconds))
    await work.began.wait()
    await _stopped(duty)
    return work.times


async def test_a_free_duty_is_taken_and_given_back(store: Store) -> None:
    work = Work()

    duty = asyncio.create_task(run_as_leader(store, work, now=_now, lease_seconds=LASTS))
    await work.began.wait()
    lease = store.leases.get(LEADER_LEASE)
    await _stopped(duty)

    assert lease
    assert (lease.holder, lease.expires_at) == (process_name(), NOW + timedelta(seconds=LASTS))
    assert work.ended.is_set()
    assert store.leases.acquire(LEADER_LEASE, ELSEWHERE, NOW, LASTS)


async def test_work_that_ends_by_itself_ends_the_duty(store: Store) -> None:
    work = Work()
    work.go_on.set()

    await run_as_leader(store, work, now=_now, lease_seconds=LASTS)

    assert store.leases.acquire(LEADER_LEASE, ELSEWHERE, NOW, LASTS)


async def test_work_that_fails_gives_the_duty_back_and_says_so(store: Store) -> None:
    work = Work(fails=ValueError("no"))
    work.go_on.set()

    with pytest.raises(ValueError, match="no"):
        await run_as_leader(store, work, now=_now, lease_seconds=LASTS)

    assert store.leases.acquire(LEADER_LEASE, ELSEWHERE, NOW, LASTS)


async def test_a_living_holder_is_waited_for(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """It begins as soon as the other one lets go, and says once that it waits."""
    caplog.set_level("INFO", leader_election.log.name)
    other = store.leases.acquire(LEADER_LEASE, ELSEWHERE, NOW, LASTS)
    work = Work()

    duty = asyncio.create_task(run_as_leader(store, work, now=_now, lease_seconds=QUICK))
    await wait_until(lambda: "standing by" in caplog.messages, "it did not wait")
    assert other
    assert not work.began.is_set()
    store.leases.release(other)
    await work.began.wait()
    await _stopped(duty)

    assert caplog.messages.count("standing by") == 1


@pytest.mark.parametrize(
    "acquired_at", [NOW - timedelta(seconds=LASTS), NOW + timedelta(days=3650)]
)
async def test_a_lease_that_ran_out_or_is_of_a_wrong_clock_is_taken_over(
    store: Store, acquired_at: datetime
) -> None:
    """Its holder may have been killed before it knew the time, on another machine."""
    store.leases.acquire(LEADER_LEASE, ELSEWHERE, acquired_at, LASTS)

    assert await _times_begun(store, LASTS) == 1


async def test_a_dead_process_of_this_machine_is_not_waited_for(store: Store) -> None:
    gone = await asyncio.create_subprocess_exec("true")
    await gone.wait()
    store.leases.acquire(LEADER_LEASE, f"{socket.gethostname()}:{gone.pid}", NOW, LASTS)

    assert await _times_begun(store, LASTS) == 1


async def test_a_duty_that_was_taken_away_is_laid_down_and_waited_for(store: Store) -> None:
    """The clock of the other one was ahead; this one stops its work and stands by."""
    work = Work()
    duty = asyncio.create_task(run_as_leader(store, work, now=_now, lease_seconds=QUICK))
    await work.began.wait()

    taken = store.leases.acquire(LEADER_LEASE, ELSEWHERE, NOW + timedelta(hours=1), LASTS)
    await work.ended.wait()
    assert taken
    lease = store.leases.get(LEADER_LEASE)
    assert lease
    assert lease.holder == ELSEWHERE

    work.began.clear()
    store.leases.release(taken)
    await work.began.wait()
    await _stopped(duty)
    assert work.times == 2


async def test_work_that_fails_once_the_duty_is_lost_is_no_failure(store: Store) -> None:
    """Such as the poll that another process has ended, before this one has noticed."""
    work = Work(fails=ValueError("another process polls"))
    duty = asyncio.create_task(run_as_leader(store, work, now=_now, lease_seconds=LASTS))
    await work.began.wait()
    taken = store.leases.acquire(LEADER_LEASE, ELSEWHERE, NOW + timedelta(hours=1), LASTS)
    assert taken

    work.began.clear()
    work.go_on.set()
    await work.ended.wait()
    work.go_on.clear()
    store.leases.release(taken)
    await work.began.wait()
    await _stopped(duty)

    assert work.times == 2


async def test_a_store_that_is_busy_is_waited_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever holds the file may be halted in the middle of a commit."""
    troubles = iter([DatabaseBusy("locked"), DatabaseBusy("locked")])
    take = store.leases.acquire

    def busy(duty: str, holder: str, now: datetime, lasts: float) -> Lease | None:
        for trouble in troubles:
            raise trouble
        return take(duty, holder, now, lasts)

    monkeypatch.setattr(store.leases, "acquire", busy)

    assert await _times_begun(store, QUICK) == 1


async def test_a_lease_is_kept_while_the_work_lasts(store: Store) -> None:
    instants = _instants()
    work = Work()
    duty = asyncio.create_task(
        run_as_leader(store, work, now=lambda: next(instants), lease_seconds=QUICK)
    )
    await work.began.wait()
    first = store.leases.get(LEADER_LEASE)
    assert first

    await wait_until(lambda: store.leases.get(LEADER_LEASE) != first, "it was not renewed")
    later = store.leases.get(LEADER_LEASE)
    assert later
    await _stopped(duty)

    assert later.fencing_token == first.fencing_token


def _instants() -> Iterator[datetime]:
    instant = NOW
    while True:
        yield instant
        instant += timedelta(seconds=QUICK / 3)
