"""What a person is asked to type: the question is kept, and said is how it can be answered."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.request_and_reply import Request
from bot.chat.widgets.short_reply import Line
from bot.texts import Refusal
from storage import Store
from storage.records import ChatKind, PendingQuestion


def save_pending_question(store: Store, request: Request, question: PendingQuestion) -> None:
    """Takes this person's next words as the answer."""
    store.pending_questions.put(
        request.chat.bot, request.chat.id, request.person.id, question, request.now
    )


def ask_question(
    store: Store, request: Request, question: PendingQuestion, text: str, *, command: str
) -> Sequence[Line]:
    """Asks a question in words; in a group the bot sees only what replies to it.

    Raises:
        Refusal: in a channel nobody can reply; ``command`` leads there from the private chat.
    """
    if request.chat.kind is ChatKind.CHANNEL and not request.is_for_other_chat:
        raise Refusal("answer-in-private", example=f"/{command} {request.chat.id}")
    save_pending_question(store, request, question)
    if request.chat.kind is ChatKind.PRIVATE or request.is_for_other_chat:
        return [Line(text)]
    return [Line(text), Line(request.say("answer-by-reply"))]
