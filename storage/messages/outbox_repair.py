"""Drop messages, bring them back, and report on the outbox.

A dropped message releases its entries; one that comes back reserves them again, and is marked as a
possible repeat where the chat has seen some of them meanwhile; it is not brought back while another
message carries some of them. Each change raises the fencing token, so that no outcome from a former
holder is accepted.
"""

from __future__ import annotations

from datetime import datetime

from storage.digests.receipts import Receipts
from storage.engine.column_types import to_micros
from storage.engine.sqlite import Engine, Value
from storage.messages.outbox_rows import message_from_row
from storage.records.messages import MessageState, OutboxMessage

# ruff: noqa: S608 - only our own words are filled in; every value is a :name


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


def retry_message(engine: Engine, key: int, now: datetime) -> bool:
    """Make a dead, dropped or unknown message ready again; False when it is none of these.

    False also while another message carries some of its papers.
    """
    condition = "key = :key and state in ('dead', 'dropped', 'unknown')"
    return bool(_requeue_each(engine, condition, now, key=key))


def requeue_dropped(engine: Engine, bot: int, chat: int, now: datetime) -> int:
    """Make ready again what was dropped with its chat; return how many."""
    condition = f"""
        {_CHAT_CONDITION} and state = 'dropped' and error <> :by_hand and edited_message_id = 0
        and not {_HAS_REPLACEMENT}
    """
    return _requeue_each(engine, condition, now, bot=bot, chat=chat, by_hand=REASON_BY_HAND)


def _requeue_each(engine: Engine, condition: str, now: datetime, **values: Value) -> int:
    """Requeue one message after the other: what the first carries, the second does not."""
    with engine.ensure_transaction():
        # The content of a reply is gone.
        rows = engine.fetch_all(
            f"""
            select * from outbox_messages where {condition} and priority >= 0
            order by queue_position, fallback_part
            """,
            **values,
        )
        return sum(_requeue(engine, message, now) for message in map(message_from_row, rows))


def _requeue(engine: Engine, message: OutboxMessage, now: datetime) -> bool:
    receipts, entry_range = (
        Receipts(engine),
        (message.digest, message.first_entry, message.last_entry),
    )
    if receipts.is_reserved_elsewhere(*entry_range):
        return False
    engine.execute(
        """
        update outbox_messages set state = 'ready', attempts = 0, next_at = :now, settled_at = null,
            error = '', fencing_token = fencing_token + 1,
            unknown_sends = case unknown_sends when 0 then :unknown_sends else unknown_sends end
        where key = :key
        """,
        now=to_micros(now),
        unknown_sends=int(not message.edited_message_id and receipts.has_sent_any(*entry_range)),
        key=message.key,
    )
    receipts.reserve_entries(
        message.digest,
        now=now,
        first_position=message.first_entry,
        last_position=message.last_entry,
    )
    return True


def drop_message(engine: Engine, key: int, now: datetime, reason: str) -> bool:
    """Drop a waiting or dead message; False when it is neither."""
    condition = "key = :key and state in ('ready', 'dead', 'unknown')"
    return bool(_drop_messages(engine, condition, now, reason, key=key))


def drop_waiting_of_chat(engine: Engine, bot: int, chat: int, now: datetime, reason: str) -> int:
    """Drop all that waits for a chat; return how many."""
    condition = f"{_CHAT_CONDITION} and state = 'ready'"
    return _drop_messages(engine, condition, now, reason, bot=bot, chat=chat)


def _drop_messages(
    engine: Engine, condition: str, now: datetime, reason: str, **values: Value
) -> int:
    with engine.ensure_transaction():
        rows = engine.execute_returning(
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
            Receipts(engine).release_entries(
                message.digest, message.first_entry, message.last_entry
            )
    return len(rows)


def get_message(engine: Engine, key: int) -> OutboxMessage | None:
    """Return a message by its key."""
    row = engine.fetch_one("select * from outbox_messages where key = :key", key=key)
    return None if row is None else message_from_row(row)


def messages_of_digest(engine: Engine, digest: int) -> list[OutboxMessage]:
    """Return the messages of a digest in order."""
    rows = engine.fetch_all(
        """
        select * from outbox_messages where digest = :digest
        order by queue_position, fallback_part
        """,
        digest=digest,
    )
    return [message_from_row(row) for row in rows]


def bots_with_messages(engine: Engine) -> list[int]:
    """Return the bots that have messages, each found by the index."""
    bot_ids: list[int] = []
    while True:
        rows = engine.fetch_all(
            "select min(bot) as bot from outbox_messages where bot > :last",
            last=bot_ids[-1] if bot_ids else -1,
        )
        if rows[0]["bot"] is None:
            return bot_ids
        bot_ids.append(int(rows[0]["bot"]))


def counts_by_state(engine: Engine, bot: int) -> dict[MessageState, int]:
    """Count a bot's messages by state, absent states as 0."""
    rows = engine.fetch_all(
        "select state, count(*) as n from outbox_messages where bot = :bot group by state", bot=bot
    )
    known_counts = {MessageState(row["state"]): int(row["n"]) for row in rows}
    return {state: known_counts.get(state, 0) for state in MessageState}


def messages_in_state(
    engine: Engine, bot: int, state: MessageState, limit: int
) -> list[OutboxMessage]:
    """Return a bot's messages in a state, in the order in which they came to it."""
    rows = engine.fetch_all(
        """
        select * from outbox_messages where bot = :bot and state = :state
        order by settled_at, key limit :limit
        """,
        bot=bot,
        state=state,
        limit=limit,
    )
    return [message_from_row(row) for row in rows]


def delete_settled(
    engine: Engine, bot: int, state: MessageState, before: datetime, limit: int
) -> int:
    """Delete the messages of a state that were settled first, if before an instant."""
    return engine.execute(
        """
        delete from outbox_messages where key in (select key from outbox_messages
            where bot = :bot and state = :state and settled_at < :before
            order by settled_at, key limit :limit)
        """,
        bot=bot,
        state=state,
        before=to_micros(before),
        limit=limit,
    )
