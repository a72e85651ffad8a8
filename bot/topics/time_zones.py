"""Parse the time zone that a person means.

People write "shanghai", "new york", "UTC+8" or "北京". Words that name one IANA zone mean it; an
offset of whole hours is a fixed zone, without summer time.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import cache
from unicodedata import normalize
from zoneinfo import ZoneInfo, available_timezones

_CONTINENTS = {"Africa", "America", "Antarctica", "Asia", "Australia", "Europe"}
_REGIONS = _CONTINENTS | {"Arctic", "Atlantic", "Indian", "Pacific"}

# Cities in the zone of another city, and Chinese names.
_CITY_ALIASES = {
    "beijing": "Asia/Shanghai",
    "shenzhen": "Asia/Shanghai",
    "guangzhou": "Asia/Shanghai",
    "hangzhou": "Asia/Shanghai",
    "nanjing": "Asia/Shanghai",
    "wuhan": "Asia/Shanghai",
    "北京": "Asia/Shanghai",
    "上海": "Asia/Shanghai",
    "中国": "Asia/Shanghai",
    "香港": "Asia/Hong_Kong",
    "澳门": "Asia/Macau",
    "台北": "Asia/Taipei",
    "新加坡": "Asia/Singapore",
    "东京": "Asia/Tokyo",
    "伦敦": "Europe/London",
    "巴黎": "Europe/Paris",
    "柏林": "Europe/Berlin",
    "纽约": "America/New_York",
    "洛杉矶": "America/Los_Angeles",
    "delhi": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata",
    "bangalore": "Asia/Kolkata",
    "munich": "Europe/Berlin",
    "geneva": "Europe/Zurich",
    "barcelona": "Europe/Madrid",
    "milan": "Europe/Rome",
    "boston": "America/New_York",
    "washington": "America/New_York",
    "montreal": "America/Toronto",
    "san_francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles",
    "rio_de_janeiro": "America/Sao_Paulo",
}

# Suggested for an offset, in order of preference.
_WELL_KNOWN = (
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Los_Angeles",
    "America/Denver",
    "America/Phoenix",
    "America/Chicago",
    "America/Mexico_City",
    "America/New_York",
    "America/Bogota",
    "America/Halifax",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "America/St_Johns",
    "Atlantic/Azores",
    "Europe/London",
    "Europe/Lisbon",
    "Africa/Lagos",
    "Europe/Berlin",
    "Europe/Paris",
    "Africa/Johannesburg",
    "Europe/Athens",
    "Africa/Cairo",
    "Asia/Jerusalem",
    "Europe/Istanbul",
    "Europe/Moscow",
    "Asia/Tehran",
    "Asia/Dubai",
    "Asia/Kabul",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Dhaka",
    "Asia/Yangon",
    "Asia/Bangkok",
    "Asia/Jakarta",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Australia/Perth",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Australia/Adelaide",
    "Australia/Sydney",
    "Pacific/Auckland",
    "Pacific/Chatham",
)

_MAX_SUGGESTED_ZONES = 3
_OFFSET = re.compile(r"(?:utc|gmt)?([+-])(\d{1,2})(?::?([0-5]\d))?")


def valid_zone(name: str) -> str | None:
    """Return the IANA zone that a person's words name, or None."""
    folded_name = _fold_name(name)
    offset = _parse_offset(folded_name)
    if offset is not None:  # IANA has whole hours only, with inverted sign
        hours, remainder = divmod(offset, timedelta(hours=1))
        zone = f"Etc/GMT{-hours:+d}" if hours else "UTC"
        return zone if not remainder and zone in available_zones() else None
    return (
        _CITY_ALIASES.get(folded_name)
        or _zones_by_city().get(folded_name)
        or _zones_by_name().get(folded_name)
    )


def suggest_zones(name: str, now: datetime) -> tuple[str, ...]:
    """Return well-known zones with an offset at ``now``, else zones of similar name."""
    folded_name = _fold_name(name)
    offset = _parse_offset(folded_name)
    if offset is not None:
        matching_zones = (
            zone for zone in _WELL_KNOWN if now.astimezone(ZoneInfo(zone)).utcoffset() == offset
        )
        return tuple(matching_zones)[:_MAX_SUGGESTED_ZONES]
    names = {**_zones_by_name(), **_zones_by_city(), **_CITY_ALIASES}
    close_names = get_close_matches(folded_name, names, n=2 * _MAX_SUGGESTED_ZONES, cutoff=0.6)
    return tuple(dict.fromkeys(names[match] for match in close_names))[:_MAX_SUGGESTED_ZONES]


def _fold_name(name: str) -> str:
    """Return a name in the form of the tables below: lower case, underscores between words."""
    plain = normalize("NFKC", name).replace("\N{MINUS SIGN}", "-").replace("_", " ")
    return "_".join(plain.casefold().split())


def _parse_offset(folded_name: str) -> timedelta | None:
    """Parse "utc+8", "gmt-03:30" or "+0530"; None for anything else."""
    match = _OFFSET.fullmatch(folded_name.replace("_", ""))
    if match is None:
        return None
    sign = -1 if match[1] == "-" else 1
    return sign * timedelta(hours=int(match[2]), minutes=int(match[3] or 0))


@cache
def available_zones() -> frozenset[str]:
    """Return the names of all IANA zones, reading the files once."""
    return frozenset(available_timezones() - {"localtime"})  # the machine's own, not IANA's


@cache
def _zones_by_name() -> dict[str, str]:
    """Map normalised full names to zones."""
    return {_fold_name(zone): zone for zone in sorted(available_zones())}


@cache
def _zones_by_city() -> dict[str, str]:
    """Map normalised city names to zones of the world's regions, shortest name first."""
    zones = sorted(available_zones(), key=lambda zone: (-len(zone), zone))
    return {
        _fold_name(zone.split("/")[-1]): zone for zone in zones if zone.split("/")[0] in _REGIONS
    }
