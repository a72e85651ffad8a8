"""Topics that were told nothing since the beginning of time hold up nobody else's digest."""

from __future__ import annotations

import asyncio
import shutil
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import Cadence, ChatKind, Subscriber, Subscription
from tests.hostile.figures import Watch
from tests.hostile.ground import BOT, SCALE, TOKEN, opened
from tests.killing.program import environment, running, until
from tests.soak.server import Call, Server, served

FORGOTTEN = ("the", "the OR we", "learning model", 'au:"a"', "diffusion", "a* -the", "cat:cs.CV")
READERS = 30  # whose digests come due in each minute
TOPICS = ("diffusion", "robot*", "language model", '"reinforcement learning"', "graph", "quantum")
MINUTES = max(1, round(4 * SCALE))
NEWS = 400  # announcements that the readers have not been told of
MEMORY = 300  # MB
AFTER = 180.0  # seconds in which the forgotten topics have their digests as well


@dataclass
class Letters:
    """When the first message of each chat arrived, and how many chats had more than one call."""

    due: dict[int, datetime] = field(default_factory=dict)  # by each reader
    forgotten: set[int] = field(default_factory=set)
    arrived: dict[int, float] = field(default_factory=dict)

    def hears(self, call: Call) -> None:
        """Keeps the moment of a chat's first message."""
        if call.is_message:
            self.arrived.setdefault(call.chat, time.time())

    def late(self) -> list[float]:
        """Seconds from each reader's instant to the message; those who wait are left out."""
        return [
            self.arrived[chat] - due.timestamp()
            for chat, due in self.due.items()
            if chat in self.arrived
        ]


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(900)
async def test_what_was_never_told_makes_nobody_late(corpus: Path, tmp_path: Path) -> None:
    """Each reader's digest arrives within its minute, and the forgotten topics have theirs too."""
    database = tmp_path / "papergram.db"
    await asyncio.to_thread(shutil.copyfile, corpus, database)
    letters = Letters()
    async with served(Server(BOT, letters.hears)) as server:
        settings = environment(TOKEN, server.url, database)
        # The first of the forgotten are due before the bot has started, the readers after.
        minute = (datetime.now(UTC) + timedelta(seconds=75)).replace(second=0, microsecond=0)
        await asyncio.to_thread(_follow, database, minute, letters)
        async with running(settings, tmp_path / "log.txt") as program:
            await program.says("polling")
            watch = Watch(program.pid)
            await until(
                lambda: letters.arrived.keys() >= letters.due.keys(),
                lambda: f"{len(letters.late())} of {len(letters.due)} readers have a digest",
                patience=60.0 * (MINUTES + 3),
            )
            await until(
                lambda: letters.forgotten <= letters.arrived.keys(),
                lambda: f"none for {letters.forgotten - letters.arrived.keys()}",
                patience=AFTER,
            )
            watch.stop()
            said = program.said()

    late = letters.late()
    print(
        f"{len(letters.forgotten)} forgotten topics and {len(late)} readers in {MINUTES} minutes:"
        f" a digest after {sorted(late)[len(late) // 2]:.1f} s in the middle,"
        f" {max(late):.1f} s at most; memory at most {watch.memory:.0f} MB,"
        f" {watch.spent:.0f} s of processor, others {watch.others:.2f} a second"
    )
    assert [line for line in said.splitlines() if " ERROR " in line] == []
    assert watch.memory < MEMORY
    assert max(late) < 60.0


def _follow(database: Path, minute: datetime, letters: Letters) -> None:
    """Forgotten topics that are due at once and in each minute; readers who are due in each."""
    store = opened(database)
    head = store.papers.last_seq()
    try:
        with store.transaction():
            for number in range(MINUTES):
                due = minute + timedelta(minutes=number)
                early = due - timedelta(hours=1) if not number else due
                for words in FORGOTTEN:
                    chat = 2 + len(letters.forgotten)
                    letters.forgotten.add(chat)
                    store.subscriptions.add(_topic(chat, words, 0, early))
                    store.subscribers.ensure(Subscriber(BOT, chat, ChatKind.PRIVATE))
                for _ in range(READERS):
                    chat = 1_000 + len(letters.due)
                    letters.due[chat] = due
                    words = TOPICS[chat % len(TOPICS)]
                    store.subscriptions.add(_topic(chat, words, head - NEWS, due))
                    store.subscribers.ensure(Subscriber(BOT, chat, ChatKind.PRIVATE))
    finally:
        store.close()


def _topic(chat: int, words: str, cursor: int, due: datetime) -> Subscription:
    return Subscription(BOT, chat, words, words, Cadence(times=(due.time(),)), "UTC", cursor, due)
