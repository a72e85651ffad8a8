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
from bot.chat.handler_table import BUTTONS, command_route
from bot.chat.user_limits import MINUTE, RATES_PER_MINUTE, Cost
from bot.texts import say as say_text
from tests.system.hostile.ground import TOKEN
from tests.system.hostile.texts import HostilePress, HostileText
from tests.system.soak.server import ApiCall, FakeBotApi

SAFETY_MARGIN = (
    1.02  # an attacker keeps so far below each limit that no clock makes a text too many
)
_LIMIT_TEXTS = frozenset(
    say_text("en", f"limit-{cost}", most=RATES_PER_MINUTE[cost])
    for cost in (Cost.COMMAND, Cost.BUTTON, Cost.PREVIEW, Cost.SEARCH)
)
_VISIBLE_METHODS = ("sendMessage", "sendRichMessage", "editMessageText", "sendDocument")
_GIFT_TYPES = dict.fromkeys(
    (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    ),
    False,
)
_ADMINISTRATOR_RIGHTS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages"),
    *("can_manage_video_chats", "can_restrict_members", "can_promote_members", "can_change_info"),
    *("can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories"),
)
_ADMINISTRATOR: Mapping[str, object] = {
    "status": "administrator",
    **dict.fromkeys(_ADMINISTRATOR_RIGHTS, False),
}
_numbers = count(1)


@dataclass(slots=True)
class TokenBucket:
    """What one limit still allows, as the bot counts it."""

    capacity: int
    tokens: float
    refilled_at: float

    @classmethod
    def create_full(cls, capacity: int) -> TokenBucket:
        """A limit of which nothing was used yet."""
        return cls(capacity, float(capacity), monotonic())

    def refill(self, now: float) -> None:
        """Adds what the time since the last look has brought."""
        new_tokens = (now - self.refilled_at) * self.capacity / MINUTE / SAFETY_MARGIN
        self.tokens, self.refilled_at = min(float(self.capacity), self.tokens + new_tokens), now


@dataclass(slots=True)
class Attacker:
    """Somebody in a private chat who sends texts and presses as fast as the limits allow."""

    id: int
    texts: deque[HostileText]
    presses: Iterator[HostilePress]
    rng: Random
    sent_by_kind: Counter[str] = field(default_factory=Counter)  # by the kind of text
    pressed: int = 0
    answers: int = 0
    toasts: int = 0
    is_limited: bool = False  # was told so, which is said once a minute; the next are not answered
    seen_numbers: deque[int] = field(
        default_factory=lambda: deque([1], maxlen=200)
    )  # numbers of buttons
    _buckets: dict[Cost, TokenBucket] = field(
        default_factory=lambda: {
            cost: TokenBucket.create_full(most) for cost, most in RATES_PER_MINUTE.items()
        }
    )

    def send_all_allowed(self, server: FakeBotApi) -> None:
        """Sends everything that the limits allow now."""
        now = monotonic()
        for bucket in self._buckets.values():
            bucket.refill(now)
        unsent: list[HostileText] = []
        while self.texts and self._buckets[Cost.COMMAND].tokens >= 1:
            text = self.texts.popleft()
            if self._take_tokens(_costs_of_text(text.words)):
                self.sent_by_kind[text.kind] += 1
                push_message(server, self.id, text.words)
            else:
                unsent.append(text)
        self.texts.extendleft(reversed(unsent))
        while self._take_tokens((Cost.BUTTON,)):
            hostile_press = next(self.presses).callback_data(self.seen_numbers, self.rng)
            route = BUTTONS.get(hostile_press[1:].partition(":")[0])
            # A press that the bot would refuse costs nobody anything.
            if route and route.cost and not self._take_tokens((route.cost,)):
                continue
            self.pressed += 1
            push_callback(server, self.id, hostile_press)

    def record_answer(self, call: ApiCall) -> None:
        """Counts an answer, and keeps the numbers that its buttons carry."""
        self.is_limited |= call.values.get("text") in _LIMIT_TEXTS
        if call.method == "answerCallbackQuery":
            self.toasts += 1
            return
        self.answers += 1
        keyboard = json.loads(call.values.get("reply_markup", "{}")).get("inline_keyboard", [])
        for button in (button for row in keyboard for button in row):
            if action := callback_data.decode_action(button.get("callback_data")):
                self.seen_numbers += [
                    number for number in (action.first_argument, action.second_argument) if number
                ]

    def _take_tokens(self, costs: Sequence[Cost]) -> bool:
        """Takes one of each limit if all of them allow it."""
        buckets = [self._buckets[cost] for cost in costs]
        if any(bucket.tokens < 1 for bucket in buckets):
            return False
        for bucket in buckets:
            bucket.tokens -= 1
        return True


def _costs_of_text(text: str) -> tuple[Cost, ...]:
    """What the bot counts a text as."""
    if not text.startswith("/"):
        return Cost.COMMAND, Cost.PREVIEW
    route = command_route(text[1:].split(maxsplit=1)[0].casefold() if text[1:].split() else "")
    return (Cost.COMMAND, route.cost) if route and route.cost else (Cost.COMMAND,)


@dataclass
class Bystanders:
    """People who ask the same in turn, and how long each of them waits for the answer."""

    first: int
    text: str = "/help"
    people: int = 12  # with a turn every half second each speaks ten times a minute
    waiting_since: dict[int, deque[float]] = field(default_factory=dict)
    durations: list[float] = field(default_factory=list)
    _sent_count: int = 0

    def send_next(self, server: FakeBotApi) -> None:
        """Lets the next one ask."""
        person = self.first + self._sent_count % self.people
        self._sent_count += 1
        self.waiting_since.setdefault(person, deque()).append(monotonic())
        push_message(server, person, self.text)

    def record_answer(self, call: ApiCall) -> None:
        """Takes the time of an answer."""
        if call.method == "sendMessage" and self.waiting_since.get(call.chat):
            self.durations.append(call.called_at - self.waiting_since[call.chat].popleft())

    def has_person(self, chat: int) -> bool:
        """Whether this is the chat of one of them."""
        return self.first <= chat < self.first + self.people

    @property
    def unanswered(self) -> int:
        """How many still wait."""
        return sum(map(len, self.waiting_since.values()))

    def all_durations(self) -> list[float]:
        """How long each waited, with those who still wait."""
        now = monotonic()
        return self.durations + [
            now - asked_at
            for start_times in self.waiting_since.values()
            for asked_at in start_times
        ]


class Crowd:
    """Attackers and witnesses of one bot, and whose call is whose."""

    def __init__(
        self,
        attackers: int,
        texts: Sequence[HostileText],
        presses: Sequence[HostilePress],
        seed: int,
    ) -> None:
        self.attackers = {
            1_000 + number: Attacker(
                1_000 + number,
                deque(texts[number::attackers]),
                cycle(presses[number::attackers]),
                Random(seed + number),
            )
            for number in range(attackers)
        }
        self.bystanders = Bystanders(first=50_000)
        self.searchers = Bystanders(first=60_000, text="/search diffusion")
        self.unexpected_chats: Counter[int] = Counter()  # messages to chats that nobody asked for

    def record_call(self, call: ApiCall) -> None:
        """Takes what the bot did."""
        if call.method == "answerCallbackQuery":
            number = int(call.values["callback_query_id"].partition("-")[0])
            self.attackers[number].record_answer(call)
        elif call.method not in _VISIBLE_METHODS:
            return
        elif self.bystanders.has_person(call.chat):
            self.bystanders.record_answer(call)
        elif self.searchers.has_person(call.chat):
            self.searchers.record_answer(call)
        elif attacker := self.attackers.get(call.chat):
            attacker.record_answer(call)
        else:
            self.unexpected_chats[call.chat] += 1

    def send_all_allowed(self, server: FakeBotApi) -> None:
        """Lets every attacker send what the limits allow."""
        for attacker in self.attackers.values():
            attacker.send_all_allowed(server)

    @property
    def unsent_texts(self) -> int:
        """How many texts were not sent yet."""
        return sum(len(attacker.texts) for attacker in self.attackers.values())

    @property
    def unanswered(self) -> int:
        """How many have had fewer answers than they sent texts, but for those who met a limit.

        What the bot takes up late comes faster than it was sent.
        """
        people = [attacker for attacker in self.attackers.values() if not attacker.is_limited]
        return sum(attacker.answers < sum(attacker.sent_by_kind.values()) for attacker in people)

    def sent_by_kind(self) -> Counter[str]:
        """How many texts of each kind were sent."""
        return sum((attacker.sent_by_kind for attacker in self.attackers.values()), Counter[str]())

    def total(self, name: str) -> int:
        """The sum of one figure over the attackers."""
        return sum(int(getattr(attacker, name)) for attacker in self.attackers.values())


class FakeTelegram(FakeBotApi):
    """A FakeTelegram whose named chats are groups that the bot leads and no attacker is in."""

    def __init__(
        self, bot: int, on_call: Callable[[ApiCall], None], find_page: Callable[[str], bytes | None]
    ) -> None:
        super().__init__(bot, on_call, lambda path: self.files.get(path) or find_page(path))
        self.files: dict[str, bytes] = {}  # what people have sent, by the path it is fetched from

    async def answer(self, method: str, values: Mapping[str, str]) -> bytes:
        """The result of a call, as JSON."""
        if method == "getChat":
            group = {"id": -100_500, "type": "supergroup", "title": "Lab of X"}
            details = {
                "accent_color_id": 0,
                "max_reaction_count": 1,
                "accepted_gift_types": _GIFT_TYPES,
            }
            return json.dumps(group | details).encode()
        if method == "getChatMember":
            person = int(values["user_id"])
            member_status = {**_ADMINISTRATOR} if person == self.bot else {"status": "left"}
            return json.dumps(member_status | {"user": _user_object(person)}).encode()
        if method == "getFile":
            name = values["file_id"]
            return json.dumps(
                {"file_id": name, "file_unique_id": name, "file_path": f"documents/{name}.json"}
            ).encode()
        if method == "sendDocument":  # a form of several parts, which the server reads as one
            match = re.search(r'"chat_id"\s+(-?\d+)', " ".join(values.values()))
            values = {"chat_id": match[1]} if match else values
        return await super().answer(method, values)


def push_message(server: FakeBotApi, person: int, text: str) -> None:
    """Lets somebody write to the bot in private."""
    message = _message_object(person, next(_numbers)) | {"from": _user_object(person), "text": text}
    server.push("message", message)


def push_document(server: FakeTelegram, person: int, content: bytes) -> None:
    """Lets somebody send a document to the bot in private."""
    number = next(_numbers)
    name = f"file{number}"
    server.files[f"/file/bot{TOKEN}/documents/{name}.json"] = content
    document = {"file_id": name, "file_unique_id": name, "file_size": len(content)}
    message = _message_object(person, number) | {"from": _user_object(person), "document": document}
    server.push("message", message)


def push_callback(server: FakeBotApi, person: int, data: str) -> None:
    """Lets somebody press a button that carries whatever they want."""
    number = next(_numbers)
    server.push(
        "callback_query",
        {
            "id": f"{person}-{number}",
            "from": _user_object(person),
            "message": _message_object(person, number),
            "chat_instance": str(person),
            "data": data,
        },
    )


def _user_object(person: int) -> dict[str, object]:
    return {"id": person, "is_bot": False, "first_name": "Eve", "language_code": "en"}


def _message_object(person: int, number: int) -> dict[str, object]:
    chat = {"id": person, "type": "private", "first_name": "Eve"}
    return {"message_id": number, "date": 1_790_000_000, "chat": chat}
