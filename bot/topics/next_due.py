"""Compute when a topic's next digest is due.

A reader's times are wall-clock times in the reader's zone. Where the clocks go back, the first of
the two equal times counts; where they go forward over a time, it moves with them: 02:30 becomes
03:30 that night. So each local date and time has exactly one instant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from bot.arxiv import calendar
from storage.records.chats import Cadence

_DAY = timedelta(days=1)
_ALL_WEEKDAYS = frozenset(range(7))
_SMALLEST_STEP = timedelta(microseconds=1)
_READING_TIME = timedelta(minutes=30)  # from arXiv's announcement until the papers are stored
_WEEKS_OF_YEAR = 52


def next_due(cadence: Cadence, zone: str, after: datetime) -> datetime | None:
    """Return the first due instant strictly after ``after``; None for "as soon as announced"."""
    slots = _occasions(cadence, zone, _to_local(zone, after).date() - _DAY)
    return _earliest_after(after, slots)


def next_due_after_zone_change(
    cadence: Cadence, zone: str, after: datetime, *, last_served: datetime, old_zone: str
) -> datetime | None:
    """Return the next due instant in a new zone, without occasions served in the old one.

    The occasion "today at eight" occurs once, wherever today's eight o'clock is: occasions up to
    the wall-clock reading of ``last_served`` in ``old_zone`` have been served.
    """
    last_served_local = _to_local(old_zone, last_served).replace(tzinfo=None)
    first_day = max(_to_local(zone, after).date() - _DAY, last_served_local.date())
    slots = (
        slot
        for slot in _occasions(cadence, zone, first_day)
        if slot.replace(tzinfo=None) > last_served_local
    )
    return _earliest_after(after, slots)


def previous_due(cadence: Cadence, zone: str, due: datetime) -> datetime | None:
    """Return the occasion before a due instant, or None where a cadence has no occasions."""
    # A week covers every weekday, a day more a clock change.
    first_day = _to_local(zone, due).date() - 8 * _DAY
    slots = takewhile(lambda slot: slot.astimezone(UTC) < due, _occasions(cadence, zone, first_day))
    return max((slot.astimezone(UTC) for slot in slots), default=None)


def first_due_on(cadence: Cadence, zone: str, day: date) -> datetime | None:
    """Return the first due instant on or after a local date, as when a pause ends."""
    midnight = datetime.combine(day, time(), ZoneInfo(zone))
    return _earliest_after(
        midnight.astimezone(UTC) - _SMALLEST_STEP, _occasions(cadence, zone, day)
    )


def period_name(cadence: Cadence, zone: str, due: datetime) -> str:
    """Return an occasion's name: local date and time, or the instant if as soon as announced."""
    if not cadence.times:
        return f"{due.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
    return f"{_to_local(zone, due):%Y-%m-%dT%H:%M}"


def by_wait_after_announcement(times: Sequence[time], zone: str, now: datetime) -> list[time]:
    """Sort times of day by how long announced papers wait for them, the shortest wait first.

    Clocks change on different days, so each time counts with its longest wait of the coming year.
    """
    zone_info = ZoneInfo(zone)
    today = calendar.arxiv_day(now)
    readable = [
        (calendar.eastern_midnight(today + week * 7 * _DAY) + _READING_TIME).astimezone(zone_info)
        for week in range(_WEEKS_OF_YEAR)
    ]

    def longest_wait(clock_time: time) -> timedelta:
        return max(
            (datetime.combine(local.date(), clock_time) - local.replace(tzinfo=None)) % _DAY
            for local in readable
        )

    return sorted(times, key=longest_wait)


def _occasions(cadence: Cadence, zone: str, start: date) -> Iterator[datetime]:
    """Yield the occasions of a cadence from a local date on, endlessly."""
    times = sorted(set(cadence.times))
    weekdays = set(cadence.weekdays or _ALL_WEEKDAYS) & _ALL_WEEKDAYS
    if not times or not weekdays:
        return
    zone_info = ZoneInfo(zone)
    while True:
        if start.weekday() in weekdays:
            for clock_time in times:
                yield datetime.combine(start, clock_time, zone_info)  # fold 0: the first of two
        start += _DAY


def _earliest_after(after: datetime, slots: Iterator[datetime]) -> datetime | None:
    """Return the earliest instant after ``after`` among occasions ordered by local date.

    When the clocks go forward, a later wall-clock time can be the earlier instant: 02:30 moves to
    03:30, after 03:15. No change exceeds a day.
    """
    first_slot = next((slot for slot in slots if slot.astimezone(UTC) > after), None)
    if first_slot is None:
        return None
    horizon = first_slot.replace(tzinfo=None) + _DAY
    within_day = takewhile(lambda slot: slot.replace(tzinfo=None) <= horizon, slots)
    instants = (slot.astimezone(UTC) for slot in (first_slot, *within_day))
    return min(instant for instant in instants if instant > after)


def _to_local(zone: str, instant: datetime) -> datetime:
    """Return an instant in the local time of a zone."""
    return instant.astimezone(ZoneInfo(zone))
