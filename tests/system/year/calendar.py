"""Local times and arXiv's days, by arithmetic of our own: the bot's rules are not asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
EASTERN = "America/New_York"
WEEKEND = "the weekend"
FIRST_POLL = time(0, 5)  # of a feed day, in US Eastern
# Evenings without an announcement, as arXiv's page lists them, and the reason in our words.
HOLIDAYS = {
    date(2025, 7, 6): "Independence Day",
    date(2025, 9, 1): "Labor Day",
    date(2025, 11, 27): "Thanksgiving",
    date(2026, 1, 1): "New Year",
    date(2026, 1, 19): "Martin Luther King Jr. Day",
    date(2026, 6, 19): "Juneteenth",
}


def utc(text: str) -> datetime:
    """An instant that is written as ``2025-07-01 09:30``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def instant(zone: str, day: date, wall: time) -> datetime:
    """When a clock shows this: at the first of two, and after a gap by the gap's length."""
    naive = datetime.combine(day, wall)
    before, after = (_offset(zone, naive + shift) for shift in (-DAY, DAY))
    readings = [(naive - offset).replace(tzinfo=UTC) for offset in (before, after)]
    shown = [one for one in readings if wall_of(zone, one) == naive]
    return min(shown) if shown else readings[0]


def wall_of(zone: str, at: datetime) -> datetime:
    """What a clock shows at an instant."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def is_changing(zone: str, at: datetime) -> bool:
    """Whether the clocks of a zone are changed within half a day of an instant."""
    shown = [wall_of(zone, at + shift) for shift in (-DAY / 2, DAY / 2)]
    return shown[1] - shown[0] != DAY


def _offset(zone: str, naive: datetime) -> timedelta:
    found = naive.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
    assert found is not None
    return found


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a reader wants papers; without times, as soon as arXiv announced them."""

    times: tuple[time, ...] = ()
    weekdays: tuple[int, ...] = ()
    notices: bool = False

    def slots(self, zone: str, first: date, days: int = 10) -> list[tuple[datetime, datetime]]:
        """The occasions of some days: what the clock shows, and the instant; by the instant."""
        dates = (first + n * DAY for n in range(days))
        found = [
            (datetime.combine(day, wall), instant(zone, day, wall))
            for day in dates
            if not self.weekdays or day.weekday() in self.weekdays
            for wall in self.times
        ]
        return sorted(found, key=lambda slot: slot[1])

    def after(self, zone: str, at: datetime) -> datetime | None:
        """The first occasion later than an instant."""
        slots = self.slots(zone, wall_of(zone, at).date() - DAY)
        return next((when for _, when in slots if when > at), None)

    def on_or_after(self, zone: str, day: date) -> datetime | None:
        """The first occasion on a local date or later."""
        return next((when for _, when in self.slots(zone, day)), None)

    def last_before(self, zone: str, at: datetime) -> datetime | None:
        """What the clock showed at the occasion before this one."""
        slots = self.slots(zone, wall_of(zone, at).date() - 9 * DAY)
        return next((wall for wall, when in reversed(slots) if when < at), None)

    def untold(self, zone: str, at: datetime, told: datetime) -> datetime | None:
        """The first occasion later than an instant whose wall time is later than one."""
        slots = self.slots(zone, min(wall_of(zone, at), told).date() - DAY, 14)
        return next((when for wall, when in slots if when > at and wall > told), None)


def eastern_day(at: datetime) -> date:
    """arXiv's date."""
    return wall_of(EASTERN, at).date()


def quiet_reason(day: date) -> str:
    """Why arXiv announces nothing for a feed day, "" where it should."""
    if day.weekday() > 4:
        return WEEKEND
    evenings = (day - DAY,) if day.weekday() else (day - DAY, day - 2 * DAY, day - 3 * DAY)
    return next((HOLIDAYS[one] for one in evenings if one in HOLIDAYS), "")


def submitted(day: date) -> datetime:
    """A time of submission that makes this feed day: the morning of the day that closes it."""
    back = 3 if day.weekday() == 0 else 1
    return instant(EASTERN, day - back * DAY, time(10))


def every_day(first: date, last: date) -> Iterator[date]:
    """The dates from one to another, both included."""
    return (first + n * DAY for n in range((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class Stretch:
    """From an instant to before another one."""

    first: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.first <= at < self.end


def stretch(first: str, end: str) -> Stretch:
    """A stretch by its two instants, as written."""
    return Stretch(utc(first), utc(end))
