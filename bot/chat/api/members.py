"""What a member of a chat may do there, according to Telegram."""

from __future__ import annotations

import telegram
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.texts import Refusal
from storage.records.chats import ChatKind

ADMIN_STATUSES = (telegram.ChatMember.OWNER, telegram.ChatMember.ADMINISTRATOR)


async def get_member(bot: telegram.Bot, chat: int, person: int) -> telegram.ChatMember | None:
    """Return a person's membership of a chat, or None if the bot may not see it.

    Raises:
        Refusal: Telegram cannot be asked now.
    """
    try:
        return await bot.get_chat_member(chat, person)
    except (BadRequest, Forbidden):
        return None
    except TelegramError:
        raise Refusal("refusal-unasked") from None


def is_in_chat(member: telegram.ChatMember) -> bool:
    """Return whether somebody is in the chat, so that they may learn its title."""
    if isinstance(member, telegram.ChatMemberRestricted):
        return member.is_member
    return member.status in (*ADMIN_STATUSES, telegram.ChatMember.MEMBER)


async def may_post_in_group(bot: telegram.Bot, chat: int, kind: ChatKind, person: int) -> bool:
    """Return whether somebody may write in a group, so that the bot may post there for them.

    Raises:
        Refusal: Telegram does not show the membership, or cannot be asked now.
    """
    chat_member = await get_member(bot, chat, person)
    if chat_member is None:
        raise Refusal("refusal-unseen")
    if not may_write(chat_member, kind):
        return False
    if chat_member.status in ADMIN_STATUSES:
        return True
    try:
        permissions = (await bot.get_chat(chat)).permissions
    except TelegramError:
        raise Refusal("refusal-unasked") from None
    return permissions is None or permissions.can_send_messages is not False


def may_write(member: telegram.ChatMember, kind: ChatKind) -> bool:
    """Return whether a member of a chat may post there."""
    if isinstance(member, telegram.ChatMemberRestricted):
        return member.is_member and member.can_send_messages
    if isinstance(member, telegram.ChatMemberAdministrator):
        return kind is not ChatKind.CHANNEL or bool(member.can_post_messages)
    if member.status == telegram.ChatMember.OWNER:
        return True
    return member.status == telegram.ChatMember.MEMBER and kind is not ChatKind.CHANNEL
