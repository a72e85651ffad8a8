"""Store Telegram's updates: before they are acknowledged, and applied once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from storage.engine.column_types import from_micros, to_micros
from storage.engine.sqlite import Engine
from storage.records.messages import InboxUpdate, UnreadableUpdates


class Inbox:
    """Every update by its id; its effect and its mark belong in one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, updates: Iterable[InboxUpdate]) -> int:
        """Store updates that are new; return how many."""
        with self._engine.ensure_transaction():
            return sum(
                self._engine.execute(
                    """
                    insert into inbox_updates (bot, id, chat, body, state, attempts, error)
                    values (:bot, :id, :chat, :body, 'pending', 0, '')
                    on conflict do nothing
                    """,
                    bot=update.bot,
                    id=update.id,
                    chat=update.chat,
                    body=update.body,
                )
                for update in updates
            )

    def next_of_each_chat(self, bot: int, limit: int = 100) -> list[InboxUpdate]:
        """Return the oldest pending update of each chat: these may be applied in parallel."""
        rows = self._engine.fetch_all(
            """
            select u.* from inbox_updates u join (
                select min(key) as key from inbox_updates where bot = :bot and state = 'pending'
                group by chat order by min(key) limit :limit
            ) head on head.key = u.key
            order by u.key
            """,
            bot=bot,
            limit=limit,
        )
        return [
            InboxUpdate(
                row["bot"], row["id"], row["chat"], row["body"], row["follow_up"], row["attempts"]
            )
            for row in rows
        ]

    def count_attempt(self, bot: int, id: int) -> int:
        """Count an attempt before it is made; return how many there were with this one.

        An update that kills the process each time is recognised by its count. Returns 0
        when it is not pending.
        """
        rows = self._engine.execute_returning(
            """
            update inbox_updates set attempts = attempts + 1
            where bot = :bot and id = :id and state = 'pending' returning attempts
            """,
            bot=bot,
            id=id,
        )
        return int(rows[0]["attempts"]) if rows else 0

    def count_attempts(self, bot: int, ids: Iterable[int]) -> dict[int, int]:
        """Count an attempt at several updates at once; return the attempts of each."""
        with self._engine.ensure_transaction():
            return {id: self.count_attempt(bot, id) for id in ids}

    def mark_applied(self, bot: int, id: int) -> bool:
        """Mark an update as applied and empty it; False when it was settled before."""
        return bool(
            self._engine.execute(
                """
                update inbox_updates set state = 'applied', body = '', error = ''
                where bot = :bot and id = :id and state = 'pending' and follow_up = ''
                """,
                bot=bot,
                id=id,
            )
        )

    def set_follow_up(self, update: InboxUpdate, follow_up: str) -> None:
        """Store what is still to be fetched for an update that was applied in this transaction.

        The update is pending again, and one attempt at the follow-up counts as begun.
        """
        self._engine.execute(
            """
            update inbox_updates
            set state = 'pending', follow_up = :follow_up, body = :body, attempts = 1
            where bot = :bot and id = :id and state = 'applied'
            """,
            bot=update.bot,
            id=update.id,
            body=update.body,
            follow_up=follow_up,
        )

    def mark_follow_up_done(self, bot: int, id: int) -> bool:
        """Mark an update's follow-up as done and empty it; False when it was done before."""
        return bool(
            self._engine.execute(
                """
                update inbox_updates set state = 'applied', body = '', follow_up = '', error = ''
                where bot = :bot and id = :id and state = 'pending' and follow_up <> ''
                """,
                bot=bot,
                id=id,
            )
        )

    def mark_failed(self, bot: int, id: int, reason: str = "") -> bool:
        """Set an update aside with its body, so that those behind it go on."""
        return bool(
            self._engine.execute(
                """
                update inbox_updates set state = 'failed', error = :reason
                where bot = :bot and id = :id and state = 'pending' and follow_up = ''
                """,
                bot=bot,
                id=id,
                reason=reason,
            )
        )

    def mark_unreadable(self, bot: int, id: int, now: datetime) -> bool:
        """Set aside and count an update that cannot be read; False when it was settled before.

        Its body is deleted where its chat is not known: nobody could have it erased.
        """
        with self._engine.ensure_transaction():
            if not self.mark_failed(bot, id, "unreadable"):
                return False
            self._engine.execute(
                "update inbox_updates set body = '' where bot = :bot and id = :id and chat = 0",
                bot=bot,
                id=id,
            )
            self._engine.execute(
                """
                insert into unreadable_updates (bot, count, last_at) values (:bot, 1, :now)
                on conflict (bot) do update
                set count = unreadable_updates.count + 1, last_at = excluded.last_at
                """,
                bot=bot,
                now=to_micros(now),
            )
            return True

    def unreadable_updates(self, bot: int) -> UnreadableUpdates:
        """Return how many updates could not be read so far, and when the last came."""
        row = self._engine.fetch_one(
            "select count, last_at from unreadable_updates where bot = :bot", bot=bot
        )
        return (
            UnreadableUpdates(int(row["count"]), from_micros(row["last_at"]))
            if row
            else UnreadableUpdates()
        )

    def last_update_id(self, bot: int) -> int:
        """Return the id of the update that came last, 0 before the first.

        After a week without updates Telegram may begin with lower ids: then ask without it.
        """
        # By +bot no index is meant: the one of the ids would have to be sorted.
        return self._engine.fetch_number(
            "select id from inbox_updates where +bot = :bot order by key desc limit 1", bot=bot
        )

    def delete_settled(self, bot: int, *, keep_newest: int = 10_000, limit: int = 1000) -> int:
        """Delete some settled updates, never the newest ones; return how many."""
        return self._engine.execute(
            """
            delete from inbox_updates where key in (select key from inbox_updates
                where +bot = :bot and state <> 'pending' and key <= (
                    select key from inbox_updates where +bot = :bot order by key desc
                    limit 1 offset :keep)
                order by key limit :limit)
            """,
            bot=bot,
            keep=keep_newest,
            limit=limit,
        )
