"""Counts of chats, people, topics and messages."""

from __future__ import annotations

from datetime import datetime

from storage.chats.chats import COLUMNS, subscriber_of
from storage.engine.column_types import instant_or_none, micros
from storage.engine.sqlite import Engine
from storage.records import ChatKind, Population, Subscriber

# ruff: noqa: S608 - only our own words are filled in; every value is a :name


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


# A chat's later parcels wait for its first one, so only the first of each chat can be late;
# one that was held back or is to be tried again later is not.
_OLDEST = """
    select min(p.next_at) as next_at from parcels p
    where p.bot = :bot and p.state = 'ready' and p.next_at between 1 and :now
        and not exists (select 1 from parcels e
            where e.bot = p.bot and e.chat = p.chat and e.state in ('ready', 'sending')
                and (e.turn, e.piece) < (p.turn, p.piece) and (e.rank < 0) = (p.rank < 0)
                and (e.edits = 0 or p.edits > 0 or e.state = 'sending' or e.lease_until > :now
                    or p.rank < 0))
        and not exists (select 1 from holds h
            where h.bot = p.bot and h.chat = p.chat
                and case when p.rank < 0 then h.told else h.until end > :now)
"""


class Vitals:
    """Signs of life of one bot's deliveries."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def waiting_since(self, bot: int, now: datetime) -> datetime | None:
        """Return since when the parcel that could leave first waits for somebody to send it."""
        row = self._engine.one(_OLDEST, bot=bot, now=micros(now))
        return instant_or_none(row["next_at"]) if row else None

    def last_sent(self, bot: int) -> datetime | None:
        """Return when a message left last that was no answer: those leave on another way."""
        row = self._engine.one(
            """
            select max(settled) as settled from parcels
            where bot = :bot and state = 'sent' and rank >= 0
            """,
            bot=bot,
        )
        return instant_or_none(row["settled"]) if row else None

    def died_since(self, bot: int, since: datetime) -> int:
        """Count the parcels that were given up since an instant."""
        row = self._engine.one(
            """
            select count(*) as n from parcels
            where bot = :bot and state = 'dead' and settled >= :since
            """,
            bot=bot,
            since=micros(since),
        )
        return int(row["n"]) if row else 0
