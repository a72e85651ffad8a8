"""From the dates of versions to what a feed announced: new, cross, replaced, or nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.calendar import feed_day_of_submission
from bot.ingest.sources import arxiv_history
from bot.ingest.sources.arxiv_oai import OaiRecord, PaperVersion
from storage.records.papers import AnnouncementKind, Paper
from tests.support.arxiv_archive import utc

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (16, 17, 18))
FOR_TUESDAY, FOR_WEDNESDAY, FOR_MONDAY = utc(11, 15), utc(11, 16, 22), utc(11, 13)


def record(
    *versions: datetime, categories: tuple[str, ...] = ("cs.CV",), changed: date = TUESDAY
) -> OaiRecord:
    numbered = tuple(
        PaperVersion(number, position) for number, position in enumerate(versions, start=1)
    )
    paper = Paper("arxiv:2611.00001", len(versions), "A Kettle", "It boils.", (), categories)
    return OaiRecord(paper, numbered, changed)


@pytest.mark.parametrize(
    ("categories", "versions", "kinds"),
    [
        ("cs.CV", (FOR_TUESDAY,), [AnnouncementKind.NEW]),
        ("cs.CV cs.LG", (FOR_TUESDAY,), [AnnouncementKind.NEW]),
        ("cs.LG cs.CV", (FOR_TUESDAY,), [AnnouncementKind.CROSS]),
        ("cs.CV", (utc(10, 1), FOR_TUESDAY), [AnnouncementKind.REPLACE]),
        ("cs.LG cs.CV", (utc(10, 1), FOR_TUESDAY), [AnnouncementKind.REPLACE_CROSS]),
        ("cs.CV", (FOR_TUESDAY, FOR_TUESDAY + timedelta(hours=1)), [AnnouncementKind.NEW]),
        ("cs.CV", (FOR_TUESDAY, FOR_WEDNESDAY), [AnnouncementKind.NEW]),
        ("cs.CV", (utc(10, 1),), []),
        ("cs.CV", (FOR_MONDAY, FOR_WEDNESDAY), []),
        ("cs.LG", (FOR_TUESDAY,), []),
        ("", (FOR_TUESDAY,), []),
        ("cs.CV", (*(utc(10, day) for day in range(1, 6)), FOR_TUESDAY), []),
    ],
)
def test_a_feed_day_names_the_kind(
    categories: str, versions: tuple[datetime, ...], kinds: list[AnnouncementKind]
) -> None:
    paper = record(*versions, categories=tuple(categories.split()))

    announcement = arxiv_history.announcements_of_record(paper, "cs.CV", (TUESDAY,))

    assert [item.kind for item in announcement] == kinds
    assert all(item.feed == "cs.CV" and item.day == TUESDAY for item in announcement)


def test_a_stretch_of_days_tells_a_paper_on_each_of_its_days() -> None:
    announcement = arxiv_history.announcements_of_record(
        record(FOR_TUESDAY, FOR_WEDNESDAY), "cs.CV", (TUESDAY, WEDNESDAY)
    )

    assert [(item.day, item.kind) for item in announcement] == [
        (TUESDAY, AnnouncementKind.NEW),
        (WEDNESDAY, AnnouncementKind.REPLACE),
    ]


@pytest.mark.parametrize(
    ("feed", "categories", "kind"),
    [
        ("cs.CV+cs.LG", ("cs.LG", "cs.AI"), AnnouncementKind.NEW),
        ("cs.CV+cs.LG", ("cs.AI", "cs.LG"), AnnouncementKind.CROSS),
        ("cs.NA", ("math.NA",), AnnouncementKind.NEW),
        ("math.NA", ("cs.NA", "cs.AI"), AnnouncementKind.NEW),
    ],
)
def test_the_kind_is_relative_to_the_feed_in_any_spelling(
    feed: str, categories: tuple[str, ...], kind: AnnouncementKind
) -> None:
    [announcement] = arxiv_history.announcements_of_record(
        record(FOR_TUESDAY, categories=categories), feed, (TUESDAY,)
    )

    assert announcement.kind is kind


def test_a_paper_held_by_a_moderator_is_told_on_the_day_it_came_out() -> None:
    paper = record(utc(11, 10), changed=WEDNESDAY)

    item = arxiv_history.late_announcement(paper, "cs.CV", (TUESDAY, WEDNESDAY))

    assert item
    assert (item.day, item.kind) == (WEDNESDAY, AnnouncementKind.NEW)


def test_a_paper_of_these_days_or_a_later_one_was_not_held() -> None:
    assert arxiv_history.late_announcement(record(FOR_TUESDAY), "cs.CV", (TUESDAY,)) is None
    assert arxiv_history.late_announcement(record(FOR_WEDNESDAY), "cs.CV", (TUESDAY,)) is None


@given(st.lists(st.integers(0, 24 * 24), min_size=1, max_size=7))
def test_each_early_version_is_told_exactly_on_its_day(hours: list[int]) -> None:
    versions = [utc(11, 1) + timedelta(hours=hour) for hour in sorted(hours)]
    days = tuple(date(2026, 11, 1) + timedelta(days=n) for n in range(40))

    announcement = arxiv_history.announcements_of_record(record(*versions), "cs.CV", days)

    assert [item.day for item in announcement] == sorted(
        {feed_day_of_submission(instant) for instant in versions[:5]}
    )
    assert [item.kind for item in announcement[:1]] == [AnnouncementKind.NEW]
    assert all(item.kind is AnnouncementKind.REPLACE for item in announcement[1:])
