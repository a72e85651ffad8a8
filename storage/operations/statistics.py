"""Count chats, people, topics and digests."""

from __future__ import annotations

from datetime import datetime

from storage.chats.chats import CHAT_COLUMNS, chat_from_row
from storage.engine.column_types import to_micros
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
                people=self._engine.fetch_number(
                    "select count(*) from people where bot = :bot", bot=bot
                ),
                topics=self._engine.fetch_number(
                    "select count(*) from subscriptions where bot = :bot", bot=bot
                ),
                distinct_queries=self._engine.fetch_number(
                    "select count(distinct query) from subscriptions where bot = :bot", bot=bot
                ),
            )

    def count_digests_since(self, bot: int, since: datetime) -> int:
        """Count the digests issued since an instant, without imported documents."""
        return self._engine.fetch_number(
            """
            select count(*) as n from digests
            where bot = :bot and issued_at >= :since and imported = 0
            """,
            bot=bot,
            since=to_micros(since),
        )

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
