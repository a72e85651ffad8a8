"""How near is the extractive gist to summaries that others wrote?

Run as ``python -m tests.bench.gist_rouge`` with $PAPERGRAM_TEST_DATA set.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from statistics import mean

from rouge_score.rouge_scorer import RougeScorer

from bot.summary.extractive import gist
from bot.summary.sentences import sentences

METHODS: dict[str, Callable[[str, str], str]] = {
    "gist": gist,
    "first sentence": lambda _title, abstract: sentences(abstract)[0],
    "last sentence": lambda _title, abstract: sentences(abstract)[-1],
}


def rouge_l(data: Path) -> dict[str, float]:
    """Return the mean ROUGE-L F1 of every method over the papers that have a summary."""
    papers = [row["paper"] for row in json.loads(_file(data).read_text(encoding="utf-8"))]
    scorer = RougeScorer(["rougeL"], use_stemmer=True)
    return {
        name: mean(
            scorer.score(paper["ai_summary"], method(paper["title"], paper["summary"]))[
                "rougeL"
            ].fmeasure
            for paper in papers
            if paper.get("ai_summary")
        )
        for name, method in METHODS.items()
    }


def _file(data: Path) -> Path:
    return data / "other" / "hf_daily_papers_2026-06-13.json"


if __name__ == "__main__":
    for name, score in rouge_l(Path(os.environ["PAPERGRAM_TEST_DATA"])).items():
        print(f"{name:16} ROUGE-L F1 {score:.3f}")
