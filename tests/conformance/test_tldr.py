"""The tldr on real abstracts."""

import gzip
import json
import re
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.render.entry_content import display_text
from bot.render.highlight import sentence_span
from bot.summaries.extractive.select import MAX_TLDR_LENGTH, extract_tldr
from bot.summaries.extractive.sentences import split_sentences
from tests.bench.sentences import fault_shares
from tests.bench.tldr_rouge import rouge_l

pytestmark = pytest.mark.slow

EVERY = 38  # Spreads 2,000 papers over the whole corpus, so over years and fields.


class Chosen(NamedTuple):
    """A paper and the sentence chosen for it."""

    title: str
    abstract: str  # on one line
    tldr: str


@pytest.fixture(scope="module")
def papers(real_data: Path) -> list[Chosen]:
    """Return 2,000 papers of the corpus with their sentences."""
    with gzip.open(real_data / "corpus" / "papers_2025_2026.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in islice(lines, 0, 2000 * EVERY, EVERY)]
    return [
        Chosen(
            row["title"],
            " ".join(row["abstract"].split()),
            extract_tldr(row["title"], row["abstract"]),
        )
        for row in rows
    ]


def test_it_is_nearer_to_written_summaries_than_the_first_or_last_sentence(real_data: Path) -> None:
    scores = rouge_l(real_data)

    assert scores["gist"] > scores["first sentence"]
    assert scores["gist"] > scores["last sentence"]


def test_it_is_what_the_authors_wrote(papers: list[Chosen]) -> None:
    """But for a capital letter; nearly always one run of words, without a remark left out."""
    for paper in papers:
        assert 0 < len(paper.tldr) <= MAX_TLDR_LENGTH
        assert all(is_said(word, paper.abstract) for word in paper.tldr.removesuffix("…").split())
    literal = sum(paper.tldr.removesuffix("…")[1:] in paper.abstract for paper in papers)
    assert literal > 0.97 * len(papers)


def is_said(word: str, text: str) -> bool:
    """Whether a word stands in the text, but for a capital letter, and a stop behind a remark."""
    word = word.rstrip(".,;:")
    return word in text or word[:1].lower() + word[1:] in text


def test_it_ends_where_a_sentence_ends(papers: list[Chosen]) -> None:
    """Before no small letter (but for a name such as "mRNA"), in no bracket, or with "…"."""
    complete = [paper for paper in papers if not paper.tldr.endswith("…")]

    goes_on = [
        paper.tldr
        for paper in complete
        for _, sentence, tail in (paper.abstract.partition(paper.tldr[1:]),)
        if sentence and re.match(r"\s?[a-z,;]", tail)
    ]

    assert len(goes_on) < 0.002 * len(complete)
    assert not [paper.tldr for paper in complete if re.search(r"[(\[][^)\]]*$", paper.tldr)]


def test_few_begin_with_a_lead_in_or_are_cut(papers: list[Chosen]) -> None:
    shown = fault_shares([paper.tldr for paper in papers])

    assert shown["any lead-in"] < 3
    assert shown["cut"] < 5


def test_the_entry_finds_the_sentence_of_the_table(papers: list[Chosen]) -> None:
    """Nearly always; what is not found is said above the abstract."""
    sample = papers[::10]

    matching = [
        sentence_span(display_text(paper.abstract), display_text(paper.tldr)) for paper in sample
    ]

    assert sum(map(bool, matching)) > 0.97 * len(sample)


def test_splitting_loses_no_character(papers: list[Chosen]) -> None:
    assert len(papers) == 2000
    for paper in papers:
        pieces = split_sentences(paper.abstract)

        assert "".join("".join(pieces).split()) == "".join(paper.abstract.split())
