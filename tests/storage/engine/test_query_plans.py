"""What is asked often, or inside a write, is found by an index: nothing walks a whole table."""

from __future__ import annotations

from collections.abc import Callable

from storage import Store
from tests.storage.builders import BOT, CHAT, MINUTE, NOW

_SORTED = "USE TEMP B-TREE FOR ORDER BY"


def plans(store: Store, act: Callable[[], object]) -> dict[str, list[str]]:
    """Return each statement that something makes the store run, with the steps it takes."""
    statements: list[str] = []
    connection = store._engine.connection()
    connection.set_trace_callback(statements.append)
    act()
    connection.set_trace_callback(None)
    remainder = [
        statement
        for statement in statements
        if statement.split()[0] in ("select", "with", "update", "delete")
    ]
    assert remainder
    return {statement: _steps(store, statement) for statement in remainder}


def _steps(store: Store, statement: str) -> list[str]:
    return [row["detail"] for row in store._engine.fetch_all(f"explain query plan {statement}")]


def test_the_update_that_came_last_is_found_without_sorting(store: Store) -> None:
    [steps] = plans(store, lambda: store.inbox.last_update_id(BOT)).values()

    assert _SORTED not in steps


def test_old_updates_retire_without_sorting_the_others(store: Store) -> None:
    [steps] = plans(store, lambda: store.inbox.delete_settled(BOT)).values()

    assert _SORTED not in steps


def test_a_chat_is_forgotten_by_its_own_rows(store: Store) -> None:
    steps_by_statement = plans(store, lambda: store.chats.erase(BOT, CHAT))

    walked = {
        statement
        for statement, steps in steps_by_statement.items()
        for step in steps
        if step.startswith("SCAN")
    }
    assert walked == set()


def test_coverage_begins_at_the_bots_digests_of_these_days(store: Store) -> None:
    [steps] = plans(
        store, lambda: store.missing_summaries.coverage(BOT, ["zh"], NOW - MINUTE)
    ).values()

    assert any("USING" in step and "digests_by_issued_at" in step for step in steps)
    assert not any(step.startswith(("SCAN entries", "SCAN e ", "SCAN d ")) for step in steps)
