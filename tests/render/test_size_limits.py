"""Measuring, shortening and cutting keep every bound they name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.formatting.rich_size import measure_blocks
from bot.render import size_limits
from bot.render.telegram.rich_blocks import bold, cell, details, paragraph, table


@given(st.text())
def test_units_are_utf16_code_units(text: str) -> None:
    assert size_limits.utf16_length(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(st.text(), st.integers(0, 80))
def test_a_shortened_text_is_a_marked_beginning_within_its_room(text: str, most: int) -> None:
    short = size_limits.shorten(text, most)

    assert size_limits.utf16_length(short) <= most
    assert short == text or text.startswith(short.removesuffix(size_limits.ELLIPSIS))
    assert short == text or most == 0 or short.endswith(size_limits.ELLIPSIS)


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("boats drift east", 16, "boats drift east"),
        ("boats drift east", 15, "boats drift…"),
        ("boats, drifting", 9, "boats…"),
        ("纸船会漂移，而且向东", 6, "纸船会漂移…"),
        ("😀😀😀", 4, "😀…"),
    ],
)
def test_a_text_is_cut_at_the_end_of_a_word(text: str, most: int, expected: str) -> None:
    assert size_limits.shorten(text, most) == expected


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 90), st.integers(1, 9))
def test_runs_cover_every_entry_once_and_overflow_only_alone(
    sizes: list[int], room: int, most: int
) -> None:
    cuts = list(size_limits.split_into_runs(sizes, room, most))

    assert [position for first, last in cuts for position in range(first, last + 1)] == list(
        range(1, len(sizes) + 1)
    )
    for first, last in cuts:
        assert last - first < most
        assert first == last or sum(sizes[first - 1 : last]) <= room


@given(st.lists(st.integers(0, 500), max_size=6), st.integers(0, 900))
def test_shares_stay_within_the_room_and_waste_none(lengths: list[int], room: int) -> None:
    given_room = size_limits.share_room(lengths, room)

    assert sum(given_room) <= room
    assert all(room <= wish for room, wish in zip(given_room, lengths, strict=True))
    if sum(lengths) <= room:
        assert given_room == lengths
    else:
        assert sum(given_room) > room - max(1, len(lengths))


def test_blocks_are_counted_by_telegrams_rule() -> None:
    """The emulator's count was written apart from ours, from the same documentation."""
    rows = [[cell("a"), cell([bold("b"), "😀"])], [cell("c"), cell("d")]]
    blocks = [paragraph("x", bold("y")), table(rows), details("s", [paragraph("t"), table(rows)])]

    size = measure_blocks([*blocks])

    assert size_limits.count_rich_blocks([*blocks]) == size.blocks == 9
    assert size_limits.rich_units(blocks) == size.characters == 2 + 6 + 1 + 1 + 6
    assert size_limits.rich_depth([*blocks]) >= size.depth
