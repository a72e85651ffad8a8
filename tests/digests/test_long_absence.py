"""Whoever was told long ago gets what all others get, and nobody waits for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digests import new_announcements
from bot.digests.new_announcements import Gathered, Sliced
from bot.digests.publish import Published, catch_up, publish
from bot.digests.shared_digest import Editions, left_of
from bot.topics.query.parser import indexed, parse
from storage import Store, open_store
from storage.records import Announcement, Cadence, Digest, Kind, Paper, Subscription
from tests.support.builders import (
    BOT,
    DUE,
    MINUTE,
    NOW,
    TODAY,
    announce,
    chat,
    digests,
    follow,
    numbers,
    papers,
)
from tests.support.database import dump

WORDS = ("diffusion", "robots", "study", "graph")
TOPICS = ("diffusion", "robots OR graph", "study -graph", "di*", "cat:cs.CV", "au:ada")

texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
announcements = st.lists(
    st.builds(
        lambda number, version, title, abstract, kind, day, main: Announcement(
            Paper(
                f"arxiv:2611.0{number:04}",
                version,
                title,
                abstract,
                ("Ada Lovelace",) if number % 2 else ("Alan Turing",),
                (main, "cs.LG"),
            ),
            "cs.CV",
            kind,
            TODAY - timedelta(days=day),
        ),
        st.integers(1, 12),
        st.integers(1, 3),
        texts,
        texts,
        st.sampled_from(list(Kind)),
        st.integers(0, 5),
        st.sampled_from(["cs.CV", "cs.CL"]),
    ),
    max_size=30,
)


@contextmanager
def _stored(announced: list[Announcement]) -> Iterator[Store]:
    with TemporaryDirectory() as place:
        store = open_store(f"sqlite:///{Path(place) / 'a.db'}", words=indexed)
        try:
            store.papers.add(announced, seen=NOW)
            yield store
        finally:
            store.close()


def _alike(digest: Digest, near: int) -> tuple[object, ...]:
    """All that is shown or soon read of a digest, and what is stored of the rest."""
    entries = (*digest.entries, *digest.rest)
    far = [(e.paper.key, e.paper.version, e.paper.partial, e.kind) for e in entries[near:]]
    return replace(digest, entries=(), rest=()), entries[:near], far


@settings(max_examples=40)
@given(
    announcements,
    st.lists(
        st.tuples(
            st.sampled_from(TOPICS),
            st.frozensets(st.sampled_from(list(Kind)), min_size=1),
            st.integers(0, 20),
            st.integers(1, 4),
        ),
        min_size=1,
        max_size=4,
    ),
    st.integers(1, 5),
    st.sets(st.integers(1, 12)),
)
def test_slices_make_the_same_digests(
    announced: list[Announcement],
    asked: list[tuple[str, frozenset[Kind], int, int]],
    size: int,
    received: set[int],
) -> None:
    """Order, scores, kinds, reasons, texts and counts, whatever is announced several times."""
    topics = [
        Subscription(
            BOT, 1, parse(query).text, query, Cadence(), "UTC", cursor, None, 0, limit, kinds
        )
        for query, kinds, cursor, limit in asked
    ]
    with _stored(announced) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(new_announcements, "SLICE", size)
        patch.setattr("bot.digests.select_entries.NEAR", 2)
        patch.setattr("bot.digests.shared_digest.NEAR", 2)
        whole = Gathered(store, min(topic.cursor for topic in topics))
        sliced = Sliced(store, topics)
        assert sliced.head == whole.head
        all_at_once, in_slices = Editions(store, whole, NOW), Editions(store, sliced, NOW)
        for topic in topics:
            one, other = all_at_once.of(topic), in_slices.of(topic)
            near = topic.limit + 2
            assert _alike(other.digest, near) == _alike(one.digest, near)
            assert other.papers == one.papers
            had = dict.fromkeys(received, 9)
            left = [left_of(store, e, had, {}, topic.limit).digest for e in (one, other)]
            assert _alike(left[1], near) == _alike(left[0], near)


@pytest.fixture
def behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store in which three chats were told long ago, one of them of one topic only."""
    for number, words in ((1, "diffusion"), (2, "study"), (2, "robots"), (3, "diffusion")):
        follow(store, chat(store, number), words)
    announce(store, papers(*range(20)))
    announce(store, papers(*range(20, 30), word="robots"), day=TODAY)
    monkeypatch.setattr(new_announcements, "SLICE", 7)
    return store


def test_who_was_told_long_ago_gets_the_same(behind: Store, tmp_path: Path) -> None:
    """Digests, receipts, messages and cursors are those of a tick that reads all at once."""
    behind.backup(tmp_path / "copy.db")
    copy = open_store(f"sqlite:///{tmp_path / 'copy.db'}", words=indexed)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(new_announcements, "TOGETHER", 0)
            assert publish(behind, BOT, DUE) == Published(), "the others wait for none of it"
            assert catch_up(behind, BOT, DUE) == Published(chats=3, digests=4)
        assert publish(copy, BOT, DUE) == Published(chats=3, digests=4)

        assert dump(behind) == dump(copy)
    finally:
        copy.close()


def test_the_widest_topics_wait_where_there_is_no_room(
    behind: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_announcements, "TOGETHER", 0)
    monkeypatch.setattr(new_announcements, "MOST", 12)

    assert catch_up(behind, BOT, DUE) == Published(chats=3, digests=4)

    shown = [[numbers(d.entries) for d in digests(behind, chat(behind, n))] for n in (1, 2, 3)]
    assert [len(of_chat) for of_chat in shown] == [1, 2, 1]
    assert shown[0] == shown[2]


def test_a_stop_leaves_them_due(behind: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_announcements, "TOGETHER", 0)
    before = dump(behind)

    answers = iter([True, True, False])
    assert catch_up(behind, BOT, DUE, goes_on=lambda: next(answers)) == Published()

    assert dump(behind) == before
    assert catch_up(behind, BOT, DUE + MINUTE) == Published(chats=3, digests=4)


def test_a_topic_that_breaks_holds_no_other(
    behind: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(new_announcements, "TOGETHER", 0)
    [robots] = [t for t in behind.subscriptions.of(BOT, 2) if t.query == "robots"]
    with behind.transaction():
        behind.subscriptions.change(replace(robots, query="(broken"))

    with caplog.at_level(logging.CRITICAL):
        published = catch_up(behind, BOT, DUE)

    assert (published.digests, published.failed) == (3, 1)
