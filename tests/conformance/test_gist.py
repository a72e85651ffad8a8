"""The gist on real abstracts."""

import gzip
import json
from itertools import islice
from pathlib import Path

import pytest

from bot.summary.extractive import gist
from bot.summary.sentences import sentences
from tests.bench.gist_rouge import rouge_l

EVERY = 38  # Spreads 2,000 papers over the whole corpus, so over years and fields.


@pytest.fixture
def papers(real_data: Path) -> list[dict[str, str]]:
    """Return 2,000 papers of the corpus."""
    with gzip.open(real_data / "corpus" / "papers_2025_2026.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in islice(lines, 0, 2000 * EVERY, EVERY)]


def test_it_is_nearer_to_written_summaries_than_the_first_or_last_sentence(real_data: Path) -> None:
    scores = rouge_l(real_data)

    assert scores["gist"] > scores["first sentence"]
    assert scores["gist"] > scores["last sentence"]


@pytest.mark.slow
def test_it_is_a_literal_sentence_of_the_abstract(papers: list[dict[str, str]]) -> None:
    for paper in papers:
        chosen = gist(paper["title"], paper["abstract"])

        assert 0 < len(chosen) <= 320
        assert chosen.removesuffix("…") in " ".join(paper["abstract"].split())


def test_splitting_loses_no_character(papers: list[dict[str, str]]) -> None:
    assert len(papers) == 2000
    for paper in papers:
        abstract = paper["abstract"]

        assert "".join("".join(sentences(abstract)).split()) == "".join(abstract.split())
