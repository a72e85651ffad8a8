"""Whatever is thrown at the emulator, it answers as an API does, and its chats stay readable."""

import asyncio
from datetime import UTC, datetime

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.methods.signatures import SIGNATURES
from tests.demo.payloads import digest_message

ADA = 700_000_001
LAB = -1001
WORDS = st.one_of(
    st.sampled_from(["", "x", "HTML", "<b>x</b>", "<a", "@lab", "-1001", str(ADA), "{", "[]", "1"]),
    st.text(max_size=8),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, 2, -1, ADA, LAB, 2**70]),
    st.integers(-100, 100),
    st.floats(allow_nan=False, allow_infinity=False),
    WORDS,
)
FIELDS = st.sampled_from(
    [
        *("type", "text", "blocks", "items", "cells", "buttons", "url", "callback_data", "button"),
        *("inline_keyboard", "message_id", "offset", "length", "command", "description", "size"),
        *("summary", "name", "anchor_name", "unix_time", "document", "media", "copy_text", "user"),
        *("chat_id", "location", "zoom", "caption", "credit", "value", "colspan", "align", "style"),
    ]
)
KINDS = st.sampled_from(
    [
        *(
            "paragraph",
            "heading",
            "table",
            "details",
            "list",
            "buttons",
            "anchor",
            "map",
            "document",
        ),
        *(
            "bold",
            "url",
            "button",
            "date_time",
            "text_mention",
            "custom_emoji",
            "text_link",
            "chat",
        ),
    ]
)
VALUES: st.SearchStrategy[Json] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(FIELDS, inner, max_size=4),
        st.builds(
            lambda kind, fields: {**fields, "type": kind},
            KINDS,
            st.dictionaries(FIELDS, inner, max_size=4),
        ),
    ),
    max_leaves=8,
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, JsonObject]:
    """A method with parameters of its own names, sound in part and absurd in part."""
    method = draw(st.one_of(st.sampled_from(sorted(SIGNATURES)), st.sampled_from(RICHEST)))
    arguments: JsonObject = {}
    for parameter in SIGNATURES[method]:
        name = parameter.name
        if name == "timeout" or (not draw(st.booleans()) and not parameter.is_required):
            continue
        arguments[name] = SOUND.get(name)
        if draw(st.integers(0, 3)) == 0:
            arguments[name] = spoiled(draw, SOUND[name]) if name in SOUND else draw(VALUES)
    return method, arguments


def spoiled(draw: st.DrawFn, value: Json) -> Json:
    """Give a sound value as it is or with one thing in it replaced."""
    if draw(st.integers(0, 4)) == 0:
        return draw(VALUES)
    if isinstance(value, dict) and value:
        name = draw(st.sampled_from(sorted(value)))
        return {**value, name: spoiled(draw, value[name])}
    if isinstance(value, list) and value:
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], spoiled(draw, value[place]), *value[place + 1 :]]
    return value


RICHEST = ["sendMessage", "sendRichMessage", "editMessageText"]
SOUND: JsonObject = {
    "chat_id": ADA,
    "message_id": 1,
    "text": "x",
    "rich_message": digest_message(),
    "user_id": ADA,
    "parse_mode": "HTML",
    "entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "https://a.b"}],
    "commands": [{"command": "start", "description": "Begin"}],
    "scope": {"type": "chat", "chat_id": ADA},
    "reply_parameters": {"message_id": 1, "allow_sending_without_reply": True},
    "reply_markup": {
        "inline_keyboard": [
            [{"text": "x", "callback_data": "x", "style": "danger"}],
            [{"text": "x", "url": "https://a.b"}, {"text": "x", "copy_text": {"text": "x"}}],
            [{"text": "x", "switch_inline_query": ""}, {"text": "x", "disabled": {}}],
            [{"text": "x", "web_app": {"url": "https://a.b"}}],
        ]
    },
}


async def answers(emulator: Emulator, thrown: list[tuple[str, JsonObject]]) -> list[JsonObject]:
    """Make the calls one after the other and give the answers."""
    transport = httpx.ASGITransport(app=emulator.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        path = f"/bot{emulator.token}"
        return [
            (await client.post(f"{path}/{method}", json=parameters)).json()
            for method, parameters in thrown
        ]


@settings(max_examples=150)
@given(st.lists(calls(), min_size=1, max_size=8))
def test_any_call_is_answered(thrown: list[tuple[str, JsonObject]]) -> None:
    emulator = Emulator(now=lambda: datetime(2026, 3, 2, tzinfo=UTC))
    ada = emulator.people.create_person("Ada", has_started_bot=True)
    group = emulator.people.create_group("Lab", ada)
    group.add_bot(is_administrator=True)
    ada.send_text("/start")

    for answer in asyncio.run(answers(emulator, thrown)):
        if not answer["ok"]:
            assert answer["error_code"] in {400, 403, 409}
            assert str(answer["description"]).startswith(("Bad Request: ", "Forbidden: ", "Conf"))

    assert len(emulator.calls) == len(thrown)
    assert isinstance(ada.chat_transcript() + ada.chat_transcript(group), str)
