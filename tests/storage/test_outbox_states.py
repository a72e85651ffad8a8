"""The outbox as a machine: whatever happens in whatever order, its promises hold.

A recording Telegram counts what arrived. Lost is never allowed; a repeat only where a send
was in doubt, and then the parcel says so.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from storage import Gone, Later, Parcel, ParcelState, Refused, Sent, Unknown, open_store
from tests.storage.situations import BOT, NOW, chat, issued, paper, parcel, stored

LEASE = 60.0
CHATS = (11, 12, -13)
HOLDERS = ("a", "b")
_MOVING = (ParcelState.READY, ParcelState.SENDING)


class OutboxMachine(RuleBasedStateMachine):
    """Two senders, three chats, a clock, and a Telegram whose answers may get lost."""

    def __init__(self) -> None:
        super().__init__()
        self.store = open_store("sqlite://")
        self.now = NOW
        self.put: dict[int, int] = {}  # parcel key -> chat
        self.claims: list[tuple[str, Parcel]] = []  # claimed, not begun
        self.flying: list[tuple[str, Parcel]] = []  # begun, outcome not settled
        self.unsettled: list[Parcel] = []  # arrived, the acknowledgement is late
        self.arrived: Counter[int] = Counter()
        self.papers = stored(self.store, [paper(n) for n in range(1, 6)])
        self.part = 0
        for one in CHATS:
            chat(self.store, one)

    def teardown(self) -> None:
        self.store.close()

    @rule(number=st.sampled_from(CHATS), shown=st.integers(0, 4), twice=st.booleans())
    def enqueue(self, number: int, shown: int, twice: bool) -> None:
        self.part += 1
        digest = issued(self.store, [self.papers[shown]], f"d{self.part}", number)
        one = parcel(number, period=f"d{self.part}", digest=digest, first=1, last=1)
        assert self.store.outbox.put_once(one, due=self.now)
        assert not (twice and self.store.outbox.put_once(one, due=self.now))
        [kept] = self.store.outbox.of_digest(digest)
        self.put[kept.key] = number

    @rule(holder=st.sampled_from(HOLDERS), limit=st.integers(1, 3))
    def claim(self, holder: str, limit: int) -> None:
        claimed = self.store.outbox.claim(BOT, holder, self.now, LEASE, limit)
        assert len({one.chat for one in claimed}) == len(claimed) <= limit
        for one in claimed:
            earlier = [k for k, where in self.put.items() if where == one.chat and k < one.key]
            assert all(self._state(key) not in _MOVING for key in earlier), "out of order"
        self.claims += [(holder, one) for one in claimed]

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        pair = data.draw(st.sampled_from(self.claims))
        self.claims.remove(pair)
        if self.store.outbox.begin(pair[1], self.now, within=20):
            self.flying.append(pair)

    @precondition(lambda self: self.flying)
    @rule(
        data=st.data(),
        fate=st.sampled_from(["sent", "late", "lost", "later", "unknown", "refused"]),
    )
    def send(self, data: st.DataObject, fate: str) -> None:
        pair = data.draw(st.sampled_from(self.flying))
        self.flying.remove(pair)
        one = pair[1]
        if fate in ("sent", "late", "lost"):
            self._arrive(one)
        if fate == "late":
            self.unsettled.append(one)
        outcome = {
            "sent": Sent(1),
            "later": Later(30, "502"),
            "unknown": Unknown("time-out"),
            "refused": Refused("no"),
        }.get(fate)
        if outcome is not None:
            self.store.outbox.settle(one, outcome, self.now)

    @precondition(lambda self: self.unsettled)
    @rule(data=st.data())
    def acknowledge_late(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.unsettled))
        self.unsettled.remove(one)
        current = self.store.outbox.get(one.key)
        assert current is not None
        accepted = self.store.outbox.settle(one, Sent(1), self.now)
        assert not (accepted and current.fence != one.fence), "a stale holder settled"

    @precondition(lambda self: self.flying)
    @rule(data=st.data())
    def block(self, data: st.DataObject) -> None:
        pair = data.draw(st.sampled_from(self.flying))
        self.flying.remove(pair)
        self.store.outbox.settle(pair[1], Gone("blocked"), self.now)

    @rule(holder=st.sampled_from(HOLDERS))
    def kill(self, holder: str) -> None:
        """What a process held in memory is gone; messages in the air may still arrive."""
        self.claims = [pair for pair in self.claims if pair[0] != holder]
        for pair in [pair for pair in self.flying if pair[0] == holder]:
            self._arrive(pair[1])
            self.flying.remove(pair)

    @rule(seconds=st.sampled_from([1, 20, 45, 61, 300]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def turn_the_clock_back(self) -> None:
        self.now -= timedelta(seconds=30)

    @rule(number=st.sampled_from(CHATS), seconds=st.integers(1, 90))
    def hold(self, number: int, seconds: int) -> None:
        self.store.outbox.hold(BOT, number, self.now + timedelta(seconds=seconds))

    @precondition(lambda self: self.put)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.put)))
        before = self._state(key)
        retried = self.store.outbox.retry(key, now=self.now)
        assert retried == (before in (ParcelState.DEAD, ParcelState.DROPPED, ParcelState.UNKNOWN))

    @invariant()
    def nothing_is_lost(self) -> None:
        counted = sum(self.store.outbox.counts(BOT).values())
        assert counted == len(self.put)
        for key in self.put:
            assert self._state(key) is not ParcelState.SENT or self.arrived[key] > 0

    @invariant()
    def a_repeat_is_marked(self) -> None:
        for key, times in self.arrived.items():
            kept = self.store.outbox.get(key)
            assert kept is not None
            assert times <= kept.doubts + 1, "sent twice without a doubt"

    @invariant()
    def a_chat_has_what_the_ledger_says(self) -> None:
        """Whatever arrived for certain is received; what was dropped unseen is free."""
        for key, number in self.put.items():
            one = self.store.outbox.get(key)
            assert one is not None
            digest = self.store.digests.get(one.digest)
            assert digest is not None
            shown = digest.entries[0].paper.key
            if one.state in (*_MOVING, ParcelState.SENT):
                assert shown in self.store.digests.received(BOT, number, [shown])

    def _arrive(self, one: Parcel) -> None:
        self.arrived[one.key] += 1

    def _state(self, key: int) -> ParcelState:
        kept = self.store.outbox.get(key)
        assert kept is not None
        return kept.state


OutboxMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestOutbox = OutboxMachine.TestCase
