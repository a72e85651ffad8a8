"""A hundred commands a second, with feeds and digests beside them: nothing lost, late or leaked.

``papergram run`` is a process of its own; what it does is timed by the server that it talks to.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from math import ceil
from pathlib import Path
from random import Random
from statistics import median
from time import monotonic

import pytest

from bot.arxiv.combined_feeds import feed_groups
from tests.support.database import open_bot_store
from tests.support.scale import SCALE, scaled
from tests.support.waiting import wait_until
from tests.system.killing.program import BotProcess, bot_environment, running_process
from tests.system.soak.figures import MemorySamples, cpu_seconds_of, durations_table, percentiles
from tests.system.soak.ground import BOT, READERS_PER_MINUTE, TOKEN, fill_database
from tests.system.soak.papers import CATEGORIES, PaperGenerator
from tests.system.soak.people import Crowd
from tests.system.soak.server import FakeBotApi, serving_bot_api

SECONDS = scaled(600)
RATE = 40  # commands a second: more than the 30 that Telegram lets a bot answer for nothing
PEOPLE = 3_000
PACE = 400  # messages a second: each answer counts, and digests take their third
# A tick holds the papers of its readers' last day: a thousand, as arXiv brings, and not many more.
FEED, FRESH = 100, 10  # papers of each feed, and those that are new each time
AIM = (
    0.300  # seconds to the answer, of 95 in a hundred: in most minutes, for others use the machine
)
MOST = 1.0  # in all of them together
GROWTH = 2.0  # MiB a minute in the second half: half a kilobyte a command would be more


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.scaled
@pytest.mark.timeout(1200)
async def test_many_commands_beside_feeds_and_digests(tmp_path: Path) -> None:
    minutes = max(1, ceil(SECONDS / 60))
    press, dice = PaperGenerator(Random(1)), Random(2)
    crowd = Crowd(PEOPLE, 5_000, dice)
    await asyncio.to_thread(fill_database, tmp_path / "papergram.db", press, crowd.ids, minutes)

    async with _running(tmp_path, crowd, press) as (server, program):
        memory = MemorySamples(program.pid)
        await _converse(server, crowd, memory, tmp_path / "papergram.db")
        await wait_until(lambda: not crowd.waiting, lambda: _story(crowd), timeout_seconds=60.0)
        await wait_until(
            lambda: len(crowd.digest_counts) == minutes * READERS_PER_MINUTE,
            "no digest",
            timeout_seconds=60.0,
        )
        spent = cpu_seconds_of(program.pid)
    crowd.finish()

    _tell(crowd, memory, press, spent)
    assert crowd.wrongly_answered == [], "not answered once"
    assert press.feed_count >= 3 * max(1, minutes - 2), "the feeds were not asked again and again"
    assert set(crowd.digest_counts.values()) == {1}, "a digest came twice"
    assert [line for line in program.output().splitlines() if " ERROR " in line] == []
    if SCALE >= 1:  # in a minute or two neither times nor slopes tell anything
        assert percentiles([seconds for _, seconds in crowd.durations])[1] < MOST * 1000
        assert median(_by_minute(crowd)) < AIM * 1000
        assert memory.growth_per_minute < GROWTH


@asynccontextmanager
async def _running(
    folder: Path, crowd: Crowd, press: PaperGenerator
) -> AsyncIterator[tuple[FakeBotApi, BotProcess]]:
    """The program, the Telegram that it talks to, and an arXiv that has new papers each time."""

    def page(path: str) -> bytes | None:
        return press.feed_body(path, FEED, FRESH) if path.startswith("/rss/") else None

    async with serving_bot_api(FakeBotApi(BOT, crowd.record_call, page)) as server:
        settings = bot_environment(
            TOKEN,
            server.url,
            folder / "papergram.db",
            rate=str(PACE),
            feeds=" ".join(CATEGORIES),
            arxiv_rss=server.url,
        )
        async with running_process(settings, folder / "log.txt") as program:
            await program.wait_for_output("polling")
            yield server, program


async def _converse(
    server: FakeBotApi, crowd: Crowd, memory: MemorySamples, database: Path
) -> None:
    """Lets people speak at an even rate, whatever becomes of it, and the feeds fall due."""
    began = monotonic()
    for number in range(int(SECONDS * RATE)):
        await asyncio.sleep(max(0.0, began + number / RATE - monotonic()))
        crowd.start_interaction(server)
        if number % RATE == 0:
            memory.take_sample()
        if number % (60 * RATE) == 55 * RATE:  # shortly before the beat that looks
            await asyncio.to_thread(_forget_feeds, database)


def _forget_feeds(database: Path) -> None:
    """Lets the feeds be due as if they had never been asked."""
    store = open_bot_store(database)
    try:
        for name in feed_groups(CATEGORIES):
            store.feed_cursors.put(replace(store.feed_cursors.get(name), checked_at=None))
    finally:
        store.close()


def _by_minute(crowd: Crowd) -> list[float]:
    """The 95th of a hundred of what was answered in each minute, in milliseconds."""
    took = [seconds for _, seconds in crowd.durations]
    size = max(2, min(60 * RATE, len(took)))
    return [
        percentiles(took[position : position + size])[1]
        for position in range(0, len(took) - size + 1, size)
    ]


def _story(crowd: Crowd) -> str:
    waiting = Counter(turn.habit for turn in crowd.waiting)
    return f"never answered: {waiting.most_common()} of {crowd.interaction_count} commands"


def _tell(crowd: Crowd, memory: MemorySamples, press: PaperGenerator, spent: float) -> None:
    p50, p95, p99 = percentiles([seconds for _, seconds in crowd.durations])
    print(
        f"{crowd.interaction_count} commands in {SECONDS:.0f} s, answered in p50 {p50:.0f},"
        f" p95 {p95:.0f} (of a minute {median(_by_minute(crowd)):.0f}, aim {AIM * 1000:.0f}),"
        f" p99 {p99:.0f} ms; {len(crowd.digest_counts)} digests, {press.feed_count} feeds;"
        f" {spent:.0f} s of processor; memory {memory.sizes[0]:.0f} to {memory.sizes[-1]:.0f} MiB,"
        f" {memory.growth_per_minute:+.2f} MiB a minute in the second"
        f" half\n{durations_table(crowd.durations)}"
    )
