"""What leaves real abstracts as marks comes back, and what is left can be copied by a model."""

import gzip
import json
import re
from pathlib import Path

import pytest

from bot.summaries.llm.mask_formulas import mask, unmask
from bot.summaries.llm.paper_for_prompt import mask_paper
from storage.records.papers import Paper

_EVERY = 40
_LEFT = re.compile(r"\\[A-Za-z]|https?://|\^\{")


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def papers(real_data: Path) -> list[Paper]:
    """One in forty of the corpus."""
    with gzip.open(
        real_data / "corpus" / "papers_2025_2026.jsonl.gz", "rt", encoding="utf-8"
    ) as lines:
        rows = [json.loads(line) for number, line in enumerate(lines) if number % _EVERY == 0]
    return [Paper(row["id"], row["version"], row["title"], row["abstract"]) for row in rows]


def test_every_real_abstract_is_restored(papers: list[Paper]) -> None:
    for paper in papers:
        masked, originals = mask(paper.abstract)
        assert unmask(masked, originals) == paper.abstract


@pytest.mark.slow
def test_hardly_any_tex_or_address_is_left_to_be_retyped(papers: list[Paper]) -> None:
    unmasked = sum(bool(_LEFT.search(mask_paper(paper).abstract)) for paper in papers)

    assert unmasked < len(papers) * 0.002


@pytest.mark.slow
def test_marks_stay_few(papers: list[Paper]) -> None:
    """A text of marks cannot be translated."""
    crowded = sum(len(mask_paper(paper).runs) > 20 for paper in papers)

    assert crowded < len(papers) * 0.002
