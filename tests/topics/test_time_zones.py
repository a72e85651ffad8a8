"""What people write for a time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.topics.time_zones import available_zones, suggest_zones, valid_zone

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("Asia/Shanghai", "Asia/Shanghai"),
        ("shanghai", "Asia/Shanghai"),
        ("Asia/shanghai", "Asia/Shanghai"),
        ("  New   York ", "America/New_York"),
        ("new_york", "America/New_York"),
        ("singapore", "Asia/Singapore"),  # not the old alias "Singapore"
        ("buenos aires", "America/Buenos_Aires"),
        ("北京", "Asia/Shanghai"),
        ("San Francisco", "America/Los_Angeles"),
        ("utc", "UTC"),
        ("UTC+8", "Etc/GMT-8"),
        ("GMT-03:00", "Etc/GMT+3"),
        ("utc − 5", "Etc/GMT+5"),
        ("ＵＴＣ＋８", "Etc/GMT-8"),
        ("+0", "UTC"),
    ],
)
def test_words_that_name_one_zone(words: str, zone: str) -> None:
    assert valid_zone(words) == zone


@pytest.mark.parametrize(
    "words", ["", "nowhere", "UTC+5:30", "UTC+15", "../../etc/passwd", "localtime", "8", "Asia/"]
)
def test_words_that_name_none(words: str) -> None:
    assert valid_zone(words) is None


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("UTC+8", "Asia/Shanghai"),
        ("utc+5:30", "Asia/Kolkata"),
        ("UTC-3:30", "America/St_Johns"),
        ("Europe/Berln", "Europe/Berlin"),
        ("shangai", "Asia/Shanghai"),
    ],
)
def test_what_is_not_a_zone_is_answered_with_the_likely_ones(words: str, first: str) -> None:
    assert suggest_zones(words, NOW)[0] == first


def test_an_offset_is_what_it_is_today() -> None:
    summer = datetime(2026, 7, 1, tzinfo=UTC)

    assert "Europe/Berlin" in suggest_zones("UTC+1", NOW)
    assert "Europe/Berlin" in suggest_zones("UTC+2", summer)


def test_hopeless_words_get_no_suggestion() -> None:
    assert suggest_zones("xqzxqz", NOW) == ()


@given(st.sampled_from(sorted(available_zones())))
def test_every_zone_is_understood_in_any_case(zone: str) -> None:
    zone_name = valid_zone(zone.upper())

    assert zone_name is not None
    assert ZoneInfo(zone_name).utcoffset(NOW) == ZoneInfo(zone).utcoffset(NOW)


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(words: str) -> None:
    zone = valid_zone(words)

    assert zone is None or zone in available_zones()
    assert set(suggest_zones(words, NOW)) <= available_zones()
