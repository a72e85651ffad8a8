"""Handle replies in the outbox: queued with their update, replaced, and dropped when stale.

They have a priority of their own: ordered among themselves within a chat, independent of its
digests. Their content is emptied when they are settled, and nothing is left of a chat that is not
stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.engine.column_types import seconds_to_micros, to_micros
from storage.engine.sqlite import Engine, Value
from storage.messages import outbox_rows
from storage.records.messages import OutboxMessage, Priority

REASON_EXPIRED = "nobody waits for it any more"
REASON_REPLACED = "replaced by a later one"


def insert_replies(
    engine: Engine,
    replies: Sequence[OutboxMessage],
    now: datetime,
    holder: str,
    lease_seconds: float,
) -> list[OutboxMessage]:
    """Queue the replies to one update in their order, and lease them to a holder.

    Return the leased ones; none where an earlier reply to the chat or a wait that Telegram asked
    for goes first. An edit replaces a waiting edit of the same message.
    """
    first_reply = replies[0]
    for reply in replies:
        if reply.edited_message_id:
            _drop_replaced_edits(engine, reply, now)
    is_first = not has_waiting_reply(engine, first_reply.bot, first_reply.chat)
    is_chat_free = not is_held_by_telegram(engine, first_reply.bot, first_reply.chat, now)
    for reply in replies:
        outbox_rows.insert_message(engine, reply, now)
    if not (is_first and is_chat_free):
        return []
    rows = engine.execute_returning(
        """
        update outbox_messages
        set holder = :holder, lease_until = :until, fencing_token = fencing_token + 1
        where bot = :bot and chat = :chat and period = :period
        returning *
        """,
        holder=holder,
        until=to_micros(now) + seconds_to_micros(lease_seconds),
        bot=first_reply.bot,
        chat=first_reply.chat,
        period=first_reply.period,
    )
    return sorted(map(outbox_rows.message_from_row, rows), key=lambda reply: reply.part)


def has_waiting_reply(engine: Engine, bot: int, chat: int) -> bool:
    """Tell whether a reply to a chat has not left yet."""
    row = engine.fetch_one(
        """
        select 1 from outbox_messages
        where bot = :bot and chat = :chat and priority = :priority
            and state in ('ready', 'sending')
        limit 1
        """,
        bot=bot,
        chat=chat,
        priority=Priority.REPLY,
    )
    return row is not None


def is_held_by_telegram(engine: Engine, bot: int, chat: int, now: datetime) -> bool:
    """Tell whether Telegram asked to wait, for this chat or for all of them."""
    row = engine.fetch_one(
        """
        select 1 from chat_holds
        where bot = :bot and held_by_telegram_until > :now and (chat = :chat or chat = 0)
        """,
        bot=bot,
        chat=chat,
        now=to_micros(now),
    )
    return row is not None


def drop_expired_replies(engine: Engine, bot: int, now: datetime) -> None:
    """Drop the expired replies that no holder is about to send."""
    _drop_replies(
        engine, "expires_at <= :now and lease_until <= :now", now, REASON_EXPIRED, bot=bot
    )


def _drop_replaced_edits(engine: Engine, reply: OutboxMessage, now: datetime) -> None:
    condition = "chat = :chat and edited_message_id = :edited_message_id"
    values = {"bot": reply.bot, "chat": reply.chat, "edited_message_id": reply.edited_message_id}
    _drop_replies(engine, condition, now, REASON_REPLACED, **values)


def drop_following_replies(
    engine: Engine, reply: OutboxMessage, last_part: int, now: datetime
) -> None:
    """Drop the later messages of the same reply, up to a last part."""
    condition = "chat = :chat and period = :period and part > :part and part <= :last"
    _drop_replies(
        engine,
        condition,
        now,
        REASON_REPLACED,
        bot=reply.bot,
        chat=reply.chat,
        period=reply.period,
        part=reply.part,
        last=last_part,
    )


def _drop_replies(
    engine: Engine, condition: str, now: datetime, reason: str, **values: Value
) -> None:
    rows = engine.execute_returning(
        f"""
        update outbox_messages set state = 'dropped', error = :reason, settled_at = :now,
            reply_content = null, holder = '', lease_until = 0, fencing_token = fencing_token + 1
        where bot = :bot and priority = {Priority.REPLY:d} and state = 'ready' and {condition}
        returning key
        """,  # noqa: S608 - only our own words are filled in; every value is a :name
        reason=reason,
        now=to_micros(now),
        **values,
    )
    for row in rows:
        delete_reply_to_unknown_chat(engine, row["key"])


def delete_reply_to_unknown_chat(engine: Engine, key: int) -> None:
    """Delete a settled reply to a chat that is not stored, and the chat's hold."""
    rows = engine.execute_returning(
        """
        delete from outbox_messages
        where key = :key and priority < 0 and state not in ('ready', 'sending')
            and not exists (select 1 from chats s
                where s.bot = outbox_messages.bot and s.chat = outbox_messages.chat)
        returning bot, chat
        """,
        key=key,
    )
    for row in rows:
        engine.execute(
            "delete from chat_holds where bot = :bot and chat = :chat",
            bot=row["bot"],
            chat=row["chat"],
        )


def count_expired_since(engine: Engine, bot: int, since: datetime) -> int:
    """Count the replies that were dropped since an instant because they were late."""
    row = engine.fetch_one(
        """
        select count(*) as n from outbox_messages
        where bot = :bot and priority < 0 and settled_at >= :since and state = 'dropped'
            and error = :reason
        """,
        bot=bot,
        since=to_micros(since),
        reason=REASON_EXPIRED,
    )
    return int(row["n"]) if row else 0


def delete_settled_replies(
    engine: Engine, bot: int, before: datetime, limit: int, only_sent: bool
) -> int:
    """Delete some replies settled before an instant, or only those that were sent."""
    return engine.execute(
        """
        delete from outbox_messages where key in (select key from outbox_messages
            where bot = :bot and priority < 0 and settled_at < :before
                and (:sent = 0 or state = 'sent')
            order by settled_at limit :limit)
        """,
        bot=bot,
        before=to_micros(before),
        limit=limit,
        sent=int(only_sent),
    )
