"""Choose the SQLite library: the wheel ``pysqlite3``, else the interpreter's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        import pysqlite3.dbapi2 as sqlite3
    except ImportError:  # no wheel for this machine, as on arm64
        import sqlite3

__all__ = ["sqlite3"]

SQLITE_VERSION: tuple[int, ...] = sqlite3.sqlite_version_info
