"""How near is the extractive gist to summaries that others wrote?

Run as ``python -m tests.bench.gist_rouge`` with $PAPERGRAM_TEST_DATA set. ROUGE-L is computed
here (Lin 2004, F1 of the longest common subsequence of stemmed words): its usual package brings
NumPy and NLTK, which would be loaded by libraries of ours wherever they are installed.
"""

import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean

from bot.summaries.extractive.select import gist
from bot.summaries.extractive.sentences import sentences
from bot.topics.query.analyzer import stem

METHODS: dict[str, Callable[[str, str], str]] = {
    "gist": gist,
    "first sentence": lambda _title, abstract: sentences(abstract)[0],
    "last sentence": lambda _title, abstract: sentences(abstract)[-1],
}


def rouge_l(data: Path) -> dict[str, float]:
    """Return the mean ROUGE-L F1 of every method over the papers that have a summary."""
    papers = [row["paper"] for row in json.loads(_file(data).read_text(encoding="utf-8"))]
    return {
        name: mean(
            f1(_tokens(paper["ai_summary"]), _tokens(method(paper["title"], paper["summary"])))
            for paper in papers
            if paper.get("ai_summary")
        )
        for name, method in METHODS.items()
    }


def f1(wanted: Sequence[str], given: Sequence[str]) -> float:
    """ROUGE-L F1 of two word sequences, 0 to 1."""
    common = _longest_common(wanted, given)
    return 2 * common / (len(wanted) + len(given)) if common else 0.0


def _longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    row = [0] * (len(other) + 1)
    for word in one:
        before = row
        row = [0]
        for place, rival in enumerate(other):
            row.append(before[place] + 1 if word == rival else max(row[-1], before[place + 1]))
    return row[-1]


def _tokens(text: str) -> list[str]:
    return [stem(word) for word in re.findall("[a-z0-9]+", text.lower())]


def _file(data: Path) -> Path:
    return data / "other" / "hf_daily_papers_2026-06-13.json"


if __name__ == "__main__":
    for name, score in rouge_l(Path(os.environ["PAPERGRAM_TEST_DATA"])).items():
        print(f"{name:16} ROUGE-L F1 {score:.3f}")
