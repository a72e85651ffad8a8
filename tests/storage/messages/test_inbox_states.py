"""The inbox as a machine: whatever is killed or halted when, each update has its effect once.

The effect is a change of a topic, whose fence counts it; Telegram is a queue that forgets what
was acknowledged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from storage import Store
from storage.engine.sqlite import Engine
from storage.messages.inbox import Inbox
from storage.records.chats import Cadence, Chat, ChatKind, Subscription
from storage.records.messages import InboxUpdate
from tests.storage.builders import NOW
from tests.storage.state_machines import (
    check_machine_finds_bug,
    next_bot_id,
    quick_settings,
    run_machine,
    shared_store,
)
from tests.support.database import pending_updates
from tests.support.planted_bugs import plant_bug

CHATS = (11, 12, -13)
BATCH = 3
_ACTIONS = (
    *("arrive", "arrive", "poll", "poll", "replay", "begin", "begin", "finish", "finish"),
    *("fail", "die", "retire"),
)


class InboxMachine(RuleBasedStateMachine):
    """Three chats that write, a poller, and answerers that may die between any two steps."""

    def __init__(self) -> None:
        super().__init__()
        self.store: Store = shared_store()
        self.bot = next_bot_id()
        self.last_batch: list[InboxUpdate] = []
        self.queue: list[InboxUpdate] = []  # what Telegram still has
        self.came: dict[int, list[int]] = {chat: [] for chat in CHATS}
        self.effects: dict[int, list[int]] = {chat: [] for chat in CHATS}
        self.failed: set[int] = set()
        self.errands: set[int] = set()  # applied, and something is to be fetched yet
        self.flying: list[InboxUpdate] = []  # begun by somebody, and not finished
        self.topics: dict[int, int] = {}
        for chat in CHATS:
            self.store.chats.get_or_add(Chat(self.bot, chat, ChatKind.PRIVATE))
            followed = Subscription(self.bot, chat, "q", "", Cadence(), "UTC", 0, NOW)
            self.topics[chat] = self.store.subscriptions.add(followed)[0].key

    @rule(data=st.data(), action=st.sampled_from(_ACTIONS))
    def act(self, data: st.DataObject, action: str) -> None:
        """One rule for all: Hypothesis would switch whole rules off."""
        getattr(self, action)(data)

    def arrive(self, data: st.DataObject) -> None:
        """Somebody writes."""
        where = data.draw(st.sampled_from(CHATS))
        update = InboxUpdate(self.bot, 1 + sum(map(len, self.came.values())), where, "{}")
        self.came[where].append(update.id)
        self.queue.append(update)

    def poll(self, data: st.DataObject) -> None:
        """Asking acknowledges what is stored; the poller may die before it has stored the rest."""
        offset = self.store.inbox.last_update_id(self.bot) + 1
        self.queue = [update for update in self.queue if update.id >= offset]
        batch = self.queue[:BATCH]
        if data.draw(st.integers(0, 4)):
            self.store.inbox.put(batch)
            self.last_batch = batch

    def replay(self, _: st.DataObject) -> None:
        """A poller that was halted stores its batch, which another has stored before."""
        self.store.inbox.put(self.last_batch)

    def begin(self, data: st.DataObject) -> None:
        """An answerer takes the head of a chat; another may have done so and be halted."""
        heads = self.store.inbox.next_of_each_chat(self.bot)
        assert len({update.chat for update in heads}) == len(heads)
        if not heads:
            return
        update = data.draw(st.sampled_from(heads))
        assert bool(update.follow_up) == (update.id in self.errands), (
            "an errand is lost or invented"
        )
        if update.follow_up:
            assert update.id == self.effects[update.chat][-1], "passed by a later update"
            assert self.store.inbox.count_attempt(self.bot, update.id) >= 2
            self.flying.append(update)
            return
        settled = len(self.effects[update.chat]) + len(self._failed_in(update.chat))
        assert settled < len(self.came[update.chat]), "applied more often than it came"
        assert update.id == self.came[update.chat][settled], "out of order"
        assert self.store.inbox.count_attempt(self.bot, update.id) >= 1
        self.flying.append(update)

    def finish(self, data: st.DataObject) -> None:
        """Mark and effect in one transaction, which a kill may undo; or what an errand brought."""
        if not self.flying:
            return
        update = data.draw(st.sampled_from(self.flying))
        self.flying.remove(update)
        killed, has_follow_up = data.draw(st.booleans()), data.draw(st.booleans())
        inbox = self.store.inbox
        try:
            with self.store.transaction():
                if update.follow_up:
                    is_first = inbox.mark_follow_up_done(self.bot, update.id)
                else:
                    is_first = inbox.mark_applied(self.bot, update.id)
                if is_first and not update.follow_up:
                    self._effect(update)
                    if has_follow_up:
                        inbox.set_follow_up(update, "what is to be fetched")
                if killed:
                    raise InterruptedError
        except InterruptedError:
            return
        if update.follow_up:
            assert is_first == (update.id in self.errands), "answered twice, or not at all"
            self.errands.discard(update.id)
        elif is_first:
            self.effects[update.chat].append(update.id)
            if has_follow_up:
                self.errands.add(update.id)

    def _effect(self, update: InboxUpdate) -> None:
        current = self._topic(update.chat)
        assert self.store.subscriptions.update(replace(current, name=str(update.id)))

    def fail(self, data: st.DataObject) -> None:
        """A mistake of ours: the update is set aside."""
        if self.flying:
            update = data.draw(st.sampled_from(self.flying))
            self.flying.remove(update)
            if update.follow_up:
                return  # it is answered with a word instead
            if self.store.inbox.mark_failed(self.bot, update.id, "exception"):
                self.failed.add(update.id)

    def die(self, _: st.DataObject) -> None:
        """Everything that was begun is forgotten."""
        self.flying.clear()

    def retire(self, _: st.DataObject) -> None:
        """Old updates are deleted, never those that Telegram may still send."""
        self.store.inbox.delete_settled(self.bot, keep_newest=BATCH)

    @invariant()
    def each_effect_happened_once_and_in_order(self) -> None:
        for where in CHATS:
            applied = self.effects[where]
            assert self._topic(where).row_version == len(applied), (
                "applied twice, or an effect lost"
            )
            assert applied == sorted(set(applied)), "twice, or out of order"
            assert not applied or self._topic(where).name == str(applied[-1])

    @invariant()
    def nothing_is_lost(self) -> None:
        known_ids = {
            update.id for update in [*self.queue, *pending_updates(self.store, self.bot, 1000)]
        }
        for where in CHATS:
            settled = {*self.effects[where], *self.failed}
            assert set(self.came[where]) <= known_ids | settled, "lost"
        pending = {
            update.id for update in pending_updates(self.store, self.bot, 1000) if update.follow_up
        }
        assert pending == self.errands, "an errand is lost"

    def _failed_in(self, where: int) -> set[int]:
        return self.failed & set(self.came[where])

    def _topic(self, where: int) -> Subscription:
        topic = self.store.subscriptions.get(self.topics[where])
        assert topic is not None
        return topic


InboxMachine.TestCase.settings = quick_settings()
TestInbox = InboxMachine.TestCase


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_order_of_updates_loses_or_repeats_an_effect() -> None:
    run_machine(InboxMachine)


_OWN_PUT = Inbox.put
_OWN_LAST = Inbox.last_update_id


def _replay_applies_again(self: Inbox, updates: Iterable[InboxUpdate]) -> int:
    """A stored update that comes once more is pending once more."""
    return sum(
        _OWN_PUT(self, [update])
        or self._engine.execute(
            "update inbox_updates set state = 'pending' where bot = :bot and id = :id",
            bot=update.bot,
            id=update.id,
        )
        for update in updates
    )


def _acknowledged_before_stored(self: Inbox, bot: int) -> int:
    """The next offset is one too high."""
    return _OWN_LAST(self, bot) + 1


def _mark_always_taken(self: Inbox, bot: int, id: int) -> bool:
    """Whether another was first is not asked."""
    self._engine.execute(
        "update inbox_updates set state = 'applied' where bot = :bot and id = :id", bot=bot, id=id
    )
    return True


def _follow_up_in_memory(self: Inbox, update: InboxUpdate, follow_up: str) -> None:
    """What is to be fetched is not written down."""


def _failed_with_its_follow_up(self: Inbox, bot: int, id: int, reason: str = "") -> bool:
    """Who was halted sets aside what another has applied."""
    return bool(
        self._engine.execute(
            "update inbox_updates set state = 'failed' where bot = :bot and id = :id"
            " and state = 'pending'",
            bot=bot,
            id=id,
        )
    )


def _newest_first(self: Inbox, bot: int, limit: int = 100) -> list[InboxUpdate]:
    """The newest of each chat instead of the oldest."""
    engine: Engine = self._engine
    rows = engine.fetch_all(
        """
        select * from inbox_updates where key in (
            select max(key) from inbox_updates where bot = :bot and state = 'pending' group by chat)
        """,
        bot=bot,
    )
    return [InboxUpdate(row["bot"], row["id"], row["chat"], row["body"]) for row in rows]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "bug"),
    [
        ("set_follow_up", _follow_up_in_memory),
        ("mark_failed", _failed_with_its_follow_up),
        ("put", _replay_applies_again),
        ("last_update_id", _acknowledged_before_stored),
        ("mark_applied", _mark_always_taken),
        ("next_of_each_chat", _newest_first),
    ],
)
def test_a_planted_bug_is_found(
    monkeypatch: pytest.MonkeyPatch, method: str, bug: Callable[..., object]
) -> None:
    plant_bug(monkeypatch, Inbox, method, bug)

    check_machine_finds_bug(InboxMachine)
