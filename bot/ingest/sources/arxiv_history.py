"""Reconstruct a feed's announcements from a paper's version history.

A feed that nobody read is rebuilt from the dates of versions: each version belongs to the feed day
that follows from its submission. The first one was announced as new, a later one as a replacement;
a paper whose primary category is not among the feed's came as a cross-list. A change that made no
version (a DOI, a corrected title) was not announced.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from bot.arxiv.calendar import feed_day_of_submission
from bot.arxiv.taxonomy import all_spellings
from bot.ingest.sources.arxiv_oai import OaiRecord
from storage.records.papers import Announcement, AnnouncementKind

MAX_ANNOUNCED_VERSION = 5  # arXiv's feeds show no replacement beyond this version


def announcements_of_record(
    record: OaiRecord, feed: str, days: Sequence[date]
) -> tuple[Announcement, ...]:
    """Return a feed's announcements of a paper on these days, at most one a day, oldest first.

    They have the paper's current text: arXiv keeps no earlier titles and abstracts.
    """
    if not is_in_feed(record, feed):
        return ()
    # Whether the paper was new, by day.
    is_new_by_day: dict[date, bool] = {}
    for version in record.versions:
        day = feed_day_of_submission(version.submitted_at)
        if day in days and version.number <= MAX_ANNOUNCED_VERSION:
            is_new_by_day[day] = is_new_by_day.get(day, False) or version.number == 1
    return tuple(
        Announcement(
            record.paper, feed, _announcement_kind(record, feed, is_new=is_new_by_day[day]), day
        )
        for day in sorted(is_new_by_day)
    )


def late_announcement(record: OaiRecord, feed: str, days: Sequence[date]) -> Announcement | None:
    """Return a feed's late announcement of a paper that moderators held back.

    Only for a paper that was never announced before; it may also have been filed under one of the
    feed's categories later than under its others, which looks the same.
    """
    if not days or not is_in_feed(record, feed) or first_announcement_day(record) >= days[0]:
        return None
    day = next((day for day in days if day >= record.changed_on), days[-1])
    return Announcement(record.paper, feed, _announcement_kind(record, feed, is_new=True), day)


def first_announcement_day(record: OaiRecord) -> date:
    """Return the feed day to which a paper's first version belongs."""
    return feed_day_of_submission(record.versions[0].submitted_at)


def is_in_feed(record: OaiRecord, feed: str) -> bool:
    """Return whether a paper is filed under one of a feed's categories, in any spelling."""
    return not _feed_categories(feed).isdisjoint(record.paper.categories)


def _announcement_kind(record: OaiRecord, feed: str, *, is_new: bool) -> AnnouncementKind:
    if record.paper.categories[0] in _feed_categories(feed):
        return AnnouncementKind.NEW if is_new else AnnouncementKind.REPLACE
    return AnnouncementKind.CROSS if is_new else AnnouncementKind.REPLACE_CROSS


@lru_cache(maxsize=256)
def _feed_categories(feed: str) -> frozenset[str]:
    return frozenset(code for category in feed.split("+") for code in all_spellings(category))
