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
from functools import partial
from pathlib import Path
from random import Random
from time import monotonic

import pytest

from bot.chat import buttons
from bot.query import QueryError, parse
from storage import Cadence, ChatKind, Store, Subscriber, Subscription
from storage.model import Digest, Entry, Kind
from tests.hostile.figures import QUIET, Watch
from tests.hostile.ground import BOT, LAST, SCALE, TOKEN, no_news, opened
from tests.hostile.people import Telegram, Witnesses, forge, say, send_file
from tests.hostile.texts import query
from tests.killing.program import environment, running, until
from tests.soak.server import Call, served

EVERY = 0.25  # seconds between two who ask for help
REST = 3.0  # seconds at least that each attack is watched
PATIENCE = 60.0  # seconds after which an attack that still goes on is given up
LONGEST = 1.5  # seconds to anybody's answer
MEMORY = 200  # MB
SAVED = int(4_000 * SCALE)
DIGESTS = int(2_000 * SCALE)
TOPICS = 50
WEEK = 7_000  # announcements
PLAIN = (
    *("diffusion", "robot* manipulation", "language model", "graph network", "quantum error"),
    *("segmentation", "protein folding", "speech recognition", "federated learning", "retrieval"),
)


@dataclass
class Stranger:
    """Somebody with a private chat, what they do in it, and what they were shown."""

    id: int
    name: str
    acts: Sequence[Callable[[Telegram, Stranger], None]]
    answers: Counter[str] = field(default_factory=Counter)  # by method
    seen: dict[str, str] = field(default_factory=dict)  # the last button of each verb
    longest: float = 0.0  # that somebody else waited meanwhile
    took: float = 0.0  # until they had all their answers
    spent: float = 0.0  # seconds of processor

    def hears(self, call: Call) -> None:
        """Keeps an answer and its buttons."""
        self.answers[call.method] += 1
        keyboard = json.loads(call.values.get("reply_markup", "{}")).get("inline_keyboard", [])
        for button in (button for row in keyboard for button in row):
            if action := buttons.action(button.get("callback_data")):
                self.seen[action.verb] = button["callback_data"]


def says(text: str) -> Callable[[Telegram, Stranger], None]:
    """Writes."""
    return lambda server, stranger: say(server, stranger.id, text)


def presses(data: str) -> Callable[[Telegram, Stranger], None]:
    """Forges callback data."""
    return lambda server, stranger: forge(server, stranger.id, data)


def presses_seen(verb: str) -> Callable[[Telegram, Stranger], None]:
    """Presses the last button of a kind, or one of nothing."""
    return lambda server, stranger: forge(
        server, stranger.id, stranger.seen.get(verb, f"1{verb}:1:0")
    )


def sends(content: bytes) -> Callable[[Telegram, Stranger], None]:
    """Sends a document."""
    return lambda server, stranger: send_file(server, stranger.id, content)


def strangers(digest: int) -> list[Stranger]:
    """All who attack; each has waited until the limits allow all they do."""
    dice = Random(31)
    hostile = json.dumps(
        {
            "format": "papergram topics",
            "topics": [{"query": f"{'cat:' * 480}{number}"} for number in range(500)],
        }
    ).encode()
    acts: Mapping[str, Sequence[Callable[[Telegram, Stranger], None]]] = {
        "/digest of 50 topics after a week": [says("/digest")],
        "/digest of 10 topics told nothing ever": [says("/digest")],
        "/today of 50 dear topics": [says("/today")],
        "/list of 50 dear topics": [says("/list")] * 5,
        "[Export] of saved papers": [presses("1files:0:0")] * 10,
        "/forget of many digests": [says("/forget")] * 5,
        "position far behind a digest": [presses(f"1entry:{digest}:{10**17}")] * 20,
        "rest of a digest": [presses(f"1rest:{digest}:{LAST - 20}")] * 10,
        "[More like this]": [presses(f"1more:{digest}:{dice.randrange(1, 99)}")] * 20,
        "[Best first] and pages": [
            says(f"/search {query(Random(3))}"),
            says('/search au:"a" OR au:"e" OR au:"m" OR au:"s"'),
            *[presses_seen("search")] * 10,
        ],
        "[Stop all] and [Undo]": [presses(f"1unsub_all:{TOPICS}:0"), presses_seen("undo")] * 5,
        "file of 500 hostile topics": [says("/import"), sends(hostile)],
        "refused commands": [says("/help")] * 2_000,
    }
    return [Stranger(100 + number, *one) for number, one in enumerate(acts.items())]


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(1500)
async def test_nothing_that_was_prepared_keeps_others_waiting(corpus: Path, tmp_path: Path) -> None:
    """One after the other attacks; the longest wait of the others is told for each."""
    database = tmp_path / "papergram.db"
    await asyncio.to_thread(shutil.copyfile, corpus, database)
    everybody = await asyncio.to_thread(_prepared, database)
    witnesses = Witnesses(first=50_000, people=40)
    chats = {one.id: one for one in everybody}

    def hears(call: Call) -> None:
        if call.method == "answerCallbackQuery":
            chats[int(call.values["callback_query_id"].partition("-")[0])].hears(call)
        elif witnesses.is_one(call.chat):
            witnesses.hears(call)
        elif call.chat in chats:
            chats[call.chat].hears(call)

    server = Telegram(BOT, hears, no_news)
    async with served(server):
        settings = environment(TOKEN, server.url, database, arxiv_rss=server.url)
        async with running(settings, tmp_path / "log.txt") as program:
            await until(lambda: "polling" in program.said(), program.said, patience=60.0)
            watch = Watch(program.pid)
            for one in everybody:
                await _attacks(server, one, witnesses, program.pid)
                print(
                    f"  {one.name:40} others waited {one.longest:6.2f} s at most; answered after"
                    f" {one.took:6.2f} s, {one.spent:6.2f} s of processor,"
                    f" {watch.peak():4.0f} MB; {dict(one.answers)}",
                    flush=True,
                )
            watch.stop()
            said = program.said()

    assert [line for line in said.splitlines() if " ERROR " in line] == []
    assert watch.memory < MEMORY
    if watch.others > QUIET:
        pytest.skip(f"others used {watch.others:.2f} of a processor: no times are judged")
    assert {one.name: one.longest for one in everybody if one.longest > LONGEST} == {}


async def _attacks(server: Telegram, one: Stranger, witnesses: Witnesses, pid: int) -> None:
    """Lets one stranger do all they do, each after the answer to the one before."""
    began, watch = monotonic(), Watch(pid)
    witnesses.took.clear()
    acting = asyncio.create_task(_acts(server, one))
    while not acting.done() or monotonic() < began + REST:
        if not witnesses.unanswered or monotonic() < began + PATIENCE:
            witnesses.speaks(server)
        await asyncio.sleep(EVERY)
    one.took = acting.result()
    one.longest = max(witnesses.times())
    # What nobody waited for is not counted for the next.
    await until(lambda: not witnesses.unanswered, "", patience=600.0)
    watch.stop()
    one.longest, one.spent = max(one.longest, *witnesses.took), watch.spent


async def _acts(server: Telegram, one: Stranger) -> float:
    """Does everything, and returns how long it was until the last answer."""
    began = monotonic()
    several = len(one.acts) > 100  # at once: their answers are not waited for
    for act in one.acts:
        before = one.answers.total()
        act(server, one)
        if several:
            continue
        with_answer = partial(_has_more, one, before)
        try:
            await until(with_answer, "", patience=PATIENCE)
        except AssertionError:
            return monotonic() - began
        await asyncio.sleep(0.3)  # a press is answered by a message as well
    await until(lambda: one.answers.total() > 0, "", patience=PATIENCE)
    return monotonic() - began


def _has_more(one: Stranger, before: int) -> bool:
    return one.answers.total() > before


def _prepared(database: Path) -> list[Stranger]:
    """Gives each what days of ordinary use give."""
    store, now = opened(database), datetime.now(UTC)
    try:
        head = store.papers.last_seq()
        dear = _dear(TOPICS)
        plain = [f"{one} {other}" for one in PLAIN for other in ("", "deep", "data", "time", "new")]
        everybody = strangers(digest=1)
        names = {one.name: one.id for one in everybody}
        with store.transaction():
            for one in everybody:
                store.subscribers.ensure(Subscriber(BOT, one.id, ChatKind.PRIVATE))
            _follow(store, names["/digest of 50 topics after a week"], plain, head - WEEK)
            _follow(store, names["/digest of 10 topics told nothing ever"], plain[:10], 0)
            _follow(store, names["/today of 50 dear topics"], dear, head)
            _follow(store, names["/list of 50 dear topics"], dear, head)
            _follow(store, names["[Stop all] and [Undo]"], dear, head)
            for key in range(1, SAVED + 1):
                store.library.save(BOT, names["[Export] of saved papers"], key, now=now)
        newest = store.papers.days()[-1][0]
        papers = [one.paper for one in store.papers.on_days(newest, newest)]
        entries = tuple(Entry(paper, Kind.NEW) for paper in papers)
        large = Digest("wide", "the", now, entries[:12], entries[12:], bot=BOT, subscription=1)
        with store.transaction():
            numbers = {
                name: store.digests.issue(_of(large, names[name], "large"))
                for name in (
                    "position far behind a digest",
                    "rest of a digest",
                    "[More like this]",
                )
            }
            small = Digest("w" * 1_900, "w" * 1_900, now, entries[:12], entries[12:60], bot=BOT)
            for number in range(DIGESTS):
                at = now - timedelta(seconds=number)
                store.digests.issue(_of(small, names["/forget of many digests"], f"words/{at}"))
        for one in everybody:
            if one.name in numbers:
                [acts] = [
                    other.acts for other in strangers(numbers[one.name]) if other.id == one.id
                ]
                one.acts = acts
        return everybody
    finally:
        store.close()


def _of(digest: Digest, chat: int, period: str) -> Digest:
    return replace(digest, chat=chat, period=period)


def _follow(store: Store, chat: int, queries: Sequence[str], cursor: int) -> None:
    due = datetime.now(UTC) + timedelta(days=1)
    for words in queries:
        text = parse(words).text
        topic = Subscription(BOT, chat, text, text[:60], Cadence(), "UTC", cursor, due)
        store.subscriptions.add(topic)


def _dear(count: int) -> list[str]:
    """So many different queries that cost much and can be read."""
    dice, found = Random(33), dict[str, None]()
    while len(found) < count:
        words = query(dice)
        try:
            found[parse(words).text] = None
        except QueryError:
            continue
    return [*found]
