"""Choose the SQLite library: the wheel ``pysqlite3``, else the interpreter's own; open files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import quote

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        import pysqlite3.dbapi2 as sqlite3
    except ImportError:  # no wheel for this machine, as on arm64
        import sqlite3

__all__ = ["SQLITE_VERSION", "Connection", "connect", "sqlite3"]

Connection: TypeAlias = "sqlite3.Connection"
SQLITE_VERSION: tuple[int, ...] = sqlite3.sqlite_version_info


def connect(path: Path, mode: Literal["ro", "rw", "rwc"], *, immutable: bool = False) -> Connection:
    """Open a file; with ``ro`` there is no change and no checkpoint, whatever is executed."""
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}{'&immutable=1' if immutable else ''}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,  # another thread may close it
        cached_statements=256,
    )
