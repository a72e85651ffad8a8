"""Clocks that jump, long absences, and a chat with much to read among many with little."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.texts import say
from storage import Store, open_store
from storage.records import Question
from tests.support.builders import BOT, DAY, DUE, MINUTE, announce, limited, papers
from tests.support.database import count, dump
from tests.system.faults.scene import AT_ONCE, SystemClock, upset

YEAR = 365 * DAY
HOUR = 60 * MINUTE


async def test_a_clock_that_goes_back_repeats_nothing(store: Store) -> None:
    async with upset(store) as scene:
        readers = scene.readers(3)
        await scene.due()
        for back in (timedelta(hours=1), timedelta(hours=30), timedelta(days=5)):
            await scene.move_to(DUE - back)
            await scene.move_to(DUE + MINUTE)

        assert [len(scene.shown(one)) for one in readers] == [1, 1, 1]

        scene.announces(3)
        await scene.move_to(DUE + DAY)
        assert [len(scene.shown(one)) for one in readers] == [2, 2, 2]


@pytest.mark.parametrize("leap", [-2 * HOUR, -DAY, DAY, 10 * YEAR, 50 * YEAR, -50 * YEAR])
async def test_a_leap_of_the_system_clock_deletes_and_repeats_nothing(
    store: Store, leap: timedelta
) -> None:
    """There, back and there again, with all that is done at a beat: not a row is another."""
    system = SystemClock()
    async with upset(store, system=system) as scene:
        readers = scene.readers(3)
        resting = scene.reader("Bo")
        store.subscribers.pause(BOT, resting.id, "asked", (DUE + 3 * DAY).date())
        store.drafts.put(BOT, readers[0].id, "robots", DUE)
        store.asks.put(BOT, readers[0].id, readers[0].id, Question("rename", 1), DUE)
        await scene.due()
        before = dump(store)

        for error in (leap, timedelta(), leap):
            system.error = error
            await scene.later(seconds=5)
            await scene.bot.clear()
        assert dump(store) == before

        scene.announces(3)
        await scene.move_to(DUE + DAY - MINUTE)
        assert [len(scene.shown(one)) for one in readers] == [1, 1, 1]
        await scene.move_to(DUE + DAY)
        assert [len(scene.shown(one)) for one in readers] == [2, 2, 2]
        assert scene.shown(resting) == []
        [topic] = await scene.topics(readers[0])
        assert topic.next_due == DUE + 2 * DAY


@pytest.mark.parametrize("ahead", [timedelta(days=20), timedelta(days=400)])
async def test_a_clock_that_was_far_ahead_silences_nobody(store: Store, ahead: timedelta) -> None:
    """What was sent and held by the wrong clock does not wait for it to come true."""
    async with upset(store) as scene:
        readers = scene.readers(3)
        scene.announces(1)
        await scene.move_to(DUE + ahead)
        assert [len(scene.shown(one)) for one in readers] == [1, 1, 1]

        scene.announces(2)
        await scene.move_to(DUE - MINUTE)
        await scene.move_to(DUE)
        assert [len(scene.shown(one)) for one in readers] == [2, 2, 2]
        [topic] = await scene.topics(readers[0])
        assert topic.next_due == DUE + DAY


async def test_a_message_put_off_by_a_wrong_clock_leaves_by_the_right_one(store: Store) -> None:
    async with upset(store) as scene:
        ada = scene.reader("Ada")
        scene.announces(1)
        scene.clock.at = DUE + timedelta(days=400)
        await scene.publishes()
        scene.clock.at = DUE

        await scene.later(seconds=1)

        assert len(scene.shown(ada)) == 1


async def test_ten_days_of_absence_are_one_digest_a_topic(store: Store) -> None:
    """Capped, with the rest told, and no burst; what came on each of the days is in it."""
    async with upset(store) as scene:
        readers = [one.id for one in scene.readers(40)]
        at = scene.clock.at
    for number in range(10):
        day = (at + number * DAY).date()
        announce(store, papers(*range(number * 4, number * 4 + 4)), day=day)

    again = open_store(f"sqlite:///{store.path}")
    try:
        async with upset(again, at=DUE + 10 * DAY) as scene:
            for number in range(len(readers)):
                scene.emulator.people.person(f"Again{number}", is_known=True)
            await scene.later(seconds=1)
            for _ in range(5):
                await scene.later(minutes=1)

            calls = scene.calls()
            told = say("en", "digest-shown-some", shown=12, matched=40)
            assert sorted(call.chat_id or 0 for call in calls) == sorted(readers), "one each"
            assert all(told in str(call.parameters["text"]) for call in calls)
            assert scene.busiest_second() <= AT_ONCE
            assert count(again, "ledger", state="sent") == 12 * 40
            assert {one.next_due for n in readers for one in again.subscriptions.of(BOT, n)} == {
                DUE + 11 * DAY
            }
    finally:
        again.close()


async def test_a_chat_with_much_to_read_delays_nobody(store: Store) -> None:
    """Forty messages for one chat, which was first in the row, and a hundred chats with one."""
    async with upset(store) as scene:
        heavy = scene.reader("Heavy", full=True)
        [topic] = await scene.topics(heavy)
        light = [scene.reader(f"Light{number}") for number in range(100)]
        limited(store, topic, 39)
        scene.announces(*range(39))
        await scene.move_to(DUE)

        order = [call.chat_id for call in scene.calls()]
        assert set(order) >= {one.id for one in light}
        last = max(order.index(one.id) for one in light)
        assert order[: last + 1].count(heavy.id) <= 5, "its own pace, a message a second"
        spent = (scene.calls()[last].at - DUE).total_seconds()
        assert spent < 4.0, "a hundred messages at thirty a second"

        for _ in range(45):
            await scene.later(seconds=1)
        parts = [str(call.parameters["text"]) for call in scene.calls(heavy.id)]
        assert len(parts) >= 40
        assert len(scene.shown(heavy)) == len(parts)
