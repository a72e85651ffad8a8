"""The corpus as announcements: its papers and their feed days."""

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
class CorpusPaper:
    """A paper and the feed days of its versions, the first one first."""

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    days: tuple[date, ...]

    def title_and_abstract(self, version: int) -> tuple[str, str]:
        """Title and abstract of a version; a later one says more."""
        more = " The revised version adds an erratum." if version > 1 else ""
        return self.title, self.abstract + more


@cache
def corpus_papers(folder: Path, first: date, last: date) -> list[CorpusPaper]:
    """The corpus's papers of our categories by the day they were first seen, some revised later.

    A weekday on which arXiv announces nothing passes its papers to the next one; three in ten
    papers come again as a second version, some of them the day after.
    """
    rng = Random(2025)
    papers = []
    with gzip.open(folder / "corpus" / "papers_2025_2026.jsonl.gz", "rt") as lines:
        for line in lines:
            row = json.loads(line)
            first_seen = row.get("first_seen") or ""
            if first.isoformat() <= first_seen <= last.isoformat():
                categories = tuple(code for code in row["categories"] if _CODE.fullmatch(code))
                if not set(CATEGORIES).isdisjoint(categories):
                    days = _announcement_days(date.fromisoformat(first_seen), rng)
                    papers.append(_corpus_paper(row, categories, days))
    return papers


def _announcement_days(first_day: date, rng: Random) -> tuple[date, ...]:
    while first_day.weekday() < 5 and quiet_reason(first_day):
        first_day += DAY
    if rng.random() > 0.3:
        return (first_day,)
    second_day = first_day + rng.choice((1, 1, 2, 3, 7, 20, 45)) * DAY
    while quiet_reason(second_day):
        second_day += DAY
    return (first_day, second_day)


def _corpus_paper(
    row: Mapping[str, object], categories: tuple[str, ...], days: tuple[date, ...]
) -> CorpusPaper:
    title, abstract = (_single_line(str(row[name])) for name in ("title", "abstract"))
    names = row["authors"]
    assert isinstance(names, list)
    return CorpusPaper(
        str(row["id"]), title, abstract, tuple(map(_single_line, names)), categories, days
    )


def _single_line(text: str) -> str:
    return " ".join(_UNPRINTABLE.sub(" ", text).split())
