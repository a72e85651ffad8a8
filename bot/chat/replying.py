"""What does the person see? A reply → Bot API calls, and what stands in where one fails."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import telegram

from bot.chat import sender
from bot.chat.asked import Asked
from bot.chat.context import Reply
from bot.render.message import Message
from storage.model import Form, Refused, Sent

log = logging.getLogger(__name__)


async def respond(bot: telegram.Bot, request: Asked, reply: Reply) -> None:
    """Answers the press first, then edits or posts."""
    if request.query:
        await sender.toast(bot, request.query, reply.toast)
    messages = reply.messages
    replaces = reply.edit and bool(messages) and bool(request.message)
    if replaces and await sender.edit(bot, request.chat, request.message, messages[0]):
        messages = messages[1:]
    await _post(bot, request, messages, reply.plain)
    for document in reply.documents:
        await sender.post_document(bot, request.chat, document, thread=request.thread)


async def _post(
    bot: telegram.Bot, request: Asked, messages: Sequence[Message], plain: Sequence[Message]
) -> None:
    """Posts in order; where blocks are refused, the same as text takes their place."""
    for message in messages:
        outcome = await sender.post(bot, request.chat, message, thread=request.thread)
        if isinstance(outcome, Refused) and message.form is Form.RICH and plain:
            await _post(bot, request, plain, ())
            return
        if not isinstance(outcome, Sent):
            facts = {"chat": request.chat, "outcome": type(outcome).__name__}
            log.warning("reply not sent", extra=facts)
