"""Convert a cadence to columns and back; chats and topics both have one."""

from __future__ import annotations

import json
from datetime import time
from functools import lru_cache

from storage.engine.column_types import integers_from_json, texts_from_json, to_json_list
from storage.engine.sqlite import Row, Value
from storage.records.chats import Cadence, QuietDayPolicy


def cadence_values(cadence: Cadence) -> dict[str, Value]:
    """Return the columns times, weekdays and on_quiet_days."""
    return {
        "times": to_json_list(local_time.isoformat() for local_time in cadence.times),
        "weekdays": json.dumps(cadence.weekdays),
        "on_quiet_days": cadence.on_quiet_days,
    }


def cadence_from_row(row: Row) -> Cadence:
    """Read back a cadence from a row with its three columns."""
    return _parse_cadence(row["times"], row["weekdays"], row["on_quiet_days"])


@lru_cache(1024)
def _parse_cadence(times: str, weekdays: str, on_quiet_days: str) -> Cadence:
    """Parse a cadence once: many due chats have the same one."""
    return Cadence(
        times=tuple(time.fromisoformat(local_time) for local_time in texts_from_json(times)),
        weekdays=integers_from_json(weekdays),
        on_quiet_days=QuietDayPolicy(on_quiet_days),
    )
