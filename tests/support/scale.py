"""The size of the longest tests: a quarter, unless PAPERGRAM_TEST_SCALE says otherwise."""

from __future__ import annotations

import os

SCALE = float(os.environ.get("PAPERGRAM_TEST_SCALE", "0.25"))


def scaled(full_size: int) -> int:
    """Return the share of a number that is asked for, at least one."""
    return max(1, round(full_size * SCALE))
