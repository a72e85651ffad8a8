"""Sets of the archive: few questions, and no category outside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.oai_sets import MAX_SETS, covering_sets
from bot.arxiv.taxonomy import categories


@pytest.mark.parametrize(
    ("asked_categories", "sets"),
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
def test_the_sets_of_categories(asked_categories: list[str], sets: tuple[str, ...]) -> None:
    assert covering_sets(asked_categories) == sets


@given(st.sets(st.sampled_from(categories()), min_size=1))
def test_every_category_is_inside_a_set(asked_categories: set[str]) -> None:
    covering = covering_sets(sorted(asked_categories))

    assert 0 < len(covering) <= MAX_SETS
    for category in asked_categories:
        [own_set] = covering_sets([category])
        assert any(
            own_set == set_spec or own_set.startswith(f"{set_spec}:") or set_spec == ""
            for set_spec in covering
        )
