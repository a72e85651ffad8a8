"""How state machines are run: quickly with each change, long at night, and against planted bugs."""

from __future__ import annotations

import atexit
from functools import cache
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from bot.topics.query.parser import indexed
from storage import Store, open_store

QUICK, LONG = 40, 2_000  # examples
STEPS = 30
EXAMPLES = 100  # that share a store
_CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


_bots = count(1)
_examples = count()


def shared() -> Store:
    """A store for many examples: opening it takes longer than one, and a full one is slow."""
    return _opened(next(_examples) // EXAMPLES)


@cache
def _opened(_: int) -> Store:
    store = open_store("sqlite://", words=indexed)
    # No power cut here, so nothing waits for the disk.
    store._engine.all("pragma synchronous = off")
    atexit.register(store.close)
    return store


def another_bot() -> int:
    """A bot of its own for each example, by which the rows of all others are out of sight."""
    return next(_bots)


def quick(examples: int = QUICK) -> settings:
    """The settings of a machine that runs with every change."""
    return settings(max_examples=examples, stateful_step_count=STEPS, suppress_health_check=_CHECKS)


def hold(machine: type[RuleBasedStateMachine], examples: int = LONG) -> None:
    """Runs a machine for as many examples as find a rare order."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=STEPS, suppress_health_check=_CHECKS
        ),
    )


def break_(machine: type[RuleBasedStateMachine]) -> None:
    """Runs a machine over a planted bug; it has to find it."""
    generating = settings(
        max_examples=LONG,
        stateful_step_count=STEPS,
        suppress_health_check=_CHECKS,
        phases=[Phase.generate],
        database=None,
        report_multiple_bugs=False,
        print_blob=False,
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=generating)
