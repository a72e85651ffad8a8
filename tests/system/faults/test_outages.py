"""A server that fails: nothing lost, nothing given up, no storm when it is back."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.app import wiring
from bot.app.config import Doubt
from bot.demo.emulator import faults
from bot.demo.emulator.faults import Fault
from storage import Store, open_store
from tests.support.builders import DAY, DUE, NOW
from tests.support.database import count
from tests.system.faults.scene import AT_ONCE, REPEAT, Scene, upset

Make = Callable[[], Fault]

LOST = (faults.internal_error, faults.bad_gateway, faults.closed)
ARRIVED = (faults.accepted_then_bad_gateway, faults.accepted_then_closed)


async def _minutes(scene: Scene, number: int) -> None:
    for _ in range(number):
        await scene.later(minutes=1)


@pytest.mark.parametrize("fault", [*LOST, *ARRIVED])
async def test_a_send_in_doubt_is_made_once_more_and_marked(store: Store, fault: Make) -> None:
    async with upset(store) as scene:
        ada, bob = scene.reader("Ada"), scene.reader("Bob")
        scene.emulator.faults.next("sendMessage", fault(), chat=ada.id)

        await scene.due()
        assert len(scene.shown(bob)) == 1, "the other chat goes on at once"
        await _minutes(scene, 10)

        shown = scene.shown(ada)
        assert [REPEAT in text for text in shown] == ([False] if fault in ARRIVED else []) + [True]
        assert len(scene.calls(ada.id)) == 2
        [parcel] = scene.parcels(ada)
        assert (parcel.state, parcel.doubts) == ("sent", 1)
        assert count(store, "ledger", chat=ada.id, state="sent") == 2
        assert scene.reason(ada) == ""


@pytest.mark.parametrize("fault", [*LOST, *ARRIVED])
async def test_who_wants_no_repeat_sees_the_doubt(store: Store, fault: Make) -> None:
    async with upset(store, doubt=Doubt.NEVER) as scene:
        ada, bob = scene.reader("Ada"), scene.reader("Bob")
        scene.emulator.faults.next("sendMessage", fault(), chat=ada.id)

        await scene.due()
        await _minutes(scene, 10)

        assert len(scene.calls(ada.id)) == 1
        assert scene.states(ada) == ["unknown"]
        assert count(store, "ledger", chat=ada.id, state="sent") == 2, "it has most likely arrived"
        assert len(scene.shown(bob)) == 1

        scene.announces(3)
        await scene.move_to(DUE + DAY)
        assert "Study 3 of" in scene.shown(ada)[-1], "the next digest comes"


@pytest.mark.parametrize("fault", [faults.hung, faults.accepted_then_hung])
async def test_a_server_that_hangs_is_not_waited_for_for_ever(store: Store, fault: Make) -> None:
    async with upset(store, longest=0.3) as scene:
        ada, bob = scene.reader("Ada"), scene.reader("Bob")
        scene.emulator.faults.next("sendMessage", fault(), chat=ada.id)

        await scene.due()
        assert len(scene.shown(bob)) == 1
        await _minutes(scene, 2)

        assert [REPEAT in text for text in scene.shown(ada)][-1]
        [parcel] = scene.parcels(ada)
        assert (parcel.state, parcel.doubts) == ("sent", 1)


@pytest.mark.slow
@pytest.mark.parametrize("fault", LOST)
async def test_an_outage_of_an_hour_costs_no_attempts_and_ends_without_a_storm(
    store: Store, fault: Make
) -> None:
    async with upset(store) as scene:
        readers = scene.readers(100)
        scene.emulator.faults.next("sendMessage", fault(), times=100_000)
        await scene.due()
        await _minutes(scene, 60)

        tried = len(scene.calls())
        assert tried <= 40, "a probe now and then once it is known to be down"
        assert all(not scene.shown(one) for one in readers)
        assert sum(one.attempts for reader in readers for one in scene.parcels(reader)) == tried
        assert {state for one in readers for state in scene.states(one)} == {"ready"}

        scene.emulator.faults.clear()
        back = scene.clock.at
        await _minutes(scene, 70)
        assert [len(scene.shown(one)) for one in readers] == [1] * 100
        assert scene.busiest_second(back) <= AT_ONCE
        assert count(store, "ledger", state="sent") == 200


async def test_a_refused_connection_costs_nothing_at_all(store: Store) -> None:
    """Nothing left this machine: no doubt, no attempt, no mark."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = f"http://127.0.0.1:{free.getsockname()[1]}"
    async with upset(store) as scene:
        readers = scene.readers(20)
        open_url = scene.bot.telegram._base_url
        scene.bot.telegram._base_url = open_url.replace(scene.emulator.url, closed)
        await scene.due()
        await _minutes(scene, 10)
        every = [one for reader in readers for one in scene.parcels(reader)]
        assert {(one.state, one.attempts, one.doubts) for one in every} == {("ready", 0, 0)}

        scene.bot.telegram._base_url = open_url
        await _minutes(scene, 15)

        assert [len(scene.shown(one)) for one in readers] == [1] * 20
        assert not any(REPEAT in text for one in readers for text in scene.shown(one))


async def test_a_flooded_chat_waits_alone_and_over_a_restart(store: Store) -> None:
    async with upset(store) as scene:
        ada, bob = scene.reader("Ada"), scene.reader("Bob")
        scene.emulator.faults.next("sendMessage", faults.too_many_requests(600), chat=ada.id)
        await scene.due()
        await scene.later(minutes=5)
        assert len(scene.calls(ada.id)) == 1
        assert len(scene.shown(bob)) == 1
        chat, at = ada.id, scene.clock.at

    again = open_store(f"sqlite:///{store.path}")
    try:
        async with upset(again, at=at) as scene:
            for number in range(2):
                scene.emulator.people.person(f"Again{number}", is_known=True)
            await scene.later(minutes=5)
            assert scene.calls() == [], "not a second too early, the process is another one"
            await scene.later(seconds=2)
            [call] = scene.calls()
            assert call.chat_id == chat
            [parcel] = scene.parcels(chat)
            assert (parcel.state, parcel.attempts, parcel.doubts) == ("sent", 0, 0)
    finally:
        again.close()


async def test_a_flood_over_several_chats_stops_everybody(store: Store) -> None:
    async with upset(store) as scene:
        readers = scene.readers(60)
        for one in readers[:3]:
            scene.emulator.faults.next("sendMessage", faults.too_many_requests(120), chat=one.id)

        await scene.due()
        await scene.later(seconds=100)
        tried = len(scene.calls())
        # Several may have been claimed and be under way when the third answer comes.
        assert tried <= 3 + 2 * 8, "what was in flight by then, and nothing more"

        for _ in range(4):
            await scene.later(seconds=15)
        assert [len(scene.shown(one)) for one in readers] == [1] * 60
        assert sum(one.attempts for r in readers for one in scene.parcels(r)) == 0


@pytest.mark.parametrize(
    "fault",
    [
        faults.refused(401, "Unauthorized"),
        faults.refused(404, "Not Found"),
        Fault("proxy", page=(404, "<html>no such page</html>")),
    ],
    ids=["revoked", "not found", "proxy"],
)
async def test_a_refused_token_gives_nothing_up(store: Store, fault: Fault) -> None:
    """The whole server says no for an hour: updates wait there, parcels here."""
    async with upset(store) as scene:
        readers = scene.readers(20)
        scene.emulator.faults.next("*", fault, times=100_000)
        readers[1].say("/help")  # ends the poll that was well
        await scene.times.somebody_rests()
        readers[0].say("/list")
        scene.announces(1, 2)
        scene.clock.at = DUE
        for _ in range(60):
            await scene.publishes()
            scene.post.ring()
            await scene.until(lambda: scene.post.is_quiet)
            await scene.times.somebody_rests()
            scene.clock.at += timedelta(minutes=1)

        every = [one for reader in readers for one in scene.parcels(reader)]
        assert {(one.state, one.attempts, one.doubts) for one in every} == {("ready", 0, 0)}
        assert len(scene.calls()) <= 40

        scene.emulator.faults.clear()
        await scene.later(minutes=5)
        await _minutes(scene, 10)
        assert [len([t for t in scene.shown(one) if "Study 1" in t]) for one in readers] == [1] * 20
        assert len(scene.shown(readers[0])) == 2, "the digest and the answer to /list"
        assert Counter(scene.reason(one) for one in readers) == {"": 20}


async def test_a_fault_while_people_speak_loses_no_word(store: Store) -> None:
    """Polling breaks in every way; each command is answered once when it works again."""
    async with upset(store) as scene:
        ada = scene.reader("Ada")
        for make in (*LOST, *ARRIVED):
            scene.emulator.faults.next("getUpdates", make())
            ada.say("/list")  # ends the poll that was well, and the next one fails
            await scene.until(lambda: not len(scene.emulator.faults))
            ada.say("/list")
            await scene.times.somebody_rests()
            scene.clock.at += timedelta(minutes=1)
        await scene.settled()

        assert count(store, "updates", state="applied") == 10
        assert len(scene.shown(ada)) == 10


async def test_the_poller_that_stays_in_conflict_stops_everything(store: Store) -> None:
    """One conflict may be a poll that a killed process left; a minute of them is another bot."""
    async with upset(store) as scene:
        ada = scene.reader("Ada")
        text = "Conflict: terminated by other getUpdates request"
        scene.emulator.faults.next("getUpdates", faults.refused(409, text), times=1000)
        ada.say("/list")
        while not scene.serving.done():
            await asyncio.wait([scene.serving], timeout=0.01)
            scene.clock.at += timedelta(seconds=5)
            assert scene.clock.at < NOW + timedelta(hours=1)

        assert isinstance(scene.serving.exception(), wiring.Conflict)
        sent = len(scene.calls())
        scene.announces(1)
        await scene.publishes()
        scene.post.ring()
        await asyncio.sleep(0)
        assert len(scene.calls()) == sent, "nobody sends for a bot that another polls for"
