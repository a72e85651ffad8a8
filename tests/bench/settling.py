"""Measure how long Telegram's answers wait to be recorded while the store is busy.

    python -m tests.bench.settling

A short write every 10 ms, first alone, then beside a tick that issues the digests of 12,500 chats
in the same process and in another one, and beside another process that loads papers.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep

from bot.digests.publish import publish_due_chats
from bot.topics.query.analyzer import index_text
from storage import Store, open_store
from storage.records.chats import MessageForm
from storage.records.messages import OutboxMessage, Sent
from tests.bench.publish import BOT, NOW, prepare_store
from tests.bench.search import load_papers, read_corpus

CHATS, SETTLEMENTS, PAPERS = 12_500, 400, 15_000
SETTLE_INTERVAL = 0.01
LONG_AGO = timedelta(hours=1)


def measure_settling(store: Store, goes_on: Callable[[], bool]) -> list[float]:
    """The milliseconds that each settlement took, one after the other."""
    durations: list[float] = []
    while len(durations) < SETTLEMENTS and goes_on():
        message = OutboxMessage(
            BOT, -1, f"settled {perf_counter()}", 1, MessageForm.CLASSIC, "en", ("en",), "UTC"
        )
        store.outbox.put_once(message, due_at=NOW - LONG_AGO)
        [claimed] = store.outbox.claim(BOT, "bench", NOW, 60)
        store.outbox.mark_sending(claimed, NOW)
        started_at = perf_counter()
        store.send_outcomes.record(claimed, Sent(1), now=NOW)
        durations.append((perf_counter() - started_at) * 1000)
        sleep(SETTLE_INTERVAL)
    return durations


def print_times(label: str, durations: list[float]) -> None:
    """Print how long the settlements took."""
    cuts = quantiles(durations, n=100)
    print(
        f"  {label:45} median {median(durations):6.1f} ms, p99 {cuts[98]:6.1f},"
        f" worst {max(durations):6.1f} (n={len(durations)})",
        flush=True,
    )


def measure_beside_thread(store: Store) -> list[float]:
    """Settlements beside a tick of this process."""
    stop = threading.Event()
    tick_thread = threading.Thread(
        target=lambda: publish_due_chats(store, BOT, NOW, should_continue=lambda: not stop.is_set())
    )
    tick_thread.start()
    durations = measure_settling(store, tick_thread.is_alive)
    stop.set()
    tick_thread.join()
    return durations


def measure_beside_process(store: Store, work_name: str) -> list[float]:
    """Settlements beside another process."""
    command = [sys.executable, "-m", __spec__.name, work_name, str(store.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as busy_process:
        assert busy_process.stdout is not None
        busy_process.stdout.readline()  # it begins
        durations = measure_settling(store, lambda: busy_process.poll() is None)
        busy_process.kill()  # what it has left to do is no part of this
    return durations


def run_busy_process(work_name: str, path: str) -> None:
    """What the other process does: publish, or load papers."""
    store = open_store(f"sqlite:///{path}", analyze=index_text)
    print("begun", flush=True)
    if work_name == "publish":
        publish_due_chats(store, BOT, NOW)
    else:
        load_papers(store, read_corpus(Path(os.environ["PAPERGRAM_TEST_DATA"]), PAPERS))


def main() -> None:
    """Print the figures."""
    print(f"settling: one every {SETTLE_INTERVAL * 1000:.0f} ms")
    for label, measure in (
        ("alone", lambda store: measure_settling(store, lambda: True)),
        ("while a tick publishes in this process", measure_beside_thread),
        ("while another process publishes", lambda store: measure_beside_process(store, "publish")),
        ("while another process bulk-loads", lambda store: measure_beside_process(store, "load")),
    ):
        with tempfile.TemporaryDirectory() as directory:
            store = prepare_store(directory, CHATS)
            print_times(label, measure(store))
            store.close()


if __name__ == "__main__":
    if sys.argv[1:]:
        run_busy_process(*sys.argv[1:])
    else:
        main()
