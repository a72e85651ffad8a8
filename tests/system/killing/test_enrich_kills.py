"""Killed at random moments while glosses are made: none is lost, few are paid for twice.

What was paid is counted by the server's own log, which outlives every kill.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.demo.emulator.bot_api import Emulator
from storage.records import ParcelState
from tests.models.apart import apart
from tests.support.builders import BOT
from tests.support.scale import scaled
from tests.system.killing.glossing import (
    AT_ONCE,
    LANGUAGES,
    LATENCY,
    PAPERS,
    WANTED,
    bill,
    calls,
    digests,
    fill,
    made,
    opened,
    settings,
    spent,
)
from tests.system.killing.program import Program, environment, running, started, until

TOKEN = f"{BOT}:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
NOWHERE = "http://127.0.0.1:9"
KILLS = scaled(15)  # of each run
READERS = 3
EARLY = 0.15  # of the kills come while the program still begins


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.scaled
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [1, 2])
async def test_the_command_killed_again_and_again_pays_little_twice(
    tmp_path: Path, seed: int
) -> None:
    database, log = tmp_path / "papergram.db", tmp_path / "calls.jsonl"
    fill(database, [1])
    async with apart(log, latency=LATENCY) as url:
        told = environment(TOKEN, NOWHERE, database, **settings(url))
        dice, kills = Random(seed), 0
        while (program := await started(told, tmp_path / "log.txt", "enrich")) and kills < KILLS:
            kills += await _killed_in_the_middle(program, log, dice)
        assert await program.ends(60.0) == 0, program.said()
        again = await started(told, tmp_path / "again.txt", "enrich")
        assert await again.ends(60.0) == 0
        assert "Nothing is wanted" in again.said()

    _check(database, log, kills)


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.scaled
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [3, 4])
async def test_the_bot_killed_while_digests_wait_delivers_them_with_every_gloss(
    tmp_path: Path, seed: int
) -> None:
    database, log = tmp_path / "papergram.db", tmp_path / "calls.jsonl"
    async with Emulator.serve(token=TOKEN) as emulator, apart(log, latency=LATENCY) as url:
        people = [emulator.people.person(f"P{n}", is_known=True).id for n in range(READERS)]
        fill(database, people, due=datetime.now(UTC) - timedelta(seconds=30))
        told = environment(TOKEN, emulator.url, database, **settings(url))
        dice, kills = Random(seed), 0
        while kills < KILLS:
            program = await started(told, tmp_path / "log.txt")
            kills += await _killed_in_the_middle(program, log, dice)
        async with running(told, tmp_path / "log.txt") as program:
            await _until_delivered(database, people, program)

    _check(database, log, kills)


async def _killed_in_the_middle(program: Program, log: Path, dice: Random) -> int:
    """Kills a program after some calls, at times before it has made any; 1 unless it had ended."""
    goal = calls(log) + dice.randint(1, 2 * WANTED // (3 * KILLS))
    if dice.random() < EARLY:
        await asyncio.sleep(dice.uniform(0.0, 1.0))
    else:
        await until(
            lambda: calls(log) >= min(goal, WANTED) or program.has_ended, program.said, patience=60
        )
        await asyncio.sleep(dice.uniform(0.0, 0.1))
    had_ended = program.has_ended
    await program.killed()
    return not had_ended


async def _until_delivered(database: Path, people: list[int], program: Program) -> None:
    store = opened(database)

    def is_done() -> bool:
        counts = store.outbox.counts(BOT)
        left = counts[ParcelState.READY] + counts[ParcelState.SENDING]
        issued = all(digests(store, person) for person in people)
        return issued and not left and not store.commissions.backlog().waiting

    try:
        await until(is_done, program.said, patience=240)
        assert [digests(store, person) for person in people] == [1] * READERS
        assert store.outbox.counts(BOT)[ParcelState.DEAD] == 0
    finally:
        store.close()


def _check(database: Path, log: Path, kills: int) -> None:
    """Every gloss once; paid twice at most what was under way at a kill; no bill too high."""
    assert kills == KILLS
    paid, store = bill(log), opened(database)
    try:
        glosses, spending, backlog = made(store), spent(store), store.commissions.backlog()
    finally:
        store.close()
    assert len(glosses) == WANTED
    assert set(glosses.values()) == {1}
    assert (backlog.waiting, backlog.given_up) == (0, 0)
    assert len(paid.asked) == PAPERS * len(LANGUAGES)
    assert paid.calls <= WANTED + kills * AT_ONCE
    assert WANTED <= spending.calls <= paid.calls
    print(f"{kills} kills: {paid.calls} calls for {WANTED} glosses, {spending.calls} in the books")
