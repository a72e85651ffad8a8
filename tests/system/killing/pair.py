"""Two processes on one database: one works, the other stands by."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.app.leader_election import LEADER_LEASE
from storage import Store
from tests.support.waiting import wait_until
from tests.system.killing.ground import KillScenario
from tests.system.killing.program import BotProcess, bot_environment, start_process


@dataclass
class ProcessPair:
    """The processes that live; there are two of them but for moments."""

    settings: Mapping[str, str]
    folder: Path
    store: Store
    processes: list[BotProcess] = field(default_factory=list)
    _started_count: int = 0

    async def start_missing(self) -> None:
        """Starts what is missing to two; each has a log of its own."""
        while len(self.processes) < 2:
            self._started_count += 1
            log = self.folder / f"log-{self._started_count}.txt"
            self.processes.append(await start_process(self.settings, log))

    def leader(self) -> BotProcess | None:
        """The one that has the duty, by the lease that both ask for."""
        lease = self.store.leases.get(LEADER_LEASE)
        if lease is None or lease.expires_at.timestamp() == 0:
            return None
        pid = int(lease.holder.rpartition(":")[2])
        return next((process for process in self.processes if process.pid == pid), None)

    async def wait_for_leader(self) -> BotProcess:
        """The one that works, as soon as one does."""
        await wait_until(lambda: self.leader() is not None, "nobody works", timeout_seconds=60.0)
        leading = self.leader()
        assert leading is not None
        return leading

    async def kill(self, program: BotProcess) -> None:
        """Kills one of them."""
        self.processes.remove(program)
        await program.kill()


@asynccontextmanager
async def process_pair(
    scenario: KillScenario, folder: Path, **settings: str
) -> AsyncIterator[ProcessPair]:
    """Two processes that deliver what waits, until the block ends."""
    store = scenario.open_store()
    environment_variables = bot_environment(
        scenario.emulator.token, scenario.emulator.url, scenario.database, **settings
    )
    pair = ProcessPair(environment_variables, folder, store)
    try:
        await pair.start_missing()
        yield pair
    finally:
        for program in list(pair.processes):
            await pair.kill(program)
        store.close()
