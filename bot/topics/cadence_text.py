"""Parse a person's words into a cadence, and describe a cadence in words.

``08:30`` · ``08:00 18:00`` · ``mon-fri 8:30 pm`` · ``mon, thu 9`` · ``announced``, and the same in
Chinese, ``周一到周五 晚上八点``. Every time is in the reader's own zone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import time

from bot.texts import Refusal, join_list, say
from bot.texts.dates import weekday_name
from bot.topics import times_of_day
from storage.records.chats import Cadence

MAX_TIMES = 6

_WEEKDAY_NAMES = {
    name: day
    for day, names in enumerate(
        (
            ("mon", "monday", "周一", "星期一", "一"),
            ("tue", "tues", "tuesday", "周二", "星期二", "二"),
            ("wed", "wednesday", "周三", "星期三", "三"),
            ("thu", "thur", "thurs", "thursday", "周四", "星期四", "四"),
            ("fri", "friday", "周五", "星期五", "五"),
            ("sat", "saturday", "周六", "星期六", "六"),
            ("sun", "sunday", "周日", "周天", "星期日", "星期天", "日"),
        )
    )
    for name in names
}
_EVERY_DAY = ("daily", "every day", "每天", "每日")
_WORKDAYS = ("weekdays", "workdays", "工作日")
_AS_ANNOUNCED = ("announced", "asap", "公布", "公布后", "公告")
_SEPARATORS = re.compile(r"[\s,;、&和]+")
_FILLER_WORDS = ("", "and", "at")
_WEEKDAY_RANGE = re.compile(r"([^\W\d_]+?)(?:-|–|到|至)([^\W\d_]+)")


def parse_cadence(words: str, current: Cadence) -> Cadence:
    """Parse words into a cadence; what they do not mention stays as in ``current``.

    Raises:
        Refusal: a word is neither a day nor a time.
    """
    text = unicodedata.normalize("NFKC", words).casefold().strip()
    if text in _AS_ANNOUNCED:
        return replace(current, times=(), weekdays=())
    days: set[int] = set()
    times: set[time] = set()
    for word in _split_cadence_words(text):
        word_days = _parse_weekdays(word)
        if word_days is None:
            times.add(_require_time(word))
        else:
            days |= word_days
    if len(times) > MAX_TIMES:
        raise Refusal("settings-time-many", most=MAX_TIMES)
    names_days = bool(days) or any(name in text for name in _EVERY_DAY)
    weekdays = tuple(sorted(days)) if names_days else current.weekdays
    return replace(
        current,
        times=tuple(sorted(times)) or current.times or Cadence().times,
        weekdays=() if len(weekdays) == 7 else weekdays,
    )


def describe_cadence(cadence: Cadence, language: str) -> str:
    """Describe a cadence in words: ``Mon–Fri at 08:00``, ``每天 08:00``."""
    if not cadence.times:
        return say(language, "cadence-announced")
    times = join_list(
        language, [clock_time.strftime("%H:%M") for clock_time in sorted(cadence.times)]
    )
    if not cadence.weekdays:
        return say(language, "cadence-daily", times=times)
    return say(
        language, "cadence-days", days=_describe_weekdays(cadence.weekdays, language), times=times
    )


def _describe_weekdays(weekdays: tuple[int, ...], language: str) -> str:
    days = sorted(set(weekdays))
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{weekday_name(language, days[0])}–{weekday_name(language, days[-1])}"
    return join_list(language, [weekday_name(language, day) for day in days])


def _parse_weekdays(word: str) -> set[int] | None:
    """Return the days that a word names, none for "every day"; None when it names no day."""
    if word in _EVERY_DAY:
        return set()
    if word in _WORKDAYS:
        return set(range(5))
    if word in _WEEKDAY_NAMES:
        return {_WEEKDAY_NAMES[word]}
    range_match = _WEEKDAY_RANGE.fullmatch(word)
    if range_match and range_match[1] in _WEEKDAY_NAMES and range_match[2] in _WEEKDAY_NAMES:
        first, last = _WEEKDAY_NAMES[range_match[1]], _WEEKDAY_NAMES[range_match[2]]
        return {day % 7 for day in range(first, last + 1 if first <= last else last + 8)}
    return None


def _split_cadence_words(text: str) -> list[str]:
    """Split a text into its days and times.

    Raises:
        Refusal: it has none.
    """
    pieces = _SEPARATORS.split(times_of_day.normalize_times(text.replace("every day", "daily")))
    words = [word for word in pieces if word not in _FILLER_WORDS]
    if not words:
        raise Refusal("settings-time-usage")
    return words


def _require_time(word: str) -> time:
    clock_time = times_of_day.parse_time(word)
    if clock_time is None:
        raise Refusal("settings-time-usage")
    return clock_time
