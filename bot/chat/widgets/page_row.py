"""The buttons that lead to the neighbouring pages of a list."""

from __future__ import annotations

from collections.abc import Callable

from bot.render.telegram.keyboard import Action, Button, Keyboard


def page_row(
    page: int,
    page_action: Callable[[int], Action],
    *,
    has_next: bool,
    labels: tuple[str, str] = ("‹", "›"),
    position: str = "",
) -> Keyboard:
    """Return the row that leads to the pages before and after ``page``, or no row without any.

    ``position`` is the label of a button between them, which shows the same page again.
    """
    if not (page or has_next):
        return ()
    previous_label, next_label = labels
    row = []
    if page:
        row.append(Button(previous_label, page_action(page - 1)))
    if position:
        row.append(Button(position, page_action(page)))
    if has_next:
        row.append(Button(next_label, page_action(page + 1)))
    return (tuple(row),)
