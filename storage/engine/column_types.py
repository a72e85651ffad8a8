"""Convert values to columns and back: times, days, lists."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """Count whole microseconds since 1970 in UTC; a naive instant is refused."""
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a zone: {instant.isoformat()}")
    return (instant - _EPOCH) // _MICROSECOND


def to_micros_or_null(instant: datetime | None) -> int | None:
    """Count microseconds, or keep nothing."""
    return None if instant is None else to_micros(instant)


def from_micros(microseconds: int) -> datetime:
    """Read back what ``to_micros`` wrote, aware and in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)


def from_micros_or_none(microseconds: int | None) -> datetime | None:
    """Read back an instant that may be missing."""
    return None if microseconds is None else from_micros(microseconds)


def seconds_to_micros(duration: float) -> int:
    """Turn a span of seconds into microseconds."""
    return round(duration * 1_000_000)


def parse_day(text: str | None) -> date | None:
    """Read back a day that may be missing."""
    return None if text is None else date.fromisoformat(text)


def format_day(calendar_day: date | None) -> str | None:
    """Write a day as 2026-11-22, which sorts as text."""
    return None if calendar_day is None else calendar_day.isoformat()


def to_json_list(values: Iterable[str]) -> str:
    """Write a list of texts as JSON, readable in the file."""
    return json.dumps(list(values), ensure_ascii=False)


def texts_from_json(text: str) -> tuple[str, ...]:
    """Read back a list of texts."""
    return tuple(json.loads(text))


def integers_from_json(text: str) -> tuple[int, ...]:
    """Read back a list of whole numbers."""
    return tuple(json.loads(text))
