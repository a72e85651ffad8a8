"""Ledger and cursors as a machine: each announced paper is told to each chat once, or left out.

Whenever a topic's cursor moves, what it passes has to stand in a digest of the chat: shown,
or among the rest. What was shown once is shown again only as a higher version, where asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import count

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.digests.issue_digest import issue_news, prepare_news
from bot.digests.publish import mark_feed_round_complete, publish_due_chats
from bot.topics import edit_subscriptions
from storage import Store
from storage.chats.subscriptions import Subscriptions
from storage.digests.receipts import Receipts
from storage.records.chats import Cadence, Chat, ChatKind, Subscription
from storage.records.digests import Digest, Entry
from storage.records.papers import AnnouncementKind
from tests.storage.state_machines import (
    check_machine_finds_bug,
    next_bot_id,
    quick_settings,
    run_machine,
    shared_store,
)
from tests.support.builders import NOW, announce, papers
from tests.support.database import announcements_after
from tests.support.planted_bugs import plant_bug

CHATS = (1, 2)
WORDS = ("diffusion", "robots")
TOPICS = ("diffusion", "study", "robots")  # every paper is a study
ZONES = ("UTC", "Asia/Shanghai", "Pacific/Honolulu", "Pacific/Auckland")
_ACTIONS = (
    *("announce", "announce", "revise", "tick", "tick", "ask", "stumble", "pass_time"),
    *("outage", "stop_and_undo", "edit", "want_replacements"),
    *("cross_list", "move", "change_time", "pause_or_resume"),
)

_papers = count(1)


class ReceiptsMachine(RuleBasedStateMachine):
    """Two chats with overlapping topics; papers and versions of them come and go on."""

    def __init__(self) -> None:
        super().__init__()
        self.store, self.bot, self.now = shared_store(), next_bot_id(), NOW
        self.words: dict[int, str] = {}  # of each paper by its number
        self.versions: dict[int, int] = {}
        self.digests: dict[int, Digest] = {}  # as they were issued: nothing here revises one
        with self.store.transaction():
            for number in CHATS:
                chat = self.store.chats.get_or_add(
                    Chat(self.bot, number, ChatKind.PRIVATE, cadence=Cadence((time(8),)))
                )
                for words in TOPICS[:number]:
                    edit_subscriptions.subscribe(
                        self.store, chat, words, self.now, polled_categories={"cs.CV"}, limit=5
                    )

    @rule(data=st.data(), action=st.sampled_from(_ACTIONS))
    def act(self, data: st.DataObject, action: str) -> None:
        """One rule for all; then each topic whose cursor has moved accounts for what it passed."""
        before = self._topics()
        getattr(self, action)(data)
        after = self._topics()
        for key in before.keys() & after.keys():
            self._account(before[key], after[key])
        self.now += timedelta(seconds=1)

    def _account(self, before: Subscription, after: Subscription) -> None:
        assert after.cursor >= before.cursor, "a cursor went back"
        if after.cursor == before.cursor:
            return
        passed = {
            _number(announcement.paper.id)
            for announcement in announcements_after(self.store, before.cursor)
            if announcement.seq <= after.cursor and (announcement.paper.version == 1)
        }
        matching = {
            n for n in passed & self.words.keys() if before.query in ("study", self.words[n])
        }
        assert matching <= {_number(entry.paper.id) for entry in self._entries(before.chat)}, "lost"

    def announce(self, data: st.DataObject) -> None:
        """New papers, in one of two fields."""
        for _ in range(data.draw(st.integers(1, 3))):
            number = next(_papers)
            self.words[number] = data.draw(st.sampled_from(WORDS))
            self.versions[number] = 1
            announce(self.store, papers(number, word=self.words[number]), day=self.now.date())

    def revise(self, data: st.DataObject) -> None:
        """A higher version of a paper is announced."""
        if self.words:
            number = data.draw(st.sampled_from(sorted(self.words)))
            self.versions[number] += 1
            higher = papers(number, word=self.words[number], version=self.versions[number])
            announce(self.store, higher, day=self.now.date(), kind=AnnouncementKind.REPLACE)

    def tick(self, _: st.DataObject) -> None:
        """The next morning."""
        self.now += timedelta(hours=24)
        assert publish_due_chats(self.store, self.bot, self.now).failed == 0

    def stumble(self, _: st.DataObject) -> None:
        """A chat's digest fails in the middle: nothing of it is kept, and it comes later."""
        self.now += timedelta(hours=24)
        with _stumbling(self.store):
            publish_due_chats(self.store, self.bot, self.now)

    def ask(self, data: st.DataObject) -> None:
        """By command, at any time."""
        topic = data.draw(st.sampled_from(list(self._topics().values())))
        chat = self._chat(topic.chat)
        [news] = prepare_news(self.store, chat, (topic,), self.now)
        with self.store.transaction():
            issue_news(self.store, chat, replace(news, recent_digest=None), self.now)

    def pass_time(self, data: st.DataObject) -> None:
        """Some hours, in which nothing is done."""
        self.now += timedelta(hours=data.draw(st.integers(1, 30)))

    def outage(self, data: st.DataObject) -> None:
        """Days, in which nothing is done."""
        self.now += timedelta(days=data.draw(st.integers(2, 10)))

    def stop_and_undo(self, data: st.DataObject) -> None:
        """A topic that was stopped goes on where it was."""
        topic = data.draw(st.sampled_from(list(self._topics().values())))
        chat = self._chat(topic.chat)
        with self.store.transaction():
            gone = edit_subscriptions.unsubscribe(self.store, chat, topic.key)
            assert edit_subscriptions.restore_topic(
                self.store, gone, self.now, polled_categories=(), limit=9
            )

    def edit(self, data: st.DataObject) -> None:
        """Other words, between two ticks; a change of an older state is not taken."""
        topic = data.draw(st.sampled_from(list(self._topics().values())))
        taken = {
            subscription.query
            for subscription in self._topics().values()
            if subscription.chat == topic.chat
        }
        if free := sorted(set(TOPICS) - taken):
            changed = replace(topic, query=data.draw(st.sampled_from(free)))
            assert self.store.subscriptions.update(changed)
            assert not self.store.subscriptions.update(replace(topic, name="too late"))

    def want_replacements(self, data: st.DataObject) -> None:
        """From now on higher versions too."""
        topic = data.draw(st.sampled_from(list(self._topics().values())))
        kinds = topic.kinds | {AnnouncementKind.REPLACE}
        assert self.store.subscriptions.update(replace(topic, kinds=kinds))

    def cross_list(self, data: st.DataObject) -> None:
        """Another feed announces a paper once more."""
        if self.words:
            number = data.draw(st.sampled_from(sorted(self.words)))
            paper = papers(number, word=self.words[number], version=self.versions[number])
            day = self.now.date()
            announce(self.store, paper, day=day, kind=AnnouncementKind.CROSS, feed=f"{self.now}")

    def move(self, data: st.DataObject) -> None:
        """A chat lives by another clock from now on."""
        chat = self._chat(data.draw(st.sampled_from(CHATS)))
        with self.store.transaction():
            edit_subscriptions.set_zone(
                self.store, chat, data.draw(st.sampled_from(ZONES)), self.now
            )

    def change_time(self, data: st.DataObject) -> None:
        """A chat wants its digests at another hour, or as soon as announced."""
        chat = self._chat(data.draw(st.sampled_from(CHATS)))
        times = data.draw(st.sampled_from([(), (time(8),), (time(19),)]))
        with self.store.transaction():
            edit_subscriptions.set_cadence(self.store, chat, Cadence(times), self.now)

    def pause_or_resume(self, data: st.DataObject) -> None:
        """A chat wants nothing for a while."""
        chat = self._chat(data.draw(st.sampled_from(CHATS)))
        if chat.pause_reason:
            self.store.chats.resume(self.bot, chat.id)
        else:
            self.store.chats.pause(self.bot, chat.id, "asked")

    def teardown(self) -> None:
        """Once everybody has had a digest, no topic has anything before it."""
        for number in CHATS:
            self.store.chats.resume(self.bot, number)
        self.now += timedelta(hours=72)
        mark_feed_round_complete(self.store, self.now)
        assert publish_due_chats(self.store, self.bot, self.now).failed == 0
        for topic in self._topics().values():
            assert topic.cursor == self.store.announcements.last_seq(), "a topic was left behind"

    @invariant()
    def nothing_is_shown_twice(self) -> None:
        for number in CHATS:
            shown = [(message.paper.id, message.paper.version) for message in self._shown(number)]
            highest: dict[str, int] = {}
            for name, version in shown:
                assert version > highest.get(name, 0), "shown twice, or an older version"
                highest[name] = version

    @invariant()
    def each_digest_is_on_its_way(self) -> None:
        for number in CHATS:
            for digest_heading in self.store.digests.headings_of_chat(self.bot, number, limit=100):
                assert self.store.outbox.messages_of_digest(digest_heading.number), (
                    "issued and never sent"
                )

    @invariant()
    def what_was_shown_is_in_the_receipts(self) -> None:
        for number in CHATS:
            shown = {message.paper.key: message.paper.version for message in self._shown(number)}
            assert self.store.receipts.received_versions(self.bot, number, shown) == shown

    def _shown(self, chat: int) -> Iterator[Entry]:
        return (entry for entries, _ in self._digests(chat) for entry in entries)

    def _entries(self, chat: int) -> Iterator[Entry]:
        return (entry for both in self._digests(chat) for entries in both for entry in entries)

    def _digests(self, chat: int) -> Iterable[tuple[tuple[Entry, ...], tuple[Entry, ...]]]:
        for digest_heading in reversed(
            self.store.digests.headings_of_chat(self.bot, chat, limit=100)
        ):
            if digest_heading.number not in self.digests:
                digest = self.store.digests.get(digest_heading.number)
                assert digest is not None
                self.digests[digest_heading.number] = digest
            digest = self.digests[digest_heading.number]
            yield digest.entries, digest.left_out

    def _topics(self) -> dict[int, Subscription]:
        topics = [
            topic for chat in CHATS for topic in self.store.subscriptions.of_chat(self.bot, chat)
        ]
        return {topic.key: topic for topic in topics}

    def _chat(self, number: int) -> Chat:
        chat = self.store.chats.get(self.bot, number)
        assert chat is not None
        return chat


def _number(paper: str) -> int:
    return int(paper.partition(".8")[2])


@contextmanager
def _stumbling(store: Store) -> Iterator[None]:
    """The outbox takes nothing for a while."""
    put = store.outbox.put_once

    def refuse(*_: object, **__: object) -> bool:
        raise RuntimeError("stumbled")

    store.outbox.put_once = refuse  # type: ignore[method-assign]
    try:
        yield
    finally:
        store.outbox.put_once = put  # type: ignore[method-assign]


ReceiptsMachine.TestCase.settings = quick_settings(20)
TestReceipts = ReceiptsMachine.TestCase


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_no_order_of_events_repeats_or_loses_a_paper() -> None:
    run_machine(ReceiptsMachine)


def _nothing_received(
    self: Receipts, bot: int, chat: int, paper_keys: Iterable[int]
) -> dict[int, int]:
    """What a chat has is not asked."""
    return {}


def _nothing_reserved(
    self: Receipts, digest: int, *, now: datetime, first_position: int = 1, last_position: int = 0
) -> int:
    """What is shown is not written down."""
    return 0


def _change_without_fence(self: Subscriptions, subscription: Subscription) -> bool:
    """The last one wins."""
    current = self.get(subscription.key)
    assert current is not None
    return _OWN_CHANGE(self, replace(subscription, row_version=current.row_version))


@contextmanager
def _no_transaction(self: Store) -> Iterator[None]:
    """Each write is kept by itself."""
    yield


_OWN_CHANGE = Subscriptions.update


@pytest.mark.parametrize(
    ("owner", "method", "bug"),
    [
        (Receipts, "received_versions", _nothing_received),
        (Receipts, "reserve_entries", _nothing_reserved),
        (Subscriptions, "update", _change_without_fence),
        (Store, "transaction", _no_transaction),
    ],
)
def test_a_planted_bug_is_found(
    monkeypatch: pytest.MonkeyPatch, owner: type, method: str, bug: Callable[..., object]
) -> None:
    plant_bug(monkeypatch, owner, method, bug)

    check_machine_finds_bug(ReceiptsMachine)
