"""Words become a cadence, and a cadence becomes words again."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.texts import LANGUAGES, Refusal
from bot.topics import cadence_text
from storage.records.chats import Cadence, QuietDayPolicy

NOW = Cadence(times=(time(7),), weekdays=(5,), on_quiet_days=QuietDayPolicy.NOTICE)
WORKING = (0, 1, 2, 3, 4)


@pytest.mark.parametrize(
    ("words", "times", "weekdays"),
    [
        ("08:30", [time(8, 30)], (5,)),
        ("8", [time(8)], (5,)),
        ("8.05", [time(8, 5)], (5,)),
        ("20点30", [time(20, 30)], (5,)),
        ("20：30", [time(20, 30)], (5,)),
        ("18:00, 8:00 8", [time(8), time(18)], (5,)),
        ("daily 9", [time(9)], ()),
        ("every day 9", [time(9)], ()),
        ("每天 20:15", [time(20, 15)], ()),
        ("mon-fri 8:30", [time(8, 30)], WORKING),
        ("Weekdays", [time(7)], WORKING),
        ("周一到周五 8点", [time(8)], WORKING),
        ("工作日 9", [time(9)], WORKING),
        ("mon, thu 9", [time(9)], (0, 3)),
        ("friday-monday 9", [time(9)], (0, 4, 5, 6)),
        ("mon-sun 9", [time(9)], ()),
        ("sunday", [time(7)], (6,)),
        ("mon and thu at 8 a.m.", [time(8)], (0, 3)),
        ("weekdays 7:45 am & 8:30 pm", [time(7, 45), time(20, 30)], WORKING),
        ("每天早上八点", [time(8)], ()),
        ("周一到周五晚上8点", [time(20)], WORKING),
        ("周一到五 早上八点半和晚上9点", [time(8, 30), time(21)], WORKING),
        ("周一八点、周四", [time(8)], (0, 3)),
        ("星期一十点", [time(10)], (0,)),
        ("工作日下午三点", [time(15)], WORKING),
        ("every monday 9", [time(9)], (0,)),
        ("every day at 6", [time(6)], ()),
        ("weekends 10", [time(10)], (5, 6)),
        ("周末 10点", [time(10)], (5, 6)),
        ("Mo-Fr 8", [time(8)], WORKING),
        ("mon to fri 8", [time(8)], WORKING),
        ("from Monday through Friday at 7:30pm", [time(19, 30)], WORKING),
        ("mon – fri 8", [time(8)], WORKING),
        ("周一 至 周五 8点", [time(8)], WORKING),
        ("tue/thu 9", [time(9)], (1, 3)),
        ("8 on mondays", [time(8)], (0,)),
        ("mondays and thursdays at noon", [time(12)], (0, 3)),
        ("20:00 every weekday", [time(20)], WORKING),
        ("每周一9点", [time(9)], (0,)),
        ("每周一 上午9点", [time(9)], (0,)),
        ("每个星期三晚上8点", [time(20)], (2,)),
        ("礼拜五 18:00", [time(18)], (4,)),
        ("每天晚上", [time(20)], ()),
        ("每天早上", [time(8)], ()),
        ("工作日早上", [time(8)], WORKING),
        ("mon 8 tue 8", [time(8)], (0, 1)),
        ("noon and midnight", [time(0), time(12)], (5,)),
    ],
)
def test_words_become_a_cadence(words: str, times: list[time], weekdays: tuple[int, ...]) -> None:
    """What they do not speak of stays: the days, the times, the word on quiet days."""
    expected = Cadence(tuple(times), weekdays, QuietDayPolicy.NOTICE)

    assert cadence_text.parse_cadence(words, NOW) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        *(
            ("8pm", time(20)),
            ("8 PM", time(20)),
            ("8:30 p.m.", time(20, 30)),
            ("8.05am", time(8, 5)),
        ),
        *(("12am", time(0)), ("12:30 pm", time(12, 30)), ("20:30 pm", time(20, 30))),
        *(("0830", time(8, 30)), ("830", time(8, 30)), ("0830pm", time(20, 30))),
        *(("6p", time(18)), ("6a", time(6)), ("8 o'clock", time(8)), ("8 o’clock", time(8))),
        *(("noon", time(12)), ("midday", time(12)), ("midnight", time(0)), ("24:00", time(0))),
        *(("morning", time(8)), ("evening", time(18)), ("8 Uhr", time(8)), ("2359", time(23, 59))),
        *(("中午", time(12)), ("午夜", time(0)), ("早上", time(8)), ("晚上", time(20))),
        *(("晚上8点", time(20)), ("晚上 八点", time(20)), ("晚上20:15", time(20, 15))),
        *(("晚上十二点", time(0)), ("晚上一点", time(1)), ("凌晨12点半", time(0, 30))),
        *(("早上八点", time(8)), ("早八点钟", time(8)), ("上午十二点", time(12))),
        *(("中午十一点半", time(11, 30)), ("中午一点", time(13)), ("下午两点零五分", time(14, 5))),
        *(("二十三点三刻", time(23, 45)), ("十点十五", time(10, 15)), ("8点一刻", time(8, 15))),
    ],
)
def test_a_time_is_understood_as_people_write_it(words: str, expected: time) -> None:
    assert cadence_text.parse_cadence(words, NOW).times == (expected,)


@given(st.times())
def test_a_time_on_a_clock_of_twelve_is_the_one_of_twenty_four(clock_time: time) -> None:
    minute = clock_time.replace(second=0, microsecond=0, tzinfo=None)

    assert cadence_text.parse_cadence(f"{minute:%I:%M %p}", NOW).times == (minute,)


@pytest.mark.parametrize("words", ["announced", "ASAP", "公布后"])
def test_as_soon_as_announced_has_no_times(words: str) -> None:
    assert cadence_text.parse_cadence(words, NOW) == replace(NOW, times=(), weekdays=())


@pytest.mark.parametrize(
    "words",
    [
        *("25:00", "24:30", "8:60", "-1", "8:-5", "+8", "1_0", "0 pm", "eight", "8:30:00", "", ":"),
        *("13 am", "8pm pm", "早上20点", "晚上8pm", "八", "and", "at", "点"),
        *("9" * 5000, "mon-blah 8", "every other day", "half past eight", "\u0000"),
    ],
)
def test_what_is_neither_day_nor_time_is_refused(words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        cadence_text.parse_cadence(words, NOW)
    assert "08:30" in refusal.value.say("en")


@pytest.mark.parametrize(
    "words", ["mon 8 tue 9", "8 mon 9 tue", "周一8点 周二9点", "weekdays 8 weekends 10"]
)
def test_other_times_on_other_days_are_refused_by_name(words: str) -> None:
    with pytest.raises(Refusal, match="settings-time-mixed"):
        cadence_text.parse_cadence(words, NOW)


def test_a_refusal_names_the_word_that_was_not_understood() -> None:
    with pytest.raises(Refusal) as refusal:
        cadence_text.parse_cadence("mon-fri octopus 8", NOW)

    for language in LANGUAGES:
        assert "octopus" in refusal.value.say(language)


def test_more_times_than_anybody_reads_are_refused() -> None:
    with pytest.raises(Refusal, match="settings-time-many"):
        cadence_text.parse_cadence("1 2 3 4 5 6 7", NOW)


@given(st.text())
def test_any_words_give_a_cadence_or_a_sentence(words: str) -> None:
    try:
        cadence = cadence_text.parse_cadence(words, NOW)
        descriptions = [cadence_text.describe_cadence(cadence, language) for language in LANGUAGES]
    except Refusal as refusal:
        descriptions = [refusal.say(language) for language in LANGUAGES]

    assert all(descriptions)


@given(
    st.sets(st.times(), min_size=1, max_size=cadence_text.MAX_TIMES),
    st.sets(st.integers(0, 6), max_size=6),
)
def test_what_is_told_is_understood(times: set[time], days: set[int]) -> None:
    """The English text, typed back, means the same cadence."""
    minutes = {instant.replace(second=0, microsecond=0, tzinfo=None) for instant in times}
    cadence = Cadence(tuple(sorted(minutes)), tuple(sorted(days)))
    typed = cadence_text.describe_cadence(cadence, "en").replace(" at ", " ")

    assert cadence_text.parse_cadence(typed, NOW) == replace(
        cadence, on_quiet_days=NOW.on_quiet_days
    )
