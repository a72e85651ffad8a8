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

from bot.chat.api.transport import Flooded, NotSent, Unanswered
from bot.texts.telegram_autolinks import JOINER
from storage.records import Parcel
from tests.system.year.calendar import Stretch

USER = {"id": 4242, "is_bot": True, "first_name": "Papergram", "username": "papergram_bot"}
sending: ContextVar[Parcel] = ContextVar("sending")  # which parcel a call is for

_LINK = re.compile(r"https://arxiv\.org/abs/([^\"<>\s]+)")
_MARKS = re.compile("[\u2066-\u2069]")
_REPEAT = ("You may have received this already", "这条消息你可能已经收到过")
_RANGE = (r"Papers (\d+) to (\d+) of (\d+)", r"共 (\d+) 篇，此处为第 (\d+) 至 (\d+) 篇")
_SOME = (r"(\d+) of (\d+) papers shown", r"共 (\d+) 篇，列出 (\d+) 篇")
_ALL = (r"(\d+) papers?\b", r"共 (\d+) 篇")


class Killed(BaseException):
    """The process is killed in the middle of a call."""


@dataclass(frozen=True, slots=True)
class Got:
    """A message in a chat: its first lines, the papers it links to, and when it came."""

    at: datetime
    chat: int
    digest: int  # groups the messages of one digest; 0 for a notice
    heading: str
    papers: tuple[str, ...]
    total: int  # papers that the message says were found
    is_repeat: bool
    is_lost: bool  # its sender was not told that it came


@dataclass(slots=True)
class Recorder(BaseRequest):
    """Takes the client's calls where the network would be.

    ``flooded`` are stretches in which each chat's first message must wait, ``forgetful`` the
    instants after which one answer is lost, ``deadly`` those at which the sender dies.
    """

    now: Callable[[], datetime]
    down: Sequence[Stretch] = ()
    flooded: Sequence[Stretch] = ()
    forgetful: list[datetime] = field(default_factory=list)
    deadly: list[datetime] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)
    troubled: list[tuple[datetime, int]] = field(default_factory=list)  # a chat had to wait
    _told: set[tuple[int, Stretch]] = field(default_factory=set)
    _alive: int = 3  # messages before the one that kills

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
        return any(self.now() in one for one in self.down)

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
            return _answer(USER)
        if self.is_down:
            raise NetworkError("down") from NotSent("down")
        assert request_data is not None
        given = request_data.json_parameters
        chat, now = int(given["chat_id"]), self.now()
        self._hold_back(chat, now)
        dies = self._dies()
        forgets = not dies and bool(self.forgetful) and self.forgetful[0] <= now
        self.got.append(_got(given, now, chat, is_lost=dies or forgets))
        if dies or forgets:
            self.troubled.append((now, chat))
        if dies:
            raise Killed
        if forgets:
            del self.forgetful[0]
            raise TimedOut("lost") from Unanswered("lost")
        kind = "private" if chat > 0 else "supergroup"
        sent = {"message_id": len(self.got), "date": 0, "chat": {"id": chat, "type": kind}}
        return _answer(sent)

    def _hold_back(self, chat: int, now: datetime) -> None:
        for one in self.flooded:
            if now in one and (chat, one) not in self._told:
                self._told.add((chat, one))
                self.troubled.append((now, chat))
                raise Flooded(timedelta(seconds=40))

    def _dies(self) -> bool:
        """Whether this message is the one in whose middle the sender is killed."""
        if not self.deadly or self.deadly[0] > self.now():
            return False
        self._alive -= 1
        if self._alive >= 0:
            return False
        del self.deadly[0]
        return True


def _answer(result: object) -> tuple[int, bytes]:
    return 200, json.dumps({"ok": True, "result": result}).encode()


def _got(given: dict[str, str], at: datetime, chat: int, *, is_lost: bool) -> Got:
    """What a reader sees of a call."""
    lines, links = _rich(given["rich_message"]) if "rich_message" in given else _text(given["text"])
    is_repeat = any(mark in line for line in lines[:2] for mark in _REPEAT)
    shown = [line for line in lines if not any(mark in line for mark in _REPEAT)]
    papers = tuple(dict.fromkeys(_LINK.findall(" ".join(links))))
    digest = sending.get().digest
    total = _total(shown[1]) if digest else 0
    return Got(at, chat, digest, shown[0], papers, total, is_repeat, is_lost)


def _text(text: str) -> tuple[list[str], list[str]]:
    plain = html.unescape(re.sub(r"<[^>]+>", "", text)).replace(JOINER, "")
    lines = [_MARKS.sub("", line) for line in plain.split("\n") if line]
    return lines, re.findall(r'href="([^"]+)"', text)


def _rich(rich: str) -> tuple[list[str], list[str]]:
    blocks = json.loads(rich)["blocks"]
    lines = [_MARKS.sub("", "".join(_strings(block.get("text", "")))) for block in blocks[:4]]
    return [line for line in lines if line], list(_urls(blocks))


def _strings(value: object) -> Iterator[str]:
    """What is read in a rich text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, dict):
        yield from _strings(value.get("text", ""))


def _urls(value: object) -> Iterator[str]:
    """Every address in a rich message."""
    if isinstance(value, list):
        for one in value:
            yield from _urls(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "url" and isinstance(one, str):
                yield one
            yield from _urls(one)


def _total(counts: str) -> int:
    """How many papers the line of counts says were found."""
    for patterns, places in ((_RANGE, (3, 1)), (_SOME, (2, 1)), (_ALL, (1, 1))):
        for pattern, place in zip(patterns, places, strict=True):
            if found := re.match(pattern, counts):
                return int(found[place])
    raise AssertionError(f"no counts: {counts}")
