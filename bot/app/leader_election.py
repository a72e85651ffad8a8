"""Run the bot in one process while others stand by to take over.

The leader holds a lease in the store. A dead holder on this machine is not waited for; any other
is, until its lease ends. A leader that finds its lease taken stops at once.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from storage import Store
from storage.engine.liveness_probe import RUN_LEASE, is_holder_alive
from storage.errors import DatabaseBusy, StorageError
from storage.records.operations import Lease

log = logging.getLogger(__name__)

LEADER_LEASE = RUN_LEASE
ENRICH_LEASE = "enrich"  # of the command line, which works beside the bot


def process_name() -> str:
    """Return a unique name for this process that says where it runs."""
    return f"{socket.gethostname()}:{os.getpid()}"


async def run_as_leader(
    store: Store,
    work: Callable[[], Awaitable[None]],
    *,
    now: Callable[[], datetime],
    lease_seconds: float,
) -> None:
    """Run ``work`` while this process is the leader; stand by while another one is.

    Return when the work ends by itself while leading. When cancelled, release the lease.
    """
    holder_name = process_name()
    is_standby_logged = False
    while True:
        try:
            lease = await store.run(
                _try_acquire_lease, store, LEADER_LEASE, holder_name, now(), lease_seconds
            )
        except DatabaseBusy:
            # While another process is halted in the middle of a commit, nobody can write.
            log.warning("the store is busy", extra={"holder": holder_name})
            lease = None
        if lease is None:
            if not is_standby_logged:
                log.info("standing by", extra={"holder": holder_name})
                is_standby_logged = True
            await asyncio.sleep(min(lease_seconds / 10, 2.0))
            continue
        is_standby_logged = False
        log.info("on duty", extra={"holder": holder_name})
        task = asyncio.ensure_future(work())
        renewal_task = asyncio.create_task(_keep_renewing(store, lease, now, lease_seconds))
        try:
            await asyncio.wait({task, renewal_task}, return_when=asyncio.FIRST_COMPLETED)
            if task.done() and await store.run(_confirm_lease, store, lease, now(), lease_seconds):
                task.result()
                return
            log.warning("the duty was taken by another process", extra={"holder": holder_name})
        finally:
            for running_task in (task, renewal_task):
                running_task.cancel()
            await asyncio.gather(task, renewal_task, return_exceptions=True)
            with suppress(StorageError):
                await store.run(_release_lease, store, holder_name)


def _try_acquire_lease(
    store: Store, lease_name: str, holder: str, now: datetime, lease_seconds: float
) -> Lease | None:
    """Acquire a lease unless a process that may be alive holds it."""
    current_lease = store.leases.get(lease_name)
    if current_lease and not is_lease_held(store, lease_name, now):
        store.leases.release(current_lease)
    return store.leases.acquire(lease_name, holder, now, lease_seconds)


def is_lease_held(store: Store, lease_name: str, now: datetime) -> bool:
    """Return whether a process that may be alive holds a lease."""
    lease = store.leases.get(lease_name)
    return lease is not None and lease.is_valid(now) and is_holder_alive(lease.holder) is not False


@contextmanager
def hold_enrich_lease(store: Store, now: datetime, lease_seconds: float) -> Iterator[bool]:
    """Hold the lease for making summaries; yield whether no other process makes any.

    If so, whatever is under way in the store was left by a killed process.
    """
    is_only = not any(
        is_lease_held(store, lease_name, now) for lease_name in (LEADER_LEASE, ENRICH_LEASE)
    )
    lease = _try_acquire_lease(store, ENRICH_LEASE, process_name(), now, lease_seconds)
    try:
        yield is_only
    finally:
        if lease:
            store.leases.release(lease)


async def _keep_renewing(
    store: Store, lease: Lease, now: Callable[[], datetime], lease_seconds: float
) -> None:
    """Renew the lease three times in its length; return when another process has taken it."""
    failures = 0
    while True:
        await asyncio.sleep(lease_seconds / 3)
        try:
            if await store.run(store.leases.renew, lease, now(), lease_seconds) is None:
                return
            failures = 0
        except StorageError as error:
            # A store busy or full for a moment is no reason to stop; after two in a row the lease
            # is over.
            failures += 1
            log.warning("lease not renewed", extra={"error": type(error).__name__})
            if failures > 1:
                return


def _confirm_lease(store: Store, lease: Lease, now: datetime, lease_seconds: float) -> bool:
    """Renew the lease; return whether it was not taken, as far as the store can tell."""
    try:
        return store.leases.renew(lease, now, lease_seconds) is not None
    except StorageError:
        return True


def _release_lease(store: Store, name: str) -> None:
    lease = store.leases.get(LEADER_LEASE)
    if lease and lease.holder == name:
        store.leases.release(lease)
