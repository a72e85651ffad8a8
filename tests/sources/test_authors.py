"""Names in one line of authors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.authors import split


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ada Lovelace, Charles Babbage", ("Ada Lovelace", "Charles Babbage")),
        ("Kandala,  Deepti", ("Kandala", "Deepti")),
        ("A. One (Univ, City, Land), B. Two", ("A. One", "B. Two")),
        ("A. One (1 and 2), B. Two (2) ((1) Here, (2) There)", ("A. One", "B. Two")),
        ("Michal Hajdu\\v{s}ek, P\\'al Erd\\H{o}s", ("Michal Hajdu\\v{s}ek", "P\\'al Erd\\H{o}s")),
        ("A. One (never closed, B. Two", ("A. One (never closed", "B. Two")),
        ("A. One), B. Two", ("A. One)", "B. Two")),
        ("Kettle Collaboration: A. One, B. Two", ("Kettle Collaboration: A. One", "B. Two")),
        ("(The Kettle Collaboration)", ("The Kettle Collaboration",)),
        ("A. One, (Kettle Collaboration)", ("A. One",)),
        ("A. One, et al. (909 additional authors not shown)", ("A. One",)),
        (
            '<a href="http://a">M. M&#xfc;nd</a>, <a href="http://b">G. Gap</a>',
            ("M. Münd", "G. Gap"),
        ),
        ("", ()),
        (" , ", ()),
        ("()", ()),
    ],
)
def test_names_are_split_at_commas_outside_parentheses(line: str, names: tuple[str, ...]) -> None:
    assert split(line) == names


NAME = st.text("abcÖé.-'\\{}", min_size=1, max_size=12)
PLACE = st.text("abc, ;12", max_size=12)


@given(st.lists(st.tuples(NAME, st.none() | PLACE), max_size=80))
def test_every_name_comes_back_in_order(people: list[tuple[str, str | None]]) -> None:
    line = ", ".join(
        name if place is None else f"{name} ({place} ({place}))" for name, place in people
    )

    assert split(line) == tuple(name for name, _ in people)


@given(st.text(max_size=300))
def test_any_line_gives_names_without_blanks_around(line: str) -> None:
    assert all(name and name == name.strip() for name in split(line))
