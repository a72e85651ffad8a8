"""Another chat, managed from the private one: which, by whom, and how that is shown.

The first word of a command names it (``/sub @papers robots``). Buttons of the answer carry its
id, and each press is checked anew; nothing is remembered in between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import telegram
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.chat.api.members import LEADERS, is_present, may_write, member
from bot.chat.api.updates import one_line
from bot.chat.request_and_reply import Reply
from bot.chat.widgets.short_reply import Line, text_message
from bot.render.entry_content import plain
from bot.render.size_limits import CLASSIC_UNITS, units
from bot.render.telegram.html_message import sentence_html
from bot.render.telegram.keyboard import Action, Button, Elsewhere, Keyboard
from bot.render.telegram.rich_blocks import Block
from bot.render.telegram.split_into_messages import Message
from bot.texts import Refusal, say
from storage.records import ChatKind, Form

_NAMED = re.compile(r"(@[A-Za-z]\w{3,31}|-\d{5,18})(?:\s+(.*))?", re.DOTALL)
_SHORTENED = 60  # characters of a title in a line above something else


@dataclass(frozen=True, slots=True)
class There:
    """A group or channel that somebody manages from their private chat."""

    chat: int
    kind: ChatKind
    title: str


def named(words: str) -> tuple[str, str] | None:
    """``@papers robots`` → the chat's name or id, and the words for it; None names no chat."""
    found = _NAMED.fullmatch(words.strip())
    return (found[1], (found[2] or "").strip()) if found else None


async def managed(bot: telegram.Bot, name: str, person: int) -> There:
    """The chat of a name or id, where the person is an administrator and the bot may post.

    Whoever is not in it hears the same as of a chat that is not there, or where the bot is not.

    Raises:
        Refusal: there is no such chat for the bot, or one of the two may not act there.
    """
    chat = await _chat(bot, name)
    who = await member(bot, chat.id, person) if chat else None
    itself = await member(bot, chat.id, bot.id) if chat else None
    if chat is None or who is None or itself is None or not is_present(who):
        raise Refusal("there-unknown", given=name)
    there = There(chat.id, ChatKind(chat.type), one_line(chat.title or name)[:128])
    if who.status not in LEADERS:
        raise Refusal("there-not-admin", title=there.title)
    if not may_write(who, there.kind):
        raise Refusal("there-not-poster", title=there.title)
    if not may_write(itself, there.kind):
        raise Refusal("there-no-post", title=there.title)
    return there


async def _chat(bot: telegram.Bot, name: str) -> telegram.ChatFullInfo | None:
    """The group or channel of a name or id, as far as Telegram shows one to the bot."""
    try:
        chat = await bot.get_chat(name)
    except ChatMigrated as moved:
        return await _chat(bot, str(moved.new_chat_id))
    except (BadRequest, Forbidden):
        return None
    except TelegramError:
        raise Refusal("refusal-unasked") from None
    return None if chat.type == telegram.Chat.PRIVATE else chat


def shown_here(reply: Reply, there: There, language: str) -> Reply:
    """An answer about another chat: it says so, and its buttons act there."""
    messages, title = reply.messages, _short(plain(there.title))
    if reply.deliver and not messages:
        messages = (text_message([Line(say(language, "there-posted", title=title))]),)
    elif messages:
        above = say(language, "there-managing", title=title)
        messages = (_under(above, messages[0]), *messages[1:])
    return replace(
        reply,
        messages=tuple(_bound(message, there.chat) for message in messages),
        plain=tuple(_bound(message, there.chat) for message in reply.plain),
    )


def _short(title: str) -> str:
    return title if len(title) <= _SHORTENED else f"{title[: _SHORTENED - 1]}…"


def _under(line: str, message: Message) -> Message:
    """A message with a line above it, where there is room."""
    if message.form is Form.RICH:
        above: Block = {"type": "paragraph", "text": {"type": "italic", "text": line}}
        return replace(message, blocks=(above, *message.blocks))
    html = f"<i>{sentence_html(line)}</i>\n\n{message.html}"
    fits = bool(message.html) and units(html) <= CLASSIC_UNITS
    return replace(message, html=html) if fits else message


def _bound(message: Message, chat: int) -> Message:
    return replace(message, buttons=bound(message.buttons, chat))


def bound(rows: Keyboard, chat: int) -> Keyboard:
    """The same buttons, acting on another chat than the one they stand in."""
    return tuple(tuple(_bound_button(button, chat) for button in row) for row in rows)


def _bound_button(button: Button, chat: int) -> Button:
    if not isinstance(button.does, Action):
        return button
    does = button.does
    return replace(button, does=Elsewhere(does.verb, does.first, does.second, chat))
