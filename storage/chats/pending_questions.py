"""Store what the bot has asked somebody: their next message is the answer."""

from __future__ import annotations

from datetime import datetime

from storage.engine.column_types import from_micros, to_micros
from storage.engine.sqlite import Engine
from storage.records.chats import PendingQuestion


class PendingQuestions:
    """At most one open question per person and chat; a new one replaces it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(
        self, bot: int, chat: int, person: int, question: PendingQuestion, now: datetime
    ) -> None:
        """Store a question until it is answered, replaced or too old."""
        self._engine.execute(
            """
            insert into pending_questions (bot, chat, person, verb, first_argument,
                second_argument, created_at, about_chat)
            values (:bot, :chat, :person, :verb, :first_argument,
                :second_argument, :created_at, :about_chat)
            on conflict (bot, chat, person) do update set verb = excluded.verb,
                first_argument = excluded.first_argument,
                second_argument = excluded.second_argument, created_at = excluded.created_at,
                about_chat = excluded.about_chat
            """,
            bot=bot,
            chat=chat,
            person=person,
            verb=question.verb,
            first_argument=question.first_argument,
            second_argument=question.second_argument,
            created_at=to_micros(now),
            about_chat=question.about_chat,
        )

    def take(self, bot: int, chat: int, person: int, since: datetime) -> PendingQuestion | None:
        """Return the question asked since an instant, and close it; an older one is only closed."""
        rows = self._engine.execute_returning(
            """
            delete from pending_questions where bot = :bot and chat = :chat and person = :person
            returning verb, first_argument, second_argument, created_at, about_chat
            """,
            bot=bot,
            chat=chat,
            person=person,
        )
        if not rows or rows[0]["created_at"] < to_micros(since):
            return None
        row = rows[0]
        return PendingQuestion(
            row["verb"], row["first_argument"], row["second_argument"], row["about_chat"]
        )

    def about_chat(self, bot: int, chat: int, person: int) -> int:
        """Return which other chat a person's open question here is about; 0 for none."""
        return self._engine.fetch_number(
            """
            select about_chat from pending_questions
            where bot = :bot and chat = :chat and person = :person
            """,
            bot=bot,
            chat=chat,
            person=person,
        )

    def move_to_chat(self, bot: int, chat: int, person: int, *, target_chat: int) -> None:
        """Let a question asked in one chat be answered in another, where the person is."""
        with self._engine.ensure_transaction():
            rows = self._engine.execute_returning(
                """
                delete from pending_questions
                where bot = :bot and chat = :chat and person = :person
                returning verb, first_argument, second_argument, created_at
                """,
                bot=bot,
                chat=chat,
                person=person,
            )
            for row in rows:
                question = PendingQuestion(
                    row["verb"], row["first_argument"], row["second_argument"], about_chat=chat
                )
                self.put(bot, target_chat, person, question, from_micros(row["created_at"]))
