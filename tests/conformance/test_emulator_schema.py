"""The emulator beside the published schema: methods, parameters, and every object it answers."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.formatting.rich_message import BLOCK_TYPES
from bot.demo.formatting.rich_text import RICH_TEXT_FIELDS
from bot.demo.methods import METHODS
from bot.demo.methods.signatures import SIGNATURES
from bot.demo.people.people import Person
from tests.conformance.bot_api_schema import BotApiSchema
from tests.demo.payloads import digest_message
from tests.demo.test_any_call import answers, calls

Ask = Callable[..., Awaitable[Json]]


@pytest.fixture(scope="module")
def schema(real_data: Path) -> BotApiSchema:
    return BotApiSchema(real_data / "bot-api-10.3.json")


def test_every_method_has_a_signature() -> None:
    assert set(SIGNATURES) == set(METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_a_signature_is_the_published_one(schema: BotApiSchema, method: str) -> None:
    assert SIGNATURES[method] == schema.fields(method)


def test_rich_texts_are_the_published_ones(schema: BotApiSchema) -> None:
    published = {
        schema.constant_value(name): tuple(f.name for f in schema.fields(name) if f.name != "type")
        for name in schema.variants("RichText")
    }

    assert published == RICH_TEXT_FIELDS


def test_blocks_are_the_published_ones(schema: BotApiSchema) -> None:
    published = {schema.constant_value(name) for name in schema.variants("InputRichBlock")}

    assert published == BLOCK_TYPES


RETURNS = {
    "getMe": "User",
    "sendMessage": "Message",
    "sendRichMessage": "Message",
    "sendDocument": "Message",
    "editMessageText": "Message",
    "getUpdates": "Array of Update",
    "getFile": "File",
    "getChat": "ChatFullInfo",
    "getChatMember": "ChatMember",
}


async def test_every_answer_fits_the_schema(schema: BotApiSchema) -> None:
    emulator = Emulator()
    misfits: list[str] = []
    called: set[str] = set()
    transport = httpx.ASGITransport(app=emulator.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:

        async def ask(method: str, **parameters: Json) -> Json:
            address = f"/bot{emulator.token}/{method}"
            answer: JsonObject = (await client.post(address, json=parameters)).json()
            assert answer["ok"] is True, answer
            called.add(method)
            misfits.extend(
                schema.schema_errors(answer["result"], RETURNS.get(method, "True"), method)
            )
            return answer["result"]

        ada = emulator.people.create_person("Ada", has_started_bot=True)
        await _private(emulator, ask, ada, client)
        await _places(emulator, ask, ada)
        await _settings(ask)
        updates = await ask("getUpdates")

    assert misfits == []
    assert called == set(METHODS)
    assert emulator.misuses == []
    assert isinstance(updates, list)
    kinds = {name for update in updates if isinstance(update, dict) for name in update}
    assert kinds >= {"message", "edited_message", "callback_query", "my_chat_member"}
    assert kinds >= {"channel_post"}


@pytest.mark.slow
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(thrown=st.lists(calls(), min_size=1, max_size=8))
def test_answers_to_absurd_calls_fit_the_schema_too(
    schema: BotApiSchema, thrown: list[tuple[str, JsonObject]]
) -> None:
    emulator = Emulator()
    emulator.people.create_group(
        "Lab", emulator.people.create_person("Ada", has_started_bot=True)
    ).add_bot()

    given_back = asyncio.run(answers(emulator, thrown))

    for (method, _), answer in zip(thrown, given_back, strict=True):
        if answer["ok"]:
            assert schema.schema_errors(answer["result"], RETURNS.get(method, "True"), method) == []


async def _private(emulator: Emulator, ask: Ask, ada: Person, client: httpx.AsyncClient) -> None:
    number = ada.send_text("/start abc")
    ada.edit_message(number, "/start https://arxiv.org")
    text = "<b>a</b> <pre><code class='language-py'>b</code></pre> <a href='tg://user?id=700000001'>c</a>"
    keyboard: JsonObject = {"inline_keyboard": [[{"text": "Go", "callback_data": "g:1"}]]}
    reply: JsonObject = {"message_id": number}
    sent = await ask(
        "sendMessage",
        chat_id=ada.id,
        text=text + " <tg-time unix='1647531900' format='wDT'>then</tg-time>",
        parse_mode="HTML",
        reply_markup=keyboard,
        reply_parameters=reply,
        protect_content=True,
        link_preview_options={"is_disabled": True},
    )
    message: JsonObject = {"chat_id": ada.id, "message_id": _number(sent)}
    pressed = ada.press_button("Go")
    await ask("answerCallbackQuery", callback_query_id=_last_query(emulator), text="ok")
    await pressed
    await ask("editMessageText", text="new", reply_markup=keyboard, **message)
    await ask("sendRichMessage", chat_id=ada.id, rich_message=digest_message())
    document = await client.post(
        f"/bot{emulator.token}/sendDocument",
        data={"chat_id": str(ada.id), "caption": "x"},
        files={"document": ("x.md", b"x")},
    )
    shown = document.json()["result"]
    await ask("sendDocument", chat_id=ada.id, document=shown["document"]["file_id"])
    await ask("getFile", file_id=shown["document"]["file_id"])
    await ask("getChat", chat_id=ada.id)
    ada.block_bot()
    ada.unblock_bot()


async def _places(emulator: Emulator, ask: Ask, ada: Person) -> None:
    group = emulator.people.create_group("Lab", ada)
    group.add_bot()
    group.promote_bot()
    group.demote_bot()
    group.restrict_bot()
    await ask("getChatMember", chat_id=group.id, user_id=emulator.state.bot.id)
    group.migrate()
    channel = emulator.people.create_channel("News", ada, username="news")
    channel.add_bot(is_administrator=True)
    channel.post_message("hello")
    await ask("sendMessage", chat_id="@news", text="x")
    forum = emulator.people.create_supergroup("Forum", ada, is_forum=True)
    forum.add_bot(is_administrator=True)
    thread = forum.open_topic("First")
    await ask("sendMessage", chat_id=forum.id, text="x", message_thread_id=thread)
    await ask("getChat", chat_id=forum.id)
    for user in (ada.id, emulator.state.bot.id, emulator.people.create_person("Bob").id):
        await ask("getChatMember", chat_id=forum.id, user_id=user)


async def _settings(ask: Ask) -> None:
    await ask("getMe")
    commands: list[Json] = [{"command": "start", "description": "Begin"}]
    await ask("setMyCommands", commands=commands, scope={"type": "all_private_chats"})
    for subject in ("Description", "ShortDescription"):
        await ask(f"setMy{subject}", language_code="de")


def _number(message: Json) -> int:
    assert isinstance(message, dict)
    number = message["message_id"]
    assert isinstance(number, int)
    return number


def _last_query(emulator: Emulator) -> str:
    return list(emulator.state.button_presses)[-1]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"message_id": 1}, "Message"),
        ({"id": 1, "is_bot": False, "first_name": "A", "colour": "red"}, "User"),
        ({"id": "1", "is_bot": False, "first_name": "A"}, "User"),
        ({"type": "bold"}, "RichText"),
        ({"status": "owner", "user": {}}, "ChatMember"),
    ],
)
def test_the_checker_finds_faults(schema: BotApiSchema, value: Json, kind: str) -> None:
    assert schema.schema_errors(value, kind) != []
