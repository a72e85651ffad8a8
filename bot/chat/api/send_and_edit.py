"""Send and edit messages through the Bot API; every failure becomes a ``SendOutcome``."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping

import telegram
from telegram.error import TelegramError

from bot.chat.api.callback_data import encode_action
from bot.chat.api.client import Client
from bot.chat.api.errors import is_not_modified, is_stale_query, is_thread_missing, outcome_of_error
from bot.chat.api.transport import MAX_INT64, ApiParameters, Transport
from bot.concurrency.rate_limiter import Sleep
from bot.concurrency.trusted_clock import OnServerDate
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Button, CopyText, Keyboard, Link
from bot.render.telegram.reply_encoding import Document, ReplyContent
from bot.render.telegram.rich_blocks import Block
from bot.render.telegram.split_into_messages import Message
from storage.records.messages import (
    OutboxMessage,
    Priority,
    RetryLater,
    SendOutcome,
    Sent,
    UnknownOutcome,
)

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 128  # twice what a thousand messages a second need at 50 ms each
TOAST_UNITS = 200
TOAST_SECONDS = 15.0  # after that nobody looks for an answer to their press
_TOAST_RETRY_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0, TOAST_SECONDS)
POLLING_TIMEOUT = 20.0  # seconds that a poll may take beyond its own waiting time

_NO_PREVIEW = json.dumps({"is_disabled": True})


def create_client(
    token: str,
    base: str,
    *,
    request_timeout: float = 30.0,
    connections: int = MAX_CONNECTIONS,
    on_server_date: OnServerDate | None = None,
) -> Client:
    """Return a bot at a Bot API server, whose calls end within ``request_timeout`` seconds.

    The time-out is long because a read time-out leaves the outcome of a send unknown. Polling has a
    connection of its own, so that a full pool never delays it. ``on_server_date`` receives the
    dates of the responses.
    """
    return Client(
        token,
        base,
        request=Transport(
            base,
            token,
            connections=connections,
            total_timeout=request_timeout,
            on_server_date=on_server_date,
        ),
        polling=Transport(
            base, token, connections=1, total_timeout=POLLING_TIMEOUT, on_server_date=on_server_date
        ),
    )


def inline_keyboard(rows: Keyboard) -> Block | None:
    """Return the inline keyboard of a message, or None without buttons."""
    if not rows:
        return None
    return {"inline_keyboard": [[_inline_button(button) for button in row] for row in rows]}


def _inline_button(button: Button) -> Block:
    match button.action:
        case Action() as action:
            return {"text": button.label, "callback_data": encode_action(action)}
        case Link(url):
            return {"text": button.label, "url": url}
        case CopyText(text):
            return {"text": button.label, "copy_text": {"text": text}}


async def send_message(
    bot: telegram.Bot, chat: int, message: Message, *, thread: int = 0, paid: bool = False
) -> SendOutcome:
    """Send a message to a chat; return the outcome, also of a failure.

    A ``paid`` message may exceed the free rate limits, at the expense of the bot's balance.
    """
    method = "sendRichMessage" if message.form.is_rich else "sendMessage"
    request_fields = {"chat_id": str(chat), **_message_fields(message)}
    if message.silent:
        request_fields["disable_notification"] = "true"
    if paid:
        request_fields["allow_paid_broadcast"] = "true"
    if not thread:
        return await _call_method(bot, method, request_fields)
    sent_message = await _call_method(
        bot, method, request_fields | {"message_thread_id": str(thread)}
    )
    if is_thread_missing(sent_message):
        log.info("topic closed or deleted, told in the chat itself", extra={"chat": chat})
        sent_message = await _call_method(bot, method, request_fields)
    return sent_message


async def edit_message(
    bot: telegram.Bot, chat: int, message_id: int, message: Message
) -> SendOutcome:
    """Replace a message; one that already has this content counts as sent."""
    fields = {"chat_id": str(chat), "message_id": str(message_id), **_message_fields(message)}
    edited_message = await _call_method(bot, "editMessageText", fields)
    return Sent(message_id) if is_not_modified(edited_message) else edited_message


def _message_fields(message: Message) -> dict[str, str]:
    """Return the parameters of the Bot API for a message's content."""
    message_fields: dict[str, str] = {}
    if message.form.is_rich:
        # Else Telegram would take years and arXiv ids for phone and card numbers.
        rich_message = {"blocks": message.blocks, "skip_entity_detection": True}
        message_fields["rich_message"] = json.dumps(rich_message)
    elif message.text:
        message_fields |= {"text": message.text, "link_preview_options": _NO_PREVIEW}
    else:
        message_fields |= {
            "text": message.html,
            "parse_mode": "HTML",
            "link_preview_options": _NO_PREVIEW,
        }
    if markup := inline_keyboard(message.buttons):
        message_fields["reply_markup"] = json.dumps(markup)
    return message_fields


async def _call_method(bot: telegram.Bot, method: str, fields: Mapping[str, str]) -> SendOutcome:
    """Call a method that returns a message, of which only the id is read."""
    try:
        answer = await bot.request.post(f"{bot.base_url}/{method}", ApiParameters(fields))
    except TelegramError as error:
        return outcome_of_error(error)
    match answer:
        case {"message_id": int(number)} if number is not True and 0 < number <= MAX_INT64:
            return Sent(number)
        case _:
            return UnknownOutcome("no message in the answer")


async def send_outbox_message(
    bot: telegram.Bot, outbox_message: OutboxMessage, content: ReplyContent, *, paid: bool = False
) -> SendOutcome:
    """Send an outbox message to its chat, or edit the message that it replaces.

    Interactive messages are never paid for.
    """
    if isinstance(content, Document):
        return await send_document(bot, outbox_message.chat, content, thread=outbox_message.thread)
    paid = paid and outbox_message.priority > Priority.INTERACTIVE
    if outbox_message.edited_message_id:
        return await edit_message(
            bot, outbox_message.chat, outbox_message.edited_message_id, content
        )
    return await send_message(
        bot, outbox_message.chat, content, thread=outbox_message.thread, paid=paid
    )


async def send_document(
    bot: telegram.Bot, chat: int, document: Document, *, thread: int = 0
) -> SendOutcome:
    """Send a file to a chat; return the outcome, also of a failure."""
    sent_message = await _send_document(bot, chat, document, thread)
    if thread and is_thread_missing(sent_message):
        sent_message = await _send_document(bot, chat, document, 0)
    return sent_message


async def _send_document(
    bot: telegram.Bot, chat: int, document: Document, thread: int
) -> SendOutcome:
    try:
        sent_message = await bot.send_document(
            chat,
            telegram.InputFile(document.content, filename=document.name),
            caption=document.caption or None,
            message_thread_id=thread or None,
        )
    except TelegramError as error:
        return outcome_of_error(error)
    return Sent(sent_message.message_id)


async def answer_callback_query(
    bot: telegram.Bot,
    callback_query_id: str,
    text: str,
    *,
    url: str = "",
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Answer a pressed button within ``TOAST_SECONDS``; it may be answered twice.

    A failure is only logged: the effect of the press is visible all the same.
    """
    started_at = time.monotonic()
    for retry_delay in _TOAST_RETRY_DELAYS:
        try:
            await bot.answer_callback_query(
                callback_query_id, text=shorten(text, TOAST_UNITS) or None, url=url or None
            )
        except TelegramError as error:
            if is_stale_query(error):
                return
            outcome = outcome_of_error(error)
            if isinstance(outcome, RetryLater) and outcome.requested_by_telegram:
                retry_delay = max(retry_delay, outcome.seconds)
            may_pass = isinstance(outcome, RetryLater | UnknownOutcome)
            if not may_pass or time.monotonic() + retry_delay > started_at + TOAST_SECONDS:
                log.warning("toast not shown", extra={"error": type(error).__name__})
                return
            await sleep(retry_delay)
        else:
            return


async def fetch_username(
    token: str, base: str, *, on_server_date: OnServerDate | None = None
) -> str:
    """Return the username of the bot with this token.

    Raises:
        InvalidToken: Telegram does not know the token.
        TelegramError: Telegram cannot be asked.
    """
    async with create_client(token, base, on_server_date=on_server_date) as bot:
        return bot.username
