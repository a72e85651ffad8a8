"""The gazetteer: its files are sorted and complete, and the nearest town is found."""

from __future__ import annotations

from math import cos, hypot, radians
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.topics import places
from bot.topics.places import NAMES_FILE, TOWNS_FILE, ZONES_FILE, Town
from bot.topics.time_zones import available_zones

RESEARCH_TOWNS_FILE = Path(__file__).parents[1] / "bench" / "research_towns.tsv"


def all_towns() -> list[Town]:
    """Every town of the file, read line by line."""
    zones = ZONES_FILE.read_text(encoding="utf-8").split()
    towns = []
    for line in TOWNS_FILE.read_text(encoding="utf-8").splitlines():
        key, name, chinese_name, country, state, zone, weight = line.split("\t")
        towns.append(
            Town(int(key, 36), name, chinese_name, country, state, zones[int(zone)], int(weight))
        )
    return towns


TOWNS = all_towns()


def test_each_file_is_in_the_order_of_its_bytes() -> None:
    for path in (TOWNS_FILE, NAMES_FILE):
        lines = path.read_bytes().splitlines()
        assert lines == sorted(lines)


def test_the_files_are_small() -> None:
    assert TOWNS_FILE.stat().st_size + NAMES_FILE.stat().st_size <= 3_000_000


def test_every_town_has_a_zone_of_iana_and_is_found_by_its_key() -> None:
    assert len(TOWNS) > 33_000
    assert {town.zone for town in TOWNS} <= available_zones()
    for town in TOWNS[::97]:
        assert places.town_by_key(town.key) == town


def test_every_name_leads_to_towns() -> None:
    keys = {places.key_text(town.key) for town in TOWNS}
    for line in NAMES_FILE.read_text(encoding="utf-8").splitlines():
        name, _, town_keys = line.partition("\t")
        assert name
        assert town_keys
        assert set(town_keys.split()) <= keys


def test_every_town_of_the_list_written_by_hand_is_found() -> None:
    lines = RESEARCH_TOWNS_FILE.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert len(rows) >= 300
    for country, state, name, *_ in rows:
        assert any(
            (town.country, town.state) == (country, state) for town in places.towns_named(name)
        ), name


@given(st.sampled_from(TOWNS))
def test_a_town_is_found_by_its_name_in_any_case(town: Town) -> None:
    assert town in places.towns_named(town.name.upper())


@given(st.floats(-60, 70), st.floats(-180, 180))
def test_the_nearest_town_is_the_nearest(latitude: float, longitude: float) -> None:
    def distance(town: Town) -> float:
        north, east = divmod(town.key, 100_000)
        degrees_east = abs(east / 100 - 180 - longitude)
        degrees_east = min(degrees_east, 360 - degrees_east)
        return hypot(north / 100 - 90 - latitude, degrees_east * cos(radians(latitude)))

    nearest_town = places.nearest_town(latitude, longitude)

    shortest = min(map(distance, TOWNS))
    if nearest_town is None:
        assert shortest >= 3.98
    else:
        assert distance(nearest_town) == pytest.approx(shortest, abs=0.02)


def test_a_point_far_from_every_town_has_none() -> None:
    assert places.nearest_town(0, -30) is None


@given(st.text(max_size=60))
def test_any_text_can_be_asked_for(name: str) -> None:
    for towns in (
        places.towns_named(name),
        places.towns_of_country(name),
        places.similar_towns(name, 3),
    ):
        assert all(town.zone in available_zones() for town in towns)
