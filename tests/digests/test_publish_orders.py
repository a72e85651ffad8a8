"""Whatever happens in whatever order: no paper reaches a chat twice, and none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digests.publish import mark_feed_round_complete, publish_due_chats
from bot.topics import edit_subscriptions
from bot.topics.query.analyzer import index_text
from storage import Store, open_store
from storage.records.chats import Cadence, Chat
from storage.records.papers import AnnouncementKind
from tests.support.builders import (
    BOT,
    NOW,
    announce,
    create_chat,
    issue_on_demand,
    issued_digests,
    paper_numbers,
    papers,
    set_topic_limit,
    subscribe_chat,
)

ZONES = ("UTC", "Asia/Shanghai", "Pacific/Honolulu", "America/New_York", "Pacific/Auckland")
TOPICS = ("diffusion", "study")  # every paper is a study

_chats, _papers = count(1), count(1)

MOVES = st.one_of(
    st.tuples(st.just("announce"), st.integers(1, 4)),
    st.tuples(st.just("announce again"), st.integers(0, 9)),
    st.tuples(st.just("tick"), st.integers(0, 40)),
    st.tuples(st.just("ask"), st.integers(0, 1)),
    st.tuples(st.just("zone"), st.integers(0, len(ZONES) - 1)),
    st.tuples(st.just("time"), st.integers(0, 23)),
    st.tuples(st.just("stop and undo"), st.integers(0, 1)),
    st.tuples(st.just("pause or resume"), st.booleans()),
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Store]:
    """One store for all orders; each has a chat and papers of its own."""
    store = open_store("sqlite://", analyze=index_text)
    yield store
    store.close()


@dataclass
class _Course:
    """One chat with two topics, and what happens to it."""

    store: Store
    reader: Chat
    now: datetime = NOW
    announced: list[int] = field(default_factory=list)

    def move(self, what: str, value: int) -> None:
        {
            "announce": self._announce,
            "announce again": self._announce_again,
            "tick": self._tick,
            "ask": self._ask,
            "zone": self._zone,
            "time": self._time,
            "stop and undo": self._stop_and_undo,
            "pause or resume": self._pause_or_resume,
        }[what](value)
        self.now += timedelta(seconds=1)

    def _announce(self, numbers: int) -> None:
        new = [next(_papers) for _ in range(numbers)]
        self.announced += new
        announce(self.store, papers(*new[::2]), day=self.now.date())
        announce(self.store, papers(*new[1::2], word="robots"), day=self.now.date())

    def _announce_again(self, which: int) -> None:
        """In another feed, as cross-listed."""
        if self.announced:
            old = self.announced[which % len(self.announced)]
            paper = self.store.papers.get(f"arxiv:2611.8{old:04}")
            assert paper
            announce(
                self.store,
                [paper],
                kind=AnnouncementKind.CROSS,
                feed=f"{self.now}",
                day=self.now.date(),
            )

    def _tick(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        mark_feed_round_complete(self.store, self.now)
        assert publish_due_chats(self.store, BOT, self.now).failed == 0

    def _ask(self, which: int) -> None:
        topic = self.store.subscriptions.of_chat(BOT, self.reader.id)[which]
        issue_on_demand(self.store, self.reader, topic, self.now)

    def _zone(self, which: int) -> None:
        with self.store.transaction():
            edit_subscriptions.set_zone(self.store, self._current(), ZONES[which], self.now)

    def _time(self, hour: int) -> None:
        """Midnight stands for as soon as announced."""
        cadence = Cadence(times=(time(hour),) if hour else ())
        with self.store.transaction():
            edit_subscriptions.set_cadence(self.store, self._current(), cadence, self.now)

    def _stop_and_undo(self, which: int) -> None:
        topic = self.store.subscriptions.of_chat(BOT, self.reader.id)[which]
        with self.store.transaction():
            gone = edit_subscriptions.unsubscribe(self.store, self.reader, topic.key)
            assert edit_subscriptions.restore_topic(
                self.store, gone, self.now, polled_categories=(), limit=9
            )

    def _pause_or_resume(self, pause: int) -> None:
        if pause:
            self.store.chats.pause(BOT, self.reader.id, "asked")
        else:
            self.store.chats.resume(BOT, self.reader.id)

    def _current(self) -> Chat:
        chat = self.store.chats.get(BOT, self.reader.id)
        assert chat
        return chat


@settings(max_examples=60)
@given(moves=st.lists(MOVES, min_size=1, max_size=25), limit=st.sampled_from([2, 12]))
def test_no_order_of_events_repeats_or_loses_a_paper(
    shared: Store, moves: list[tuple[str, int]], limit: int
) -> None:
    course = _Course(shared, create_chat(shared, next(_chats)))
    for words in TOPICS:
        set_topic_limit(shared, subscribe_chat(shared, course.reader, words), limit)

    for what, value in [*moves, ("pause or resume", 0), ("tick", 72)]:
        course.move(what, value)

    issued = issued_digests(shared, course.reader)
    shown_numbers = [number for digest in issued for number in paper_numbers(digest.entries)]
    left_out = {number for digest in issued for number in paper_numbers(digest.left_out)}
    assert len(shown_numbers) == len(set(shown_numbers)), "twice"
    assert set(course.announced) == {*shown_numbers, *left_out}, "lost"
    shared.chats.pause(BOT, course.reader.id, "the example is over")
