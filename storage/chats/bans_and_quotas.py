"""Store an operator's decisions: who is banned, and how many topics a chat may follow."""

from __future__ import annotations

from datetime import datetime

from storage.engine.column_types import to_micros
from storage.engine.sqlite import Engine


class BansAndQuotas:
    """Bans of people and chats, and the chats that may follow more or fewer topics."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ban(self, bot: int, target: int, now: datetime) -> bool:
        """Ban a person or a chat by its id; False when it is banned already."""
        return bool(
            self._engine.execute(
                """
                insert into bans (bot, target, created_at, notified)
                values (:bot, :target, :now, 0)
                on conflict do nothing
                """,
                bot=bot,
                target=target,
                now=to_micros(now),
            )
        )

    def unban(self, bot: int, target: int) -> bool:
        """End a ban; False when there is none."""
        return bool(
            self._engine.execute(
                "delete from bans where bot = :bot and target = :target", bot=bot, target=target
            )
        )

    def banned_id(self, bot: int, chat: int, person: int) -> int | None:
        """Return which of the two is banned, the chat first; None when neither is."""
        row = self._engine.fetch_one(
            """
            select target from bans where bot = :bot and (target = :chat or target = :person)
            order by target = :chat desc limit 1
            """,
            bot=bot,
            chat=chat,
            person=person,
        )
        return int(row["target"]) if row else None

    def mark_ban_notified(self, bot: int, target: int) -> bool:
        """Mark that a banned person or chat was notified; False when it was before."""
        return bool(
            self._engine.execute(
                """
                update bans set notified = 1
                where bot = :bot and target = :target and notified = 0
                """,
                bot=bot,
                target=target,
            )
        )

    def set_topic_quota(self, bot: int, chat: int, quota: int) -> None:
        """Let a chat follow this many topics instead of the default."""
        self._engine.execute(
            """
            insert into topic_quotas (bot, chat, quota) values (:bot, :chat, :quota)
            on conflict (bot, chat) do update set quota = excluded.quota
            """,
            bot=bot,
            chat=chat,
            quota=quota,
        )

    def topic_quota(self, bot: int, chat: int) -> int | None:
        """Return how many topics a chat may follow; None where no quota was set."""
        row = self._engine.fetch_one(
            "select quota from topic_quotas where bot = :bot and chat = :chat", bot=bot, chat=chat
        )
        return int(row["quota"]) if row else None
