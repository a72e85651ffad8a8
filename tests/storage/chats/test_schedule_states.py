"""The schedule as a machine: each occasion is told once, whatever clocks and zones do.

An occasion is a wall-clock date and time of the cadence. There is always something new, so
that each due occasion issues a digest.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.digests.publish import publish_due_chats
from bot.topics import edit_subscriptions, next_due
from storage.records.chats import Cadence, Chat, ChatKind, Subscription
from tests.storage.state_machines import (
    check_machine_finds_bug,
    next_bot_id,
    quick_settings,
    run_machine,
    shared_store,
)
from tests.support.builders import announce, papers
from tests.support.planted_bugs import plant_bug

START = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)  # the clocks of Europe and America go back soon
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Pacific/Honolulu")
TIMES = (time(0, 0), time(2, 30), time(8, 0), time(23, 45))
_ACTIONS = (
    *("tick", "tick", "tick", "pass_time", "pass_time", "pass_days", "turn_back"),
    *("change_zone", "change_zone", "change_time", "pause", "resume"),
)

_papers = count(100_001)  # no other machine of the shared store has these


class ScheduleMachine(RuleBasedStateMachine):
    """One topic of one chat, a clock that goes back and forth, and a reader who travels."""

    def __init__(self) -> None:
        super().__init__()
        self.store, self.bot = shared_store(), next_bot_id()
        self.now = self.latest = START
        self.occasions: list[
            datetime
        ] = []  # occasions since the cadence was chosen, on the wall clock
        self.is_paused = False
        with self.store.transaction():
            chat = self.store.chats.get_or_add(
                Chat(self.bot, 1, ChatKind.PRIVATE, cadence=Cadence(times=(time(8),)))
            )
            edit_subscriptions.subscribe(
                self.store, chat, "diffusion", self.now, polled_categories={"cs.CV"}, limit=5
            )

    @rule(data=st.data(), action=st.sampled_from(_ACTIONS))
    def act(self, data: st.DataObject, action: str) -> None:
        """One rule for all: Hypothesis would switch whole rules off."""
        getattr(self, action)(data)
        self.latest = max(self.latest, self.now)

    def tick(self, _: st.DataObject) -> None:
        """Time comes to the next occasion, or nearly; what is due is issued."""
        announce(self.store, papers(next(_papers)), day=self.now.date())
        before = self._topic()
        due = before.next_due
        is_due = due is not None and due <= self.now and not self.is_paused
        issued = publish_due_chats(self.store, self.bot, self.now).digests
        assert issued == is_due, "not told when it was due, or told when it was not"
        if issued and due is not None:
            self._tell(due.astimezone(ZoneInfo(before.zone)).replace(tzinfo=None))
            assert self._topic().next_due == next_due.next_due(
                before.cadence, before.zone, self.now
            )

    def _tell(self, occasion: datetime) -> None:
        assert not self.occasions or occasion > self.occasions[-1], "an occasion was told twice"
        self.occasions.append(occasion)

    def pass_time(self, data: st.DataObject) -> None:
        """To the very instant that is due, just before or after it, or some hours on."""
        due = self._topic().next_due
        elapsed = timedelta(hours=data.draw(st.integers(1, 9)))
        near = [due + timedelta(minutes=m) for m in (-1, 0, 1)] if due else []
        later = [instant for instant in near if instant > self.now]
        self.now = data.draw(st.sampled_from([self.now + elapsed, *later, *later]))

    def pass_days(self, data: st.DataObject) -> None:
        """The process was down."""
        self.now += timedelta(days=data.draw(st.integers(1, 10)))

    def turn_back(self, data: st.DataObject) -> None:
        """The machine's clock was wrong, by less than what is mended as an error of its own.

        A topic that is due in more than eight days was put off by a clock that was ahead, and
        may then be told of an occasion once more (never of a paper).
        """
        earlier = self.now - timedelta(minutes=data.draw(st.sampled_from([1, 59, 300, 1100])))
        self.now = max(earlier, self.latest - timedelta(hours=20))

    def change_zone(self, data: st.DataObject) -> None:
        """The reader travels; what they were told today is not told again there."""
        if self.now < self.latest:
            return  # a clock that is behind cannot know what has been
        with self.store.transaction():
            edit_subscriptions.set_zone(
                self.store, self._chat(), data.draw(st.sampled_from(ZONES)), self.now
            )

    def change_time(self, data: st.DataObject) -> None:
        """Another time is another occasion: the same day may have one more."""
        if self.now < self.latest:
            return
        chosen = data.draw(st.lists(st.sampled_from(TIMES), min_size=1, max_size=3, unique=True))
        days = data.draw(st.sampled_from([(), (0, 1, 2, 3, 4), (6,)]))
        cadence = Cadence(times=tuple(sorted(chosen)), weekdays=days)
        with self.store.transaction():
            edit_subscriptions.set_cadence(self.store, self._chat(), cadence, self.now)
        self.occasions = []

    def pause(self, _: st.DataObject) -> None:
        """Nothing is told until it ends."""
        self.store.chats.pause(self.bot, 1, "asked")
        self.is_paused = True

    def resume(self, _: st.DataObject) -> None:
        """One digest covers the pause."""
        self.store.chats.resume(self.bot, 1)
        self.is_paused = False

    @invariant()
    def the_next_time_is_one_of_the_cadence(self) -> None:
        topic = self._topic()
        assert topic.next_due is not None
        local_time = topic.next_due.astimezone(ZoneInfo(topic.zone))
        shifted = local_time.replace(fold=0).time() not in topic.cadence.times
        assert not shifted or _is_beside_a_gap(local_time), "at another time than was asked for"
        weekdays = topic.cadence.weekdays or range(7)
        assert shifted or local_time.weekday() in weekdays, "on another day than was asked for"

    @invariant()
    def each_digest_is_of_an_occasion_of_its_own(self) -> None:
        headings = self.store.digests.headings_of_chat(self.bot, 1, limit=100)
        periods = [digest_heading.period for digest_heading in headings]
        assert len(set(periods)) == len(periods)

    def _chat(self) -> Chat:
        chat = self.store.chats.get(self.bot, 1)
        assert chat is not None
        return chat

    def _topic(self) -> Subscription:
        [topic] = self.store.subscriptions.of_chat(self.bot, 1)
        return topic


def _is_beside_a_gap(local_time: datetime) -> bool:
    """Whether the clocks went forward within the hours before this reading."""
    earlier = (local_time.astimezone(UTC) - timedelta(hours=3)).astimezone(local_time.tzinfo)
    return local_time.utcoffset() != earlier.utcoffset()


ScheduleMachine.TestCase.settings = quick_settings(40)
TestSchedule = ScheduleMachine.TestCase


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_clock_and_no_journey_repeats_or_skips_an_occasion() -> None:
    run_machine(ScheduleMachine)


def _zone_alone(
    cadence: Cadence, zone: str, after: datetime, *, last_served: datetime, old_zone: str
) -> datetime | None:
    """What the old zone was served is not asked."""
    return next_due.next_due(cadence, zone, after)


def _a_day_from_now(cadence: Cadence, zone: str, after: datetime) -> datetime | None:
    """Twenty-four hours on, instead of the next reading of the clock."""
    return after + timedelta(days=1)


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        pytest.param("next_due_after_zone_change", _zone_alone, marks=pytest.mark.slow),
        ("next_due", _a_day_from_now),
    ],
)
def test_a_planted_bug_is_found(
    monkeypatch: pytest.MonkeyPatch, name: str, bug: Callable[..., datetime | None]
) -> None:
    plant_bug(monkeypatch, next_due, name, bug)

    check_machine_finds_bug(ScheduleMachine)
