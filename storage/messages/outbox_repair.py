"""Drop messages, and bring them back.

A dropped message releases its entries; one that comes back reserves them again, and is marked as a
possible repeat where the chat has seen some of them meanwhile; it is not brought back while another
message carries some of them. Each change raises the fencing token, so that no outcome from a former
holder is accepted.
"""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from datetime import datetime

from storage.digests.receipts import Receipts
from storage.engine.column_types import to_micros
from storage.engine.sqlite import Engine, Value
from storage.messages.outbox_rows import message_from_row

REASON_BY_HAND = "dropped by hand"
# Every period is meant. Naming it lets SQLite search by chat, which has few messages, not by state,
# which thousands may have.
_CHAT_CONDITION = "bot = :bot and chat = :chat and period >= ''"
# The messages that replaced a rejected one.
_HAS_REPLACEMENT = """
    exists (select 1 from outbox_messages p
        where p.bot = outbox_messages.bot and p.chat = outbox_messages.chat
            and p.period = outbox_messages.period and p.part = outbox_messages.part
            and p.revision = outbox_messages.revision
            and p.fallback_part > outbox_messages.fallback_part)
"""


class OutboxRepair:
    """What an operator, or a chat that comes back, changes in the outbox."""

    def __init__(self, engine: Engine, receipts: Receipts) -> None:
        self._engine = engine
        self._receipts = receipts

    def retry_message(self, key: int, *, now: datetime) -> bool:
        """Make a dead, dropped or unknown message ready again; False when it is none of these.

        It is marked as a possible repeat where the chat has seen some of its papers meanwhile;
        False also while another message carries some of them.
        """
        condition = "key = :key and state in ('dead', 'dropped', 'unknown')"
        return bool(self._requeue(condition, now, key=key))

    def requeue_dropped(self, bot: int, chat: int, *, now: datetime) -> int:
        """Make ready again what was dropped when a chat could not be reached; return how many.

        What an operator dropped, or a simpler form replaced, stays dropped.
        """
        condition = f"""
            {_CHAT_CONDITION} and state = 'dropped' and error <> :by_hand
            and edited_message_id = 0 and not {_HAS_REPLACEMENT}
        """
        return self._requeue(condition, now, bot=bot, chat=chat, by_hand=REASON_BY_HAND)

    def _requeue(self, condition: str, now: datetime, **values: Value) -> int:
        """Requeue one message after the other: what the first carries, the second does not."""
        requeued_count = 0
        with self._engine.ensure_transaction():
            # The content of a reply is gone.
            rows = self._engine.fetch_all(
                f"""
                select * from outbox_messages where {condition} and priority >= 0
                order by queue_position, fallback_part
                """,
                **values,
            )
            for message in map(message_from_row, rows):
                entry_range = (message.digest, message.first_entry, message.last_entry)
                if self._receipts.is_reserved_by_other_digest(*entry_range):
                    continue
                has_seen_some = self._receipts.has_sent_any(*entry_range)
                self._engine.execute(
                    """
                    update outbox_messages set state = 'ready', attempts = 0, next_at = :now,
                        settled_at = null, error = '', fencing_token = fencing_token + 1,
                        unknown_sends = case unknown_sends
                            when 0 then :unknown_sends else unknown_sends end
                    where key = :key
                    """,
                    now=to_micros(now),
                    unknown_sends=int(not message.edited_message_id and has_seen_some),
                    key=message.key,
                )
                self._receipts.reserve_entries(
                    message.digest,
                    now=now,
                    first_position=message.first_entry,
                    last_position=message.last_entry,
                )
                requeued_count += 1
        return requeued_count

    def drop_message(self, key: int, *, now: datetime) -> bool:
        """Drop a waiting or dead message and release its entries; False when it is neither."""
        condition = "key = :key and state in ('ready', 'dead', 'unknown')"
        return bool(self._drop_messages(condition, now, REASON_BY_HAND, key=key))

    def drop_waiting_of_chat(self, bot: int, chat: int, *, now: datetime, reason: str) -> int:
        """Drop all that waits for a chat and release its entries; return how many."""
        condition = f"{_CHAT_CONDITION} and state = 'ready'"
        return self._drop_messages(condition, now, reason, bot=bot, chat=chat)

    def _drop_messages(self, condition: str, now: datetime, reason: str, **values: Value) -> int:
        with self._engine.ensure_transaction():
            rows = self._engine.execute_returning(
                f"""
                update outbox_messages set state = 'dropped', settled_at = :now, error = :reason,
                    reply_content = null, holder = '', lease_until = 0,
                    fencing_token = fencing_token + 1
                where {condition} returning *
                """,
                now=to_micros(now),
                reason=reason,
                **values,
            )
            for message in map(message_from_row, rows):
                self._receipts.release_entries(
                    message.digest, message.first_entry, message.last_entry
                )
        return len(rows)
