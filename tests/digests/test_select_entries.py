"""Which matches become a digest: what the chat lacks, the best first, the rest kept behind."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.select_entries import assemble_digest
from storage.records.digests import Digest
from storage.records.papers import Announcement, AnnouncementKind, Paper
from storage.records.queries import Match, MatchReason, QueryField

ISSUED = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
WORD = (MatchReason(QueryField.TITLE, "boats"),)


def match(
    key: int, kind: AnnouncementKind = AnnouncementKind.NEW, *, version: int = 1, day: int = 20
) -> Match:
    """A topic found an invented paper."""
    paper = Paper(f"arxiv:2611.9{key:04}", version, "Boats", "They drift.", key=key)
    announcement = Announcement(paper, "cs.RO", kind, date(2026, 11, day))
    return Match(announcement, kind, 3.0, WORD)


def assembled(*matches: Match, limit: int = 12, received: dict[int, int] | None = None) -> Digest:
    return assemble_digest(
        matches,
        topic="boats",
        query="boats",
        issued=ISSUED,
        limit=limit,
        received_versions=received or {},
        other_topics={2: ("robots",)},
    )


def keys(digest: Digest) -> list[int]:
    """The papers of a digest, shown ones first."""
    return [entry.paper.key for entry in (*digest.entries, *digest.left_out)]


def test_the_order_of_the_matches_is_kept_and_the_limit_cuts() -> None:
    digest = assembled(match(3), match(1), match(2), limit=2)

    assert [entry.paper.key for entry in digest.entries] == [3, 1]
    assert [entry.paper.key for entry in digest.left_out] == [2]


@pytest.mark.parametrize(
    ("kind", "version", "received_version", "comes"),
    [
        (AnnouncementKind.NEW, 1, None, True),
        (AnnouncementKind.NEW, 1, 1, False),
        (AnnouncementKind.CROSS, 2, 1, False),  # listed elsewhere later: the chat knows the paper
        (AnnouncementKind.REPLACE, 2, None, True),
        (AnnouncementKind.REPLACE, 2, 1, True),
        (AnnouncementKind.REPLACE_CROSS, 3, 2, True),
        (AnnouncementKind.REPLACE, 2, 2, False),
        (AnnouncementKind.REPLACE, 2, 3, False),
    ],
)
def test_a_paper_comes_once_and_again_only_as_a_higher_replacement(
    kind: AnnouncementKind, version: int, received_version: int | None, comes: bool
) -> None:
    received = {} if received_version is None else {1: received_version}

    digest = assembled(match(1, kind, version=version), received=received)

    assert keys(digest) == ([1] if comes else [])


def test_an_entry_says_why_it_is_there_and_which_other_topics_found_it() -> None:
    digest = assembled(match(1), match(2, AnnouncementKind.CROSS))

    assert [entry.reasons for entry in digest.entries] == [WORD, WORD]
    assert [entry.other_topics for entry in digest.entries] == [(), ("robots",)]
    assert [entry.kind for entry in digest.entries] == [
        AnnouncementKind.NEW,
        AnnouncementKind.CROSS,
    ]


def test_the_days_are_those_of_the_papers() -> None:
    digest = assembled(match(1, day=19), match(2, day=17), match(3, day=20))

    assert (digest.first_day, digest.last_day) == (date(2026, 11, 17), date(2026, 11, 20))


def test_a_digest_of_nothing_has_no_days() -> None:
    digest = assembled(match(1), received={1: 1})

    assert (digest.entries, digest.first_day, digest.last_day) == ((), None, None)


@given(st.lists(st.integers(1, 30), unique=True), st.integers(0, 30), st.sets(st.integers(1, 30)))
def test_every_match_is_shown_left_out_or_already_received(
    matching: list[int], limit: int, received: set[int]
) -> None:
    digest = assembled(*map(match, matching), limit=limit, received=dict.fromkeys(received, 1))

    assert keys(digest) == [key for key in matching if key not in received]
    assert len(digest.entries) == min(limit, len(keys(digest)))
