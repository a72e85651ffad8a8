"""Convert values to columns and back: texts, times, lists, cadences."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

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


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(instant: datetime) -> int:
    """Count whole microseconds since 1970 in UTC; a naive instant is refused."""
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a zone: {instant.isoformat()}")
    return (instant - _EPOCH) // _MICROSECOND


def micros_or_null(instant: datetime | None) -> int | None:
    """Count microseconds, or keep nothing."""
    return None if instant is None else micros(instant)


def instant(stored: int) -> datetime:
    """Read back what micros wrote, aware and in UTC."""
    return _EPOCH + timedelta(microseconds=stored)


def instant_or_none(stored: int | None) -> datetime | None:
    """Read back an instant that may be missing."""
    return None if stored is None else instant(stored)


def seconds(count: float) -> int:
    """Turn a span of seconds into microseconds."""
    return round(count * 1_000_000)


def day(stored: str | None) -> date | None:
    """Read back a day that may be missing."""
    return None if stored is None else date.fromisoformat(stored)


def iso(value: date | None) -> str | None:
    """Write a day as 2026-11-22, which sorts as text."""
    return None if value is None else value.isoformat()


def text_list(values: Iterable[str]) -> str:
    """Write a list of texts as JSON, readable in the file."""
    return json.dumps(list(values), ensure_ascii=False)


def texts(stored: str) -> tuple[str, ...]:
    """Read back a list of texts."""
    return tuple(json.loads(stored))


def numbers(stored: str) -> tuple[int, ...]:
    """Read back a list of whole numbers."""
    return tuple(json.loads(stored))
