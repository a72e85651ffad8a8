"""Two processes on one database: whoever works is killed or halted, and the other takes over."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from storage.records.messages import MessageState, Priority
from tests.support.builders import BOT
from tests.support.scale import scaled
from tests.system.killing.account import ArrivalLog
from tests.system.killing.course import RATE, check_deliveries, let_time_pass, wait_until_delivered
from tests.system.killing.ground import KillScenario, kill_scenario
from tests.system.killing.pair import ProcessPair, process_pair
from tests.system.killing.program import BotProcess

KILLS = scaled(52)  # of each run
CHATS = max(150, scaled(500))  # with four messages each: some are left at the last kill
RUNS = 4
LEASE = 8.0  # a send may take a quarter of it: a server that pauses for a second repeats nothing
HALTS = scaled(12)
HALTED = 8.5  # seconds, longer than the lease
NOTICED = 3.0  # more until the other has noticed, where a busy machine makes it late
ARRIVED = 0.2  # seconds until the server has read what was sent before a halt


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.scaled
@pytest.mark.timeout(600)
async def test_whoever_works_is_killed_and_nothing_is_lost(tmp_path: Path) -> None:
    """Two runs side by side, each with a server and a database of its own."""
    for first in range(0, RUNS, 2):
        await asyncio.gather(*(_killed(tmp_path, seed) for seed in (first, first + 1)))


async def _killed(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / str(seed)
    folder.mkdir()
    async with kill_scenario(folder, CHATS, seed) as ground:
        async with process_pair(ground, folder, rate=str(RATE), lease="8") as pair:
            for _ in range(KILLS):
                worker = await pair.wait_for_leader()
                await let_time_pass(ground)
                await pair.kill(worker)
                await pair.start_missing()
            await wait_until_delivered(ground)
            assert not any(program.has_ended for program in pair.processes)
        check_deliveries(ground, folder, KILLS)


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.scaled
@pytest.mark.timeout(600)
async def test_a_halt_longer_than_the_lease_loses_nothing(tmp_path: Path) -> None:
    """Who was halted finds its lease taken: what it still settles is not accepted."""
    async with kill_scenario(tmp_path, CHATS, 7) as ground:
        async with process_pair(ground, tmp_path, rate="60", lease=str(LEASE)) as pair:
            halts: list[int] = []
            taken = 0
            while taken < HALTS and len(halts) < 3 * HALTS:
                taken += await _halted(ground, pair, halts)
            await wait_until_delivered(ground)
            assert not any(program.has_ended for program in pair.processes), _ends(pair)
        assert taken == HALTS
        account = check_deliveries(ground, tmp_path, len(halts), last_calls=halts)
        _check_messages(ground, account)


async def _halted(ground: KillScenario, pair: ProcessPair, halts: list[int]) -> bool:
    """Halts who works; False where that was in the middle of a commit, so that nobody can write.

    It goes on in the same life then, so the lives do not tell the halts: ``halts`` does, by the
    last call before each.
    """
    worker = await pair.wait_for_leader()
    await let_time_pass(ground)
    worker.send_signal(signal.SIGSTOP)
    await asyncio.sleep(ARRIVED)
    halts.append(ground.last_call_number)
    await asyncio.sleep(HALTED - ARRIVED)
    ground.change_delivery_time()
    is_taken = await _notices(pair, worker)
    if is_taken:
        await ground.wait_for_more_sends(5)
    worker.send_signal(signal.SIGCONT)
    await ground.wait_for_more_sends(5)
    return is_taken


async def _notices(pair: ProcessPair, halted: BotProcess) -> bool:
    for _ in range(int(NOTICED / 0.1)):
        if pair.leader() is not halted:
            return True
        await asyncio.sleep(0.1)
    return False


def _check_messages(ground: KillScenario, account: ArrivalLog) -> None:
    """Each message is settled with a message that brought it: the marked one, if it came twice."""
    store = ground.open_store()
    try:
        for message in store.outbox.messages_in_state(BOT, MessageState.SENT, limit=10_000):
            if message.priority is Priority.REPLY:
                continue
            digest = store.digests.get(message.digest)
            assert digest is not None
            paper = int(digest.entries[0].paper.id.partition(".8")[2])
            arrivals = account.arrivals_by_message[message.chat, paper]
            marked = [arrival.message_id for arrival in arrivals if arrival.is_marked_repeat]
            allowed = marked or [arrival.message_id for arrival in arrivals]
            assert message.message_id in allowed, "a stale settlement was accepted"
    finally:
        store.close()


def _ends(pair: ProcessPair) -> str:
    return "\n".join(program.output()[-2000:] for program in pair.processes if program.has_ended)
