"""Numbers as a row of bars."""

from __future__ import annotations

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(numbers: Sequence[int]) -> str:
    """Return a bar for each number, the lowest for zero alone, if there is something to compare."""
    highest = max(numbers, default=0)
    if len(numbers) < 2 or not highest:
        return ""
    return "".join(_BARS[-(-number * (len(_BARS) - 1) // highest)] for number in numbers)
