"""How much longer than feedparser alone does a day of 2,000 papers take, parsed and stored?

Run as ``python -m tests.bench.ingest`` with $PAPERGRAM_TEST_DATA set. Both are measured in the
same run, in turn; each store is a new file.
"""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

import feedparser

from bot.ingest import keep
from bot.query import indexed
from bot.sources import arxiv_rss, read_file
from storage import open_store
from tests.bench.parse import FEED, seconds

RUNS = 5


def ingested(body: bytes) -> tuple[float, float]:
    """Seconds to parse a feed and to keep what it holds in an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/bench.db", words=indexed)
        try:
            start = perf_counter()
            batch = arxiv_rss.parse(body, source="cs")
            parsed = perf_counter()
            asyncio.run(keep(store, batch, datetime.now(UTC)))
            return parsed - start, perf_counter() - parsed
        finally:
            store.close()


def main() -> None:
    """Prints the medians and the ratio."""
    body = read_file(Path(os.environ["PAPERGRAM_TEST_DATA"]) / FEED)
    alone, parse, store = [], [], []
    for _ in range(RUNS):
        alone.append(
            seconds(
                lambda: feedparser.parse(
                    io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False
                )
            )
        )
        once = ingested(body)
        parse.append(once[0])
        store.append(once[1])
    whole = median(a + b for a, b in zip(parse, store, strict=True))
    print(f"ingest of 2,000 items of {FEED}, medians of {RUNS}:")
    print(f"  feedparser alone {median(alone):.2f} s")
    print(f"  parse {median(parse):.2f} s, store {median(store):.2f} s, whole {whole:.2f} s")
    print(f"  ratio whole / feedparser alone {whole / median(alone):.2f}")


if __name__ == "__main__":
    main()
