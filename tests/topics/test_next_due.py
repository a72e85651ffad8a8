"""When digests are due: tables of zones and nights, and the properties that hold everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv import calendar
from bot.topics.next_due import (
    by_wait_after_announcement,
    first_due_on,
    next_due,
    next_due_after_zone_change,
    period_name,
    previous_due,
)
from bot.topics.time_zones import available_zones
from storage.records.chats import Cadence

ZONES = sorted(zone for zone in available_zones() if zone != "Factory")
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
TEN_YEARS = int(timedelta(days=3653).total_seconds())


def times(*clock: str) -> tuple[time, ...]:
    """Times of day from "08:00"."""
    return tuple(time.fromisoformat(text) for text in clock)


def utc(text: str) -> datetime:
    """An instant from "2026-11-23 08:00", in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(zone: str, text: str) -> datetime:
    """An instant from a reading of the clock of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


WORKDAYS = (0, 1, 2, 3, 4)

PLAIN = [
    ("UTC", Cadence(times("08:00")), "2026-11-22 07:59", "2026-11-22 08:00"),
    ("UTC", Cadence(times("08:00")), "2026-11-22 08:00", "2026-11-23 08:00"),
    ("Asia/Shanghai", Cadence(times("08:00")), "2026-11-21 23:00", "2026-11-22 00:00"),
    ("Asia/Shanghai", Cadence(times("08:00"), (5,)), "2026-11-20 00:00", "2026-11-21 00:00"),
    ("Asia/Shanghai", Cadence(times("07:00"), (5,)), "2026-11-20 00:00", "2026-11-20 23:00"),
    ("Asia/Shanghai", Cadence(times("07:00"), (5,)), "2026-11-20 23:00", "2026-11-27 23:00"),
    ("Asia/Shanghai", Cadence(times("09:00"), WORKDAYS), "2026-11-20 01:00", "2026-11-23 01:00"),
    ("America/New_York", Cadence(times("08:00")), "2026-11-22 00:00", "2026-11-22 13:00"),
    ("America/New_York", Cadence(times("20:00"), (6,)), "2026-11-22 12:00", "2026-11-23 01:00"),
    ("Europe/Berlin", Cadence(times("20:00", "08:00")), "2026-11-22 07:00", "2026-11-22 19:00"),
    ("Europe/Berlin", Cadence(times("20:00", "08:00")), "2026-11-22 19:00", "2026-11-23 07:00"),
    ("Pacific/Chatham", Cadence(times("08:00")), "2026-11-22 00:00", "2026-11-22 18:15"),
    ("Pacific/Kiritimati", Cadence(times("00:00")), "2026-11-22 00:00", "2026-11-22 10:00"),
    ("Asia/Kathmandu", Cadence(times("08:00")), "2026-11-22 00:00", "2026-11-22 02:15"),
]

NIGHTS = [
    # Berlin goes forward at 01:00Z on 2026-03-29, back at 01:00Z on 2026-10-25.
    ("Europe/Berlin", Cadence(times("02:30")), "2026-03-28 12:00", "2026-03-29 01:30"),
    ("Europe/Berlin", Cadence(times("02:30")), "2026-03-29 01:30", "2026-03-30 00:30"),
    ("Europe/Berlin", Cadence(times("02:30")), "2026-10-24 12:00", "2026-10-25 00:30"),
    ("Europe/Berlin", Cadence(times("02:30")), "2026-10-25 00:30", "2026-10-26 01:30"),
    ("Europe/Berlin", Cadence(times("02:30", "03:15")), "2026-03-29 00:00", "2026-03-29 01:15"),
    ("Europe/Berlin", Cadence(times("02:30", "03:15")), "2026-03-29 01:15", "2026-03-29 01:30"),
    ("Europe/Berlin", Cadence(times("02:30", "03:30")), "2026-03-29 01:30", "2026-03-30 00:30"),
    # Chatham: 02:45 is skipped to 03:45 on 2026-09-27, 03:45 becomes 02:45 on 2026-04-05.
    ("Pacific/Chatham", Cadence(times("03:00")), "2026-09-26 00:00", "2026-09-26 14:15"),
    ("Pacific/Chatham", Cadence(times("03:00")), "2026-04-04 00:00", "2026-04-04 13:15"),
    ("Pacific/Chatham", Cadence(times("03:00")), "2026-04-04 13:15", "2026-04-05 14:15"),
    # Lord Howe moves by half an hour: forward on 2026-10-04, back on 2026-04-05.
    ("Australia/Lord_Howe", Cadence(times("02:15")), "2026-10-03 00:00", "2026-10-03 15:45"),
    ("Australia/Lord_Howe", Cadence(times("01:45")), "2026-04-04 00:00", "2026-04-04 14:45"),
    ("Australia/Lord_Howe", Cadence(times("01:45")), "2026-04-04 14:45", "2026-04-05 15:15"),
    # Apia had no 2011-12-30: that morning's digest falls together with the next one.
    ("Pacific/Apia", Cadence(times("08:00")), "2011-12-29 18:00", "2011-12-30 18:00"),
    ("Pacific/Apia", Cadence(times("08:00")), "2011-12-30 18:00", "2011-12-31 18:00"),
    ("Pacific/Apia", Cadence(times("08:00"), (4,)), "2011-12-29 18:00", "2011-12-30 18:00"),
    ("Pacific/Apia", Cadence(times("08:00", "20:00")), "2011-12-30 09:00", "2011-12-30 18:00"),
    # Cairo skips midnight itself.
    ("Africa/Cairo", Cadence(times("00:00")), "2026-04-23 12:00", "2026-04-23 22:00"),
]


@pytest.mark.parametrize(("zone", "cadence", "before", "due"), PLAIN + NIGHTS)
def test_the_next_due_instant(zone: str, cadence: Cadence, before: str, due: str) -> None:
    assert next_due(cadence, zone, utc(before)) == utc(due)


def test_as_soon_as_announced_is_never_due_by_the_clock() -> None:
    cadence = Cadence(times=())

    assert next_due(cadence, "Asia/Tokyo", BEGIN) is None
    assert first_due_on(cadence, "Asia/Tokyo", date(2026, 1, 1)) is None
    assert (
        next_due_after_zone_change(cadence, "Asia/Tokyo", BEGIN, last_served=BEGIN, old_zone="UTC")
        is None
    )


def test_the_due_instant_is_in_utc() -> None:
    due = next_due(Cadence(), "Asia/Tokyo", BEGIN)

    assert due is not None
    assert due.tzinfo is UTC


MOVES = [
    # East: today's eight o'clock was served in New York, Shanghai's is tomorrow.
    ("America/New_York", "2026-11-22 08:00", "Asia/Shanghai", "2026-11-23 08:00"),
    # West: Shanghai's digest of the 22nd was served; New York's of the 22nd is not sent again.
    ("Asia/Shanghai", "2026-11-22 08:00", "America/New_York", "2026-11-23 08:00"),
    # The digest of the day before was the last: today's is still to come.
    ("Asia/Shanghai", "2026-11-21 08:00", "Europe/Berlin", "2026-11-22 08:00"),
    # Served late, after an outage: the day counts, not the minute.
    ("Asia/Shanghai", "2026-11-22 08:40", "Asia/Tokyo", "2026-11-23 08:00"),
    # Across the date line, both ways.
    ("Pacific/Kiritimati", "2026-11-22 08:00", "Pacific/Honolulu", "2026-11-23 08:00"),
    ("Pacific/Honolulu", "2026-11-22 08:00", "Pacific/Kiritimati", "2026-11-24 08:00"),
]


@pytest.mark.parametrize(("old", "served", "new", "due"), MOVES)
def test_a_zone_change_does_not_repeat_todays_digest(
    old: str, served: str, new: str, due: str
) -> None:
    served_at = local(old, served)
    after = served_at + timedelta(minutes=30)

    next_time = next_due_after_zone_change(
        Cadence(times("08:00")), new, after, last_served=served_at, old_zone=old
    )

    assert next_time == local(new, due)


def test_a_zone_change_keeps_the_evening_digest_of_the_day() -> None:
    served_at = local("Asia/Shanghai", "2026-11-22 08:00")

    next_time = next_due_after_zone_change(
        Cadence(times("08:00", "20:00")),
        "America/New_York",
        served_at + timedelta(minutes=5),
        last_served=served_at,
        old_zone="Asia/Shanghai",
    )

    assert next_time == local("America/New_York", "2026-11-22 20:00")


RETURNS = [
    ("Europe/Berlin", Cadence(times("08:00")), date(2026, 12, 1), "2026-12-01 08:00"),
    ("Europe/Berlin", Cadence(times("00:00")), date(2026, 12, 1), "2026-12-01 00:00"),
    ("Asia/Shanghai", Cadence(times("08:00"), (0,)), date(2026, 12, 1), "2026-12-07 08:00"),
    ("Africa/Cairo", Cadence(times("00:00")), date(2026, 4, 24), "2026-04-24 01:00"),
]


@pytest.mark.parametrize(("zone", "cadence", "day", "due"), RETURNS)
def test_a_pause_ends_on_the_local_date(zone: str, cadence: Cadence, day: date, due: str) -> None:
    assert first_due_on(cadence, zone, day) == local(zone, due)


PERIODS = [
    ("Asia/Shanghai", Cadence(), "2026-11-22 00:00", "2026-11-22T08:00"),
    ("America/New_York", Cadence(), "2026-11-23 01:00", "2026-11-22T20:00"),
    ("America/New_York", Cadence(times=()), "2026-11-23 05:07", "2026-11-23T05:07Z"),
]


@pytest.mark.parametrize(("zone", "cadence", "due", "name"), PERIODS)
def test_a_period_names_the_occasion(zone: str, cadence: Cadence, due: str, name: str) -> None:
    assert period_name(cadence, zone, utc(due)) == name


def test_days_of_the_week_that_do_not_exist_are_never_due() -> None:
    assert next_due(Cadence(weekdays=(7,)), "UTC", BEGIN) is None


# ------------------------------------------------------------------ what holds everywhere

zones = st.sampled_from(ZONES)
instants = st.integers(0, TEN_YEARS).map(lambda seconds: BEGIN + timedelta(seconds=seconds))
minutes = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
cadences = st.builds(
    Cadence,
    st.lists(minutes, min_size=1, max_size=4).map(tuple),
    st.sets(st.integers(0, 6), max_size=7).map(tuple),
)


@given(cadences, zones, instants)
def test_due_is_strictly_after_and_within_eight_days(
    cadence: Cadence, zone: str, after: datetime
) -> None:
    due = next_due(cadence, zone, after)

    assert due is not None
    assert after < due <= after + timedelta(days=8)


@given(cadences, zones, instants, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_a_later_question_never_has_an_earlier_answer(
    cadence: Cadence, zone: str, after: datetime, wait: timedelta
) -> None:
    first, second = next_due(cadence, zone, after), next_due(cadence, zone, after + wait)

    assert first is not None
    assert second is not None
    assert first <= second
    assert (first == second) == (after + wait < first)


@given(cadences, zones, zones, instants, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_no_wall_clock_time_is_told_twice_across_a_move(
    cadence: Cadence, old: str, new: str, served: datetime, wait: timedelta
) -> None:
    after = served + wait

    due = next_due_after_zone_change(cadence, new, after, last_served=served, old_zone=old)

    assert due is not None
    assert due > after
    assert period_name(cadence, new, due) > f"{served.astimezone(ZoneInfo(old)):%Y-%m-%dT%H:%M}"


def dues_over(cadence: Cadence, zone: str, after: datetime, days: int) -> list[datetime]:
    """Every due instant over a number of days, each asked for after the one before."""
    dues: list[datetime] = []
    end = after + timedelta(days=days)
    while (due := next_due(cadence, zone, after)) is not None and due <= end:
        dues.append(due)
        after = due
    return dues


@given(minutes, zones, instants)
def test_every_local_date_has_one_digest_and_one_period(
    clock: time, zone: str, after: datetime
) -> None:
    cadence = Cadence((clock,))
    dues = dues_over(cadence, zone, after, 30)
    days = [due.astimezone(ZoneInfo(zone)).date() for due in dues]

    assert len({period_name(cadence, zone, due) for due in dues}) == len(dues)
    if not _skips_past_midnight(clock, zone, days):
        assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


def _skips_past_midnight(clock: time, zone: str, days: list[date]) -> bool:
    """Whether on one of these days the time falls into a gap that ends on the next date."""
    zone_info = ZoneInfo(zone)
    candidates = (days[0] + timedelta(days=n) for n in range(-1, 33))
    return any(
        datetime.combine(day, clock, zone_info).astimezone(UTC).astimezone(zone_info).date() != day
        for day in candidates
    )


@pytest.mark.slow
@pytest.mark.parametrize("zone", ZONES)
def test_ten_years_of_a_zone_have_one_period_per_local_date(zone: str) -> None:
    cadence = Cadence(times("02:30"))

    dues = dues_over(cadence, zone, BEGIN, 3653)

    first = dues[0].astimezone(ZoneInfo(zone)).date()
    dates = [f"{first + timedelta(days=n)}" for n in range(len(dues))]
    assert [period_name(cadence, zone, due)[:10] for due in dues] == dates
    assert abs(len(dues) - 3653) <= 1  # the ten years are UTC's


@pytest.mark.slow
@pytest.mark.parametrize("zone", ZONES)
def test_the_nights_of_a_zone_have_one_period_per_local_date_and_time(zone: str) -> None:
    """Asked around every change of the zone's clocks in ten years, for times that it moves."""
    cadence = Cadence(times("00:00", "00:30", "01:45", "02:15", "02:30", "03:15", "23:30"))

    for change in changes(zone):
        dues = dues_over(cadence, zone, change - timedelta(days=2), 4)

        assert len({period_name(cadence, zone, due) for due in dues}) == len(dues)
        assert 4 * 7 - 4 <= len(dues) <= 4 * 7 + 1  # a gap lets some fall together


def changes(zone: str) -> list[datetime]:
    """The noons (UTC) before which the clocks of a zone changed, in ten years."""
    zone_info = ZoneInfo(zone)
    noons = [BEGIN + timedelta(days=n, hours=12) for n in range(3653)]
    offsets = [noon.astimezone(zone_info).utcoffset() for noon in noons]
    return [noon for n, noon in enumerate(noons) if n and offsets[n] != offsets[n - 1]]


@pytest.mark.parametrize(
    ("cadence", "due", "expected"),
    [
        (Cadence(times=(time(8),)), "2026-11-23 08:00", "2026-11-22 08:00"),
        (Cadence(times=(time(8), time(18))), "2026-11-23 18:00", "2026-11-23 08:00"),
        (Cadence(times=(time(9),), weekdays=(0,)), "2026-11-30 09:00", "2026-11-23 09:00"),
        (Cadence(times=()), "2026-11-30 09:00", None),
    ],
)
def test_the_occasion_before_is_found(cadence: Cadence, due: str, expected: str | None) -> None:
    before = previous_due(cadence, "UTC", utc(due))

    assert before == (utc(expected) if expected else None)


@pytest.mark.parametrize(
    "zone", ["Asia/Shanghai", "Asia/Tokyo", "Asia/Kolkata", "Europe/London", "Pacific/Honolulu"]
)
@pytest.mark.parametrize("month", [1, 7])
def test_no_other_time_follows_all_announcements_of_a_year_sooner(zone: str, month: int) -> None:
    """Each announcement is waited for by the minute; half an hour is for reading it."""
    now = datetime(2026, month, 1, tzinfo=UTC)
    waits = dict.fromkeys(times("08:00", "13:30", "18:00"), timedelta())
    for day in calendar.recent_feed_days(now.date() + timedelta(days=365), 250):
        for clock_time in waits:
            due = calendar.eastern_midnight(day) + timedelta(minutes=30)
            while due.astimezone(ZoneInfo(zone)).time() != clock_time:
                due += timedelta(minutes=30)
            waits[clock_time] = max(waits[clock_time], due - calendar.eastern_midnight(day))

    first, *_ = by_wait_after_announcement(list(waits), zone, now)

    assert waits[first] == min(waits.values())
    assert waits[first] >= timedelta(minutes=30)


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        *(("Asia/Shanghai", "13:30"), ("Asia/Kolkata", "13:30"), ("Asia/Tokyo", "18:00")),
        *(("Australia/Sydney", "18:00"), ("Europe/Berlin", "08:00"), ("UTC", "08:00")),
        *(("America/New_York", "08:00"), ("America/Los_Angeles", "08:00")),
    ],
)
def test_the_first_hour_that_brings_the_papers_of_the_day(zone: str, first: str) -> None:
    hours = times("18:00", "08:00", "13:30")
    assert by_wait_after_announcement(hours, zone, utc("2026-11-23 13:00"))[0] == times(first)[0]
