"""Whatever shape an answer has: the call fails in one defined way, and the poll goes on."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import TelegramError

from bot.chat.api import file_download, polling, send_and_edit
from bot.chat.api.client import Client, split_json_array, split_json_object
from bot.chat.api.updates import UnreadableUpdate, parse_update
from bot.render.telegram.reply_encoding import Document
from bot.render.telegram.split_into_messages import Message
from bot.texts import Refusal
from storage import Store
from storage.records.chats import MessageForm
from storage.records.messages import (
    ChatUnreachable,
    MessageRejected,
    MovedToSupergroup,
    RetryLater,
    Sent,
    UnknownOutcome,
)
from tests.chat.api.fake_bot_api import stub_bot_api
from tests.chat.api.odd_shapes import HTTP_ANSWERS, HUGE_NUMBER, HttpAnswer, error_answer
from tests.support.database import pending_updates

CLASSIC = Message(MessageForm.CLASSIC, html="hello")
RICH = Message(MessageForm.THREE_COLUMNS, blocks=({"type": "paragraph", "text": "hello"},))
FILE = Document("a.md", b"a")
OUTCOMES = (
    Sent | RetryLater | UnknownOutcome | MovedToSupergroup | ChatUnreachable | MessageRejected
)

CALLS: Mapping[str, Callable[[Client], Awaitable[object]]] = {
    "getMe": lambda bot: bot.get_me(),
    "getChat": lambda bot: bot.get_chat("@papers"),
    "getChatMember": lambda bot: bot.get_chat_member(7, 8),
    "getFile": lambda bot: bot.get_file("x"),
    "getUpdates": lambda bot: bot.get_raw_updates(1, 0, ["message"]),
    "sendMessage": lambda bot: send_and_edit.send_message(bot, 7, CLASSIC),
    "sendRichMessage": lambda bot: send_and_edit.send_message(bot, 7, RICH, thread=5),
    "editMessageText": lambda bot: send_and_edit.edit_message(bot, 7, 8, CLASSIC),
    "sendDocument": lambda bot: send_and_edit.send_document(bot, 7, FILE, thread=5),
    "answerCallbackQuery": lambda bot: send_and_edit.answer_callback_query(
        bot, "1", "done", sleep=lambda _: asyncio.sleep(0)
    ),
    "setMyCommands": lambda bot: bot.set_my_commands([("help", "Help")]),
    "setMyDescription": lambda bot: bot.set_my_description("x"),
    "setMyShortDescription": lambda bot: bot.set_my_short_description("x"),
    "a file": lambda bot: file_download.download_file(bot, "x", 1000),
}


def test_there_are_shapes_enough() -> None:
    assert len({shape.name for shape in HTTP_ANSWERS}) >= 53


@pytest.mark.parametrize("method", CALLS)
async def test_every_shape_is_an_outcome_or_a_defined_error(
    method: str, caplog: pytest.LogCaptureFixture
) -> None:
    shapes = iter(HTTP_ANSWERS)
    shape = next(shapes)
    async with stub_bot_api(lambda *_: shape) as (bot, _):
        for shape in HTTP_ANSWERS:
            try:
                result = await CALLS[method](bot)
            except (TelegramError, Refusal):
                continue
            if method == "getUpdates":
                assert isinstance(result, list)
                continue
            if method.startswith("setMy"):
                continue  # nothing of their answer is read
            assert result is None or isinstance(result, OUTCOMES), shape.name
            if isinstance(result, Sent):
                assert b"message is not modified" in shape.body
            str(result).encode()  # what a store keeps
            if isinstance(result, RetryLater):
                assert 0 <= result.seconds <= 90_000

    assert not [
        record for record in caplog.records if record.exc_info or record.levelno > logging.WARNING
    ]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (error_answer(402), RetryLater),
        (error_answer(409), RetryLater),
        (error_answer(413), MessageRejected),
        (error_answer(418), RetryLater),
        (error_answer(429), RetryLater(6.0, "flood control", False, True)),
        (error_answer(429, retry_after="5"), RetryLater(6.0, "flood control", False, True)),
        (error_answer(429, retry_after=2**70), RetryLater(86_401.0, "flood control", False, True)),
        (HttpAnswer(418, b"<html>"), RetryLater),
        (
            HttpAnswer(200, error_answer(403, "Forbidden: bot was blocked by the user").body),
            ChatUnreachable,
        ),
        (
            HttpAnswer(200, error_answer(429, retry_after=3).body),
            RetryLater(4.0, "flood control", False, True),
        ),
        (error_answer(408), UnknownOutcome),
        (error_answer(499), UnknownOutcome),
        (error_answer(500), UnknownOutcome),
        (HttpAnswer(200, b'{"ok": true, "result": {}}'), UnknownOutcome),
    ],
    ids=lambda value: value.name if isinstance(value, HttpAnswer) else "",
)
async def test_what_was_refused_did_not_arrive(shape: HttpAnswer, expected: object) -> None:
    """A second copy is marked as a possible repeat only where the first may have arrived."""
    async with stub_bot_api(lambda *_: shape) as (bot, _):
        for message in (CLASSIC, RICH):
            outcome = await send_and_edit.send_message(bot, 7, message)
            assert expected in (outcome, type(outcome))


def update(number: int, chat: int = 7) -> dict[str, object]:
    """An update that somebody's words in a private chat are."""
    person = {"id": chat, "is_bot": False, "first_name": "Ada"}
    message = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private"}}
    return {"update_id": number, "message": message | {"from": person, "text": "/help"}}


def answered(*updates: object) -> HttpAnswer:
    """An answer to a poll; what is bytes stands in it as it is."""
    parts = [
        update if isinstance(update, bytes) else json.dumps(update).encode() for update in updates
    ]
    return HttpAnswer(200, b'{"ok":true,"result":[' + b",".join(parts) + b"]}")


@dataclass(slots=True)
class Poll:
    """A poll over a list of answers: it ends when they are used up."""

    offsets: list[int]
    pauses: list[float]


async def polled(store: Store, answers: list[HttpAnswer], *, wait: int = 0) -> Poll:
    """Polls until every answer was given; the bot's number is that of the token."""
    pauses: list[float] = []
    finished = asyncio.Event()
    answers_left = list(answers)

    def next_answer(method: str, _: object) -> HttpAnswer:
        if method == "getMe":
            me = {"id": 1, "is_bot": True, "first_name": "Bot", "username": "bot"}
            return HttpAnswer(200, json.dumps({"ok": True, "result": me}).encode())
        if answers_left:
            return answers_left.pop(0)
        finished.set()
        return HttpAnswer(200, b'{"ok": true, "result": []}')

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    async with stub_bot_api(next_answer) as (bot, double):
        await bot.get_me()
        task = asyncio.create_task(
            polling.poll(bot, store, lambda: None, timeout_seconds=wait, sleep=sleep)
        )
        waits = asyncio.create_task(finished.wait())
        await asyncio.wait([task, waits], timeout=30, return_when=asyncio.FIRST_COMPLETED)
        assert not task.done(), task.exception()
        assert finished.is_set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return Poll(double.poll_offsets, pauses)


def ids(store: Store) -> list[int]:
    return [update.id for update in pending_updates(store, 1, limit=10_000)]


async def test_the_poll_outlives_every_shape(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """Between two shapes it gets an update, and the pause after a failure is the first one."""
    # A conflict that does not end is another process: two in a row may be no shape.
    answers = [
        http_answer
        for n, shape in enumerate(HTTP_ANSWERS)
        for http_answer in (shape, answered(update(n + 1)))
    ]
    poll = await polled(store, answers)

    assert ids(store) == list(range(1, len(HTTP_ANSWERS) + 1))
    assert len(poll.pauses) >= 53
    assert max(poll.pauses) <= polling.MAX_WAIT_SECONDS
    assert len(
        [record for record in caplog.records if record.name == "bot.chat.api.polling"]
    ) <= len(HTTP_ANSWERS)
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_server_that_answers_badly_for_ever_is_asked_ever_less(store: Store) -> None:
    for bad in (b"[{}]", b"[null, 5]", b'[{"a": {}}]', json.dumps([update(1)]).encode()):
        shape = HttpAnswer(200, b'{"ok": true, "result": ' + bad + b"}")
        poll = await polled(store, [shape] * 8)
        assert poll.pauses[-1] == 30.0, bad


async def test_a_server_that_does_not_wait_is_not_asked_all_the_time(store: Store) -> None:
    poll = await polled(store, [answered()] * 3, wait=30)

    assert poll.pauses[:3] == [polling.MIN_EMPTY_POLL_SECONDS] * 3


async def test_an_update_is_kept_as_it_was_sent(store: Store) -> None:
    odd = json.dumps(update(5)).replace('"text"', '"empty": [],\n "unknown": {"a": []}, "text"')
    odd = odd.replace("/help", "/help \\u006f\\ud800 ☃")
    await polled(store, [answered(update(4), odd.encode(), update(6))])

    pending = pending_updates(store, 1)
    assert [update.id for update in pending] == [4, 5, 6]
    assert pending[1].body == odd
    assert pending[1].chat == 7


UNREADABLE = [
    b'{"update_id": 5, "message": {}}',
    b'{"update_id": 5, "message": 5}',
    b'{"update_id": 5, "message": {"message_id": 1, "chat": {"id": 7, "type": "private"}}}',
    json.dumps(update(5)).replace('"private"', '"x"').encode(),
    json.dumps(update(5, chat=2**70)).encode(),
    json.dumps(update(5)).replace('"/help"', '{"a": 1}').encode(),
    json.dumps(update(5)).replace('"id": 7', '"id": "seven"').encode(),
    b'{"update_id": 5, "message": ' + b'{"a":' * 9999 + b"1" + b"}" * 9999 + b"}",
    b'{"update_id": 5, "message": {"date": ' + HUGE_NUMBER.encode() + b"}}",
    b'{"message": {"date": {}}, "update_id": "5"}',
    b'{"message": {"date": {}}}',
    b'{"update_id": [5], "message": {}}',
    b'{"update_id": ' + HUGE_NUMBER.encode() + b', "message": {}}',
    b'{"update_id": 9999999999, "message": {}}',
    b'{"update_id": -5, "message": {}}',
    b'{"update_id": 5, "message": {bad}}',
]


@pytest.mark.parametrize("body", UNREADABLE, ids=lambda body: repr(body[:60]))
async def test_an_update_that_nobody_can_read_is_acknowledged(store: Store, body: bytes) -> None:
    """Also one whose id cannot be read, between others and alone."""
    between = await polled(store, [answered(update(4), body, update(6)), answered()])
    assert ids(store) == [4, 5, 6]
    assert between.offsets[1] == 7

    readable_body = body.replace(b'"update_id": 5', b'"update_id": 7').replace(b'"5"', b'"7"')
    alone = await polled(store, [answered(readable_body), answered(update(8))])
    assert ids(store) == [4, 5, 6, 7, 8]
    assert alone.offsets[:3] == [7, 8, 9]
    for pending_update in pending_updates(store, 1):
        if pending_update.id in (5, 7):
            with pytest.raises(UnreadableUpdate):
                parse_update(pending_update.body, "bot")


async def test_what_is_no_update_hides_none_that_is_one(store: Store) -> None:
    """Nothing is acknowledged that was not seen."""
    await polled(store, [answered({"a": {}}, update(1)), answered(5, None, update(2), {})])

    assert ids(store) == [1, 2]
    assert pending_updates(store, 1)[0].body == json.dumps(update(1))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
few = settings(max_examples=25)


@few
@given(st.lists(ANYTHING), st.sampled_from([None, 1]), st.booleans())
def test_the_elements_of_an_array_are_found(
    values: list[object], indent: int | None, is_ascii: bool
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=is_ascii)

    assert [repr(json.loads(element)) for element in split_json_array(text)] == [
        repr(element) for element in values
    ]


@few
@given(st.dictionaries(st.text(), ANYTHING))
def test_the_members_of_an_object_are_found(values: dict[str, object]) -> None:
    members = {
        name: json.loads(value) for name, value in split_json_object(json.dumps(values)).items()
    }

    assert repr(members) == repr(values)


@few
@given(st.text(alphabet='[]{}",:\\ \n1a'))
def test_broken_json_is_refused_or_split(text: str) -> None:
    """Nothing is lost but brackets, commas and space, and JSON that is whole is never refused."""
    try:
        parts = split_json_array(text)
    except ValueError:
        parts = None
    try:
        content = json.loads(text)
    except ValueError:
        content = None

    if isinstance(content, list):
        assert parts is not None
        assert list(map(json.loads, parts)) == content
    elif parts is not None:
        assert text.strip(" \n\t\r").startswith("[")
        assert all(part in text for part in parts)
