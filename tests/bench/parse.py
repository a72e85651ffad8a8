"""Measure how much longer than feedparser alone we take for a day of 2,000 papers.

Run as ``python -m tests.bench.parse`` with $PAPERGRAM_TEST_DATA set.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import feedparser

from bot.ingest.http_errors import read_file
from bot.ingest.sources import arxiv_rss

RUNS = 5
FEED = "feeds/arxiv-generated/feed_rss_cs_2026-11-24_over2000.xml.gz"


def seconds(work: Callable[[], object]) -> float:
    """The time that one call takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def measure_parsers(body: bytes) -> tuple[float, float]:
    """Medians of feedparser alone and of our parse, run in turns."""

    def parse_with_feedparser() -> object:
        return feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)

    def parse_with_papergram() -> object:
        return arxiv_rss.parse(body, source="cs")

    parse_with_feedparser(), parse_with_papergram()  # first calls compile and cache
    times = [(seconds(parse_with_feedparser), seconds(parse_with_papergram)) for _ in range(RUNS)]
    return median(feedparser_time for feedparser_time, _ in times), median(
        our_time for _, our_time in times
    )


if __name__ == "__main__":
    data = read_file(Path(os.environ["PAPERGRAM_TEST_DATA"]) / FEED)
    feedparser_seconds, our_seconds = measure_parsers(data)
    print(f"2,000 items, {len(data) / 1e6:.1f} MB, median of {RUNS}")
    print(f"feedparser alone {feedparser_seconds * 1000:6.0f} ms")
    print(
        f"our parse        {our_seconds * 1000:6.0f} ms   ratio"
        f" {our_seconds / feedparser_seconds:.2f}"
    )
