"""Parse the day on which a pause ends: ``2026-12-24``, ``2 weeks``, ``until friday``, ``明天``."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from bot.topics.cadence_text import WEEKDAY_NAMES

_MAX_DAYS = 3660
_DAYS_OF_UNIT = {
    **dict.fromkeys(("day", "days", "d", "天", "日"), 1),
    **dict.fromkeys(("week", "weeks", "w", "周", "星期", "礼拜"), 7),
    **dict.fromkeys(("month", "months", "月"), 30),
}
_NUMBERS = {
    **dict.fromkeys(("a", "an", "one", "一"), 1),
    **dict.fromkeys(("two", "二", "两"), 2),
    **dict.fromkeys(("three", "三"), 3),
    **dict.fromkeys(("four", "四"), 4),
    **dict.fromkeys(("five", "五"), 5),
    **dict.fromkeys(("six", "六"), 6),
    **dict.fromkeys(("seven", "七"), 7),
    **dict.fromkeys(("ten", "十"), 10),
}
_DAYS_AHEAD = {
    **dict.fromkeys(("tomorrow", "明天", "明日"), 1),
    **dict.fromkeys(("the day after tomorrow", "后天", "後天"), 2),
    "大后天": 3,
    **dict.fromkeys(("a fortnight", "fortnight"), 14),
    "半个月": 15,
}
_PREPOSITIONS = re.compile(r"^(?:(?:until|till|for|to)\s+|(?:直到|到|至)\s*)|(?:为止|止|后|後)$")
_DURATION = re.compile(rf"(\d{{1,4}}|{'|'.join(_NUMBERS)})\s*个?\s*({'|'.join(_DAYS_OF_UNIT)})")
_NEXT_WEEK = re.compile("(?:next|下个?)\\s*")
_CHINESE_DAY = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]?")


def parse_pause_end(words: str, today: date) -> date | None:
    """Return the day that the words name, seen from today, or None."""
    normalized_words = " ".join(unicodedata.normalize("NFKC", words).casefold().split())
    normalized_words = _PREPOSITIONS.sub("", normalized_words)
    if normalized_words in _DAYS_AHEAD:
        return today + timedelta(days=_DAYS_AHEAD[normalized_words])
    if duration := _DURATION.fullmatch(normalized_words):
        duration_count = int(duration[1]) if duration[1].isdecimal() else _NUMBERS[duration[1]]
        pause_days = duration_count * _DAYS_OF_UNIT[duration[2]]
        return today + timedelta(days=pause_days) if 0 < pause_days <= _MAX_DAYS else None
    if day := _CHINESE_DAY.fullmatch(normalized_words):
        return _next_date(today, day[1], int(day[2]), int(day[3]))
    weekday = _NEXT_WEEK.sub("", normalized_words, count=1)
    if weekday in WEEKDAY_NAMES:
        is_next_week = weekday != normalized_words
        days_ahead = (WEEKDAY_NAMES[weekday] - today.weekday()) % 7 or 7
        if is_next_week and today.weekday() + days_ahead < 7:  # it still lies in this week
            days_ahead += 7
        return today + timedelta(days=days_ahead)
    try:
        return date.fromisoformat(normalized_words)
    except ValueError:
        return None


def _next_date(today: date, year: str | None, month: int, day: int) -> date | None:
    """Return a date of the year given, else the next one with this month and day."""
    try:
        if year:
            return date(int(year), month, day)
        this_year = date(today.year, month, day)
        return this_year if this_year > today else date(today.year + 1, month, day)
    except ValueError:
        return None
