"""How a cadence looks in columns; chats and topics both have one."""

from __future__ import annotations

from datetime import time
from functools import lru_cache

from storage.engine.column_types import numbers, text_list, texts
from storage.engine.sqlite import Row, Value
from storage.records import Cadence, OnQuietDays


def cadence_values(cadence: Cadence) -> dict[str, Value]:
    """The columns times, weekdays and quiet."""
    return {
        "times": text_list(at.isoformat() for at in cadence.times),
        "weekdays": str(list(cadence.weekdays)),
        "quiet": cadence.quiet,
    }


def cadence_of(row: Row) -> Cadence:
    """Read back a cadence from a row with its three columns."""
    return _cadence(row["times"], row["weekdays"], row["quiet"])


@lru_cache(1024)
def _cadence(times: str, weekdays: str, quiet: str) -> Cadence:
    """The same few are read for every chat that is due."""
    return Cadence(
        times=tuple(time.fromisoformat(at) for at in texts(times)),
        weekdays=numbers(weekdays),
        quiet=OnQuietDays(quiet),
    )
