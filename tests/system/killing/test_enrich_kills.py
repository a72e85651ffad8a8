"""Killed at random moments while summaries are made: none is lost, few are paid for twice.

What was paid is counted by the server's own log, which outlives every kill.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.demo.emulator.bot_api import Emulator
from storage.records.messages import MessageState
from tests.models.apart import model_process
from tests.support.builders import BOT
from tests.support.database import open_bot_store
from tests.support.scale import scaled
from tests.support.waiting import wait_until
from tests.system.killing.program import BotProcess, bot_environment, running_process, start_process
from tests.system.killing.summarizing import (
    CONCURRENCY,
    LANGUAGES,
    LATENCY,
    PAPERS,
    SUMMARIES_WANTED,
    count_calls,
    count_calls_by_paper,
    count_digests,
    fill_database,
    model_settings,
    stored_spending,
    summaries_made,
)

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
    fill_database(database, [1])
    async with model_process(log, latency=LATENCY) as url:
        environment = bot_environment(TOKEN, NOWHERE, database, **model_settings(url))
        dice, kills = Random(seed), 0
        while (
            program := await start_process(environment, tmp_path / "log.txt", "enrich")
        ) and kills < KILLS:
            kills += await _killed_in_the_middle(program, log, dice)
        assert await program.wait_for_exit(60.0) == 0, program.output()
        again = await start_process(environment, tmp_path / "again.txt", "enrich")
        assert await again.wait_for_exit(60.0) == 0
        assert "Nothing is wanted" in again.output()

    _check(database, log, kills)


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.scaled
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [3, 4])
async def test_the_bot_killed_while_digests_wait_delivers_them_with_every_summary(
    tmp_path: Path, seed: int
) -> None:
    database, log = tmp_path / "papergram.db", tmp_path / "calls.jsonl"
    async with Emulator.serve(token=TOKEN) as emulator, model_process(log, latency=LATENCY) as url:
        people = [
            emulator.people.create_person(f"P{n}", has_started_bot=True).id for n in range(READERS)
        ]
        fill_database(database, people, due_at=datetime.now(UTC) - timedelta(seconds=30))
        environment = bot_environment(TOKEN, emulator.url, database, **model_settings(url))
        dice, kills = Random(seed), 0
        while kills < KILLS:
            program = await start_process(environment, tmp_path / "log.txt")
            kills += await _killed_in_the_middle(program, log, dice)
        async with running_process(environment, tmp_path / "log.txt") as program:
            await _until_delivered(database, people, program)

    _check(database, log, kills)


async def _killed_in_the_middle(program: BotProcess, log: Path, dice: Random) -> int:
    """Kills a program after some calls, at times before it has made any; 1 unless it had ended."""
    goal = count_calls(log) + dice.randint(1, 2 * SUMMARIES_WANTED // (3 * KILLS))
    if dice.random() < EARLY:
        await asyncio.sleep(dice.uniform(0.0, 1.0))
    else:
        await wait_until(
            lambda: count_calls(log) >= min(goal, SUMMARIES_WANTED) or program.has_ended,
            program.output,
            timeout_seconds=60,
        )
        await asyncio.sleep(dice.uniform(0.0, 0.1))
    had_ended = program.has_ended
    await program.kill()
    return not had_ended


async def _until_delivered(database: Path, people: list[int], program: BotProcess) -> None:
    store = open_bot_store(database)

    def is_done() -> bool:
        counts = store.outbox.counts_by_state(BOT)
        unsent = counts[MessageState.READY] + counts[MessageState.SENDING]
        issued = all(count_digests(store, person) for person in people)
        return issued and not unsent and not store.summary_jobs.backlog().waiting

    try:
        await wait_until(is_done, program.output, timeout_seconds=240)
        assert [count_digests(store, person) for person in people] == [1] * READERS
        assert store.outbox.counts_by_state(BOT)[MessageState.DEAD] == 0
    finally:
        store.close()


def _check(database: Path, log: Path, kills: int) -> None:
    """Every summary once; paid twice at most what was under way at a kill; no bill too high."""
    assert kills == KILLS
    calls_by_paper, store = count_calls_by_paper(log), open_bot_store(database)
    try:
        summaries, spending, backlog = (
            summaries_made(store),
            stored_spending(store),
            store.summary_jobs.backlog(),
        )
    finally:
        store.close()
    assert len(summaries) == SUMMARIES_WANTED
    assert set(summaries.values()) == {1}
    assert (backlog.waiting, backlog.abandoned) == (0, 0)
    assert len(calls_by_paper) == PAPERS * len(LANGUAGES)
    call_count = calls_by_paper.total()
    assert call_count <= SUMMARIES_WANTED + kills * CONCURRENCY
    assert SUMMARIES_WANTED <= spending.calls <= call_count
    print(
        f"{kills} kills: {call_count} calls for {SUMMARIES_WANTED} glosses,"
        f" {spending.calls} in the books"
    )
