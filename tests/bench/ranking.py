"""Measure how well papers are ranked, with the product's own functions.

    python -m tests.bench.ranking [--lists FILE] [--corpus FILE] [--pool N] [--stores FOLDER]
                                  [--json] [--csfcube FOLDER] [--doris FILE]

A list is a reader: papers of its ``history`` are known, those of ``relevant`` are to be found. The
pool of a list is the corpus' papers first seen in its window. For the answers of the store it is
cut to the relevant ones and as many others, chosen by a hash of their ids, as make up --pool papers
(2,000 by itself, 0 for all), and put into a store of its own. --stores keeps the stores for the
next run.

more like this: three papers evenly spread over the history are each the one that is pressed; AP of
the order of all that the product would show, the mean of the three. Relevant papers that it does
not show count as never found.
order within a topic: the list's query as a topic, and all of the window's papers as one batch; AP
and nDCG@12 of its matches, against the relevant papers that match. The topic's earlier papers are
the newest of the corpus that match before the window; the history is not used.
search: the same query as a search, best first; AP against all relevant papers.

Lists and corpus are read from the folder named by PAPERGRAM_TEST_DATA unless given: a JSON list of
objects with name, query, history, window and relevant; gzip JSON Lines of papers.

--csfcube and --doris take the public sets as their authors publish them and rank their candidates
by closeness to the abstract or the need. What is computed is what their published evaluation does.
CSFCube: the mean of both test folds over all facets. Average precision counts grade 2 and better;
gains are the grades, discounted from the third rank on (log2 of the rank); NDCG%20 is of the first
fifth of a pool. DORIS-MAE: a gain is the mean score of a need's aspects, discounted from the second
rank on (log2 of the rank plus one); NDCG%10, the authors' own, is of the first tenth of a pool.
Average precision counts a mean of 1 and better, but for five papers that the authors name, and
leaves out needs without any.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import TypedDict

from bot.chat.handlers.papers.search import MAX_PAGES, find_page
from bot.digests.order_matches import EARLIER_PAPERS, order_matches, score_by_relevance
from bot.ranking.similar import relevance_to, similar_papers
from bot.topics.matching import AnnouncementIndex
from bot.topics.query.analyzer import index_text
from bot.topics.query.parser import parse
from storage import Store, open_store
from storage.records.digests import EntryOrder
from storage.records.papers import Announcement, AnnouncementKind, Paper
from storage.records.queries import Query
from tests.bench.ranking_measures import (
    Metrics,
    average_precision,
    judge_csfcube,
    judge_doris,
    mean_metrics,
    ndcg,
)
from tests.bench.search import CORPUS, load_papers

LISTS = "reader-lists-dev.json"
POOL = 2000
SEEDS = 3
SHOWN_ENTRIES = 12
ALL = 1_000_000
BEFORE: Metrics = {
    "more like this, AP": 0.321,
    "order within a topic, AP": 0.384,
    f"order within a topic, nDCG@{SHOWN_ENTRIES}": 0.404,
    "search best first, AP": 0.440,
}
"""What the same command printed of its own lists when only titles were compared."""


class ReaderList(TypedDict):
    """A reader made of a public list of papers."""

    name: str
    query: str
    history: list[str]
    window: tuple[str, str]
    relevant: list[str]


def read_announcements(file: Path) -> dict[str, Announcement]:
    """Return the corpus' papers by id, each announced on the day on which it was first seen."""
    announcements = {}
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            paper = Paper(
                id=f"arxiv:{record['id']}",
                version=record["version"] or 1,
                title=record["title"],
                abstract=record["abstract"],
                authors=tuple(record["authors"]),
                categories=tuple(record["categories"]),
            )
            day = date.fromisoformat((record.get("first_seen") or record["published"])[:10])
            announcements[paper.id] = Announcement(paper, "bench", AnnouncementKind.NEW, day)
    return announcements


def pool_of(
    reader: ReaderList, announcements: dict[str, Announcement], size: int
) -> list[Announcement]:
    """Return the papers among which a list's relevant ones are to be found, oldest first."""
    first, last = map(date.fromisoformat, reader["window"])
    relevant = prefixed(reader["relevant"]) & announcements.keys()
    others = [
        paper_id
        for paper_id, announcement in announcements.items()
        if first <= announcement.day <= last and paper_id not in relevant
    ]
    if size:
        others.sort(key=lambda paper_id: hashlib.sha256(paper_id.encode()).hexdigest())
        others = others[: max(0, size - len(relevant))]
    pool = [announcements[paper_id] for paper_id in (*relevant, *others)]
    return sorted(pool, key=lambda announcement: (announcement.day, announcement.paper.id))


def prefixed(ids: Collection[str]) -> set[str]:
    """Return ids as the store has them."""
    return {f"arxiv:{paper_id}" for paper_id in ids}


@contextmanager
def store_of(pool: Sequence[Announcement], name: str, folder: Path) -> Iterator[Store]:
    """Open the store of a list's pool, which is filled unless it was."""
    digest = hashlib.sha256("\n".join((name, *(a.paper.id for a in pool))).encode()).hexdigest()
    file = folder / f"{digest[:16]}.db"
    store = open_store(f"sqlite:///{file}", analyze=index_text)
    try:
        if store.papers.count() != len(pool):
            load_papers(store, iter(pool))
        yield store
    finally:
        store.close()


def measure_similar(
    store: Store, reader: ReaderList, announcements: dict[str, Announcement]
) -> Metrics:
    """Press [More like this] on papers of the history."""
    history = [paper_id for paper_id in reader["history"] if f"arxiv:{paper_id}" in announcements]
    count = min(SEEDS, len(history))
    seeds = [history[(2 * n + 1) * len(history) // (2 * count)] for n in range(count)]
    relevant = prefixed(reader["relevant"])
    values = []
    for seed in seeds:
        paper = announcements[f"arxiv:{seed}"].paper
        ranked = [similar.paper.id for similar in similar_papers(store, paper, limit=ALL)]
        values.append(average_precision(ranked, relevant - {paper.id}))
    return {"more like this, AP": fmean(values)} if values else {}


def measure_topic(
    index: AnnouncementIndex, reader: ReaderList, query: Query, folder: Path
) -> Metrics:
    """Match a topic against the papers of the list's window as one batch."""
    first, last = map(date.fromisoformat, reader["window"])
    matches = index.find(query)
    batch = [match for match in matches if first <= match.announcement.day <= last]
    earlier = sorted(
        (match.announcement for match in matches if match.announcement.day < first),
        key=lambda announcement: (announcement.day, announcement.paper.id),
    )
    with store_of(earlier[-EARLIER_PAPERS:], f"before {reader['name']}", folder) as store:
        scored = score_by_relevance(store, query, index, batch)
    ranked = [match.announcement.paper.id for match in order_matches(scored, EntryOrder.RELEVANCE)]
    relevant = prefixed(reader["relevant"]) & set(ranked)
    if not relevant:
        return {}
    gains = [float(paper_id in relevant) for paper_id in ranked]
    return {
        "order within a topic, AP": average_precision(ranked, relevant),
        f"order within a topic, nDCG@{SHOWN_ENTRIES}": ndcg(gains, SHOWN_ENTRIES),
    }


def measure_search(store: Store, reader: ReaderList, query: Query) -> Metrics:
    """Search for the query, best first, and turn pages to the end."""
    ranked: list[str] = []
    for number in range(MAX_PAGES):
        page = find_page(store, query, number, newest_first=False)
        ranked += [paper.id for paper in page.papers]
        if not page.has_more:
            break
    return {"search best first, AP": average_precision(ranked, prefixed(reader["relevant"]))}


def measure_lists(
    lists: Sequence[ReaderList], announcements: dict[str, Announcement], size: int, folder: Path
) -> Metrics:
    """Return the mean of each metric over the lists that have it."""
    index = AnnouncementIndex(announcements.values())
    results_by_list: list[Metrics] = []
    for reader in lists:
        pool = pool_of(reader, announcements, size)
        with store_of(pool, reader["name"], folder) as store:
            metrics = measure_similar(store, reader, announcements)
            if reader["query"]:
                query = parse(reader["query"])
                metrics |= measure_topic(index, reader, query, folder)
                metrics |= measure_search(store, reader, query)
        results_by_list.append(metrics)
    return mean_metrics(results_by_list)


def rank_texts(text: str, candidates: Mapping[str, str]) -> list[str]:
    """Return the ids of the candidates, those first whose texts are closest to a text."""
    title = text.partition("\n")[0]
    relevance = relevance_to(Paper("text", 1, title, text))
    scores = {
        paper_id: relevance.score(index_text(candidate).split())
        for paper_id, candidate in candidates.items()
    }
    return sorted(scores, key=lambda paper_id: (-scores[paper_id], paper_id))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table, or JSON, of what was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.ranking",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    data = Path(os.environ.get("PAPERGRAM_TEST_DATA", "."))
    parser.add_argument("--lists", type=Path, default=data / LISTS)
    parser.add_argument("--corpus", type=Path, default=data / CORPUS)
    parser.add_argument("--pool", type=int, default=POOL)
    parser.add_argument("--stores", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--csfcube", type=Path)
    parser.add_argument("--doris", type=Path)
    options = parser.parse_args(arguments)
    results: dict[str, Metrics] = {}
    if options.csfcube:
        results["CSFCube"] = judge_csfcube(options.csfcube, rank_texts)
    if options.doris:
        results["DORIS-MAE"] = judge_doris(options.doris, rank_texts)
    if not results or options.lists != data / LISTS:
        lists: list[ReaderList] = json.loads(options.lists.read_text(encoding="utf-8"))
        announcements = read_announcements(options.corpus)
        with TemporaryDirectory() as directory:
            folder = options.stores or Path(directory)
            results["lists"] = measure_lists(lists, announcements, options.pool, folder)
    if options.json:
        json.dump(results, sys.stdout, indent=1)
        print()
        return
    with_before = (options.lists, options.corpus, options.pool) == (
        data / LISTS,
        data / CORPUS,
        POOL,
    )
    for title, metrics in results.items():
        before = BEFORE if title == "lists" and with_before else {}
        print(f"{title:36}{'now':>10}{'before' if before else '':>10}")
        for name, value in metrics.items():
            print(f"  {name:34}{value:10.3f}{f'{before[name]:10.3f}' if name in before else ''}")


if __name__ == "__main__":
    main()
