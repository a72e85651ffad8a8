"""The readers of the year: their zones, times and topics, and what they change on which day."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from random import Random

from tests.system.year.calendar import ReaderSchedule, parse_utc, wall_time
from tests.system.year.corpus import CorpusPaper

ZONES = (
    "America/New_York", "America/Los_Angeles", "America/Santiago", "America/Sao_Paulo",
    "Europe/London", "Europe/Berlin", "Africa/Cairo", "Asia/Kathmandu",
    "Asia/Shanghai", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia",
)  # fmt: skip
# Local times that a change of the clocks skips or shows twice, where there is one.
CLOCK_CHANGE_TIMES = {
    "America/New_York": time(2, 30),
    "America/Santiago": time(0, 30),
    "Europe/London": time(1, 30),
    "Europe/Berlin": time(2, 30),
    "Africa/Cairo": time(0, 30),
    "Australia/Lord_Howe": time(2, 15),
    "Pacific/Chatham": time(3, 15),
}
MORNING, EVENING = time(8), time(18)
_MONDAY, _MONDAY_AND_THURSDAY = ReaderSchedule((MORNING,), (0,)), ReaderSchedule((MORNING,), (0, 3))
_WEEKEND = ReaderSchedule((MORNING,), (5, 6), wants_notices=True)
_SCHEDULES = (
    ReaderSchedule(),
    ReaderSchedule((MORNING,)),
    ReaderSchedule((MORNING,), (0, 1, 2, 3, 4), wants_notices=True),
    ReaderSchedule((MORNING, EVENING)),
    *(_MONDAY,) * 3,
    *(_MONDAY_AND_THURSDAY,) * 2,
    *(_WEEKEND,) * 2,
)
NIGHTLY_INDEX = len(_SCHEDULES)
# The forms in which a word is written: the readers' own list, no stemmer's.
_WORD_FORMS = {
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
class TopicWish:
    """What a topic asks for: any of these categories, all of these words, none of those."""

    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    excluded_words: tuple[str, ...] = ()

    @property
    def query_text(self) -> str:
        """The wish as a person types it."""
        joined_categories = " OR ".join(self.categories)
        category_query = f"({joined_categories})" if len(self.categories) > 1 else joined_categories
        return " ".join(
            filter(
                None, (category_query, *self.words, *(f"-{word}" for word in self.excluded_words))
            )
        )

    def matches(self, paper: CorpusPaper, version: int) -> bool:
        """Whether this version of a paper is wished for, read word by word."""
        if self.categories and set(self.categories).isdisjoint(paper.categories):
            return False
        words_of_paper = _paper_words(paper, version)
        return all(words_of_paper & _word_forms(word) for word in self.words) and not any(
            words_of_paper & _word_forms(word) for word in self.excluded_words
        )

    def has_primary_category(self, paper: CorpusPaper) -> bool:
        """Whether the paper's first category is among those wished for, where any are."""
        return not self.categories or paper.categories[0] in self.categories


@cache
def _paper_words(paper: CorpusPaper, version: int) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", " ".join(paper.title_and_abstract(version)).lower()))


@cache
def _word_forms(word: str) -> frozenset[str]:
    return frozenset(_WORD_FORMS[word].split())


WISHES = (
    TopicWish(("cs.GT",), ("auction",)),
    TopicWish(("cs.GT", "cs.MA"), ("equilibrium",)),
    TopicWish(("cs.CE",)),
    TopicWish(("cs.GR",), ("mesh",)),
    TopicWish(("cs.GR",), ("splatting",)),
    TopicWish(("cs.CY",), ("student",)),
    TopicWish(("stat.ML", "math.OC")),
    TopicWish(("eess.IV",), (), ("splatting",)),
    TopicWish(("cs.SD",), ("speaker",)),
    TopicWish(("cs.CR",), ("blockchain",)),
    TopicWish((), ("auction",)),
    TopicWish((), ("equilibrium",)),
    TopicWish((), ("blockchain",)),
    TopicWish((), ("wireless", "antenna")),
    TopicWish((), ("wireless",), ("beamforming",)),
    TopicWish((), ("beamforming",)),
    TopicWish((), ("speaker",)),
    TopicWish((), ("mesh", "surface")),
    TopicWish((), ("erratum", "equilibrium")),
    TopicWish((), ("erratum", "wireless")),
)


@dataclass(frozen=True, slots=True)
class ReaderTopic:
    """A topic: the wish, the most papers of a digest, and the kinds that are wanted."""

    wish: TopicWish
    limit: int
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reader:
    """A chat as it is when the year begins."""

    chat: int
    zone: str
    schedule: ReaderSchedule
    topics: tuple[ReaderTopic, ...]
    is_rich: bool
    language: str


class ChangeKind(StrEnum):
    """What a reader changes."""

    PAUSE = "pause"  # until a day, or until they resume
    RESUME = "resume"
    EDIT_QUERY = "edit"  # the words of the first topic
    CHANGE_ZONE = "move"  # to another zone
    CHANGE_TIMES = "retime"


@dataclass(frozen=True, slots=True)
class ReaderChange:
    """A reader changes something at an instant; only one of the values is meant."""

    changed_at: datetime
    chat: int
    kind: ChangeKind
    until: date | None = None
    wish: TopicWish | None = None
    zone: str = ""
    schedule: ReaderSchedule | None = None


DEFAULT_KINDS = frozenset({"new", "cross"})
_KIND_CHOICES = (DEFAULT_KINDS,) * 4 + (
    frozenset({"new", "cross", "replace", "replace-cross"}),
    {"new"},
)
_LIMIT_CHOICES = (50, 50, 12, 12, 6)


def make_readers(number: int) -> list[Reader]:
    """So many chats, one in five a group; every zone has every rhythm."""
    rng = Random(12)
    return [_make_reader(n, rng) for n in range(number)]


def _make_reader(n: int, rng: Random) -> Reader:
    zone = ZONES[n % len(ZONES)]
    schedule_index = (NIGHTLY_INDEX - n % len(ZONES) % 4 + n // len(ZONES)) % (NIGHTLY_INDEX + 1)
    night_time = CLOCK_CHANGE_TIMES.get(zone, EVENING)
    # Clocks are changed on Sundays: who reads once a week then has a week's papers to lose.
    night_schedule = (
        ReaderSchedule((night_time,), (6,))
        if n % 2
        else ReaderSchedule((night_time,), (0, 4, 5, 6), wants_notices=True)
    )
    wishes = rng.sample(WISHES, rng.choice((1, 1, 2, 3)))
    reader_topics = tuple(
        ReaderTopic(wish, rng.choice(_LIMIT_CHOICES), frozenset(rng.choice(_KIND_CHOICES)))
        for wish in wishes
    )
    schedule = night_schedule if schedule_index == NIGHTLY_INDEX else _SCHEDULES[schedule_index]
    chat = -1_001_000_000_000 - n if n % 5 == 4 else 1000 + n
    return Reader(chat, zone, schedule, reader_topics, n % 3 == 0, "zh" if n % 7 == 3 else "en")


def make_changes(everybody: list[Reader], first: date, last: date) -> list[ReaderChange]:
    """What the readers change between two dates, by the instant."""
    rng = Random(24)
    all_changes: list[ReaderChange] = []
    for reader_index, reader in enumerate(everybody):
        day = first + timedelta(days=rng.randrange(4, max((last - first).days - 3, 5)))
        changed_at = parse_utc(f"{day} {rng.randrange(24):02}:{rng.randrange(1, 14):02}")
        all_changes += _changes_of_reader(reader_index, reader, changed_at, rng)
    return sorted(all_changes, key=lambda change: change.changed_at)


def _changes_of_reader(
    n: int, reader: Reader, changed_at: datetime, rng: Random
) -> list[ReaderChange]:
    """What one of them changes: half of the readers change nothing."""
    change = ReaderChange(changed_at, reader.chat, ChangeKind.PAUSE)
    match n % 10:
        case 0:
            until = wall_time(reader.zone, changed_at).date() + timedelta(days=rng.randrange(1, 15))
            return [replace(change, until=until)]
        case 1:
            resumed_at = changed_at + timedelta(days=rng.randrange(1, 10), minutes=31)
            return [change, ReaderChange(resumed_at, reader.chat, ChangeKind.RESUME)]
        case 2:
            current_wishes = {reader_topic.wish for reader_topic in reader.topics}
            wish = rng.choice(
                [candidate for candidate in WISHES if candidate not in current_wishes]
            )
            return [replace(change, kind=ChangeKind.EDIT_QUERY, wish=wish)]
        case 3:
            zone = rng.choice([candidate for candidate in ZONES if candidate != reader.zone])
            return [replace(change, kind=ChangeKind.CHANGE_ZONE, zone=zone)]
        case 4:
            schedule = rng.choice(
                [candidate for candidate in _SCHEDULES if candidate != reader.schedule]
            )
            return [replace(change, kind=ChangeKind.CHANGE_TIMES, schedule=schedule)]
    return []
