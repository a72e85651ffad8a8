"""What a store's file holds, where the bot itself has no reason to ask for it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from bot.topics.query.analyzer import index_text
from storage import Store, open_store
from storage.messages.outbox_rows import message_from_row
from storage.records.messages import InboxUpdate, MessageState, OutboxMessage
from storage.records.papers import Announcement

if TYPE_CHECKING:
    import sqlite3
else:  # the library that wrote the file: a second SQLite in this process would drop its locks
    from sqlite_utils.utils import sqlite3

CellValue = str | int | float | None
RowsByTable = dict[str, list[tuple[CellValue, ...]]]

# That something was said, that the bot is alive, and how far it read on its own meanwhile.
IGNORED_TABLES = ("inbox_updates", "leases", "feed_cursors")
_ROW_FILTERS = {"outbox_messages": "where priority >= 0"}
_TABLE_NAMES = r"""
    select name from sqlite_master
    where type = 'table' and name not like 'sqlite\_%' escape '\' and name not like 'paper_index%'
"""


def open_bot_store(database: Path) -> Store:
    """The store of the bot in a file; the caller closes it."""
    return open_store(f"sqlite:///{database}", analyze=index_text)


def dump_tables(store: Store, *, ignored_tables: Collection[str] = IGNORED_TABLES) -> RowsByTable:
    """Every row of every table but the full text's, in one consistent view.

    What somebody was answered is no change.
    """
    connection = sqlite3.connect(store.path)
    try:
        connection.execute("begin")
        names = [str(row[0]) for row in connection.execute(_TABLE_NAMES)]
        table_names = sorted(name for name in names if name not in ignored_tables)
        return {
            name: sorted(
                connection.execute(f'select * from "{name}" {_ROW_FILTERS.get(name, "")}'), key=repr
            )
            for name in table_names
        }
    finally:
        connection.close()


def count_rows(store: Store, table: str, **values: CellValue) -> int:
    """How many rows of a table have these values."""
    # In brackets, for a name in quotes that is no column would be taken for a text.
    condition = " and ".join(f"[{name}] = :{name}" for name in values) or "1"
    connection = sqlite3.connect(store.path)
    try:
        [row] = connection.execute(f"select count(*) from [{table}] where {condition}", values)
    finally:
        connection.close()
    return int(row[0])


def pending_updates(store: Store, bot: int, limit: int = 100) -> list[InboxUpdate]:
    """A bot's updates that were not applied yet, the oldest first."""
    connection = sqlite3.connect(store.path)
    try:
        rows = connection.execute(
            """
            select bot, id, chat, body, follow_up, attempts from inbox_updates
            where bot = :bot and state = 'pending' order by key limit :limit
            """,
            {"bot": bot, "limit": limit},
        ).fetchall()
    finally:
        connection.close()
    return [InboxUpdate(*row) for row in rows]


def announcements_after(store: Store, position: int = 0) -> list[Announcement]:
    """All announcements after a position, in order."""
    return store.announcements.between(position, store.announcements.last_seq())


def count_unknown_sends(store: Store, bot: int) -> int:
    """How many sends of a bot's messages had an outcome that nobody knows."""
    return sum(
        message.unknown_sends
        for state in MessageState
        for message in store.outbox.messages_in_state(bot, state, limit=1_000_000)
    )


def stored_message(store: Store, key: int) -> OutboxMessage | None:
    """An outbox message as it is stored now, seen from inside the thread's transaction if any."""
    row = store._engine.fetch_one("select * from outbox_messages where key = :key", key=key)
    return None if row is None else message_from_row(row)
