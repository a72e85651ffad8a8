"""What a person is asked to type: the question is kept, and said is how it can be answered."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.request_and_reply import Ask
from bot.chat.widgets.short_reply import Line
from bot.texts import Refusal
from storage import Store
from storage.records import ChatKind, Question


def listen(store: Store, ask: Ask, question: Question) -> None:
    """Takes this person's next words as the answer."""
    store.asks.put(ask.chat.bot, ask.chat.chat, ask.person.person, question, ask.now)


def asked(store: Store, ask: Ask, question: Question, text: str, *, command: str) -> Sequence[Line]:
    """Asks a question in words; in a group the bot sees only what replies to it.

    Raises:
        Refusal: in a channel nobody can reply; ``command`` leads there from the private chat.
    """
    if ask.chat.kind is ChatKind.CHANNEL and not ask.is_elsewhere:
        raise Refusal("answer-in-private", example=f"/{command} {ask.chat.chat}")
    listen(store, ask, question)
    if ask.chat.kind is ChatKind.PRIVATE or ask.is_elsewhere:
        return [Line(text)]
    return [Line(text), Line(ask.say("answer-by-reply"))]
