"""Answers have what digests have: again where it must, marked where in doubt, and not too late."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.demo.emulator import faults
from bot.demo.emulator.faults import Fault, slow_response
from bot.demo.people.people import Person
from bot.texts import say
from storage import Store
from storage.records.chats import MessageForm
from storage.records.messages import MessageState, Priority
from tests.support.builders import BOT, NOW
from tests.support.database import count_rows
from tests.system.faults.scene import REPEAT_NOTE, FaultScenario, bot_with_faults

Make = Callable[[], Fault]
Says = Callable[[FaultScenario, Person], Awaitable[None]]


def _gateway_timeout() -> Fault:
    return Fault("504", html_page=(504, "<html>504 Gateway Time-out</html>"))


LOST = (faults.internal_error, faults.bad_gateway, _gateway_timeout, faults.connection_closed)
ARRIVED = (faults.accepted_then_bad_gateway, faults.accepted_then_connection_closed)


def _flood() -> Fault:
    return faults.too_many_requests(3)


FAULTS = (*LOST, *ARRIVED, _flood)


async def _goes_on(scene: FaultScenario, seconds: int = 60) -> None:
    """Lets time pass in steps, until the last attempt has been made."""
    for _ in range(seconds // 3):
        await scene.advance_time(seconds=3)


def _answers(store: Store) -> list[tuple[str, int]]:
    """The states and doubts of all answers that are not sent, or are in doubt."""
    rows = store._engine.fetch_all(
        "select state, unknown_sends, reply_content from outbox_messages where priority < 0"
    )
    assert all(row["reply_content"] is None for row in rows), (
        "a settled answer still says something"
    )
    return [(row["state"], row["unknown_sends"]) for row in rows]


def _marks(shown: list[str], fault: Make) -> None:
    """One answer, whose second copy is marked where the first one may have arrived."""
    if fault is _flood:
        assert [REPEAT_NOTE in text for text in shown] == [False]
    elif fault in LOST:
        assert [REPEAT_NOTE in text for text in shown] == [True]
    else:
        assert [REPEAT_NOTE in text for text in shown] == [False, True]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_message_is_sent_again(store: Store, fault: Make) -> None:
    async with bot_with_faults(store) as scene:
        ada, bob = scene.create_person("Ada"), scene.create_person("Bob")
        scene.emulator.faults.schedule("sendMessage", fault(), chat=ada.id)

        ada.send_text("/about")
        bob.send_text("/about")
        await scene.wait_until_idle()
        assert len(scene.bot_messages(bob)) == 1, "nobody else waits"
        await _goes_on(scene)

        assert all("Papergram" in text for text in scene.bot_messages(ada))
        _marks(scene.bot_messages(ada), fault)
        assert {state for state, _ in _answers(store)} == {"sent"}


@pytest.mark.parametrize("fault", FAULTS)
async def test_several_messages_keep_their_order(store: Store, fault: Make) -> None:
    """What was said later comes later, also what another update brought."""
    async with bot_with_faults(store) as scene:
        ada = scene.create_person()
        await scene.send_text(ada, "/start")
        scene.emulator.faults.schedule("sendMessage", fault(), chat=ada.id)

        ada.send_text("/about")
        ada.send_text("/export")
        ada.send_text("/saved")
        await scene.wait_until_idle()
        await _goes_on(scene)

        messages = scene.bot_messages(ada)[-3 if fault not in ARRIVED else -4 :]
        first = len(messages) - 2
        assert all("Papergram" in text for text in messages[:first])
        assert say("en", "export-none") in messages[first]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_file_is_sent_again(store: Store, fault: Make) -> None:
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader()
        scene.emulator.faults.schedule("sendDocument", fault(), chat=ada.id)

        ada.send_text("/export")
        await scene.wait_until_idle()
        await _goes_on(scene)

        files = [message for message in ada.messages() if message.document]
        _marks([file.text for file in files], fault)
        assert len({file.document for file in files}) == 1


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_edit_is_made_again_and_marks_nothing(store: Store, fault: Make) -> None:
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader()
        [shown] = await scene.send_text(ada, "/settings")
        scene.emulator.faults.schedule("editMessageText", fault(), chat=ada.id)

        await scene.press_button(ada, say("en", "button-time"))
        await _goes_on(scene)

        [changed] = [message for message in ada.messages() if message.is_from_bot]
        assert changed.id == shown.id
        assert changed.text != shown.text
        assert REPEAT_NOTE not in changed.text
        assert {doubts for _, doubts in _answers(store)} == {0}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_refused_table_comes_as_text_though_that_fails_at_first(
    store: Store, fault: Make
) -> None:
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader(form=MessageForm.THREE_COLUMNS)
        await scene.make_digests_due()
        [digest] = [message for message in ada.messages() if message.is_rich]
        refusal = faults.error_response(400, "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG")
        scene.emulator.faults.schedule("sendRichMessage", refusal, chat=ada.id)
        scene.emulator.faults.schedule("sendMessage", fault(), chat=ada.id)

        await scene.press_button(ada, "1", message_id=digest.id)
        await _goes_on(scene)

        shown = scene.bot_messages(ada)[1:]
        assert all("Study 1 of" in text or "Study 2 of" in text for text in shown)
        _marks(shown, fault)


@pytest.mark.parametrize("fault", [*LOST, _flood])
async def test_a_toast_is_shown_though_it_fails_at_first(store: Store, fault: Make) -> None:
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader()
        await scene.send_text(ada, "/settings")
        scene.emulator.faults.schedule("answerCallbackQuery", fault())

        pressed = ada.press_button(say("en", "button-time"))
        await scene.wait_until_idle()
        for _ in range(6):
            await asyncio.sleep(0)
            await scene.advance_time(seconds=1)

        async with asyncio.timeout(5):
            await pressed
        assert len(scene.delivery_calls(method="answerCallbackQuery")) == 2


async def test_a_toast_is_given_up_when_nobody_looks_any_more(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader()
        await scene.send_text(ada, "/settings")
        scene.emulator.faults.schedule("answerCallbackQuery", faults.too_many_requests(60))

        ada.press_button(say("en", "button-time"))
        await scene.wait_until_idle()
        await _goes_on(scene, 90)

        assert len(scene.delivery_calls(method="answerCallbackQuery")) == 1


async def test_an_answer_that_comes_too_late_is_dropped(store: Store) -> None:
    """A message after ten minutes, a file after a day; the operator is told how many."""
    async with bot_with_faults(store) as scene:
        ada, bob = scene.add_reader("Ada"), scene.add_reader("Bob")
        for method in ("sendMessage", "sendDocument"):
            scene.emulator.faults.schedule(method, faults.too_many_requests(700))

        ada.send_text("/about")
        bob.send_text("/export")
        await scene.wait_until_idle()
        await scene.advance_time(seconds=701)
        await scene.advance_time(seconds=5)

        assert scene.bot_messages(ada) == [], "nobody waits for it any more"
        assert len([message for message in bob.messages() if message.document]) == 1, (
            "a file is wanted for longer"
        )
        assert sorted(_answers(store)) == [("dropped", 0), ("sent", 0)]
        assert store.outbox.count_expired_replies(scene.bot.telegram.id, scene.clock.instant) == 0
        day = scene.clock.instant - timedelta(days=1)
        assert store.outbox.count_expired_replies(scene.bot.telegram.id, day) == 1


async def test_a_file_is_dropped_after_a_day(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader()
        scene.emulator.faults.schedule("sendDocument", faults.too_many_requests(90_000))

        ada.send_text("/export")
        await scene.wait_until_idle()
        await scene.advance_time(seconds=90_005)

        assert not [message for message in ada.messages() if message.document]
        assert _answers(store) == [("dropped", 0)]


async def test_a_later_edit_of_a_message_replaces_one_that_waits(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader()
        [shown] = await scene.send_text(ada, "/settings")
        scene.emulator.faults.schedule("editMessageText", faults.too_many_requests(30), chat=ada.id)

        ada.press_forged("1times:0:0", shown.id)
        await scene.wait_until_idle()
        ada.press_forged("1zones:0:0", shown.id)
        await scene.wait_until_idle()
        await _goes_on(scene)

        edits = scene.delivery_calls(method="editMessageText")
        assert len(edits) == 2, "the first one is not tried again"
        assert edits[0].parameters["text"] != edits[1].parameters["text"]
        assert [state for state, _ in sorted(_answers(store))] == ["dropped", "sent", "sent"]


async def test_one_chat_that_must_wait_delays_no_other_and_no_digest_waits_for_answers(
    store: Store,
) -> None:
    async with bot_with_faults(store) as scene:
        ada, bob = scene.add_reader("Ada"), scene.add_reader("Bob")
        scene.emulator.faults.schedule("sendMessage", faults.bad_gateway(), times=4, chat=ada.id)

        ada.send_text("/about")
        await scene.wait_until_idle()
        bob.send_text("/about")
        await scene.wait_until_idle()
        assert len(scene.bot_messages(bob)) == 1
        await scene.make_digests_due()

        assert len(scene.bot_messages(bob)) == 2
        assert (
            count_rows(
                store, "outbox_messages", chat=ada.id, priority=Priority.SCHEDULED, state="ready"
            )
            <= 1
        )


async def test_a_copy_leaves_before_the_data_go(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader()
        scene.emulator.faults.schedule("sendDocument", faults.bad_gateway(), chat=ada.id)
        ada.send_text("/forget")
        await scene.wait_until_idle()

        refused = await scene.press_button(ada, say("en", "button-forget"))

        assert refused.toast == say("en", "forget-waits")
        assert count_rows(store, "chats", chat=ada.id) == 1
        await _goes_on(scene)
        assert len([message for message in ada.messages() if message.document]) == 1

        answer = await scene.press_button(ada, say("en", "button-forget"))

        assert answer.only_message.text == say("en", "forget-done")
        assert count_rows(store, "chats", chat=ada.id) == 0
        assert count_rows(store, "outbox_messages", chat=ada.id) == 0


async def test_a_channels_copy_leaves_before_its_data_go(store: Store) -> None:
    """The copy waits in the private chat from which the channel is managed."""
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader()
        channel = scene.emulator.people.create_channel("Papers", ada, username="papers")
        channel.add_bot(is_administrator=True)
        await scene.wait_until_idle()
        await scene.send_text(ada, "/sub @papers diffusion")
        await scene.press_button(ada, say("en", "button-subscribe"))
        scene.emulator.faults.schedule("sendDocument", faults.bad_gateway(), chat=ada.id)
        ada.send_text("/forget @papers")
        await scene.wait_until_idle()

        refused = await scene.press_button(ada, say("en", "button-forget"))

        assert refused.toast == say("en", "forget-waits")
        assert count_rows(store, "chats", chat=channel.id) == 1
        await _goes_on(scene)
        assert len([message for message in ada.messages() if message.document]) == 1
        answer = await scene.press_button(ada, say("en", "button-forget"))
        assert say("en", "forget-done") in answer.only_message.text
        assert count_rows(store, "chats", chat=channel.id) == 0


def _waiting(store: Store) -> set[int]:
    """The chats with a message that is to be tried again."""
    waiting = store.outbox.messages_in_state(BOT, MessageState.READY)
    return {message.chat for message in waiting if message.attempts}


async def test_a_chat_that_hangs_holds_no_answer_to_another(store: Store) -> None:
    """Also not one that has to be sent again, by the workers of which others are waiting."""
    async with bot_with_faults(store) as scene:
        ada, bob = scene.add_reader("Ada"), scene.add_reader("Bob")
        answered = asyncio.Event()
        scene.emulator.faults.schedule("sendMessage", slow_response(answered), chat=ada.id)
        scene.announce_papers(1)
        scene.clock.instant += timedelta(days=2)
        await scene.bot.publish_due()
        await scene.wait_until(lambda: bool(scene.delivery_calls(ada.id)))
        scene.emulator.faults.schedule("sendMessage", faults.bad_gateway(), chat=bob.id)

        bob.send_text("/about")
        await scene.wait_until(lambda: len(scene.delivery_calls(bob.id)) >= 2)
        await scene.wait_until(lambda: bob.id in _waiting(store))
        scene.clock.instant += timedelta(seconds=10)
        scene.outbox_event.set()
        await scene.wait_until(lambda: any("Papergram" in text for text in scene.bot_messages(bob)))

        answered.set()
        await scene.wait_until_idle()


async def test_many_who_ask_at_once_are_answered_at_the_rate(store: Store) -> None:
    """Ninety people get ninety answers, and the last one not before its turn at thirty a second."""
    async with bot_with_faults(store) as scene:
        people = [scene.create_person(f"P{number}") for number in range(90)]

        for person in people:
            person.send_text("/about")
        await scene.wait_until_idle()

        assert all(len(scene.bot_messages(person)) == 1 for person in people)
        waited = (scene.clock.instant - NOW).total_seconds()
        assert 89 / 30 <= waited + 0.021 <= 4.0
