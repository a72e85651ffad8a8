"""Parse a person's words into a cadence, and describe a cadence in words.

``08:30`` · ``08:00 18:00`` · ``mon to fri 8:30 pm`` · ``every tue/thu at noon`` · ``weekends 10`` ·
``announced``, and the same in Chinese, ``周一到周五 晚上八点``. Every time is in the reader's zone.
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

WEEKDAY_NAMES = {
    name: day
    for day, names in enumerate(
        (
            ("mo", "mon", "monday", "mondays", "周一", "星期一", "礼拜一", "一"),
            ("tu", "tue", "tues", "tuesday", "tuesdays", "周二", "星期二", "礼拜二", "二"),
            ("we", "wed", "wednesday", "wednesdays", "周三", "星期三", "礼拜三", "三"),
            (
                "th",
                "thu",
                "thur",
                "thurs",
                "thursday",
                "thursdays",
                "周四",
                "星期四",
                "礼拜四",
                "四",
            ),
            ("fr", "fri", "friday", "fridays", "周五", "星期五", "礼拜五", "五"),
            ("sa", "sat", "saturday", "saturdays", "周六", "星期六", "礼拜六", "六"),
            ("su", "sun", "sunday", "sundays", "周日", "周天", "星期日", "星期天", "礼拜天", "日"),
        )
    )
    for name in names
}
_EVERY_DAY = ("daily", "every day", "每天", "每日")
_WORKDAYS = ("weekdays", "weekday", "workdays", "工作日")
_WEEKENDS = ("weekends", "weekend", "周末", "週末")
_AS_ANNOUNCED = ("announced", "asap", "公布", "公布后", "公告")
_SEPARATORS = re.compile(r"[\s,;、&和/]+")
_FILLER_WORDS = ("", "and", "at", "every", "each", "on", "from", "the", "in")
_DAY_NAME = "|".join(sorted(WEEKDAY_NAMES, key=len, reverse=True))
_SPACED_RANGE = re.compile(
    rf"(?<![^\W\d_])({_DAY_NAME})\s*(?:-|–|—|\bto\b|\bthrough\b|\btill?\b|到|至)\s*({_DAY_NAME})(?![a-z])"
)
_EVERY_WEEK = re.compile("每个?(?=周|星期|礼拜|週)")
_RUNS_OF_TWO_CADENCES = 4  # days, times, days, times
_WEEKDAY_RANGE = re.compile(r"([^\W\d_]+?)(?:-|–|到|至)([^\W\d_]+)")


def parse_cadence(words: str, current: Cadence) -> Cadence:
    """Parse words into a cadence; what they do not mention stays as in ``current``.

    Raises:
        Refusal: there is no word, or one is neither a day nor a time.
    """
    normalized_words = unicodedata.normalize("NFKC", words).casefold().strip()
    if normalized_words in _AS_ANNOUNCED:
        return replace(current, times=(), weekdays=())
    normalized_words = _EVERY_WEEK.sub("", normalized_words.replace("every day", "daily"))
    normalized_words = times_of_day.normalize_times(_SPACED_RANGE.sub(r"\1-\2", normalized_words))
    separated_words = _SEPARATORS.split(normalized_words)
    cadence_words = [piece for piece in separated_words if piece not in _FILLER_WORDS]
    if not cadence_words:
        raise Refusal("settings-time-usage")
    weekday_numbers: set[int] = set()
    clock_times: set[time] = set()
    day_and_time_runs: list[tuple[bool, set[time]]] = []  # days and times as they follow each other
    for word in cadence_words:
        word_days = _parse_weekdays(word)
        clock_time = times_of_day.parse_time(word)
        if word_days is None and clock_time is None:
            raise Refusal("settings-time-word", word=word[:40])
        if not day_and_time_runs or day_and_time_runs[-1][0] is not (clock_time is None):
            day_and_time_runs.append((clock_time is None, set()))
        if clock_time is None:
            weekday_numbers |= word_days or set()
        else:
            clock_times.add(clock_time)
            day_and_time_runs[-1][1].add(clock_time)
    if len(day_and_time_runs) >= _RUNS_OF_TWO_CADENCES and any(
        run_times != clock_times for is_days, run_times in day_and_time_runs if not is_days
    ):  # "mon 8 tue 9" means other times on other days
        raise Refusal("settings-time-mixed")
    if len(clock_times) > MAX_TIMES:
        raise Refusal("settings-time-many", most=MAX_TIMES)
    names_days = bool(weekday_numbers) or any(name in normalized_words for name in _EVERY_DAY)
    weekdays = tuple(sorted(weekday_numbers)) if names_days else current.weekdays
    return replace(
        current,
        times=tuple(sorted(clock_times)) or current.times or Cadence().times,
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
    weekdays = sorted(set(cadence.weekdays))
    weekday_names = [weekday_name(language, day) for day in weekdays]
    is_range = len(weekdays) > 2 and weekdays[-1] - weekdays[0] == len(weekdays) - 1
    days_text = (
        f"{weekday_names[0]}–{weekday_names[-1]}"
        if is_range
        else join_list(language, weekday_names)
    )
    return say(language, "cadence-days", days=days_text, times=times)


def _parse_weekdays(word: str) -> set[int] | None:
    """Return the days that a word names, none for "every day"; None when it names no day."""
    if word in _EVERY_DAY:
        return set()
    if word in _WORKDAYS:
        return set(range(5))
    if word in _WEEKENDS:
        return {5, 6}
    if word in WEEKDAY_NAMES:
        return {WEEKDAY_NAMES[word]}
    range_match = _WEEKDAY_RANGE.fullmatch(word)
    if range_match and range_match[1] in WEEKDAY_NAMES and range_match[2] in WEEKDAY_NAMES:
        first_weekday, last_weekday = WEEKDAY_NAMES[range_match[1]], WEEKDAY_NAMES[range_match[2]]
        return {
            day % 7
            for day in range(
                first_weekday,
                last_weekday + 1 if first_weekday <= last_weekday else last_weekday + 8,
            )
        }
    return None
