"""Parse times of day: ``20:30``, ``0830``, ``8:30 pm``, ``noon``, ``晚上八点半``.

The words are first brought into one form, ``晚上8点30``, with a space before each
time; then each word is parsed by itself.
"""

from __future__ import annotations

import re
from datetime import time

# The hour at which a part of the day begins; twelve hours later a 12-hour clock restarts.
# So 晚上八点 is 20:00, and 晚上一点 is an hour past midnight.
_DAY_PARTS = {
    **dict.fromkeys(("am", "凌晨", "半夜"), 0),
    **dict.fromkeys(("清晨", "早晨", "早上", "上午", "早"), 1),
    **dict.fromkeys(("中午", "正午"), 10),
    **dict.fromkeys(("pm", "下午", "午后", "傍晚"), 12),
    **dict.fromkeys(("晚上", "晚间", "夜里", "夜间", "深夜", "晚"), 17),
}
# What a part of the day means without an hour; the reply says which time was set.
_NAMED_TIMES = {
    **dict.fromkeys(("midnight", "午夜", "半夜", "零点"), time(0)),
    **dict.fromkeys(("morning", "早上", "早晨", "清晨", "上午"), time(8)),
    **dict.fromkeys(("noon", "midday", "中午", "正午"), time(12)),
    **dict.fromkeys(("evening", "傍晚"), time(18)),
    **dict.fromkeys(("night", "晚上", "晚间", "夜里"), time(20)),
}
_HAN_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")}
_HAN_DIGITS |= {"〇": 0, "两": 2, "兩": 2}
_QUARTER_MINUTES = {"半": 30, "一刻": 15, "三刻": 45}

_HAN_NUMBER = f"[{''.join(_HAN_DIGITS)}十]{{1,3}}"
_DAY_PART = "|".join(sorted(_DAY_PARTS, key=len, reverse=True))
_HOUR_START = rf"\d|{_HAN_NUMBER}[点點时時]"  # the beginning of an hour
_MERIDIEM = re.compile(r"(?<=\d)\s*([ap])(?:\.?m)?\b\.?")
_O_CLOCK = re.compile(r"(?<=\d)\s*(?:o['’]?clock|uhr)\b")
_DIGITS_ALONE = re.compile(r"(?<![\d:.])(\d{1,2})([0-5]\d)(?=am|pm|\b)(?![:.]\d)")
_MISSING_SPACE = re.compile(
    rf"(?<=每天|每日|作日)(?=\S)|(?<=[一二三四五六日天])(?=\d|{_DAY_PART})"
    rf"|(?<=[周期到至][一二三四五六日天])(?={_HOUR_START})"
)
_PART_SPACE = re.compile(rf"({_DAY_PART})\s+(?={_HOUR_START})")
_HOUR = re.compile(rf"{_HAN_NUMBER}(?=[点點时時])")
_MINUTES = re.compile(rf"(?<=[点點时時])(?:{'|'.join(_QUARTER_MINUTES)}|{_HAN_NUMBER}(?=分|\W|$))")
_CLOCK_TIME = re.compile(
    rf"({_DAY_PART})?(\d{{1,2}})(?:[:.h点點时時](?:[钟鐘整]|(\d{{1,2}})分?)?)?(am|pm)?"
)


def normalize_times(text: str) -> str:
    """Return ``text`` in lower case, with times in digits and as words of their own."""
    text = _MERIDIEM.sub(r"\1m", _O_CLOCK.sub("", text))
    text = _DIGITS_ALONE.sub(r"\1:\2", text)
    text = _PART_SPACE.sub(r"\1", _MISSING_SPACE.sub(" ", text))
    text = _HOUR.sub(lambda match: str(_han_value(match[0])), text)
    return _MINUTES.sub(lambda match: str(_han_value(match[0])), text)


def parse_time(word: str) -> time | None:
    """Return the time that a word names, or None."""
    if word in _NAMED_TIMES:
        return _NAMED_TIMES[word]
    match = _CLOCK_TIME.fullmatch(word)
    if match is None or (match[1] and match[4]):
        return None
    part_of_day = match[1] or match[4]
    try:
        hour = int(match[2])
        minute = int(match[3] or 0)
        if (hour, minute, part_of_day) == (24, 0, None):
            return time(0)
        return time(_hour_in_day_part(part_of_day, hour) if part_of_day else hour, minute)
    except ValueError:  # 25:00, 8:60, 早上 20:00
        return None


def _hour_in_day_part(part: str, hour: int) -> int:
    """Return the hour of 24 that is meant in a part of the day.

    Raises:
        ValueError: the part has no such hour.
    """
    start_hour = _DAY_PARTS[part]
    if 1 <= hour <= 12:
        return (start_hour + (hour - start_hour) % 12) % 24
    if (hour - start_hour) % 24 >= 12:
        raise ValueError(hour)
    return hour


def _han_value(han: str) -> int:
    """Return the value of a Chinese numeral below 100, or of quarters: 八, 十二, 零五."""
    if han in _QUARTER_MINUTES:
        return _QUARTER_MINUTES[han]
    tens_digit, ten, units_digit = han.partition("十")
    if not ten:
        return int("".join(str(_HAN_DIGITS[digit]) for digit in han))
    return 10 * _han_value(tens_digit or "一") + _han_value(units_digit or "零")
