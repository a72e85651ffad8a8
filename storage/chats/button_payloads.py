"""Store what a button stands for: its callback data carries only a number."""

from __future__ import annotations

from datetime import datetime

from storage.engine.column_types import to_micros
from storage.engine.sqlite import Engine
from storage.records.chats import ButtonPayload, ButtonPayloadKind

MAX_PER_CHAT = 100  # of a chat, or one person's previews would fill the disk


class ButtonPayloads:
    """What a chat was shown and has not decided on yet, such as a topic's preview."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(
        self,
        bot: int,
        chat: int,
        text: str,
        now: datetime,
        *,
        kind: ButtonPayloadKind = ButtonPayloadKind.QUERY_TEXT,
    ) -> int:
        """Store a text for a chat and return its number; the same text of a kind keeps its number.

        A chat has a limited number of each kind: the ones shown longest ago are deleted.
        """
        with self._engine.ensure_transaction():
            [row] = self._engine.execute_returning(
                """
                insert into button_payloads (bot, chat, kind, text, updated_at)
                values (:bot, :chat, :kind, :text, :now)
                on conflict (bot, chat, kind, text) do update set updated_at = excluded.updated_at
                returning key
                """,
                bot=bot,
                chat=chat,
                kind=kind,
                text=text,
                now=to_micros(now),
            )
            self._engine.execute(
                """
                delete from button_payloads where bot = :bot and chat = :chat and kind = :kind
                    and key not in (select key from button_payloads
                    where bot = :bot and chat = :chat and kind = :kind
                    order by updated_at desc, key desc limit :most)
                """,
                bot=bot,
                chat=chat,
                kind=kind,
                most=MAX_PER_CHAT,
            )
        return int(row["key"])

    def get(self, bot: int, chat: int, key: int, kind: ButtonPayloadKind) -> ButtonPayload | None:
        """Return what a number stands for, if this chat was given it for this kind."""
        row = self._engine.fetch_one(
            """
            select text from button_payloads
            where key = :key and bot = :bot and chat = :chat and kind = :kind
            """,
            key=key,
            bot=bot,
            chat=chat,
            kind=kind,
        )
        return None if row is None else ButtonPayload(row["text"], kind)

    def delete_before(self, before: datetime, limit: int = 1000) -> int:
        """Delete some payloads last shown before an instant; return how many."""
        return self._engine.execute(
            """
            delete from button_payloads where key in (
                select key from button_payloads where updated_at < :before
                order by key limit :limit)
            """,
            before=to_micros(before),
            limit=limit,
        )
