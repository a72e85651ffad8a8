"""How every kill test goes on and ends: people talk, time passes, and then all is counted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.app.lifecycle import WORKERS, in_flight
from storage.records import ParcelState, Rank
from tests.support.builders import BOT
from tests.system.killing.account import Account, read
from tests.system.killing.ground import WORDS, Ground

RATE = 120  # messages a second, which still keeps few in flight
EARLY = 0.1  # of the kills come while the program still begins


async def some_time_passes(ground: Ground) -> None:
    """Mostly until some messages have left, at times not until the program has begun."""
    ground.talks()
    if ground.dice.random() < EARLY:
        await asyncio.sleep(ground.dice.uniform(0.0, 1.0))
        return
    await ground.sends_more(ground.dice.randint(1, 50))
    ground.talks()
    await asyncio.sleep(ground.dice.uniform(0.0, 0.05))


async def until_all_is_done(ground: Ground) -> None:
    """Waits until nothing is left to send or to answer."""
    store = ground.store()
    try:

        def is_done() -> bool:
            counts = store.outbox.counts(BOT)
            left = counts[ParcelState.READY] + counts[ParcelState.SENDING]
            unread = len(ground.emulator.world.updates) or store.inbox.pending(BOT, 1)
            return not left and not unread

        await ground.until(is_done, "not everything was delivered and answered")
    finally:
        store.close()


def check(
    ground: Ground, folder: Path, breaks: int, *, borders: Sequence[int] | None = None
) -> Account:
    """Nothing lost; at most the sends in flight repeated, each marked; each word heeded once.

    ``borders`` are the last calls before each break; where each begins a life, that tells them.
    """
    account = read(folder / "calls.jsonl")
    everybody = {(p.id, n) for p in ground.people for n in range(1, len(WORDS) + 1)}
    assert set(account.parcels) == everybody, "lost, or sent to somebody else"
    assert account.unmarked() == []
    assert in_flight(RATE) == WORKERS
    repeats = account.repeats_between(account.lives if borders is None else borders)
    assert all(count <= WORKERS for count in repeats.values()), repeats
    assert account.repeats <= breaks * WORKERS
    assert account.out_of_order() == []
    _check_store(ground)
    print(f"{breaks} breaks in {len(account.lives)} lives, {account.repeats} repeats, all marked")
    return account


def _check_store(ground: Ground) -> None:
    """Each command was applied once, in its order: a topic counts its changes."""
    store = ground.store()
    try:
        for person in ground.talkers:
            said = ground.said.get(person.id, [])
            for topic in store.subscriptions.of(BOT, person.id):
                assert topic.fence == 1 + len(said), "a command was lost or applied twice"
                assert not said or topic.cadence.times == (said[-1],)
        sent = store.outbox.in_state(BOT, ParcelState.SENT, limit=1_000_000)
        digests = [one for one in sent if one.rank is not Rank.ANSWER]
        assert len(digests) == len(ground.people) * len(WORDS)
    finally:
        store.close()
