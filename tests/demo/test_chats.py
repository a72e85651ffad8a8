"""Chats as a bot meets them: blocked, thrown out, migrated, with topics, with limits of time."""

import pytest

from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.json_encoding import JsonObject
from bot.demo.emulator.rate_limits import RateLimits
from bot.demo.people.people import Person
from tests.demo.conftest import CallMethod
from tests.support.clock import FakeClock


@pytest.fixture
def ada(emulator: Emulator) -> Person:
    return emulator.people.create_person("Ada", has_started_bot=True)


async def updates(emulator: Emulator) -> list[str]:
    """Give the kinds of the updates that wait, oldest first, and drop them."""
    waiting = await emulator.state.updates.fetch(0, 100, 0)
    await emulator.state.updates.fetch(2**31, 1, 0)
    return [name for update in waiting for name in update if name != "update_id"]


async def test_a_stranger_cannot_be_written_to(emulator: Emulator, call_method: CallMethod) -> None:
    stranger = emulator.people.create_person("Eve")

    answer = await call_method("sendMessage", chat_id=stranger.id, text="x")

    assert answer["error_code"] == 403
    assert answer["description"] == "Forbidden: bot can't initiate conversation with a user"


async def test_blocking_and_unblocking(
    emulator: Emulator, call_method: CallMethod, ada: Person
) -> None:
    ada.block_bot()
    refused = await call_method("sendMessage", chat_id=ada.id, text="x")
    ada.unblock_bot()
    taken = await call_method("sendMessage", chat_id=ada.id, text="x")

    assert refused["description"] == "Forbidden: bot was blocked by the user"
    assert taken["ok"] is True
    assert await updates(emulator) == ["my_chat_member", "my_chat_member"]


async def test_a_deleted_account(call_method: CallMethod, ada: Person) -> None:
    ada.delete_account()

    answer = await call_method("sendMessage", chat_id=ada.id, text="x")

    assert answer["description"] == "Forbidden: user is deactivated"


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_a_place_shuts_the_bot_out(
    emulator: Emulator, call_method: CallMethod, ada: Person, kind: str
) -> None:
    place = getattr(emulator.people, f"create_{kind}")("Lab", ada)

    outside = await call_method("sendMessage", chat_id=place.id, text="x")
    place.add_bot(is_administrator=True)
    inside = await call_method("sendMessage", chat_id=place.id, text="x")
    place.remove_bot()
    thrown_out = await call_method("sendMessage", chat_id=place.id, text="x")
    place.delete_chat()
    gone = await call_method("sendMessage", chat_id=place.id, text="x")

    assert outside["description"] == f"Forbidden: bot is not a member of the {kind} chat"
    assert inside["ok"] is True
    assert thrown_out["description"] == f"Forbidden: bot was kicked from the {kind} chat"
    assert gone["description"] == "Forbidden: the group chat was deleted"


async def test_rights_are_asked_for(
    emulator: Emulator, call_method: CallMethod, ada: Person
) -> None:
    group, channel = (
        emulator.people.create_group("Lab", ada),
        emulator.people.create_channel("News", ada),
    )
    group.add_bot()
    group.restrict_bot()
    channel.add_bot()

    in_group = await call_method("sendMessage", chat_id=group.id, text="x")
    in_channel = await call_method("sendMessage", chat_id=channel.id, text="x")

    assert in_group["description"] == (
        "Bad Request: not enough rights to send text messages to the chat"
    )
    assert in_channel["description"] == (
        "Bad Request: need administrator rights in the channel chat"
    )


async def test_a_group_migrates(emulator: Emulator, call_method: CallMethod, ada: Person) -> None:
    group = emulator.people.create_group("Lab", ada)
    group.add_bot()
    await updates(emulator)

    grown = group.migrate()
    answer = await call_method("sendMessage", chat_id=group.id, text="x")

    assert answer == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": grown.id},
    }
    assert (await call_method("sendMessage", chat_id=grown.id, text="x"))["ok"] is True
    assert await updates(emulator) == ["message", "message"]


async def test_topics_of_a_forum(emulator: Emulator, call_method: CallMethod, ada: Person) -> None:
    forum = emulator.people.create_supergroup("Lab", ada, is_forum=True)
    forum.add_bot(is_administrator=True)
    thread = forum.open_topic("Papers")

    posted = await call_method("sendMessage", chat_id=forum.id, text="x", message_thread_id=thread)
    forum.close_topic(thread)
    shut = await call_method("sendMessage", chat_id=forum.id, text="x", message_thread_id=thread)
    forum.delete_topic(thread)
    gone = await call_method("sendMessage", chat_id=forum.id, text="x", message_thread_id=thread)

    assert result(posted)["message_thread_id"] == thread
    assert shut["description"] == "Bad Request: TOPIC_CLOSED"
    assert gone["description"] == "Bad Request: message thread not found"


async def test_privacy_mode_hides_small_talk(
    emulator: Emulator, call_method: CallMethod, ada: Person
) -> None:
    group = emulator.people.create_group("Lab", ada)
    group.add_bot()
    sent = await call_method("sendMessage", chat_id=group.id, text="digest")
    number = result(sent)["message_id"]
    assert isinstance(number, int)
    await updates(emulator)

    ada.send_text("how are you all?", group)
    ada.send_text("/help@another_bot", group)
    ada.send_content({"sticker": {"file_id": "s"}}, group)
    assert await updates(emulator) == []

    ada.send_text("/help", group)
    ada.send_text("/help@papergram_demo_bot", group)
    ada.send_text("hello @papergram_demo_bot", group)
    ada.send_text("thanks", group, reply_to_id=number)
    assert await updates(emulator) == ["message"] * 4


async def test_a_channel_post_reaches_the_bot(emulator: Emulator, ada: Person) -> None:
    channel = emulator.people.create_channel("News", ada, username="news")
    channel.add_bot(is_administrator=True)
    await updates(emulator)

    channel.post_message("hello")

    assert await updates(emulator) == ["channel_post"]


async def test_a_channel_has_a_name_to_write_to(
    emulator: Emulator, call_method: CallMethod, ada: Person
) -> None:
    channel = emulator.people.create_channel("News", ada, username="news")
    channel.add_bot(is_administrator=True)

    sent = await call_method("sendMessage", chat_id="@News", text="x")

    chat = result(sent)["chat"]
    assert isinstance(chat, dict)
    assert chat["id"] == channel.id
    assert "from" not in result(sent)


async def test_members_are_described(
    emulator: Emulator, call_method: CallMethod, ada: Person
) -> None:
    bob = emulator.people.create_person("Bob")
    group = emulator.people.create_supergroup("Lab", ada, bob)
    group.add_bot()

    owner = await call_method("getChatMember", chat_id=group.id, user_id=ada.id)
    chat = await call_method("getChat", chat_id=group.id)

    assert result(owner)["status"] == "creator"
    assert result(chat)["title"] == "Lab"


async def test_a_press_is_answered_within_its_time(
    emulator: Emulator, call_method: CallMethod, ada: Person, clock: FakeClock
) -> None:
    keyboard: JsonObject = {"inline_keyboard": [[{"text": "Go", "callback_data": "g"}]]}
    await call_method("sendMessage", chat_id=ada.id, text="x", reply_markup=keyboard)
    ada.press_button((0, 0))
    [update] = await emulator.state.updates.fetch(0, 1, 0)
    query = update["callback_query"]
    assert isinstance(query, dict)
    clock.advance(minutes=16)

    answer = await call_method("answerCallbackQuery", callback_query_id=query["id"])

    assert answer["description"] == (
        "Bad Request: query is too old and response timeout expired or query ID is invalid"
    )


async def test_rates_are_kept_where_they_are_switched_on(
    clock: FakeClock, call_method: CallMethod
) -> None:
    rates = RateLimits()

    assert rates.take_or_wait("1", clock.instant) is None
    assert rates.take_or_wait("1", clock.instant) == 1
    assert rates.take_or_wait("2", clock.instant) is None
    clock.advance(seconds=1)
    assert rates.take_or_wait("1", clock.instant) is None
    group = [rates.take_or_wait("-5", clock.instant) for _ in range(21)]
    assert group == [None] * 20 + [60]
    others = [rates.take_or_wait(str(number), clock.instant) for number in range(100, 110)]
    assert others == [None] * 9 + [1]


def result(answer: JsonObject) -> JsonObject:
    """Give the result of an answer that must be good."""
    value = answer.get("result")
    assert isinstance(value, dict), answer
    return value
