"""Measure how near the extractive tldr is to summaries that others wrote.

Run as ``python -m tests.bench.tldr_rouge`` with $PAPERGRAM_TEST_DATA set. ROUGE-L is computed
here (Lin 2004, F1 of the longest common subsequence of stemmed words): its usual package brings
NumPy and NLTK, which would be loaded by libraries of ours wherever they are installed.
"""

import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean

from bot.summaries.extractive.select import extract_tldr
from bot.summaries.extractive.sentences import split_sentences
from bot.topics.query.analyzer import stem

METHODS: dict[str, Callable[[str, str], str]] = {
    "gist": extract_tldr,
    "first sentence": lambda _title, abstract: split_sentences(abstract)[0],
    "last sentence": lambda _title, abstract: split_sentences(abstract)[-1],
}


def rouge_l(data: Path) -> dict[str, float]:
    """Return the mean ROUGE-L F1 of every method over the papers that have a summary."""
    papers = [row["paper"] for row in json.loads(_papers_file(data).read_text(encoding="utf-8"))]
    return {
        name: mean(
            rouge_f1(
                _tokens(paper["ai_summary"]), _tokens(method(paper["title"], paper["summary"]))
            )
            for paper in papers
            if paper.get("ai_summary")
        )
        for name, method in METHODS.items()
    }


def rouge_f1(reference: Sequence[str], candidate: Sequence[str]) -> float:
    """ROUGE-L F1 of two word sequences, 0 to 1."""
    common = _common_subsequence_length(reference, candidate)
    return 2 * common / (len(reference) + len(candidate)) if common else 0.0


def _common_subsequence_length(words: Sequence[str], other_words: Sequence[str]) -> int:
    row = [0] * (len(other_words) + 1)
    for word in words:
        previous_row = row
        row = [0]
        for index, other_word in enumerate(other_words):
            row.append(
                previous_row[index] + 1
                if word == other_word
                else max(row[-1], previous_row[index + 1])
            )
    return row[-1]


def _tokens(text: str) -> list[str]:
    return [stem(word) for word in re.findall("[a-z0-9]+", text.lower())]


def _papers_file(data: Path) -> Path:
    return data / "other" / "hf_daily_papers_2026-06-13.json"


if __name__ == "__main__":
    for name, score in rouge_l(Path(os.environ["PAPERGRAM_TEST_DATA"])).items():
        print(f"{name:16} ROUGE-L F1 {score:.3f}")
