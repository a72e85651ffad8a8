"""Read outbox messages from their rows, and tell which waits for which."""

from __future__ import annotations

from storage.engine.column_types import from_micros_or_none, texts_from_json
from storage.engine.sqlite import Row
from storage.messages.notice_column import notice_from_json
from storage.records.chats import MessageForm
from storage.records.messages import MessageState, OutboxMessage, Priority

# Whether no message of its chat goes before a message ``p``. Replies and digests of a chat are two
# separate queues: neither waits for the other. A waiting edit of a digest blocks no message.
IS_FIRST_OF_CHAT = """
    not exists (select 1 from outbox_messages e
        where e.bot = p.bot and e.chat = p.chat and e.state in ('ready', 'sending')
            and (e.queue_position, e.fallback_part) < (p.queue_position, p.fallback_part)
            and (e.priority < 0) = (p.priority < 0)
            and (e.edited_message_id = 0 or p.edited_message_id > 0 or e.state = 'sending'
                or e.lease_until > :now or p.priority < 0))
"""


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
        notice=None if row["notice"] is None else notice_from_json(row["notice"]),
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
