"""How fast messages may leave, and when they wait: by a clock that tests move."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from bot.chat.api.polling import CONFLICT_SECONDS, ConflictTracker
from bot.concurrency.circuit_breaker import CircuitBreaker
from bot.concurrency.rate_limiter import RateLimiter
from bot.delivery.telegram_floods import TelegramFloods
from tests.support.clock import FakeClock


async def test_messages_leave_evenly_and_never_in_a_burst() -> None:
    clock = FakeClock(elapsed=100.0)
    pace = RateLimiter(30.0, monotonic=clock.monotonic, sleep=clock.sleep)

    departures = []
    for _ in range(31):
        await pace.acquire()
        departures.append(clock.elapsed)

    gaps = [later - earlier for earlier, later in pairwise(departures)]
    assert gaps == pytest.approx([1 / 30] * 30)


async def test_a_quiet_time_saves_nothing_up() -> None:
    """Telegram counts each second anew: what was not sent before does not count."""
    clock = FakeClock(elapsed=100.0)
    pace = RateLimiter(10.0, monotonic=clock.monotonic, sleep=clock.sleep)
    await pace.acquire()
    clock.elapsed += 60.0

    began = clock.elapsed
    for _ in range(11):
        await pace.acquire()

    assert clock.elapsed - began == pytest.approx(1.0)


async def test_who_waits_together_leaves_one_after_the_other() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    pace = RateLimiter(4.0, monotonic=lambda: 0.0, sleep=sleep)
    await asyncio.gather(*(pace.acquire() for _ in range(4)))

    assert waits == pytest.approx([0.25, 0.25, 0.25])


async def _leaving(
    rate: float, *, interactive: int, others: int, free: float | None = None
) -> list[tuple[float, bool]]:
    """When each of those who wait at once leaves, and whether somebody waits for it."""
    departures: list[tuple[float, bool]] = []
    clock = FakeClock()

    async def sleep(seconds: float) -> None:
        for _ in range(3):  # whose turn it is leaves before time passes
            await asyncio.sleep(0)
        await clock.sleep(seconds)

    pace = RateLimiter(rate, monotonic=clock.monotonic, sleep=sleep, interactive_rate=free)

    async def leave(*, is_asked: bool) -> None:
        await pace.acquire(interactive=is_asked)
        departures.append((clock.elapsed, is_asked))

    waiting = [leave(is_asked=False) for _ in range(others)]
    await asyncio.gather(*waiting, *(leave(is_asked=True) for _ in range(interactive)))
    return departures


def _busiest_second(departures: list[tuple[float, bool]]) -> int:
    return max(
        sum(instant <= other < instant + 1.0 - 1e-6 for other, _ in departures)
        for instant, _ in departures
    )


async def test_many_who_ask_at_once_are_answered_thirty_a_second() -> None:
    departures = await _leaving(30.0, interactive=90, others=0)

    assert _busiest_second(departures) <= 30
    assert departures[-1][0] == pytest.approx(89 / 30)


async def test_answers_go_first_and_leave_a_third_to_digests() -> None:
    departures = await _leaving(30.0, interactive=90, others=90)

    assert _busiest_second(departures) <= 30
    assert sum(is_asked for _, is_asked in departures[1:61]) == 40, "two thirds while both wait"
    assert [is_asked for _, is_asked in departures[-40:]] == [False] * 40, (
        "then they have all of it"
    )


async def test_what_is_not_paid_for_keeps_to_the_free_rate() -> None:
    departures = await _leaving(1000.0, interactive=60, others=1000, free=30.0)

    answers = [departure for departure in departures if departure[1]]
    assert _busiest_second(answers) <= 30
    assert max(instant for instant, is_asked in departures if not is_asked) < 1.1, (
        "digests do not wait for them"
    )


async def test_a_digest_does_not_wait_until_an_answer_may_leave() -> None:
    clock, moved = FakeClock(elapsed=100.0), asyncio.Event()

    async def sleep(seconds: float) -> None:
        if seconds > 0.5:
            await moved.wait()
        await clock.sleep(seconds)

    pace = RateLimiter(1000.0, monotonic=clock.monotonic, sleep=sleep, interactive_rate=1.0)
    await pace.acquire(interactive=True)
    answer = asyncio.create_task(pace.acquire(interactive=True))
    await asyncio.sleep(0)

    async with asyncio.timeout(5):
        for _ in range(3):
            await pace.acquire()
    assert not answer.done()
    moved.set()
    await answer
    assert clock.elapsed == pytest.approx(101.0, abs=0.01)


async def test_who_is_cancelled_while_it_waits_takes_no_turn() -> None:
    clock = FakeClock(elapsed=100.0)
    moved = asyncio.Event()

    async def sleep(seconds: float) -> None:
        await moved.wait()
        await clock.sleep(seconds)

    pace = RateLimiter(1.0, monotonic=clock.monotonic, sleep=sleep)
    await pace.acquire()
    first, second = (asyncio.create_task(pace.acquire()) for _ in range(2))
    await asyncio.sleep(0)

    first.cancel()
    moved.set()
    await second

    assert clock.elapsed == pytest.approx(101.0)


async def test_a_process_that_is_late_for_a_moment_loses_nothing_of_the_rate() -> None:
    clock = FakeClock(elapsed=100.0)

    async def sleep(seconds: float) -> None:
        clock.elapsed += seconds + 0.002

    pace = RateLimiter(100.0, monotonic=clock.monotonic, sleep=sleep)
    await asyncio.gather(*(pace.acquire() for _ in range(101)))

    assert clock.elapsed - 100.0 == pytest.approx(1.0, abs=0.01)


def test_a_breaker_opens_after_failures_in_a_row_and_waits_ever_longer() -> None:
    clock = FakeClock(elapsed=100.0)
    breaker = CircuitBreaker(
        monotonic=clock.monotonic, threshold=3, first_pause=5.0, max_pause=20.0
    )
    for _ in range(3):
        assert breaker.take_attempt()
        breaker.record_attempt(reached=False)

    pauses = []
    for _ in range(4):
        began = clock.elapsed
        while not breaker.take_attempt():
            clock.elapsed += 1.0
        pauses.append(clock.elapsed - began)
        breaker.record_attempt(reached=False)

    assert breaker.is_open
    assert pauses == [5.0, 10.0, 20.0, 20.0]


def test_after_a_pause_one_attempt_is_let_through_until_it_is_known() -> None:
    clock = FakeClock(elapsed=100.0)
    breaker = CircuitBreaker(monotonic=clock.monotonic, threshold=1, first_pause=5.0)
    breaker.record_attempt(reached=False)
    clock.elapsed += 5.0

    allowed = [breaker.take_attempt() for _ in range(3)]
    breaker.record_attempt(reached=True)

    assert allowed == [True, False, False]
    assert breaker.take_attempt()
    assert not breaker.is_open


def test_failures_between_successes_open_nothing() -> None:
    breaker = CircuitBreaker(monotonic=FakeClock(elapsed=100.0).monotonic, threshold=2)

    for _ in range(10):
        breaker.record_attempt(reached=False)
        breaker.record_attempt(reached=True)

    assert breaker.take_attempt()


def test_an_attempt_that_had_nothing_to_try_is_given_back() -> None:
    clock = FakeClock(elapsed=100.0)
    breaker = CircuitBreaker(monotonic=clock.monotonic, threshold=1, first_pause=5.0)
    breaker.record_attempt(reached=False)
    clock.elapsed += 5.0

    assert breaker.take_attempt()
    breaker.give_back_attempt()

    assert breaker.take_attempt()


def test_several_chats_told_to_wait_at_once_are_everybodys_matter() -> None:
    clock = FakeClock(elapsed=100.0)
    flood_periods = TelegramFloods(monotonic=clock.monotonic, min_chats=3, window_seconds=5.0)

    assert [flood_periods.record_flood(chat) for chat in (1, 1, 1, 2)] == [False] * 4
    assert flood_periods.record_flood(3)
    clock.elapsed += 5.1
    assert not flood_periods.record_flood(4)


def test_a_new_poller_gives_way_at_the_second_conflict() -> None:
    rivalry = ConflictTracker(FakeClock(elapsed=100.0).monotonic)

    assert [rivalry.record_conflict(), rivalry.record_conflict()] == [False, True]


def test_an_old_poller_stays_until_a_conflict_does_not_end() -> None:
    clock = FakeClock(elapsed=100.0)
    rivalry = ConflictTracker(clock.monotonic)
    rivalry.record_answer()

    lost = []
    for _ in range(4):
        lost.append(rivalry.record_conflict())
        clock.elapsed += CONFLICT_SECONDS / 3
    assert lost == [False, False, False, True]


def test_conflicts_far_apart_are_no_rivalry() -> None:
    """Such as a process that is halted and goes on, once a day."""
    clock = FakeClock(elapsed=100.0)
    rivalry = ConflictTracker(clock.monotonic)
    rivalry.record_answer()

    for _ in range(10):
        assert not rivalry.record_conflict()
        clock.elapsed += CONFLICT_SECONDS + 1
