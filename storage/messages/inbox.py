"""Telegram's updates: stored before they are acknowledged, applied once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from storage.engine.column_types import instant, micros
from storage.engine.sqlite import Engine, Row
from storage.records import Unread, Update


class Inbox:
    """Every update by its id; the effect of one and its mark belong in one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, updates: Iterable[Update]) -> int:
        """Keep updates that are new; return how many."""
        with self._engine.writing():
            return sum(self._put(update) for update in updates)

    def _put(self, update: Update) -> int:
        return self._engine.change(
            """
            insert into updates (bot, id, chat, body, state, attempts, error)
            values (:bot, :id, :chat, :body, 'pending', 0, '')
            on conflict do nothing
            """,
            bot=update.bot,
            id=update.id,
            chat=update.chat,
            body=update.body,
        )

    def pending(self, bot: int, limit: int = 100) -> list[Update]:
        """Return updates that were not applied yet, the oldest first."""
        rows = self._engine.all(
            """
            select * from updates where bot = :bot and state = 'pending' order by key limit :limit
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
                select min(key) as key from updates where bot = :bot and state = 'pending'
                group by chat order by min(key) limit :limit
            ) head on head.key = u.key
            order by u.key
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

    def begin_each(self, bot: int, ids: Iterable[int]) -> dict[int, int]:
        """Count an attempt of several updates at once; return those of each, as begin does."""
        with self._engine.writing():
            return {id: self.begin(bot, id) for id in ids}

    def applied(self, bot: int, id: int) -> bool:
        """Mark an update as applied and empty it; False when it was settled before."""
        return bool(
            self._engine.change(
                """
                update updates set state = 'applied', body = '', error = ''
                where bot = :bot and id = :id and state = 'pending' and errand = ''
                """,
                bot=bot,
                id=id,
            )
        )

    def has_errand(self, update: Update, errand: str) -> None:
        """Keep what is yet to be fetched for an update that was applied in this transaction.

        It is pending again, and one attempt at the errand counts as begun.
        """
        self._engine.change(
            """
            update updates set state = 'pending', errand = :errand, body = :body, attempts = 1
            where bot = :bot and id = :id and state = 'applied'
            """,
            bot=update.bot,
            id=update.id,
            body=update.body,
            errand=errand,
        )

    def fetched(self, bot: int, id: int) -> bool:
        """Mark an update's errand as done and empty it; False when it was done before."""
        return bool(
            self._engine.change(
                """
                update updates set state = 'applied', body = '', errand = '', error = ''
                where bot = :bot and id = :id and state = 'pending' and errand <> ''
                """,
                bot=bot,
                id=id,
            )
        )

    def failed(self, bot: int, id: int, reason: str = "") -> bool:
        """Set an update aside with its body, so that those behind it go on."""
        return bool(
            self._engine.change(
                """
                update updates set state = 'failed', error = :reason
                where bot = :bot and id = :id and state = 'pending' and errand = ''
                """,
                bot=bot,
                id=id,
                reason=reason,
            )
        )

    def unreadable(self, bot: int, id: int, at: datetime) -> bool:
        """Set aside an update that nobody can read, and count it; False when it was settled before.

        Without its body where its chat is not known: nobody could have it deleted.
        """
        with self._engine.writing():
            if not self.failed(bot, id, "unreadable"):
                return False
            self._engine.change(
                "update updates set body = '' where bot = :bot and id = :id and chat = 0",
                bot=bot,
                id=id,
            )
            self._engine.change(
                """
                insert into unreadable (bot, updates, last) values (:bot, 1, :at)
                on conflict (bot) do update
                set updates = unreadable.updates + 1, last = excluded.last
                """,
                bot=bot,
                at=micros(at),
            )
            return True

    def unread(self, bot: int) -> Unread:
        """Tell how many updates nobody could read since the bot began, and when the last came."""
        row = self._engine.one("select updates, last from unreadable where bot = :bot", bot=bot)
        return Unread(int(row["updates"]), instant(row["last"])) if row else Unread()

    def last(self, bot: int) -> int:
        """Return the id of the update that came last, 0 before the first.

        After a week without updates Telegram may begin with lower ids: then ask without it.
        """
        # By +bot no index is meant: the one of the ids would have to be sorted.
        row = self._engine.one(
            "select id from updates where +bot = :bot order by key desc limit 1", bot=bot
        )
        return int(row["id"]) if row else 0

    def retire(self, bot: int, *, keep: int = 10_000, limit: int = 1000) -> int:
        """Delete some settled updates, never the newest ones; return how many."""
        return self._engine.change(
            """
            delete from updates where key in (select key from updates
                where +bot = :bot and state <> 'pending' and key <= (
                    select key from updates where +bot = :bot order by key desc
                    limit 1 offset :keep)
                order by key limit :limit)
            """,
            bot=bot,
            keep=keep,
            limit=limit,
        )


def _update_of(row: Row) -> Update:
    return Update(row["bot"], row["id"], row["chat"], row["body"], row["errand"], row["attempts"])
