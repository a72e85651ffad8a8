"""Record an outcome in a message, its chat and the receipts, all in one transaction.

Every change requires the fencing token of its claim, so a former holder changes nothing once
another has claimed the message.
"""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.chats.erase_chat import move_chat
from storage.digests.receipts import Receipts
from storage.engine.column_types import seconds_to_micros, to_micros
from storage.engine.sqlite import Engine
from storage.messages import outbox_replies, outbox_rows
from storage.records.messages import (
    ChatUnreachable,
    MessageRejected,
    MovedToSupergroup,
    OutboxMessage,
    Priority,
    RetryLater,
    Sent,
    UnknownOutcome,
)

_RELEASE_CLAIM = "holder = '', lease_until = 0"
_IS_CLAIMED = "key = :key and fencing_token = :fencing_token and state in ('ready', 'sending')"


def record_sent(engine: Engine, message: OutboxMessage, outcome: Sent, now: datetime) -> bool:
    """Store the message's id, empty its content, and mark its entries as received."""
    is_recorded = engine.execute(
        f"""
        update outbox_messages set state = 'sent', message_id = :message_id, error = '',
            notice = null, reply_content = null, settled_at = :now, {_RELEASE_CLAIM}
        where {_IS_CLAIMED}
        """,
        message_id=outcome.message_id,
        now=to_micros(now),
        key=message.key,
        fencing_token=message.fencing_token,
    )
    if is_recorded:
        if message.priority is Priority.REPLY:
            outbox_replies.delete_reply_to_unknown_chat(engine, message.key)
        else:
            Receipts(engine).mark_sent(
                message.digest, message.first_entry, message.last_entry, now=now
            )
        engine.execute(
            """
            update chats set bounces = 0, last_bounce_day = null
            where bot = :bot and chat = :chat and bounces > 0
            """,
            bot=message.bot,
            chat=message.chat,
        )
    return bool(is_recorded)


def record_retry(
    engine: Engine, message: OutboxMessage, outcome: RetryLater, now: datetime
) -> bool:
    """Make the message ready again after a while, counting the attempt where it counts."""
    return bool(
        engine.execute(
            f"""
            update outbox_messages set state = 'ready', next_at = :next_at, error = :reason,
                attempts = attempts + :counted, {_RELEASE_CLAIM}
            where {_IS_CLAIMED}
            """,
            next_at=to_micros(now) + seconds_to_micros(outcome.seconds),
            reason=outcome.reason,
            counted=int(outcome.counts_as_attempt),
            key=message.key,
            fencing_token=message.fencing_token,
        )
    )


def record_unknown(
    engine: Engine,
    message: OutboxMessage,
    outcome: UnknownOutcome,
    now: datetime,
    *,
    resend: bool,
    resend_delay: float,
) -> bool:
    """Count the unknown send; send once more, or keep the message and its entries as received.

    A reply is not kept: it is of no use later.
    """
    final_state = "dropped" if message.priority is Priority.REPLY else "unknown"
    is_recorded = engine.execute(
        f"""
        update outbox_messages set state = :state, unknown_sends = unknown_sends + 1,
            attempts = attempts + 1, next_at = :next_at, settled_at = :settled_at, error = :reason,
            reply_content = case when :resend then reply_content else null end,
            {_RELEASE_CLAIM}
        where {_IS_CLAIMED}
        """,
        state="ready" if resend else final_state,
        settled_at=None if resend else to_micros(now),
        next_at=to_micros(now) + seconds_to_micros(resend_delay),
        resend=int(resend),
        reason=outcome.reason,
        key=message.key,
        fencing_token=message.fencing_token,
    )
    if is_recorded and not resend:
        Receipts(engine).mark_sent(message.digest, message.first_entry, message.last_entry, now=now)
        outbox_replies.delete_reply_to_unknown_chat(engine, message.key)
    return bool(is_recorded)


def record_chat_move(
    engine: Engine, message: OutboxMessage, outcome: MovedToSupergroup, now: datetime
) -> bool:
    """Make the message ready at once and move everything of its chat to the new id."""
    is_recorded = record_retry(
        engine, message, RetryLater(0, message.error, counts_as_attempt=False), now
    )
    if is_recorded:
        move_chat(engine, message.bot, message.chat, outcome.chat)
    return is_recorded


def record_unreachable_chat(
    engine: Engine, message: OutboxMessage, outcome: ChatUnreachable, now: datetime
) -> bool:
    """Pause the chat, drop what waits for it and release its reserved entries."""
    if not _finish_message(engine, message, "dropped", outcome.reason, now):
        return False
    engine.execute(
        """
        update chats set pause_reason = :reason, paused_until = null
        where bot = :bot and chat = :chat and pause_reason = ''
        """,
        reason=outcome.reason,
        bot=message.bot,
        chat=message.chat,
    )
    dropped_rows = engine.execute_returning(
        f"""
        update outbox_messages set state = 'dropped', error = :reason, settled_at = :now,
            reply_content = null, {_RELEASE_CLAIM}
        where bot = :bot and chat = :chat and state in ('ready', 'sending')
        returning *
        """,
        reason=outcome.reason,
        now=to_micros(now),
        bot=message.bot,
        chat=message.chat,
    )
    for released_message in (message, *map(outbox_rows.message_from_row, dropped_rows)):
        Receipts(engine).release_entries(
            released_message.digest, released_message.first_entry, released_message.last_entry
        )
        outbox_replies.delete_reply_to_unknown_chat(engine, released_message.key)
    return True


def record_rejection(
    engine: Engine,
    message: OutboxMessage,
    outcome: MessageRejected,
    now: datetime,
    replacements: Sequence[OutboxMessage],
) -> bool:
    """Replace the message at its position, or keep it as dead and release its entries.

    A rejected edit is dropped: what it would have changed has been delivered. So is a reply.
    """
    row = engine.fetch_one(
        "select queue_position from outbox_messages where key = :key", key=message.key
    )
    state = "dropped" if message.edited_message_id or message.priority is Priority.REPLY else "dead"
    if row is None or not _finish_message(engine, message, state, outcome.reason, now):
        return False
    if sum(
        outbox_rows.insert_message(engine, replacement, now, queue_position=row["queue_position"])
        for replacement in replacements
    ):
        engine.execute(
            "update outbox_messages set state = 'dropped' where key = :key", key=message.key
        )
    Receipts(engine).release_entries(message.digest, message.first_entry, message.last_entry)
    outbox_replies.delete_reply_to_unknown_chat(engine, message.key)
    return True


def _finish_message(
    engine: Engine, message: OutboxMessage, state: str, reason: str, now: datetime
) -> bool:
    return bool(
        engine.execute(
            f"""
            update outbox_messages set state = :state, error = :reason, settled_at = :now,
                reply_content = null, {_RELEASE_CLAIM}
            where {_IS_CLAIMED}
            """,
            state=state,
            reason=reason,
            now=to_micros(now),
            key=message.key,
            fencing_token=message.fencing_token,
        )
    )
