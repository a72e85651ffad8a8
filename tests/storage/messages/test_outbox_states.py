"""The outbox as a machine: whatever happens in whatever order, its promises hold.

A recording Telegram counts what arrived. Lost is never allowed; a repeat only where a send
was in doubt, and then the parcel says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.delivery.batched_commits import StoreChange, apply_changes
from storage import Store, open_store
from storage.engine.column_types import to_micros
from storage.messages.outbox import Outbox
from storage.records.messages import (
    ChatUnreachable,
    MessageRejected,
    MessageState,
    OutboxMessage,
    Priority,
    RetryLater,
    SendOutcome,
    Sent,
    UnknownOutcome,
)
from tests.storage.builders import (
    BOT,
    NOW,
    create_chat,
    issue_digest,
    outbox_message,
    paper,
    store_papers,
)
from tests.storage.state_machines import check_machine_finds_bug, run_machine
from tests.support.database import stored_message
from tests.support.planted_bugs import plant_bug

LEASE, WITHIN = 60.0, 20.0
_LONG_AGO = NOW - timedelta(days=365)  # a lease that was given back, even if clocks go back
EXPIRES = 150.0  # seconds until nobody waits for an answer any more
PRESSED = 5  # the message that answers edit
CHATS = (11, -12)
HOLDERS = ("a", "b")
_MOVING = (MessageState.READY, MessageState.SENDING)
_GIVEN_UP = (MessageState.DEAD, MessageState.DROPPED)
_FATES: dict[str, SendOutcome] = {
    "later": RetryLater(30, "502"),
    "unknown": UnknownOutcome("time-out"),
    "refused": MessageRejected("no"),
    "gone": ChatUnreachable("blocked"),
}
_ACTIONS = (
    *("enqueue", "enqueue", "answer", "answer", "claim", "claim"),
    *("write", "write", "write", "write"),
    *(
        "move_the_clock",
        "move_the_clock",
        "kill",
        "acknowledge_late",
        "stop",
        "recover",
        "hold",
        "retry",
    ),
)


class Stumbled(Exception):
    """A change that was made, and fails after all."""


class OutboxMachine(RuleBasedStateMachine):
    """Two senders, two chats, a clock, and a Telegram whose answers may get lost."""

    def __init__(self) -> None:
        super().__init__()
        self.store = open_store("sqlite://")
        # No power cut here; most of the time would go into waiting for the disk.
        self.store._engine.fetch_all("pragma synchronous = off")
        self.now = NOW
        self.put: dict[int, tuple[int, int]] = {}  # parcel key -> chat, paper shown, 0 for answers
        self.answers: dict[int, datetime] = {}  # parcel key -> until when somebody waits for it
        self.edits: set[int] = set()
        self.leases: dict[int, tuple[str, int, datetime]] = {}  # by whom, fence, until
        self.stale: set[tuple[int, int]] = set()  # claims that another has put an end to
        self.hand: list[tuple[str, OutboxMessage]] = []  # claimed, to be sent one day
        self.begun: set[int] = set()  # sends that nobody settled
        self.flying: list[tuple[str, OutboxMessage]] = []  # in the hands of a living sender
        self.unsettled: list[OutboxMessage] = []  # arrived, the acknowledgement is late
        self.arrived: Counter[int] = Counter()
        self.doubts: Counter[int] = Counter()
        self.held_until: dict[int, datetime] = {}
        self.flood_until: dict[int, datetime] = {}  # held by Telegram's own word
        self.papers = store_papers(self.store, [paper(n) for n in range(1, 13)])
        for chat in CHATS:
            create_chat(self.store, chat)

    def teardown(self) -> None:
        self.store.close()

    @rule(data=st.data(), action=st.sampled_from(_ACTIONS))
    def act(self, data: st.DataObject, action: str) -> None:
        """One rule for all: Hypothesis would switch whole rules off, and with them the road."""
        getattr(self, action)(data)

    def enqueue(self, data: st.DataObject) -> None:
        number, shown = data.draw(st.sampled_from(CHATS)), data.draw(st.integers(0, 4))
        keys = [paper.key for paper in self.papers]
        received = self.store.receipts.received_versions(BOT, number, keys)
        if not (free := [paper for paper in self.papers if paper.key not in received]):
            return
        twice = data.draw(st.booleans())
        period = f"d{len(self.put)}"
        digest = issue_digest(self.store, [free[shown % len(free)]], period, number)
        message = outbox_message(number, period=period, digest=digest, first=1, last=1)
        assert self.store.outbox.put_once(message, due_at=self.now)
        assert not (twice and self.store.outbox.put_once(message, due_at=self.now))
        [queued] = self.store.outbox.messages_of_digest(digest)
        self.put[queued.key] = number, free[shown % len(free)].key

    def answer(self, data: st.DataObject) -> None:
        """An update is applied: its answers are queued together, and leased where they may leave.

        An edit takes the place of one that waits.
        """
        number, holder = data.draw(st.sampled_from(CHATS)), data.draw(st.sampled_from(HOLDERS))
        edits = data.draw(st.sampled_from([0, 0, PRESSED]))
        period, until = f"u{len(self.put)}", self.now + timedelta(seconds=EXPIRES)
        answers = [
            replace(
                outbox_message(number, period=period, digest=0, first=0, last=0),
                part=part,
                edited_message_id=edits if part == 1 else 0,
                priority=Priority.REPLY,
                reply_content="what it says",
                expires_at=until,
            )
            for part in range(1, 1 + data.draw(st.integers(1, 2)))
        ]
        before = {key: self._kept(key) for key in self.answers if self.put[key][0] == number}
        leased = self.store.outbox.put_replies(
            answers, now=self.now, holder=holder, lease_seconds=LEASE
        )
        replaced = {
            key
            for key, message in before.items()
            if edits and message.edited_message_id and message.state is MessageState.READY
        }
        for key in replaced:
            assert self._kept(key).state is MessageState.DROPPED, "an older edit would come later"
            self.leases.pop(key, None)
        first = not any(
            message.state in _MOVING for k, message in before.items() if k not in replaced
        )
        is_free = self.flood_until.get(number, self.now) <= self.now
        assert bool(leased) == (first and is_free), "sent before an earlier one, or not at once"
        waiting = self.store.outbox.messages_in_state(BOT, MessageState.READY, 10_000)
        for message in [message for message in waiting if message.period == period]:
            self.put[message.key] = number, 0
            self.answers[message.key] = until
            if message.edited_message_id:
                self.edits.add(message.key)
        for message in leased:
            self.leases[message.key] = (
                holder,
                message.fencing_token,
                self.now + timedelta(seconds=LEASE),
            )
            self.hand.append((holder, message))

    def claim(self, data: st.DataObject) -> None:
        holder, many = data.draw(st.sampled_from(HOLDERS)), data.draw(st.integers(1, 5))
        states = {key: self._kept(key).state for key in self.put}
        claimed = self.store.outbox.claim(BOT, holder, self.now, LEASE, many)
        self._expire()
        assert (
            len({(message.chat, message.key in self.answers) for message in claimed})
            == len(claimed)
            <= many
        )
        for message in claimed:
            is_answer = message.key in self.answers
            earlier = [
                key
                for key, (where, _) in self.put.items()
                if where == message.chat
                and key < message.key
                and (key in self.answers) == is_answer
                # Those that nobody waits for any more are dropped first.
                and self._kept(key).state is not MessageState.DROPPED
            ]
            assert all(states[key] not in _MOVING for key in earlier), "out of order"
            holds = self.flood_until if is_answer else self.held_until
            assert holds.get(message.chat, self.now) <= self.now, "held"
            assert not is_answer or self.answers[message.key] > self.now, "too late"
            self._check_lease(message)
            self.leases[message.key] = (
                holder,
                message.fencing_token,
                self.now + timedelta(seconds=LEASE),
            )
            self.hand.append((holder, message))

    def _expire(self) -> None:
        """Each claim ends all leases that ran out in the middle of a send, for good: also of
        what it does not claim itself, and even if the clock goes back."""
        for key in [key for key in self.begun if self.leases[key][2] <= self.now]:
            self.doubts[key] += key not in self.edits
            self.begun.discard(key)
            self.leases[key] = *self.leases[key][:2], _LONG_AGO

    def _check_lease(self, message: OutboxMessage) -> None:
        _, fence, until = self.leases.get(message.key, ("", 0, _LONG_AGO))
        self.stale.add((message.key, fence))
        assert until <= self.now, "claimed while another's lease lasts"
        assert message.fencing_token > fence, "the fence did not grow"
        assert message.unknown_sends == self.doubts[message.key], "a doubt was missed or invented"

    def write(self, data: st.DataObject) -> None:
        """Sends begin and others end, all in one commit; one of them may fail by itself."""
        ends = [self._ended(data) for _ in range(data.draw(st.integers(0, len(self.flying))))]
        changes: list[StoreChange] = [partial(self._settle, *end) for end in ends if end]
        changes += [partial(self._begin, *pair) for pair in self.hand]
        self.hand = []
        stumbles = data.draw(st.integers(0, 3 * len(changes)))
        if stumbles < len(changes):
            changes[stumbles] = partial(self._stumble, changes[stumbles])
        for result in apply_changes(self.store, changes):
            if isinstance(result, Exception) and not isinstance(result, Stumbled):
                raise result

    def _ended(self, data: st.DataObject) -> tuple[OutboxMessage, SendOutcome] | None:
        """What came of a send, None where nobody is told or not yet."""
        fate = data.draw(st.sampled_from(["sent", "late", "late", "lost", *_FATES]))
        pair = data.draw(st.sampled_from(self.flying))
        self.flying.remove(pair)
        if fate not in _FATES:
            self.arrived[pair[1].key] += 1
        if fate == "late":
            self.unsettled.append(pair[1])
        return None if fate in ("late", "lost") else (pair[1], _FATES.get(fate, Sent(1)))

    def _stumble(self, change: StoreChange) -> bool:
        """What fails after all has changed nothing."""
        state_before = dict(self.leases), set(self.begun), Counter(self.doubts), list(self.flying)
        change()
        self.leases, self.begun, self.doubts, self.flying = state_before
        raise Stumbled

    def _begin(self, holder: str, message: OutboxMessage) -> bool:
        _, fence, until = self.leases.get(message.key, ("", 0, _LONG_AGO))
        is_free = (
            self._kept(message.key).state is MessageState.READY and fence == message.fencing_token
        )
        lasts = until > self.now + timedelta(seconds=WITHIN)
        lasts = lasts and self.answers.get(message.key, self.now + timedelta(days=1)) > self.now
        begun = self.store.outbox.mark_sending(message, self.now, min_lease_seconds=WITHIN)
        assert begun == (is_free and lasts), "begun without a lease, or not with one"
        if begun:
            self.begun.add(message.key)
            self.flying.append((holder, message))
        return begun

    def acknowledge_late(self, _: st.DataObject) -> None:
        if self.unsettled:
            self._settle(self.unsettled.pop(), Sent(1))

    def _settle(self, message: OutboxMessage, outcome: SendOutcome) -> bool:
        current = self._kept(message.key)
        accepted = self.store.send_outcomes.record(message, outcome, self.now)
        rightful = current.fencing_token == message.fencing_token and current.state in _MOVING
        assert not (accepted and (message.key, message.fencing_token) in self.stale), (
            "a stale holder settled"
        )
        assert accepted == rightful, "a stale holder settled, or the rightful one did not"
        if accepted:
            self.begun.discard(message.key)
            self.leases.pop(message.key, None)
            self.doubts[message.key] += isinstance(outcome, UnknownOutcome)
        if accepted and isinstance(outcome, ChatUnreachable):
            for key in [key for key, (where, _) in self.put.items() if where == message.chat]:
                self.begun.discard(key)
                self.leases.pop(key, None)
        return accepted

    def kill(self, data: st.DataObject) -> None:
        """What a process held in memory is gone; its messages in the air still arrive."""
        holder = data.draw(st.sampled_from(HOLDERS))
        for pair in [pair for pair in self.flying if pair[0] == holder]:
            self.arrived[pair[1].key] += 1
            self.flying.remove(pair)
        self.hand = [pair for pair in self.hand if pair[0] != holder]

    def stop(self, data: st.DataObject) -> None:
        """A sender that stops in order gives back what it has not begun."""
        holder = data.draw(st.sampled_from(HOLDERS))
        self.store.outbox.release_holder(holder)
        for key, (whose, fence, _) in list(self.leases.items()):
            if whose == holder and key not in self.begun:
                self.leases[key] = whose, fence, _LONG_AGO

    def recover(self, __: st.DataObject) -> None:
        """Another process takes the duty over; a former sender may be halted, and wake up."""
        sending = {key for key in self.leases if self._kept(key).state is MessageState.SENDING}
        self.store.outbox.recover_claims(BOT)
        for key, (whose, fence, _) in list(self.leases.items()):
            stored_message = self._kept(key)
            assert stored_message.state is not MessageState.SENDING
            if key in sending:  # else nobody has sent it since, and a late word of it is welcome
                self.stale.add((key, fence))
            self.leases[key] = whose, stored_message.fencing_token - 1, _LONG_AGO
        for key in self.begun:
            self.doubts[key] += key not in self.edits
        self.begun.clear()

    def move_the_clock(self, data: st.DataObject) -> None:
        self.now += timedelta(seconds=data.draw(st.sampled_from([61, 5, 300, -30])))

    def hold(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(CHATS))
        until = self.now + timedelta(seconds=data.draw(st.integers(1, 90)))
        is_told = data.draw(st.booleans())
        self.store.outbox.hold_chat(BOT, number, until, by_telegram=is_told)
        if is_told:
            self.flood_until[number] = max(until, self.flood_until.get(number, until))
        self.held_until[number] = max(until, self.held_until.get(number, until))

    def retry(self, data: st.DataObject) -> None:
        if not self.put:
            return
        key = data.draw(st.sampled_from(sorted(self.put)))
        before = self._kept(key).state
        retried = self.store.outbox_repair.retry_message(key, now=self.now)
        others = [
            self._kept(k).state for k in self.put if k != key and self.put[k] == self.put[key]
        ]
        is_bringing = any(state in _MOVING for state in others)
        is_gone = key in self.answers  # nobody knows what it said
        assert retried == (before in _GIVEN_UP and not is_bringing and not is_gone)
        if retried and MessageState.SENT in others:
            self.doubts[key] = max(self.doubts[key], 1)
            assert self._kept(key).unknown_sends, "a repeat by hand is not marked"

    @invariant()
    def nothing_is_lost_and_a_repeat_is_marked(self) -> None:
        assert sum(self.store.outbox.counts_by_state(BOT).values()) == len(self.put)
        for key in self.put:
            stored_message = self._kept(key)
            assert stored_message.state is not MessageState.SENT or self.arrived[key], "lost"
            open_send = key in self.begun and stored_message.state is MessageState.SENDING
            given_up = stored_message.state in _GIVEN_UP
            allowed = stored_message.unknown_sends + 1 + open_send + given_up
            is_marked = self.arrived[key] <= allowed or key in self.edits
            assert is_marked, "sent twice without a doubt"
            if key in self.answers:
                assert bool(stored_message.reply_content) == (stored_message.state in _MOVING), (
                    "kept too long, or lost"
                )
                assert stored_message.state not in (MessageState.DEAD, MessageState.UNKNOWN)

    @invariant()
    def what_moves_or_arrived_is_in_the_receipts(self) -> None:
        for key, (number, shown) in self.put.items():
            if shown and self._kept(key).state in (*_MOVING, MessageState.SENT):
                assert shown in self.store.receipts.received_versions(BOT, number, [shown])

    @invariant()
    def what_was_given_up_is_missed_or_comes_otherwise(self) -> None:
        for number in CHATS:
            missed = {
                digest.paper.key
                for digest in self.store.entries.missed_entries(BOT, number, _LONG_AGO)
            }
            coming = {
                shown
                for key, (where, shown) in self.put.items()
                if where == number and self._kept(key).state in (*_MOVING, MessageState.SENT)
            }
            given_up = {s for where, s in self.put.values() if where == number and s} - coming
            assert missed == given_up, "lost without a trace, or told twice"

    def _kept(self, key: int) -> OutboxMessage:
        message = stored_message(self.store, key)
        assert message is not None
        return message


OutboxMachine.TestCase.settings = settings(max_examples=20, stateful_step_count=50)
TestOutbox = OutboxMachine.TestCase


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_no_order_of_events_loses_a_message_or_hides_a_repeat() -> None:
    run_machine(OutboxMachine)


def _recovered_without_fence(self: Outbox, bot: int) -> int:
    """A former sender's settlements are still taken."""
    return self._engine.execute(
        """
        update outbox_messages set state = 'ready',
            unknown_sends = unknown_sends + (state = 'sending'), holder = '', lease_until = 0
        where bot = :bot and (state = 'sending' or holder <> '')
        """,
        bot=bot,
    )


def _without_doubt(self: Outbox, bot: int, now: datetime) -> None:
    """What another left in the middle comes back as if it had never been sent."""
    self._engine.execute(
        """
        update outbox_messages set state = 'ready', holder = '', lease_until = 0
        where bot = :bot and state = 'sending' and lease_until <= :now
        """,
        bot=bot,
        now=to_micros(now),
    )


def _begun_by_anybody(
    self: Outbox,
    message: OutboxMessage,
    now: datetime,
    *,
    min_lease_seconds: float = 0.0,
    send_seconds: float = 0.0,
) -> bool:
    """Nobody writes down that a send begins."""
    return True


def _never_late(self: Outbox, bot: int, now: datetime) -> None:
    """Nobody looks whether somebody still waits for an answer."""


def _never_waiting(self: Outbox, bot: int, chat: int) -> bool:
    """An answer leaves before an earlier one."""
    return False


def _never_held(self: Outbox, bot: int, chat: int, now: datetime) -> bool:
    """An answer leaves although Telegram asked to wait."""
    return False


def _replacing_nothing(self: Outbox, reply: OutboxMessage, now: datetime) -> None:
    """An older edit is made after all."""


@contextmanager
def _undoing_nothing(self: Store) -> Iterator[None]:
    """What failed in the middle stays half done."""
    yield


@pytest.mark.slow
@pytest.mark.parametrize(
    ("owner", "method", "bug"),
    [
        (Outbox, "drop_expired_replies", _never_late),
        (Outbox, "has_waiting_reply", _never_waiting),
        (Outbox, "drop_replaced_edits", _replacing_nothing),
        (Outbox, "is_held_by_telegram", _never_held),
        (Outbox, "recover_claims", _recovered_without_fence),
        (Outbox, "requeue_interrupted_sends", _without_doubt),
        (Outbox, "mark_sending", _begun_by_anybody),
        (Store, "savepoint", _undoing_nothing),
    ],
)
def test_a_planted_bug_is_found(
    monkeypatch: pytest.MonkeyPatch, owner: object, method: str, bug: Callable[..., object]
) -> None:
    plant_bug(monkeypatch, owner, method, bug)

    check_machine_finds_bug(OutboxMachine)
