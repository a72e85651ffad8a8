"""Record an outcome in a message, its chat and the receipts, all in one transaction.

Every change requires the fencing token of its claim, so a former holder changes nothing once
another has claimed the message.
"""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.chats.chats import Chats
from storage.digests.receipts import Receipts
from storage.engine.column_types import seconds_to_micros, to_micros
from storage.engine.sqlite import Engine
from storage.messages.outbox import Outbox
from storage.messages.outbox_rows import message_from_row
from storage.records.messages import (
    ChatUnreachable,
    MessageRejected,
    MovedToSupergroup,
    OutboxMessage,
    Priority,
    RetryLater,
    SendOutcome,
    Sent,
    UnknownOutcome,
)

_RELEASE_CLAIM = "holder = '', lease_until = 0"
_IS_CLAIMED = "key = :key and fencing_token = :fencing_token and state in ('ready', 'sending')"


class SendOutcomes:
    """What came of each send, by the holder of its claim."""

    def __init__(self, engine: Engine, outbox: Outbox, chats: Chats, receipts: Receipts) -> None:
        self._engine = engine
        self._outbox = outbox
        self._chats = chats
        self._receipts = receipts

    def record(
        self,
        message: OutboxMessage,
        outcome: SendOutcome,
        now: datetime,
        *,
        resend: bool = True,
        resend_delay: float = 0.0,
        replacements: Sequence[OutboxMessage] = (),
    ) -> bool:
        """Record the outcome of a send; False when another holder has claimed the message since.

        ``resend`` is the policy for an unknown outcome: once more after ``resend_delay`` seconds,
        or never. ``replacements`` are the messages that replace a rejected one.
        """
        with self._engine.ensure_transaction():
            match outcome:
                case Sent():
                    return self._record_sent(message, outcome, now)
                case RetryLater():
                    return self._record_retry(message, outcome, now)
                case UnknownOutcome():
                    return self._record_unknown(
                        message, outcome, now, resend=resend, resend_delay=resend_delay
                    )
                case MovedToSupergroup():
                    # The message is ready at once, and everything of its chat gets the new id.
                    at_once = RetryLater(0, message.error, counts_as_attempt=False)
                    is_recorded = self._record_retry(message, at_once, now)
                    if is_recorded:
                        self._chats.migrate(message.bot, message.chat, outcome.chat)
                    return is_recorded
                case ChatUnreachable():
                    return self._record_unreachable_chat(message, outcome, now)
                case MessageRejected():
                    return self._record_rejection(message, outcome, now, replacements)

    def _record_sent(self, message: OutboxMessage, outcome: Sent, now: datetime) -> bool:
        """Store the message's id, empty its content, and mark its entries as received."""
        is_recorded = self._engine.execute(
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
                self._outbox.delete_reply_to_unknown_chat(message.key)
            else:
                self._receipts.mark_sent(
                    message.digest, message.first_entry, message.last_entry, now=now
                )
            self._engine.execute(
                """
                update chats set bounces = 0, last_bounce_day = null
                where bot = :bot and chat = :chat and bounces > 0
                """,
                bot=message.bot,
                chat=message.chat,
            )
        return bool(is_recorded)

    def _record_retry(self, message: OutboxMessage, outcome: RetryLater, now: datetime) -> bool:
        """Make the message ready again after a while, counting the attempt where it counts."""
        return bool(
            self._engine.execute(
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

    def _record_unknown(
        self,
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
        is_recorded = self._engine.execute(
            f"""
            update outbox_messages set state = :state, unknown_sends = unknown_sends + 1,
                attempts = attempts + 1, next_at = :next_at, settled_at = :settled_at,
                error = :reason,
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
            self._receipts.mark_sent(
                message.digest, message.first_entry, message.last_entry, now=now
            )
            self._outbox.delete_reply_to_unknown_chat(message.key)
        return bool(is_recorded)

    def _record_unreachable_chat(
        self, message: OutboxMessage, outcome: ChatUnreachable, now: datetime
    ) -> bool:
        """Pause the chat, drop what waits for it and release its reserved entries."""
        if not self._finish_message(message, "dropped", outcome.reason, now):
            return False
        self._engine.execute(
            """
            update chats set pause_reason = :reason, paused_until = null
            where bot = :bot and chat = :chat and pause_reason = ''
            """,
            reason=outcome.reason,
            bot=message.bot,
            chat=message.chat,
        )
        dropped_rows = self._engine.execute_returning(
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
        for released_message in (message, *map(message_from_row, dropped_rows)):
            self._receipts.release_entries(
                released_message.digest, released_message.first_entry, released_message.last_entry
            )
            self._outbox.delete_reply_to_unknown_chat(released_message.key)
        return True

    def _record_rejection(
        self,
        message: OutboxMessage,
        outcome: MessageRejected,
        now: datetime,
        replacements: Sequence[OutboxMessage],
    ) -> bool:
        """Replace the message at its position, or keep it as dead and release its entries.

        A rejected edit is dropped: what it would have changed has been delivered. So is a reply.
        """
        row = self._engine.fetch_one(
            "select queue_position from outbox_messages where key = :key", key=message.key
        )
        next_state = (
            "dropped" if message.edited_message_id or message.priority is Priority.REPLY else "dead"
        )
        if row is None or not self._finish_message(message, next_state, outcome.reason, now):
            return False
        if sum(
            self._outbox.put_once(replacement, due_at=now, queue_position=row["queue_position"])
            for replacement in replacements
        ):
            self._engine.execute(
                "update outbox_messages set state = 'dropped' where key = :key", key=message.key
            )
        self._receipts.release_entries(message.digest, message.first_entry, message.last_entry)
        self._outbox.delete_reply_to_unknown_chat(message.key)
        return True

    def _finish_message(
        self, message: OutboxMessage, state: str, reason: str, now: datetime
    ) -> bool:
        return bool(
            self._engine.execute(
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
