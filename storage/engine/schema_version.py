"""The schema of a file by the steps it has been through, told without loading what applies them."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from storage.engine.driver import sqlite3
from storage.errors import Foreign, Newer, Older

Connection: TypeAlias = "sqlite3.Connection"

# Every step of ``migrations`` by its name, in order.
STEPS = (
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

_NAMED = """
    select name from _sqlite_migrations where migration_set = 'papergram' order by id
"""


def applied(connection: Connection) -> list[str]:
    """Return the steps a file has been through, in order; none where it is no file of ours."""
    tables = connection.execute("select name from sqlite_master where type = 'table'")
    if ("_sqlite_migrations",) not in {tuple(row) for row in tables}:
        return []
    return [str(row[0]) for row in connection.execute(_NAMED)]


def refuse_foreign(connection: Connection, path: Path) -> None:
    """Raise Foreign for a file that holds another program's tables and none of ours."""
    if applied(connection):
        return
    [(tables,)] = connection.execute(
        """
        select count(*) from sqlite_master
        where type in ('table', 'view') and name not like 'sqlite~_%' escape '~'
            and name <> '_sqlite_migrations'
        """
    )
    if tables:
        raise Foreign(
            f"{path} is the database of another program; nothing in it was changed. "
            "Name another file with PAPERGRAM_DATABASE or --database"
        )


def refuse_newer(connection: Connection, path: Path) -> None:
    """Raise Newer for a file that has been through steps which this program does not know."""
    strange = [name for name in applied(connection) if name not in STEPS]
    if strange:
        raise Newer(
            f"{path} was written by a newer Papergram (it knows {', '.join(strange)}); "
            "install that version, or restore the copy made before it"
        )


def refuse_older(connection: Connection, path: Path) -> None:
    """Raise Older for a file that lacks steps: whoever only reads applies none."""
    if len(applied(connection)) < len(STEPS):
        raise Older(
            f"{path} was last opened by an older Papergram; "
            "start `papergram run` once, which brings it up to date"
        )


def connect_read_only(path: Path, *, immutable: bool = False) -> Connection:
    """Open a file for reading alone: no change, no checkpoint, whatever is executed."""
    mode = "&immutable=1" if immutable else ""
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro{mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
