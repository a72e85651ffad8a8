"""Find towns and countries by the names that people call them, and the town nearest to a point.

The gazetteer is two sorted text files made of GeoNames (CC BY 4.0) by ``make gazetteer``: a line
for each town of at least 15,000 people and each research town, and a line for each name. They are
searched where they lie, line by line: that takes no memory, and no time to load.
"""

from __future__ import annotations

import mmap
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from math import cos, radians
from pathlib import Path

_FOLDER = Path(__file__).parent
TOWNS_FILE = _FOLDER / "towns.tsv"
NAMES_FILE = _FOLDER / "names.tsv"
ZONES_FILE = _FOLDER / "zones.txt"  # by the numbers that the lines of towns have
# What begins a name that is no town's: its towns are the largest of each zone of a country, and
# the largest of a zone.
COUNTRY_PREFIX, ZONE_PREFIX = "=", "@"

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LETTERS_WITHOUT_MARKS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_NO_LETTERS = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile("['’ʻʼ`´]")
_COUNTRY_ALIASES = {
    "america": "united states",
    "britain": "united kingdom",
    "czech republic": "czechia",
    "england": "united kingdom",
    "great britain": "united kingdom",
    "holland": "netherlands",
    "korea": "south korea",
    "prc": "china",
    "scotland": "united kingdom",
    "turkey": "turkiye",
    "uae": "united arab emirates",
    "uk": "united kingdom",
    "united states of america": "united states",
    "us": "united states",
    "usa": "united states",
    "wales": "united kingdom",
}
_SUFFIXES = re.compile("(?:广域市|廣域市|特别市|特別市|市|县|縣|区|區|광역시|특별시|시)$")
_SHORTEST_WITH_SUFFIX = 2  # characters
_SHORTEST_MISSPELT, _LARGER_TOWN, _SIMILARITY = 5, 200, 0.9  # letters, thousands, of difflib
_NEAREST_WITHIN = 400  # hundredths of a degree of latitude: some 440 km


@dataclass(frozen=True, slots=True)
class Town:
    """A town and its time zone.

    The key says where it lies: hundredths of a degree of latitude above the south pole, times
    100,000, plus hundredths of a degree of longitude east of the date line.
    """

    key: int
    name: str
    chinese_name: str
    country: str  # ISO 3166, two letters
    state: str  # of the United States, two letters; else ""
    zone: str
    weight: int  # thousands of people; a research town counts for more

    def display_name(self, language: str) -> str:
        """Return the name to show in a language of the bot."""
        return (language == "zh" and self.chinese_name) or self.name


def fold_name(name: str) -> str:
    """Return a name without what people leave out: case, accents, apostrophes and other signs."""
    plain_name = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", name).casefold())
    base_letters = unicodedata.normalize("NFD", plain_name.translate(_LETTERS_WITHOUT_MARKS))
    without_marks = "".join(c for c in base_letters if unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", _NO_LETTERS.sub(" ", without_marks).strip())


def without_suffix(name: str) -> str:
    """Return a name in Han or Hangul without the word for a city or a district at its end."""
    return _SUFFIXES.sub("", name) if len(name) > _SHORTEST_WITH_SUFFIX else name


def key_text(key: int) -> str:
    """Return a key as the files have it: six digits to the base of 36, in the order of numbers."""
    digits = []
    for _ in range(6):
        key, digit = divmod(key, 36)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def towns_named(name: str) -> list[Town]:
    """Return the towns that a name means, the largest first."""
    return _towns_of(fold_name(name)) or _towns_of(fold_name(without_suffix(name)))


def towns_of_country(name: str) -> list[Town]:
    """Return the largest town of each zone that many people of a country live in."""
    folded_name = fold_name(name)
    return _towns_of(COUNTRY_PREFIX + _COUNTRY_ALIASES.get(folded_name, folded_name))


def largest_town_of_zone(zone: str) -> Town | None:
    """Return the largest town of an IANA zone."""
    return next(iter(_towns_of(ZONE_PREFIX + zone)), None)


def similar_towns(name: str, limit: int) -> list[Town]:
    """Return larger towns whose names are a slip away, the most similar first."""
    folded_name = fold_name(name)
    line_start = folded_name[:2].encode()
    if len(folded_name) < _SHORTEST_MISSPELT:
        return []
    candidate_names = []
    for line in _lines_from(_mapped_file(NAMES_FILE), line_start):
        if not line.startswith(line_start):
            break
        candidate_names.append(line.decode().partition("\t")[0])
    towns = (
        town
        for similar_name in get_close_matches(
            folded_name, candidate_names, n=2 * limit, cutoff=_SIMILARITY
        )
        for town in _towns_of(similar_name)
        if town.weight >= _LARGER_TOWN
    )
    return list(dict.fromkeys(towns))[:limit]


def town_by_key(key: int) -> Town | None:
    """Return the town with a key."""
    line_start = f"{key_text(key)}\t".encode()
    for line in _lines_from(_mapped_file(TOWNS_FILE), line_start):
        return _read_town(line) if line.startswith(line_start) else None
    return None


def nearest_town(latitude: float, longitude: float) -> Town | None:
    """Return the town nearest to a point in degrees, None where none is within some 440 km."""
    point_north, point_east = (latitude + 90) * 100, (longitude + 180) * 100
    longitude_scale = cos(radians(latitude))  # of a degree of longitude towards the poles
    nearest_line, shortest_distance = None, float(_NEAREST_WITHIN) ** 2
    southernmost = max(0, int(point_north) - _NEAREST_WITHIN)
    for line in _lines_from(_mapped_file(TOWNS_FILE), key_text(southernmost * 100_000).encode()):
        town_north, town_east = divmod(int(line[:6], 36), 100_000)
        if town_north > point_north + _NEAREST_WITHIN:
            break
        degrees_east = abs(town_east - point_east)
        degrees_east = min(degrees_east, 36_000 - degrees_east) * longitude_scale
        distance = (town_north - point_north) ** 2 + degrees_east**2
        if distance < shortest_distance:
            nearest_line, shortest_distance = line, distance
    return _read_town(nearest_line) if nearest_line else None


def _towns_of(folded_name: str) -> list[Town]:
    line_start = f"{folded_name}\t".encode()
    for line in _lines_from(_mapped_file(NAMES_FILE), line_start):
        if not line.startswith(line_start):
            break
        towns = [town_by_key(int(key, 36)) for key in line[len(line_start) :].split()]
        return sorted(filter(None, towns), key=lambda town: (-town.weight, town.key))
    return []


def _read_town(line: bytes) -> Town:
    key, name, chinese_name, country, state, zone, weight = line.decode().rstrip("\n").split("\t")
    zone_name = _known_zones()[int(zone)]
    return Town(int(key, 36), name, chinese_name, country, state, zone_name, int(weight))


@cache
def _known_zones() -> list[str]:
    return ZONES_FILE.read_text(encoding="utf-8").split()


@cache
def _mapped_file(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _lines_from(lines: mmap.mmap, start: bytes) -> Iterator[bytes]:
    """Yield the lines of a sorted file from the first that is not below ``start``."""
    # Between these two begins the first such line.
    lowest_start, highest_start = 0, len(lines)
    while lowest_start < highest_start:
        middle_line = lines.rfind(b"\n", 0, (lowest_start + highest_start) // 2) + 1
        line_end = lines.find(b"\n", middle_line) + 1
        if lines[middle_line:line_end] < start:
            lowest_start = line_end
        else:
            highest_start = middle_line
    while lowest_start < len(lines):
        line_end = lines.find(b"\n", lowest_start) + 1
        yield lines[lowest_start:line_end]
        lowest_start = line_end
