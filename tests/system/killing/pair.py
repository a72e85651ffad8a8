"""Two processes on one database: one works, the other stands by."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.app.leader_election import DUTY
from storage import Store
from tests.system.killing.ground import Ground
from tests.system.killing.program import Program, environment, started, until


@dataclass
class Pair:
    """The processes that live; there are two of them but for moments."""

    settings: Mapping[str, str]
    folder: Path
    store: Store
    alive: list[Program] = field(default_factory=list)
    _begun: int = 0

    async def fill(self) -> None:
        """Starts what is missing to two; each has a log of its own."""
        while len(self.alive) < 2:
            self._begun += 1
            log = self.folder / f"log-{self._begun}.txt"
            self.alive.append(await started(self.settings, log))

    def working(self) -> Program | None:
        """The one that has the duty, by the lease that both ask for."""
        held = self.store.leases.held(DUTY)
        if held is None or held.until.timestamp() == 0:
            return None
        number = int(held.holder.rpartition(":")[2])
        return next((one for one in self.alive if one.pid == number), None)

    async def worker(self) -> Program:
        """The one that works, as soon as one does."""
        await until(lambda: self.working() is not None, "nobody works", patience=60.0)
        found = self.working()
        assert found is not None
        return found

    async def loses(self, program: Program) -> None:
        """Kills one of them."""
        self.alive.remove(program)
        await program.killed()


@asynccontextmanager
async def paired(ground: Ground, folder: Path, **settings: str) -> AsyncIterator[Pair]:
    """Two processes that deliver what waits, until the block ends."""
    store = ground.store()
    chosen = environment(ground.emulator.token, ground.emulator.url, ground.database, **settings)
    pair = Pair(chosen, folder, store)
    try:
        await pair.fill()
        yield pair
    finally:
        for program in list(pair.alive):
            await pair.loses(program)
        store.close()
