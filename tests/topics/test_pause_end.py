"""The day on which a pause ends, as people write it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.topics.pause_end import parse_pause_end

THURSDAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-12-24", date(2026, 12, 24)),
        ("until 2026-12-24", date(2026, 12, 24)),
        ("tomorrow", date(2026, 11, 27)),
        ("Tomorrow", date(2026, 11, 27)),
        ("明天", date(2026, 11, 27)),
        ("后天", date(2026, 11, 28)),
        ("3 days", date(2026, 11, 29)),
        ("two days", date(2026, 11, 28)),
        ("for 10 days", date(2026, 12, 6)),
        ("3天", date(2026, 11, 29)),
        ("2 weeks", date(2026, 12, 10)),
        ("a week", date(2026, 12, 3)),
        ("2w", date(2026, 12, 10)),
        ("一周", date(2026, 12, 3)),
        ("两周", date(2026, 12, 10)),
        ("两个星期", date(2026, 12, 10)),
        ("a fortnight", date(2026, 12, 10)),
        ("a month", date(2026, 12, 26)),
        ("1个月", date(2026, 12, 26)),
        ("半个月", date(2026, 12, 11)),
        ("friday", date(2026, 11, 27)),
        ("until friday", date(2026, 11, 27)),
        ("till Friday", date(2026, 11, 27)),
        ("thursday", date(2026, 12, 3)),
        ("周五", date(2026, 11, 27)),
        ("到周五", date(2026, 11, 27)),
        ("next monday", date(2026, 11, 30)),
        ("next friday", date(2026, 12, 4)),
        ("下周一", date(2026, 11, 30)),
        ("下周五", date(2026, 12, 4)),
        ("下个星期一", date(2026, 11, 30)),
        ("12月24日", date(2026, 12, 24)),
        ("1月2号", date(2027, 1, 2)),
        ("2027年1月2日", date(2027, 1, 2)),
        ("2026-01-01", date(2026, 1, 1)),  # whoever asks says that it lies behind
    ],
)
def test_words_that_name_a_day(words: str, day: date) -> None:
    assert parse_pause_end(words, THURSDAY) == day


@pytest.mark.parametrize(
    "words",
    ["", "nonsense", "0 days", "9999 weeks", "13月1日", "2月30日", "until", "next", "-3 days"],
)
def test_words_that_name_none(words: str) -> None:
    assert parse_pause_end(words, THURSDAY) is None


@given(st.text(max_size=30), st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_any_words_name_a_day_or_none(words: str, today: date) -> None:
    day = parse_pause_end(words, today)

    assert day is None or isinstance(day, date)


@given(st.integers(1, 3660), st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_days_are_counted_from_today(days: int, today: date) -> None:
    assert parse_pause_end(f"{days} days", today) == today + timedelta(days=days)
