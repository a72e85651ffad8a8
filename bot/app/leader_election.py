"""Which process works? One holds the duty, the others stand by and take over.

The duty is a lease in the store. A holder on this machine that is no longer alive is not waited
for; any other is, until its lease ends. A holder that finds its lease taken stops at once.
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
from storage.engine.liveness_probe import RUN_LEASE, is_alive
from storage.errors import Busy, StorageError
from storage.records import Lease

log = logging.getLogger(__name__)

DUTY = RUN_LEASE
GLOSSING = "enrich"  # of the command line, which works beside the bot


def holder() -> str:
    """This process, by a name that says where it is and which."""
    return f"{socket.gethostname()}:{os.getpid()}"


async def on_duty(
    store: Store,
    work: Callable[[], Awaitable[None]],
    *,
    now: Callable[[], datetime],
    lasts: float,
) -> None:
    """Works while this process has the duty, stands by while another has it.

    Ends when the work ends by itself while the duty is ours; cancelled, it gives the duty back.
    """
    name = holder()
    while True:
        lease = await _taken(store, name, now, lasts)
        log.info("on duty", extra={"holder": name})
        task = asyncio.ensure_future(work())
        keeping = asyncio.create_task(_kept(store, lease, now, lasts))
        try:
            await asyncio.wait({task, keeping}, return_when=asyncio.FIRST_COMPLETED)
            if task.done() and await store.run(_is_ours, store, lease, now(), lasts):
                task.result()
                return
            log.warning("the duty was taken by another process", extra={"holder": name})
        finally:
            for one in (task, keeping):
                one.cancel()
            await asyncio.gather(task, keeping, return_exceptions=True)
            with suppress(StorageError):
                await store.run(_released, store, name)


async def _taken(store: Store, name: str, now: Callable[[], datetime], lasts: float) -> Lease:
    """The lease, as soon as it is free."""
    told = False
    while True:
        try:
            if lease := await store.run(_take, store, name, now(), lasts):
                return lease
        except Busy:
            # As long as another process is halted in the middle of a commit, nobody can write.
            log.warning("the store is busy", extra={"holder": name})
        if not told:
            log.info("standing by", extra={"holder": name})
            told = True
        await asyncio.sleep(min(lasts / 10, 2.0))


def _take(store: Store, name: str, now: datetime, lasts: float) -> Lease | None:
    held = store.leases.held(DUTY)
    if held and not is_held(store, DUTY, now):
        store.leases.release(held)
    return store.leases.take(DUTY, name, now, lasts)


def is_held(store: Store, duty: str, now: datetime) -> bool:
    """Whether a process that may be alive has a duty."""
    held = store.leases.held(duty)
    return held is not None and held.lasts(now) and is_alive(held.holder) is not False


@contextmanager
def glossing(store: Store, now: datetime, lasts: float) -> Iterator[bool]:
    """Says that this process has glosses made; yields whether it is the only one that does.

    Then whatever is under way in the store was left by one that was killed.
    """
    name = holder()
    alone = not any(is_held(store, duty, now) for duty in (DUTY, GLOSSING))
    if not is_held(store, GLOSSING, now) and (held := store.leases.held(GLOSSING)):
        store.leases.release(held)
    lease = store.leases.take(GLOSSING, name, now, lasts)
    try:
        yield alone
    finally:
        if lease:
            store.leases.release(lease)


async def _kept(store: Store, lease: Lease, now: Callable[[], datetime], lasts: float) -> None:
    """Renews the lease three times in its length; ends when another has taken it."""
    failures = 0
    while True:
        await asyncio.sleep(lasts / 3)
        try:
            if await store.run(store.leases.renew, lease, now(), lasts) is None:
                return
            failures = 0
        except StorageError as error:
            # Busy or full for a moment is no reason to stop; two in a row and the lease is over.
            failures += 1
            log.warning("lease not renewed", extra={"error": type(error).__name__})
            if failures > 1:
                return


def _is_ours(store: Store, lease: Lease, now: datetime, lasts: float) -> bool:
    """Whether nobody has taken the lease, as far as the store can tell."""
    try:
        return store.leases.renew(lease, now, lasts) is not None
    except StorageError:
        return True


def _released(store: Store, name: str) -> None:
    held = store.leases.held(DUTY)
    if held and held.holder == name:
        store.leases.release(held)
