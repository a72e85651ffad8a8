"""Store a reply with its update: messages in the outbox, and a follow-up.

The outbox sends them as it sends digests: retried, in order, and not after they expire.
"""

from __future__ import annotations

import json
from dataclasses import replace

from bot.chat.api.updates import Update
from bot.chat.request_and_reply import FollowUp, Reply
from bot.chat.services import Services
from bot.render.telegram.reply_encoding import (
    FIRST_FILE_PART,
    ReplyContent,
    ReplyPart,
    encode_reply_part,
)
from bot.render.telegram.split_into_messages import Message
from bot.texts import supported_language
from storage.records.chats import MessageForm
from storage.records.messages import InboxUpdate, OutboxMessage, Priority


def store_reply(
    services: Services,
    inbox_update: InboxUpdate,
    update: Update,
    reply: Reply,
    *,
    is_follow_up: bool = False,
) -> Reply:
    """Store a reply and its follow-up, in the caller's transaction.

    Return the reply with its outbox messages, which are leased to this process. ``is_follow_up``
    distinguishes the reply of a follow-up from the one before it.
    """
    if reply.follow_up:
        follow_up_json = json.dumps(
            [reply.follow_up.verb, reply.follow_up.argument], ensure_ascii=False
        )
        services.store.inbox.set_follow_up(inbox_update, follow_up_json)
    numbered_parts: list[tuple[int, ReplyContent]] = [*enumerate(reply.messages, 1)]
    numbered_parts += enumerate(reply.documents, FIRST_FILE_PART + 1)
    if not numbered_parts:
        return reply
    now, bot = services.now(), services.bot_info.bot_id
    target_chat = reply.to_chat or update.chat
    chat = services.store.chats.get(bot, target_chat)
    language = chat.language if chat else supported_language(update.language)
    answer_messages = []
    for part_number, content in numbered_parts:
        is_message = isinstance(content, Message)
        form = content.form if isinstance(content, Message) else MessageForm.CLASSIC
        fallback_messages = (
            reply.fallback_messages[part_number - 1 : part_number]
            if reply.is_fallback_paired
            else reply.fallback_messages
        )
        is_edit = part_number == 1 and reply.edit and not reply.to_chat and not is_follow_up
        answer_messages.append(
            OutboxMessage(
                bot,
                target_chat,
                f"{'errand' if is_follow_up else 'update'} {inbox_update.id} of {now.isoformat()}",
                part_number,
                form,
                language,
                (language,),
                "UTC",
                thread=0 if reply.to_chat else update.thread,
                edited_message_id=update.message_id if is_edit else 0,
                priority=Priority.REPLY,
                reply_content=encode_reply_part(
                    ReplyPart(content, fallback_messages, reply.is_fallback_paired)
                    if form.is_rich
                    else ReplyPart(content)
                ),
                expires_at=now + (services.message_ttl if is_message else services.file_ttl),
            )
        )
    leased_messages = services.store.outbox.put_replies(
        answer_messages, now=now, holder=services.lease_holder, lease_seconds=services.lease_seconds
    )
    return replace(reply, outbox_messages=tuple(leased_messages))


def stored_follow_up(inbox_update: InboxUpdate) -> FollowUp:
    """Return the stored follow-up of an applied update."""
    verb, follow_up_words = json.loads(inbox_update.follow_up)
    return FollowUp(verb, follow_up_words)
