"""Similar papers: whole texts, closest first, never by chance, and always the same."""

from __future__ import annotations

from datetime import date

import pytest

from bot.ranking.similar import has_comparable_words, similar_papers
from storage import Store
from storage.records.papers import Paper
from tests.support.builders import announce

DAY = date(2026, 11, 23)


def paper(number: int, title: str, abstract: str = "") -> Paper:
    """Return a paper of these words."""
    return Paper(f"arxiv:2611.9{number:04}", 1, title, abstract, ("Ada",), ("cs.LG",))


SEED = paper(
    1,
    "Forgetting on request",
    "Machine unlearning removes the influence of private records from a trained language model.",
)
CLOSE = paper(
    2, "A survey of deletion", "Machine unlearning of private records in a language model."
)
CLOSER = paper(
    3,
    "Requests to forget",
    "Machine unlearning: the influence of private records on a trained language model is removed.",
)
FAR = paper(4, "Dwarf galaxies", "Rotation curves of dwarf galaxies and their dark halos.")


def ids(store: Store, seed: Paper, limit: int = 10) -> list[str]:
    """Return the ids of the papers that are similar to one."""
    return [similar.paper.id for similar in similar_papers(store, seed, limit=limit)]


def test_the_whole_text_decides_and_what_is_close_by_chance_is_left_out(store: Store) -> None:
    announce(store, [SEED, CLOSE, CLOSER, FAR], day=DAY)

    assert ids(store, SEED) == [CLOSER.id, CLOSE.id]
    assert ids(store, SEED, limit=1) == [CLOSER.id]
    assert ids(store, FAR) == []


def test_the_shared_words_are_those_of_the_paper_that_was_pressed(store: Store) -> None:
    announce(store, [SEED, CLOSE], day=DAY)

    [similar] = similar_papers(store, SEED, limit=10)

    assert similar.shared_words[:3] == ("unlearning", "records", "private")


def test_papers_that_are_equally_close_are_ordered_by_id(store: Store) -> None:
    twins = [paper(number, CLOSE.title, CLOSE.abstract) for number in (9, 7, 8)]
    announce(store, twins, day=DAY)

    assert ids(store, SEED) == sorted(twin.id for twin in twins)


def test_a_paper_that_is_not_stored_has_similar_ones(store: Store) -> None:
    announce(store, [CLOSE], day=DAY)

    assert ids(store, SEED) == [CLOSE.id]


def test_an_empty_abstract_leaves_the_title(store: Store) -> None:
    announce(store, [CLOSER, FAR], day=DAY)

    assert ids(store, paper(5, "Machine unlearning of private records")) == [CLOSER.id]


@pytest.mark.parametrize(
    "bare", [paper(5, ""), paper(5, "On it"), paper(5, "机器遗忘", "从训练好的模型中删除数据。")]
)
def test_a_paper_without_words_to_compare_says_so(store: Store, bare: Paper) -> None:
    announce(store, [CLOSE, FAR], day=DAY)

    assert not has_comparable_words(bare)
    assert ids(store, bare) == []
    assert has_comparable_words(SEED)
