"""How much longer than feedparser alone does a day of 2,000 papers take, parsed and stored?

Run as ``python -m tests.bench.ingest`` with $PAPERGRAM_TEST_DATA set. Both are measured in the
same run, in turn; each store is a new file.
"""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

import feedparser

from bot.ingest.http_errors import read_file
from bot.ingest.ingest_source import keep
from bot.ingest.sources import arxiv_rss
from bot.ingest.sources.source_batch import Batch
from bot.topics.query.parser import indexed
from storage import open_store
from tests.bench.parse import FEED

RUNS = 5


class Spent(NamedTuple):
    """Seconds that passed, and those that this process was busy."""

    wall: float
    cpu: float


def spent(work: Callable[[], object]) -> Spent:
    """The time that one call takes."""
    wall, cpu = perf_counter(), process_time()
    work()
    return Spent(perf_counter() - wall, process_time() - cpu)


def ingested(body: bytes) -> tuple[Spent, Spent]:
    """What it takes to parse a feed and to keep what it holds in an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/bench.db", words=indexed)
        try:
            batches: list[Batch] = []
            parsed = spent(lambda: batches.append(arxiv_rss.parse(body, source="cs")))
            return parsed, spent(lambda: asyncio.run(keep(store, batches[0], datetime.now(UTC))))
        finally:
            store.close()


def main() -> None:
    """Prints the medians and the ratio, by the clock and by the processor's."""
    body = read_file(Path(os.environ["PAPERGRAM_TEST_DATA"]) / FEED)
    alone, parse, store, whole = [], [], [], []
    for _ in range(RUNS):
        alone.append(
            spent(
                lambda: feedparser.parse(
                    io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False
                )
            )
        )
        parsed, kept = ingested(body)
        parse.append(parsed)
        store.append(kept)
        whole.append(Spent(parsed.wall + kept.wall, parsed.cpu + kept.cpu))
    print(f"ingest of 2,000 items of {FEED}, medians of {RUNS}; in brackets the processor's time:")
    rows = (("feedparser alone", alone), ("parse", parse), ("store", store), ("whole", whole))
    for what, times in rows:
        print(f"  {what:16} {_wall(times):.2f} s ({_cpu(times):.2f} s)")
    wall, cpu = _wall(whole) / _wall(alone), _cpu(whole) / _cpu(alone)
    print(f"  ratio whole / feedparser alone {wall:.2f} ({cpu:.2f})")


def _wall(times: list[Spent]) -> float:
    return median(one.wall for one in times)


def _cpu(times: list[Spent]) -> float:
    return median(one.cpu for one in times)


if __name__ == "__main__":
    main()
