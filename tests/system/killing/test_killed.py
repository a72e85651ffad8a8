"""Killed at random moments, again and again: nothing is lost, and what comes twice says so.

The program is ``papergram run`` itself; what arrived is counted by the server's own journal.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.scale import scaled
from tests.system.killing.course import RATE, check_deliveries, let_time_pass, wait_until_delivered
from tests.system.killing.ground import KillScenario, kill_scenario
from tests.system.killing.program import bot_environment, running_process, start_process

KILLS = scaled(52)  # of each run
CHATS = max(150, scaled(500))  # with four messages each: some are left at the last kill
RUNS = 4


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.scaled
@pytest.mark.timeout(600)
async def test_killed_at_any_moment_it_loses_nothing(tmp_path: Path) -> None:
    """Two runs side by side, each with a server and a database of its own."""
    for first in range(0, RUNS, 2):
        await asyncio.gather(*(_run(tmp_path, seed) for seed in (first, first + 1)))


async def _run(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / str(seed)
    folder.mkdir()
    async with kill_scenario(folder, CHATS, seed) as ground:
        await _killed_again_and_again(ground, folder)
        check_deliveries(ground, folder, KILLS)


async def _killed_again_and_again(ground: KillScenario, folder: Path) -> None:
    settings = bot_environment(
        ground.emulator.token, ground.emulator.url, ground.database, rate=str(RATE)
    )
    log = folder / "log.txt"
    for _ in range(KILLS):
        program = await start_process(settings, log)
        try:
            await let_time_pass(ground)
            assert not program.has_ended, program.output()
        finally:
            await program.kill()
    async with running_process(settings, log):
        await wait_until_delivered(ground)
