"""The methods of the Bot API that the library reads for us, and updates as Telegram sends them.

The library believes what a server answers. Here an answer of another shape than the method's is a
``TelegramError`` like every other failure, and an update is JSON until somebody reads it.
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

from bot.chat.api.transport import LARGEST, Fields, Unanswered
from storage.records import ChatKind

P = ParamSpec("P")
T = TypeVar("T")

_STRING = r'"(?:[^"\\]++|\\.)*+"'
_TOKEN = re.compile(rf'{_STRING}|[\[\]{{}},"]', re.DOTALL)
_MEMBER = re.compile(rf"\s*({_STRING})\s*:\s*(.*)", re.DOTALL)
_HALF = re.compile("[\ud800-\udfff]")
_SPACE = " \t\r\n"


def _is_text(value: object) -> bool:
    """Whether it is a text that a store keeps: JSON may hold halves of characters."""
    return isinstance(value, str) and not _HALF.search(value)


def _is_number(value: object) -> bool:
    return type(value) is int and abs(value) <= LARGEST


def _is_kind(value: object) -> bool:
    return value in tuple(ChatKind)


def _or_missing(holds: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or holds(value)


def _checked(
    method: Callable[Concatenate[telegram.Bot, P], Awaitable[T]],
    **fields: Callable[[object], bool],
) -> Callable[Concatenate[telegram.Bot, P], Coroutine[object, None, T]]:
    """A method of the library that raises nothing but ``TelegramError``, and checks these fields.

    The library promises nothing about what it raises where an answer is not what it expects.
    """

    @wraps(method)
    async def called(bot: telegram.Bot, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            result = await method(bot, *args, **kwargs)
            odd = [name for name, holds in fields.items() if not holds(getattr(result, name))]
        except TelegramError:
            raise
        except Exception as error:
            failure = type(error).__name__
        else:
            if not odd:
                return result
            failure = f"odd {odd[0]}"
        raise NetworkError(failure) from Unanswered(failure)

    return called


class Client(telegram.Bot):
    """A bot at a Bot API server, none of whose answers is believed."""

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
        """What updates are asked through."""
        return self._polling

    get_me = _checked(telegram.Bot.get_me, id=_is_number, username=_is_text)
    get_chat = _checked(
        telegram.Bot.get_chat, id=_is_number, type=_is_kind, title=_or_missing(_is_text)
    )
    get_chat_member = _checked(telegram.Bot.get_chat_member, status=_is_text)
    get_file = _checked(
        telegram.Bot.get_file, file_path=_is_text, file_size=_or_missing(_is_number)
    )
    send_document = _checked(telegram.Bot.send_document, message_id=_is_number)
    answer_callback_query = _checked(telegram.Bot.answer_callback_query)
    set_my_commands = _checked(telegram.Bot.set_my_commands)
    set_my_description = _checked(telegram.Bot.set_my_description)
    set_my_short_description = _checked(telegram.Bot.set_my_short_description)

    async def updates(self, offset: int, wait: int, kinds: Sequence[str]) -> list[str]:
        """The JSON of each update from ``offset`` on, as Telegram sent it.

        Raises:
            TelegramError: there was no answer, or it holds no list of updates.
        """
        fields = {"offset": str(offset), "timeout": str(wait), "allowed_updates": json.dumps(kinds)}
        _, payload = await self._polling.do_request(
            f"{self.base_url}/getUpdates",
            "POST",
            Fields(fields),
            read_timeout=(self._polling.read_timeout or 0) + wait,
        )
        text = payload.decode("utf-8", "replace")
        try:
            answer = members(text)
            if answer.get("ok", "true") == "true":
                return elements(answer.get("result", ""))
        except ValueError:
            pass
        self._polling.parse_json_payload(payload)  # raises what it says, if it is a refusal
        raise NetworkError("no updates") from Unanswered("no updates")


def elements(text: str, brackets: str = "[]") -> list[str]:
    """The JSON of each element of a JSON array, as it stands there, however deep and long it is.

    Raises:
        ValueError: it is no array, or its brackets do not match.
    """
    text = text.strip(_SPACE)
    if text[:1] + text[-1:] != brackets:
        raise ValueError("not the brackets of the value")
    parts: list[str] = []
    depth = end = 0
    start = 1
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign == ",":
            if depth == 1:
                parts.append(text[start : token.start()].strip(_SPACE))
                start = token.end()
        elif sign in ("[", "{"):
            depth += 1
        elif sign in ("]", "}"):
            depth -= 1
            if not depth:
                end = token.end()
                break
        elif sign == '"':
            raise ValueError("a text without an end")
    if end != len(text):
        raise ValueError("brackets that do not match")
    last = text[start:-1].strip(_SPACE)
    return [*parts, last] if parts or last else []


def members(text: str) -> Mapping[str, str]:
    """The JSON of each member of a JSON object by its name, as it stands there.

    Raises:
        ValueError: it is no object, or its brackets do not match.
    """
    found: dict[str, str] = {}
    for part in elements(text, "{}"):
        if (member := _MEMBER.match(part)) is None:
            raise ValueError("not a member of an object")
        found[str(json.loads(member[1]))] = member[2]
    return found
