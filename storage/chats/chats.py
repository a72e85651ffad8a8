"""The chats that read, and the people who press buttons."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from datetime import date

from storage.chats.cadence_columns import cadence_of, cadence_values
from storage.chats.erase_chat import forget_chat, forget_person, move_chat
from storage.engine.column_types import day, iso, text_list, texts
from storage.engine.sqlite import Engine, Row, Value
from storage.errors import Missing
from storage.records import ChatKind, Form, Person, Subscriber

COLUMNS = """
    bot, chat, kind, title, language, languages, zone, form, times, weekdays,
    quiet, silent, "full", settled, paused, paused_until
"""


class Subscribers:
    """Who reads what the bot sends; every row carries the bot it belongs to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, bot: int, chat: int) -> Subscriber | None:
        """Return a chat as it is known."""
        row = self._engine.one(
            f"select {COLUMNS} from subscribers where bot = :bot and chat = :chat",
            bot=bot,
            chat=chat,
        )
        return None if row is None else subscriber_of(row)

    def ensure(self, subscriber: Subscriber) -> Subscriber:
        """Keep a chat that is new; return what is stored, which a repeat never resets."""
        with self._engine.writing():
            self._engine.change(
                f"""
                insert into subscribers ({COLUMNS})
                values (:bot, :chat, :kind, :title, :language, :languages, :zone, :form, :times,
                    :weekdays, :quiet, :silent, :full, :settled, :paused, :paused_until)
                on conflict do nothing
                """,
                **_values(subscriber),
            )
            stored = self.get(subscriber.bot, subscriber.chat)
        assert stored is not None
        return stored

    def change(self, subscriber: Subscriber) -> None:
        """Store a chat's settings as given; raise Missing when the chat is not known."""
        changed = self._engine.change(
            """
            update subscribers set kind = :kind, title = :title, language = :language,
                languages = :languages, zone = :zone, form = :form, times = :times,
                weekdays = :weekdays, quiet = :quiet,
                silent = :silent, "full" = :full, settled = :settled, paused = :paused,
                paused_until = :paused_until
            where bot = :bot and chat = :chat
            """,
            **_values(subscriber),
        )
        if not changed:
            raise Missing(f"chat {subscriber.chat} is not known")

    def pause(self, bot: int, chat: int, reason: str, until: date | None = None) -> bool:
        """Stop sending to a chat, for a reason and perhaps until a day; False if unknown."""
        if not reason:
            raise ValueError("a pause needs its reason")
        return bool(
            self._engine.change(
                """
                update subscribers set paused = :reason, paused_until = :until
                where bot = :bot and chat = :chat
                """,
                reason=reason,
                until=iso(until),
                bot=bot,
                chat=chat,
            )
        )

    def resume(self, bot: int, chat: int) -> bool:
        """Send to a chat again and forget its bounces; False if unknown."""
        return bool(
            self._engine.change(
                """
                update subscribers
                set paused = '', paused_until = null, bounces = 0, bounced = null
                where bot = :bot and chat = :chat
                """,
                bot=bot,
                chat=chat,
            )
        )

    def bounce(self, bot: int, chat: int, on: date) -> int:
        """Count a refusal that may pass, once a day; return the count since the last success."""
        rows = self._engine.changed(
            """
            update subscribers
            set bounces = bounces + case when bounced = :day then 0 else 1 end, bounced = :day
            where bot = :bot and chat = :chat
            returning bounces
            """,
            bot=bot,
            chat=chat,
            day=iso(on),
        )
        return int(rows[0]["bounces"]) if rows else 0

    def all(self, bot: int) -> list[Subscriber]:
        """Return every chat of a bot, paused ones too."""
        rows = self._engine.all(
            f"select {COLUMNS} from subscribers where bot = :bot order by chat", bot=bot
        )
        return [subscriber_of(row) for row in rows]

    def napping(self, bot: int) -> list[Subscriber]:
        """Return the chats that paused until a day, for the caller to wake in their zone."""
        rows = self._engine.all(
            f"""
            select {COLUMNS} from subscribers
            where bot = :bot and paused <> '' and paused_until is not null order by chat
            """,
            bot=bot,
        )
        return [subscriber_of(row) for row in rows]

    def move(self, bot: int, old: int, new: int) -> None:
        """Give everything of a chat to its new id; what both have is kept once."""
        move_chat(self._engine, bot, old, new)

    def forget(self, bot: int, chat: int) -> None:
        """Delete every row that names a chat."""
        forget_chat(self._engine, bot, chat)

    def forget_person(self, bot: int, person: int) -> None:
        """Delete every row that names a person."""
        forget_person(self._engine, bot, person)

    def meet(self, person: Person) -> Person:
        """Keep a person, or the name and language they have now; '' leaves what is known."""
        [row] = self._engine.changed(
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
            person=person.person,
            name=person.name,
            language=person.language,
        )
        return Person(row["bot"], row["person"], row["name"], row["language"])

    def person(self, bot: int, person: int) -> Person | None:
        """Return a person as known."""
        row = self._engine.one(
            "select * from people where bot = :bot and person = :person", bot=bot, person=person
        )
        if row is None:
            return None
        return Person(row["bot"], row["person"], row["name"], row["language"])


def _values(subscriber: Subscriber) -> dict[str, Value]:
    return {
        "bot": subscriber.bot,
        "chat": subscriber.chat,
        "kind": subscriber.kind,
        "title": subscriber.title,
        "language": subscriber.language,
        "languages": text_list(subscriber.languages),
        "zone": subscriber.zone,
        "form": subscriber.form,
        **cadence_values(subscriber.cadence),
        "silent": int(subscriber.silent),
        "full": int(subscriber.full),
        "settled": int(subscriber.settled),
        "paused": subscriber.paused,
        "paused_until": iso(subscriber.paused_until),
    }


def subscriber_of(row: Row) -> Subscriber:
    """Read a chat from its row."""
    return Subscriber(
        bot=row["bot"],
        chat=row["chat"],
        kind=ChatKind(row["kind"]),
        title=row["title"],
        language=row["language"],
        languages=texts(row["languages"]),
        zone=row["zone"],
        form=Form(row["form"]),
        cadence=cadence_of(row),
        silent=bool(row["silent"]),
        full=bool(row["full"]),
        settled=bool(row["settled"]),
        paused=row["paused"],
        paused_until=day(row["paused_until"]),
    )
