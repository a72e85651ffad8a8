"""The row of buttons that leads to the neighbouring pages of a list."""

from __future__ import annotations

import pytest

from bot.chat.widgets.page_row import page_row
from bot.render.telegram.keyboard import Action


@pytest.mark.parametrize(
    ("page", "has_next", "labels", "pages"),
    [
        (0, True, ["1/3", "›"], [0, 1]),
        (1, True, ["‹", "2/3", "›"], [0, 1, 2]),
        (2, False, ["‹", "3/3"], [1, 2]),
    ],
)
def test_a_page_leads_to_its_neighbours(
    page: int, has_next: bool, labels: list[str], pages: list[int]
) -> None:
    [row] = page_row(
        page, lambda number: Action("list", number), has_next=has_next, position=f"{page + 1}/3"
    )

    assert [button.label for button in row] == labels
    assert [button.action for button in row] == [Action("list", number) for number in pages]


def test_a_list_of_one_page_has_no_row() -> None:
    assert page_row(0, lambda number: Action("list", number), has_next=False, position="1/1") == ()
