"""The time while the system clock leaps, the machine sleeps, and servers speak or are silent."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.concurrency.trusted_clock import (
    AGREEMENT_TOLERANCE,
    MAX_REQUEST_SECONDS,
    MAX_UNCONFIRMED_STEP,
    TELEGRAM_SILENCE_SECONDS,
    TrustedClock,
    elapsed_seconds,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)
SECOND = timedelta(seconds=1)
LEAPS = [-2 * HOUR, -DAY, DAY + HOUR, -30 * DAY, 10 * YEAR, 50 * YEAR, -50 * YEAR]
LONG = timedelta(seconds=TELEGRAM_SILENCE_SECONDS) + SECOND


@dataclass
class Machine:
    """A machine whose system clock is off by ``system_clock_error`` while the true time goes on."""

    true: datetime = NOW
    error: timedelta = timedelta()
    clock: TrustedClock = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self, last: datetime | None = None) -> None:
        """Begins as a new process does."""
        self.clock = TrustedClock(
            lambda: self.true + self.error,
            last_confirmed=last,
            monotonic=lambda: (self.true - NOW).total_seconds(),
        )

    @property
    def off(self) -> timedelta:
        """How far the trusted time is from the true one."""
        return self.clock.now() - self.true

    def telegram(self, took: float = 0.1) -> None:
        """Telegram answers."""
        self.clock.observe_telegram_date(format_datetime(self.true, usegmt=True), took)

    def feed(self, lie: timedelta = timedelta()) -> None:
        """A feed answers, perhaps with another time."""
        self.clock.observe_feed_date(format_datetime(self.true + lie, usegmt=True), 0.1)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.mark.parametrize("leap", LEAPS)
def test_a_leap_and_its_end_are_never_seen(machine: Machine, leap: timedelta) -> None:
    machine.telegram()
    seen = []
    for error in (timedelta(), leap, timedelta()):
        machine.error = error
        for _ in range(3):
            machine.true += 10 * SECOND
            seen.append(machine.off)
        assert machine.clock.system_clock_error() == error

    assert set(seen) == {timedelta()}


@pytest.mark.parametrize("leap", [leap for leap in LEAPS if abs(leap) > MAX_UNCONFIRMED_STEP])
def test_a_leap_is_not_followed_where_no_server_tells_the_time(
    machine: Machine, leap: timedelta
) -> None:
    machine.error = leap
    machine.true += 400 * DAY

    assert machine.off == timedelta()
    assert machine.clock.confirmed_now() is None


@pytest.mark.parametrize("step", [HOUR / 2, -2 * HOUR, 20 * HOUR])
def test_a_step_within_a_day_is_followed_until_a_server_denies_it(
    machine: Machine, step: timedelta
) -> None:
    machine.error = step
    assert machine.off == step

    machine.telegram()
    assert machine.off == (step if abs(step) <= AGREEMENT_TOLERANCE else timedelta())


@pytest.mark.parametrize("error", [timedelta(), -56 * YEAR, 10 * YEAR, 5 * HOUR])
def test_telegram_tells_a_new_process_the_time(machine: Machine, error: timedelta) -> None:
    """Also one that was off for months: its first call is answered with the date."""
    machine.true += 100 * DAY
    machine.error = error
    machine.start(last=NOW)

    machine.telegram()

    assert abs(machine.off) <= SECOND
    assert machine.clock.confirmed_now() == machine.clock.now()


@pytest.mark.parametrize("error", [-56 * YEAR, 10 * YEAR])
def test_a_new_process_counts_on_from_what_the_last_one_knew(
    machine: Machine, error: timedelta
) -> None:
    """Late by the time that it was off, which deletes nothing and ends no pause."""
    machine.true += 3 * DAY
    machine.error = error
    machine.start(last=NOW)
    machine.true += HOUR

    assert machine.off == -3 * DAY
    assert machine.clock.confirmed_now() is None


def test_a_clock_that_counts_slept_time_is_no_leap(machine: Machine) -> None:
    machine.telegram()
    machine.true += 3 * DAY

    assert machine.off == timedelta()
    assert machine.clock.system_clock_error() == timedelta()


def test_a_halted_machine_is_put_right_by_the_next_answer(machine: Machine) -> None:
    """A guest that was halted with its clocks, all but the one that its host sets."""
    machine.telegram()
    machine.error = 5 * DAY  # as its other clock sees it
    machine.clock.observe_telegram_date(format_datetime(NOW + 5 * DAY, usegmt=True), 0.1)

    assert machine.off == 5 * DAY
    assert machine.clock.system_clock_error() == timedelta()


def test_an_answer_that_slept_with_the_machine_says_nothing(machine: Machine) -> None:
    sent = format_datetime(machine.true, usegmt=True)
    machine.true += 3 * DAY
    machine.clock.observe_telegram_date(sent, 3 * DAY.total_seconds())
    machine.clock.observe_telegram_date(sent, MAX_REQUEST_SECONDS + 1)

    assert machine.off == timedelta()


def test_a_feed_confirms_the_system_clock_where_telegram_is_silent(machine: Machine) -> None:
    """As behind a Bot API server of one's own, which names no date."""
    machine.true += 9 * DAY
    machine.start(last=NOW)
    assert machine.off == -9 * DAY

    machine.feed()

    assert machine.off == timedelta()


def test_a_feed_sets_no_other_time(machine: Machine) -> None:
    for lie in LEAPS:
        machine.feed(lie)

    assert machine.off == timedelta()


def test_a_feed_does_not_speak_against_telegram(machine: Machine) -> None:
    machine.telegram()
    machine.error = 10 * YEAR
    machine.true += SECOND
    machine.feed(lie=machine.error)
    assert machine.off == timedelta()

    machine.true += LONG
    machine.feed(lie=machine.error)
    assert machine.off == machine.error, "Telegram has been silent"

    machine.telegram()
    assert abs(machine.off) <= SECOND


@pytest.mark.parametrize(
    "date",
    ["", "now", "Mon, 99 Nov 2026 08:00:00 GMT", "0", "Mon, 23 Nov 99999 08:00:00 GMT", "\0", "()"],
)
def test_a_date_that_is_none_says_nothing(machine: Machine, date: str) -> None:
    machine.clock.observe_telegram_date(date, 0.1)
    machine.clock.observe_feed_date(date, 0.1)

    assert machine.clock.confirmed_now() is None


def test_a_wrong_clock_is_logged_once(machine: Machine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    machine.telegram()
    for error in (timedelta(), 10 * YEAR, timedelta()):
        machine.error = error
        for _ in range(3):
            machine.true += 10 * SECOND
            machine.telegram()

    assert caplog.messages == ["system clock is wrong", "system clock is right again"]


def test_elapsed_time_goes_on() -> None:
    before = elapsed_seconds()

    assert elapsed_seconds() >= before > 0.0


class Walks(RuleBasedStateMachine):
    """A system clock that is set at random, servers that answer at random, feeds that lie."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = Machine()
        self.seen = self.machine.clock.now()
        self.is_told = False

    @initialize(
        off=st.timedeltas(timedelta(), YEAR),
        error=st.timedeltas(-50 * YEAR, 50 * YEAR),
        is_known=st.booleans(),
    )
    def start(self, off: timedelta, error: timedelta, is_known: bool) -> None:
        """A process begins, perhaps with what an earlier one knew."""
        last = self.machine.true if is_known else None
        self.machine.true += off
        self.machine.error = error
        self.machine.start(last)
        self.seen = self.machine.clock.now()

    @rule(by=st.timedeltas(SECOND, 3 * DAY))
    def passes(self, by: timedelta) -> None:
        """Time goes on, awake or asleep."""
        self.machine.true += by
        seen = self.machine.clock.now()
        assert seen - self.seen == by
        self.seen = seen

    @rule(error=st.timedeltas(-50 * YEAR, 50 * YEAR))
    def leaps(self, error: timedelta) -> None:
        """The system clock is set to anything."""
        before = self.machine.clock.now()
        self.machine.error = error
        self.seen = self.machine.clock.now()
        assert abs(self.seen - before) <= 2 * (
            AGREEMENT_TOLERANCE if self.is_told else MAX_UNCONFIRMED_STEP
        )

    @rule(took=st.floats(0.0, MAX_REQUEST_SECONDS))
    def telegram(self, took: float) -> None:
        """Telegram tells the time."""
        self.machine.telegram(took)
        self.is_told = True
        self.seen = self.machine.clock.now()

    @rule(lie=st.timedeltas(-50 * YEAR, 50 * YEAR))
    def feed(self, lie: timedelta) -> None:
        """A feed tells any time: unless it is that of the system clock, it changes nothing."""
        self.machine.feed(lie)
        seen = self.machine.clock.now()
        if abs(lie - self.machine.error) > AGREEMENT_TOLERANCE + SECOND:
            assert seen == self.seen
        else:
            # Whoever confirms a wrong system clock moves the time there, and Telegram back.
            self.is_told = self.is_told and abs(seen - self.machine.true) <= 3 * HOUR
        self.seen = seen

    @invariant()
    def is_near_the_truth(self) -> None:
        """Once Telegram has told the time it is right, wherever the system clock is set."""
        if self.is_told:
            assert abs(self.machine.off) <= 2 * AGREEMENT_TOLERANCE + MAX_REQUEST_SECONDS * SECOND


TestWalks = Walks.TestCase
TestWalks.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)
