"""Topics that were told nothing since the beginning of time hold up nobody else's digest."""

from __future__ import annotations

import asyncio
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.records.chats import Cadence, Chat, ChatKind, Subscription
from tests.support.database import open_bot_store
from tests.support.scale import scaled
from tests.support.waiting import wait_until
from tests.system.hostile.figures import MAX_LOAD_OF_OTHERS, ProcessMonitor
from tests.system.hostile.ground import BOT, TOKEN, empty_feed
from tests.system.killing.program import bot_environment, running_process
from tests.system.soak.server import ApiCall, FakeBotApi, serving_bot_api

FORGOTTEN = ("the", "the OR we", "learning model", 'au:"a"', "diffusion", "ab* -the", "cat:cs.CV")
READERS = 30  # whose digests come due in each minute
TOPICS = ("diffusion", "robot*", "language model", '"reinforcement learning"', "graph", "quantum")
MINUTES = scaled(4)
NEWS = 400  # announcements that the readers have not been told of
MEMORY = 300  # MB


@dataclass
class Letters:
    """When the first message of each chat arrived, and how many chats had more than one call."""

    due: dict[int, datetime] = field(default_factory=dict)  # by each reader
    forgotten: set[int] = field(default_factory=set)
    arrived: dict[int, float] = field(default_factory=dict)

    def hears(self, call: ApiCall) -> None:
        """Keeps the moment of a chat's first message."""
        if call.is_message:
            self.arrived.setdefault(call.chat, time.time())

    @property
    def missing(self) -> set[int]:
        """Who has had nothing so far."""
        return (self.forgotten | self.due.keys()) - self.arrived.keys()

    def late(self) -> list[float]:
        """Seconds from each reader's instant to the message; those who wait are left out."""
        return [
            self.arrived[chat] - due.timestamp()
            for chat, due in self.due.items()
            if chat in self.arrived
        ]


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.scaled
@pytest.mark.timeout(900)
async def test_what_was_never_told_makes_nobody_late(corpus: Path, tmp_path: Path) -> None:
    """Each reader's digest arrives within its minute, and the forgotten topics have theirs too."""
    database = tmp_path / "papergram.db"
    await asyncio.to_thread(shutil.copyfile, corpus, database)
    letters = Letters()
    async with serving_bot_api(FakeBotApi(BOT, letters.hears, empty_feed)) as server:
        settings = bot_environment(TOKEN, server.url, database, arxiv_rss=server.url)
        # The first of the forgotten are due before the bot has started, the readers after.
        minute = (datetime.now(UTC) + timedelta(seconds=120)).replace(second=0, microsecond=0)
        await asyncio.to_thread(_follow, database, minute, letters)
        async with running_process(settings, tmp_path / "log.txt") as program:
            await wait_until(
                lambda: "polling" in program.output(), program.output, timeout_seconds=60.0
            )
            watch = ProcessMonitor(program.pid)
            with suppress(AssertionError):  # then the figures say so
                await wait_until(
                    lambda: not letters.missing, "", timeout_seconds=60.0 * (MINUTES + 5)
                )
            watch.stop()
            output = program.output()

    late = sorted(letters.late())
    late_lines = (
        f"{len(letters.forgotten)} forgotten topics and {len(letters.due)} readers in {MINUTES}"
        f" minutes: {len(letters.missing)} had nothing; a reader's digest after"
        f" {late[len(late) // 2] if late else -1:.1f} s in the middle, {max(late, default=-1):.1f}"
        f" s at most; memory at most {watch.peak_memory:.0f} MB, {watch.cpu_seconds:.0f} s of"
        " processor in"
        f" {watch.seconds:.0f} s, others {watch.load_of_others:.2f} a second"
    )
    print(late_lines)
    assert [line for line in output.splitlines() if " ERROR " in line] == []
    assert not letters.missing, late_lines
    assert watch.peak_memory < MEMORY
    if watch.load_of_others > MAX_LOAD_OF_OTHERS:
        pytest.skip(f"others used {watch.load_of_others:.2f} of a processor: no times are judged")
    assert max(late) < 60.0


def _follow(database: Path, minute: datetime, letters: Letters) -> None:
    """Forgotten topics that are due at once and in each minute; readers who are due in each."""
    store = open_bot_store(database)
    head = store.announcements.last_seq()
    try:
        with store.transaction():
            for number in range(MINUTES):
                due = minute + timedelta(minutes=number)
                early = due - timedelta(hours=1) if not number else due
                for words in FORGOTTEN:
                    chat = 2 + len(letters.forgotten)
                    letters.forgotten.add(chat)
                    store.chats.get_or_add(Chat(BOT, chat, ChatKind.PRIVATE))
                    store.subscriptions.add(_topic(chat, words, 0, early))
                for _ in range(READERS):
                    chat = 1_000 + len(letters.due)
                    letters.due[chat] = due
                    words = TOPICS[chat % len(TOPICS)]
                    store.chats.get_or_add(Chat(BOT, chat, ChatKind.PRIVATE))
                    store.subscriptions.add(_topic(chat, words, head - NEWS, due))
    finally:
        store.close()


def _topic(chat: int, words: str, cursor: int, due: datetime) -> Subscription:
    return Subscription(BOT, chat, words, words, Cadence(times=(due.time(),)), "UTC", cursor, due)
