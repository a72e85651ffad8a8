"""Measure how fast messages go through the outbox, and how long a commit of it waits.

    python -m tests.bench.outbox [messages]

Puts messages to as many chats in transactions of ten, takes them out with claims of thirty
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

from bot.topics.query.analyzer import index_text
from storage import Store, open_store
from storage.records.chats import MessageForm
from storage.records.messages import OutboxMessage, Sent
from storage.records.papers import Announcement, AnnouncementKind, Paper

BOT = 1
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
CLAIM_LIMIT, TRANSACTION_SIZE, BATCH_SIZE = 30, 10, 50
SEND_SECONDS = 0.005  # a sender of at most 200 a second: one flat out would starve the load
LOAD_PAUSE_SECONDS = 0.02  # what a considerate load leaves to others between two slices


def outbox_message(chat: int, period: str) -> OutboxMessage:
    """Pack one message for a chat."""
    return OutboxMessage(BOT, chat, period, 1, MessageForm.THREE_COLUMNS, "en", ("en", "zh"), "UTC")


def queue_messages(store: Store, count: int, period: str) -> float:
    """Queue messages; return how many a second."""
    started_at = perf_counter()
    for first in range(0, count, TRANSACTION_SIZE):
        with store.transaction():
            for chat in range(first, min(first + TRANSACTION_SIZE, count)):
                store.outbox.put_once(outbox_message(chat, period))
    return count / (perf_counter() - started_at)


def send_messages(store: Store, send_seconds: float = 0.0) -> tuple[float, list[float]]:
    """Take every message through claim, begin and settle; return the rate and commit times."""
    commits: list[float] = []
    started_at = perf_counter()
    while claimed := store.outbox.claim(BOT, "bench", NOW, 60, CLAIM_LIMIT):
        for message in claimed:
            start = perf_counter()
            store.outbox.mark_sending(message, NOW, min_lease_seconds=30)
            sent_at = perf_counter()
            sleep(
                send_seconds
            )  # the send; also frees the lock, so that settling waits like any other
            settling_at = perf_counter()
            store.send_outcomes.record(message, Sent(1), NOW)
            commits += [(sent_at - start) * 1000, (perf_counter() - settling_at) * 1000]
    return len(commits) / 2 / (perf_counter() - started_at), commits


def load_papers(url: str) -> None:
    """Add papers in slices until killed: the other process of the last figure."""
    store = open_store(url, analyze=index_text)
    abstract = "We study how a model of many words learns from few examples. " * 20
    number = 0
    while True:
        batch = [
            Announcement(
                Paper(f"arxiv:bench.{number + n}", 1, f"Paper {number + n}", abstract),
                "bench",
                AnnouncementKind.NEW,
                date(2026, 11, 20),
            )
            for n in range(BATCH_SIZE)
        ]
        store.papers.add_announcements(batch, seen_at=NOW)
        number += BATCH_SIZE
        sleep(LOAD_PAUSE_SECONDS)


def _describe_times(times: list[float]) -> str:
    cuts = quantiles(times, n=100)
    return (
        f"p50 {median(times):.2f} ms, p95 {cuts[94]:.2f} ms, p99 {cuts[98]:.2f} ms, "
        f"worst {max(times):.1f} ms (n={len(times)})"
    )


def main() -> None:
    """Print the figures with n."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{directory}/bench.db"
        store = open_store(url, analyze=index_text)
        print(
            f"put: {queue_messages(store, count, 'alone'):.0f}/s in transactions of"
            f" {TRANSACTION_SIZE}"
        )
        rate, commit_times = send_messages(store)
        print(
            f"claim {CLAIM_LIMIT}, begin and settle each: {rate:.0f}/s; commits"
            f" {_describe_times(commit_times)}"
        )
        queue_messages(store, count, "beside")
        with subprocess.Popen(
            [sys.executable, "-m", "tests.bench.outbox", "--load", url]
        ) as loading_process:
            while store.papers.count() < 10 * BATCH_SIZE:
                sleep(0.1)
            before = store.papers.count()
            started_at = perf_counter()
            rate, loaded_commit_times = send_messages(store, SEND_SECONDS)
            papers_per_second = (store.papers.count() - before) / (perf_counter() - started_at)
            assert loading_process.poll() is None, "the load ended early"
            loading_process.kill()
        print(
            f"beside a load of {papers_per_second:.0f} papers/s: {rate:.0f}/s; commits"
            f" {_describe_times(loaded_commit_times)}"
        )
        store.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--load"]:
        load_papers(sys.argv[2])
    else:
        main()
