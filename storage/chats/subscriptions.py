"""Topics: who follows what, when each is due, and how far each has been told."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from storage.chats.cadence_columns import cadence_of, cadence_values
from storage.engine.column_types import (
    instant_or_none,
    micros,
    micros_or_null,
    text_list,
    texts,
)
from storage.engine.sqlite import Engine, Row, Value
from storage.records import Form, Kind, Subscription

_VALUES = """
    thread = :thread, query = :query, name = :name, times = :times, weekdays = :weekdays,
    quiet = :quiet, zone = :zone, cursor = :cursor, next_due = :next_due, "limit" = :limit,
    kinds = :kinds, form = :form, languages = :languages, silent = :silent, paused = :paused,
    position = :position
"""
_TOLD = "coalesce(:last, (select max(seq) from announcements), 0)"


class Subscriptions:
    """The topics of all chats; changes compare the fence, so none overwrites another."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, subscription: Subscription) -> tuple[Subscription, bool]:
        """Keep a topic; a chat's thread that follows this query gets the old one and False."""
        rows = self._engine.changed(
            """
            insert into subscriptions (bot, chat, thread, query, name, times, weekdays, quiet,
                zone, cursor, next_due, "limit", kinds, form, languages, silent, paused,
                position, fence)
            values (:bot, :chat, :thread, :query, :name, :times, :weekdays, :quiet, :zone,
                :cursor, :next_due, :limit, :kinds, :form, :languages, :silent, :paused,
                :position, 0)
            on conflict (bot, chat, thread, query) do nothing
            returning *
            """,
            bot=subscription.bot,
            chat=subscription.chat,
            **_values(subscription),
        )
        if rows:
            return _subscription_of(rows[0]), True
        [known] = self._engine.all(
            """
            select * from subscriptions
            where bot = :bot and chat = :chat and thread = :thread and query = :query
            """,
            bot=subscription.bot,
            chat=subscription.chat,
            thread=subscription.thread,
            query=subscription.query,
        )
        return _subscription_of(known), False

    def get(self, key: int) -> Subscription | None:
        """Return a topic by its key."""
        row = self._engine.one("select * from subscriptions where key = :key", key=key)
        return None if row is None else _subscription_of(row)

    def of(self, bot: int, chat: int) -> list[Subscription]:
        """Return a chat's topics in its own order."""
        rows = self._engine.all(
            """
            select * from subscriptions where bot = :bot and chat = :chat
            order by position, key
            """,
            bot=bot,
            chat=chat,
        )
        return [_subscription_of(row) for row in rows]

    def change(self, subscription: Subscription) -> bool:
        """Store a topic as given unless it changed since it was read."""
        return bool(
            self._engine.change(
                f"""
                update subscriptions set {_VALUES}, fence = fence + 1
                where key = :key and fence = :fence
                """,
                key=subscription.key,
                fence=subscription.fence,
                **_values(subscription),
            )
        )

    def remove(self, key: int) -> bool:
        """Delete a topic; what it brought stays."""
        return bool(self._engine.change("delete from subscriptions where key = :key", key=key))

    def due_chats(
        self, bot: int, now: datetime, *, last_seq: int | None = None
    ) -> list[tuple[int, int]]:
        """Return the active chats with a topic that is due, each with its oldest cursor.

        A topic is due when its instant has come or, where it wants papers as soon as they
        are announced, when it has not been told of ``last_seq`` (by default the newest).
        They come in their order in the file, so that neighbours share the pages they change.
        """
        rows = self._engine.all(
            f"""
            select s.chat, min(s.cursor) as cursor from (
                select key from subscriptions
                where bot = :bot and paused = 0 and next_due <= :now
                union all
                select key from subscriptions
                where bot = :bot and paused = 0 and next_due is null and times = '[]'
                    and cursor < {_TOLD}
            ) due
            join subscriptions s on s.key = due.key
            join subscribers c on c.bot = s.bot and c.chat = s.chat
            where c.paused = ''
            group by s.chat order by s.chat
            """,
            bot=bot,
            now=micros(now),
            last=last_seq,
        )
        return [(row["chat"], row["cursor"]) for row in rows]

    def due(
        self, bot: int, chat: int, now: datetime, *, last_seq: int | None = None
    ) -> list[Subscription]:
        """Return the topics of a chat that are due, in its order; none while it is paused."""
        rows = self._engine.all(
            f"""
            select * from subscriptions
            where bot = :bot and chat = :chat and paused = 0
                and case when next_due is null then times = '[]' and cursor < {_TOLD}
                    else next_due <= :now end
                and exists (select 1 from subscribers c
                    where c.bot = :bot and c.chat = :chat and c.paused = '')
            order by position, key
            """,
            bot=bot,
            chat=chat,
            now=micros(now),
            last=last_seq,
        )
        return [_subscription_of(row) for row in rows]

    def ahead(self, bot: int, after: datetime) -> list[Subscription]:
        """Return the topics whose next instant is later than this one."""
        rows = self._engine.all(
            """
            select * from subscriptions where bot = :bot and paused = 0 and next_due > :after
            """,
            bot=bot,
            after=micros(after),
        )
        return [_subscription_of(row) for row in rows]

    def advance(
        self, subscription: Subscription, *, cursor: int, next_due: datetime | None
    ) -> bool:
        """Move a topic's position and next instant unless it changed since it was read."""
        return bool(
            self._engine.change(
                """
                update subscriptions
                set cursor = :cursor, next_due = :next_due, fence = fence + 1
                where key = :key and fence = :fence
                """,
                key=subscription.key,
                fence=subscription.fence,
                cursor=cursor,
                next_due=micros_or_null(next_due),
            )
        )

    def asked(self, bot: int) -> list[tuple[str, frozenset[Kind], int]]:
        """Return what all topics ask that are not paused: query, kinds, and the most they show."""
        rows = self._engine.all(
            """
            select query, kinds, max("limit") as most from subscriptions
            where bot = :bot and paused = 0 group by query, kinds order by query, kinds
            """,
            bot=bot,
        )
        return [(row["query"], _kinds_of(row["kinds"]), row["most"]) for row in rows]

    def queries(self, bot: int) -> list[str]:
        """Return the distinct canonical queries of all topics that are not paused."""
        rows = self._engine.all(
            """
            select distinct query from subscriptions where bot = :bot and paused = 0
            order by query
            """,
            bot=bot,
        )
        return [row["query"] for row in rows]


def _values(topic: Subscription) -> dict[str, Value]:
    return {
        "thread": topic.thread,
        "query": topic.query,
        "name": topic.name,
        **cadence_values(topic.cadence),
        "zone": topic.zone,
        "cursor": topic.cursor,
        "next_due": micros_or_null(topic.next_due),
        "limit": topic.limit,
        "kinds": text_list(sorted(topic.kinds)),
        "form": topic.form,
        "languages": None if topic.languages is None else text_list(topic.languages),
        "silent": None if topic.silent is None else int(topic.silent),
        "paused": int(topic.paused),
        "position": topic.position,
    }


@lru_cache(64)
def _kinds_of(stored: str) -> frozenset[Kind]:
    return frozenset(Kind(kind) for kind in texts(stored))


def _subscription_of(row: Row) -> Subscription:
    return Subscription(
        bot=row["bot"],
        chat=row["chat"],
        query=row["query"],
        name=row["name"],
        cadence=cadence_of(row),
        zone=row["zone"],
        cursor=row["cursor"],
        next_due=instant_or_none(row["next_due"]),
        thread=row["thread"],
        limit=row["limit"],
        kinds=_kinds_of(row["kinds"]),
        form=None if row["form"] is None else Form(row["form"]),
        languages=None if row["languages"] is None else texts(row["languages"]),
        silent=None if row["silent"] is None else bool(row["silent"]),
        paused=bool(row["paused"]),
        position=row["position"],
        fence=row["fence"],
        key=row["key"],
    )
