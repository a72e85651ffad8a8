"""What does the person see? A reply → Bot API calls, and what stands in where one fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

import telegram

from bot.chat import sender
from bot.chat.asked import Asked
from bot.chat.context import Reply
from bot.pace import Sleep
from bot.render.message import Message
from storage.model import Form, Later, Outcome, Refused, Sent

log = logging.getLogger(__name__)

LONGEST = 60.0  # seconds that an answer waits where Telegram asks for it; then nobody looks


async def respond(
    bot: telegram.Bot, request: Asked, reply: Reply, *, sleep: Sleep = asyncio.sleep
) -> None:
    """Answers the press first, then edits or posts."""
    if request.query:
        await sender.toast(bot, request.query, reply.toast, url=reply.url)
    request = replace(request, chat=reply.to, thread=0) if reply.to else request
    messages = reply.messages
    if reply.edit and messages and request.message:
        edit = partial(sender.edit, bot, request.chat, request.message, messages[0])
        if isinstance(await _patiently(edit, sleep), Sent):
            messages = messages[1:]
    await _post(bot, request, messages, reply.plain, sleep)
    for document in reply.documents:
        post = partial(sender.post_document, bot, request.chat, document, thread=request.thread)
        _note(request, await _patiently(post, sleep))


async def _post(
    bot: telegram.Bot,
    request: Asked,
    messages: Sequence[Message],
    plain: Sequence[Message],
    sleep: Sleep,
) -> None:
    """Posts in order; where blocks are refused, the same as text takes their place."""
    for message in messages:
        post = partial(sender.post, bot, request.chat, message, thread=request.thread)
        outcome = await _patiently(post, sleep)
        if isinstance(outcome, Refused) and message.form is Form.RICH and plain:
            await _post(bot, request, plain, (), sleep)
            return
        _note(request, outcome)


async def _patiently(attempt: Callable[[], Awaitable[Outcome]], sleep: Sleep) -> Outcome:
    """Tries once more where Telegram asked to wait for a time that a person waits too."""
    outcome = await attempt()
    if isinstance(outcome, Later) and outcome.answered and outcome.seconds <= LONGEST:
        await sleep(outcome.seconds)
        outcome = await attempt()
    return outcome


def _note(request: Asked, outcome: Outcome) -> None:
    if not isinstance(outcome, Sent):
        facts = {"chat": request.chat, "outcome": type(outcome).__name__}
        log.warning("reply not sent", extra=facts)
