"""How long does each command take with many papers stored?

    python -m tests.bench.answers [papers]

Loads the corpus as tests.bench.search does, lets a chat follow five topics, and calls each
handler as the bot does: what it reads outside, the rest in a transaction of the store.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from bot.arxiv.taxonomy import categories
from bot.chat.handler_table import BUTTONS, COMMANDS
from bot.chat.prepared_reads import Readings
from bot.chat.request_and_reply import Ask, House
from bot.render.telegram.keyboard import Action, paper_place
from bot.topics import edit_subscriptions
from bot.topics.query.parser import indexed
from storage import Store, open_store
from storage.records import Cadence, ChatKind, Person, Subscriber
from tests.bench.search import announcements, load
from tests.support.handlers import with_readings

BOT, CHAT = 1, 2
RUNS = 7
TOPICS = (
    "diffusion cat:cs.CV",
    '"language model" agent*',
    "robot* manipulation",
    "quantum error correction",
    "graph neural network -survey",
)
COMMANDS_ASKED = {
    "sub": "diffusion segmentation",
    "digest": "2",
    "today": "",
    "search": "diffusion model",
    "paper": "",
    "timezone": "shanghai",
    "time": "08:30",
    "pause": "",
    "lang": "en",
}
LEFT_OUT = {"unsub", "import", "export", "forget", "ban", "unban", "limit", "unsub_all"}


def opened(folder: Path, place: str, limit: int) -> tuple[Store, Ask]:
    """A store with the corpus and a chat that follows topics, and what it asks with."""
    store = open_store(f"sqlite:///{place}/bench.db", words=indexed)
    load(store, announcements(folder, limit))
    now = datetime.combine(store.papers.days()[-1][0], time(18), UTC)
    house = House(BOT, "papergram_bot", frozenset(categories()))
    chat = Subscriber(BOT, CHAT, ChatKind.PRIVATE, cadence=Cadence())
    person = Person(BOT, CHAT, "Ada", "en")
    with store.transaction():
        store.subscribers.meet(person)
        chat = store.subscribers.ensure(chat)
        for words in TOPICS:
            edit_subscriptions.subscribe(store, chat, words, now, polled=house.feeds, limit=50)
        for paper in store.papers.on_days(now.date(), now.date())[:30]:
            store.library.save(BOT, CHAT, paper.paper.key, now=now)
    return store, Ask(house, chat, person, now)


def _answered(
    store: Store, ask: Ask, answer: Callable[[Store, Ask], object], readings: Readings
) -> None:
    with store.transaction():
        answer(store, replace(ask, readings=readings))


def milliseconds(store: Store, ask: Ask, answer: Callable[[Store, Ask], object]) -> float:
    """The median time of an answer, each run a moment later than the one before."""
    took = []
    for run in range(RUNS):
        asked = replace(ask, now=ask.now.replace(microsecond=run + 1))
        began = perf_counter()
        with_readings(store, partial(_answered, store, asked, answer))
        took.append((perf_counter() - began) * 1000)
    return median(took)


def main() -> None:
    """Print each command's and some buttons' time, the slowest first."""
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else sys.maxsize
    with tempfile.TemporaryDirectory() as place:
        store, ask = opened(Path(os.environ["PAPERGRAM_TEST_DATA"]), place, limit)
        newest = store.papers.by_key(store.papers.count())
        assert newest is not None
        words = COMMANDS_ASKED | {"paper": newest.id}
        took = {
            f"/{name}": milliseconds(
                store, replace(ask, words=words.get(name, "")), entrance.answer
            )
            for name, entrance in COMMANDS.items()
            if name not in LEFT_OUT
        }
        alone = Action("", 0, paper_place(newest))
        key = store.drafts.put(BOT, CHAT, "diffusion model", now=ask.now)
        pressed = {verb: replace(alone, verb=verb) for verb in ("save", "bibtex", "more")}
        pressed |= {"search": Action("search", key, 1), "entry": replace(alone, verb="entry")}
        for verb, action in pressed.items():
            took[f"[{verb}]"] = milliseconds(
                store, replace(ask, action=action), BUTTONS[verb].answer
            )
        print(f"answers: {store.papers.count()} papers, medians of {RUNS} runs, milliseconds")
        for name, each in sorted(took.items(), key=lambda one: -one[1]):
            print(f"  {each:8.1f}  {name}")
        print(f"  {median(took.values()):8.1f}  median of all")
        store.close()


if __name__ == "__main__":
    main()
