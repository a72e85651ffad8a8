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
        Refusal: there is no word, or one is neither a day nor a time.
    """
    text = unicodedata.normalize("NFKC", words).casefold().strip()
    if text in _AS_ANNOUNCED:
        return replace(current, times=(), weekdays=())
    pieces = _SEPARATORS.split(times_of_day.normalize_times(text.replace("every day", "daily")))
    cadence_words = [piece for piece in pieces if piece not in _FILLER_WORDS]
    if not cadence_words:
        raise Refusal("settings-time-usage")
    days: set[int] = set()
    times: set[time] = set()
    for word in cadence_words:
        word_days = _parse_weekdays(word)
        clock_time = times_of_day.parse_time(word)
        if word_days is not None:
            days |= word_days
        elif clock_time is not None:
            times.add(clock_time)
        else:
            raise Refusal("settings-time-usage")
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
    days = sorted(set(cadence.weekdays))
    names = [weekday_name(language, day) for day in days]
    is_range = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    days_text = f"{names[0]}–{names[-1]}" if is_range else join_list(language, names)
    return say(language, "cadence-days", days=days_text, times=times)


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
