"""How much longer than feedparser alone do we take for a day of 2,000 papers?

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


def measured(body: bytes) -> tuple[float, float]:
    """Medians of feedparser alone and of our parse, run in turns."""

    def alone() -> object:
        return feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)

    def ours() -> object:
        return arxiv_rss.parse(body, source="cs")

    alone(), ours()  # first calls compile and cache
    times = [(seconds(alone), seconds(ours)) for _ in range(RUNS)]
    return median(one for one, _ in times), median(other for _, other in times)


if __name__ == "__main__":
    data = read_file(Path(os.environ["PAPERGRAM_TEST_DATA"]) / FEED)
    alone, ours = measured(data)
    print(f"2,000 items, {len(data) / 1e6:.1f} MB, median of {RUNS}")
    print(f"feedparser alone {alone * 1000:6.0f} ms")
    print(f"our parse        {ours * 1000:6.0f} ms   ratio {ours / alone:.2f}")
