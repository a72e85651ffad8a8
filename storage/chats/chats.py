"""Store the chats that read digests and the people who press buttons."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from datetime import date

from storage.chats.cadence_columns import cadence_from_row, cadence_values
from storage.chats.erase_chat import ERASE_CHAT, ERASE_PERSON, MOVE_CHAT
from storage.engine.column_types import format_day, parse_day, texts_from_json, to_json_list
from storage.engine.sqlite import Engine, Row, Value
from storage.errors import RowNotFound
from storage.records.chats import Chat, ChatKind, MessageForm, Person

CHAT_COLUMNS = """
    bot, chat, kind, title, language, languages, zone, form, times, weekdays,
    on_quiet_days, silent, full_entries, onboarded, pause_reason, paused_until
"""


class Chats:
    """Chats and people; every row carries the bot it belongs to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, bot: int, chat: int) -> Chat | None:
        """Return a chat as it is stored."""
        row = self._engine.fetch_one(
            f"select {CHAT_COLUMNS} from chats where bot = :bot and chat = :chat",
            bot=bot,
            chat=chat,
        )
        return None if row is None else chat_from_row(row)

    def get_or_add(self, chat: Chat) -> Chat:
        """Store a chat that is new; return what is stored, which a repeat never resets."""
        with self._engine.ensure_transaction():
            self._engine.execute(
                f"""
                insert into chats ({CHAT_COLUMNS})
                values (:bot, :chat, :kind, :title, :language, :languages, :zone, :form, :times,
                    :weekdays, :on_quiet_days, :silent, :full_entries, :onboarded,
                    :pause_reason, :paused_until)
                on conflict do nothing
                """,
                **_row_values(chat),
            )
            stored_chat = self.get(chat.bot, chat.id)
        assert stored_chat is not None
        return stored_chat

    def update(self, chat: Chat) -> None:
        """Store a chat's settings; raise RowNotFound when the chat is unknown."""
        updated_count = self._engine.execute(
            """
            update chats set kind = :kind, title = :title, language = :language,
                languages = :languages, zone = :zone, form = :form, times = :times,
                weekdays = :weekdays, on_quiet_days = :on_quiet_days,
                silent = :silent, full_entries = :full_entries, onboarded = :onboarded,
                pause_reason = :pause_reason, paused_until = :paused_until
            where bot = :bot and chat = :chat
            """,
            **_row_values(chat),
        )
        if not updated_count:
            raise RowNotFound(f"chat {chat.id} is not known")

    def pause(self, bot: int, chat: int, reason: str, until: date | None = None) -> bool:
        """Stop sending to a chat, for a reason and perhaps until a day; False if unknown."""
        if not reason:
            raise ValueError("a pause needs its reason")
        return bool(
            self._engine.execute(
                """
                update chats set pause_reason = :reason, paused_until = :until
                where bot = :bot and chat = :chat
                """,
                reason=reason,
                until=format_day(until),
                bot=bot,
                chat=chat,
            )
        )

    def resume(self, bot: int, chat: int) -> bool:
        """Send to a chat again and forget its bounces; False if unknown."""
        return bool(
            self._engine.execute(
                """
                update chats
                set pause_reason = '', paused_until = null, bounces = 0, last_bounce_day = null
                where bot = :bot and chat = :chat
                """,
                bot=bot,
                chat=chat,
            )
        )

    def count_bounce(self, bot: int, chat: int, bounce_day: date) -> int:
        """Count a refusal that may pass, once a day; return the count since the last success."""
        rows = self._engine.execute_returning(
            """
            update chats
            set bounces = bounces + case when last_bounce_day = :day then 0 else 1 end,
                last_bounce_day = :day
            where bot = :bot and chat = :chat
            returning bounces
            """,
            bot=bot,
            chat=chat,
            day=format_day(bounce_day),
        )
        return int(rows[0]["bounces"]) if rows else 0

    def all(self, bot: int) -> list[Chat]:
        """Return every chat of a bot, paused ones too."""
        rows = self._engine.fetch_all(
            f"select {CHAT_COLUMNS} from chats where bot = :bot order by chat", bot=bot
        )
        return [chat_from_row(row) for row in rows]

    def paused_until_day(self, bot: int) -> list[Chat]:
        """Return the chats that paused until a day, for the caller to wake in their zone."""
        rows = self._engine.fetch_all(
            f"""
            select {CHAT_COLUMNS} from chats
            where bot = :bot and pause_reason <> '' and paused_until is not null order by chat
            """,
            bot=bot,
        )
        return [chat_from_row(row) for row in rows]

    def not_asked_for_place(self, bot: int) -> list[Chat]:
        """Return the active chats in zones without summer time that were not asked for a place."""
        rows = self._engine.fetch_all(
            f"""
            select {CHAT_COLUMNS} from chats
            where bot = :bot and asked_for_place = 0 and pause_reason = ''
                and zone in ('EST', 'HST', 'MST')
            order by chat
            """,
            bot=bot,
        )
        return [chat_from_row(row) for row in rows]

    def mark_asked_for_place(self, bot: int, chat: int) -> None:
        """Remember that a chat was asked for its place."""
        self._engine.execute(
            "update chats set asked_for_place = 1 where bot = :bot and chat = :chat",
            bot=bot,
            chat=chat,
        )

    def migrate(self, bot: int, old_chat: int, new_chat: int) -> None:
        """Move everything of a chat to its new id; what both have is kept once."""
        if old_chat == new_chat:
            return
        parameters = {"bot": bot, "old": old_chat, "new": new_chat}
        with self._engine.ensure_transaction():
            for statement in MOVE_CHAT:
                used_values = {
                    name: value for name, value in parameters.items() if f":{name}" in statement
                }
                self._engine.execute(statement, **used_values)

    def erase(self, bot: int, chat: int) -> None:
        """Delete every row that names a chat."""
        with self._engine.ensure_transaction():
            for statement in ERASE_CHAT:
                self._engine.execute(statement, bot=bot, chat=chat)

    def erase_person(self, bot: int, person: int) -> None:
        """Delete every row that names a person."""
        with self._engine.ensure_transaction():
            for statement in ERASE_PERSON:
                self._engine.execute(statement, bot=bot, person=person)

    def upsert_person(self, person: Person) -> Person:
        """Store a person, or update their name and language; '' changes neither."""
        [row] = self._engine.execute_returning(
            """
            insert into people (bot, person, name, language)
            values (:bot, :person, :name, :language)
            on conflict (bot, person) do update set
                name = case when excluded.name = '' then people.name else excluded.name end,
                language = case when excluded.language = '' then people.language
                    else excluded.language end
            returning bot, person, name, language
            """,
            bot=person.bot,
            person=person.id,
            name=person.name,
            language=person.language,
        )
        return Person(row["bot"], row["person"], row["name"], row["language"])

    def get_person(self, bot: int, person: int) -> Person | None:
        """Return a person as stored."""
        row = self._engine.fetch_one(
            "select * from people where bot = :bot and person = :person", bot=bot, person=person
        )
        if row is None:
            return None
        return Person(row["bot"], row["person"], row["name"], row["language"])


def _row_values(chat: Chat) -> dict[str, Value]:
    return {
        "bot": chat.bot,
        "chat": chat.id,
        "kind": chat.kind,
        "title": chat.title,
        "language": chat.language,
        "languages": to_json_list(chat.languages),
        "zone": chat.zone,
        "form": chat.form,
        **cadence_values(chat.cadence),
        "silent": int(chat.silent),
        "full_entries": int(chat.full_entries),
        "onboarded": int(chat.onboarded),
        "pause_reason": chat.pause_reason,
        "paused_until": format_day(chat.paused_until),
    }


def chat_from_row(row: Row) -> Chat:
    """Read a chat from its row."""
    return Chat(
        bot=row["bot"],
        id=row["chat"],
        kind=ChatKind(row["kind"]),
        title=row["title"],
        language=row["language"],
        languages=texts_from_json(row["languages"]),
        zone=row["zone"],
        form=MessageForm(row["form"]),
        cadence=cadence_from_row(row),
        silent=bool(row["silent"]),
        full_entries=bool(row["full_entries"]),
        onboarded=bool(row["onboarded"]),
        pause_reason=row["pause_reason"],
        paused_until=parse_day(row["paused_until"]),
    )
