"""When does a person want digests? Their words → a cadence → a text.

``08:30`` · ``08:00 18:00`` · ``mon-fri 8:30 pm`` · ``mon, thu 9`` · ``announced``, and the same
in Chinese, ``周一到周五 晚上八点``. Every time is on the reader's own clock.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import time

from bot.texts import Refusal, listed, say
from bot.texts.dates import weekday
from bot.topics import times_of_day
from storage.records import Cadence

MOST_TIMES = 6

_DAYS = {
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
_WORKING = ("weekdays", "workdays", "工作日")
_ANNOUNCED = ("announced", "asap", "公布", "公布后", "公告")
_BETWEEN = re.compile(r"[\s,;、&和]+")
_FILLING = ("", "and", "at")
_RANGE = re.compile(r"([^\W\d_]+?)(?:-|–|到|至)([^\W\d_]+)")


def read(words: str, now: Cadence) -> Cadence:
    """The cadence that a person's words name; what they do not speak of stays as it is ``now``.

    Raises:
        Refusal: a word is neither a day nor a time.
    """
    text = unicodedata.normalize("NFKC", words).casefold().strip()
    if text in _ANNOUNCED:
        return replace(now, times=(), weekdays=())
    days: set[int] = set()
    times: set[time] = set()
    for word in _words(text):
        named = _days(word)
        if named is None:
            times.add(_time(word))
        else:
            days |= named
    if len(times) > MOST_TIMES:
        raise Refusal("settings-time-many", most=MOST_TIMES)
    said_days = bool(days) or any(name in text for name in _EVERY_DAY)
    weekdays = tuple(sorted(days)) if said_days else now.weekdays
    return replace(
        now,
        times=tuple(sorted(times)) or now.times or Cadence().times,
        weekdays=() if len(weekdays) == 7 else weekdays,
    )


def told(cadence: Cadence, language: str) -> str:
    """A cadence in words: ``Mon–Fri at 08:00``, ``每天 08:00``."""
    if not cadence.times:
        return say(language, "cadence-announced")
    times = listed(language, [at.strftime("%H:%M") for at in sorted(cadence.times)])
    if not cadence.weekdays:
        return say(language, "cadence-daily", times=times)
    return say(language, "cadence-days", days=_named(cadence.weekdays, language), times=times)


def _named(weekdays: tuple[int, ...], language: str) -> str:
    days = sorted(set(weekdays))
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{weekday(language, days[0])}–{weekday(language, days[-1])}"
    return listed(language, [weekday(language, day) for day in days])


def _days(word: str) -> set[int] | None:
    """The days that a word names, none for "every day"; None when it names no day."""
    if word in _EVERY_DAY:
        return set()
    if word in _WORKING:
        return set(range(5))
    if word in _DAYS:
        return {_DAYS[word]}
    ends = _RANGE.fullmatch(word)
    if ends and ends[1] in _DAYS and ends[2] in _DAYS:
        first, last = _DAYS[ends[1]], _DAYS[ends[2]]
        return {day % 7 for day in range(first, last + 1 if first <= last else last + 8)}
    return None


def _words(text: str) -> list[str]:
    """The days and times in a text, one by one.

    Raises:
        Refusal: there is none.
    """
    apart = _BETWEEN.split(times_of_day.spelled(text.replace("every day", "daily")))
    words = [word for word in apart if word not in _FILLING]
    if not words:
        raise Refusal("settings-time-usage")
    return words


def _time(word: str) -> time:
    at = times_of_day.read(word)
    if at is None:
        raise Refusal("settings-time-usage")
    return at
