"""A search: all words first, near each other and in the title, then most of the words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.ranking.search_order import closest_papers, papers_with_most_words, without_words
from bot.topics.query.parser import parse
from storage import Store
from storage.records.papers import Paper
from tests.support.builders import TODAY, announce


def paper(number: int, title: str, abstract: str = "") -> Paper:
    """Return a paper of these words."""
    return Paper(f"arxiv:2611.9{number:04}", 1, title, abstract, ("Ada",), ("cs.LG",))


TITLE = paper(1, "Video diffusion")
NEAR = paper(2, "A camera", "We study video diffusion.")
APART = paper(3, "A camera", "Each video is made by a slow and long diffusion.")
ONE_WORD = paper(4, "Diffusion of ink")
OTHER = paper(5, "Dwarf galaxies", "Their dark halos.")


def ids(papers: list[Paper]) -> list[str]:
    """Return the ids of papers."""
    return [one.id for one in papers]


@pytest.fixture
def stored(store: Store) -> Store:
    """Store the papers, the closest first announced and so the oldest."""
    for position, one in enumerate((TITLE, NEAR, APART, ONE_WORD, OTHER)):
        announce(store, [one], day=TODAY + timedelta(position))
    return store


def test_the_title_precedes_the_abstract_and_near_words_those_apart(stored: Store) -> None:
    found = closest_papers(stored, parse("video diffusion").clause)

    assert [one.id for one in found] == ids([TITLE, NEAR, APART])


def test_what_asks_for_no_words_stays_newest_first(stored: Store) -> None:
    found = closest_papers(stored, parse("cat:cs.LG").clause)

    assert [one.id for one in found] == ids([OTHER, ONE_WORD, APART, NEAR, TITLE])


def test_most_words_are_enough_where_not_all_are_there(stored: Store) -> None:
    clause = parse("dwarf galaxies zymurgy").clause

    assert closest_papers(stored, clause) == []
    [nearly] = papers_with_most_words(stored, clause, without=())
    assert nearly.id == OTHER.id
    assert papers_with_most_words(stored, clause, without={nearly.key}) == []


@pytest.mark.parametrize(
    "query", ["zymurgy", "zymurgy OR brewing", "cat:cs.LG", "ink zymurgy brewing"]
)
def test_less_than_most_is_not_near(stored: Store, query: str) -> None:
    assert papers_with_most_words(stored, parse(query).clause, without=()) == []


def test_what_is_no_word_is_asked_for_all_the_same() -> None:
    rest = without_words(parse("video diffusion cat:cs.CV au:Ada -ink").clause)

    assert rest == parse("cat:cs.CV au:Ada -ink").clause
    assert without_words(parse("video diffusion").clause) is None
    assert without_words(parse("video cat:cs.CV").clause) == parse("cat:cs.CV").clause
