"""Attackers who use all that the limits leave them, and people who only want an answer."""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from random import Random
from time import monotonic

from bot.chat.api import callback_data
from bot.chat.handler_table import BUTTONS, command
from bot.chat.user_limits import MINUTE, RATES, Cost
from bot.texts import say as say_text
from tests.system.hostile.ground import TOKEN
from tests.system.hostile.texts import Press, Text
from tests.system.soak.server import Call, Server

SPARE = 1.02  # an attacker keeps so far below each limit that no clock makes a text too many
_LIMITED = frozenset(
    say_text("en", f"limit-{cost}", most=RATES[cost])
    for cost in (Cost.COMMAND, Cost.BUTTON, Cost.PREVIEW, Cost.SEARCH)
)
_VISIBLE = ("sendMessage", "sendRichMessage", "editMessageText", "sendDocument")
_GIFTS = dict.fromkeys(
    (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    ),
    False,
)
_RIGHTS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages"),
    *("can_manage_video_chats", "can_restrict_members", "can_promote_members", "can_change_info"),
    *("can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories"),
)
_ADMINISTRATOR: Mapping[str, object] = {"status": "administrator", **dict.fromkeys(_RIGHTS, False)}
_numbers = count(1)


@dataclass(slots=True)
class Bucket:
    """What one limit still allows, as the bot counts it."""

    most: int
    left: float
    at: float

    @classmethod
    def full(cls, most: int) -> Bucket:
        """A limit of which nothing was used yet."""
        return cls(most, float(most), monotonic())

    def refill(self, now: float) -> None:
        """Adds what the time since the last look has brought."""
        brought = (now - self.at) * self.most / MINUTE / SPARE
        self.left, self.at = min(float(self.most), self.left + brought), now


@dataclass(slots=True)
class Attacker:
    """Somebody in a private chat who sends texts and presses as fast as the limits allow."""

    id: int
    texts: deque[Text]
    presses: Iterator[Press]
    dice: Random
    sent: Counter[str] = field(default_factory=Counter)  # by the kind of text
    pressed: int = 0
    answers: int = 0
    toasts: int = 0
    is_limited: bool = False  # was told so, which is said once a minute; the next are not answered
    seen: deque[int] = field(default_factory=lambda: deque([1], maxlen=200))  # numbers of buttons
    _buckets: dict[Cost, Bucket] = field(
        default_factory=lambda: {cost: Bucket.full(most) for cost, most in RATES.items()}
    )

    def acts(self, server: Server) -> None:
        """Sends everything that the limits allow now."""
        now = monotonic()
        for bucket in self._buckets.values():
            bucket.refill(now)
        waiting: list[Text] = []
        while self.texts and self._buckets[Cost.COMMAND].left >= 1:
            text = self.texts.popleft()
            if self._spends(_costs(text.words)):
                self.sent[text.kind] += 1
                say(server, self.id, text.words)
            else:
                waiting.append(text)
        self.texts.extendleft(reversed(waiting))
        while self._spends((Cost.BUTTON,)):
            press = next(self.presses).data(self.seen, self.dice)
            entrance = BUTTONS.get(press[1:].partition(":")[0])
            # A press that the bot would refuse costs nobody anything.
            if entrance and entrance.cost and not self._spends((entrance.cost,)):
                continue
            self.pressed += 1
            forge(server, self.id, press)

    def hears(self, call: Call) -> None:
        """Counts an answer, and keeps the numbers that its buttons carry."""
        self.is_limited |= call.values.get("text") in _LIMITED
        if call.method == "answerCallbackQuery":
            self.toasts += 1
            return
        self.answers += 1
        keyboard = json.loads(call.values.get("reply_markup", "{}")).get("inline_keyboard", [])
        for button in (button for row in keyboard for button in row):
            if action := callback_data.action(button.get("callback_data")):
                self.seen += [number for number in (action.first, action.second) if number]

    def _spends(self, costs: Sequence[Cost]) -> bool:
        """Takes one of each limit if all of them allow it."""
        buckets = [self._buckets[cost] for cost in costs]
        if any(bucket.left < 1 for bucket in buckets):
            return False
        for bucket in buckets:
            bucket.left -= 1
        return True


def _costs(text: str) -> tuple[Cost, ...]:
    """What the bot counts a text as."""
    if not text.startswith("/"):
        return Cost.COMMAND, Cost.PREVIEW
    entrance = command(text[1:].split(maxsplit=1)[0].casefold() if text[1:].split() else "")
    return (Cost.COMMAND, entrance.cost) if entrance and entrance.cost else (Cost.COMMAND,)


@dataclass
class Witnesses:
    """People who ask the same in turn, and how long each of them waits for the answer."""

    first: int
    text: str = "/help"
    people: int = 12  # with a turn every half second each speaks ten times a minute
    waits: dict[int, deque[float]] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    _said: int = 0

    def speaks(self, server: Server) -> None:
        """Lets the next one ask."""
        person = self.first + self._said % self.people
        self._said += 1
        self.waits.setdefault(person, deque()).append(monotonic())
        say(server, person, self.text)

    def hears(self, call: Call) -> None:
        """Takes the time of an answer."""
        if call.method == "sendMessage" and self.waits.get(call.chat):
            self.took.append(call.at - self.waits[call.chat].popleft())

    def is_one(self, chat: int) -> bool:
        """Whether this is the chat of one of them."""
        return self.first <= chat < self.first + self.people

    @property
    def unanswered(self) -> int:
        """How many still wait."""
        return sum(map(len, self.waits.values()))

    def times(self) -> list[float]:
        """How long each waited, with those who still wait."""
        now = monotonic()
        return self.took + [now - at for waiting in self.waits.values() for at in waiting]


class Crowd:
    """Attackers and witnesses of one bot, and whose call is whose."""

    def __init__(
        self, attackers: int, given: Sequence[Text], presses: Sequence[Press], seed: int
    ) -> None:
        self.attackers = {
            1_000 + number: Attacker(
                1_000 + number,
                deque(given[number::attackers]),
                cycle(presses[number::attackers]),
                Random(seed + number),
            )
            for number in range(attackers)
        }
        self.witnesses = Witnesses(first=50_000)
        self.searchers = Witnesses(first=60_000, text="/search diffusion")
        self.others: Counter[int] = Counter()  # messages to chats that nobody asked for

    def hears(self, call: Call) -> None:
        """Takes what the bot did."""
        if call.method == "answerCallbackQuery":
            number = int(call.values["callback_query_id"].partition("-")[0])
            self.attackers[number].hears(call)
        elif call.method not in _VISIBLE:
            return
        elif self.witnesses.is_one(call.chat):
            self.witnesses.hears(call)
        elif self.searchers.is_one(call.chat):
            self.searchers.hears(call)
        elif attacker := self.attackers.get(call.chat):
            attacker.hears(call)
        else:
            self.others[call.chat] += 1

    def act(self, server: Server) -> None:
        """Lets every attacker send what the limits allow."""
        for attacker in self.attackers.values():
            attacker.acts(server)

    @property
    def texts_left(self) -> int:
        """How many texts were not sent yet."""
        return sum(len(one.texts) for one in self.attackers.values())

    @property
    def unanswered(self) -> int:
        """How many have had fewer answers than they sent texts, but for those who met a limit.

        What the bot takes up late comes faster than it was sent.
        """
        people = [one for one in self.attackers.values() if not one.is_limited]
        return sum(one.answers < sum(one.sent.values()) for one in people)

    def sent(self) -> Counter[str]:
        """How many texts of each kind were sent."""
        return sum((one.sent for one in self.attackers.values()), Counter[str]())

    def total(self, name: str) -> int:
        """The sum of one figure over the attackers."""
        return sum(int(getattr(one, name)) for one in self.attackers.values())


class Telegram(Server):
    """A Telegram in which each named chat is a group that the bot leads and no attacker is in."""

    def __init__(
        self, bot: int, heard: Callable[[Call], None], page: Callable[[str], bytes | None]
    ) -> None:
        super().__init__(bot, heard, lambda path: self.files.get(path) or page(path))
        self.files: dict[str, bytes] = {}  # what people have sent, by the path it is fetched from

    async def answer(self, method: str, values: Mapping[str, str]) -> bytes:
        """The result of a call, as JSON."""
        if method == "getChat":
            group = {"id": -100_500, "type": "supergroup", "title": "Lab of X"}
            full = {"accent_color_id": 0, "max_reaction_count": 1, "accepted_gift_types": _GIFTS}
            return json.dumps(group | full).encode()
        if method == "getChatMember":
            person = int(values["user_id"])
            rank = {**_ADMINISTRATOR} if person == self.bot else {"status": "left"}
            return json.dumps(rank | {"user": _user(person)}).encode()
        if method == "getFile":
            name = values["file_id"]
            return json.dumps(
                {"file_id": name, "file_unique_id": name, "file_path": f"documents/{name}.json"}
            ).encode()
        if method == "sendDocument":  # a form of several parts, which the server reads as one
            found = re.search(r'"chat_id"\s+(-?\d+)', " ".join(values.values()))
            values = {"chat_id": found[1]} if found else values
        return await super().answer(method, values)


def say(server: Server, person: int, text: str) -> None:
    """Lets somebody write to the bot in private."""
    message = _message(person, next(_numbers)) | {"from": _user(person), "text": text}
    server.push("message", message)


def send_file(server: Telegram, person: int, content: bytes) -> None:
    """Lets somebody send a document to the bot in private."""
    number = next(_numbers)
    name = f"file{number}"
    server.files[f"/file/bot{TOKEN}/documents/{name}.json"] = content
    document = {"file_id": name, "file_unique_id": name, "file_size": len(content)}
    message = _message(person, number) | {"from": _user(person), "document": document}
    server.push("message", message)


def forge(server: Server, person: int, data: str) -> None:
    """Lets somebody press a button that carries whatever they want."""
    number = next(_numbers)
    server.push(
        "callback_query",
        {
            "id": f"{person}-{number}",
            "from": _user(person),
            "message": _message(person, number),
            "chat_instance": str(person),
            "data": data,
        },
    )


def _user(person: int) -> dict[str, object]:
    return {"id": person, "is_bot": False, "first_name": "Eve", "language_code": "en"}


def _message(person: int, number: int) -> dict[str, object]:
    chat = {"id": person, "type": "private", "first_name": "Eve"}
    return {"message_id": number, "date": 1_790_000_000, "chat": chat}
