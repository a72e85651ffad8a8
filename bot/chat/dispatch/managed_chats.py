"""Manage a group or channel from a private chat.

The first word of a command names the chat (``/sub @papers robots``). The buttons of the reply
contain its id, and the rights are checked at each press; nothing is remembered in between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import telegram
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.chat.api.members import ADMIN_STATUSES, get_member, is_in_chat, may_write
from bot.chat.api.updates import one_line
from bot.chat.request_and_reply import Reply
from bot.chat.widgets.short_reply import Line, text_message
from bot.render.entry_content import strip_invisible
from bot.render.size_limits import CLASSIC_UNITS
from bot.render.telegram.html_message import message_weight, sentence_html
from bot.render.telegram.keyboard import Action, Keyboard, ManagedChatAction
from bot.render.telegram.rich_blocks import italic, paragraph
from bot.render.telegram.split_into_messages import Message
from bot.texts import Refusal, say
from storage.records.chats import ChatKind

_CHAT_ARGUMENT = re.compile(r"(@[A-Za-z]\w{3,31}|-\d{5,18})(?:\s+(.*))?", re.DOTALL)
_MAX_TITLE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class ManagedChat:
    """A group or channel that somebody manages from their private chat."""

    chat: int
    kind: ChatKind
    title: str


def parse_chat_argument(words: str) -> tuple[str, str] | None:
    """Split ``@papers robots`` into the chat's name or id and the rest, or return None."""
    match = _CHAT_ARGUMENT.fullmatch(words.strip())
    return (match[1], (match[2] or "").strip()) if match else None


async def find_managed_chat(bot: telegram.Bot, name: str, person: int) -> ManagedChat:
    """Return the chat with a name or id, where the person is an administrator and the bot may post.

    A person who is not a member gets the same error as for a chat that does not exist.

    Raises:
        Refusal: the bot does not see such a chat, or one of the two lacks the rights.
    """
    chat = await _get_chat(bot, name)
    person_member = await get_member(bot, chat.id, person) if chat else None
    bot_member = await get_member(bot, chat.id, bot.id) if chat else None
    if chat is None or person_member is None or bot_member is None or not is_in_chat(person_member):
        raise Refusal("there-unknown", given=name)
    managed_chat = ManagedChat(chat.id, ChatKind(chat.type), one_line(chat.title or name)[:128])
    if person_member.status not in ADMIN_STATUSES:
        raise Refusal("there-not-admin", title=managed_chat.title)
    if not may_write(person_member, managed_chat.kind):
        raise Refusal("there-not-poster", title=managed_chat.title)
    if not may_write(bot_member, managed_chat.kind):
        raise Refusal("there-no-post", title=managed_chat.title)
    return managed_chat


async def _get_chat(bot: telegram.Bot, name: str) -> telegram.ChatFullInfo | None:
    """Return the group or channel with a name or id, or None if the bot does not see it."""
    try:
        chat = await bot.get_chat(name)
    except ChatMigrated as migration:
        return await _get_chat(bot, str(migration.new_chat_id))
    except (BadRequest, Forbidden):
        return None
    except TelegramError:
        raise Refusal("refusal-unasked") from None
    return None if chat.type == telegram.Chat.PRIVATE else chat


def adapt_reply_for_manager(reply: Reply, managed_chat: ManagedChat, language: str) -> Reply:
    """Add the chat's title to a reply, if there is room, and make its buttons act on that chat."""
    messages, title = reply.messages, strip_invisible(managed_chat.title)
    if len(title) > _MAX_TITLE_LENGTH:
        title = f"{title[: _MAX_TITLE_LENGTH - 1]}…"
    if reply.wakes_delivery and not messages:
        messages = (text_message([Line(say(language, "there-posted", title=title))]),)
    elif messages:
        header_text, first_message = say(language, "there-managing", title=title), messages[0]
        if first_message.form.is_rich:
            header_block = paragraph(italic(header_text))
            first_message = replace(first_message, blocks=(header_block, *first_message.blocks))
        elif first_message.html:
            html = f"<i>{sentence_html(header_text)}</i>\n\n{first_message.html}"
            if message_weight(html) <= CLASSIC_UNITS:
                first_message = replace(first_message, html=html)
        messages = (first_message, *messages[1:])
    return replace(
        reply,
        messages=tuple(_bind_message(message, managed_chat.chat) for message in messages),
        fallback_messages=tuple(
            _bind_message(message, managed_chat.chat) for message in reply.fallback_messages
        ),
    )


def _bind_message(message: Message, chat: int) -> Message:
    return replace(message, buttons=bind_buttons_to_chat(message.buttons, chat))


def bind_buttons_to_chat(rows: Keyboard, chat: int) -> Keyboard:
    """Return the same buttons, acting on another chat than the one they stand in."""
    bound_rows = []
    for row in rows:
        bound_row = []
        for button in row:
            action = button.action
            if isinstance(action, Action):
                action = ManagedChatAction(
                    action.verb, action.first_argument, action.second_argument, chat
                )
            bound_row.append(replace(button, action=action))
        bound_rows.append(tuple(bound_row))
    return tuple(bound_rows)
