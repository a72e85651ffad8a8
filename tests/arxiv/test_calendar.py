"""arXiv's calendar: listed evenings, the days they empty, deadlines and when to ask."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.calendar import (
    DayForecast,
    Expectation,
    arxiv_day,
    day_forecast,
    eastern_midnight,
    feed_day_of_submission,
    first_unlisted_year,
    is_feed_day,
    is_poll_due,
    next_feed_update,
    no_papers_reason,
    recent_feed_days,
)

EASTERN = ZoneInfo("America/New_York")


def eastern(text: str) -> datetime:
    """An instant from a reading of arXiv's clock, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN).astimezone(UTC)


QUIET = [
    ("2024-12-26", "calendar-christmas"),
    ("2024-12-27", "calendar-winter-break"),
    ("2025-01-02", "calendar-new-year"),
    ("2025-06-20", "calendar-juneteenth"),
    ("2025-07-07", "calendar-independence-day"),
    ("2025-09-02", "calendar-labor-day"),
    ("2025-11-28", "calendar-thanksgiving"),
    ("2026-01-02", "calendar-new-year"),
    ("2026-01-20", "calendar-king-day"),
    ("2026-06-22", "calendar-juneteenth"),  # listed on a Friday: Sunday announces nothing
    ("2026-07-06", "calendar-independence-day"),
    ("2026-09-08", "calendar-labor-day"),
    ("2026-11-27", "calendar-thanksgiving"),
    ("2026-12-28", "calendar-christmas"),
    ("2026-12-30", "calendar-winter-break"),
    ("2027-01-01", "calendar-winter-break"),  # the evening is in 2026's list
    ("2025-04-27", "calendar-weekend"),
    ("2026-04-18", "calendar-weekend"),
    ("2031-03-01", "calendar-weekend"),  # known without a list
]

BUSY = [
    "2024-12-24",
    "2024-12-25",  # filled on the evening of the 24th
    "2025-01-21",  # the evening before was listed, and papers came
    "2025-05-27",
    "2026-06-19",
    "2026-07-03",
    "2026-11-26",
    "2026-12-25",
    "2026-12-29",
    "2026-12-31",
]


@pytest.mark.parametrize(("day", "reason"), QUIET)
def test_a_listed_evening_empties_the_feed_day_it_would_have_filled(day: str, reason: str) -> None:
    quiet = date.fromisoformat(day)

    assert day_forecast(quiet) == DayForecast(Expectation.NO_PAPERS, reason)
    assert no_papers_reason(quiet) == reason
    assert not is_feed_day(quiet)


@pytest.mark.parametrize("day", BUSY)
def test_other_weekdays_bring_papers(day: str) -> None:
    busy = date.fromisoformat(day)

    assert day_forecast(busy) == DayForecast(Expectation.PAPERS)
    assert no_papers_reason(busy) is None
    assert is_feed_day(busy)


@pytest.mark.parametrize("day", ["2024-12-18", "2025-12-26", "2027-01-04", "2031-03-03"])
def test_a_weekday_without_a_list_is_looked_out_for_but_not_promised(day: str) -> None:
    unlisted = date.fromisoformat(day)

    assert day_forecast(unlisted) == DayForecast(Expectation.UNKNOWN_YEAR)
    assert is_feed_day(unlisted)
    assert no_papers_reason(unlisted) is None


@pytest.mark.parametrize(
    ("first", "last", "year"),
    [
        ("2026-01-02", "2026-12-31", None),
        ("2026-12-20", "2027-01-03", None),  # the first evening of 2027 that counts is the 3rd
        ("2026-12-20", "2027-01-04", 2027),
        ("2025-11-24", "2025-12-05", 2025),
        ("2031-03-01", "2031-03-02", None),
    ],
)
def test_a_missing_list_is_named_by_its_year(first: str, last: str, year: int | None) -> None:
    assert first_unlisted_year(date.fromisoformat(first), date.fromisoformat(last)) == year


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-11-23T04:59:59", "2026-11-22"),  # winter: UTC - 5
        ("2026-11-23T05:00:00", "2026-11-23"),
        ("2026-07-01T03:59:59", "2026-06-30"),  # summer: UTC - 4
        ("2026-07-01T04:00:00", "2026-07-01"),
    ],
)
def test_the_day_of_arxiv_is_eastern(instant: str, day: str) -> None:
    assert arxiv_day(datetime.fromisoformat(instant).replace(tzinfo=UTC)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("after", "feed"),
    [
        ("2026-11-22 12:00", "2026-11-23 00:00"),
        ("2026-11-22 23:59", "2026-11-23 00:00"),
        ("2026-11-23 00:00", "2026-11-24 00:00"),  # strictly after
        ("2026-11-26 09:00", "2026-11-30 00:00"),  # Thanksgiving's Friday, then a weekend
        ("2026-12-25 10:00", "2026-12-29 00:00"),
        ("2026-12-31 10:00", "2027-01-04 00:00"),
        ("2026-03-06 10:00", "2026-03-09 00:00"),  # summer time began between
    ],
)
def test_the_next_feed_is_midnight_of_the_next_feed_day(after: str, feed: str) -> None:
    assert next_feed_update(eastern(after)) == eastern(feed)


@pytest.mark.parametrize(
    ("submitted", "day"),
    [
        ("2026-11-16 13:59", "2026-11-17"),  # Monday before 14:00: Tuesday
        ("2026-11-16 14:00", "2026-11-18"),
        ("2026-11-17 13:59", "2026-11-18"),
        ("2026-11-17 14:00", "2026-11-19"),
        ("2026-11-18 14:00", "2026-11-20"),
        ("2026-11-19 13:59", "2026-11-20"),
        ("2026-11-19 14:00", "2026-11-23"),  # Thursday after 14:00: announced on Sunday
        ("2026-11-20 13:59", "2026-11-23"),
        ("2026-11-20 14:00", "2026-11-24"),  # Friday after 14:00: Tuesday
        ("2026-11-21 03:00", "2026-11-24"),
        ("2026-11-22 23:00", "2026-11-24"),
        ("2026-11-25 15:00", "2026-11-30"),  # Friday the 27th is empty: Monday
        ("2026-12-23 15:00", "2026-12-25"),
        ("2026-12-24 15:00", "2026-12-29"),  # Monday the 28th is empty: Tuesday
    ],
)
def test_a_submission_makes_the_feed_day_of_its_deadline(submitted: str, day: str) -> None:
    assert feed_day_of_submission(eastern(submitted)) == date.fromisoformat(day)


BEGIN = datetime(2024, 12, 18, tzinfo=UTC)
submissions = st.timedeltas(timedelta(0), timedelta(days=775)).map(lambda later: BEGIN + later)


@given(submissions, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_submissions_are_announced_in_order_on_feed_days(first: datetime, wait: timedelta) -> None:
    day = feed_day_of_submission(first)

    assert is_feed_day(day)
    assert eastern_midnight(day) > first
    assert day <= feed_day_of_submission(first + wait)


@given(submissions)
def test_the_next_feed_is_the_earliest_one(after: datetime) -> None:
    feed = next_feed_update(after)

    between = eastern_midnight(arxiv_day(after) + timedelta(days=1))
    assert feed > after
    assert is_feed_day(arxiv_day(feed))
    while between < feed:
        assert not is_feed_day(arxiv_day(between))
        between = eastern_midnight(arxiv_day(between) + timedelta(days=1))


def test_recent_feed_days_skip_weekends_and_holidays() -> None:
    days = recent_feed_days(date(2026, 11, 29), 4)

    assert days == tuple(date(2026, 11, day) for day in (23, 24, 25, 26))


POLLS = [
    # now, last day seen, last checked, due
    ("2026-11-23 00:05", "2026-11-20", "2026-11-23 00:04", True),
    ("2026-11-23 00:04", "2026-11-20", "2026-11-22 20:00", False),
    ("2026-11-23 00:25", "2026-11-20", "2026-11-23 00:05", True),
    ("2026-11-23 00:24", "2026-11-20", "2026-11-23 00:05", False),
    ("2026-11-23 09:00", None, "2026-11-23 08:40", True),
    ("2026-11-23 02:00", "2026-11-23", "2026-11-23 00:25", False),
    ("2026-11-23 03:25", "2026-11-23", "2026-11-23 00:25", True),
    ("2026-11-22 12:00", "2026-11-20", "2026-11-22 06:01", False),
    ("2026-11-22 12:00", "2026-11-20", "2026-11-22 06:00", True),
    ("2026-11-27 05:00", "2026-11-26", "2026-11-27 00:10", False),  # the day after Thanksgiving
    ("2026-11-27 06:10", "2026-11-26", "2026-11-27 00:10", True),
    ("2031-03-03 00:25", "2031-02-28", "2031-03-03 00:05", True),  # no list: look out
    ("2026-11-23 12:00", "2026-11-23", "2026-11-23 12:01", True),  # the clock was set back
    ("2026-11-23 12:00", "2026-11-23", None, True),
]


@pytest.mark.parametrize(("now", "seen", "checked", "due"), POLLS)
def test_the_feed_is_asked_often_only_until_its_batch_is_seen(
    now: str, seen: str | None, checked: str | None, due: bool
) -> None:
    last_day = date.fromisoformat(seen) if seen else None
    last_checked = eastern(checked) if checked else None

    assert is_poll_due(eastern(now), last_day, last_checked) is due
