"""What may a member of a chat do there? Read from Telegram's own words."""

from __future__ import annotations

import telegram

from storage.model import ChatKind

LEADERS = (telegram.ChatMember.OWNER, telegram.ChatMember.ADMINISTRATOR)


def may_write(member: telegram.ChatMember, kind: ChatKind) -> bool:
    """Whether a member of a chat may post there."""
    if isinstance(member, telegram.ChatMemberRestricted):
        return member.is_member and member.can_send_messages
    if isinstance(member, telegram.ChatMemberAdministrator):
        return kind is not ChatKind.CHANNEL or bool(member.can_post_messages)
    if member.status == telegram.ChatMember.OWNER:
        return True
    return member.status == telegram.ChatMember.MEMBER and kind is not ChatKind.CHANNEL
