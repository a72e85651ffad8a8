"""How long do loading and searching many papers take?

    python -m tests.bench.search [papers]

Reads corpus/papers_2025_2026.jsonl.gz in the folder named by PAPERGRAM_TEST_DATA, loads it
into a file in slices, and asks 200 generated queries for their newest twenty papers.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from bot.topics.query.parser import indexed, parse
from storage import Store, open_store
from storage.records import Announcement, Kind, Paper, Query

SLICE = 100
QUERIES = 200
PAGE = 20
CORPUS = "corpus/papers_2025_2026.jsonl.gz"


def announcements(folder: Path, limit: int) -> Iterator[Announcement]:
    """Read the corpus as if one feed had announced it day by day."""
    with gzip.open(folder / CORPUS, "rt", encoding="utf-8") as lines:
        for line in islice(lines, limit):
            record = json.loads(line)
            paper = Paper(
                id=f"arxiv:{record['id']}",
                version=record["version"] or 1,
                title=record["title"],
                abstract=record["abstract"],
                authors=tuple(record["authors"]),
                categories=tuple(record["categories"]),
            )
            day = date.fromisoformat(record["published"][:10])
            yield Announcement(paper, "bench", Kind.NEW, day)


def load(store: Store, batch: Iterator[Announcement]) -> list[float]:
    """Add all papers in slices; return each slice's seconds."""
    took = []
    while part := list(islice(batch, SLICE)):
        began = perf_counter()
        store.papers.add(part, seen=datetime.now(UTC))
        took.append(perf_counter() - began)
    return took


def queries(store: Store, chance: random.Random) -> list[Query]:
    """Make queries of words that occur: words, phrases, OR, NOT, prefixes, names, categories."""
    papers = [
        match.paper for match in store.papers.on_days(date(2000, 1, 1), date(2100, 1, 1))[::97]
    ]
    return [parse(_text(chance.choice(papers), chance)) for _ in range(QUERIES)]


def _text(paper: Paper, chance: random.Random) -> str:
    words = [word for word in paper.title.split() if word.isalpha() and len(word) > 3]
    words = words or ["learning"]
    one, other = chance.choice(words), chance.choice(words)
    at = chance.randrange(len(words))
    shapes = (
        one,
        f"{one} {other}",
        f'"{" ".join(words[at : at + 2])}"',
        f"{one} OR {other}",
        f"{one} -{other}x",
        f"{one} -survey cat:{paper.categories[0]}" if "." in paper.categories[0] else one,
        f"{one[: max(3, len(one) - 3)]}*",
        f'au:"{paper.authors[0]}"' if paper.authors and len(paper.authors[0]) > 5 else one,
        f"ti:{one}",
        " OR ".join(dict.fromkeys(words)),
    )
    return chance.choice(shapes)


def ask(store: Store, asked: list[Query]) -> list[float]:
    """Search each query once; return the milliseconds, with the slowest told."""
    took = []
    for query in asked:
        began = perf_counter()
        store.papers.search(query.clause, limit=PAGE)
        took.append((perf_counter() - began) * 1000)
    return took


def main() -> None:
    """Print the figures with n and the data they are for."""
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else sys.maxsize
    folder = Path(os.environ["PAPERGRAM_TEST_DATA"])
    with tempfile.TemporaryDirectory() as place:
        store = open_store(f"sqlite:///{place}/bench.db", words=indexed)
        began = perf_counter()
        slices = load(store, announcements(folder, limit))
        seconds = perf_counter() - began
        count = store.papers.count()
        print(f"load: {count} papers in {seconds:.1f} s, {count / seconds:.0f}/s")
        print(
            f"slice of {SLICE}: median {median(slices) * 1000:.0f} ms, "
            f"worst {max(slices) * 1000:.0f} ms; file {store.check().size / 1e6:.0f} MB"
        )
        asked = queries(store, random.Random(7))
        ask(store, asked)
        runs = [ask(store, asked) for _ in range(5)]
        took = [median(times) for times in zip(*runs, strict=True)]
        p95 = quantiles(took, n=20)[18]
        print(f"search: n={len(took)} queries, medians of 5 runs, newest {PAGE} of {count} papers:")
        print(f"  p50 {median(took):.2f} ms, p95 {p95:.2f} ms, worst {max(took):.2f} ms")
        slowest = sorted(zip(took, asked, strict=True), key=lambda pair: -pair[0])[:5]
        for milliseconds, query in slowest:
            print(f"  {milliseconds:7.2f} ms  {query.text[:90]}")
        store.close()


if __name__ == "__main__":
    main()
