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
    Period,
    every_day,
    instant_of,
    parse_period,
    parse_utc,
)
from tests.system.year.readers import Reader, ReaderChange, make_changes, make_readers

FEED_OUTAGES = (
    parse_period("2025-08-12 03:00", "2025-08-12 16:00"),  # the day comes late
    parse_period("2025-10-14 02:00", "2025-10-17 13:00"),  # three days are gone from the feeds
    parse_period("2026-05-27 01:00", "2026-05-29 03:30"),  # the last day begins half an hour later
)
FEED_STALE = (parse_period("2026-02-18 05:00", "2026-02-18 15:00"),)  # from midnight in New York
FEED_BUSY = (parse_period("2026-04-22 04:00", "2026-04-22 04:30"),)
TELEGRAM_OUTAGES = (
    parse_period("2025-09-10 05:30", "2025-09-10 09:10"),
    parse_period("2025-10-27 06:59", "2025-10-27 07:30"),
    parse_period("2026-01-14 00:00", "2026-01-14 20:00"),
)
TELEGRAM_FLOODS = (
    parse_period("2025-10-22 05:59", "2025-10-22 06:30"),
    parse_period("2026-03-11 00:00", "2026-03-11 23:00"),
)
LOST_ANSWERS = ("2025-08-20 00:00", "2025-10-21 00:00", "2025-12-03 00:00", "2026-05-13 06:00")
BOT_STOPPED = (
    parse_period(
        "2025-11-02 00:00", "2025-11-02 20:00"
    ),  # the night the clocks go back in New York
    parse_period("2025-12-18 10:17", "2025-12-23 09:41"),  # days that must be fetched afterwards
    parse_period("2026-03-29 00:10", "2026-03-29 02:20"),  # the night they go forward in Berlin
)
BOT_KILLED = (("2025-10-30 07:00", "2025-10-30 07:04"), ("2026-02-05 07:00", "2026-02-05 07:11"))
POLL_TIMES = (FIRST_POLL, time(3, 10), time(9, 10), time(15, 10), time(21, 10))
RETRY_INTERVAL = timedelta(minutes=20)


@dataclass(slots=True)
class YearScript:
    """A stretch of the year with its readers, their changes and the instants to look at."""

    first: date
    last: date
    chats: int
    all_readers: list[Reader] = field(init=False)
    changes: list[ReaderChange] = field(init=False)

    def __post_init__(self) -> None:
        self.all_readers = make_readers(self.chats)
        interruptions = (*BOT_STOPPED, *(parse_period(first, end) for first, end in BOT_KILLED))
        self.changes = [
            change
            for change in make_changes(self.all_readers, self.first, self.last)
            if not any(change.changed_at in span for span in interruptions)
        ]

    @property
    def begin(self) -> datetime:
        """Noon before the first day, in UTC."""
        return parse_utc(f"{self.first - DAY} 12:00")

    @property
    def end(self) -> datetime:
        """Noon after the last day, in UTC."""
        return parse_utc(f"{self.last + DAY} 12:00")

    def changes_at(self, moment: datetime) -> list[ReaderChange]:
        """What readers change at an instant."""
        return [change for change in self.changes if change.changed_at == moment]

    def poll_instants(self) -> list[datetime]:
        """When the feeds are looked at: some times a day, often while they fail."""
        days = list(every_day(self.first, self.last))
        instants = {
            instant_of(EASTERN, day, local_time) for day in days for local_time in POLL_TIMES
        }
        for span in (*FEED_OUTAGES, *FEED_STALE, *FEED_BUSY):
            first = instant_of(EASTERN, span.start.date() - DAY, FIRST_POLL)
            instants |= set(_instants_between(first, span.end + 2 * RETRY_INTERVAL, RETRY_INTERVAL))
        return self._within_script(instants)

    def tick_instants(self) -> list[datetime]:
        """When the bot ticks: at each occasion of anybody, a minute before, and at each change."""
        zones_and_times = {
            (zone_name, moment)
            for zone_name in self._zones()
            for moment in self._delivery_times(zone_name)
        }
        days = [*every_day(self.first - DAY, self.last + DAY)]
        due = {instant_of(zone, day, moment) for zone, moment in zones_and_times for day in days}
        return self._within_script(
            due
            | {moment - MINUTE for moment in due}
            | {change.changed_at for change in self.changes}
            | set(self.poll_instants())
        )

    def _zones(self) -> set[str]:
        return {reader.zone for reader in self.all_readers} | {
            change.zone for change in self.changes if change.zone
        }

    def _delivery_times(self, zone: str) -> set[time]:
        """The times at which somebody in a zone may want a digest."""
        chats_moving_in = {
            reader_or_change.chat
            for reader_or_change in self.changes
            if reader_or_change.zone == zone
        }
        schedules = [
            reader_or_change.schedule
            for reader_or_change in self.all_readers
            if reader_or_change.zone == zone or reader_or_change.chat in chats_moving_in
        ]
        chats_in_zone = {
            reader_or_change.chat
            for reader_or_change in self.all_readers
            if reader_or_change.zone == zone
        }
        schedules += [
            reader_or_change.schedule
            for reader_or_change in self.changes
            if reader_or_change.chat in chats_in_zone and reader_or_change.schedule
        ]
        return {delivery_time for schedule in schedules for delivery_time in schedule.times}

    def _within_script(self, instants: set[datetime]) -> list[datetime]:
        return sorted(moment for moment in instants if self.begin < moment < self.end)

    def kill_instants(self) -> list[datetime]:
        """When the process dies in the middle of a message."""
        return self._within_script({parse_utc(first) for first, _ in BOT_KILLED})

    def lost_answer_instants(self) -> list[datetime]:
        """After which instants an answer of Telegram is lost."""
        return self._within_script({parse_utc(text) for text in LOST_ANSWERS})

    def bot_absences(self) -> list[Period]:
        """When there is no process: stopped, or killed until it is started again."""
        return [
            *BOT_STOPPED,
            *(Period(parse_utc(first) + MINUTE, parse_utc(end)) for first, end in BOT_KILLED),
        ]


def _instants_between(first: datetime, last: datetime, step: timedelta) -> Iterator[datetime]:
    while first <= last:
        yield first
        first += step


def overlapping_period(periods: Sequence[Period], first: datetime, last: datetime) -> Period | None:
    """The stretch, if there is one, that touches the time between two instants."""
    return next((period for period in periods if period.start <= last and first < period.end), None)
