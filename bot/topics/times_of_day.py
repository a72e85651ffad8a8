"""Which time of day do words name? ``20:30``, ``8:30 pm``, ``晚上八点半`` → a time.

First the words are put into one shape, ``晚上8点30``, with a space where a time begins; then
each word is read by itself.
"""

from __future__ import annotations

import re
from datetime import time

# The hour at which a part of the day begins; twelve hours on, a clock of 12 begins anew. So
# 晚上八点 is 20:00, and 晚上一点 an hour past midnight.
_PARTS = {
    **dict.fromkeys(("am", "凌晨", "半夜"), 0),
    **dict.fromkeys(("清晨", "早晨", "早上", "上午", "早"), 1),
    **dict.fromkeys(("中午", "正午"), 10),
    **dict.fromkeys(("pm", "下午", "午后", "傍晚"), 12),
    **dict.fromkeys(("晚上", "晚间", "夜里", "夜间", "深夜", "晚"), 17),
}
_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")}
_DIGITS |= {"〇": 0, "两": 2, "兩": 2}
_QUARTERS = {"半": 30, "一刻": 15, "三刻": 45}

_HAN = f"[{''.join(_DIGITS)}十]{{1,3}}"
_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
_AT = rf"\d|{_HAN}[点點时時]"  # how an hour begins
_MERIDIEM = re.compile(r"(?<=\d)\s*([ap])\.?m\b\.?")
_SEAM = re.compile(
    rf"(?<=每天|每日|作日)(?=\S)|(?<=[一二三四五六日天])(?=\d|{_PART})"
    rf"|(?<=[周期到至][一二三四五六日天])(?={_AT})"
)
_GAP = re.compile(rf"({_PART})\s+(?={_AT})")
_HOUR = re.compile(rf"{_HAN}(?=[点點时時])")
_MINUTES = re.compile(rf"(?<=[点點时時])(?:{'|'.join(_QUARTERS)}|{_HAN}(?=分|\W|$))")
_CLOCK = re.compile(rf"({_PART})?(\d{{1,2}})(?:[:.h点點时時](?:[钟鐘整]|(\d{{1,2}})分?)?)?(am|pm)?")


def spelled(text: str) -> str:
    """``text``, in small letters, with its times in digits and as words of their own."""
    text = _MERIDIEM.sub(r"\1m", text)
    text = _GAP.sub(r"\1", _SEAM.sub(" ", text))
    text = _HOUR.sub(lambda found: str(_number(found[0])), text)
    return _MINUTES.sub(lambda found: str(_number(found[0])), text)


def read(word: str) -> time | None:
    """The time that a word names, where it names one."""
    found = _CLOCK.fullmatch(word)
    if found is None or (found[1] and found[4]):
        return None
    part = found[1] or found[4]
    try:
        hour = int(found[2])
        return time(_in(part, hour) if part else hour, int(found[3] or 0))
    except ValueError:  # 24:00, 8:60, 早上 20:00
        return None


def _in(part: str, hour: int) -> int:
    """The hour of 24 that is meant in a part of the day.

    Raises:
        ValueError: the part has no such hour.
    """
    begins = _PARTS[part]
    if 1 <= hour <= 12:
        return (begins + (hour - begins) % 12) % 24
    if (hour - begins) % 24 >= 12:
        raise ValueError(hour)
    return hour


def _number(han: str) -> int:
    """A Chinese numeral below a hundred: 八, 十二, 二十三, 零五; or quarters of an hour."""
    if han in _QUARTERS:
        return _QUARTERS[han]
    tens, ten, units = han.partition("十")
    if not ten:
        return int("".join(str(_DIGITS[sign]) for sign in han))
    return 10 * _number(tens or "一") + _number(units or "零")
