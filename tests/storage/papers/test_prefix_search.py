"""A begun word finds each word that begins so, and looks for few stems to do it."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.topics.query.analyzer import index_text, stem
from bot.topics.query.parser import make_term
from bot.topics.query.spelling_variants import AMERICAN_STARTS, CANONICAL_WORDS, DISTINCT_STEMS
from storage.papers.fts_query import superset_expression
from storage.records.queries import QueryField

SUFFIXES = """
    s sses ies ing ed ingly edly eed y ational tional enci anci abli entli izer ization ation
    ator alism aliti alli fulness ousli ousness iveness iviti biliti bli ogi fulli lessli li
    alize icate iciti ical ful ness ative al ance ence er ic able ible ant ement ment ent ism
    ate iti ous ive ize ion e l ly
"""
made_words = st.builds(
    lambda root, suffixes: root + "".join(suffixes),
    st.text("abcdefilmnorstuvxy", min_size=1, max_size=12),
    st.lists(st.sampled_from(SUFFIXES.split()), max_size=7),
).filter(lambda word: 2 <= len(word) <= 60)


def _sought(start: str) -> tuple[tuple[str, ...], set[str]]:
    """The beginnings and the stems that the expression for a begun word looks for."""
    expression = superset_expression(make_term(QueryField.TITLE, f"{start}*"), index_text)
    sought = re.findall(r'"([^"]*)"( \*)?', expression)
    begun = tuple(stem for stem, is_begun in sought if is_begun)
    return begun, {stem for stem, is_begun in sought if not is_begun}


@given(made_words)
@example("abfulnessingly")
@example("dying")
@example("aingly")
@example("nationalizations")
@example("sensibilities")
@example("colouring")
@example("optimisation")
def test_every_beginning_of_a_word_finds_its_stem(word: str) -> None:
    missed = [
        (word[:length], stem(word))
        for length in range(2, len(word) + 1)
        for begun, stems in (_sought(word[:length]),)
        if not stem(word).startswith(begun) and stem(word) not in stems
    ]

    assert missed == []


@pytest.mark.parametrize(
    "word", sorted({*CANONICAL_WORDS, *DISTINCT_STEMS, *(f"{start}s" for start in AMERICAN_STARTS)})
)
def test_every_beginning_of_a_listed_word_finds_its_stem(word: str) -> None:
    for length in range(2, len(word) + 1):
        begun, stems = _sought(word[:length])
        assert stem(word).startswith(begun) or stem(word) in stems


@pytest.mark.parametrize("letters", [9, 30, 60, 1900])
def test_a_long_beginning_looks_for_stems_near_its_end(letters: int) -> None:
    _, stems = _sought("abcdefghij" * (letters // 10) + "abcdefghij"[: letters % 10])

    assert len(stems) <= 5 * 22
    assert min(map(len, stems)) >= max(2, letters - 22)
