"""Measure how much longer than feedparser alone storing a day of 2,000 papers takes.

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
from bot.ingest.ingest_source import store_batch
from bot.ingest.sources import arxiv_rss
from bot.ingest.sources.source_batch import Batch
from bot.topics.query.analyzer import index_text
from storage import open_store
from tests.bench.parse import FEED

RUNS = 5


class Durations(NamedTuple):
    """Seconds that passed, and those that this process was busy."""

    wall: float
    cpu: float


def measure(work: Callable[[], object]) -> Durations:
    """The time that one call takes."""
    wall, cpu = perf_counter(), process_time()
    work()
    return Durations(perf_counter() - wall, process_time() - cpu)


def measure_ingest(body: bytes) -> tuple[Durations, Durations]:
    """What it takes to parse a feed and to keep what it holds in an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/bench.db", analyze=index_text)
        try:
            batches: list[Batch] = []
            parse_durations = measure(lambda: batches.append(arxiv_rss.parse(body, source="cs")))
            return parse_durations, measure(
                lambda: asyncio.run(store_batch(store, batches[0], datetime.now(UTC)))
            )
        finally:
            store.close()


def main() -> None:
    """Prints the medians and the ratio, by the clock and by the processor's."""
    body = read_file(Path(os.environ["PAPERGRAM_TEST_DATA"]) / FEED)
    feedparser_runs, parse_runs, store_runs, total_runs = [], [], [], []
    for _ in range(RUNS):
        feedparser_runs.append(
            measure(
                lambda: feedparser.parse(
                    io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False
                )
            )
        )
        parse_durations, store_durations = measure_ingest(body)
        parse_runs.append(parse_durations)
        store_runs.append(store_durations)
        total_runs.append(
            Durations(
                parse_durations.wall + store_durations.wall,
                parse_durations.cpu + store_durations.cpu,
            )
        )
    print(f"ingest of 2,000 items of {FEED}, medians of {RUNS}; in brackets the processor's time:")
    rows = (
        ("feedparser alone", feedparser_runs),
        ("parse", parse_runs),
        ("store", store_runs),
        ("whole", total_runs),
    )
    for label, times in rows:
        print(f"  {label:16} {_median_wall(times):.2f} s ({_median_cpu(times):.2f} s)")
    wall, cpu = (
        _median_wall(total_runs) / _median_wall(feedparser_runs),
        _median_cpu(total_runs) / _median_cpu(feedparser_runs),
    )
    print(f"  ratio whole / feedparser alone {wall:.2f} ({cpu:.2f})")


def _median_wall(times: list[Durations]) -> float:
    return median(durations.wall for durations in times)


def _median_cpu(times: list[Durations]) -> float:
    return median(durations.cpu for durations in times)


if __name__ == "__main__":
    main()
