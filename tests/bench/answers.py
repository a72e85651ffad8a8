"""Measure how long each command takes with many papers stored.

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
from bot.chat.read_cache import ReadCache
from bot.chat.request_and_reply import BotInfo, Request
from bot.render.telegram.keyboard import Action, encode_paper_version
from bot.topics import edit_subscriptions
from bot.topics.query.analyzer import index_text
from storage import Store, open_store
from storage.records.chats import Cadence, Chat, ChatKind, Person
from tests.bench.search import load_papers, read_corpus
from tests.support.handlers import run_with_readings

BOT, CHAT = 1, 2
RUNS = 7
TOPICS = (
    "diffusion cat:cs.CV",
    '"language model" agent*',
    "robot* manipulation",
    "quantum error correction",
    "graph neural network -survey",
)
COMMAND_ARGUMENTS = {
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
SKIPPED_COMMANDS = {"unsub", "import", "export", "forget", "ban", "unban", "limit", "unsub_all"}


def open_corpus_store(folder: Path, directory: str, limit: int) -> tuple[Store, Request]:
    """A store with the corpus and a chat that follows topics, and what it asks with."""
    store = open_store(f"sqlite:///{directory}/bench.db", analyze=index_text)
    load_papers(store, read_corpus(folder, limit))
    now = datetime.combine(store.announcements.counts_by_day()[-1][0], time(18), UTC)
    bot_info = BotInfo(BOT, "papergram_bot", frozenset(categories()))
    chat = Chat(BOT, CHAT, ChatKind.PRIVATE, cadence=Cadence())
    person = Person(BOT, CHAT, "Ada", "en")
    with store.transaction():
        store.chats.upsert_person(person)
        chat = store.chats.get_or_add(chat)
        for topic_text in TOPICS:
            edit_subscriptions.subscribe(
                store, chat, topic_text, now, polled_categories=bot_info.polled_categories, limit=50
            )
        for paper in store.announcements.on_days(now.date(), now.date())[:30]:
            store.saved_papers.save(BOT, CHAT, paper.paper.key, now=now)
    return store, Request(bot_info, chat, person, now)


def _run_handler(
    store: Store, request: Request, handler: Callable[[Store, Request], object], readings: ReadCache
) -> None:
    with store.transaction():
        handler(store, replace(request, read_cache=readings))


def median_milliseconds(
    store: Store, request: Request, handler: Callable[[Store, Request], object]
) -> float:
    """The median time of an answer, each run a moment later than the one before."""
    durations = []
    for run in range(RUNS):
        repeated_request = replace(request, now=request.now.replace(microsecond=run + 1))
        started_at = perf_counter()
        run_with_readings(store, partial(_run_handler, store, repeated_request, handler))
        durations.append((perf_counter() - started_at) * 1000)
    return median(durations)


def main() -> None:
    """Print each command's and some buttons' time, the slowest first."""
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else sys.maxsize
    with tempfile.TemporaryDirectory() as directory:
        store, request = open_corpus_store(
            Path(os.environ["PAPERGRAM_TEST_DATA"]), directory, limit
        )
        newest = store.papers.get_by_key(store.papers.count())
        assert newest is not None
        arguments = COMMAND_ARGUMENTS | {"paper": newest.id}
        medians = {
            f"/{name}": median_milliseconds(
                store, replace(request, words=arguments.get(name, "")), route.handle
            )
            for name, route in COMMANDS.items()
            if name not in SKIPPED_COMMANDS
        }
        base_action = Action("", 0, encode_paper_version(newest))
        key = store.button_payloads.put(BOT, CHAT, "diffusion model", now=request.now)
        actions = {verb: replace(base_action, verb=verb) for verb in ("save", "bibtex", "more")}
        actions |= {"search": Action("search", key, 1), "entry": replace(base_action, verb="entry")}
        for verb, action in actions.items():
            medians[f"[{verb}]"] = median_milliseconds(
                store, replace(request, action=action), BUTTONS[verb].handle
            )
        print(f"answers: {store.papers.count()} papers, medians of {RUNS} runs, milliseconds")
        for name, milliseconds_each in sorted(medians.items(), key=lambda item: -item[1]):
            print(f"  {milliseconds_each:8.1f}  {name}")
        print(f"  {median(medians.values()):8.1f}  median of all")
        store.close()


if __name__ == "__main__":
    main()
