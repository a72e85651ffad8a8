"""How state machines are run: quickly with each change, long at night, and against planted bugs."""

from __future__ import annotations

import atexit
from functools import cache
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from bot.topics.query.analyzer import index_text
from storage import Store, open_store

QUICK_EXAMPLES, LONG_EXAMPLES = 40, 2_000  # examples
STEP_COUNT = 30
EXAMPLES_PER_STORE = 100  # that share a store
_SUPPRESSED_CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


_bot_ids = count(1)
_example_numbers = count()


def shared_store() -> Store:
    """A store for many examples: opening it takes longer than one, and a full one is slow."""
    return _open_shared_store(next(_example_numbers) // EXAMPLES_PER_STORE)


@cache
def _open_shared_store(_: int) -> Store:
    store = open_store("sqlite://", analyze=index_text)
    # No power cut here, so nothing waits for the disk.
    store._engine.fetch_all("pragma synchronous = off")
    atexit.register(store.close)
    return store


def next_bot_id() -> int:
    """A bot of its own for each example, by which the rows of all others are out of sight."""
    return next(_bot_ids)


def quick_settings(examples: int = QUICK_EXAMPLES) -> settings:
    """The settings of a machine that runs with every change."""
    return settings(
        max_examples=examples,
        stateful_step_count=STEP_COUNT,
        suppress_health_check=_SUPPRESSED_CHECKS,
    )


def run_machine(machine: type[RuleBasedStateMachine]) -> None:
    """Runs a machine for as many examples as find a rare order."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=LONG_EXAMPLES,
            stateful_step_count=STEP_COUNT,
            suppress_health_check=_SUPPRESSED_CHECKS,
        ),
    )


def check_machine_finds_bug(machine: type[RuleBasedStateMachine]) -> None:
    """Runs a machine over a planted bug; it has to find it."""
    generating = settings(
        max_examples=LONG_EXAMPLES,
        stateful_step_count=STEP_COUNT,
        suppress_health_check=_SUPPRESSED_CHECKS,
        phases=[Phase.generate],
        database=None,
        report_multiple_bugs=False,
        print_blob=False,
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=generating)
