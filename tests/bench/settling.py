"""How long does an answer of Telegram wait to be settled while the store is busy?

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

from bot.digests.publish import publish
from bot.topics.query.parser import indexed
from storage import Store, open_store
from storage.records import Form, Parcel, Sent
from tests.bench.publish import BOT, NOW, prepared
from tests.bench.search import announcements, load

CHATS, SETTLED, PAPERS = 12_500, 400, 15_000
EVERY = 0.01
LONG = timedelta(hours=1)


def settle(store: Store, goes_on: Callable[[], bool]) -> list[float]:
    """The milliseconds that each settlement took, one after the other."""
    took: list[float] = []
    while len(took) < SETTLED and goes_on():
        parcel = Parcel(BOT, -1, f"settled {perf_counter()}", 1, Form.CLASSIC, "en", ("en",), "UTC")
        store.outbox.put_once(parcel, due=NOW - LONG)
        [claimed] = store.outbox.claim(BOT, "bench", NOW, 60)
        store.outbox.begin(claimed, NOW)
        began = perf_counter()
        store.outbox.settle(claimed, Sent(1), now=NOW)
        took.append((perf_counter() - began) * 1000)
        sleep(EVERY)
    return took


def report(what: str, took: list[float]) -> None:
    """Print how long the settlements took."""
    cuts = quantiles(took, n=100)
    print(
        f"  {what:45} median {median(took):6.1f} ms, p99 {cuts[98]:6.1f},"
        f" worst {max(took):6.1f} (n={len(took)})",
        flush=True,
    )


def beside_thread(store: Store) -> list[float]:
    """Settlements beside a tick of this process."""
    stop = threading.Event()
    ticking = threading.Thread(
        target=lambda: publish(store, BOT, NOW, goes_on=lambda: not stop.is_set())
    )
    ticking.start()
    took = settle(store, ticking.is_alive)
    stop.set()
    ticking.join()
    return took


def beside_process(store: Store, what: str) -> list[float]:
    """Settlements beside another process."""
    command = [sys.executable, "-m", __spec__.name, what, str(store.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()  # it begins
        took = settle(store, lambda: other.poll() is None)
        other.kill()  # what it has left to do is no part of this
    return took


def busy(what: str, path: str) -> None:
    """What the other process does: publish, or load papers."""
    store = open_store(f"sqlite:///{path}", words=indexed)
    print("begun", flush=True)
    if what == "publish":
        publish(store, BOT, NOW)
    else:
        load(store, announcements(Path(os.environ["PAPERGRAM_TEST_DATA"]), PAPERS))


def main() -> None:
    """Print the figures."""
    print(f"settling: one every {EVERY * 1000:.0f} ms")
    for what, measure in (
        ("alone", lambda store: settle(store, lambda: True)),
        ("while a tick publishes in this process", beside_thread),
        ("while another process publishes", lambda store: beside_process(store, "publish")),
        ("while another process bulk-loads", lambda store: beside_process(store, "load")),
    ):
        with tempfile.TemporaryDirectory() as place:
            store = prepared(place, CHATS)
            report(what, measure(store))
            store.close()


if __name__ == "__main__":
    if sys.argv[1:]:
        busy(*sys.argv[1:])
    else:
        main()
