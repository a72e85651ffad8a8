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
from bot.digests.new_announcements import NewAnnouncements, SlicedAnnouncements
from bot.digests.publish import PublishResult, publish_chats_behind, publish_due_chats
from bot.digests.shared_digest import SharedDigests, remaining_for_chat
from bot.topics.query.analyzer import index_text
from bot.topics.query.parser import parse
from storage import Store, open_store
from storage.records.chats import Cadence, Subscription
from storage.records.digests import Digest
from storage.records.papers import Announcement, AnnouncementKind, Paper
from tests.support.builders import (
    BOT,
    DUE_AT,
    MINUTE,
    NOW,
    TODAY,
    announce,
    create_chat,
    issued_digests,
    paper_numbers,
    papers,
    subscribe_chat,
)
from tests.support.database import dump_tables

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
        st.sampled_from(list(AnnouncementKind)),
        st.integers(0, 5),
        st.sampled_from(["cs.CV", "cs.CL"]),
    ),
    max_size=30,
)


@contextmanager
def _stored(announced: list[Announcement]) -> Iterator[Store]:
    with TemporaryDirectory() as place:
        store = open_store(f"sqlite:///{Path(place) / 'a.db'}", analyze=index_text)
        try:
            store.papers.add_announcements(announced, seen_at=NOW)
            yield store
        finally:
            store.close()


def _alike(digest: Digest, near: int) -> tuple[object, ...]:
    """All that is shown or soon read of a digest, and what is stored of the rest."""
    entries = (*digest.entries, *digest.left_out)
    far_entries = [(e.paper.key, e.paper.version, e.paper.partial, e.kind) for e in entries[near:]]
    return replace(digest, entries=(), left_out=()), entries[:near], far_entries


@settings(max_examples=40)
@given(
    announcements,
    st.lists(
        st.tuples(
            st.sampled_from(TOPICS),
            st.frozensets(st.sampled_from(list(AnnouncementKind)), min_size=1),
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
    calls: list[tuple[str, frozenset[AnnouncementKind], int, int]],
    size: int,
    received: set[int],
) -> None:
    """Order, scores, kinds, reasons, texts and counts, whatever is announced several times."""
    topics = [
        Subscription(
            BOT, 1, parse(query).text, query, Cadence(), "UTC", cursor, None, 0, limit, kinds
        )
        for query, kinds, cursor, limit in calls
    ]
    with _stored(announced) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(new_announcements, "SLICE_PAPERS", size)
        patch.setattr("bot.digests.select_entries.SOON_READ_ENTRIES", 2)
        patch.setattr("bot.digests.shared_digest.SOON_READ_ENTRIES", 2)
        all_announcements = NewAnnouncements(store, min(topic.cursor for topic in topics))
        sliced = SlicedAnnouncements(store, topics)
        assert sliced.last_position == all_announcements.last_position
        all_at_once, in_slices = (
            SharedDigests(store, all_announcements, NOW),
            SharedDigests(store, sliced, NOW),
        )
        for topic in topics:
            first_paper, other = all_at_once.for_topic(topic), in_slices.for_topic(topic)
            near = topic.limit + 2
            assert _alike(other.digest, near) == _alike(first_paper.digest, near)
            assert other.paper_keys == first_paper.paper_keys
            versions = dict.fromkeys(received, 9)
            remaining = [
                remaining_for_chat(store, e, versions, {}, topic.limit).digest
                for e in (first_paper, other)
            ]
            assert _alike(remaining[1], near) == _alike(remaining[0], near)


@pytest.fixture
def behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store in which three chats were told long ago, one of them of one topic only."""
    for number, words in ((1, "diffusion"), (2, "study"), (2, "robots"), (3, "diffusion")):
        subscribe_chat(store, create_chat(store, number), words)
    announce(store, papers(*range(20)))
    announce(store, papers(*range(20, 30), word="robots"), day=TODAY)
    monkeypatch.setattr(new_announcements, "SLICE_PAPERS", 7)
    return store


def test_who_was_told_long_ago_gets_the_same(behind: Store, tmp_path: Path) -> None:
    """Digests, receipts, messages and cursors are those of a tick that reads all at once."""
    behind.backup(tmp_path / "copy.db")
    copy = open_store(f"sqlite:///{tmp_path / 'copy.db'}", analyze=index_text)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(new_announcements, "MAX_INDEXED_ANNOUNCEMENTS", 0)
            assert publish_due_chats(behind, BOT, DUE_AT) == PublishResult(), (
                "the others wait for none of it"
            )
            assert publish_chats_behind(behind, BOT, DUE_AT) == PublishResult(chats=3, digests=4)
        assert publish_due_chats(copy, BOT, DUE_AT) == PublishResult(chats=3, digests=4)

        assert dump_tables(behind) == dump_tables(copy)
    finally:
        copy.close()


def test_the_widest_topics_wait_where_there_is_no_room(
    behind: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_announcements, "MAX_INDEXED_ANNOUNCEMENTS", 0)
    monkeypatch.setattr(new_announcements, "MAX_KEPT_MATCHES", 12)

    assert publish_chats_behind(behind, BOT, DUE_AT) == PublishResult(chats=3, digests=4)

    shown = [
        [paper_numbers(d.entries) for d in issued_digests(behind, create_chat(behind, n))]
        for n in (1, 2, 3)
    ]
    assert [len(of_chat) for of_chat in shown] == [1, 2, 1]
    assert shown[0] == shown[2]


def test_a_stop_leaves_them_due(behind: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_announcements, "MAX_INDEXED_ANNOUNCEMENTS", 0)
    before = dump_tables(behind)

    answers = iter([True, True, False])
    assert (
        publish_chats_behind(behind, BOT, DUE_AT, should_continue=lambda: next(answers))
        == PublishResult()
    )

    assert dump_tables(behind) == before
    assert publish_chats_behind(behind, BOT, DUE_AT + MINUTE) == PublishResult(chats=3, digests=4)


def test_a_topic_that_breaks_holds_no_other(
    behind: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(new_announcements, "MAX_INDEXED_ANNOUNCEMENTS", 0)
    [robots] = [t for t in behind.subscriptions.of_chat(BOT, 2) if t.query == "robots"]
    with behind.transaction():
        behind.subscriptions.update(replace(robots, query="(broken"))

    with caplog.at_level(logging.CRITICAL):
        published = publish_chats_behind(behind, BOT, DUE_AT)

    assert (published.digests, published.failed) == (3, 1)
