"""Telegram's updates: stored before they are acknowledged, applied once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from storage.columns import micros
from storage.model import Update
from storage.sqlite import Engine, Row


class Inbox:
    """Every update by its id; the effect of one and its mark belong in one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, updates: Iterable[Update], *, now: datetime) -> int:
        """Keep updates that are new; return how many."""
        with self._engine.writing():
            return sum(self._put(update, now) for update in updates)

    def _put(self, update: Update, now: datetime) -> int:
        return self._engine.change(
            """
            insert into updates (bot, id, chat, body, state, attempts, error, received)
            values (:bot, :id, :chat, :body, 'pending', 0, '', :now)
            on conflict do nothing
            """,
            bot=update.bot,
            id=update.id,
            chat=update.chat,
            body=update.body,
            now=micros(now),
        )

    def pending(self, bot: int, limit: int = 100) -> list[Update]:
        """Return updates that were not applied yet, the oldest first."""
        rows = self._engine.all(
            """
            select * from updates where bot = :bot and state = 'pending' order by id limit :limit
            """,
            bot=bot,
            limit=limit,
        )
        return [_update_of(row) for row in rows]

    def heads(self, bot: int, limit: int = 100) -> list[Update]:
        """Return the oldest pending update of each chat: these may be applied side by side."""
        rows = self._engine.all(
            """
            select u.* from updates u join (
                select min(id) as id from updates where bot = :bot and state = 'pending'
                group by chat order by min(id) limit :limit
            ) head on head.id = u.id
            where u.bot = :bot order by u.id
            """,
            bot=bot,
            limit=limit,
        )
        return [_update_of(row) for row in rows]

    def begin(self, bot: int, id: int) -> int:
        """Count an attempt before it is made; return how many there were with this one.

        An update that kills the process each time is recognised by its count. Returns 0
        when it is not pending.
        """
        rows = self._engine.changed(
            """
            update updates set attempts = attempts + 1
            where bot = :bot and id = :id and state = 'pending' returning attempts
            """,
            bot=bot,
            id=id,
        )
        return int(rows[0]["attempts"]) if rows else 0

    def applied(self, bot: int, id: int) -> bool:
        """Mark an update as applied and empty it; False when it was settled before."""
        return bool(
            self._engine.change(
                """
                update updates set state = 'applied', body = '', error = ''
                where bot = :bot and id = :id and state = 'pending'
                """,
                bot=bot,
                id=id,
            )
        )

    def failed(self, bot: int, id: int, reason: str) -> bool:
        """Set an update aside with its body, so that those behind it go on."""
        return bool(
            self._engine.change(
                """
                update updates set state = 'failed', error = :reason
                where bot = :bot and id = :id and state = 'pending'
                """,
                bot=bot,
                id=id,
                reason=reason,
            )
        )

    def last(self, bot: int) -> int:
        """Return the highest id that was stored, 0 before the first."""
        row = self._engine.one(
            "select coalesce(max(id), 0) as id from updates where bot = :bot", bot=bot
        )
        return int(row["id"]) if row else 0

    def retire(self, bot: int, before: datetime) -> int:
        """Delete settled updates older than an instant, but never the newest one."""
        return self._engine.change(
            """
            delete from updates where bot = :bot and state <> 'pending' and received < :before
                and id < (select max(id) from updates where bot = :bot)
            """,
            bot=bot,
            before=micros(before),
        )


def _update_of(row: Row) -> Update:
    return Update(row["bot"], row["id"], row["chat"], row["body"])
