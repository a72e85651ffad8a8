"""How fast messages may leave, and when they wait: by a clock that tests move."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.chat.polling import RIVALRY, Rivalry
from bot.pace import Breaker, Floods, Pace


@dataclass
class Time:
    """A monotonic clock that moves only when somebody sleeps, or is told to."""

    at: float = 100.0
    left: list[float] = field(default_factory=list)

    def now(self) -> float:
        """The instant."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Time passes at once."""
        self.at += seconds


async def test_messages_leave_evenly_and_never_in_a_burst() -> None:
    clock = Time()
    pace = Pace(30.0, monotonic=clock.now, sleep=clock.sleep)

    for _ in range(31):
        await pace.turn()
        clock.left.append(clock.at)

    gaps = [later - earlier for earlier, later in zip(clock.left, clock.left[1:], strict=False)]
    assert gaps == pytest.approx([1 / 30] * 30)


async def test_a_quiet_time_saves_nothing_up() -> None:
    """Telegram counts each second anew: what was not sent before does not count."""
    clock = Time()
    pace = Pace(10.0, monotonic=clock.now, sleep=clock.sleep)
    await pace.turn()
    clock.at += 60.0

    began = clock.at
    for _ in range(11):
        await pace.turn()

    assert clock.at - began == pytest.approx(1.0)


async def test_who_waits_together_leaves_one_after_the_other() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    pace = Pace(4.0, monotonic=lambda: 0.0, sleep=sleep)
    await asyncio.gather(*(pace.turn() for _ in range(4)))

    assert waits == pytest.approx([0.25, 0.25, 0.25])


def test_a_breaker_opens_after_failures_in_a_row_and_waits_ever_longer() -> None:
    clock = Time()
    breaker = Breaker(monotonic=clock.now, after=3, first=5.0, longest=20.0)
    for _ in range(3):
        assert breaker.allows()
        breaker.note(reached=False)

    pauses = []
    for _ in range(4):
        began = clock.at
        while not breaker.allows():
            clock.at += 1.0
        pauses.append(clock.at - began)
        breaker.note(reached=False)

    assert breaker.is_open
    assert pauses == [5.0, 10.0, 20.0, 20.0]


def test_after_a_pause_one_attempt_is_let_through_until_it_is_known() -> None:
    clock = Time()
    breaker = Breaker(monotonic=clock.now, after=1, first=5.0)
    breaker.note(reached=False)
    clock.at += 5.0

    allowed = [breaker.allows() for _ in range(3)]
    breaker.note(reached=True)

    assert allowed == [True, False, False]
    assert breaker.allows()
    assert not breaker.is_open


def test_failures_between_successes_open_nothing() -> None:
    breaker = Breaker(monotonic=Time().now, after=2)

    for _ in range(10):
        breaker.note(reached=False)
        breaker.note(reached=True)

    assert breaker.allows()


def test_an_attempt_that_had_nothing_to_try_is_given_back() -> None:
    clock = Time()
    breaker = Breaker(monotonic=clock.now, after=1, first=5.0)
    breaker.note(reached=False)
    clock.at += 5.0

    assert breaker.allows()
    breaker.unused()

    assert breaker.allows()


def test_several_chats_told_to_wait_at_once_are_everybodys_matter() -> None:
    clock = Time()
    floods = Floods(monotonic=clock.now, chats=3, within=5.0)

    assert [floods.note(chat) for chat in (1, 1, 1, 2)] == [False] * 4
    assert floods.note(3)
    clock.at += 5.1
    assert not floods.note(4)


def test_a_new_poller_gives_way_at_the_second_conflict() -> None:
    rivalry = Rivalry(Time().now)

    assert [rivalry.lost(), rivalry.lost()] == [False, True]


def test_an_old_poller_stays_until_a_conflict_does_not_end() -> None:
    clock = Time()
    rivalry = Rivalry(clock.now)
    rivalry.answered()

    lost = []
    for _ in range(4):
        lost.append(rivalry.lost())
        clock.at += RIVALRY / 3
    assert lost == [False, False, False, True]


def test_conflicts_far_apart_are_no_rivalry() -> None:
    """Such as a process that is halted and goes on, once a day."""
    clock = Time()
    rivalry = Rivalry(clock.now)
    rivalry.answered()

    for _ in range(10):
        assert not rivalry.lost()
        clock.at += RIVALRY + 1
