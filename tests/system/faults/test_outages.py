"""A server that fails: nothing lost, nothing given up, no storm when it is back."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.app.config import ResendPolicy
from bot.chat.api.polling import Conflict
from bot.demo.emulator import faults
from bot.demo.emulator.faults import Fault
from storage import Store, open_store
from tests.support.builders import DAY, DUE_AT, NOW
from tests.support.database import count_rows
from tests.system.faults.scene import (
    MAX_CALLS_PER_SECOND,
    REPEAT_NOTE,
    FaultScenario,
    bot_with_faults,
)

Make = Callable[[], Fault]

LOST = (faults.internal_error, faults.bad_gateway, faults.connection_closed)
ARRIVED = (faults.accepted_then_bad_gateway, faults.accepted_then_connection_closed)


async def _minutes(scene: FaultScenario, number: int) -> None:
    for _ in range(number):
        await scene.advance_time(minutes=1)


@pytest.mark.parametrize("fault", [*LOST, *ARRIVED])
async def test_a_send_in_doubt_is_made_once_more_and_marked(store: Store, fault: Make) -> None:
    async with bot_with_faults(store) as scene:
        ada, bob = scene.add_reader("Ada"), scene.add_reader("Bob")
        scene.emulator.faults.schedule("sendMessage", fault(), chat=ada.id)

        await scene.make_digests_due()
        assert len(scene.bot_messages(bob)) == 1, "the other chat goes on at once"
        await _minutes(scene, 10)

        shown = scene.bot_messages(ada)
        assert [REPEAT_NOTE in text for text in shown] == ([False] if fault in ARRIVED else []) + [
            True
        ]
        assert len(scene.delivery_calls(ada.id)) == 2
        [message] = scene.outbox_messages(ada)
        assert (message.state, message.unknown_sends) == ("sent", 1)
        assert count_rows(store, "receipts", chat=ada.id, state="sent") == 2
        assert scene.pause_reason(ada) == ""


@pytest.mark.parametrize("fault", [*LOST, *ARRIVED])
async def test_who_wants_no_repeat_sees_the_doubt(store: Store, fault: Make) -> None:
    async with bot_with_faults(store, doubt=ResendPolicy.NEVER) as scene:
        ada, bob = scene.add_reader("Ada"), scene.add_reader("Bob")
        scene.emulator.faults.schedule("sendMessage", fault(), chat=ada.id)

        await scene.make_digests_due()
        await _minutes(scene, 10)

        assert len(scene.delivery_calls(ada.id)) == 1
        assert scene.message_states(ada) == ["unknown"]
        assert count_rows(store, "receipts", chat=ada.id, state="sent") == 2, (
            "it has most likely arrived"
        )
        assert len(scene.bot_messages(bob)) == 1

        scene.announce_papers(3)
        await scene.move_clock_to(DUE_AT + DAY)
        assert "Study 3 of" in scene.bot_messages(ada)[-1], "the next digest comes"


@pytest.mark.parametrize("fault", [faults.no_response, faults.accepted_then_no_response])
async def test_a_server_that_hangs_is_not_waited_for_for_ever(store: Store, fault: Make) -> None:
    async with bot_with_faults(store, max_wait=0.3) as scene:
        ada, bob = scene.add_reader("Ada"), scene.add_reader("Bob")
        scene.emulator.faults.schedule("sendMessage", fault(), chat=ada.id)

        await scene.make_digests_due()
        assert len(scene.bot_messages(bob)) == 1
        await _minutes(scene, 2)

        assert [REPEAT_NOTE in text for text in scene.bot_messages(ada)][-1]
        [message] = scene.outbox_messages(ada)
        assert (message.state, message.unknown_sends) == ("sent", 1)


@pytest.mark.slow
@pytest.mark.parametrize("fault", LOST)
async def test_an_outage_of_an_hour_costs_no_attempts_and_ends_without_a_storm(
    store: Store, fault: Make
) -> None:
    async with bot_with_faults(store) as scene:
        readers = scene.add_readers(100)
        scene.emulator.faults.schedule("sendMessage", fault(), times=100_000)
        await scene.make_digests_due()
        await _minutes(scene, 60)

        tried = len(scene.delivery_calls())
        assert tried <= 40, "a probe now and then once it is known to be down"
        assert all(not scene.bot_messages(reader) for reader in readers)
        assert (
            sum(message.attempts for reader in readers for message in scene.outbox_messages(reader))
            == tried
        )
        assert {state for reader in readers for state in scene.message_states(reader)} == {"ready"}

        scene.emulator.faults.clear()
        back = scene.clock.instant
        await _minutes(scene, 70)
        assert [len(scene.bot_messages(reader)) for reader in readers] == [1] * 100
        assert scene.most_calls_per_second(back) <= MAX_CALLS_PER_SECOND
        assert count_rows(store, "receipts", state="sent") == 200


async def test_a_refused_connection_costs_nothing_at_all(store: Store) -> None:
    """Nothing left this machine: no doubt, no attempt, no mark."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = f"http://127.0.0.1:{free.getsockname()[1]}"
    async with bot_with_faults(store) as scene:
        readers = scene.add_readers(20)
        open_url = scene.bot.telegram._base_url
        scene.bot.telegram._base_url = open_url.replace(scene.emulator.url, closed)
        await scene.make_digests_due()
        await _minutes(scene, 10)
        every = [message for reader in readers for message in scene.outbox_messages(reader)]
        assert {(message.state, message.attempts, message.unknown_sends) for message in every} == {
            ("ready", 0, 0)
        }

        scene.bot.telegram._base_url = open_url
        await _minutes(scene, 15)

        assert [len(scene.bot_messages(reader)) for reader in readers] == [1] * 20
        assert not any(
            REPEAT_NOTE in text for reader in readers for text in scene.bot_messages(reader)
        )


async def test_a_flooded_chat_waits_alone_and_over_a_restart(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        ada, bob = scene.add_reader("Ada"), scene.add_reader("Bob")
        scene.emulator.faults.schedule("sendMessage", faults.too_many_requests(600), chat=ada.id)
        await scene.make_digests_due()
        await scene.advance_time(minutes=5)
        assert len(scene.delivery_calls(ada.id)) == 1
        assert len(scene.bot_messages(bob)) == 1
        chat, instant = ada.id, scene.clock.instant

    again = open_store(f"sqlite:///{store.path}")
    try:
        async with bot_with_faults(again, instant=instant) as scene:
            for number in range(2):
                scene.emulator.people.create_person(f"Again{number}", has_started_bot=True)
            await scene.advance_time(minutes=5)
            assert scene.delivery_calls() == [], (
                "not a second too early, the process is another one"
            )
            await scene.advance_time(seconds=2)
            [call] = scene.delivery_calls()
            assert call.chat_id == chat
            [message] = scene.outbox_messages(chat)
            assert (message.state, message.attempts, message.unknown_sends) == ("sent", 0, 0)
    finally:
        again.close()


async def test_a_flood_over_several_chats_stops_everybody(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        readers = scene.add_readers(60)
        for reader in readers[:3]:
            scene.emulator.faults.schedule(
                "sendMessage", faults.too_many_requests(120), chat=reader.id
            )

        await scene.make_digests_due()
        await scene.advance_time(seconds=100)
        tried = len(scene.delivery_calls())
        # Several may have been claimed and be under way when the third answer comes.
        assert tried <= 3 + 2 * 8, "what was in flight by then, and nothing more"

        for _ in range(4):
            await scene.advance_time(seconds=15)
        assert [len(scene.bot_messages(reader)) for reader in readers] == [1] * 60
        assert sum(message.attempts for r in readers for message in scene.outbox_messages(r)) == 0


@pytest.mark.parametrize(
    "fault",
    [
        faults.error_response(401, "Unauthorized"),
        faults.error_response(404, "Not Found"),
        Fault("proxy", html_page=(404, "<html>no such page</html>")),
    ],
    ids=["revoked", "not found", "proxy"],
)
async def test_a_refused_token_gives_nothing_up(store: Store, fault: Fault) -> None:
    """The whole server says no for an hour: updates wait there, messages here."""
    async with bot_with_faults(store) as scene:
        readers = scene.add_readers(20)
        scene.emulator.faults.schedule("*", fault, times=100_000)
        readers[1].send_text("/help")  # ends the poll that was well
        await scene.sleeping_clock.wait_for_sleeper()
        readers[0].send_text("/list")
        scene.announce_papers(1, 2)
        scene.clock.instant = DUE_AT
        for _ in range(60):
            await scene.publish_digests()
            scene.outbox_event.set()
            await scene.wait_until(lambda: scene.outbox_event.is_idle)
            await scene.sleeping_clock.wait_for_sleeper()
            scene.clock.instant += timedelta(minutes=1)

        every = [message for reader in readers for message in scene.outbox_messages(reader)]
        assert {(message.state, message.attempts, message.unknown_sends) for message in every} == {
            ("ready", 0, 0)
        }
        assert len(scene.delivery_calls()) <= 40

        scene.emulator.faults.clear()
        await scene.advance_time(minutes=5)
        await _minutes(scene, 10)
        assert [
            len([t for t in scene.bot_messages(reader) if "Study 1" in t]) for reader in readers
        ] == [1] * 20
        assert len(scene.bot_messages(readers[0])) == 2, "the digest and the answer to /list"
        assert Counter(scene.pause_reason(reader) for reader in readers) == {"": 20}


async def test_a_fault_while_people_speak_loses_no_word(store: Store) -> None:
    """Polling breaks in every way; each command is answered once when it works again."""
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader("Ada")
        for make in (*LOST, *ARRIVED):
            scene.emulator.faults.schedule("getUpdates", make())
            ada.send_text("/list")  # ends the poll that was well, and the next one fails
            await scene.wait_until(lambda: not len(scene.emulator.faults))
            ada.send_text("/list")
            await scene.sleeping_clock.wait_for_sleeper()
            scene.clock.instant += timedelta(minutes=1)
        await scene.wait_until_idle()

        assert count_rows(store, "inbox_updates", state="applied") == 10
        assert len(scene.bot_messages(ada)) == 10


async def test_the_poller_that_stays_in_conflict_stops_everything(store: Store) -> None:
    """One conflict may be a poll that a killed process left; a minute of them is another bot."""
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader("Ada")
        text = "Conflict: terminated by other getUpdates request"
        scene.emulator.faults.schedule("getUpdates", faults.error_response(409, text), times=1000)
        ada.send_text("/list")
        while not scene.serving_task.done():
            await asyncio.wait([scene.serving_task], timeout=0.01)
            scene.clock.instant += timedelta(seconds=5)
            assert scene.clock.instant < NOW + timedelta(hours=1)

        assert isinstance(scene.serving_task.exception(), Conflict)
        sent = len(scene.delivery_calls())
        scene.announce_papers(1)
        await scene.publish_digests()
        scene.outbox_event.set()
        await asyncio.sleep(0)
        assert len(scene.delivery_calls()) == sent, "nobody sends for a bot that another polls for"
