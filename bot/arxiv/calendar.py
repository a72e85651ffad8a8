"""Tell on which days arXiv's feed brings papers, and when to poll it.

A *feed day* is a date in US Eastern time: at its midnight the feed switches to what was announced
at 20:00 the evening before (for Monday, on Sunday). An evening that arXiv lists as a holiday
therefore empties the following feed day, and a listed Friday empties Monday. ``holidays.json``
holds the lists; beyond them, weekdays are expected but not promised.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

_EASTERN = ZoneInfo("America/New_York")
_DAY = timedelta(days=1)
_FRIDAY = 4

_SUBMISSION_DEADLINE = time(14)  # for submissions, on weekdays
_FIRST_POLL = time(0, 5)  # the feed switches in the first seconds after midnight
_POLL_INTERVAL_AWAITING = timedelta(minutes=20)  # the day's batch has not been seen yet
_POLL_INTERVAL_SEEN = timedelta(hours=3)  # it has been seen; late papers are rare
_POLL_INTERVAL_QUIET = timedelta(hours=6)  # none is expected, but lists change


class Expectation(StrEnum):
    """Whether a feed day brings papers."""

    PAPERS = "yes"
    NO_PAPERS = "no"
    UNKNOWN_YEAR = "unknown-year"  # a weekday beyond the published lists


@dataclass(frozen=True, slots=True)
class DayForecast:
    """Whether a feed day brings papers and, if not, the key of the text that says why."""

    expectation: Expectation
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _HolidayList:
    """The evenings without an announcement that arXiv published for a range of dates."""

    first: date
    last: date
    evenings: dict[date, str]


def arxiv_day(instant: datetime) -> date:
    """Return the date in US Eastern time at an instant."""
    return instant.astimezone(_EASTERN).date()


def eastern_midnight(day: date) -> datetime:
    """Return the instant at which the feed switches to a day."""
    return datetime.combine(day, time(), _EASTERN).astimezone(UTC)


def day_forecast(day: date) -> DayForecast:
    """Return whether arXiv's published list says that a feed day brings papers."""
    if day.weekday() > _FRIDAY:
        return DayForecast(Expectation.NO_PAPERS, "calendar-weekend")
    evenings = _announcement_evenings(day)
    for announcing_evening in evenings:
        for holiday_list in _holiday_lists():
            if announcing_evening in holiday_list.evenings:
                return DayForecast(
                    Expectation.NO_PAPERS, f"calendar-{holiday_list.evenings[announcing_evening]}"
                )
    if any(listed.first <= evenings[0] <= listed.last for listed in _holiday_lists()):
        return DayForecast(Expectation.PAPERS)
    return DayForecast(Expectation.UNKNOWN_YEAR)


def is_feed_day(day: date) -> bool:
    """Return whether papers are expected; weekdays beyond the lists count as well."""
    return day_forecast(day).expectation is not Expectation.NO_PAPERS


def no_papers_reason(day: date) -> str | None:
    """Return the key of the text saying why a day brings no papers, or None if it should."""
    return day_forecast(day).reason or None


def first_unlisted_year(first: date, last: date) -> int | None:
    """Return the first year in a range of feed days without a list, or None."""
    for offset in range((last - first).days + 1):
        day = first + offset * _DAY
        if day_forecast(day).expectation is Expectation.UNKNOWN_YEAR:
            return _announcement_evenings(day)[0].year
    return None


def next_feed_day(day: date) -> date:
    """Return the first feed day after a date."""
    day += _DAY
    while not is_feed_day(day):
        day += _DAY
    return day


def next_feed_update(after: datetime) -> datetime:
    """Return the first instant after ``after`` at which the feed switches to new papers."""
    return eastern_midnight(next_feed_day(arxiv_day(after)))


def feed_day_of_submission(submitted: datetime) -> date:
    """Return the feed day of a submission that no moderator holds."""
    eastern_time = submitted.astimezone(_EASTERN)
    deadline_day = (
        eastern_time.date() + _DAY
        if eastern_time.time() >= _SUBMISSION_DEADLINE
        else eastern_time.date()
    )
    while deadline_day.weekday() > _FRIDAY:
        deadline_day += _DAY
    return next_feed_day(deadline_day)


def recent_feed_days(today: date, number: int) -> tuple[date, ...]:
    """Return the last feed days up to and including ``today``, oldest first."""
    feed_days: list[date] = []
    while len(feed_days) < number:
        if is_feed_day(today):
            feed_days.append(today)
        today -= _DAY
    return tuple(reversed(feed_days))


def is_poll_due(now: datetime, last_day_seen: date | None, last_checked: datetime | None) -> bool:
    """Return whether to poll the feed: often until the day's batch is seen, then rarely."""
    if last_checked is None or last_checked > now:  # the clock was set back
        return True
    today = arxiv_day(now)
    first_poll = datetime.combine(today, _FIRST_POLL, _EASTERN).astimezone(UTC)
    elapsed_time = now - last_checked
    if not is_feed_day(today) or now < first_poll:
        return elapsed_time >= _POLL_INTERVAL_QUIET
    if last_day_seen is not None and last_day_seen >= today:
        return elapsed_time >= _POLL_INTERVAL_SEEN
    return last_checked < first_poll or elapsed_time >= _POLL_INTERVAL_AWAITING


def _announcement_evenings(day: date) -> tuple[date, ...]:
    """Return the evening that fills a feed day, then the idle ones that count with it."""
    if day.weekday() == 0:
        return tuple(day - n * _DAY for n in (1, 2, 3))  # Sunday announces; Friday may be listed
    return (day - _DAY,)


@cache
def _holiday_lists() -> tuple[_HolidayList, ...]:
    """Load the published holiday lists."""
    json_text = files(__package__).joinpath("holidays.json").read_text("utf-8")
    return tuple(
        _HolidayList(
            date.fromisoformat(entry["from"]),
            date.fromisoformat(entry["through"]),
            {date.fromisoformat(day): name for day, name in entry["evenings"].items()},
        )
        for entry in json.loads(json_text)["lists"]
    )
