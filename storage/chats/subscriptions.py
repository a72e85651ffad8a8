"""Store topics: who follows what, when each is due, and what it has covered."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from storage.chats.cadence_columns import cadence_from_row, cadence_values
from storage.engine.column_types import (
    from_micros_or_none,
    texts_from_json,
    to_json_list,
    to_micros,
    to_micros_or_null,
)
from storage.engine.sqlite import Engine, Row, Value
from storage.records.chats import MessageForm, Subscription
from storage.records.digests import EntryOrder
from storage.records.papers import AnnouncementKind

_ASSIGNMENTS = """
    thread = :thread, query = :query, name = :name, times = :times, weekdays = :weekdays,
    on_quiet_days = :on_quiet_days, zone = :zone, cursor = :cursor, next_due = :next_due,
    "limit" = :limit, kinds = :kinds, form = :form, languages = :languages, silent = :silent,
    paused = :paused, position = :position, entry_order = :entry_order
"""
_NEWEST_SEQ = "coalesce(:last, (select max(seq) from announcements), 0)"


class Subscriptions:
    """The topics of all chats; an update compares row versions, so none overwrites another."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, subscription: Subscription) -> tuple[Subscription, bool]:
        """Add a topic; where the thread follows this query already, return that topic and False."""
        rows = self._engine.execute_returning(
            """
            insert into subscriptions (bot, chat, thread, query, name, times, weekdays,
                on_quiet_days, zone, cursor, next_due, "limit", kinds, form, languages, silent,
                paused, position, entry_order, row_version)
            values (:bot, :chat, :thread, :query, :name, :times, :weekdays,
                :on_quiet_days, :zone, :cursor, :next_due, :limit, :kinds, :form, :languages,
                :silent, :paused, :position, :entry_order, 0)
            on conflict (bot, chat, thread, query) do nothing
            returning *
            """,
            bot=subscription.bot,
            chat=subscription.chat,
            **_row_values(subscription),
        )
        if rows:
            return _subscription_from_row(rows[0]), True
        [existing_row] = self._engine.fetch_all(
            """
            select * from subscriptions
            where bot = :bot and chat = :chat and thread = :thread and query = :query
            """,
            bot=subscription.bot,
            chat=subscription.chat,
            thread=subscription.thread,
            query=subscription.query,
        )
        return _subscription_from_row(existing_row), False

    def get(self, key: int) -> Subscription | None:
        """Return a topic by its key."""
        row = self._engine.fetch_one("select * from subscriptions where key = :key", key=key)
        return None if row is None else _subscription_from_row(row)

    def of_chat(self, bot: int, chat: int) -> list[Subscription]:
        """Return a chat's topics in the chat's order."""
        rows = self._engine.fetch_all(
            """
            select * from subscriptions where bot = :bot and chat = :chat
            order by position, key
            """,
            bot=bot,
            chat=chat,
        )
        return [_subscription_from_row(row) for row in rows]

    def update(self, subscription: Subscription) -> bool:
        """Store a topic unless it changed since it was read."""
        return bool(
            self._engine.execute(
                f"""
                update subscriptions set {_ASSIGNMENTS}, row_version = row_version + 1
                where key = :key and row_version = :row_version
                """,
                key=subscription.key,
                row_version=subscription.row_version,
                **_row_values(subscription),
            )
        )

    def remove(self, key: int) -> bool:
        """Delete a topic; its digests stay."""
        return bool(self._engine.execute("delete from subscriptions where key = :key", key=key))

    def due_chats(
        self, bot: int, now: datetime, *, last_seq: int | None = None
    ) -> list[tuple[int, int]]:
        """Return the active chats with a topic that is due, each with its oldest cursor.

        A topic is due when its instant has come or, where it wants papers as soon as they are
        announced, when it has not covered ``last_seq`` (by default the newest). The chats come in
        their order in the file, so that neighbours share the pages they change.
        """
        rows = self._engine.fetch_all(
            f"""
            select s.chat, min(s.cursor) as cursor from (
                select key from subscriptions
                where bot = :bot and paused = 0 and next_due <= :now
                union all
                select key from subscriptions
                where bot = :bot and paused = 0 and next_due is null and times = '[]'
                    and cursor < {_NEWEST_SEQ}
            ) due
            join subscriptions s on s.key = due.key
            join chats c on c.bot = s.bot and c.chat = s.chat
            where c.pause_reason = ''
            group by s.chat order by s.chat
            """,
            bot=bot,
            now=to_micros(now),
            last=last_seq,
        )
        return [(row["chat"], row["cursor"]) for row in rows]

    def due(
        self, bot: int, chat: int, now: datetime, *, last_seq: int | None = None
    ) -> list[Subscription]:
        """Return a chat's due topics in the chat's order; none while it is paused."""
        rows = self._engine.fetch_all(
            f"""
            select * from subscriptions
            where bot = :bot and chat = :chat and paused = 0
                and case when next_due is null then times = '[]' and cursor < {_NEWEST_SEQ}
                    else next_due <= :now end
                and exists (select 1 from chats c
                    where c.bot = :bot and c.chat = :chat and c.pause_reason = '')
            order by position, key
            """,
            bot=bot,
            chat=chat,
            now=to_micros(now),
            last=last_seq,
        )
        return [_subscription_from_row(row) for row in rows]

    def due_after(self, bot: int, after: datetime) -> list[Subscription]:
        """Return the topics whose next instant is later than this one."""
        rows = self._engine.fetch_all(
            """
            select * from subscriptions where bot = :bot and paused = 0 and next_due > :after
            """,
            bot=bot,
            after=to_micros(after),
        )
        return [_subscription_from_row(row) for row in rows]

    def advance_cursor(
        self, subscription: Subscription, *, cursor: int, next_due: datetime | None
    ) -> bool:
        """Move a topic's position and next instant unless it changed since it was read."""
        return bool(
            self._engine.execute(
                """
                update subscriptions
                set cursor = :cursor, next_due = :next_due, row_version = row_version + 1
                where key = :key and row_version = :row_version
                """,
                key=subscription.key,
                row_version=subscription.row_version,
                cursor=cursor,
                next_due=to_micros_or_null(next_due),
            )
        )

    def active_requests(self, bot: int) -> list[tuple[str, frozenset[AnnouncementKind], int]]:
        """Return query, kinds and highest limit of all topics that are not paused."""
        rows = self._engine.fetch_all(
            """
            select query, kinds, max("limit") as most from subscriptions
            where bot = :bot and paused = 0 group by query, kinds order by query, kinds
            """,
            bot=bot,
        )
        return [(row["query"], _kinds_from_json(row["kinds"]), row["most"]) for row in rows]


def _row_values(subscription: Subscription) -> dict[str, Value]:
    return {
        "thread": subscription.thread,
        "query": subscription.query,
        "name": subscription.name,
        **cadence_values(subscription.cadence),
        "zone": subscription.zone,
        "cursor": subscription.cursor,
        "next_due": to_micros_or_null(subscription.next_due),
        "limit": subscription.limit,
        "kinds": to_json_list(sorted(subscription.kinds)),
        "form": subscription.form,
        "languages": None
        if subscription.languages is None
        else to_json_list(subscription.languages),
        "silent": None if subscription.silent is None else int(subscription.silent),
        "paused": int(subscription.paused),
        "position": subscription.position,
        "entry_order": subscription.entry_order,
    }


@lru_cache(64)
def _kinds_from_json(text: str) -> frozenset[AnnouncementKind]:
    return frozenset(AnnouncementKind(kind) for kind in texts_from_json(text))


def _subscription_from_row(row: Row) -> Subscription:
    return Subscription(
        bot=row["bot"],
        chat=row["chat"],
        query=row["query"],
        name=row["name"],
        cadence=cadence_from_row(row),
        zone=row["zone"],
        cursor=row["cursor"],
        next_due=from_micros_or_none(row["next_due"]),
        thread=row["thread"],
        limit=row["limit"],
        kinds=_kinds_from_json(row["kinds"]),
        form=None if row["form"] is None else MessageForm(row["form"]),
        languages=None if row["languages"] is None else texts_from_json(row["languages"]),
        silent=None if row["silent"] is None else bool(row["silent"]),
        paused=bool(row["paused"]),
        position=row["position"],
        entry_order=EntryOrder(row["entry_order"]),
        row_version=row["row_version"],
        key=row["key"],
    )
