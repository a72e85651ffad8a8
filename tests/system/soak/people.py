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
from tests.system.soak.server import ApiCall, FakeBotApi

ACTIVE_TALKERS = 600  # who talk at a time, each every few seconds: fewer would meet the limits
STAY_SHARE = 0.9  # of those who have spoken say more, until somebody else takes their place
FIRST_TALKER_ID = 100_000  # the id of the first who talks; below are those who only read

# How often each is said; a press needs a message with such a button, else /help is said.
_HABIT_WEIGHTS = {
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
class Interaction:
    """One thing that somebody said or pressed, and what came of it so far."""

    habit: str
    started_at: float
    message_count: int = 0
    toast_count: int = 0
    seconds: float = 0.0  # seconds until the first message

    @property
    def is_answered_once(self) -> bool:
        """Whether it was answered exactly as it should be: once, and a press by a toast too."""
        return self.message_count == 1 and self.toast_count == self.habit.startswith("[")


@dataclass(slots=True)
class Talker:
    """A person in a private chat, and the buttons that they see."""

    id: int
    interaction: Interaction | None = None
    buttons_by_verb: dict[str, tuple[int, str]] = field(
        default_factory=dict
    )  # verb → message, data

    def record_buttons(self, call: ApiCall) -> None:
        """Keeps the last button of each verb."""
        keyboard = json.loads(call.values.get("reply_markup", "{}")).get("inline_keyboard", [])
        for button in (button for row in keyboard for button in row):
            if action := callback_data.decode_action(button.get("callback_data")):
                self.buttons_by_verb[action.verb] = call.message_id, button["callback_data"]


class Crowd:
    """Everybody who talks; each waits for an answer before they say more."""

    def __init__(self, people: int, papers: int, rng: Random) -> None:
        self.digest_counts: Counter[int] = Counter()  # to each who only reads
        self.durations: list[tuple[str, float]] = []
        self.wrongly_answered: list[Interaction] = []  # not answered once
        self.interaction_count = 0
        self._papers = papers
        self._rng = rng
        self._talkers = {
            number: Talker(number) for number in range(FIRST_TALKER_ID, FIRST_TALKER_ID + people)
        }
        self._absent = deque(self._talkers.values())
        self._active = deque(self._absent.popleft() for _ in range(min(ACTIVE_TALKERS, people)))
        self._presses: dict[str, Talker] = {}
        self._numbers = count(1)

    @property
    def ids(self) -> Iterator[int]:
        """Whose chats these are."""
        return iter(self._talkers)

    @property
    def waiting(self) -> list[Interaction]:
        """What is not answered yet."""
        interactions = (talker.interaction for talker in self._talkers.values())
        return [
            interaction
            for interaction in interactions
            if interaction and not interaction.message_count
        ]

    def record_call(self, call: ApiCall) -> None:
        """Takes what the bot did."""
        if call.method == "answerCallbackQuery":
            talker = self._presses.pop(call.values["callback_query_id"])
            assert talker.interaction
            talker.interaction.toast_count += 1
        elif call.is_message and call.chat < FIRST_TALKER_ID:
            self.digest_counts[call.chat] += 1
        elif call.is_message:
            self._record_answer(self._talkers[call.chat], call)

    def _record_answer(self, talker: Talker, call: ApiCall) -> None:
        interaction = talker.interaction
        assert interaction, "an answer to somebody who said nothing"
        interaction.message_count += 1
        if interaction.message_count == 1:
            interaction.seconds = call.called_at - interaction.started_at
        talker.record_buttons(call)

    def start_interaction(self, server: FakeBotApi) -> None:
        """Lets somebody who waits for nothing say or press something."""
        talker = self._next_idle_talker()
        self._finish_interaction(talker)
        [habit] = self._rng.choices([*_HABIT_WEIGHTS], [*_HABIT_WEIGHTS.values()])
        verb = habit.strip("[]")
        if habit.startswith("[") and verb not in talker.buttons_by_verb:
            habit = "/help"
        talker.interaction = Interaction(habit, monotonic())
        self.interaction_count += 1
        if habit.startswith("["):
            self._press_button(server, talker, *talker.buttons_by_verb.pop(verb))
        else:
            self._send_text(server, talker, f"{habit} {self._arguments_for(habit)}".strip())

    def finish(self) -> None:
        """Counts what was said last."""
        for talker in self._talkers.values():
            self._finish_interaction(talker)

    def _next_idle_talker(self) -> Talker:
        """Whoever of those that talk has been quiet for longest, or somebody in their place."""
        for _ in range(len(self._active)):
            talker = self._active.popleft()
            is_answered = talker.interaction is None or talker.interaction.message_count > 0
            if is_answered and self._absent and self._rng.random() > STAY_SHARE:
                self._absent.append(talker)
                talker = self._absent.popleft()
            self._active.append(talker)
            if is_answered:
                return talker
        raise AssertionError("everybody waits for an answer")

    def _finish_interaction(self, talker: Talker) -> None:
        interaction, talker.interaction = talker.interaction, None
        if interaction and interaction.is_answered_once:
            self.durations.append((interaction.habit, interaction.seconds))
        elif interaction:
            self.wrongly_answered.append(interaction)

    def _arguments_for(self, habit: str) -> str:
        match habit:
            case "/sub" | "/digest" | "/search":
                return " ".join(self._rng.sample(TOPICS, self._rng.choice((1, 1, 2))))
            case "/paper":
                return f"2611.{10_000 + self._rng.randrange(1, self._papers)}"
            case "/lang":
                return self._rng.choice(("en", "zh"))
            case _:
                return ""

    def _send_text(self, server: FakeBotApi, talker: Talker, text: str) -> None:
        command = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
        server.push(
            "message",
            _message_object(talker, next(self._numbers))
            | {
                "from": _user_object(talker),
                "text": text,
                "entities": [command],
            },
        )

    def _press_button(self, server: FakeBotApi, talker: Talker, message_id: int, data: str) -> None:
        query_id = str(next(self._numbers))
        self._presses[query_id] = talker
        server.push(
            "callback_query",
            {
                "id": query_id,
                "from": _user_object(talker),
                "message": _message_object(talker, message_id),
                "chat_instance": str(talker.id),
                "data": data,
            },
        )


def _user_object(talker: Talker) -> dict[str, object]:
    return {"id": talker.id, "is_bot": False, "first_name": "Ada", "language_code": "en"}


def _message_object(talker: Talker, number: int) -> dict[str, object]:
    chat = {"id": talker.id, "type": "private", "first_name": "Ada"}
    return {"message_id": number, "date": 1_790_000_000, "chat": chat}
