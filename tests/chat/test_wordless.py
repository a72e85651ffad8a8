"""What has no words is answered in private, once, with what to type."""

from __future__ import annotations

import json

import pytest

from bot.chat.api.updates import What, asked
from bot.chat.user_limits import Limits
from bot.demo.emulator.json_encoding import JsonObject
from bot.texts import say
from storage import Store
from tests.chat.talk import Talk
from tests.support.running_bot import opening, staged

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
    either: Talk, content: JsonObject
) -> None:
    await either.says("/start")

    either.person.shows(content)

    [told] = await either.house.answered(either.person)
    assert told.text == either.text("start-wordless")


async def test_an_album_is_answered_once(store: Store) -> None:
    """Telegram sends each of its pictures as a message; here as fast as the clock can tell."""
    async with staged(store, limits=Limits(monotonic=lambda: 0.0)) as house:
        await opening(house)
        ada = house.person()
        for _ in range(10):
            ada.shows(_PHOTO | {"media_group_id": "1"})
        await house.settled()

        answers = [one.text for one in ada.reads() if one.is_from_bot]

    assert answers == [say("en", "start-wordless")]


async def test_a_caption_is_what_somebody_says(talk: Talk) -> None:
    talk.person.shows(_PHOTO | {"caption": "splatting"})

    [told] = await talk.house.answered(talk.person)

    assert told.text.startswith("splatting\n")


async def test_a_question_stays_open_behind_a_sticker(talk: Talk) -> None:
    topic = await talk.follows()
    await talk.forges(f"1rename:{topic.key}:0")
    talk.person.shows({"sticker": _STICKER})
    await talk.house.settled()

    await talk.says("Splats")

    assert [one.name for one in await talk.topics()] == ["Splats"]


async def test_in_a_group_pictures_are_for_the_people(talk: Talk) -> None:
    group = talk.house.emulator.people.supergroup("Lab", talk.person)
    group.add_bot(is_administrator=True)
    await talk.house.settled()
    before = talk.person.reads(group)

    talk.person.shows({"sticker": _STICKER}, group)
    await talk.house.settled()

    shown = [one for one in talk.person.reads(group) if one.is_from_bot]
    assert shown == [one for one in before if one.is_from_bot]


def test_what_telegram_itself_notes_in_a_chat_is_no_message() -> None:
    chat = {"id": 7, "type": "private", "first_name": "Ada"}
    person = {"id": 7, "is_bot": False, "first_name": "Ada"}
    message = {"message_id": 1, "date": 0, "chat": chat, "from": person}

    noted = message | {"write_access_allowed": {}}
    shown = message | _PHOTO

    assert asked(json.dumps({"update_id": 1, "message": noted}), "papergram_bot") is None
    found = asked(json.dumps({"update_id": 2, "message": shown}), "papergram_bot")
    assert found is not None
    assert found.what is What.WORDLESS
