"""Judge orders of papers: average precision, discounted gain, and two public sets.

Both sets are read in the form in which their authors publish them, and judged as their published
evaluation does; a ranker gets the text that is asked about and the candidates' texts by id.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import TypeAlias

FACETS = ("background", "method", "result")
CSFCUBE_FOLDS = ("fold1_test", "fold2_test")
CSFCUBE_RELEVANT = 2  # a grade from 0 to 3
CSFCUBE_UNDISCOUNTED = 2  # ranks
DORIS_RELEVANT = 1.0  # the mean of scores from 0 to 2
DORIS_NEVER_RELEVANT = frozenset({"28674", "205580", "346695", "346826", "346836"})
"""Papers whose high scores the authors do not count as relevant."""

Metrics: TypeAlias = dict[str, float]
Ranker: TypeAlias = Callable[[str, Mapping[str, str]], Sequence[str]]


def average_precision(ranked: Sequence[str], relevant: Collection[str]) -> float:
    """Return the mean over the relevant ids of the precision where each was found."""
    hits, total = 0, 0.0
    for position, paper_id in enumerate(ranked, start=1):
        if paper_id in relevant:
            hits += 1
            total += hits / position
    return total / len(relevant) if relevant else 0.0


def ndcg(gains: Sequence[float], limit: int, *, undiscounted: int = 1) -> float:
    """Return the discounted cumulative gain of the first ranks, as a share of the best possible.

    So many ranks are ``undiscounted``; a gain after them is divided by the binary logarithm of its
    rank, the last undiscounted one counting as the second.
    """
    discounts = [
        math.log2(max(2, rank + 2 - undiscounted)) for rank in range(1, min(limit, len(gains)) + 1)
    ]
    best_gains = sorted(gains, reverse=True)
    ideal = sum(gain / discount for gain, discount in zip(best_gains, discounts, strict=False))
    found = sum(gain / discount for gain, discount in zip(gains, discounts, strict=False))
    return found / ideal if ideal else 0.0


def judge_csfcube(folder: Path, rank: Ranker) -> Metrics:
    """Return the figures of CSFCube: the mean of both test folds, over all facets."""
    with (folder / "abstracts-csfcube-preds.jsonl").open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    texts = {
        str(record["paper_id"]): "\n".join((record["title"], *record["abstract"]))
        for record in records
    }
    splits = json.loads((folder / "evaluation_splits.json").read_text(encoding="utf-8"))
    metrics_by_query: dict[str, Metrics] = {}
    for facet in FACETS:
        file = folder / f"test-pid2anns-csfcube-{facet}.json"
        for query, pool in json.loads(file.read_text(encoding="utf-8")).items():
            grades = dict(
                zip(
                    map(str, pool["cands"]),
                    map(float, pool["relevance_adju"]),
                    strict=True,
                )
            )
            candidates = {paper_id: texts[paper_id] for paper_id in grades}
            ranked = rank(texts[str(query)], candidates)
            gains = [grades[paper_id] for paper_id in ranked]
            relevant = {paper_id for paper_id, grade in grades.items() if grade >= CSFCUBE_RELEVANT}
            metrics_by_query[f"{query}_{facet}"] = {
                "MAP": average_precision(ranked, relevant),
                "NDCG%20": ndcg(gains, int(0.2 * len(gains)), undiscounted=CSFCUBE_UNDISCOUNTED),
                "NDCG@20": ndcg(gains, 20, undiscounted=CSFCUBE_UNDISCOUNTED),
            }
    folds = [
        mean_metrics([metrics_by_query[query] for facet in FACETS for query in splits[facet][fold]])
        for fold in CSFCUBE_FOLDS
    ]
    return mean_metrics(folds)


def judge_doris(file: Path, rank: Ranker) -> Metrics:
    """Return the figures of DORIS-MAE: the mean over its needs."""
    data = json.loads(file.read_text(encoding="utf-8"))
    texts = {
        str(paper["abstract_id"]): f"{paper.get('title', '')}\n{paper['original_abstract']}"
        for paper in data["Corpus"]
    }
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    for annotation in data["Annotation"]:
        aspect, paper_id = str(annotation["aspect_id"]), str(annotation["abstract_id"])
        score = scores[aspect].get(paper_id, 0) + annotation["score"]
        scores[aspect][paper_id] = score  # of two for the same pair the authors take the sum
    metrics = []
    for query in data["Query"]:
        aspects = {str(aspect) for aspect in query["aspects"]}
        aspects |= {str(part) for parts in query["aspects"].values() for part in parts}
        grades = {
            paper_id: fmean(scores[aspect].get(paper_id, 0) for aspect in aspects)
            for paper_id in map(str, query["candidate_pool"])
        }
        ranked = rank(query["query_text"], {paper_id: texts[paper_id] for paper_id in grades})
        gains = [grades[paper_id] for paper_id in ranked]
        relevant = {paper_id for paper_id, grade in grades.items() if grade >= DORIS_RELEVANT}
        relevant -= DORIS_NEVER_RELEVANT
        metrics.append(
            {
                "NDCG%10": ndcg(gains, int(0.1 * len(gains))),
                "nDCG@10": ndcg(gains, 10),
                "nDCG@20": ndcg(gains, 20),
            }
        )
        if relevant:
            metrics[-1]["MAP"] = average_precision(ranked, relevant)
    return mean_metrics(metrics)


def mean_metrics(metrics: Sequence[Mapping[str, float]]) -> Metrics:
    """Return the mean of each metric over those that have it."""
    values: dict[str, list[float]] = defaultdict(list)
    for each in metrics:
        for name, value in each.items():
            values[name].append(value)
    return {name: fmean(each) for name, each in values.items()}
