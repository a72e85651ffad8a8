"""What a kill test begins with: a server that counts, people, and messages that wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random

from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.faults import slow_response
from bot.demo.people.people import Person
from bot.digests.publish import publish_due_chats
from bot.topics.query.analyzer import index_text
from storage import Store, open_store
from storage.records.chats import Cadence
from tests.support.builders import BOT, announce, create_chat, papers, subscribe_chat
from tests.support.waiting import wait_until

TOPIC_WORDS = ("diffusion", "robots", "quantum", "fairness")  # a topic each, with one paper each
ACTIVE_PEOPLE = 20
ANSWER_SECONDS = 0.04  # as long as Telegram takes
_SEND_METHODS = ("sendMessage", "sendRichMessage")
_TIMEOUT = 90.0


@dataclass
class KillScenario:
    """A server, its people, and the database of a bot that has something for each of them."""

    emulator: Emulator
    people: list[Person]
    database: Path
    rng: Random
    requested_times: dict[int, list[time]] = field(
        default_factory=dict
    )  # by each chat, in its order

    @property
    def active_people(self) -> list[Person]:
        """Those who keep talking while their digests are delivered."""
        return self.people[:ACTIVE_PEOPLE]

    @property
    def sent_count(self) -> int:
        """How many messages the server has taken so far."""
        return len(self.emulator.accepted_calls(*_SEND_METHODS))

    @property
    def last_call_number(self) -> int:
        """The number of the newest message that the server has taken."""
        return max(
            (call.number for call in self.emulator.accepted_calls(*_SEND_METHODS)), default=0
        )

    def open_store(self) -> Store:
        """The bot's own store; the caller closes it."""
        return open_store(f"sqlite:///{self.database}", analyze=index_text)

    async def wait_until(self, condition: Callable[[], bool], failure: str) -> None:
        """Waits until something is so."""
        failure_message = f"{failure}: {self.sent_count} messages had been taken"
        await wait_until(condition, failure_message, timeout_seconds=_TIMEOUT)

    async def wait_for_more_sends(self, count: int) -> None:
        """Waits until the server has taken so many more messages."""
        goal = self.sent_count + count
        await self.wait_until(lambda: self.sent_count >= goal, f"no {count} further messages")

    def change_delivery_time(self) -> None:
        """Lets somebody set a new time, far from now: an effect that can be counted."""
        person = self.rng.choice(self.active_people)
        hours, minutes = self.rng.randrange(4, 20), self.rng.randrange(60)
        instant = datetime.now(UTC) + timedelta(hours=hours, minutes=minutes)
        delivery_time = time(instant.hour, instant.minute)
        person.send_text(f"/time {delivery_time:%H:%M}")
        self.requested_times.setdefault(person.id, []).append(delivery_time)


@asynccontextmanager
async def kill_scenario(folder: Path, chats: int, seed: int) -> AsyncIterator[KillScenario]:
    """A ground with four messages a chat, before a server that answers late."""
    async with Emulator.serve(log_path=folder / "calls.jsonl") as emulator:
        answer_task = asyncio.create_task(_answer_late(emulator))
        people = [
            emulator.people.create_person(f"P{number}", has_started_bot=True)
            for number in range(chats)
        ]
        scenario = KillScenario(emulator, people, folder / "papergram.db", Random(seed))
        await asyncio.to_thread(_store_due_digests, scenario)
        try:
            yield scenario
        finally:
            answer_task.cancel()
            with suppress(asyncio.CancelledError):
                await answer_task


async def _answer_late(emulator: Emulator) -> None:
    """Takes each message at once and answers it late, so that sends are always in flight."""
    release_event = asyncio.Event()
    emulator.faults.schedule("sendMessage", slow_response(release_event), times=10**9)
    while True:
        await asyncio.sleep(ANSWER_SECONDS)
        release_event.set()
        release_event.clear()


def _store_due_digests(scenario: KillScenario) -> None:
    """Topics of yesterday, due an hour ago, by the verbs that make them."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    due_at = now - timedelta(hours=2)
    store = scenario.open_store()
    try:
        for person in scenario.people:
            with store.transaction():
                reader = replace(
                    create_chat(store, person.id), cadence=Cadence(times=(due_at.time(),))
                )
                store.chats.update(reader)
            for word in TOPIC_WORDS:
                subscribe_chat(store, reader, word, now=now - timedelta(days=1))
        for number, word in enumerate(TOPIC_WORDS, start=1):
            announce(store, papers(number, word=word))
        published = publish_due_chats(store, BOT, now - timedelta(hours=1))
        assert published.digests == len(scenario.people) * len(TOPIC_WORDS)
        assert published.failed == 0
    finally:
        store.close()
