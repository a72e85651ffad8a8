"""Convert values to columns and back: times, days, lists."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

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
