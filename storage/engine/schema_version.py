"""Tell which schema a file has by the steps it went through, without loading those steps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from storage.engine.driver import Connection
from storage.errors import ForeignDatabase, NewerSchema, OutdatedSchema

# Every step of ``migrations`` by its name, in order.
MIGRATION_NAMES: tuple[str, ...] = (
    "first_schema",
    "entry_order",
    "asked_for_place",
    "two_columns",
)

# Every step of ``former_migrations``, in order: what a file from before the first schema went
# through.
FORMER_MIGRATION_NAMES: tuple[str, ...] = (
    "papers",
    "glosses",
    "paper_index",
    "subscribers",
    "subscriptions",
    "digests",
    "delivery",
    "duties",
    "drafts",
    "chosen_times",
    "repairs",
    "asks",
    "library_versions",
    "rulings",
    "models",
    "ranks",
    "recent",
    "commission_fences",
    "dead_letters",
    "draft_kinds",
    "topicless_digests",
    "unreadable_updates",
    "stored_answers",
    "outstanding_papers",
    "digest_documents",
)

_SELECT_APPLIED = """
    select name from _sqlite_migrations where migration_set = 'papergram' order by id
"""


def applied_migrations(connection: Connection) -> list[str]:
    """Return the steps a file has been through, in order; none for a file that is not ours."""
    tables = connection.execute("select name from sqlite_master where type = 'table'")
    if ("_sqlite_migrations",) not in {tuple(row) for row in tables}:
        return []
    return [str(row[0]) for row in connection.execute(_SELECT_APPLIED)]


def is_up_to_date(connection: Connection) -> bool:
    """Tell whether a file has been through exactly the present steps."""
    return applied_migrations(connection) == list(MIGRATION_NAMES)


def next_migration(applied_names: Sequence[str]) -> str:
    """Return the first step that a file lacks, given the ones that it has been through."""
    is_former = applied_names[0] in FORMER_MIGRATION_NAMES
    names = FORMER_MIGRATION_NAMES + MIGRATION_NAMES if is_former else MIGRATION_NAMES
    lacking_names = [name for name in names if name not in applied_names]
    return lacking_names[0]


def reject_foreign_database(connection: Connection, path: Path) -> None:
    """Raise ForeignDatabase for a file that holds another program's tables and none of ours."""
    if applied_migrations(connection):
        return
    [(tables,)] = connection.execute(
        """
        select count(*) from sqlite_master
        where type in ('table', 'view') and name not like 'sqlite~_%' escape '~'
            and name <> '_sqlite_migrations'
        """
    )
    if tables:
        raise ForeignDatabase(
            f"{path} is the database of another program; nothing in it was changed. "
            "Name another file with PAPERGRAM_DATABASE or --database"
        )


def reject_newer_schema(connection: Connection, path: Path) -> None:
    """Raise NewerSchema for a file that has been through steps which this program does not know."""
    known_names = {*MIGRATION_NAMES, *FORMER_MIGRATION_NAMES}
    unknown_names = [name for name in applied_migrations(connection) if name not in known_names]
    if unknown_names:
        raise NewerSchema(
            f"{path} was written by a newer Papergram (it knows {', '.join(unknown_names)}); "
            "install that version, or restore the copy made before it"
        )


def reject_outdated_schema(connection: Connection, path: Path) -> None:
    """Raise OutdatedSchema for a file that lacks steps: whoever only reads applies none."""
    if not is_up_to_date(connection):
        raise OutdatedSchema(
            f"{path} was last opened by an older Papergram; "
            "start `papergram run` once, which brings it up to date"
        )
