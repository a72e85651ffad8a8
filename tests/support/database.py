"""All rows of a store's file, to say that something changed nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from storage import Store

if TYPE_CHECKING:
    import sqlite3
else:  # the library that wrote the file: a second SQLite in this process would drop its locks
    from sqlite_utils.utils import sqlite3

Cell = str | int | float | None
Tables = dict[str, list[tuple[Cell, ...]]]

# That something was said, that the bot is alive, and how far it read on its own meanwhile.
BESIDE = ("updates", "leases", "cursors")
_ONLY = {"parcels": "where rank >= 0"}
_NAMES = r"""
    select name from sqlite_master
    where type = 'table' and name not like 'sqlite\_%' escape '\' and name not like 'paper_index%'
"""


def dump(store: Store, *, without: Collection[str] = BESIDE) -> Tables:
    """Every row of every table but the full text's, in one consistent view.

    What somebody was answered is no change.
    """
    connection = sqlite3.connect(store.path)
    try:
        connection.execute("begin")
        names = [str(row[0]) for row in connection.execute(_NAMES)]
        kept = sorted(name for name in names if name not in without)
        return {
            name: sorted(
                connection.execute(f'select * from "{name}" {_ONLY.get(name, "")}'), key=repr
            )
            for name in kept
        }
    finally:
        connection.close()


def count(store: Store, table: str, **values: Cell) -> int:
    """How many rows of a table have these values."""
    where = " and ".join(f'"{name}" = :{name}' for name in values) or "1"
    connection = sqlite3.connect(store.path)
    try:
        [row] = connection.execute(f'select count(*) from "{table}" where {where}', values)
    finally:
        connection.close()
    return int(row[0])
