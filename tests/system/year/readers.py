"""The readers of the year: their zones, times and topics, and what they change on which day."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from random import Random

from tests.system.year.calendar import Rhythm, utc, wall_of
from tests.system.year.corpus import Work

ZONES = (
    "America/New_York", "America/Los_Angeles", "America/Santiago", "America/Sao_Paulo",
    "Europe/London", "Europe/Berlin", "Africa/Cairo", "Asia/Kathmandu",
    "Asia/Shanghai", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia",
)  # fmt: skip
# Local times that a change of the clocks skips or shows twice, where there is one.
NIGHTS = {
    "America/New_York": time(2, 30),
    "America/Santiago": time(0, 30),
    "Europe/London": time(1, 30),
    "Europe/Berlin": time(2, 30),
    "Africa/Cairo": time(0, 30),
    "Australia/Lord_Howe": time(2, 15),
    "Pacific/Chatham": time(3, 15),
}
MORNING, EVENING = time(8), time(18)
_MONDAY, _TWICE_A_WEEK = Rhythm((MORNING,), (0,)), Rhythm((MORNING,), (0, 3))
_WEEKEND = Rhythm((MORNING,), (5, 6), notices=True)
_RHYTHMS = (
    Rhythm(),
    Rhythm((MORNING,)),
    Rhythm((MORNING,), (0, 1, 2, 3, 4), notices=True),
    Rhythm((MORNING, EVENING)),
    *(_MONDAY,) * 3,
    *(_TWICE_A_WEEK,) * 2,
    *(_WEEKEND,) * 2,
)
NIGHTLY = len(_RHYTHMS)
# The forms in which a word is written: the readers' own list, no stemmer's.
_FORMS = {
    "auction": "auction auctions auctioned auctioning",
    "beamforming": "beamforming beamform beamformed beamformer beamformers",
    "blockchain": "blockchain blockchains",
    "equilibrium": "equilibrium equilibria",
    "antenna": "antenna antennas antennae",
    "mesh": "mesh meshes meshed meshing",
    "splatting": "splatting splat splats splatted",
    "speaker": "speaker speakers",
    "student": "student students",
    "wireless": "wireless",
    "erratum": "erratum errata",
    "surface": "surface surfaces surfaced surfacing",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a topic asks for: any of these categories, all of these words, none of those."""

    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The wish as a person types it."""
        joined = " OR ".join(self.categories)
        named = f"({joined})" if len(self.categories) > 1 else joined
        return " ".join(filter(None, (named, *self.words, *(f"-{word}" for word in self.without))))

    def is_met(self, work: Work, version: int) -> bool:
        """Whether this version of a paper is wished for, read word by word."""
        if self.categories and set(self.categories).isdisjoint(work.categories):
            return False
        found = _words(work, version)
        return all(found & _forms(word) for word in self.words) and not any(
            found & _forms(word) for word in self.without
        )

    def is_home(self, work: Work) -> bool:
        """Whether the paper's first category is among those wished for, where any are."""
        return not self.categories or work.categories[0] in self.categories


@cache
def _words(work: Work, version: int) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", " ".join(work.text(version)).lower()))


@cache
def _forms(word: str) -> frozenset[str]:
    return frozenset(_FORMS[word].split())


WISHES = (
    Wish(("cs.GT",), ("auction",)),
    Wish(("cs.GT", "cs.MA"), ("equilibrium",)),
    Wish(("cs.CE",)),
    Wish(("cs.GR",), ("mesh",)),
    Wish(("cs.GR",), ("splatting",)),
    Wish(("cs.CY",), ("student",)),
    Wish(("stat.ML", "math.OC")),
    Wish(("eess.IV",), (), ("splatting",)),
    Wish(("cs.SD",), ("speaker",)),
    Wish(("cs.CR",), ("blockchain",)),
    Wish((), ("auction",)),
    Wish((), ("equilibrium",)),
    Wish((), ("blockchain",)),
    Wish((), ("wireless", "antenna")),
    Wish((), ("wireless",), ("beamforming",)),
    Wish((), ("beamforming",)),
    Wish((), ("speaker",)),
    Wish((), ("mesh", "surface")),
    Wish((), ("erratum", "equilibrium")),
    Wish((), ("erratum", "wireless")),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A topic: the wish, the most papers of a digest, and the kinds that are wanted."""

    wish: Wish
    limit: int
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reader:
    """A chat as it is when the year begins."""

    chat: int
    zone: str
    rhythm: Rhythm
    topics: tuple[Asked, ...]
    is_rich: bool
    language: str


class Does(StrEnum):
    """What a reader changes."""

    PAUSE = "pause"  # until a day, or until they resume
    RESUME = "resume"
    EDIT = "edit"  # the words of the first topic
    MOVE = "move"  # to another zone
    RETIME = "retime"


@dataclass(frozen=True, slots=True)
class Change:
    """A reader changes something at an instant; only one of the values is meant."""

    at: datetime
    chat: int
    does: Does
    until: date | None = None
    wish: Wish | None = None
    zone: str = ""
    rhythm: Rhythm | None = None


DEFAULT = frozenset({"new", "cross"})
_KINDS = (DEFAULT,) * 4 + (frozenset({"new", "cross", "replace", "replace-cross"}), {"new"})
_LIMITS = (50, 50, 12, 12, 6)


def readers(number: int) -> list[Reader]:
    """So many chats, one in five a group; every zone has every rhythm."""
    chance = Random(12)
    return [_reader(n, chance) for n in range(number)]


def _reader(n: int, chance: Random) -> Reader:
    zone = ZONES[n % len(ZONES)]
    which = (NIGHTLY - n % len(ZONES) % 4 + n // len(ZONES)) % (NIGHTLY + 1)
    night = NIGHTS.get(zone, EVENING)
    # Clocks are changed on Sundays: who reads once a week then has a week's papers to lose.
    nightly = Rhythm((night,), (6,)) if n % 2 else Rhythm((night,), (0, 4, 5, 6), notices=True)
    wishes = chance.sample(WISHES, chance.choice((1, 1, 2, 3)))
    asked = tuple(
        Asked(wish, chance.choice(_LIMITS), frozenset(chance.choice(_KINDS))) for wish in wishes
    )
    rhythm = nightly if which == NIGHTLY else _RHYTHMS[which]
    chat = -1_001_000_000_000 - n if n % 5 == 4 else 1000 + n
    return Reader(chat, zone, rhythm, asked, n % 3 == 0, "zh" if n % 7 == 3 else "en")


def changes(everybody: list[Reader], first: date, last: date) -> list[Change]:
    """What the readers change between two dates, by the instant."""
    chance = Random(24)
    found: list[Change] = []
    for n, reader in enumerate(everybody):
        day = first + timedelta(days=chance.randrange(4, max((last - first).days - 3, 5)))
        at = utc(f"{day} {chance.randrange(24):02}:{chance.randrange(1, 14):02}")
        found += _changes(n, reader, at, chance)
    return sorted(found, key=lambda one: one.at)


def _changes(n: int, reader: Reader, at: datetime, chance: Random) -> list[Change]:
    """What one of them changes: half of the readers change nothing."""
    change = Change(at, reader.chat, Does.PAUSE)
    match n % 10:
        case 0:
            until = wall_of(reader.zone, at).date() + timedelta(days=chance.randrange(1, 15))
            return [replace(change, until=until)]
        case 1:
            back = at + timedelta(days=chance.randrange(1, 10), minutes=31)
            return [change, Change(back, reader.chat, Does.RESUME)]
        case 2:
            held = {asked.wish for asked in reader.topics}
            wish = chance.choice([one for one in WISHES if one not in held])
            return [replace(change, does=Does.EDIT, wish=wish)]
        case 3:
            zone = chance.choice([one for one in ZONES if one != reader.zone])
            return [replace(change, does=Does.MOVE, zone=zone)]
        case 4:
            rhythm = chance.choice([one for one in _RHYTHMS if one != reader.rhythm])
            return [replace(change, does=Does.RETIME, rhythm=rhythm)]
    return []
