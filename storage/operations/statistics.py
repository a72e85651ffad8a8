"""Count chats, people, topics and messages."""

from __future__ import annotations

from datetime import datetime

from storage.chats.chats import CHAT_COLUMNS, chat_from_row
from storage.engine.column_types import from_micros_or_none, to_micros
from storage.engine.sqlite import Engine
from storage.records.chats import Chat, ChatKind
from storage.records.operations import UsageCounts

# ruff: noqa: S608 - only our own words are filled in; every value is a :name


class UsageStatistics:
    """Counts of everything that one bot stores."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def usage_counts(self, bot: int) -> UsageCounts:
        """Count chats by kind, paused chats, people and topics."""
        with self._engine.snapshot():
            rows = self._engine.fetch_all(
                """
                select kind, count(*) as n, sum(pause_reason <> '') as paused from chats
                where bot = :bot group by kind
                """,
                bot=bot,
            )
            return UsageCounts(
                chats={ChatKind(row["kind"]): int(row["n"]) for row in rows},
                paused_chats=sum(int(row["paused"]) for row in rows),
                people=self._count("select count(*) as n from people where bot = :bot", bot),
                topics=self._count("select count(*) as n from subscriptions where bot = :bot", bot),
                distinct_queries=self._count(
                    "select count(distinct query) as n from subscriptions where bot = :bot", bot
                ),
            )

    def count_digests_since(self, bot: int, since: datetime) -> int:
        """Count the digests issued since an instant, without imported documents."""
        row = self._engine.fetch_one(
            """
            select count(*) as n from digests
            where bot = :bot and issued_at >= :since and imported = 0
            """,
            bot=bot,
            since=to_micros(since),
        )
        return int(row["n"]) if row else 0

    def _count(self, statement: str, bot: int) -> int:
        row = self._engine.fetch_one(statement, bot=bot)
        return int(row["n"]) if row else 0

    def chats_by_topic_count(
        self, bot: int, limit: int, *, offset: int = 0
    ) -> list[tuple[Chat, int]]:
        """Return chats with the number of their topics, most first, one page."""
        rows = self._engine.fetch_all(
            f"""
            select {CHAT_COLUMNS}, (select count(*) from subscriptions s
                where s.bot = chats.bot and s.chat = chats.chat) as topics
            from chats where bot = :bot
            order by topics desc, chat limit :limit offset :skip
            """,
            bot=bot,
            limit=limit,
            skip=offset,
        )
        return [(chat_from_row(row), int(row["topics"])) for row in rows]


# A chat's later messages wait for its first one, so only the first of each chat can be late; one
# that was held back or is to be retried later is not.
_SELECT_OLDEST_SENDABLE = """
    select min(p.next_at) as next_at from outbox_messages p
    where p.bot = :bot and p.state = 'ready' and p.next_at between 1 and :now
        and not exists (select 1 from outbox_messages e
            where e.bot = p.bot and e.chat = p.chat and e.state in ('ready', 'sending')
                and (e.queue_position, e.fallback_part) < (p.queue_position, p.fallback_part)
                and (e.priority < 0) = (p.priority < 0)
                and (e.edited_message_id = 0 or p.edited_message_id > 0 or e.state = 'sending'
                    or e.lease_until > :now or p.priority < 0))
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
        row = self._engine.fetch_one(
            """
            select count(*) as n from outbox_messages
            where bot = :bot and state = 'dead' and settled_at >= :since
            """,
            bot=bot,
            since=to_micros(since),
        )
        return int(row["n"]) if row else 0
