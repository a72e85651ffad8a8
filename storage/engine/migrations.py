"""Bring a file to the newest schema, step by step.

The first step creates the whole schema. A step that has shipped is never edited; a change of the
schema is a new step at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils import Database, Migrations

from storage.engine.schema import FIRST_SCHEMA

if TYPE_CHECKING:
    from storage.engine.driver import Connection

MIGRATIONS = Migrations("papergram")


@MIGRATIONS()
def first_schema(db: Database) -> None:
    """Create every table and index."""
    # One by one: executescript() would commit the step's transaction.
    for statement in FIRST_SCHEMA:
        db.execute(statement)


@MIGRATIONS()
def entry_order(db: Database) -> None:
    """Let a topic say which papers come first, and note it of each digest.

    Digests from before say nothing of their order, and print the same as before.
    """
    db.execute(
        "alter table subscriptions add column entry_order text not null default 'relevance'"
        " check (entry_order in ('relevance', 'newest'))"
    )
    db.execute("alter table digests add column entry_order text not null default ''")


@MIGRATIONS()
def asked_for_place(db: Database) -> None:
    """Mark the chats that were asked for their place.

    Chats may hold EST, MST or HST from before a place was asked for instead; those are zones
    without summer time, and each such chat is asked once.
    """
    db.execute(
        "alter table chats add column asked_for_place integer not null default 0"
        " check (asked_for_place in (0, 1))"
    )
    # Each tick looks for them.
    db.execute(
        "create index chats_to_ask_for_place on chats (bot, chat)"
        " where asked_for_place = 0 and zone in ('EST', 'HST', 'MST')"
    )


@MIGRATIONS()
def two_columns(_: Database) -> None:
    """Keep programs that know no table of two columns away from chats that read one.

    Every chat and topic keeps its form. A program from before would stop at the new one, and
    refuses to open a file of this step.
    """


def apply_migrations(connection: Connection, *, stop_before: str | None = None) -> None:
    """Apply the steps a file lacks; inside a transaction all of them or none."""
    MIGRATIONS.apply(Database(connection, execute_plugins=False), stop_before=stop_before)
