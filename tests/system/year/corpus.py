"""The corpus as announcements: which papers are there, and on which feed days?"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

from tests.system.year.calendar import DAY, quiet_reason

# Those of which the corpus has few papers make two feeds of them, as arXiv's numbers would.
CATEGORIES = (
    "cs.IT", "cs.GT", "cs.GR", "eess.IV", "cs.CY", "cs.MA", "cs.CE",
    "cs.CR", "cs.SD", "stat.ML", "math.OC", "quant-ph",
)  # fmt: skip
_CODE = re.compile(r"[a-z-]+(\.[A-Za-z-]+)?")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class Work:
    """A paper and the feed days of its versions, the first one first."""

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    days: tuple[date, ...]

    def text(self, version: int) -> tuple[str, str]:
        """Title and abstract of a version; a later one says more."""
        more = " The revised version adds an erratum." if version > 1 else ""
        return self.title, self.abstract + more


@cache
def works(folder: Path, first: date, last: date) -> list[Work]:
    """The corpus's papers of our categories by the day they were first seen, some revised later.

    A weekday on which arXiv announces nothing passes its papers to the next one; three in ten
    papers come again as a second version, some of them the day after.
    """
    chance = Random(2025)
    found = []
    with gzip.open(folder / "corpus" / "papers_2025_2026.jsonl.gz", "rt") as lines:
        for line in lines:
            row = json.loads(line)
            seen = row.get("first_seen") or ""
            if first.isoformat() <= seen <= last.isoformat():
                categories = tuple(c for c in row["categories"] if _CODE.fullmatch(c))
                if not set(CATEGORIES).isdisjoint(categories):
                    days = _days(date.fromisoformat(seen), chance)
                    found.append(_work(row, categories, days))
    return found


def _days(seen: date, chance: Random) -> tuple[date, ...]:
    while seen.weekday() < 5 and quiet_reason(seen):
        seen += DAY
    if chance.random() > 0.3:
        return (seen,)
    again = seen + chance.choice((1, 1, 2, 3, 7, 20, 45)) * DAY
    while quiet_reason(again):
        again += DAY
    return (seen, again)


def _work(row: Mapping[str, object], categories: tuple[str, ...], days: tuple[date, ...]) -> Work:
    title, abstract = (_plain(str(row[name])) for name in ("title", "abstract"))
    names = row["authors"]
    assert isinstance(names, list)
    return Work(str(row["id"]), title, abstract, tuple(map(_plain, names)), categories, days)


def _plain(text: str) -> str:
    return " ".join(_UNPRINTABLE.sub(" ", text).split())
