"""Bad calls get Telegram's own words."""

import pytest

from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.json_encoding import Json, JsonObject
from tests.demo.conftest import CallMethod
from tests.demo.payloads import cell, message, nested_details, paragraph, table

ADA = 700_000_001
SENT = 1


def rich(*blocks: Json) -> JsonObject:
    return {"chat_id": ADA, "rich_message": message(*blocks)}


def text(value: str, **more: Json) -> JsonObject:
    return {"chat_id": ADA, "text": value, **more}


def html(value: str) -> JsonObject:
    return text(value, parse_mode="HTML")


def keys(*row: Json) -> JsonObject:
    return text("x", reply_markup={"inline_keyboard": [[*row]]})


def edit(**more: Json) -> JsonObject:
    return {"chat_id": ADA, "message_id": SENT, **more}


def command(name: str, about: str = "x") -> JsonObject:
    return {"commands": [{"command": name, "description": about}]}


def button(**more: Json) -> JsonObject:
    return {"type": "buttons", "buttons": [{"text": "x", **more}]}


MANY_BUTTONS: list[Json] = [{"text": str(n), "callback_data": "x"} for n in range(101)]
PARSE = "can't parse entities: "
BLOCK = "can't parse InputRichBlock: "
KEY = "can't parse inline keyboard button: "
BAD_CALLS: list[tuple[str, JsonObject, str]] = [
    # texts
    ("sendMessage", {"text": "x"}, "chat_id is empty"),
    ("sendMessage", {"chat_id": ADA}, "message text is empty"),
    ("sendMessage", text("  \n "), "text must be non-empty"),
    ("sendMessage", html("<b> </b>"), "text must be non-empty"),
    ("sendMessage", text("x" * 4097), "message is too long"),
    ("sendMessage", text("é" * 16_385), "text is too long"),
    ("sendMessage", text("x", parse_mode="rst"), "unsupported parse_mode"),
    ("sendMessage", html("<h1>x</h1>"), PARSE + 'Unsupported start tag "h1" at byte offset 0'),
    ("sendMessage", html("é < b"), PARSE + 'Unsupported start tag "" at byte offset 3'),
    (
        "sendMessage",
        html("<b>x"),
        PARSE + 'Can\'t find end tag corresponding to start tag "b"',
    ),
    (
        "sendMessage",
        html("<b>a<i>b</b>"),
        PARSE + 'Unmatched end tag at byte offset 8, expected "</i>", found "</b>"',
    ),
    ("sendMessage", html("x</b>"), PARSE + "Unexpected end tag at byte offset 1"),
    (
        "sendMessage",
        html("<span>x</span>"),
        PARSE + 'Tag "span" must have class "tg-spoiler" at byte offset 0',
    ),
    ("sendMessage", text("x", entities="["), "can't parse entities JSON object"),
    ("sendMessage", text("x", entities={}), "expected an Array of MessageEntity"),
    (
        "sendMessage",
        text("x", entities=[{"type": "bold", "length": 1}]),
        "can't parse MessageEntity: Can't find field \"offset\"",
    ),
    # chats, threads, replies
    ("sendMessage", {"chat_id": 5, "text": "x"}, "chat not found"),
    ("sendMessage", {"chat_id": "@nobody", "text": "x"}, "chat not found"),
    ("sendMessage", text("x", message_thread_id=9), "message thread not found"),
    (
        "sendMessage",
        text("x", reply_parameters={"message_id": 9}),
        "message to be replied not found",
    ),
    ("sendMessage", text("x", reply_parameters={}), "message identifier is not specified"),
    # keyboards
    ("sendMessage", text("x", reply_markup="{"), "can't parse reply keyboard markup JSON object"),
    ("sendMessage", text("x", reply_markup=[]), "object expected as reply markup"),
    (
        "sendMessage",
        text("x", reply_markup={"inline_keyboard": {}}),
        'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array',
    ),
    (
        "sendMessage",
        text("x", reply_markup={"inline_keyboard": [{}]}),
        'field "inline_keyboard" must be an Array of Arrays',
    ),
    ("sendMessage", keys("x"), KEY + "InlineKeyboardButton must be an Object"),
    ("sendMessage", keys({"callback_data": "x"}), KEY + 'Can\'t find field "text"'),
    ("sendMessage", keys({"text": 5}), KEY + 'Field "text" must be of type String'),
    ("sendMessage", keys({"text": "x"}), KEY + "Text buttons are unallowed in the inline keyboard"),
    (
        "sendMessage",
        keys({"text": "x", "callback_data": ""}),
        KEY + "Text buttons are unallowed in the inline keyboard",
    ),
    ("sendMessage", keys({"text": "x", "callback_data": "é" * 33}), "BUTTON_DATA_INVALID"),
    (
        "sendMessage",
        keys({"text": "x", "url": "ftp://example.com"}),
        "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol",
    ),
    (
        "sendMessage",
        keys({"text": "x", "url": "here"}),
        "inline keyboard button URL 'here' is invalid: Wrong HTTP URL",
    ),
    (
        "sendMessage",
        keys(*MANY_BUTTONS),
        "reply markup is too long",
    ),
    # rich messages
    ("sendRichMessage", {"chat_id": ADA}, "rich message must be non-empty"),
    ("sendRichMessage", rich(), "rich message must be non-empty"),
    (
        "sendRichMessage",
        {"chat_id": ADA, "rich_message": "{"},
        "can't parse InputRichMessage JSON object",
    ),
    ("sendRichMessage", rich({"type": "heading", "text": "x"}), BLOCK + 'Can\'t find field "size"'),
    ("sendRichMessage", rich({"type": "paragraph"}), BLOCK + 'Can\'t find field "text"'),
    (
        "sendRichMessage",
        rich({"type": "sectionHeading", "text": "x"}),
        BLOCK + 'type "sectionHeading" is unsupported',
    ),
    ("sendRichMessage", rich(paragraph({"type": "plain"})), BLOCK + "Unsupported rich text type"),
    (
        "sendRichMessage",
        rich(paragraph({"type": "url", "text": "x"})),
        BLOCK + 'Can\'t find field "url"',
    ),
    (
        "sendRichMessage",
        rich({"type": "pre", "text": "x", "language": 5}),
        BLOCK + 'Field "language" must be of type String',
    ),
    (
        "sendRichMessage",
        rich({"type": "heading", "text": "x", "size": 9}),
        "invalid section heading size specified",
    ),
    ("sendRichMessage", rich({"type": "list", "items": []}), "list must be non-empty"),
    (
        "sendRichMessage",
        rich({"type": "list", "items": [{"blocks": [], "value": 1}, {"blocks": []}]}),
        "list must be either ordered or unordered",
    ),
    (
        "sendRichMessage",
        rich({"type": "list", "items": [{"blocks": [], "type": "x"}]}),
        "invalid list item type specified",
    ),
    ("sendRichMessage", rich(table([cell(colspan=0)])), "invalid table cell colspan specified"),
    ("sendRichMessage", rich({"type": "thinking", "text": "x"}), "block is not allowed"),
    ("sendRichMessage", rich({"type": "divider"}), "RICH_MESSAGE_EMPTY"),
    (
        "sendRichMessage",
        rich(paragraph({"type": "url", "text": "x", "url": "/abs/1"})),
        "RICH_MESSAGE_URL_INVALID",
    ),
    (
        "sendRichMessage",
        rich(paragraph({"type": "email_address", "text": "x", "email_address": "x"})),
        "RICH_MESSAGE_EMAIL_INVALID",
    ),
    (
        "sendRichMessage",
        rich(
            paragraph({"type": "date_time", "text": "x", "unix_time": 5, "date_time_format": "Y"})
        ),
        "RICH_MESSAGE_DATE_INVALID",
    ),
    ("sendRichMessage", rich(paragraph("x" * 32_769)), "RICH_MESSAGE_TEXT_TOO_LONG"),
    ("sendRichMessage", rich(*[paragraph()] * 501), "RICH_MESSAGE_BLOCKS_TOO_MANY"),
    ("sendRichMessage", rich(nested_details(16)), "RICH_MESSAGE_DEPTH_INVALID"),
    ("sendRichMessage", rich(table([cell()] * 21)), "RICH_MESSAGE_TABLE_COLS_TOO_MANY"),
    ("sendRichMessage", rich(button(callback_data="x" * 65)), "BUTTON_DATA_INVALID"),
    ("sendRichMessage", rich(button(url="ftp://a.b")), "RICH_MESSAGE_URL_INVALID"),
    ("sendRichMessage", {"chat_id": 5, "rich_message": message(paragraph())}, "chat not found"),
    (
        "sendMessage",
        keys({"text": "x", "web_app": {"url": "http://a.b"}}),
        "inline keyboard button Web App URL 'http://a.b' is invalid: Only HTTPS links are allowed",
    ),
    (
        "sendMessage",
        keys({"text": "x", "switch_inline_query": 5}),
        KEY + 'Field "switch_inline_query" must be of type String',
    ),
    (
        "sendRichMessage",
        rich(paragraph(5)),
        BLOCK + "RichText must be a String, an Array or an Object",
    ),
    (
        "sendRichMessage",
        rich(paragraph({"type": "custom_emoji", "custom_emoji_id": "x", "alternative_text": "x"})),
        "RICH_MESSAGE_EMOJI_INVALID",
    ),
    (
        "sendRichMessage",
        rich({"type": "map", "location": {"latitude": 1, "longitude": 1}, "zoom": 25}),
        "invalid map properties specified",
    ),
    (
        "sendRichMessage",
        rich({"type": "photo", "photo": {"type": "photo", "media": "x"}}),
        "wrong file identifier/HTTP URL specified",
    ),
    # edits and presses
    ("editMessageText", {"chat_id": ADA, "text": "x"}, "message identifier is not specified"),
    ("editMessageText", edit(), "message text is empty"),
    ("editMessageText", edit(text="x") | {"message_id": 9}, "message to edit not found"),
    ("editMessageText", edit(text="x") | {"message_id": 2}, "message can't be edited"),
    (
        "editMessageText",
        edit(text="hello"),
        "message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message",
    ),
    (
        "answerCallbackQuery",
        {"callback_query_id": "1"},
        "query is too old and response timeout expired or query ID is invalid",
    ),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
    # the rest
    ("sendDocument", {"chat_id": ADA}, "there is no document in the request"),
    (
        "sendDocument",
        {"chat_id": ADA, "document": "nothing"},
        "wrong file identifier/HTTP URL specified",
    ),
    ("setMyCommands", command(""), "command must be non-empty"),
    ("setMyCommands", command("x" * 33), "command length must not exceed 32"),
    ("setMyCommands", command("Start"), "BOT_COMMAND_INVALID"),
    ("setMyCommands", command("x", " "), "command description must be non-empty"),
    (
        "setMyCommands",
        command("x", "x" * 257),
        "command description length must not exceed 256",
    ),
    ("setMyCommands", command("x") | {"language_code": "eng"}, "invalid language code specified"),
    ("getChatMember", {"chat_id": ADA}, "invalid user_id specified"),
    ("getFile", {}, "file_id not specified"),
]


@pytest.mark.parametrize(("method", "parameters", "words"), BAD_CALLS)
async def test_a_bad_call_is_refused_in_telegrams_words(
    emulator: Emulator, call_method: CallMethod, method: str, parameters: JsonObject, words: str
) -> None:
    ada = emulator.people.create_person("Ada", has_started_bot=True)
    await call_method("sendMessage", chat_id=ada.id, text="hello")
    ada.send_text("hi")
    before = ada.messages()

    answer = await call_method(method, **parameters)

    assert answer == {"ok": False, "error_code": 400, "description": f"Bad Request: {words}"}
    assert ada.messages() == before


def test_there_are_enough_bad_calls() -> None:
    assert len(BAD_CALLS) >= 60


@pytest.mark.parametrize("method", ["sendEverything", "sendPoll"])
async def test_an_unknown_method_is_not_found(call_method: CallMethod, method: str) -> None:
    answer = await call_method(method)

    assert answer == {
        "ok": False,
        "error_code": 404,
        "description": "Not Found: method not found",
    }


async def test_method_names_know_no_case(call_method: CallMethod) -> None:
    assert (await call_method("GETME"))["ok"] is True


async def test_bottomless_json_is_refused(emulator: Emulator, call_method: CallMethod) -> None:
    emulator.people.create_person("Ada", has_started_bot=True)
    bottomless: Json = "x"
    for _ in range(900):
        bottomless = [bottomless]

    answer = await call_method("sendRichMessage", **rich(paragraph(bottomless)))

    assert answer["description"] == "Bad Request: can't parse request JSON object"
