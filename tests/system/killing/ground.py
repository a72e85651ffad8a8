"""What a kill test begins with: a server that counts, people, and parcels that wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random

from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.faults import slow
from bot.demo.people.people import Person
from bot.digests.publish import publish
from bot.topics.query.parser import indexed
from storage import Store, open_store
from storage.records import Cadence
from tests.support.builders import BOT, announce, chat, follow, papers
from tests.system.killing.program import until

WORDS = ("diffusion", "robots", "quantum", "fairness")  # a topic each, with one paper each
TALKERS = 20
_SENDS = ("sendMessage", "sendRichMessage")
_PATIENCE = 90.0


@dataclass
class Ground:
    """A server, its people, and the database of a bot that has something for each of them."""

    emulator: Emulator
    people: list[Person]
    database: Path
    dice: Random
    said: dict[int, list[time]] = field(default_factory=dict)  # by each chat, in its order

    @property
    def talkers(self) -> list[Person]:
        """Those who keep talking while their digests are delivered."""
        return self.people[:TALKERS]

    @property
    def sends(self) -> int:
        """How many messages the server has taken so far."""
        return len(self.emulator.accepted(*_SENDS))

    @property
    def last_call(self) -> int:
        """The number of the newest message that the server has taken."""
        return max((call.number for call in self.emulator.accepted(*_SENDS)), default=0)

    def store(self) -> Store:
        """The bot's own store; the caller closes it."""
        return open_store(f"sqlite:///{self.database}", words=indexed)

    async def until(self, what: Callable[[], bool], missing: str) -> None:
        """Waits until something is so."""
        told = f"{missing}: {self.sends} messages had been taken"
        await until(what, told, patience=_PATIENCE)

    async def sends_more(self, count: int) -> None:
        """Waits until the server has taken so many more messages."""
        goal = self.sends + count
        await self.until(lambda: self.sends >= goal, f"no {count} further messages")

    def talks(self) -> None:
        """Lets somebody set a new time, far from now: an effect that can be counted."""
        person = self.dice.choice(self.talkers)
        hours, minutes = self.dice.randrange(4, 20), self.dice.randrange(60)
        wanted = datetime.now(UTC) + timedelta(hours=hours, minutes=minutes)
        at = time(wanted.hour, wanted.minute)
        person.say(f"/time {at:%H:%M}")
        self.said.setdefault(person.id, []).append(at)


@asynccontextmanager
async def prepared(folder: Path, chats: int, seed: int, answer: float) -> AsyncIterator[Ground]:
    """A ground with four parcels for each chat; each send is answered after up to ``answer``."""
    async with Emulator.serve(log=folder / "calls.jsonl") as emulator:
        tide = asyncio.create_task(_answers(emulator, answer))
        people = [emulator.people.person(f"P{n}", is_known=True) for n in range(chats)]
        ground = Ground(emulator, people, folder / "papergram.db", Random(seed))
        await asyncio.to_thread(_fill, ground)
        try:
            yield ground
        finally:
            tide.cancel()
            with suppress(asyncio.CancelledError):
                await tide


async def _answers(emulator: Emulator, every: float) -> None:
    """Takes each message at once and answers it late, so that sends are always in flight."""
    tide = asyncio.Event()
    emulator.faults.next("sendMessage", slow(tide), times=10**9)
    while True:
        await asyncio.sleep(every)
        tide.set()
        tide.clear()


def _fill(ground: Ground) -> None:
    """Topics of yesterday, due an hour ago, by the verbs that make them."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    due = now - timedelta(hours=2)
    store = ground.store()
    try:
        for person in ground.people:
            with store.transaction():
                reader = replace(chat(store, person.id), cadence=Cadence(times=(due.time(),)))
                store.subscribers.change(reader)
            for word in WORDS:
                follow(store, reader, word, now=now - timedelta(days=1))
        for number, word in enumerate(WORDS, start=1):
            announce(store, papers(number, word=word))
        published = publish(store, BOT, now - timedelta(hours=1))
        assert published.digests == len(ground.people) * len(WORDS)
        assert published.failed == 0
    finally:
        store.close()
