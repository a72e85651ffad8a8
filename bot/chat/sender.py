"""Bot API calls: a ``Message`` in, an ``Outcome`` out; the one place that posts and edits."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from typing import TypeAlias

import telegram
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.warnings import PTBUserWarning

from bot.chat.buttons import data
from bot.chat.context import Document
from bot.chat.outcomes import is_stale, is_unchanged, lacks_thread, outcome
from bot.chat.transport import Transport
from bot.render.keyboard import Action, Button, Copy, Keyboard, Link
from bot.render.message import Message
from storage.model import Form, Outcome, Parcel, Sent

log = logging.getLogger(__name__)

Client: TypeAlias = telegram.Bot

CONNECTIONS = 128  # at most at a time; twice what a thousand messages a second need at 50 ms
POLLING = 20.0  # seconds a poll may last beyond what it was asked to wait

_NO_PREVIEW = telegram.LinkPreviewOptions(is_disabled=True)


def client(token: str, base: str, *, longest: float = 30.0) -> telegram.Bot:
    """A bot at a Bot API server, whose calls end within ``longest`` seconds.

    A read time-out leaves a send in doubt, so it is long. Polling has a connection of its own, so
    that a full pool never delays it.
    """
    return telegram.Bot(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=Transport(base, token, connections=CONNECTIONS, longest=longest),
        get_updates_request=Transport(base, token, connections=1, longest=POLLING),
    )


def keyboard(rows: Keyboard) -> telegram.InlineKeyboardMarkup | None:
    """The inline keyboard of a message, None when it has no buttons."""
    if not rows:
        return None
    return telegram.InlineKeyboardMarkup([[_button(button) for button in row] for row in rows])


def _button(button: Button) -> telegram.InlineKeyboardButton:
    match button.does:
        case Action() as pressed:
            return telegram.InlineKeyboardButton(button.label, callback_data=data(pressed))
        case Link(url):
            return telegram.InlineKeyboardButton(button.label, url=url)
        case Copy(text):
            copied = telegram.CopyTextButton(text)
            return telegram.InlineKeyboardButton(button.label, copy_text=copied)


async def post(
    bot: telegram.Bot, chat: int, message: Message, *, thread: int = 0, paid: bool = False
) -> Outcome:
    """Sends a message to a chat; every failure becomes the outcome it means.

    A paid message is not held to the rate of the free ones: the bot's balance pays for it.
    """
    result = await _posted(bot, chat, message, thread, paid)
    if thread and lacks_thread(result):
        log.info("topic not found, told in the chat itself", extra={"chat": chat})
        result = await _posted(bot, chat, message, 0, paid)
    return result


async def _posted(
    bot: telegram.Bot, chat: int, message: Message, thread: int, paid: bool
) -> Outcome:
    try:
        if message.form is Form.RICH:
            sent = await _post_rich(bot, chat, message, thread, paid)
        else:
            sent = await bot.send_message(
                chat,
                message.text or message.html,
                parse_mode=None if message.text else ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                disable_notification=message.silent,
                message_thread_id=thread or None,
                reply_markup=keyboard(message.buttons),
                allow_paid_broadcast=paid or None,
            )
    except TelegramError as error:
        return outcome(error)
    return Sent(sent.message_id)


async def _post_rich(
    bot: telegram.Bot, chat: int, message: Message, thread: int, paid: bool
) -> telegram.Message:
    arguments: dict[str, object] = {
        "chat_id": chat,
        "rich_message": _rich(message),
        "disable_notification": message.silent,
    }
    if thread:
        arguments["message_thread_id"] = thread
    if paid:
        arguments["allow_paid_broadcast"] = True
    if markup := keyboard(message.buttons):
        arguments["reply_markup"] = markup
    sent = await bot.do_api_request(
        "sendRichMessage", api_kwargs=arguments, return_type=telegram.Message
    )
    assert isinstance(sent, telegram.Message)
    return sent


def _rich(message: Message) -> Mapping[str, object]:
    # Without this, years and arXiv ids would become links to phone numbers and cards.
    return {"blocks": list(message.blocks), "skip_entity_detection": True}


async def edit(bot: telegram.Bot, chat: int, message_id: int, message: Message) -> Outcome:
    """Replaces a message; one that shows this already is as good as replaced."""
    try:
        if message.form is Form.RICH:
            await _edit_rich(bot, chat, message_id, message)
        else:
            await bot.edit_message_text(
                message.html,
                chat_id=chat,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=keyboard(message.buttons),
            )
    except TelegramError as error:
        return Sent(message_id) if is_unchanged(error) else outcome(error)
    return Sent(message_id)


async def _edit_rich(bot: telegram.Bot, chat: int, message_id: int, message: Message) -> None:
    arguments: dict[str, object] = {
        "chat_id": chat,
        "message_id": message_id,
        "rich_message": _rich(message),
    }
    if markup := keyboard(message.buttons):
        arguments["reply_markup"] = markup
    with warnings.catch_warnings():
        # The client advises its own edit_message_text, which cannot carry blocks.
        warnings.filterwarnings("ignore", category=PTBUserWarning, message=".*editMessageText")
        await bot.do_api_request("editMessageText", api_kwargs=arguments)


async def deliver_parcel(
    bot: telegram.Bot, parcel: Parcel, message: Message, *, paid: bool = False
) -> Outcome:
    """Sends the message of a parcel to its chat."""
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


async def toast(bot: telegram.Bot, query_id: str, text: str, *, url: str = "") -> None:
    """Answers a pressed button; a failure is noted, what the press did is shown all the same."""
    try:
        await bot.answer_callback_query(query_id, text=text[:200] or None, url=url or None)
    except TelegramError as error:
        if not is_stale(error):
            log.warning("toast not shown", extra={"error": type(error).__name__})


async def probe(token: str, base: str) -> tuple[str, str]:
    """The bot's username, or else what is wrong; neither holds the token."""
    bot = client(token, base)
    try:
        async with bot:
            return bot.username, ""
    except TelegramError as error:
        return "", type(error).__name__
