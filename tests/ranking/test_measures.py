"""The measures of orders, on orders whose figures are worked out by hand."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.bench import ranking
from tests.bench.ranking_measures import average_precision, judge_csfcube, judge_doris, ndcg


def in_given_order(_text: str, candidates: Mapping[str, str]) -> list[str]:
    """Rank candidates as they come."""
    return list(candidates)


def test_average_precision_counts_what_was_not_found() -> None:
    assert average_precision(["a", "x", "b"], {"a", "b"}) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(["a"], {"a", "b"}) == 0.5
    assert average_precision(["a"], set()) == 0


def test_discounted_gain_is_a_share_of_the_best_order() -> None:
    assert ndcg([3, 2, 1], 10) == 1
    assert ndcg([0, 1], 2) == pytest.approx(1 / math.log2(3))
    assert ndcg([0, 1], 1) == 0
    assert ndcg([0, 0], 2) == 0
    # The examples of the metrics that CSFCube's evaluation imports.
    assert ndcg([2, 1, 2, 0], 4) == pytest.approx(0.96519546960144276)
    assert ndcg([2, 1, 2, 0], 4, undiscounted=2) == pytest.approx(0.9203032077642922)


def test_csfcube_is_judged_as_its_authors_do(tmp_path: Path) -> None:
    """Ten candidates a facet; the method's two with a grade are in the worse order."""
    names = [f"paper {n}" for n in range(10)]
    papers = [
        {"paper_id": name, "title": name, "abstract": ["One.", "Two."]} for name in ("q", *names)
    ]
    lines = "".join(json.dumps(paper) + "\n" for paper in papers)
    (tmp_path / "abstracts-csfcube-preds.jsonl").write_text(lines)
    splits: dict[str, dict[str, list[str]]] = {}
    for facet in ("background", "method", "result"):
        splits[facet] = {"fold1_test": [f"q_{facet}"], "fold2_test": [f"q_{facet}"]}
        grades = [1, 0, 3] if facet == "method" else [3, 0, 1]
        (tmp_path / f"test-pid2anns-csfcube-{facet}.json").write_text(
            json.dumps({"q": {"cands": names, "relevance_adju": grades + [0] * 7}})
        )
    (tmp_path / "evaluation_splits.json").write_text(json.dumps(splits))

    metrics = judge_csfcube(tmp_path, in_given_order)

    method, others = 1 + 3 / math.log2(3), 3 + 1 / math.log2(3)
    assert metrics["MAP"] == pytest.approx((1 + 1 / 3 + 1) / 3), "only grade 3 is relevant"
    assert metrics["NDCG@20"] == pytest.approx((method + 2 * others) / 3 / (3 + 1))
    assert metrics["NDCG%20"] == pytest.approx((1 + 2 * 3) / 3 / (3 + 1)), "of two candidates"


def test_doris_is_judged_as_its_authors_do(tmp_path: Path) -> None:
    """Twenty candidates with scores for three aspects."""
    scores = {0: (0, 0, 0), 1: (2, 2, 2), 2: (1, 1, 0), 28674: (2, 2, 2), 4: (1, 0, 1)}
    pool = [*scores, *range(5, 20)]
    annotations = [
        {"aspect_id": aspect, "abstract_id": paper, "score": score}
        for paper in pool
        for aspect, score in zip("xyz", scores.get(paper, (0, 0, 0)), strict=True)
    ]
    data = {
        "Corpus": [{"abstract_id": n, "original_abstract": f"Paper {n}"} for n in pool],
        "Query": [
            {"query_text": "A need", "candidate_pool": pool, "aspects": {"x": ["y"], "z": []}}
        ],
        "Annotation": [*annotations, {"aspect_id": "x", "abstract_id": 4, "score": 1}],
    }
    file = tmp_path / "doris.json"
    file.write_text(json.dumps(data))

    metrics = judge_doris(file, in_given_order)

    gain = 6 / math.log2(3) + 2 / math.log2(4) + 6 / math.log2(5) + 3 / math.log2(6)
    best_gain = 6 + 6 / math.log2(3) + 3 / math.log2(4) + 2 / math.log2(5)
    assert metrics["nDCG@10"] == metrics["nDCG@20"] == pytest.approx(gain / best_gain)
    assert metrics["NDCG%10"] == pytest.approx(6 / math.log2(3) / (6 + 6 / math.log2(3)))
    expected = (1 / 2 + 2 / 5) / 2
    assert metrics["MAP"] == pytest.approx(expected), "by two of the three with a mean of 1"


def test_the_command_judges_the_lists_it_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One reader, of whose two relevant papers one is found first and the other never."""
    papers = {
        "2601.00001": "Machine unlearning removes private records from a language model",
        "2602.00001": "Machine unlearning of private records in a language model",
        "2602.00002": "Unlearning judged: do private attackers find traces",
        "2602.00003": "Dwarf galaxies and their dark halos",
    }
    corpus, lists = tmp_path / "corpus.jsonl.gz", tmp_path / "lists.json"
    with gzip.open(corpus, "wt", encoding="utf-8") as lines:
        for paper_id, title in papers.items():
            day = f"20{paper_id[:2]}-{paper_id[2:4]}-10"
            record = {"id": paper_id, "title": title, "abstract": title, "published": day}
            lines.write(json.dumps(record | {"version": 1, "authors": [], "categories": []}) + "\n")
    reader = {
        "name": "Unlearning",
        "query": "machine unlearning",
        "history": ["2601.00001", "2601.99999"],
        "window": ["2026-02-01", "2026-02-28"],
        "relevant": ["2602.00001", "2602.00003"],
    }
    lists.write_text(json.dumps([reader]))

    ranking.main(["--lists", str(lists), "--corpus", str(corpus), "--json"])

    figures = json.loads(capsys.readouterr().out)["lists"]
    assert figures == {
        "more like this, AP": 0.5,
        "order within a topic, AP": 1,
        "order within a topic, nDCG@12": 1,
        "search best first, AP": 0.5,
    }
