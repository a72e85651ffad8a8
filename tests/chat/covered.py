"""Which commands and buttons have a test: tests say so, and a test of the tables asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Test = TypeVar("Test", bound=Callable[..., object])

COVERED: set[str] = set()


def covers(*names: str) -> Callable[[Test], Test]:
    """Says that a test is about these ways in: ``/sub`` is a command, ``[subscribe]`` a button."""

    def mark_covered(test: Test) -> Test:
        COVERED.update(names)
        return test

    return mark_covered
