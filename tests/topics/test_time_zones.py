"""What people write for a time zone: it is understood, or what may be meant is offered."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.topics.time_zones import available_zones, read_zone

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SUMMER = datetime(2026, 7, 22, 12, 0, tzinfo=UTC)
# A line for each town: its zone, and its name in English, Chinese, Japanese, Korean, German,
# French, Spanish, Portuguese, Italian, Russian, Arabic and Dutch.
TOWN_NAMES = Path(__file__).with_name("town_names.tsv")


def have_same_clock(zone: str, other_zone: str) -> bool:
    """Whether two zones show the same time in winter and in summer."""
    return all(
        instant.astimezone(ZoneInfo(zone)).utcoffset()
        == instant.astimezone(ZoneInfo(other_zone)).utcoffset()
        for instant in (NOW, SUMMER)
    )


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("Asia/Shanghai", "Asia/Shanghai"),
        ("shanghai", "Asia/Shanghai"),
        ("Asia/shanghai", "Asia/Shanghai"),
        ("  New   York ", "America/New_York"),
        ("new_york", "America/New_York"),
        ("singapore", "Asia/Singapore"),
        ("buenos aires", "America/Argentina/Buenos_Aires"),
        ("北京", "Asia/Shanghai"),
        ("北京市", "Asia/Shanghai"),
        ("廣州", "Asia/Shanghai"),
        ("悉尼", "Australia/Sydney"),
        ("洛杉矶", "America/Los_Angeles"),
        ("Los_Angeles", "America/Los_Angeles"),
        ("斯坦福", "America/Los_Angeles"),
        ("旧金山", "America/Los_Angeles"),
        ("San Francisco", "America/Los_Angeles"),
        ("Stanford", "America/Los_Angeles"),
        ("Los Alamos", "America/Denver"),
        ("Garching", "Europe/Berlin"),
        ("Les Houches", "Europe/Paris"),
        ("Muenchen", "Europe/Berlin"),
        ("Zürich", "Europe/Zurich"),
        ("Zurich", "Europe/Zurich"),
        ("Haifa", "Asia/Jerusalem"),
        ("Austin", "America/Chicago"),
        ("Pittsburgh", "America/New_York"),
        ("Cambridge, UK", "Europe/London"),
        ("Cambridge, MA", "America/New_York"),
        ("cambridge massachusetts", "America/New_York"),
        ("Portland, Maine", "America/New_York"),
        ("Portland Oregon", "America/Los_Angeles"),
        ("Germany", "Europe/Berlin"),
        ("India", "Asia/Kolkata"),
        ("中国", "Asia/Shanghai"),
        ("UK", "Europe/London"),
        ("JST", "Asia/Tokyo"),
        ("cet", "Europe/Berlin"),
        ("utc", "UTC"),
        ("UTC+8", "Etc/GMT-8"),
        ("GMT-03:00", "Etc/GMT+3"),
        ("utc − 5", "Etc/GMT+5"),
        ("ＵＴＣ＋８", "Etc/GMT-8"),
        ("+0", "UTC"),
    ],
)
def test_words_that_name_one_zone(words: str, zone: str) -> None:
    assert read_zone(words).zone == zone


@pytest.mark.parametrize(
    ("words", "zones"),
    [
        ("Cambridge", {"Europe/London", "America/New_York", "America/Toronto"}),
        ("剑桥", {"Europe/London", "America/New_York"}),
        ("San Jose", {"America/Los_Angeles", "America/Costa_Rica"}),
        ("Córdoba", {"America/Argentina/Cordoba", "Europe/Madrid"}),
        ("London, Ontario", {"Europe/London", "America/Toronto"}),
        ("USA", {"America/New_York", "America/Chicago", "America/Los_Angeles"}),
        ("EST", {"America/New_York", "America/Panama"}),
        ("MST", {"America/Denver", "America/Phoenix"}),
        ("HST", {"Pacific/Honolulu"}),
        ("IST", {"Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"}),
        ("CST", {"America/Chicago", "Asia/Shanghai"}),
        ("UTC+5:30", {"Asia/Kolkata"}),
        ("UTC-3:30", {"America/St_Johns"}),
        ("Berlinn", {"Europe/Berlin"}),
        ("Shanghhai", {"Asia/Shanghai"}),
    ],
)
def test_words_that_may_mean_several_places_offer_them(words: str, zones: set[str]) -> None:
    reading = read_zone(words)

    assert reading.zone is None
    assert zones <= {town.zone for town in reading.towns}


@pytest.mark.parametrize(
    "words",
    ["", "nowhere at all", "UTC+15", "../../etc/passwd", "localtime", "8", "diffusion", "x" * 3000],
)
def test_words_that_name_no_place_offer_none(words: str) -> None:
    reading = read_zone(words)

    assert (reading.zone, reading.towns) == (None, ())


def test_towns_are_known_by_their_names_in_twelve_languages() -> None:
    names = {
        (name, zone)
        for line in TOWN_NAMES.read_text(encoding="utf-8").splitlines()
        for zone, *translations in [line.split("\t")]
        for name in translations
    }
    readings = {name: read_zone(name) for name, _ in names}
    understood = {
        (name, zone)
        for name, zone in names
        if (own_zone := readings[name].zone) and have_same_clock(own_zone, zone)
    }
    wrong = {
        (name, zone)
        for name, zone in names - understood
        if readings[name].zone
        or (
            readings[name].towns
            and not any(have_same_clock(town.zone, zone) for town in readings[name].towns)
        )
    }

    assert len(names) >= 390
    assert wrong == set()
    assert len(understood) >= 0.95 * len(names), names - understood


@given(st.sampled_from(sorted(zone for zone in available_zones() if "/" in zone)))
def test_every_zone_is_understood_in_any_case(zone: str) -> None:
    zone_name = read_zone(zone.upper()).zone

    assert zone_name is not None
    assert ZoneInfo(zone_name).utcoffset(NOW) == ZoneInfo(zone).utcoffset(NOW)


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(words: str) -> None:
    reading = read_zone(words)

    assert reading.zone is None or reading.zone in available_zones()
    assert {town.zone for town in reading.towns} <= available_zones()
    assert not (reading.zone and reading.towns)
