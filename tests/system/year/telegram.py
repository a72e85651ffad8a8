"""A Bot API that records what it is given, with the troubles of a year."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.chat.api.transport import FloodWait, RequestNotSent, RequestUnanswered
from bot.texts.telegram_autolinks import WORD_JOINER
from storage.records.messages import OutboxMessage
from tests.system.year.calendar import Period

USER = {"id": 4242, "is_bot": True, "first_name": "Papergram", "username": "papergram_bot"}
current_message: ContextVar[OutboxMessage] = ContextVar("sending")  # which message a call is for

_PAPER_LINK = re.compile(r"https://arxiv\.org/abs/([^\"<>\s]+)")
_DIRECTION_MARKS = re.compile("[\u2066-\u2069]")
_REPEAT_NOTES = ("You may have received this already", "这条消息你可能已经收到过")
_RANGE_COUNTS = (r"Papers (\d+) to (\d+) of (\d+)", r"共 (\d+) 篇，此处为第 (\d+) 至 (\d+) 篇")
_PARTIAL_COUNTS = (r"(\d+) of (\d+) papers\b", r"共 (\d+) 篇，列出\D*(\d+) 篇")
_FULL_COUNTS = (r"(\d+) papers?\b", r"共 (\d+) 篇")


class ProcessKilled(BaseException):
    """The process is killed in the middle of a call."""


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message in a chat: its first lines, the papers it links to, and when it came."""

    received_at: datetime
    chat: int
    digest: int  # groups the messages of one digest; 0 for a notice
    digest_heading: str
    papers: tuple[str, ...]
    total: int  # papers that the message says were found
    is_repeat: bool
    is_lost: bool  # its sender was not told that it came


@dataclass(slots=True)
class RecordingRequest(BaseRequest):
    """Takes the client's calls where the network would be.

    ``flood_periods`` are stretches in which each chat's first message must wait, ``lost_answers``
    the instants after which one answer is lost, ``kill_instants`` those at which the sender dies.
    """

    now: Callable[[], datetime]
    outages: Sequence[Period] = ()
    flood_periods: Sequence[Period] = ()
    lost_answers: list[datetime] = field(default_factory=list)
    kill_instants: list[datetime] = field(default_factory=list)
    messages: list[ReceivedMessage] = field(default_factory=list)
    delays: list[tuple[datetime, int]] = field(default_factory=list)  # a chat had to wait
    _refused_chats: set[tuple[int, Period]] = field(default_factory=set)
    _messages_before_kill: int = 3  # messages before the one that kills

    @property
    def read_timeout(self) -> float | None:
        """Nothing takes any time here."""
        return 1.0

    async def initialize(self) -> None:
        """There is nothing to open."""

    async def shutdown(self) -> None:
        """There is nothing to close."""

    @property
    def is_down(self) -> bool:
        """Whether there is no connection now."""
        return any(self.now() in outage for outage in self.outages)

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,
        write_timeout: object = None,
        connect_timeout: object = None,
        pool_timeout: object = None,
    ) -> tuple[int, bytes]:
        """Telegram's answer, or no answer."""
        if url.endswith("/getMe"):
            return _http_answer(USER)
        if self.is_down:
            raise NetworkError("down") from RequestNotSent("down")
        assert request_data is not None
        parameters = request_data.json_parameters
        chat, now = int(parameters["chat_id"]), self.now()
        self._refuse_in_flood(chat, now)
        is_killed = self._is_killed_now()
        is_answer_lost = not is_killed and bool(self.lost_answers) and self.lost_answers[0] <= now
        self.messages.append(
            _received_message(parameters, now, chat, is_lost=is_killed or is_answer_lost)
        )
        if is_killed or is_answer_lost:
            self.delays.append((now, chat))
        if is_killed:
            raise ProcessKilled
        if is_answer_lost:
            del self.lost_answers[0]
            raise TimedOut("lost") from RequestUnanswered("lost")
        kind = "private" if chat > 0 else "supergroup"
        sent_message = {
            "message_id": len(self.messages),
            "date": 0,
            "chat": {"id": chat, "type": kind},
        }
        return _http_answer(sent_message)

    def _refuse_in_flood(self, chat: int, now: datetime) -> None:
        for flood in self.flood_periods:
            if now in flood and (chat, flood) not in self._refused_chats:
                self._refused_chats.add((chat, flood))
                self.delays.append((now, chat))
                raise FloodWait(timedelta(seconds=40))

    def _is_killed_now(self) -> bool:
        """Whether this message is the one in whose middle the sender is killed."""
        if not self.kill_instants or self.kill_instants[0] > self.now():
            return False
        self._messages_before_kill -= 1
        if self._messages_before_kill >= 0:
            return False
        del self.kill_instants[0]
        return True


def _http_answer(result: object) -> tuple[int, bytes]:
    return 200, json.dumps({"ok": True, "result": result}).encode()


def _received_message(
    parameters: dict[str, str], received_at: datetime, chat: int, *, is_lost: bool
) -> ReceivedMessage:
    """What a reader sees of a call."""
    lines, links = (
        _rich_lines_and_links(parameters["rich_message"])
        if "rich_message" in parameters
        else _lines_and_links(parameters["text"])
    )
    is_repeat = any(mark in line for line in lines[:2] for mark in _REPEAT_NOTES)
    shown_lines = [line for line in lines if not any(mark in line for mark in _REPEAT_NOTES)]
    papers = tuple(dict.fromkeys(_PAPER_LINK.findall(" ".join(links))))
    digest = current_message.get().digest
    total = _total_papers(shown_lines[1]) if digest else 0
    return ReceivedMessage(
        received_at, chat, digest, shown_lines[0], papers, total, is_repeat, is_lost
    )


def _lines_and_links(text: str) -> tuple[list[str], list[str]]:
    plain_text = html.unescape(re.sub(r"<[^>]+>", "", text)).replace(WORD_JOINER, "")
    lines = [_DIRECTION_MARKS.sub("", line) for line in plain_text.split("\n") if line]
    return lines, re.findall(r'href="([^"]+)"', text)


def _rich_lines_and_links(rich_json: str) -> tuple[list[str], list[str]]:
    blocks = json.loads(rich_json)["blocks"]
    lines = [
        _DIRECTION_MARKS.sub("", "".join(_text_strings(block.get("text", ""))))
        for block in blocks[:4]
    ]
    return [line for line in lines if line], list(_urls(blocks))


def _text_strings(value: object) -> Iterator[str]:
    """What is read in a rich text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for child in value:
            yield from _text_strings(child)
    elif isinstance(value, dict):
        yield from _text_strings(value.get("text", ""))


def _urls(value: object) -> Iterator[str]:
    """Every address in a rich message."""
    if isinstance(value, list):
        for child in value:
            yield from _urls(child)
    elif isinstance(value, dict):
        for key, child in value.items():
            if key == "url" and isinstance(child, str):
                yield child
            yield from _urls(child)


def _total_papers(counts: str) -> int:
    """How many papers the line of counts says were found."""
    for patterns, places in (
        (_RANGE_COUNTS, (3, 1)),
        (_PARTIAL_COUNTS, (2, 1)),
        (_FULL_COUNTS, (1, 1)),
    ):
        for pattern, group_number in zip(patterns, places, strict=True):
            if match := re.match(pattern, counts):
                return int(match[group_number])
    raise AssertionError(f"no counts: {counts}")
