"""What a preview counts by the index is what the matcher finds; what it reads is bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.new_announcements import RECENT_DAYS, recent_matches
from bot.digests.preview import (
    EXAMPLE_CANDIDATES,
    SAMPLE_CANDIDATES,
    WeeklyPaperCounts,
    count_recent_papers,
    preview,
)
from bot.topics.query.analyzer import index_text
from bot.topics.query.parser import QueryError, parse
from storage import Store, open_store
from storage.records.papers import FRESH_KINDS, Announcement, AnnouncementKind, Paper
from tests.support.builders import DAY, NOW, POLLED_CATEGORIES, TODAY, announce, papers

WORDS = ("diffusion", "robots", "graph", "graphs", "survey", "hoping", "hope")
_TERMS = st.sampled_from(
    (
        *WORDS,
        "ti:robots",
        "abs:graph",
        '"graph survey"',
        "cs.CV",
        "cat:cs",
        "hop*",
        "au:lovelace",
        '"graph robots"~1',
        '"hope diffusion robots"~1',
        'abs:"survey hoping"~2',
    )
)
_QUERIES = st.recursive(
    _TERMS,
    lambda inner: st.one_of(
        st.builds("({} OR {})".format, inner, inner),
        st.builds("({} {})".format, inner, inner),
        st.builds("({} -{})".format, inner, inner),
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Papers of a week and of before, some announced twice, some as replacements."""
    store = open_store(
        f"sqlite:///{Path(tmp_path_factory.mktemp('shelf')) / 'p.db'}", analyze=index_text
    )
    _fill(store, Random(3))
    yield store
    store.close()


def _fill(store: Store, dice: Random) -> None:
    for number, paper in enumerate(papers(*range(SAMPLE_CANDIDATES))):
        announcement = replace(
            paper,
            title=" ".join(dice.sample(WORDS, 2)),
            abstract=" ".join(dice.choices(WORDS, k=4)),
            categories=(dice.choice(("cs.CV", "cs.LG", "math.ST")),),
            version=1 + number % 3,
        )
        kinds = dice.sample([*AnnouncementKind], dice.choice((1, 2)))
        store.papers.add_announcements(
            [
                Announcement(announcement, f"feed-{kind}", kind, TODAY - DAY * dice.randrange(10))
                for kind in kinds
            ],
            seen_at=NOW,
        )


@given(words=_QUERIES)
def test_what_is_counted_is_what_is_found(shelf: Store, words: str) -> None:
    try:
        query = parse(words)
    except QueryError:
        return

    matches, _ = recent_matches(shelf, query, NOW)

    papers_by_day, is_exact = count_recent_papers(shelf, query, NOW)
    assert (sum(papers_by_day), is_exact) == (len(matches), True)
    assert len(papers_by_day) == RECENT_DAYS
    found_on_days = Counter(_first_new_day(shelf, match.announcement.paper) for match in matches)
    assert papers_by_day == tuple(
        found_on_days[TODAY - DAY * ago] for ago in reversed(range(RECENT_DAYS))
    )


def _first_new_day(shelf: Store, paper: Paper) -> date:
    recent_announcements = shelf.announcements.on_days(TODAY - DAY * (RECENT_DAYS - 1), TODAY)
    return min(
        announcement.day
        for announcement in recent_announcements
        if announcement.paper.id == paper.id and announcement.kind in FRESH_KINDS
    )


@given(words=_QUERIES)
def test_examples_are_found_papers(shelf: Store, words: str) -> None:
    try:
        query = parse(words)
    except QueryError:
        return

    shown = preview(
        shelf, query, words, NOW, polled_categories={*POLLED_CATEGORIES, "math.ST", "cs"}
    )

    ids = {match.announcement.paper.id for match in recent_matches(shelf, query, NOW)[0]}
    assert {paper.id for paper in shown.examples} <= ids
    assert len(shown.examples) == 3 or len(ids) < EXAMPLE_CANDIDATES * 2


@pytest.mark.parametrize(("words", "is_exact"), [("diffusion", True), ("diff*", False)])
def test_very_many_are_counted_or_estimated(store: Store, words: str, is_exact: bool) -> None:
    """What the index cannot tell by itself is read up to a bound, and said to be about right."""
    announce(store, papers(*range(SAMPLE_CANDIDATES + 50)))

    assert count_recent_papers(store, parse(words), NOW) == ((SAMPLE_CANDIDATES + 50,), is_exact)


def test_half_a_paper_a_day_is_estimated_as_some_in_a_week(store: Store) -> None:
    """One paper in sixty matches, and each day has thirty that may."""
    papers_a_day = SAMPLE_CANDIDATES // 2
    for ago in range(RECENT_DAYS):
        numbers = range(ago * papers_a_day, (ago + 1) * papers_a_day)
        announce(
            store,
            [
                replace(paper, title="Robots" if number else "Hope")
                for number, paper in zip(numbers, papers(*numbers), strict=True)
            ],
            day=TODAY - DAY * ago,
        )

    assert count_recent_papers(store, parse("abs:diffusion -rob*"), NOW) == (
        (0, 1, 1, 0, 0, 1, 1),
        False,
    )


def test_nothing_is_remembered_of_a_count_while_papers_are_indexed_anew(store: Store) -> None:
    announce(store, papers(1, 2, 3))
    volumes = WeeklyPaperCounts()
    store.paper_index.begin_reindex("another analyser")
    assert volumes.counts_for(store, ["diffusion"], NOW, count=5) == {}
    query = parse("diffusion")
    assert not preview(
        store, query, query.text, NOW, polled_categories=POLLED_CATEGORIES
    ).is_index_complete

    while store.papers.reindex_some("another analyser"):
        pass
    assert volumes.counts_for(store, ["diffusion"], NOW, count=5) == {"diffusion": (3,)}
