"""Read outbox messages from their rows."""

from __future__ import annotations

import json

from storage.engine.column_types import from_micros_or_none, texts_from_json
from storage.engine.sqlite import Row
from storage.records.chats import MessageForm
from storage.records.messages import MessageState, Notice, OutboxMessage, Priority


def message_from_row(row: Row) -> OutboxMessage:
    """Read a message from its row."""
    notice = None
    if row["notice"] is not None:
        text_key, values = json.loads(row["notice"])
        notice = Notice(text_key, tuple((name, value) for name, value in values))
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
        notice=notice,
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
