"""Measure how long loading and searching many papers take.

    python -m tests.bench.search [papers]

Reads corpus/papers_2025_2026.jsonl.gz in the folder named by PAPERGRAM_TEST_DATA, loads it
into a file in slices, asks 200 generated queries for their newest twenty papers and for the first
page as the chat shows it, best first, and 200 papers for those that are similar to them.
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

from bot.chat.handlers.papers.search import find_page
from bot.ranking.similar import similar_papers
from bot.topics.query.analyzer import index_text
from bot.topics.query.parser import parse
from storage import Store, open_store
from storage.records.papers import Announcement, AnnouncementKind, Paper
from storage.records.queries import Query

BATCH_SIZE = 100
QUERIES = 200
PAGE_SIZE = 20
SIMILAR_PAPERS = 8
CORPUS = "corpus/papers_2025_2026.jsonl.gz"


def read_corpus(folder: Path, limit: int) -> Iterator[Announcement]:
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
            yield Announcement(paper, "bench", AnnouncementKind.NEW, day)


def load_papers(store: Store, announcements: Iterator[Announcement]) -> list[float]:
    """Add all papers in slices; return each slice's seconds."""
    durations = []
    while papers := list(islice(announcements, BATCH_SIZE)):
        started_at = perf_counter()
        store.papers.add_announcements(papers, seen_at=datetime.now(UTC))
        durations.append(perf_counter() - started_at)
    return durations


def make_queries(store: Store, rng: random.Random) -> list[Query]:
    """Make queries of words that occur: words, phrases, OR, NOT, prefixes, names, categories."""
    papers = [
        match.paper
        for match in store.announcements.on_days(date(2000, 1, 1), date(2100, 1, 1))[::97]
    ]
    return [parse(_random_query_text(rng.choice(papers), rng)) for _ in range(QUERIES)]


def _random_query_text(paper: Paper, rng: random.Random) -> str:
    words = [word for word in paper.title.split() if word.isalpha() and len(word) > 3]
    words = words or ["learning"]
    word, other_word = rng.choice(words), rng.choice(words)
    index = rng.randrange(len(words))
    candidates = (
        word,
        f"{word} {other_word}",
        f'"{" ".join(words[index : index + 2])}"',
        f"{word} OR {other_word}",
        f"{word} -{other_word}x",
        f"{word} -survey cat:{paper.categories[0]}" if "." in paper.categories[0] else word,
        f"{word[: max(3, len(word) - 3)]}*",
        f'au:"{paper.authors[0]}"' if paper.authors and len(paper.authors[0]) > 5 else word,
        f"ti:{word}",
        " OR ".join(dict.fromkeys(words)),
    )
    return rng.choice(candidates)


def search_all(store: Store, queries: list[Query]) -> list[float]:
    """Search each query once; return the milliseconds, with the slowest told."""
    durations = []
    for query in queries:
        started_at = perf_counter()
        store.paper_search.search(query.clause, limit=PAGE_SIZE)
        durations.append((perf_counter() - started_at) * 1000)
    return durations


def find_best(store: Store, queries: list[Query]) -> list[float]:
    """Find each query's first page, best first; return the milliseconds."""
    durations = []
    for query in queries:
        started_at = perf_counter()
        find_page(store, query, 0, newest_first=False)
        durations.append((perf_counter() - started_at) * 1000)
    return durations


def find_similar(store: Store, papers: list[Paper]) -> list[float]:
    """Find the papers similar to each once; return the milliseconds."""
    durations = []
    for paper in papers:
        started_at = perf_counter()
        similar_papers(store, paper, limit=SIMILAR_PAPERS)
        durations.append((perf_counter() - started_at) * 1000)
    return durations


def main() -> None:
    """Print the figures with n and the data they are for."""
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else sys.maxsize
    folder = Path(os.environ["PAPERGRAM_TEST_DATA"])
    with tempfile.TemporaryDirectory() as directory:
        store = open_store(f"sqlite:///{directory}/bench.db", analyze=index_text)
        started_at = perf_counter()
        batch_seconds = load_papers(store, read_corpus(folder, limit))
        seconds = perf_counter() - started_at
        count = store.papers.count()
        print(f"load: {count} papers in {seconds:.1f} s, {count / seconds:.0f}/s")
        print(
            f"slice of {BATCH_SIZE}: median {median(batch_seconds) * 1000:.0f} ms, "
            f"worst {max(batch_seconds) * 1000:.0f} ms; file"
            f" {store.check_health().size_bytes / 1e6:.0f} MB"
        )
        generated_queries = make_queries(store, random.Random(7))
        search_all(store, generated_queries)
        runs = [search_all(store, generated_queries) for _ in range(5)]
        medians = [median(times) for times in zip(*runs, strict=True)]
        p95 = quantiles(medians, n=20)[18]
        print(
            f"search: n={len(medians)} queries, medians of 5 runs, newest {PAGE_SIZE} of"
            f" {count} papers:"
        )
        print(f"  p50 {median(medians):.2f} ms, p95 {p95:.2f} ms, worst {max(medians):.2f} ms")
        slowest = sorted(zip(medians, generated_queries, strict=True), key=lambda pair: -pair[0])[
            :5
        ]
        for milliseconds, query in slowest:
            print(f"  {milliseconds:7.2f} ms  {query.text[:90]}")
        runs = [find_best(store, generated_queries) for _ in range(3)]
        medians = [median(times) for times in zip(*runs, strict=True)]
        print(
            f"a page of them, best first, medians of 3 runs: p50 {median(medians):.1f} ms,"
            f" p95 {quantiles(medians, n=20)[18]:.1f} ms"
        )
        all_papers = [
            announcement.paper
            for announcement in store.announcements.on_days(date(2000, 1, 1), date(2100, 1, 1))
        ]
        papers = random.Random(7).sample(all_papers, min(QUERIES, len(all_papers)))
        runs = [find_similar(store, papers) for _ in range(3)]
        medians = [median(times) for times in zip(*runs, strict=True)]
        print(
            f"more like this: n={len(medians)} papers, medians of 3 runs:"
            f" p50 {median(medians):.0f} ms, p95 {quantiles(medians, n=20)[18]:.0f} ms"
        )
        store.close()


if __name__ == "__main__":
    main()
