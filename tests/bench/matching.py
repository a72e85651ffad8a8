"""Measure how fast words are analysed, papers indexed and topics answered.

Run ``python -m tests.bench.matching`` with PAPERGRAM_TEST_DATA set: 2,000 papers of the corpus,
20,000 distinct queries made of words and neighbouring words of their titles and abstracts, as
topics are: no word that stands in more than one paper of twenty.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import islice, pairwise
from pathlib import Path

from bot.arxiv import taxonomy
from bot.topics.matching import AnnouncementIndex
from bot.topics.query.analyzer import index_text, stem, stems, surface_words
from bot.topics.query.fields_and_terms import make_term
from bot.topics.query.parser import parse, query_from_clause
from storage.records.papers import Announcement, AnnouncementKind, Paper
from storage.records.queries import And, Clause, Not, Or, Query, QueryField

PAPERS, QUERIES, RUNS = 2_000, 20_000, 5
COMMON_WORD_LIMIT = PAPERS // 20

_WordPairs = list[tuple[str, str]]


def main() -> None:
    """Print medians of five runs, with what they were taken over."""
    folder = os.environ.get("PAPERGRAM_TEST_DATA")
    if not folder:
        sys.exit("PAPERGRAM_TEST_DATA names no folder with corpus/")
    papers = corpus_sample(Path(folder))
    topic_queries = make_queries(papers, random.Random(7), QUERIES)
    texts = [query.text for query in topic_queries]
    mean_matches = _count_matches(papers, topic_queries) / len(topic_queries)
    print(
        f"{len(papers):,} papers, {len(topic_queries):,} distinct queries, {mean_matches:.1f}"
        " found by each"
    )
    print(f"medians of {RUNS} runs")
    abstracts = [a.paper.abstract for a in papers]
    _print_time("analyse the abstracts, stems known", lambda: [stems(text) for text in abstracts])
    _print_time(
        "the same as the stored index keeps them", lambda: [index_text(t) for t in abstracts]
    )
    _print_time("index the papers", lambda: AnnouncementIndex(papers))
    _print_time("parse the queries", lambda: [parse(text) for text in texts])
    _print_time(
        "index the papers and answer all queries", lambda: _count_matches(papers, topic_queries)
    )
    _print_time(
        "the same with the reasons of every match",
        lambda: _count_explanations(papers, topic_queries),
    )


def _count_matches(announcements: list[Announcement], topic_queries: list[Query]) -> int:
    paper_index = AnnouncementIndex(announcements)
    return sum(len(paper_index.find(query)) for query in topic_queries)


def _count_explanations(announcements: list[Announcement], topic_queries: list[Query]) -> int:
    paper_index = AnnouncementIndex(announcements)
    return sum(len(paper_index.explain(query, paper_index.find(query))) for query in topic_queries)


def _print_time(label: str, work: Callable[[], object]) -> None:
    times = []
    for _ in range(RUNS):
        start, cpu_start = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - start, time.process_time() - cpu_start))
    wall, cpu = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"  {label:42} {wall:7.3f} s, of which {cpu:7.3f} s on the processor")


def corpus_sample(folder: Path) -> list[Announcement]:
    """Every seventh paper of the corpus, as if one feed had announced them on one day."""
    with gzip.open(folder / "corpus" / "papers_2025_2026.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in islice(file, PAPERS * 7)][::7]
    papers = [
        Paper(
            id=f"arxiv:{row['id']}",
            version=1,
            title=row["title"],
            abstract=row["abstract"],
            authors=tuple(row["authors"]),
            categories=tuple(row["categories"]),
        )
        for row in rows
    ]
    return [
        Announcement(p, "bench", AnnouncementKind.NEW, date(2026, 6, 1), n + 1)
        for n, p in enumerate(papers)
    ]


def make_queries(announcements: list[Announcement], rng: random.Random, count: int) -> list[Query]:
    """So many distinct topics, made of the words of these papers."""
    texts = [
        _topical_pairs(announcements, lambda paper: paper.title),
        _topical_pairs(announcements, lambda p: p.abstract),
    ]
    codes = [
        code for a in announcements for code in a.paper.categories if code in taxonomy.categories()
    ]
    queries_by_text: dict[str, Query] = {}
    while len(queries_by_text) < count:
        query = query_from_clause(_random_clause(texts, codes, rng))
        queries_by_text[query.text] = query
    return list(queries_by_text.values())


def _topical_pairs(
    announcements: list[Announcement], text: Callable[[Paper], str]
) -> list[_WordPairs]:
    """The words of each text that are rare enough to be asked for, each with the next one."""
    papers = Counter(word for a in announcements for word in set(stems(a.paper.abstract)))
    rare = {stem for stem, count in papers.items() if count <= COMMON_WORD_LIMIT and len(stem) > 2}
    pairs = [list(pairwise(surface_words(text(a.paper)))) for a in announcements]
    rare_pairs = [
        [pair for pair in pairs_of_text if stem(pair[0]) in rare] for pairs_of_text in pairs
    ]
    return [pairs_of_text for pairs_of_text in rare_pairs if pairs_of_text]


def _random_clause(texts: list[list[_WordPairs]], codes: list[str], rng: random.Random) -> Clause:
    branches: list[Clause] = []
    for _ in range(rng.randint(1, 3)):
        text = rng.choice(rng.choice(texts))
        parts: list[Clause] = [_random_term(text, rng) for _ in range(rng.randint(1, 3))]
        if rng.random() < 0.2:
            parts.append(Not(_random_term(text, rng)))
        if rng.random() < 0.15:
            parts.append(make_term(QueryField.CATEGORY, rng.choice(codes)))
        branches.append(And(tuple(parts)))
    return Or(tuple(branches))


def _random_term(text: _WordPairs, rng: random.Random) -> Clause:
    pair = rng.choice(text)
    return make_term(QueryField.ANY, " ".join(pair) if rng.random() < 0.4 else pair[0])


if __name__ == "__main__":
    main()
