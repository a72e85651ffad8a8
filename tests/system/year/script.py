"""What goes wrong in the year, and at which instants the bot is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from tests.system.year.calendar import (
    DAY,
    EASTERN,
    FIRST_POLL,
    MINUTE,
    Stretch,
    every_day,
    instant,
    stretch,
    utc,
)
from tests.system.year.readers import Change, Reader, changes, readers

FEED_DOWN = (
    stretch("2025-08-12 03:00", "2025-08-12 16:00"),  # the day comes late
    stretch("2025-10-14 02:00", "2025-10-17 13:00"),  # three days are gone from the feeds
    stretch("2026-05-27 01:00", "2026-05-29 03:30"),  # the last day begins half an hour later
)
FEED_STALE = (stretch("2026-02-18 05:00", "2026-02-18 15:00"),)  # from midnight in New York
FEED_BUSY = (stretch("2026-04-22 04:00", "2026-04-22 04:30"),)
TELEGRAM_DOWN = (
    stretch("2025-09-10 05:30", "2025-09-10 09:10"),
    stretch("2025-10-27 06:59", "2025-10-27 07:30"),
    stretch("2026-01-14 00:00", "2026-01-14 20:00"),
)
FLOODED = (
    stretch("2025-10-22 05:59", "2025-10-22 06:30"),
    stretch("2026-03-11 00:00", "2026-03-11 23:00"),
)
FORGETFUL = ("2025-08-20 00:00", "2025-10-21 00:00", "2025-12-03 00:00", "2026-05-13 06:00")
STOPPED = (
    stretch("2025-11-02 00:00", "2025-11-02 20:00"),  # the night the clocks go back in New York
    stretch("2025-12-18 10:17", "2025-12-23 09:41"),  # days that must be fetched afterwards
    stretch("2026-03-29 00:10", "2026-03-29 02:20"),  # the night they go forward in Berlin
)
KILLED = (("2025-10-30 07:00", "2025-10-30 07:04"), ("2026-02-05 07:00", "2026-02-05 07:11"))
POLLS = (FIRST_POLL, time(3, 10), time(9, 10), time(15, 10), time(21, 10))
RETRY = timedelta(minutes=20)


@dataclass(slots=True)
class Script:
    """A stretch of the year with its readers, their changes and the instants to look at."""

    first: date
    last: date
    chats: int
    everybody: list[Reader] = field(init=False)
    changes: list[Change] = field(init=False)

    def __post_init__(self) -> None:
        self.everybody = readers(self.chats)
        trouble = (*STOPPED, *(stretch(first, end) for first, end in KILLED))
        self.changes = [
            one
            for one in changes(self.everybody, self.first, self.last)
            if not any(one.at in span for span in trouble)
        ]

    @property
    def begin(self) -> datetime:
        """Noon before the first day, in UTC."""
        return utc(f"{self.first - DAY} 12:00")

    @property
    def end(self) -> datetime:
        """Noon after the last day, in UTC."""
        return utc(f"{self.last + DAY} 12:00")

    def changes_at(self, at: datetime) -> list[Change]:
        """What readers change at an instant."""
        return [one for one in self.changes if one.at == at]

    def polls(self) -> list[datetime]:
        """When the feeds are looked at: some times a day, often while they fail."""
        days = list(every_day(self.first, self.last))
        found = {instant(EASTERN, day, at) for day in days for at in POLLS}
        for span in (*FEED_DOWN, *FEED_STALE, *FEED_BUSY):
            first = instant(EASTERN, span.first.date() - DAY, FIRST_POLL)
            found |= set(_steps(first, span.end + 2 * RETRY, RETRY))
        return self._within(found)

    def looks(self) -> list[datetime]:
        """When the bot ticks: at each occasion of anybody, a minute before, and at each change."""
        walls = {(z, at) for z in self._zones() for at in self._times(z)}
        days = [*every_day(self.first - DAY, self.last + DAY)]
        due = {instant(zone, day, at) for zone, at in walls for day in days}
        return self._within(
            due | {at - MINUTE for at in due} | {one.at for one in self.changes} | set(self.polls())
        )

    def _zones(self) -> set[str]:
        return {one.zone for one in self.everybody} | {c.zone for c in self.changes if c.zone}

    def _times(self, zone: str) -> set[time]:
        """The times at which somebody in a zone may want a digest."""
        moved = {one.chat for one in self.changes if one.zone == zone}
        held = [one.rhythm for one in self.everybody if one.zone == zone or one.chat in moved]
        there = {one.chat for one in self.everybody if one.zone == zone}
        held += [one.rhythm for one in self.changes if one.chat in there and one.rhythm]
        return {at for rhythm in held for at in rhythm.times}

    def _within(self, instants: set[datetime]) -> list[datetime]:
        return sorted(at for at in instants if self.begin < at < self.end)

    def killings(self) -> list[datetime]:
        """When the process dies in the middle of a message."""
        return self._within({utc(first) for first, _ in KILLED})

    def forgettings(self) -> list[datetime]:
        """After which instants an answer of Telegram is lost."""
        return self._within({utc(text) for text in FORGETFUL})

    def absences(self) -> list[Stretch]:
        """When there is no process: stopped, or killed until it is started again."""
        return [*STOPPED, *(Stretch(utc(first) + MINUTE, utc(end)) for first, end in KILLED)]


def _steps(first: datetime, last: datetime, step: timedelta) -> Iterator[datetime]:
    while first <= last:
        yield first
        first += step


def overlaps(spans: Sequence[Stretch], first: datetime, last: datetime) -> Stretch | None:
    """The stretch, if there is one, that touches the time between two instants."""
    return next((one for one in spans if one.first <= last and first < one.end), None)
