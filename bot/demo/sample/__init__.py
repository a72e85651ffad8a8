"""The sample: sixty invented papers of the last ten feed days, for a demo without a network.

Papers, people and results are made up for Papergram. The ids end in numbers over 90000,
which arXiv's months do not reach, so that no sample paper can be taken for a real one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from bot.arxiv.calendar import eastern_midnight, feed_day_of_submission, recent_feed_days
from storage.records.papers import Announcement, AnnouncementKind, Paper
from storage.records.summaries import Summary

SAMPLE_CATEGORIES = ("cs.CV", "cs.CL", "cs.LG", "cs.RO", "quant-ph", "math.ST")
"""The categories of the sample's feed; ``new`` and ``cross`` are relative to these."""

SAMPLE_FEED = "sample"
SAMPLE_DAYS = 10
INVENTED_NOTE = "invented for the demonstration"

_SINCE_FIRST_VERSION = timedelta(days=40)
_BETWEEN_SUBMISSIONS = timedelta(minutes=7)


@dataclass(frozen=True, slots=True)
class _PaperRow:
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


class Sample(NamedTuple):
    """The announcements, oldest first, and the Chinese summary of each paper by the paper's id.

    The ``paper`` of a summary is 0 until the store assigns keys.
    """

    announcements: list[Announcement]
    chinese_summaries: dict[str, Summary]


def load_sample(today: date) -> Sample:
    """Return the sample, placed on the ten feed days up to ``today``."""
    feed_days = recent_feed_days(today, SAMPLE_DAYS)
    announcements = []
    for position, row in enumerate(sorted(_read_papers(), key=lambda row: -row.day)):
        day = feed_days[SAMPLE_DAYS - 1 - row.day]
        submitted_at = eastern_midnight(day) - timedelta(hours=11) - position * _BETWEEN_SUBMISSIONS
        while feed_day_of_submission(submitted_at) != day:
            submitted_at -= timedelta(days=1)
        paper = Paper(
            id=row.id,
            version=row.version,
            title=row.title,
            abstract=row.abstract,
            authors=tuple(row.authors),
            categories=tuple(row.categories),
            link=f"https://arxiv.org/abs/{row.id.removeprefix('arxiv:')}",
            submitted_at=submitted_at if row.version == 1 else submitted_at - _SINCE_FIRST_VERSION,
            revised_at=submitted_at,
            comment=f"{row.comment}; {INVENTED_NOTE}",
        )
        announcements.append(Announcement(paper, SAMPLE_FEED, AnnouncementKind(row.kind), day))
    return Sample(announcements, _chinese_summaries(announcements))


def _chinese_summaries(announcements: Iterable[Announcement]) -> dict[str, Summary]:
    """Return the Chinese summary of each announced paper, by paper id."""
    rows = map(json.loads, _read_lines("translations.zh.jsonl"))
    rows_by_id = {row["id"]: row for row in rows}
    summaries = {}
    for announcement in announcements:
        paper = announcement.paper
        summaries[paper.id] = Summary(
            paper=0,
            version=paper.version,
            language="zh",
            title=rows_by_id[paper.id]["title"],
            tldr=rows_by_id[paper.id]["gist"],
            abstract=rows_by_id[paper.id]["abstract"],
            producer="import",
            created_at=eastern_midnight(announcement.day),
        )
    return summaries


@cache
def _read_papers() -> tuple[_PaperRow, ...]:
    """Read the papers, in the order of the file."""
    return tuple(_PaperRow(**json.loads(line)) for line in _read_lines("papers.jsonl"))


def _read_lines(name: str) -> list[str]:
    """Read the lines of a file of the sample."""
    return files(__name__).joinpath(name).read_text("utf-8").splitlines()
