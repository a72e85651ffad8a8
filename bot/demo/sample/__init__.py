"""The sample: sixty invented papers of the last ten feed days, for a demo without a network.

Papers, people and results are made up for Papergram. The ids end in numbers over 90000,
which arXiv's months do not reach, so that no sample paper can be taken for a real one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files

from bot.arxiv.calendar import feed_day, midnight, recent_feed_days
from storage.records import Announcement, Gloss, Kind, Paper

CATEGORIES = ("cs.CV", "cs.CL", "cs.LG", "cs.RO", "quant-ph", "math.ST")
"""What the sample's feed was asked for; ``new`` and ``cross`` are relative to these."""

FEED = "sample"
DAYS = 10
INVENTED = "invented for the demonstration"

_SINCE_FIRST_VERSION = timedelta(days=40)
_BETWEEN_SUBMISSIONS = timedelta(minutes=7)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of ``papers.jsonl``; ``day`` counts feed days back from the latest, 0."""

    id: str
    version: int
    title: str
    abstract: str
    authors: list[str]
    categories: list[str]
    kind: str
    day: int
    comment: str


def load(today: date) -> tuple[list[Announcement], dict[str, Gloss]]:
    """Return the sample placed on the ten feed days up to ``today``, oldest first.

    The Chinese glosses come by paper id; their ``paper`` is 0 until the store gives keys.
    """
    days = recent_feed_days(today, DAYS)
    rows = sorted(_papers(), key=lambda row: -row.day)
    announcements = [
        _announced(row, days[DAYS - 1 - row.day], place) for place, row in enumerate(rows)
    ]
    return announcements, _glosses(announcements)


def _announced(row: _Row, day: date, place: int) -> Announcement:
    """Announce a row's paper on a day, submitted in time for it."""
    sent_in = _submitted(day, place)
    paper = Paper(
        id=row.id,
        version=row.version,
        title=row.title,
        abstract=row.abstract,
        authors=tuple(row.authors),
        categories=tuple(row.categories),
        link=f"https://arxiv.org/abs/{row.id.removeprefix('arxiv:')}",
        submitted=sent_in if row.version == 1 else sent_in - _SINCE_FIRST_VERSION,
        revised=sent_in,
        comment=f"{row.comment}; {INVENTED}",
    )
    return Announcement(paper, FEED, Kind(row.kind), day)


def _submitted(day: date, place: int) -> datetime:
    """Return a moment on the last day whose submissions the feed day holds."""
    moment = midnight(day) - timedelta(hours=11) - place * _BETWEEN_SUBMISSIONS
    while feed_day(moment) != day:
        moment -= timedelta(days=1)
    return moment


def _glosses(announcements: Iterable[Announcement]) -> dict[str, Gloss]:
    """Return the Chinese gloss of each announced paper, by paper id."""
    words = {line["id"]: line for line in map(json.loads, _lines("translations.zh.jsonl"))}
    return {
        announcement.paper.id: Gloss(
            paper=0,
            version=announcement.paper.version,
            language="zh",
            title=words[announcement.paper.id]["title"],
            gist=words[announcement.paper.id]["gist"],
            abstract=words[announcement.paper.id]["abstract"],
            maker="import",
            made=midnight(announcement.day),
        )
        for announcement in announcements
    }


@cache
def _papers() -> tuple[_Row, ...]:
    """Read the papers, in the order of the file."""
    return tuple(_Row(**json.loads(line)) for line in _lines("papers.jsonl"))


def _lines(name: str) -> list[str]:
    """Read the lines of a file of the sample."""
    return files(__name__).joinpath(name).read_text("utf-8").splitlines()
