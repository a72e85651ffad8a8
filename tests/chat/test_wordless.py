"""What has no words is answered in private, once, with what to type."""

from __future__ import annotations

import json

import pytest

from bot.chat.api.updates import UpdateKind, parse_update
from bot.chat.user_limits import UserLimits
from bot.demo.emulator.json_encoding import JsonObject
from bot.texts import say
from storage import Store
from tests.chat.talk import Conversation
from tests.support.running_bot import run_bot, store_sample

_FILE: JsonObject = {"file_id": "f", "file_unique_id": "u"}
_SIZE: JsonObject = {"width": 512, "height": 512}
_PHOTO: JsonObject = {"photo": [_FILE | _SIZE]}
_STICKER: JsonObject = _FILE | _SIZE | {"type": "regular", "is_animated": False, "is_video": False}
WORDLESS: list[JsonObject] = [
    _PHOTO,
    {"sticker": _STICKER},
    {"voice": _FILE | {"duration": 3}},
    {"location": {"latitude": 52.5, "longitude": 13.4}},
]


@pytest.mark.parametrize("content", WORDLESS, ids=lambda content: next(iter(content)))
async def test_a_message_without_words_is_told_what_to_type(
    either: Conversation, content: JsonObject
) -> None:
    await either.send_text("/start")

    either.person.send_content(content)

    [told] = await either.running_bot.wait_for_replies(either.person)
    assert told.text == either.text("start-wordless")


async def test_an_album_is_answered_once(store: Store) -> None:
    """Telegram sends each of its pictures as a message; here as fast as the clock can tell."""
    async with run_bot(store, limits=UserLimits(monotonic=lambda: 0.0)) as house:
        await store_sample(house)
        ada = house.create_person()
        for _ in range(10):
            ada.send_content(_PHOTO | {"media_group_id": "1"})
        await house.wait_until_idle()

        answers = [one.text for one in ada.messages() if one.is_from_bot]

    assert answers == [say("en", "start-wordless")]


async def test_a_caption_is_what_somebody_says(talk: Conversation) -> None:
    talk.person.send_content(_PHOTO | {"caption": "splatting"})

    [told] = await talk.running_bot.wait_for_replies(talk.person)

    assert told.text.startswith("splatting\n")


async def test_a_question_stays_open_behind_a_sticker(talk: Conversation) -> None:
    topic = await talk.subscribe()
    await talk.send_forged_callback(f"1rename:{topic.key}:0")
    talk.person.send_content({"sticker": _STICKER})
    await talk.running_bot.wait_until_idle()

    await talk.send_text("Splats")

    assert [one.name for one in await talk.topics()] == ["Splats"]


async def test_in_a_group_pictures_are_for_the_people(talk: Conversation) -> None:
    group = talk.running_bot.emulator.people.create_supergroup("Lab", talk.person)
    group.add_bot(is_administrator=True)
    await talk.running_bot.wait_until_idle()
    before = talk.person.messages(group)

    talk.person.send_content({"sticker": _STICKER}, group)
    await talk.running_bot.wait_until_idle()

    shown = [one for one in talk.person.messages(group) if one.is_from_bot]
    assert shown == [one for one in before if one.is_from_bot]


def test_what_telegram_itself_notes_in_a_chat_is_no_message() -> None:
    chat = {"id": 7, "type": "private", "first_name": "Ada"}
    person = {"id": 7, "is_bot": False, "first_name": "Ada"}
    message = {"message_id": 1, "date": 0, "chat": chat, "from": person}

    noted = message | {"write_access_allowed": {}}
    shown = message | _PHOTO

    assert parse_update(json.dumps({"update_id": 1, "message": noted}), "papergram_bot") is None
    found = parse_update(json.dumps({"update_id": 2, "message": shown}), "papergram_bot")
    assert found is not None
    assert found.kind is UpdateKind.NON_TEXT
