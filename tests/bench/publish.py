"""Measure how long it takes many chats due in one minute to have digests in the outbox.

    python -m tests.bench.publish [chats]

Every chat follows one topic; five chats on average share a query, and 2,000 papers of the corpus
are announced. Each figure comes from a process of its own with a new file on disk: the tick that
issues everything for 100,000 chats (or as many as asked for), and how it grows from an eighth.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

from bot.digests.publish import mark_feed_round_complete, publish_due_chats
from bot.topics.query.analyzer import index_text
from storage import Store, open_store
from storage.records.chats import Cadence, Chat, ChatKind, MessageForm, Subscription
from storage.records.papers import Announcement
from tests.bench.matching import corpus_sample, make_queries

BOT = 1
NOW = datetime(2026, 6, 1, 23, tzinfo=UTC)
CHATS, CHATS_PER_QUERY = 100_000, 5
BATCH_SIZE = 2_000  # chats in a transaction
ZONES = (
    "UTC",
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",
    "America/Los_Angeles",
    "Europe/London",
    "Asia/Tokyo",
    "Australia/Sydney",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Pacific/Auckland",
)


def store_announcements(store: Store, announcements: Sequence[Announcement]) -> None:
    """Store the papers as a round of feeds brings them."""
    for first in range(0, len(announcements), 100):
        store.papers.add_announcements(announcements[first : first + 100], seen_at=NOW)
    mark_feed_round_complete(store, NOW)


def subscribe_chats(store: Store, chats: int, query_texts: Sequence[str]) -> None:
    """Let each chat follow one of the queries, due by now."""
    rng = random.Random(7)
    for first in range(0, chats, BATCH_SIZE):
        with store.transaction():
            for number in range(first, min(first + BATCH_SIZE, chats)):
                zone, query = rng.choice(ZONES), query_texts[number % len(query_texts)]
                form = rng.choice(list(MessageForm))
                store.chats.get_or_add(
                    Chat(BOT, number + 1, ChatKind.PRIVATE, zone=zone, form=form)
                )
                due_at = NOW - timedelta(seconds=number % 60)
                store.subscriptions.add(
                    Subscription(BOT, number + 1, query, query[:40], Cadence(), zone, 0, due_at)
                )


def prepare_store(directory: str, chats: int) -> Store:
    """A store in which so many chats wait for 2,000 announced papers."""
    store = open_store(f"sqlite:///{directory}/bench.db", analyze=index_text)
    announcements = corpus_sample(Path(os.environ["PAPERGRAM_TEST_DATA"]))
    query_texts = [
        query.text
        for query in make_queries(announcements, random.Random(7), chats // CHATS_PER_QUERY)
    ]
    store_announcements(store, announcements)
    subscribe_chats(store, chats, query_texts)
    return store


def measure_tick(chats: int) -> None:
    """Print what one tick for so many chats took, in this process."""
    with tempfile.TemporaryDirectory() as directory:
        prepare_store(directory, chats).close()
        subprocess.run(
            [sys.executable, "-m", __spec__.name, "tick", directory, str(chats)], check=True
        )


def run_tick(directory: str, chats: int) -> None:
    """Print what the tick took in a process that did nothing else."""
    store = open_store(f"sqlite:///{directory}/bench.db", analyze=index_text)
    started_at, cpu_seconds = perf_counter(), process_time()
    published = publish_due_chats(store, BOT, NOW)
    elapsed, cpu_seconds = perf_counter() - started_at, process_time() - cpu_seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = store.path.stat().st_size / 2**20
    store.close()
    assert (published.chats, published.failed) == (chats, 0), published
    print(
        f"  {chats:7,} chats, {published.digests:7,} digests: {elapsed:6.1f} s"
        f" ({cpu_seconds:5.1f} s of processor), {elapsed / chats * 1e6:4.0f} us a chat,"
        f" peak memory {peak:.0f} MiB, file {size:.0f} MiB",
        flush=True,
    )


def main() -> None:
    """Print the figures."""
    match sys.argv[1:]:
        case ["tick", directory, chats]:
            run_tick(directory, int(chats))
        case arguments:
            max_chats = int(arguments[0]) if arguments else CHATS
            print(f"publish: {CHATS_PER_QUERY} chats a query, all due at once")
            for divisor in (8, 4, 2, 1):
                measure_tick(max_chats // divisor)


if __name__ == "__main__":
    main()
