"""People who talk to the bot, each about something else, and what they wait for."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random
from time import monotonic

from bot.chat.api import callback_data
from tests.system.soak.papers import TOPICS
from tests.system.soak.server import Call, Server

ACTIVE = 600  # who talk at a time, each every few seconds: fewer would meet the limits
STAYS = 0.9  # of those who have spoken say more, until somebody else takes their place
FIRST = 100_000  # the id of the first who talks; below are those who only read

# How often each is said; a press needs a message with such a button, else /help is said.
_HABITS = {
    "/start": 4,
    "/help": 6,
    "/list": 12,
    "/sub": 14,
    "[subscribe]": 12,
    "/settings": 5,
    "/digest": 8,
    "[entry]": 12,
    "[next]": 4,
    "/search": 8,
    "/paper": 6,
    "[save]": 5,
    "/saved": 5,
    "/lang": 3,
}


@dataclass(slots=True)
class Turn:
    """One thing that somebody said or pressed, and what came of it so far."""

    habit: str
    at: float
    messages: int = 0
    toasts: int = 0
    took: float = 0.0  # seconds until the first message

    @property
    def is_over(self) -> bool:
        """Whether it was answered exactly as it should be: once, and a press by a toast too."""
        return self.messages == 1 and self.toasts == self.habit.startswith("[")


@dataclass(slots=True)
class Talker:
    """A person in a private chat, and the buttons that they see."""

    id: int
    turn: Turn | None = None
    seen: dict[str, tuple[int, str]] = field(default_factory=dict)  # verb → message, data

    def sees(self, call: Call) -> None:
        """Keeps the last button of each verb."""
        keyboard = json.loads(call.values.get("reply_markup", "{}")).get("inline_keyboard", [])
        for button in (button for row in keyboard for button in row):
            if action := callback_data.action(button.get("callback_data")):
                self.seen[action.verb] = call.message, button["callback_data"]


class Crowd:
    """Everybody who talks; each waits for an answer before they say more."""

    def __init__(self, people: int, papers: int, dice: Random) -> None:
        self.digests: Counter[int] = Counter()  # to each who only reads
        self.took: list[tuple[str, float]] = []
        self.wrong: list[Turn] = []  # not answered once
        self.said = 0
        self._papers = papers
        self._dice = dice
        self._talkers = {number: Talker(number) for number in range(FIRST, FIRST + people)}
        self._absent = deque(self._talkers.values())
        self._active = deque(self._absent.popleft() for _ in range(min(ACTIVE, people)))
        self._presses: dict[str, Talker] = {}
        self._numbers = count(1)

    @property
    def ids(self) -> Iterator[int]:
        """Whose chats these are."""
        return iter(self._talkers)

    @property
    def waiting(self) -> list[Turn]:
        """What is not answered yet."""
        turns = (one.turn for one in self._talkers.values())
        return [turn for turn in turns if turn and not turn.messages]

    def hears(self, call: Call) -> None:
        """Takes what the bot did."""
        if call.method == "answerCallbackQuery":
            talker = self._presses.pop(call.values["callback_query_id"])
            assert talker.turn
            talker.turn.toasts += 1
        elif call.is_message and call.chat < FIRST:
            self.digests[call.chat] += 1
        elif call.is_message:
            self._answered(self._talkers[call.chat], call)

    def _answered(self, talker: Talker, call: Call) -> None:
        turn = talker.turn
        assert turn, "an answer to somebody who said nothing"
        turn.messages += 1
        if turn.messages == 1:
            turn.took = call.at - turn.at
        talker.sees(call)

    def speaks(self, server: Server) -> None:
        """Lets somebody who waits for nothing say or press something."""
        talker = self._idle()
        self._ends(talker)
        [habit] = self._dice.choices([*_HABITS], [*_HABITS.values()])
        verb = habit.strip("[]")
        if habit.startswith("[") and verb not in talker.seen:
            habit = "/help"
        talker.turn = Turn(habit, monotonic())
        self.said += 1
        if habit.startswith("["):
            self._press(server, talker, *talker.seen.pop(verb))
        else:
            self._say(server, talker, f"{habit} {self._words(habit)}".strip())

    def close(self) -> None:
        """Counts what was said last."""
        for talker in self._talkers.values():
            self._ends(talker)

    def _idle(self) -> Talker:
        """Whoever of those that talk has been quiet for longest, or somebody in their place."""
        for _ in range(len(self._active)):
            talker = self._active.popleft()
            is_answered = talker.turn is None or talker.turn.messages > 0
            if is_answered and self._absent and self._dice.random() > STAYS:
                self._absent.append(talker)
                talker = self._absent.popleft()
            self._active.append(talker)
            if is_answered:
                return talker
        raise AssertionError("everybody waits for an answer")

    def _ends(self, talker: Talker) -> None:
        turn, talker.turn = talker.turn, None
        if turn and turn.is_over:
            self.took.append((turn.habit, turn.took))
        elif turn:
            self.wrong.append(turn)

    def _words(self, habit: str) -> str:
        match habit:
            case "/sub" | "/digest" | "/search":
                return " ".join(self._dice.sample(TOPICS, self._dice.choice((1, 1, 2))))
            case "/paper":
                return f"2611.{10_000 + self._dice.randrange(1, self._papers)}"
            case "/lang":
                return self._dice.choice(("en", "zh"))
            case _:
                return ""

    def _say(self, server: Server, talker: Talker, text: str) -> None:
        command = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
        server.push(
            "message",
            _message(talker, next(self._numbers))
            | {
                "from": _user(talker),
                "text": text,
                "entities": [command],
            },
        )

    def _press(self, server: Server, talker: Talker, message: int, data: str) -> None:
        number = str(next(self._numbers))
        self._presses[number] = talker
        server.push(
            "callback_query",
            {
                "id": number,
                "from": _user(talker),
                "message": _message(talker, message),
                "chat_instance": str(talker.id),
                "data": data,
            },
        )


def _user(talker: Talker) -> dict[str, object]:
    return {"id": talker.id, "is_bot": False, "first_name": "Ada", "language_code": "en"}


def _message(talker: Talker, number: int) -> dict[str, object]:
    chat = {"id": talker.id, "type": "private", "first_name": "Ada"}
    return {"message_id": number, "date": 1_790_000_000, "chat": chat}
