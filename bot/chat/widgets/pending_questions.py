"""Ask a person to type something, and store the question until they answer."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.request_and_reply import Request
from bot.chat.widgets.short_reply import Line
from bot.texts import Refusal
from storage import Store
from storage.records.chats import ChatKind, PendingQuestion


def save_pending_question(store: Store, request: Request, question: PendingQuestion) -> None:
    """Take this person's next text as the answer to ``question``."""
    store.pending_questions.put(
        request.chat.bot, request.chat.id, request.person.id, question, request.now
    )


def ask_question(
    store: Store, request: Request, question: PendingQuestion, text: str, *, command: str
) -> Sequence[Line]:
    """Store a question and return its lines; in a group the answer must be a reply.

    Raises:
        Refusal: in a channel nobody can reply; the text leads to ``command`` in the private chat.
    """
    if request.chat.kind is ChatKind.CHANNEL and not request.is_for_other_chat:
        raise Refusal("answer-in-private", example=f"/{command} {request.chat.id}")
    save_pending_question(store, request, question)
    if request.chat.kind is ChatKind.PRIVATE or request.is_for_other_chat:
        return [Line(text)]
    return [Line(text), Line(request.say("answer-by-reply"))]
