"""What a preview counts by the index is what the matcher finds; what it reads is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.new_announcements import recent
from bot.digests.preview import LOOK, READ, Volumes, counted, preview
from bot.topics.query.parser import QueryError, indexed, parse
from storage import Store, open_store
from storage.records import Announcement, Kind
from tests.support.builders import DAY, NOW, POLLED, TODAY, announce, papers

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
        f"sqlite:///{Path(tmp_path_factory.mktemp('shelf')) / 'p.db'}", words=indexed
    )
    _fill(store, Random(3))
    yield store
    store.close()


def _fill(store: Store, dice: Random) -> None:
    for number, paper in enumerate(papers(*range(READ))):
        told = replace(
            paper,
            title=" ".join(dice.sample(WORDS, 2)),
            abstract=" ".join(dice.choices(WORDS, k=4)),
            categories=(dice.choice(("cs.CV", "cs.LG", "math.ST")),),
            version=1 + number % 3,
        )
        kinds = dice.sample([*Kind], dice.choice((1, 2)))
        store.papers.add(
            [
                Announcement(told, f"feed-{kind}", kind, TODAY - DAY * dice.randrange(10))
                for kind in kinds
            ],
            seen=NOW,
        )


@given(words=_QUERIES)
def test_what_is_counted_is_what_is_found(shelf: Store, words: str) -> None:
    try:
        query = parse(words)
    except QueryError:
        return

    found, _ = recent(shelf, query, NOW)

    assert counted(shelf, query, NOW) == (len(found), True)


@given(words=_QUERIES)
def test_examples_are_found_papers(shelf: Store, words: str) -> None:
    try:
        query = parse(words)
    except QueryError:
        return

    shown = preview(shelf, words, NOW, polled={*POLLED, "math.ST", "cs"})

    found = {match.announcement.paper.id for match in recent(shelf, query, NOW)[0]}
    assert {paper.id for paper in shown.examples} <= found
    assert len(shown.examples) == 3 or len(found) < LOOK * 2


@pytest.mark.parametrize(("words", "is_exact"), [("diffusion", True), ("diff*", False)])
def test_very_many_are_counted_or_estimated(store: Store, words: str, is_exact: bool) -> None:
    """What the index cannot tell by itself is read up to a bound, and said to be about right."""
    announce(store, papers(*range(READ + 50)))

    assert counted(store, parse(words), NOW) == (READ + 50, is_exact)


def test_nothing_is_remembered_of_a_count_while_papers_are_indexed_anew(store: Store) -> None:
    announce(store, papers(1, 2, 3))
    volumes = Volumes()
    store.papers.begin_renewal("another analyser")
    assert volumes.of(store, ["diffusion"], NOW, count=5) == {}
    assert not preview(store, "diffusion", NOW, polled=POLLED).is_whole

    while store.papers.renew("another analyser"):
        pass
    assert volumes.of(store, ["diffusion"], NOW, count=5) == {"diffusion": 3}
