"""How fast do parcels go through the outbox, and how long does a commit of it wait?

    python -m tests.bench.outbox [parcels]

Puts parcels to as many chats in transactions of ten, takes them out with claims of thirty
(begin and settle each in a commit of its own), then settles again at a sender's pace while
another process loads papers into the same file in slices of fifty.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from statistics import median, quantiles
from time import perf_counter, sleep

from bot.topics.query.parser import indexed
from storage import Store, open_store
from storage.records import Announcement, Form, Kind, Paper, Parcel, Sent

BOT = 1
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
CLAIM, TOGETHER, SLICE = 30, 10, 50
GAP = 0.005  # a sender of at most 200 a second: one flat out would starve the load
PAUSE = 0.02  # what a considerate load leaves to others between two slices


def parcel(chat: int, period: str) -> Parcel:
    """Pack one message for a chat."""
    return Parcel(BOT, chat, period, 1, Form.RICH, "en", ("en", "zh"), "UTC")


def put(store: Store, count: int, period: str) -> float:
    """Queue parcels; return how many a second."""
    began = perf_counter()
    for first in range(0, count, TOGETHER):
        with store.transaction():
            for chat in range(first, min(first + TOGETHER, count)):
                store.outbox.put_once(parcel(chat, period))
    return count / (perf_counter() - began)


def send(store: Store, gap: float = 0.0) -> tuple[float, list[float]]:
    """Take every parcel through claim, begin and settle; return the rate and commit times."""
    commits: list[float] = []
    began = perf_counter()
    while claimed := store.outbox.claim(BOT, "bench", NOW, 60, CLAIM):
        for one in claimed:
            start = perf_counter()
            store.outbox.begin(one, NOW, within=30)
            middle = perf_counter()
            sleep(gap)  # the send; also frees the lock, so that settling waits like any other
            again = perf_counter()
            store.outbox.settle(one, Sent(1), NOW)
            commits += [(middle - start) * 1000, (perf_counter() - again) * 1000]
    return len(commits) / 2 / (perf_counter() - began), commits


def load(url: str) -> None:
    """Add papers in slices until killed: the other process of the last figure."""
    store = open_store(url, words=indexed)
    abstract = "We study how a model of many words learns from few examples. " * 20
    number = 0
    while True:
        batch = [
            Announcement(
                Paper(f"arxiv:bench.{number + n}", 1, f"Paper {number + n}", abstract),
                "bench",
                Kind.NEW,
                date(2026, 11, 20),
            )
            for n in range(SLICE)
        ]
        store.papers.add(batch, seen=NOW)
        number += SLICE
        sleep(PAUSE)


def _told(times: list[float]) -> str:
    cuts = quantiles(times, n=100)
    return (
        f"p50 {median(times):.2f} ms, p95 {cuts[94]:.2f} ms, p99 {cuts[98]:.2f} ms, "
        f"worst {max(times):.1f} ms (n={len(times)})"
    )


def main() -> None:
    """Print the figures with n."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{place}/bench.db"
        store = open_store(url, words=indexed)
        print(f"put: {put(store, count, 'alone'):.0f}/s in transactions of {TOGETHER}")
        rate, alone = send(store)
        print(f"claim {CLAIM}, begin and settle each: {rate:.0f}/s; commits {_told(alone)}")
        put(store, count, "beside")
        with subprocess.Popen([sys.executable, "-m", "tests.bench.outbox", "--load", url]) as other:
            while store.papers.count() < 10 * SLICE:
                sleep(0.1)
            before = store.papers.count()
            began = perf_counter()
            rate, beside = send(store, GAP)
            loaded = (store.papers.count() - before) / (perf_counter() - began)
            assert other.poll() is None, "the load ended early"
            other.kill()
        print(f"beside a load of {loaded:.0f} papers/s: {rate:.0f}/s; commits {_told(beside)}")
        store.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--load"]:
        load(sys.argv[2])
    else:
        main()
