"""Killed at random moments, again and again: nothing is lost, and what comes twice says so.

The program is ``papergram run`` itself; what arrived is counted by the server's own journal.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.app import WORKERS
from storage.model import ParcelState
from tests.killing.account import read
from tests.killing.ground import WORDS, Ground, prepared
from tests.killing.program import environment, running, started
from tests.situations import BOT

CHATS = 500
KILLS = 52  # of each run
RUNS = 4
ANSWER = 0.04  # seconds: as long as Telegram takes


@pytest.mark.slow
async def test_killed_at_any_moment_it_loses_nothing(tmp_path: Path) -> None:
    """Two runs side by side, each with a server and a database of its own."""
    for first in range(0, RUNS, 2):
        await asyncio.gather(*(_run(tmp_path, seed) for seed in (first, first + 1)))


async def _run(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / str(seed)
    folder.mkdir()
    async with prepared(folder, CHATS, seed, ANSWER) as ground:
        await _killed_again_and_again(ground, folder)
        kills = KILLS
        check_account(ground, folder, kills)


async def _killed_again_and_again(ground: Ground, folder: Path) -> None:
    settings = environment(ground.emulator.token, ground.emulator.url, ground.database, rate="120")
    log = folder / "log.txt"
    for _ in range(KILLS):
        program = await started(settings, log)
        try:
            await _some_time_passes(ground)
            assert not program.has_ended, program.said()
        finally:
            await program.killed()
    async with running(settings, log):
        await until_all_is_done(ground)


async def _some_time_passes(ground: Ground) -> None:
    """Mostly until some messages have left, at times not until the program has begun."""
    ground.talks()
    if ground.dice.random() < 0.1:
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


def check_account(ground: Ground, folder: Path, breaks: int) -> None:
    """Nothing lost; at most the sends in flight repeated, each marked; each word heeded once."""
    account = read(folder / "calls.jsonl")
    everybody = {(p.id, n) for p in ground.people for n in range(1, len(WORDS) + 1)}
    assert set(account.parcels) == everybody, "lost, or sent to somebody else"
    assert account.unmarked() == []
    assert all(count <= WORKERS for count in account.repeats_by_life().values())
    assert account.out_of_order() == []
    print(f"{breaks} breaks, {len(account.lives)} lives, {account.repeats} repeats, all marked")
    check_words(ground)


def check_words(ground: Ground) -> None:
    """Each command was applied once, in its order: a topic counts its changes."""
    store = ground.store()
    try:
        for person in ground.talkers:
            said = ground.said.get(person.id, [])
            for topic in store.subscriptions.of(BOT, person.id):
                assert topic.fence == 1 + len(said), "a command was lost or applied twice"
                assert not said or topic.cadence.times == (said[-1],)
        assert store.outbox.counts(BOT)[ParcelState.SENT] == len(ground.people) * len(WORDS)
    finally:
        store.close()
