"""A Telegram client that checks the shape of responses, and returns updates as raw JSON.

python-telegram-bot trusts the server. Here a response of an unexpected shape is a ``TelegramError``
like every other failure, and an update stays JSON until it is parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import telegram
from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest

from bot.chat.api.transport import MAX_INT64, ApiParameters, RequestUnanswered
from storage.records.chats import ChatKind

P = ParamSpec("P")
T = TypeVar("T")

_JSON_STRING = r'"(?:[^"\\]++|\\.)*+"'
_JSON_TOKEN = re.compile(rf'{_JSON_STRING}|[\[\]{{}},"]', re.DOTALL)
_JSON_MEMBER = re.compile(rf"\s*({_JSON_STRING})\s*:\s*(.*)", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_WHITESPACE = " \t\r\n"


def _is_storable_text(value: object) -> bool:
    """Return whether it is a text without lone surrogates, which JSON may contain."""
    return isinstance(value, str) and not _SURROGATE.search(value)


def _is_storable_integer(value: object) -> bool:
    return type(value) is int and abs(value) <= MAX_INT64


def _allow_none(is_valid: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or is_valid(value)


def _with_valid_fields(
    method: Callable[Concatenate[telegram.Bot, P], Awaitable[T]],
    **fields: Callable[[object], bool],
) -> Callable[Concatenate[telegram.Bot, P], Coroutine[object, None, T]]:
    """Wrap a method so that it raises only ``TelegramError`` and validates these fields.

    The library does not document what it raises for a response of an unexpected shape.
    """

    @wraps(method)
    async def call(bot: telegram.Bot, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            api_result = await method(bot, *args, **kwargs)
            invalid_names = [
                name for name, is_valid in fields.items() if not is_valid(getattr(api_result, name))
            ]
        except TelegramError:
            raise
        except Exception as error:
            failure = type(error).__name__
        else:
            if not invalid_names:
                return api_result
            failure = f"odd {invalid_names[0]}"
        raise NetworkError(failure) from RequestUnanswered(failure)

    return call


class Client(telegram.Bot):
    """A bot at a Bot API server whose responses are validated."""

    def __init__(
        self, token: str, base: str, *, request: BaseRequest, polling: BaseRequest
    ) -> None:
        super().__init__(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=request,
            get_updates_request=polling,
        )
        self._polling = polling

    @property
    def polling(self) -> BaseRequest:
        """The transport of the long polls."""
        return self._polling

    get_me = _with_valid_fields(
        telegram.Bot.get_me, id=_is_storable_integer, username=_is_storable_text
    )
    get_chat = _with_valid_fields(
        telegram.Bot.get_chat,
        id=_is_storable_integer,
        type=lambda value: value in tuple(ChatKind),
        title=_allow_none(_is_storable_text),
    )
    get_chat_member = _with_valid_fields(telegram.Bot.get_chat_member, status=_is_storable_text)
    get_file = _with_valid_fields(
        telegram.Bot.get_file,
        file_path=_is_storable_text,
        file_size=_allow_none(_is_storable_integer),
    )
    send_document = _with_valid_fields(telegram.Bot.send_document, message_id=_is_storable_integer)
    answer_callback_query = _with_valid_fields(telegram.Bot.answer_callback_query)
    set_my_commands = _with_valid_fields(telegram.Bot.set_my_commands)
    set_my_description = _with_valid_fields(telegram.Bot.set_my_description)
    set_my_short_description = _with_valid_fields(telegram.Bot.set_my_short_description)

    async def get_raw_updates(
        self, offset: int, timeout_seconds: int, allowed_updates: Sequence[str]
    ) -> list[str]:
        """Return the JSON of each update from ``offset`` on, as Telegram sent it.

        Raises:
            TelegramError: there was no response, or it contains no list of updates.
        """
        request_fields = {
            "offset": str(offset),
            "timeout": str(timeout_seconds),
            "allowed_updates": json.dumps(allowed_updates),
        }
        _, payload = await self._polling.do_request(
            f"{self.base_url}/getUpdates",
            "POST",
            ApiParameters(request_fields),
            read_timeout=(self._polling.read_timeout or 0) + timeout_seconds,
        )
        payload_text = payload.decode("utf-8", "replace")
        try:
            answer = split_json_object(payload_text)
            if answer.get("ok", "true") == "true":
                return split_json_array(answer.get("result", ""))
        except ValueError:
            pass
        self._polling.parse_json_payload(payload)  # raises the error of a refusal
        raise NetworkError("no updates") from RequestUnanswered("no updates")


def split_json_array(text: str, brackets: str = "[]") -> list[str]:
    """Return the JSON of each element of a JSON array, whatever its depth and length.

    Raises:
        ValueError: it is no array, or its brackets do not match.
    """
    text = text.strip(_WHITESPACE)
    if text[:1] + text[-1:] != brackets:
        raise ValueError("not the brackets of the value")
    element_texts: list[str] = []
    depth = array_end = 0
    element_start = 1
    for match in _JSON_TOKEN.finditer(text):
        symbol = match[0]
        if symbol == ",":
            if depth == 1:
                element_texts.append(text[element_start : match.start()].strip(_WHITESPACE))
                element_start = match.end()
        elif symbol in ("[", "{"):
            depth += 1
        elif symbol in ("]", "}"):
            depth -= 1
            if not depth:
                array_end = match.end()
                break
        elif symbol == '"':
            raise ValueError("a text without an end")
    if array_end != len(text):
        raise ValueError("brackets that do not match")
    last_part = text[element_start:-1].strip(_WHITESPACE)
    return [*element_texts, last_part] if element_texts or last_part else []


def split_json_object(text: str) -> Mapping[str, str]:
    """Return the JSON of each member of a JSON object, by name.

    Raises:
        ValueError: it is no object, or its brackets do not match.
    """
    value_by_name: dict[str, str] = {}
    for field_text in split_json_array(text, "{}"):
        if (member := _JSON_MEMBER.match(field_text)) is None:
            raise ValueError("not a member of an object")
        value_by_name[str(json.loads(member[1]))] = member[2]
    return value_by_name
