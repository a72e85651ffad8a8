"""Sets of the archive: few questions, and no category outside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.oai_sets import MAX_SETS, covering_sets
from bot.arxiv.taxonomy import categories


@pytest.mark.parametrize(
    ("asked", "sets"),
    [
        (["cs.CV"], ("cs:cs:CV",)),
        (["hep-th", "math-ph"], ("physics:hep-th", "physics:math-ph")),
        (["physics.optics", "astro-ph.EP"], ("physics:physics:optics", "physics:astro-ph:EP")),
        (["cs.NA"], ("math:math:NA",)),
        (["cs"], ("cs:cs",)),
        (["cs", "cs.CV"], ("cs:cs",)),
        (["cs.AI", "cs.CL", "cs.CV", "cs.LG", "cs.RO", "cs.IR", "cs.CR"], ("cs:cs",)),
        (list(categories()), ("",)),
        ([], ("",)),
        (["nonsense"], ("",)),
    ],
)
def test_the_sets_of_categories(asked: list[str], sets: tuple[str, ...]) -> None:
    assert covering_sets(asked) == sets


@given(st.sets(st.sampled_from(categories()), min_size=1))
def test_every_category_is_inside_a_set(asked: set[str]) -> None:
    found = covering_sets(sorted(asked))

    assert 0 < len(found) <= MAX_SETS
    for category in asked:
        [own] = covering_sets([category])
        assert any(own == one or own.startswith(f"{one}:") or one == "" for one in found)
