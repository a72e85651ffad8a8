"""How fast are words analysed, papers indexed and topics answered?

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
from bot.topics.matching import index
from bot.topics.query.analyzer import stem, surface, words
from bot.topics.query.fields_and_terms import term
from bot.topics.query.parser import compose, indexed, parse
from storage.records import And, Announcement, Clause, Field, Kind, Not, Or, Paper, Query

PAPERS, QUERIES, RUNS = 2_000, 20_000, 5
COMMON = PAPERS // 20

_Text = list[tuple[str, str]]


def main() -> None:
    """Print medians of five runs, with what they were taken over."""
    folder = os.environ.get("PAPERGRAM_TEST_DATA")
    if not folder:
        sys.exit("PAPERGRAM_TEST_DATA names no folder with corpus/")
    papers = batch(Path(folder))
    asked = queries(papers, random.Random(7), QUERIES)
    texts = [query.text for query in asked]
    found = _answer(papers, asked) / len(asked)
    print(f"{len(papers):,} papers, {len(asked):,} distinct queries, {found:.1f} found by each")
    print(f"medians of {RUNS} runs")
    abstracts = [a.paper.abstract for a in papers]
    _report("analyse the abstracts, stems known", lambda: [words(text) for text in abstracts])
    _report("the same as the stored index keeps them", lambda: [indexed(t) for t in abstracts])
    _report("index the papers", lambda: index(papers))
    _report("parse the queries", lambda: [parse(text) for text in texts])
    _report("index the papers and answer all queries", lambda: _answer(papers, asked))
    _report("the same with the reasons of every match", lambda: _explain(papers, asked))


def _answer(batch: list[Announcement], queries: list[Query]) -> int:
    ready = index(batch)
    return sum(len(ready.find(query)) for query in queries)


def _explain(batch: list[Announcement], queries: list[Query]) -> int:
    ready = index(batch)
    return sum(len(ready.explained(query, ready.find(query))) for query in queries)


def _report(what: str, work: Callable[[], object]) -> None:
    times = []
    for _ in range(RUNS):
        start, busy = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - start, time.process_time() - busy))
    wall, cpu = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"  {what:42} {wall:7.3f} s, of which {cpu:7.3f} s on the processor")


def batch(folder: Path) -> list[Announcement]:
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
        Announcement(p, "bench", Kind.NEW, date(2026, 6, 1), n + 1) for n, p in enumerate(papers)
    ]


def queries(batch: list[Announcement], chance: random.Random, count: int) -> list[Query]:
    """So many distinct topics, made of the words of these papers."""
    texts = [_topical(batch, lambda paper: paper.title), _topical(batch, lambda p: p.abstract)]
    codes = [code for a in batch for code in a.paper.categories if code in taxonomy.categories()]
    made: dict[str, Query] = {}
    while len(made) < count:
        query = compose(_clause(texts, codes, chance))
        made[query.text] = query
    return list(made.values())


def _topical(batch: list[Announcement], text: Callable[[Paper], str]) -> list[_Text]:
    """The words of each text that are rare enough to be asked for, each with the next one."""
    papers = Counter(word for a in batch for word in set(words(a.paper.abstract)))
    rare = {stem for stem, count in papers.items() if count <= COMMON and len(stem) > 2}
    pairs = [list(pairwise(surface(text(a.paper)))) for a in batch]
    kept = [[pair for pair in found if stem(pair[0]) in rare] for found in pairs]
    return [found for found in kept if found]


def _clause(texts: list[list[_Text]], codes: list[str], chance: random.Random) -> Clause:
    branches: list[Clause] = []
    for _ in range(chance.randint(1, 3)):
        text = chance.choice(chance.choice(texts))
        parts: list[Clause] = [_term(text, chance) for _ in range(chance.randint(1, 3))]
        if chance.random() < 0.2:
            parts.append(Not(_term(text, chance)))
        if chance.random() < 0.15:
            parts.append(term(Field.CATEGORY, chance.choice(codes)))
        branches.append(And(tuple(parts)))
    return Or(tuple(branches))


def _term(text: _Text, chance: random.Random) -> Clause:
    pair = chance.choice(text)
    return term(Field.ANY, " ".join(pair) if chance.random() < 0.4 else pair[0])


if __name__ == "__main__":
    main()
