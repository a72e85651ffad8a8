"""How every kill test goes on and ends: people talk, time passes, and then all is counted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.app.lifecycle import MIN_WORKERS, delivery_workers_for
from storage.records.messages import MessageState, Priority
from tests.support.builders import BOT
from tests.support.database import pending_updates
from tests.system.killing.account import ArrivalLog, read_arrivals
from tests.system.killing.ground import TOPIC_WORDS, KillScenario

RATE = 120  # messages a second, which still keeps few in flight
EARLY_SHARE = 0.1  # of the kills come while the program still begins


async def let_time_pass(scenario: KillScenario) -> None:
    """Mostly until some messages have left, at times not until the program has begun."""
    scenario.change_delivery_time()
    if scenario.rng.random() < EARLY_SHARE:
        await asyncio.sleep(scenario.rng.uniform(0.0, 1.0))
        return
    await scenario.wait_for_more_sends(scenario.rng.randint(1, 50))
    scenario.change_delivery_time()
    await asyncio.sleep(scenario.rng.uniform(0.0, 0.05))


async def wait_until_delivered(scenario: KillScenario) -> None:
    """Waits until nothing is left to send or to answer."""
    store = scenario.open_store()
    try:

        def is_done() -> bool:
            counts = store.outbox.counts_by_state(BOT)
            unsent = counts[MessageState.READY] + counts[MessageState.SENDING]
            unread = len(scenario.emulator.state.updates) or pending_updates(store, BOT, 1)
            return not unsent and not unread

        await scenario.wait_until(is_done, "not everything was delivered and answered")
    finally:
        store.close()


def check_deliveries(
    scenario: KillScenario,
    folder: Path,
    interruptions: int,
    *,
    last_calls: Sequence[int] | None = None,
) -> ArrivalLog:
    """Nothing lost; at most the sends in flight repeated, each marked; each word heeded once.

    ``last_calls`` are the last calls before each break; where each begins a life, that tells them.
    """
    arrival_log = read_arrivals(folder / "calls.jsonl")
    expected_messages = {
        (person.id, number)
        for person in scenario.people
        for number in range(1, len(TOPIC_WORDS) + 1)
    }
    assert set(arrival_log.arrivals_by_message) == expected_messages, (
        "lost, or sent to somebody else"
    )
    assert arrival_log.unmarked_repeats() == []
    assert delivery_workers_for(RATE) == MIN_WORKERS
    repeats = arrival_log.repeats_between(
        arrival_log.process_starts if last_calls is None else last_calls
    )
    assert all(count <= MIN_WORKERS for count in repeats.values()), repeats
    assert arrival_log.repeat_count <= interruptions * MIN_WORKERS
    assert arrival_log.chats_out_of_order() == []
    _check_commands_applied(scenario)
    print(
        f"{interruptions} breaks in {len(arrival_log.process_starts)} lives,"
        f" {arrival_log.repeat_count} repeats, all marked"
    )
    return arrival_log


def _check_commands_applied(scenario: KillScenario) -> None:
    """Each command was applied once, in its order: a topic counts its changes."""
    store = scenario.open_store()
    try:
        for person in scenario.active_people:
            requested_times = scenario.requested_times.get(person.id, [])
            for topic in store.subscriptions.of_chat(BOT, person.id):
                assert topic.row_version == 1 + len(requested_times), (
                    "a command was lost or applied twice"
                )
                assert not requested_times or topic.cadence.times == (requested_times[-1],)
        sent_messages = store.outbox.messages_in_state(BOT, MessageState.SENT, limit=1_000_000)
        digests = [message for message in sent_messages if message.priority is not Priority.REPLY]
        assert len(digests) == len(scenario.people) * len(TOPIC_WORDS)
    finally:
        store.close()
