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


def parse_utc(text: str) -> datetime:
    """An instant that is written as ``2025-07-01 09:30``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def instant_of(zone: str, day: date, local_time: time) -> datetime:
    """When a clock shows this: at the first of two, and after a gap by the gap's length."""
    naive = datetime.combine(day, local_time)
    before, after = (_offset(zone, naive + shift) for shift in (-DAY, DAY))
    readings = [(naive - offset).replace(tzinfo=UTC) for offset in (before, after)]
    valid_readings = [reading for reading in readings if wall_time(zone, reading) == naive]
    return min(valid_readings) if valid_readings else readings[0]


def wall_time(zone: str, moment: datetime) -> datetime:
    """What a clock shows at an instant."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def is_near_clock_change(zone: str, moment: datetime) -> bool:
    """Whether the clocks of a zone are changed within half a day of an instant."""
    wall_times = [wall_time(zone, moment + shift) for shift in (-DAY / 2, DAY / 2)]
    return wall_times[1] - wall_times[0] != DAY


def _offset(zone: str, naive: datetime) -> timedelta:
    offset = naive.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset


@dataclass(frozen=True, slots=True)
class ReaderSchedule:
    """When a reader wants papers; without times, as soon as arXiv announced them."""

    times: tuple[time, ...] = ()
    weekdays: tuple[int, ...] = ()
    wants_notices: bool = False

    def occasions(self, zone: str, first: date, days: int = 10) -> list[tuple[datetime, datetime]]:
        """The occasions of some days: what the clock shows, and the instant; by the instant."""
        dates = (first + n * DAY for n in range(days))
        wall_and_instant = [
            (datetime.combine(day, local_time), instant_of(zone, day, local_time))
            for day in dates
            if not self.weekdays or day.weekday() in self.weekdays
            for local_time in self.times
        ]
        return sorted(wall_and_instant, key=lambda occasion: occasion[1])

    def first_after(self, zone: str, moment: datetime) -> datetime | None:
        """The first occasion later than an instant."""
        occasions = self.occasions(zone, wall_time(zone, moment).date() - DAY)
        return next((occasion for _, occasion in occasions if occasion > moment), None)

    def first_on_or_after(self, zone: str, day: date) -> datetime | None:
        """The first occasion on a local date or later."""
        return next((occasion for _, occasion in self.occasions(zone, day)), None)

    def last_wall_before(self, zone: str, moment: datetime) -> datetime | None:
        """What the clock showed at the occasion before this one."""
        occasions = self.occasions(zone, wall_time(zone, moment).date() - 9 * DAY)
        return next((wall for wall, occasion in reversed(occasions) if occasion < moment), None)

    def first_after_wall(
        self, zone: str, moment: datetime, wall_limit: datetime
    ) -> datetime | None:
        """The first occasion later than an instant whose wall time is later than one."""
        occasions = self.occasions(zone, min(wall_time(zone, moment), wall_limit).date() - DAY, 14)
        return next(
            (occasion for wall, occasion in occasions if occasion > moment and wall > wall_limit),
            None,
        )


def eastern_day(moment: datetime) -> date:
    """arXiv's date."""
    return wall_time(EASTERN, moment).date()


def quiet_reason(day: date) -> str:
    """Why arXiv announces nothing for a feed day, "" where it should."""
    if day.weekday() > 4:
        return WEEKEND
    evenings = (day - DAY,) if day.weekday() else (day - DAY, day - 2 * DAY, day - 3 * DAY)
    return next((HOLIDAYS[evening] for evening in evenings if evening in HOLIDAYS), "")


def submission_time(day: date) -> datetime:
    """A time of submission that makes this feed day: the morning of the day that closes it."""
    days_back = 3 if day.weekday() == 0 else 1
    return instant_of(EASTERN, day - days_back * DAY, time(10))


def every_day(first: date, last: date) -> Iterator[date]:
    """The dates from one to another, both included."""
    return (first + n * DAY for n in range((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant to before another one."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


def parse_period(start: str, end: str) -> Period:
    """A stretch by its two instants, as written."""
    return Period(parse_utc(start), parse_utc(end))
