"""Tell how deliveries go: what waits, what left last, and what was given up."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from datetime import datetime

from storage.engine.column_types import from_micros_or_none, to_micros
from storage.engine.sqlite import Engine
from storage.messages.outbox_rows import IS_FIRST_OF_CHAT

# A chat's later messages wait for its first one, so only the first of each chat can be late; one
# that was held back or is to be retried later is not.
_SELECT_OLDEST_SENDABLE = f"""
    select min(p.next_at) as next_at from outbox_messages p
    where p.bot = :bot and p.state = 'ready' and p.next_at between 1 and :now
        and {IS_FIRST_OF_CHAT}
        and not exists (select 1 from chat_holds h
            where h.bot = p.bot and h.chat = p.chat
                and case when p.priority < 0 then h.held_by_telegram_until
                    else h.held_until end > :now)
"""


class DeliveryStatistics:
    """Signs of life of one bot's deliveries."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def oldest_waiting_since(self, bot: int, now: datetime) -> datetime | None:
        """Return since when the message that could leave first has been waiting."""
        row = self._engine.fetch_one(_SELECT_OLDEST_SENDABLE, bot=bot, now=to_micros(now))
        return from_micros_or_none(row["next_at"]) if row else None

    def last_sent_at(self, bot: int) -> datetime | None:
        """Return when the last message left that was no reply."""
        row = self._engine.fetch_one(
            """
            select max(settled_at) as settled_at from outbox_messages
            where bot = :bot and state = 'sent' and priority >= 0
            """,
            bot=bot,
        )
        return from_micros_or_none(row["settled_at"]) if row else None

    def count_dead_since(self, bot: int, since: datetime) -> int:
        """Count the messages that were given up since an instant."""
        return self._engine.fetch_number(
            """
            select count(*) as n from outbox_messages
            where bot = :bot and state = 'dead' and settled_at >= :since
            """,
            bot=bot,
            since=to_micros(since),
        )
