"""Convert outbox messages to rows and back."""

from __future__ import annotations

import json
from datetime import datetime

from storage.engine.column_types import (
    from_micros_or_none,
    texts_from_json,
    to_json_list,
    to_micros_or_null,
)
from storage.engine.sqlite import Engine, Row, Value
from storage.records.chats import MessageForm
from storage.records.messages import MessageState, Notice, OutboxMessage, Priority

_INSERT_MESSAGE = """
    insert into outbox_messages (bot, chat, thread, period, part, fallback_part, revision,
        edited_message_id, digest, first_entry, last_entry, form, language, languages, zone,
        notice, silent, state, queue_position, attempts, unknown_sends, fencing_token, holder,
        lease_until, next_at, message_id, error, priority, reply_content, expires_at)
    values (:bot, :chat, :thread, :period, :part, :fallback_part, :revision,
        :edited_message_id, :digest, :first_entry, :last_entry, :form, :language, :languages, :zone,
        :notice, :silent, 'ready',
        coalesce(:queue_position,
            (select coalesce(max(queue_position), 0) + 1 from outbox_messages)),
        0, 0, 0, '', 0,
        coalesce(:due, (select issued_at from digests where number = :digest), 0), 0, '', :priority,
        :reply_content, :expires_at)
    on conflict do nothing
"""


def insert_message(
    engine: Engine,
    message: OutboxMessage,
    due_at: datetime | None,
    queue_position: int | None = None,
) -> bool:
    """Queue a message at the end or at a given position; False when it was queued before."""
    return bool(
        engine.execute(
            _INSERT_MESSAGE,
            queue_position=queue_position,
            due=to_micros_or_null(due_at),
            **_row_values(message),
        )
    )


def _row_values(message: OutboxMessage) -> dict[str, Value]:
    return {
        "bot": message.bot,
        "chat": message.chat,
        "thread": message.thread,
        "period": message.period,
        "part": message.part,
        "fallback_part": message.fallback_part,
        "revision": message.revision,
        "edited_message_id": message.edited_message_id,
        "digest": message.digest,
        "first_entry": message.first_entry,
        "last_entry": message.last_entry,
        "form": message.form,
        "language": message.language,
        "languages": to_json_list(message.languages),
        "zone": message.zone,
        "notice": _notice_to_json(message.notice),
        "silent": int(message.silent),
        "priority": message.priority,
        "reply_content": message.reply_content or None,
        "expires_at": to_micros_or_null(message.expires_at),
    }


def _notice_to_json(notice: Notice | None) -> str | None:
    return (
        None if notice is None else json.dumps([notice.text_key, notice.values], ensure_ascii=False)
    )


def _notice_from_json(text: str | None) -> Notice | None:
    if text is None:
        return None
    key, values = json.loads(text)
    return Notice(key, tuple((name, value) for name, value in values))


def message_from_row(row: Row) -> OutboxMessage:
    """Read a message from its row."""
    return OutboxMessage(
        bot=row["bot"],
        chat=row["chat"],
        period=row["period"],
        part=row["part"],
        form=MessageForm(row["form"]),
        language=row["language"],
        languages=texts_from_json(row["languages"]),
        zone=row["zone"],
        thread=row["thread"],
        fallback_part=row["fallback_part"],
        digest=row["digest"],
        first_entry=row["first_entry"],
        last_entry=row["last_entry"],
        notice=_notice_from_json(row["notice"]),
        silent=bool(row["silent"]),
        state=MessageState(row["state"]),
        attempts=row["attempts"],
        unknown_sends=row["unknown_sends"],
        fencing_token=row["fencing_token"],
        message_id=row["message_id"],
        error=row["error"],
        revision=row["revision"],
        edited_message_id=row["edited_message_id"],
        priority=Priority(row["priority"]),
        reply_content=row["reply_content"] or "",
        expires_at=from_micros_or_none(row["expires_at"]),
        key=row["key"],
    )
