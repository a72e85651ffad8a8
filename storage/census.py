"""How many chats, people and topics there are, and which chats follow most."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from datetime import datetime

from storage.columns import micros
from storage.model import ChatKind, Population, Subscriber
from storage.sqlite import Engine
from storage.subscribers import COLUMNS, subscriber_of


class Census:
    """Counts over everybody that one bot knows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def population(self, bot: int) -> Population:
        """Count chats by their kind, those that are paused, people and topics."""
        with self._engine.reading():
            kinds = self._engine.all(
                """
                select kind, count(*) as n, sum(paused <> '') as paused from subscribers
                where bot = :bot group by kind
                """,
                bot=bot,
            )
            return Population(
                chats={ChatKind(row["kind"]): int(row["n"]) for row in kinds},
                paused=sum(int(row["paused"]) for row in kinds),
                people=self._count("select count(*) as n from people where bot = :bot", bot),
                topics=self._count("select count(*) as n from subscriptions where bot = :bot", bot),
                queries=self._count(
                    "select count(distinct query) as n from subscriptions where bot = :bot", bot
                ),
            )

    def digests_since(self, bot: int, since: datetime) -> int:
        """Count what was issued to anybody since an instant, imported documents left out."""
        row = self._engine.one(
            """
            select count(*) as n from digests
            where bot = :bot and issued >= :since and imported = 0
            """,
            bot=bot,
            since=micros(since),
        )
        return int(row["n"]) if row else 0

    def _count(self, statement: str, bot: int) -> int:
        row = self._engine.one(statement, bot=bot)
        return int(row["n"]) if row else 0

    def busiest(self, bot: int, limit: int, *, skip: int = 0) -> list[tuple[Subscriber, int]]:
        """Return chats with the number of their topics, most first, from a place on."""
        rows = self._engine.all(
            f"""
            select {COLUMNS}, (select count(*) from subscriptions s
                where s.bot = subscribers.bot and s.chat = subscribers.chat) as topics
            from subscribers where bot = :bot
            order by topics desc, chat limit :limit offset :skip
            """,
            bot=bot,
            limit=limit,
            skip=skip,
        )
        return [(subscriber_of(row), int(row["topics"])) for row in rows]
