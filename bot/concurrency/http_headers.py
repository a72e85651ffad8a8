"""Read dates and waits in the headers of a server's response."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def parse_date(text: str) -> datetime | None:
    """Return a date as HTTP and e-mail write it, in UTC; None if it is invalid."""
    try:
        instant = parsedate_to_datetime(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait, from a number or a date relative to ``Date``; else None."""
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        # Relative to the response's own date, because clocks differ.
        until, sent_at = parse_date(value), parse_date(headers.get("date", ""))
        if until is None or sent_at is None:
            return None
        seconds = (until - sent_at).total_seconds()
    return None if math.isnan(seconds) else max(0.0, seconds)
