"""Many chats due in the same minute: how long until each has its digest in the outbox?

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

from bot.digests.publish import publish, settle
from bot.topics.query.parser import indexed
from storage import Store, open_store
from storage.records import Announcement, Cadence, ChatKind, Form, Subscriber, Subscription
from tests.bench.matching import batch, queries

BOT = 1
NOW = datetime(2026, 6, 1, 23, tzinfo=UTC)
CHATS, SHARED = 100_000, 5
SLICE = 2_000  # chats in a transaction
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


def announce(store: Store, announcements: Sequence[Announcement]) -> None:
    """Store the papers as a round of feeds brings them."""
    for first in range(0, len(announcements), 100):
        store.papers.add(announcements[first : first + 100], seen=NOW)
    settle(store, NOW)


def follow(store: Store, chats: int, asked: Sequence[str]) -> None:
    """Let each chat follow one of the queries, due by now."""
    chance = random.Random(7)
    for first in range(0, chats, SLICE):
        with store.transaction():
            for number in range(first, min(first + SLICE, chats)):
                zone, query = chance.choice(ZONES), asked[number % len(asked)]
                form = chance.choice(list(Form))
                store.subscribers.ensure(
                    Subscriber(BOT, number + 1, ChatKind.PRIVATE, zone=zone, form=form)
                )
                due = NOW - timedelta(seconds=number % 60)
                store.subscriptions.add(
                    Subscription(BOT, number + 1, query, query[:40], Cadence(), zone, 0, due)
                )


def prepared(place: str, chats: int) -> Store:
    """A store in which so many chats wait for 2,000 announced papers."""
    store = open_store(f"sqlite:///{place}/bench.db", words=indexed)
    announcements = batch(Path(os.environ["PAPERGRAM_TEST_DATA"]))
    asked = [query.text for query in queries(announcements, random.Random(7), chats // SHARED)]
    announce(store, announcements)
    follow(store, chats, asked)
    return store


def measured(chats: int) -> None:
    """Print what one tick for so many chats took, in this process."""
    with tempfile.TemporaryDirectory() as place:
        prepared(place, chats).close()
        subprocess.run([sys.executable, "-m", __spec__.name, "tick", place, str(chats)], check=True)


def tick(place: str, chats: int) -> None:
    """Print what the tick took in a process that did nothing else."""
    store = open_store(f"sqlite:///{place}/bench.db", words=indexed)
    began, spent = perf_counter(), process_time()
    published = publish(store, BOT, NOW)
    took, spent = perf_counter() - began, process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = store.path.stat().st_size / 2**20
    store.close()
    assert (published.chats, published.failed) == (chats, 0), published
    print(
        f"  {chats:7,} chats, {published.digests:7,} digests: {took:6.1f} s"
        f" ({spent:5.1f} s of processor), {took / chats * 1e6:4.0f} us a chat,"
        f" peak memory {peak:.0f} MiB, file {size:.0f} MiB",
        flush=True,
    )


def main() -> None:
    """Print the figures."""
    match sys.argv[1:]:
        case ["tick", place, chats]:
            tick(place, int(chats))
        case asked:
            most = int(asked[0]) if asked else CHATS
            print(f"publish: {SHARED} chats a query, all due at once")
            for part in (8, 4, 2, 1):
                measured(most // part)


if __name__ == "__main__":
    main()
