"""What did a feed announce of a paper with this history?

A feed that nobody read is rebuilt from the dates of versions: each version makes the feed day
that follows from when it was submitted. The first one was announced as new, a later one as a
replacement; a paper whose primary category is not among the feed's came as a cross-list. A
change that made no version (a DOI, a corrected title) was not announced.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from bot.arxiv.calendar import feed_day
from bot.arxiv.taxonomy import expand
from bot.ingest.sources.arxiv_oai import Record
from storage.records import Announcement, Kind

LAST_SHOWN = 5  # arXiv's feeds show no replacement beyond this version


def announced(record: Record, feed: str, days: Sequence[date]) -> tuple[Announcement, ...]:
    """What a feed announced of a paper on these days: once a day at most, oldest day first.

    The paper is told as it is now: arXiv keeps no earlier wording of titles and abstracts.
    """
    if not belongs(record, feed):
        return ()
    found: dict[date, bool] = {}  # a day → whether the paper was new on it
    for version in record.versions:
        day = feed_day(version.at)
        if day in days and version.number <= LAST_SHOWN:
            found[day] = found.get(day, False) or version.number == 1
    return tuple(
        Announcement(record.paper, feed, _kind(record, feed, fresh=found[day]), day)
        for day in sorted(found)
    )


def held(record: Record, feed: str, days: Sequence[date]) -> Announcement | None:
    """How a feed announced a paper whose own day was earlier: moderators held it back.

    Only for a paper that was never announced before; it may also have been filed under one of
    the feed's categories later than under its others, which reads the same.
    """
    if not days or not belongs(record, feed) or first_day(record) >= days[0]:
        return None
    day = next((day for day in days if day >= record.changed), days[-1])
    return Announcement(record.paper, feed, _kind(record, feed, fresh=True), day)


def first_day(record: Record) -> date:
    """The feed day that a paper's first version should have made."""
    return feed_day(record.versions[0].at)


def belongs(record: Record, feed: str) -> bool:
    """Whether a paper is filed under one of a feed's categories, in any of their spellings."""
    return not _shelf(feed).isdisjoint(record.paper.categories)


def _kind(record: Record, feed: str, *, fresh: bool) -> Kind:
    if record.paper.categories[0] in _shelf(feed):
        return Kind.NEW if fresh else Kind.REPLACE
    return Kind.CROSS if fresh else Kind.REPLACE_CROSS


@lru_cache(maxsize=256)
def _shelf(feed: str) -> frozenset[str]:
    return frozenset(code for category in feed.split("+") for code in expand(category))
