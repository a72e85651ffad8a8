"""What has no words is answered in private, once, with what to type."""

from __future__ import annotations

import json

import pytest

from bot.chat.api.updates import UpdateKind, parse_update
from bot.chat.user_limits import UserLimits
from bot.demo.emulator.json_encoding import JsonObject
from bot.texts import say
from storage import Store
from tests.chat.conversation import Conversation
from tests.support.running_bot import run_bot, store_sample

_FILE: JsonObject = {"file_id": "f", "file_unique_id": "u"}
_SIZE: JsonObject = {"width": 512, "height": 512}
_PHOTO: JsonObject = {"photo": [_FILE | _SIZE]}
_STICKER: JsonObject = _FILE | _SIZE | {"type": "regular", "is_animated": False, "is_video": False}
WORDLESS: list[JsonObject] = [
    _PHOTO,
    {"sticker": _STICKER},
    {"voice": _FILE | {"duration": 3}},
]


@pytest.mark.parametrize("content", WORDLESS, ids=lambda content: next(iter(content)))
async def test_a_message_without_words_is_told_what_to_type(
    localized_chat: Conversation, content: JsonObject
) -> None:
    await localized_chat.send_text("/start")

    localized_chat.person.send_content(content)

    [answer] = await localized_chat.running_bot.wait_for_replies(localized_chat.person)
    assert answer.text == localized_chat.text("start-wordless")


async def test_an_album_is_answered_once(store: Store) -> None:
    """Telegram sends each of its pictures as a message; here as fast as the clock can tell."""
    async with run_bot(store, limits=UserLimits(monotonic=lambda: 0.0)) as running_bot:
        await store_sample(running_bot)
        ada = running_bot.create_person()
        for _ in range(10):
            ada.send_content(_PHOTO | {"media_group_id": "1"})
        await running_bot.wait_until_idle()

        answers = [message.text for message in ada.messages() if message.is_from_bot]

    assert answers == [say("en", "start-wordless")]


async def test_a_caption_is_what_somebody_says(conversation: Conversation) -> None:
    conversation.person.send_content(_PHOTO | {"caption": "splatting"})

    [answer] = await conversation.running_bot.wait_for_replies(conversation.person)

    assert answer.text.startswith("splatting\n")


async def test_a_question_stays_open_behind_a_sticker(conversation: Conversation) -> None:
    topic = await conversation.subscribe()
    await conversation.send_forged_callback(f"1rename:{topic.key}:0")
    conversation.person.send_content({"sticker": _STICKER})
    await conversation.running_bot.wait_until_idle()

    await conversation.send_text("Splats")

    assert [topic.name for topic in await conversation.topics()] == ["Splats"]


async def test_in_a_group_pictures_are_for_the_people(conversation: Conversation) -> None:
    group = conversation.running_bot.emulator.people.create_supergroup("Lab", conversation.person)
    group.add_bot(is_administrator=True)
    await conversation.running_bot.wait_until_idle()
    before = conversation.person.messages(group)

    conversation.person.send_content({"sticker": _STICKER}, group)
    await conversation.running_bot.wait_until_idle()

    shown = [message for message in conversation.person.messages(group) if message.is_from_bot]
    assert shown == [message for message in before if message.is_from_bot]


def test_what_telegram_itself_notes_in_a_chat_is_no_message() -> None:
    chat = {"id": 7, "type": "private", "first_name": "Ada"}
    person = {"id": 7, "is_bot": False, "first_name": "Ada"}
    message = {"message_id": 1, "date": 0, "chat": chat, "from": person}

    noted = message | {"write_access_allowed": {}}
    shown = message | _PHOTO

    assert parse_update(json.dumps({"update_id": 1, "message": noted}), "papergram_bot") is None
    update = parse_update(json.dumps({"update_id": 2, "message": shown}), "papergram_bot")
    assert update is not None
    assert update.kind is UpdateKind.NON_TEXT
