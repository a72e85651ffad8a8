"""Words by how they begin: a glance at the letters never misses what the analyser reads."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.topics.query.analyzer import (
    compound_words,
    has_word_with_prefix,
    may_have_word,
    surface_words,
)

PIECES = st.sampled_from(
    [
        *"aeosuxz1 -'_^*$+#{}~\n",
        *("\\", "\\alpha", "\\text{", '\\"{o}', "\\'e", "\\mathrm{", "\\o ", "\\-", "--", "'s"),
        *("σ", "ö", "Å", "é", "–", "ﬁ", "²", "扩", "ß", "ı"),
        *("Lambda", "CDM", "pre", "train", "H_0", "C++", "A*", "U-Net"),
    ]
)


def all_words(text: str) -> list[str]:
    """Return the words of a text and their alternative spellings."""
    return [*surface_words(text), *(token.word for token in compound_words(text))]


@given(st.lists(PIECES, max_size=12).map("".join), st.lists(PIECES, max_size=3).map("".join))
@example("$\\Lambda$CDM", "lambdacd")
@example("pre-training", "pretr")
@example("Schröder", "schroe")
@example("1ö", "")
@example("$\\Lambda\\mathrm{CDM}$", "lambdacdm")
def test_a_prefix_is_found_where_a_word_begins_with_it(text: str, other: str) -> None:
    words = all_words(text)
    prefixes = {word[:length] for word in words + all_words(other) for length in (1, 2, 4, 9)}

    for prefix in prefixes:
        expected = any(word.startswith(prefix) for word in words)
        assert has_word_with_prefix(text, prefix) is expected, prefix
    assert all(may_have_word(text, word) for word in words)


@pytest.mark.parametrize("part", ["galax", "x", "pretrained"])
def test_most_texts_without_a_part_are_told_at_a_glance(part: str) -> None:
    assert not may_have_word("A survey of pre-training, $m_0$ and more", part)
