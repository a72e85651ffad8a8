"""Bot API calls: a ``Message`` in, an ``Outcome`` out; the one place that posts and edits."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping

import telegram
from telegram.error import TelegramError

from bot.chat.api.callback_data import data
from bot.chat.api.checked_bot import Client
from bot.chat.api.errors import is_stale, is_unchanged, lacks_thread, outcome
from bot.chat.api.transport import LARGEST, Fields, Transport
from bot.concurrency.rate_limiter import Sleep
from bot.concurrency.trusted_clock import Heard
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Button, Copy, Keyboard, Link
from bot.render.telegram.rich_blocks import Block
from bot.render.telegram.split_into_messages import Message
from bot.render.telegram.stored_answer import Document, Said
from storage.records import Form, Later, Outcome, Parcel, Rank, Sent, Unknown

log = logging.getLogger(__name__)

__all__ = ["CONNECTIONS", "Client", "client", "post"]

CONNECTIONS = 128  # at most at a time; twice what a thousand messages a second need at 50 ms
TOAST_UNITS = 200
TOAST = 15.0  # seconds in which a press may be answered; then nobody looks
_TOAST_WAITS = (0.5, 1.0, 2.0, 4.0, 8.0, TOAST)  # seconds until it is tried again
POLLING = 20.0  # seconds a poll may last beyond what it was asked to wait

_NO_PREVIEW = json.dumps({"is_disabled": True})


def client(
    token: str,
    base: str,
    *,
    longest: float = 30.0,
    connections: int = CONNECTIONS,
    heard: Heard | None = None,
) -> Client:
    """A bot at a Bot API server, whose calls end within ``longest`` seconds.

    A read time-out leaves a send in doubt, so it is long. Polling has a connection of its own, so
    that a full pool never delays it. ``heard`` is told the dates of the answers.
    """
    return Client(
        token,
        base,
        request=Transport(base, token, connections=connections, longest=longest, heard=heard),
        polling=Transport(base, token, connections=1, longest=POLLING, heard=heard),
    )


def keyboard(rows: Keyboard) -> Block | None:
    """The inline keyboard of a message, None when it has no buttons."""
    if not rows:
        return None
    return {"inline_keyboard": [[_button(button) for button in row] for row in rows]}


def _button(button: Button) -> Block:
    match button.does:
        case Action() as pressed:
            return {"text": button.label, "callback_data": data(pressed)}
        case Link(url):
            return {"text": button.label, "url": url}
        case Copy(text):
            return {"text": button.label, "copy_text": {"text": text}}


async def post(
    bot: telegram.Bot, chat: int, message: Message, *, thread: int = 0, paid: bool = False
) -> Outcome:
    """Sends a message to a chat; every failure becomes the outcome it means.

    A paid message is not held to the rate of the free ones: the bot's balance pays for it.
    """
    method = "sendRichMessage" if message.form is Form.RICH else "sendMessage"
    fields = {"chat_id": str(chat), **_fields(message)}
    if message.silent:
        fields["disable_notification"] = "true"
    if paid:
        fields["allow_paid_broadcast"] = "true"
    if not thread:
        return await _called(bot, method, fields)
    result = await _called(bot, method, fields | {"message_thread_id": str(thread)})
    if lacks_thread(result):
        log.info("topic closed or deleted, told in the chat itself", extra={"chat": chat})
        result = await _called(bot, method, fields)
    return result


async def edit(bot: telegram.Bot, chat: int, message_id: int, message: Message) -> Outcome:
    """Replaces a message; one that shows this already is as good as replaced."""
    fields = {"chat_id": str(chat), "message_id": str(message_id), **_fields(message)}
    result = await _called(bot, "editMessageText", fields)
    return Sent(message_id) if is_unchanged(result) else result


def _fields(message: Message) -> dict[str, str]:
    """What a message says, as the Bot API names it."""
    fields: dict[str, str] = {}
    if message.form is Form.RICH:
        # Without this, years and arXiv ids would become links to phone numbers and cards.
        rich = {"blocks": message.blocks, "skip_entity_detection": True}
        fields["rich_message"] = json.dumps(rich)
    elif message.text:
        fields |= {"text": message.text, "link_preview_options": _NO_PREVIEW}
    else:
        fields |= {"text": message.html, "parse_mode": "HTML", "link_preview_options": _NO_PREVIEW}
    if markup := keyboard(message.buttons):
        fields["reply_markup"] = json.dumps(markup)
    return fields


async def _called(bot: telegram.Bot, method: str, fields: Mapping[str, str]) -> Outcome:
    """Calls a method that answers with a message, of which nothing but its number is read."""
    try:
        answer = await bot.request.post(f"{bot.base_url}/{method}", Fields(fields))
    except TelegramError as error:
        return outcome(error)
    match answer:
        case {"message_id": int(number)} if number is not True and 0 < number <= LARGEST:
            return Sent(number)
        case _:
            return Unknown("no message in the answer")


async def deliver_parcel(
    bot: telegram.Bot, parcel: Parcel, message: Said, *, paid: bool = False
) -> Outcome:
    """Sends what a parcel says to its chat, or edits the message that it amends.

    What somebody waits for is never paid for.
    """
    if isinstance(message, Document):
        return await post_document(bot, parcel.chat, message, thread=parcel.thread)
    paid = paid and parcel.rank > Rank.ASKED
    if parcel.edits:
        return await edit(bot, parcel.chat, parcel.edits, message)
    return await post(bot, parcel.chat, message, thread=parcel.thread, paid=paid)


async def post_document(
    bot: telegram.Bot, chat: int, document: Document, *, thread: int = 0
) -> Outcome:
    """Sends a file to a chat; every failure becomes the outcome it means."""
    result = await _posted_document(bot, chat, document, thread)
    if thread and lacks_thread(result):
        result = await _posted_document(bot, chat, document, 0)
    return result


async def _posted_document(
    bot: telegram.Bot, chat: int, document: Document, thread: int
) -> Outcome:
    try:
        sent = await bot.send_document(
            chat,
            telegram.InputFile(document.content, filename=document.name),
            caption=document.caption or None,
            message_thread_id=thread or None,
        )
    except TelegramError as error:
        return outcome(error)
    return Sent(sent.message_id)


async def toast(
    bot: telegram.Bot, query_id: str, text: str, *, url: str = "", sleep: Sleep = asyncio.sleep
) -> None:
    """Answers a pressed button, within ``TOAST`` seconds; it may be answered twice.

    A failure is noted: what the press did is shown all the same.
    """
    began = time.monotonic()
    for wait in _TOAST_WAITS:
        try:
            await bot.answer_callback_query(
                query_id, text=shorten(text, TOAST_UNITS) or None, url=url or None
            )
        except TelegramError as error:
            if is_stale(error):
                return
            result = outcome(error)
            if isinstance(result, Later) and result.answered:
                wait = max(wait, result.seconds)
            may_pass = isinstance(result, Later | Unknown)
            if not may_pass or time.monotonic() + wait > began + TOAST:
                log.warning("toast not shown", extra={"error": type(error).__name__})
                return
            await sleep(wait)
        else:
            return


async def probe(token: str, base: str, *, heard: Heard | None = None) -> tuple[str, str]:
    """The bot's username, or else what is wrong; neither holds the token."""
    bot = client(token, base, heard=heard)
    try:
        async with bot:
            return bot.username, ""
    except TelegramError as error:
        return "", type(error).__name__
