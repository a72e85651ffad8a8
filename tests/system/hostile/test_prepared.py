"""People who have prepared an attack for days: no single request of theirs holds up the others.

Each has what the bot lets anybody gather: fifty topics, thousands of saved papers, hundreds of
digests, a digest that left out thousands of papers, or a file of topics.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import monotonic
from typing import TypeAlias

import pytest

from bot.chat.api import callback_data
from bot.topics.query.parser import QueryError, parse
from storage import Store
from storage.records.chats import Cadence, Chat, ChatKind, Subscription
from storage.records.digests import Digest, Entry
from storage.records.papers import AnnouncementKind
from tests.support.database import open_bot_store
from tests.support.scale import scaled
from tests.support.waiting import wait_until
from tests.system.hostile.figures import MAX_LOAD_OF_OTHERS, ProcessMonitor
from tests.system.hostile.ground import BOT, PAPERS_ON_LAST_DAY, TOKEN, empty_feed
from tests.system.hostile.people import (
    Bystanders,
    FakeTelegram,
    push_callback,
    push_document,
    push_message,
)
from tests.system.hostile.texts import expensive_query
from tests.system.killing.program import bot_environment, running_process
from tests.system.soak.server import ApiCall, serving_bot_api

EVERY = 0.25  # seconds between two who ask for help
REST = 5.0  # seconds at least that an attack is watched
TIMEOUT = 60.0  # seconds after which an attack that still goes on is given up
LONGEST = 1.5  # seconds to anybody's answer
MEMORY = 200  # MB
SAVED = scaled(4_000)
DIGESTS = scaled(2_000)
TOPICS = 50
WEEK = 7_000  # announcements
EVE = 100  # the attacker
PLAIN = (
    *("diffusion", "robot* manipulation", "language model", "graph network", "quantum error"),
    *("segmentation", "protein folding", "speech recognition", "federated learning", "retrieval"),
)


@dataclass
class Stranger:
    """Somebody with a private chat, and what they were shown in it."""

    server: FakeTelegram
    answers: Counter[str] = field(default_factory=Counter)  # by method
    seen: dict[str, str] = field(default_factory=dict)  # the last button of each verb

    def hears(self, call: ApiCall) -> None:
        """Keeps an answer and its buttons."""
        self.answers[call.method] += 1
        keyboard = json.loads(call.values.get("reply_markup", "{}")).get("inline_keyboard", [])
        for button in (button for row in keyboard for button in row):
            if action := callback_data.decode_action(button.get("callback_data")):
                self.seen[action.verb] = button["callback_data"]

    def says(self, text: str) -> None:
        """Writes."""
        push_message(self.server, EVE, text)

    def presses(self, data: str) -> None:
        """Forges callback data."""
        push_callback(self.server, EVE, data)

    def presses_seen(self, verb: str) -> None:
        """Presses the last button of a kind, or one of nothing."""
        self.presses(self.seen.get(verb, f"1{verb}:1:0"))


Act: TypeAlias = Callable[[Stranger], None]


def _says(text: str, times: int = 1) -> Sequence[Act]:
    return [lambda eve: eve.says(text)] * times


def _presses(data: str, times: int) -> Sequence[Act]:
    return [lambda eve: eve.presses(data)] * times


def _follows(store: Store, queries: Sequence[str], back: int) -> None:
    """Follows topics that were not told of the last announcements."""
    cursor, due = (
        max(0, store.announcements.last_seq() - back),
        datetime.now(UTC) + timedelta(days=1),
    )
    for words in queries:
        text = parse(words).text
        topic = Subscription(BOT, EVE, text, text[:60], Cadence(), "UTC", cursor, due)
        store.subscriptions.add(topic)


def _saves(store: Store) -> None:
    for key in range(1, SAVED + 1):
        store.saved_papers.save(BOT, EVE, key, now=datetime.now(UTC))


def _digest(store: Store) -> Digest:
    """A topic's digest of a whole day, of which it shows twelve papers."""
    newest = store.announcements.counts_by_day()[-1][0]
    entries = [
        Entry(announcement.paper, AnnouncementKind.NEW)
        for announcement in store.announcements.on_days(newest, newest)
    ]
    first, left_out = tuple(entries[:12]), tuple(entries[12:])
    return Digest(
        "wide", "the", datetime.now(UTC), first, left_out, bot=BOT, chat=EVE, subscription=1
    )


def _asks_often(store: Store) -> None:
    """Has had many digests of long words, each of which left out what is kept of it."""
    large = _digest(store)
    small = replace(large, topic="w" * 1_900, query="w" * 1_900, left_out=large.left_out[:200])
    for number in range(DIGESTS):
        store.digests.issue(replace(small, subscription=0, period=f"words/{number}"))


def _dear() -> list[str]:
    """Different queries that cost much and can be read, as many as there may be topics."""
    dice, queries = Random(33), dict[str, None]()
    while len(queries) < TOPICS:
        try:
            queries[parse(expensive_query(dice)).text] = None
        except QueryError:
            continue
    return [*queries]


_PLAIN = [f"{word} {other}" for word in PLAIN for other in ("", "deep", "data", "time", "new")]
_FILE = json.dumps(
    {
        "format": "papergram topics",
        "topics": [{"query": f"{'cat:' * 480}{number}"} for number in range(500)],
    }
).encode()
_UNDONE: list[Act] = [
    lambda eve: eve.presses(f"1unsub_all:{TOPICS}:0"),
    lambda eve: eve.presses_seen("undo"),
]
_BEST: Sequence[Act] = [
    *_says('/search au:"a" OR au:"e" OR au:"m" OR au:"s"'),
    *[lambda eve: eve.presses_seen("search")] * 10,
]

# What is prepared, and what is then done, each after the answer to the one before.
ATTACKS: Mapping[str, tuple[Callable[[Store], object], Sequence[Act]]] = {
    "digest of 50 topics after a week": (lambda s: _follows(s, _PLAIN, WEEK), _says("/digest")),
    "digest of 5 topics never told": (lambda s: _follows(s, _PLAIN[:5], 10**9), _says("/digest")),
    "today of 50 dear topics": (lambda s: _follows(s, _dear(), 0), _says("/today")),
    "list of 50 dear topics": (lambda s: _follows(s, _dear(), 0), _says("/list", 5)),
    "export of saved papers": (_saves, _presses("1files:0:0", 10)),
    "forget with many digests": (_asks_often, _says("/forget", 5)),
    "position behind a digest": (
        lambda s: s.digests.issue(_digest(s)),
        _presses(f"1entry:1:{10**17}", 20),
    ),
    "last page of a digest": (
        lambda s: s.digests.issue(_digest(s)),
        _presses(f"1rest:1:{PAPERS_ON_LAST_DAY - 20}", 20),
    ),
    "more like this": (lambda s: s.digests.issue(_digest(s)), _presses("1more:1:7", 20)),
    "best first": (lambda _: None, _BEST),
    "stop all and undo": (lambda s: _follows(s, _dear(), 0), _UNDONE * 5),
    "file of 500 hostile topics": (
        lambda _: None,
        [*_says("/import"), lambda eve: push_document(eve.server, EVE, _FILE)],
    ),
}


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.scaled
@pytest.mark.timeout(900)
@pytest.mark.parametrize("attack", ATTACKS)
async def test_what_was_prepared_keeps_nobody_waiting(
    corpus: Path, tmp_path: Path, attack: str
) -> None:
    """Others ask for help meanwhile, four times a second."""
    prepare, acts = ATTACKS[attack]
    database = tmp_path / "papergram.db"
    await asyncio.to_thread(_prepared, corpus, database, prepare)
    witnesses = Bystanders(first=50_000, people=40)
    server = FakeTelegram(BOT, lambda call: _heard(eve, witnesses, call), empty_feed)
    eve = Stranger(server)
    async with serving_bot_api(server):
        settings = bot_environment(TOKEN, server.url, database, arxiv_rss=server.url)
        async with running_process(settings, tmp_path / "log.txt") as program:
            await wait_until(
                lambda: "polling" in program.output(), program.output, timeout_seconds=60.0
            )
            watch = ProcessMonitor(program.pid)
            acting = asyncio.create_task(_acts(eve, acts))
            while not acting.done() or monotonic() < watch.started_at + REST:
                witnesses.send_next(server)
                await asyncio.sleep(EVERY)
            watch.stop()
            waited = max(witnesses.all_durations())
            output = program.output()

    print(
        f"{attack:34} others waited {waited:6.2f} s at most; {acting.result():4.0%} answered in"
        f" {watch.seconds:.1f} s, {watch.cpu_seconds:6.2f} s of processor,"
        f" {watch.peak_memory:4.0f} MB,"
        f" others on the machine {watch.load_of_others:.2f} a second; {dict(eve.answers)}"
    )
    assert [line for line in output.splitlines() if " ERROR " in line] == []
    assert watch.peak_memory < MEMORY
    if watch.load_of_others > MAX_LOAD_OF_OTHERS:
        pytest.skip(f"others used {watch.load_of_others:.2f} of a processor: no times are judged")
    assert acting.result() == 1
    assert waited < LONGEST


def _heard(eve: Stranger, witnesses: Bystanders, call: ApiCall) -> None:
    if witnesses.has_person(call.chat):
        witnesses.record_answer(call)
    elif call.method == "answerCallbackQuery" or call.chat == EVE:
        eve.hears(call)


async def _acts(eve: Stranger, acts: Sequence[Act]) -> float:
    """Does everything, and returns the share that was answered in time."""
    for number, act in enumerate(acts):
        before = eve.answers.total()
        act(eve)

        def is_answered(before: int = before) -> bool:
            return eve.answers.total() > before

        try:
            await wait_until(is_answered, "", timeout_seconds=TIMEOUT)
        except AssertionError:
            return number / len(acts)
        await asyncio.sleep(0.2)  # a press is answered by a message as well
    return 1


def _prepared(corpus: Path, database: Path, prepare: Callable[[Store], object]) -> None:
    """The store with what days of ordinary use have put into it."""
    shutil.copyfile(corpus, database)
    store = open_bot_store(database)
    try:
        with store.transaction():
            store.chats.get_or_add(Chat(BOT, EVE, ChatKind.PRIVATE))
            prepare(store)
    finally:
        store.close()
