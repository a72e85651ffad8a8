"""Clocks that jump, long absences, and a chat with much to read among many with little."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.texts import say
from storage import Store, open_store
from storage.records.chats import PendingQuestion
from tests.support.builders import BOT, DAY, DUE_AT, MINUTE, announce, papers, set_topic_limit
from tests.support.database import count_rows, dump_tables
from tests.system.faults.scene import MAX_CALLS_PER_SECOND, WrongSystemClock, bot_with_faults

YEAR = 365 * DAY
HOUR = 60 * MINUTE


async def test_a_clock_that_goes_back_repeats_nothing(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        readers = scene.add_readers(3)
        await scene.make_digests_due()
        for back in (timedelta(hours=1), timedelta(hours=30), timedelta(days=5)):
            await scene.move_clock_to(DUE_AT - back)
            await scene.move_clock_to(DUE_AT + MINUTE)

        assert [len(scene.bot_messages(reader)) for reader in readers] == [1, 1, 1]

        scene.announce_papers(3)
        await scene.move_clock_to(DUE_AT + DAY)
        assert [len(scene.bot_messages(reader)) for reader in readers] == [2, 2, 2]


@pytest.mark.parametrize("leap", [-2 * HOUR, -DAY, DAY, 10 * YEAR, 50 * YEAR, -50 * YEAR])
async def test_a_leap_of_the_system_clock_deletes_and_repeats_nothing(
    store: Store, leap: timedelta
) -> None:
    """There, back and there again, with all that is done at a beat: not a row is another."""
    system = WrongSystemClock()
    async with bot_with_faults(store, system=system) as scene:
        readers = scene.add_readers(3)
        resting = scene.add_reader("Bo")
        store.chats.pause(BOT, resting.id, "asked", (DUE_AT + 3 * DAY).date())
        store.button_payloads.put(BOT, readers[0].id, "robots", DUE_AT)
        store.pending_questions.put(
            BOT, readers[0].id, readers[0].id, PendingQuestion("rename", 1), DUE_AT
        )
        await scene.make_digests_due()
        before = dump_tables(store)

        for error in (leap, timedelta(), leap):
            system.error = error
            await scene.advance_time(seconds=5)
            await scene.bot.apply_retention()
        assert dump_tables(store) == before

        scene.announce_papers(3)
        await scene.move_clock_to(DUE_AT + DAY - MINUTE)
        assert [len(scene.bot_messages(reader)) for reader in readers] == [1, 1, 1]
        await scene.move_clock_to(DUE_AT + DAY)
        assert [len(scene.bot_messages(reader)) for reader in readers] == [2, 2, 2]
        assert scene.bot_messages(resting) == []
        [topic] = await scene.topics(readers[0])
        assert topic.next_due == DUE_AT + 2 * DAY


@pytest.mark.parametrize("ahead", [timedelta(days=20), timedelta(days=400)])
async def test_a_clock_that_was_far_ahead_silences_nobody(store: Store, ahead: timedelta) -> None:
    """What was sent and held by the wrong clock does not wait for it to come true."""
    async with bot_with_faults(store) as scene:
        readers = scene.add_readers(3)
        scene.announce_papers(1)
        await scene.move_clock_to(DUE_AT + ahead)
        assert [len(scene.bot_messages(reader)) for reader in readers] == [1, 1, 1]

        scene.announce_papers(2)
        await scene.move_clock_to(DUE_AT - MINUTE)
        await scene.move_clock_to(DUE_AT)
        assert [len(scene.bot_messages(reader)) for reader in readers] == [2, 2, 2]
        [topic] = await scene.topics(readers[0])
        assert topic.next_due == DUE_AT + DAY


async def test_a_message_put_off_by_a_wrong_clock_leaves_by_the_right_one(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader("Ada")
        scene.announce_papers(1)
        scene.clock.instant = DUE_AT + timedelta(days=400)
        await scene.publish_digests()
        scene.clock.instant = DUE_AT

        await scene.advance_time(seconds=1)

        assert len(scene.bot_messages(ada)) == 1


async def test_ten_days_of_absence_are_one_digest_a_topic(store: Store) -> None:
    """Capped, with the rest told, and no burst; what came on each of the days is in it."""
    async with bot_with_faults(store) as scene:
        readers = [reader.id for reader in scene.add_readers(40)]
        instant = scene.clock.instant
    for number in range(10):
        day = (instant + number * DAY).date()
        announce(store, papers(*range(number * 4, number * 4 + 4)), day=day)

    again = open_store(f"sqlite:///{store.path}")
    try:
        async with bot_with_faults(again, instant=DUE_AT + 10 * DAY) as scene:
            for number in range(len(readers)):
                scene.emulator.people.create_person(f"Again{number}", has_started_bot=True)
            await scene.advance_time(seconds=1)
            for _ in range(5):
                await scene.advance_time(minutes=1)

            calls = scene.delivery_calls()
            text = say("en", "digest-shown-some", shown=12, matched=40, order="relevance")
            assert sorted(call.chat_id or 0 for call in calls) == sorted(readers), "one each"
            assert all(text in str(call.parameters["text"]) for call in calls)
            assert scene.most_calls_per_second() <= MAX_CALLS_PER_SECOND
            assert count_rows(again, "receipts", state="sent") == 12 * 40
            assert {
                topic.next_due for n in readers for topic in again.subscriptions.of_chat(BOT, n)
            } == {DUE_AT + 11 * DAY}
    finally:
        again.close()


async def test_a_chat_with_much_to_read_delays_nobody(store: Store) -> None:
    """Forty messages for one chat, which was first in the row, and a hundred chats with one."""
    async with bot_with_faults(store) as scene:
        heavy = scene.add_reader("Heavy", full=True)
        [topic] = await scene.topics(heavy)
        light = [scene.add_reader(f"Light{number}") for number in range(100)]
        set_topic_limit(store, topic, 39)
        scene.announce_papers(*range(39))
        await scene.move_clock_to(DUE_AT)

        order = [call.chat_id for call in scene.delivery_calls()]
        assert set(order) >= {person.id for person in light}
        last = max(order.index(person.id) for person in light)
        assert order[: last + 1].count(heavy.id) <= 5, "its own pace, a message a second"
        spent = (scene.delivery_calls()[last].called_at - DUE_AT).total_seconds()
        assert spent < 4.0, "a hundred messages at thirty a second"

        for _ in range(45):
            await scene.advance_time(seconds=1)
        parts = [str(call.parameters["text"]) for call in scene.delivery_calls(heavy.id)]
        assert len(parts) >= 40
        assert len(scene.bot_messages(heavy)) == len(parts)
