"""Understand the time zone that a person means.

People write "shanghai", "Cambridge, UK", "UTC+8", "JST" or "北京". A zone is taken where the words
leave no doubt; where they may mean towns with different clocks, those towns are offered, and
nothing is guessed. An offset of whole hours is a fixed zone, without summer time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from unicodedata import normalize
from zoneinfo import ZoneInfo, available_timezones

from bot.topics import places
from bot.topics.places import Town

_MAX_OFFERED = 6
_CONTINENTS = {"Africa", "America", "Antarctica", "Asia", "Australia", "Europe"}
_REGIONS = _CONTINENTS | {"Arctic", "Atlantic", "Indian", "Pacific"}
# How many times as large as a town with another clock one must be, to be meant: by whether the
# words are the larger one's own name, and whether they are the smaller one's.
_TIMES_AS_LARGE = {(True, True): 8, (True, False): 2, (False, True): 30, (False, False): 8}

# What abbreviations are used for. Where a zone of IANA has the same name, it is one without summer
# time, which hardly anybody means.
_ABBREVIATIONS = {
    "acdt": ("Australia/Adelaide",),
    "acst": ("Australia/Adelaide", "Australia/Darwin"),
    "aedt": ("Australia/Sydney",),
    "aest": ("Australia/Sydney", "Australia/Brisbane"),
    "akst": ("America/Anchorage",),
    "art": ("America/Argentina/Buenos_Aires",),
    "ast": ("America/Halifax", "America/Puerto_Rico", "Asia/Riyadh"),
    "awst": ("Australia/Perth",),
    "brt": ("America/Sao_Paulo",),
    "bst": ("Europe/London", "Asia/Dhaka"),
    "cat": ("Africa/Johannesburg",),
    "cdt": ("America/Chicago", "Asia/Shanghai"),
    "cest": ("Europe/Berlin",),
    "cet": ("Europe/Berlin",),
    "clt": ("America/Santiago",),
    "cot": ("America/Bogota",),
    "cst": ("America/Chicago", "Asia/Shanghai", "America/Mexico_City"),
    "ct": ("America/Chicago",),
    "eat": ("Africa/Nairobi",),
    "edt": ("America/New_York",),
    "eest": ("Europe/Helsinki",),
    "eet": ("Europe/Helsinki", "Africa/Cairo"),
    "est": ("America/New_York", "America/Panama", "America/Cancun"),
    "et": ("America/New_York",),
    "gst": ("Asia/Dubai",),
    "hkt": ("Asia/Hong_Kong",),
    "hst": ("Pacific/Honolulu",),
    "ict": ("Asia/Bangkok",),
    "idt": ("Asia/Jerusalem",),
    "irst": ("Asia/Tehran",),
    "ist": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"),
    "jst": ("Asia/Tokyo",),
    "kst": ("Asia/Seoul",),
    "mdt": ("America/Denver",),
    "met": ("Europe/Berlin",),
    "msk": ("Europe/Moscow",),
    "mst": ("America/Denver", "America/Phoenix", "America/Hermosillo"),
    "mt": ("America/Denver",),
    "myt": ("Asia/Kuala_Lumpur",),
    "npt": ("Asia/Kathmandu",),
    "nzdt": ("Pacific/Auckland",),
    "nzst": ("Pacific/Auckland",),
    "pdt": ("America/Los_Angeles",),
    "pht": ("Asia/Manila",),
    "pkt": ("Asia/Karachi",),
    "pst": ("America/Los_Angeles", "Asia/Manila"),
    "pt": ("America/Los_Angeles", "Europe/Lisbon"),
    "sast": ("Africa/Johannesburg",),
    "sgt": ("Asia/Singapore",),
    "trt": ("Europe/Istanbul",),
    "wat": ("Africa/Lagos",),
    "wet": ("Europe/Lisbon",),
    "wib": ("Asia/Jakarta",),
}
# Abbreviations that are also zones of IANA without summer time.
_FIXED_ABBREVIATIONS = frozenset({"EST", "HST", "MST"})

# Offered for an offset that is no whole hour, in order of preference.
_ZONES_OFF_THE_HOUR = (
    "Asia/Kolkata",
    "America/St_Johns",
    "Asia/Tehran",
    "Asia/Kabul",
    "Asia/Kathmandu",
    "Asia/Colombo",
    "Asia/Yangon",
    "Australia/Adelaide",
    "Australia/Darwin",
)

_US_STATES_TEXT = """
AL Alabama;AK Alaska;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut;DE Delaware;
DC District of Columbia;FL Florida;GA Georgia;HI Hawaii;ID Idaho;IL Illinois;IN Indiana;IA Iowa;
KS Kansas;KY Kentucky;LA Louisiana;ME Maine;MD Maryland;MA Massachusetts;MI Michigan;MN Minnesota;
MS Mississippi;MO Missouri;MT Montana;NE Nebraska;NV Nevada;NH New Hampshire;NJ New Jersey;
NM New Mexico;NY New York;NC North Carolina;ND North Dakota;OH Ohio;OK Oklahoma;OR Oregon;
PA Pennsylvania;RI Rhode Island;SC South Carolina;SD South Dakota;TN Tennessee;TX Texas;UT Utah;
VT Vermont;VA Virginia;WA Washington;WV West Virginia;WI Wisconsin;WY Wyoming
"""
_US_STATES = {
    name.casefold(): code
    for entry in _US_STATES_TEXT.replace("\n", "").split(";")
    for code, _, state in [entry.partition(" ")]
    for name in (code, state)
}

_OFFSET = re.compile(r"(?:utc|gmt)?([+-])(\d{1,2})(?::?([0-5]\d))?")


@dataclass(frozen=True, slots=True)
class ZoneReading:
    """What words mean: the zone if there is no doubt, else the towns they may mean, if any.

    Misspelt words are no towns' names, only similar to them.
    """

    zone: str | None = None
    towns: tuple[Town, ...] = ()
    misspelt: bool = False


def read_zone(words: str) -> ZoneReading:
    """Understand a town, a country, an abbreviation, an offset or an IANA name."""
    plain_words = " ".join(normalize("NFKC", words).replace("\N{MINUS SIGN}", "-").split())
    compact_words = plain_words.casefold().replace(" ", "").replace("_", "")
    if offset_match := _OFFSET.fullmatch(compact_words):
        sign = -1 if offset_match[1] == "-" else 1
        hours, minutes = int(offset_match[2]), int(offset_match[3] or 0)
        if not minutes:  # IANA has whole hours only, with inverted sign
            fixed_zone = f"Etc/GMT{-sign * hours:+d}" if hours else "UTC"
            return ZoneReading(fixed_zone if fixed_zone in available_zones() else None)
        difference = sign * timedelta(hours=hours, minutes=minutes)
        zones_of_offset = [z for z in _ZONES_OFF_THE_HOUR if difference in _offsets_of_year(z)]
        return ZoneReading(towns=_towns_of_zones(zones_of_offset))
    if zones := _ABBREVIATIONS.get(compact_words):
        if len(zones) == 1 and compact_words.upper() not in _FIXED_ABBREVIATIONS:
            return ZoneReading(zones[0])
        return ZoneReading(towns=_towns_of_zones(zones))
    if zone := _zones_by_name().get(_fold_zone(plain_words)):
        return ZoneReading(zone)
    country_towns = places.towns_of_country(plain_words)
    if towns := list(dict.fromkeys([*country_towns, *places.towns_named(plain_words)])):
        return _likeliest_town(towns, plain_words, country_towns)
    if reading := _read_town_with_country(plain_words):
        return reading
    if zone := _zones_by_city().get(_fold_zone(plain_words)):
        return ZoneReading(zone)
    return ZoneReading(towns=tuple(places.similar_towns(plain_words, 3)), misspelt=True)


def _read_town_with_country(words: str) -> ZoneReading | None:
    """Read "Cambridge, UK" or "portland oregon".

    A country that is not understood decides nothing.
    """
    town_name, comma, country = words.replace("，", ",").rpartition(",")
    if comma:
        towns = places.towns_named(town_name)
        named_towns = _towns_within(towns, country)
        if not towns:
            return None
        return (
            _likeliest_town(named_towns, town_name)
            if named_towns
            else ZoneReading(towns=_one_of_each_clock(towns))
        )
    parts = words.split()
    for country_word_count in (1, 2, 3):
        town_name, country = (
            " ".join(parts[:-country_word_count]),
            " ".join(parts[-country_word_count:]),
        )
        if towns := _towns_within(places.towns_named(town_name) if town_name else [], country):
            return _likeliest_town(towns, town_name)
    return None


def _towns_within(towns: list[Town], place: str) -> list[Town]:
    """Return the towns that lie in a country or a state of the United States."""
    folded_place = places.fold_name(place)
    if us_state := _US_STATES.get(folded_place):
        in_state = [town for town in towns if town.state == us_state]
        if in_state:
            return in_state
    countries = {town.country for town in places.towns_of_country(place)}
    countries.add(folded_place.upper())
    return [town for town in towns if town.country in countries]


def _likeliest_town(
    towns: list[Town], words: str, country_towns: Sequence[Town] = ()
) -> ZoneReading:
    """Take the largest town if none with another clock may be meant as well; else offer them.

    The words may be a town's own name or, as "Pekin" for Beijing, one by which others call it.
    """
    towns = sorted(towns, key=lambda town: (-town.weight, town.key))
    largest_town = towns[0]
    folded_words = places.fold_name(words)
    has_own_name = {
        town: town in country_towns
        or folded_words == places.fold_name(town.name)
        or not folded_words.isascii()
        for town in towns
    }
    for town in towns:
        if _has_same_clock(town.zone, largest_town.zone):
            continue
        times_as_large = _TIMES_AS_LARGE[has_own_name[largest_town], has_own_name[town]]
        if largest_town.weight < times_as_large * town.weight:
            return ZoneReading(towns=_one_of_each_clock(towns))
    return ZoneReading(largest_town.zone)


def _one_of_each_clock(towns: list[Town]) -> tuple[Town, ...]:
    """Return the towns whose country and clock no larger one has, the largest first."""
    offered_towns: list[Town] = []
    for town in towns:
        if not any(
            other.country == town.country and _has_same_clock(other.zone, town.zone)
            for other in offered_towns
        ):
            offered_towns.append(town)
    return tuple(offered_towns[:_MAX_OFFERED])


def _towns_of_zones(zones: Sequence[str]) -> tuple[Town, ...]:
    return tuple(filter(None, map(places.largest_town_of_zone, zones)))


def _has_same_clock(zone: str, other_zone: str) -> bool:
    return zone == other_zone or _offsets_of_year(zone) == _offsets_of_year(other_zone)


@cache
def _offsets_of_year(zone: str) -> tuple[timedelta | None, ...]:
    """Return the offsets of a zone on the first and the fifteenth of each month of this year."""
    year = datetime.now(UTC).year
    return tuple(
        datetime(year, month, day, 12, tzinfo=ZoneInfo(zone)).utcoffset()
        for month in range(1, 13)
        for day in (1, 15)
    )


def _fold_zone(name: str) -> str:
    """Return the name of a zone as the tables below have it."""
    return "_".join(name.replace("_", " ").casefold().split())


@cache
def available_zones() -> frozenset[str]:
    """Return the names of all IANA zones, reading the files once."""
    return frozenset(available_timezones() - {"localtime"})  # the machine's own, not IANA's


@cache
def _zones_by_name() -> dict[str, str]:
    """Map folded full names to zones, without countries and other old aliases."""
    return {
        _fold_zone(zone): zone
        for zone in sorted(available_zones())
        if "/" in zone or zone in ("UTC", "GMT")
    }


@cache
def _zones_by_city() -> dict[str, str]:
    """Map folded city names to zones of the world's regions, shortest name first."""
    zones = sorted(available_zones(), key=lambda zone: (-len(zone), zone))
    return {
        _fold_zone(zone.split("/")[-1]): zone for zone in zones if zone.split("/")[0] in _REGIONS
    }
