"""Check the file behind a store: its URL, who may write it, whether it is intact."""

from __future__ import annotations

import logging
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from storage.engine.driver import connect, sqlite3
from storage.engine.schema_version import reject_foreign_database
from storage.errors import (
    DamagedDatabase,
    DatabaseBusy,
    DatabaseInUse,
    DatabaseNotWritable,
    InvalidValue,
    ReplacedDatabase,
    RowNotFound,
    StorageError,
    UnusableDatabase,
)

if sys.platform != "win32":
    import fcntl

log = logging.getLogger(__name__)

_MAGIC = b"SQLite format 3\x00"
_HEADER_SIZE = 100
_SIDE_FILE_SUFFIXES = ("-wal", "-shm", "-journal", ".lock")


def path_from_url(url: str) -> Path | None:
    """Read sqlite:///relative or sqlite:////absolute; None stands for a temporary file."""
    scheme, separator, location = url.partition("://")
    if scheme != "sqlite" or not separator or (location and not location.startswith("/")):
        raise UnusableDatabase(
            f"{url!r} is not a database URL; write sqlite:///path/to/papergram.db"
        )
    file_name = location[1:]
    if file_name in ("", ":memory:"):
        return None
    path = Path(file_name).absolute()
    if not path.parent.is_dir():
        raise UnusableDatabase(
            f"the folder {path.parent} of the database does not exist; create it"
        )
    if path.is_dir():
        raise UnusableDatabase(f"{path} is a folder, not a database file")
    return path


def supports_shared_writing(version: tuple[int, ...]) -> bool:
    """Tell whether this SQLite lets two processes write one WAL file without harm.

    Older libraries have a race between a writer and a checkpoint of another connection
    that damages the file: https://www.sqlite.org/wal.html, "WAL-reset bug".
    """
    fixed_branches = ((3, 50, 7), (3, 44, 6))
    is_backported = any(version[:2] == fix[:2] and version >= fix for fix in fixed_branches)
    return version >= (3, 51, 3) or is_backported


class FileLock:
    """A process's right to write the file: shared where SQLite allows it, else exclusive.

    It is a lock on the file ``.lock`` beside the database. It belongs to the process and ends
    with it, however it ends.
    """

    def __init__(self, path: Path, *, shared: bool) -> None:
        try:
            self._descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DatabaseNotWritable(
                f"the folder {path.parent} cannot be written ({error.strerror}); "
                "the database needs files of its own beside it"
            ) from error
        if sys.platform != "win32":
            lock_mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            try:
                fcntl.flock(self._descriptor, lock_mode | fcntl.LOCK_NB)
            except OSError as error:
                os.close(self._descriptor)
                raise DatabaseInUse(
                    f"another process writes {path} and one of the two has an SQLite older "
                    "than 3.51.3, which can damage a shared file; stop the other process or "
                    "install pysqlite3"
                ) from error

    @contextmanager
    def announce_startup(self) -> Iterator[None]:
        """Let health probes see that the file is being brought up to date; see ``is_starting``."""
        if sys.platform == "win32":
            yield
            return
        try:
            # A record lock of the first byte, which flock() knows nothing of.
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1)
        except OSError:  # another process is starting, which says the same
            yield
            return
        try:
            yield
        finally:
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1)

    def release(self) -> None:
        """Let others write the file."""
        os.close(self._descriptor)


def is_starting(path: Path) -> bool:
    """Tell whether a live process is opening the file, and perhaps migrating it."""
    if sys.platform == "win32":
        return False
    try:
        descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def check_file(path: Path) -> bool:
    """Look at an existing file without opening it for writing; False where there is none yet.

    Raises DamagedDatabase for what is no SQLite database or is cut short, ForeignDatabase for
    another program's.
    """
    if not path.exists() or not path.stat().st_size:
        return False
    try:
        with path.open("rb") as file:
            file_header = file.read(_HEADER_SIZE)
    except OSError as error:
        raise UnusableDatabase(f"{path} cannot be read: {error.strerror}") from error
    if not file_header.startswith(_MAGIC):
        raise DamagedDatabase(
            f"{path} is not a database; nothing in it was changed. {how_to_restore(path)}"
        )
    has_log = path.with_name(f"{path.name}-wal").exists()
    if not has_log and _declared_size(file_header) > path.stat().st_size:
        raise DamagedDatabase(f"{path} is damaged: its end is missing. {how_to_restore(path)}")
    # Without a log nobody has the file open, and opened as immutable not even files beside it
    # are made; with one it is read as whoever has it open reads it.
    with (
        suppress(sqlite3.Error),  # damage is told by whoever opens the file
        closing(connect(path, "ro", immutable=not has_log)) as connection,
    ):
        reject_foreign_database(connection, path)
    return True


def _declared_size(header: bytes) -> int:
    """Return the size that a file's header promises, in bytes (https://www.sqlite.org/fileformat.html)."""
    page_size = int.from_bytes(header[16:18], "big")
    change_counter, version_valid_for = header[24:28], header[92:96]
    if change_counter != version_valid_for:  # an old library wrote last, and did not count
        return 0
    return (65536 if page_size == 1 else page_size) * int.from_bytes(header[28:32], "big")


def how_to_restore(path: Path) -> str:
    """Say in a sentence which copy to restore."""
    newest_copy = newest_backup(path)
    if newest_copy is None:
        return "No copy lies beside it: restore one of your backups under this name"
    return (
        f"To restore the newest copy, stop Papergram, move {path.name} and {path.name}-wal "
        f"away, then copy {newest_copy} to {path}"
    )


def newest_backup(path: Path) -> Path | None:
    """Return the newest copy of the database that lies beside it."""
    copies: list[Path] = []
    for candidate in path.parent.glob(f"{path.name}.*"):
        if candidate.name.endswith((*_SIDE_FILE_SUFFIXES, ".tmp")) or not candidate.is_file():
            continue
        with candidate.open("rb") as file:
            if file.read(len(_MAGIC)) == _MAGIC:
                copies.append(candidate)
    return max(copies, key=lambda copy: copy.stat().st_mtime, default=None)


def create_private_file(path: Path) -> None:
    """Create the file for its owner alone: it will hold who reads what."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise DatabaseNotWritable(f"{path} cannot be written: {error.strerror}") from error


def restrict_permissions(path: Path) -> None:
    """Take from others what rights an existing database and the files beside it give them."""
    exposed_files = [
        file
        for file in (
            path,
            *(path.with_name(f"{path.name}{suffix}") for suffix in _SIDE_FILE_SUFFIXES),
        )
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077
    ]
    try:
        for file in exposed_files:
            file.chmod(0o600)
    except OSError as error:
        log.warning("the database is open to others", extra={"error": error.strerror})
    else:
        if exposed_files:
            log.warning(
                "the database was open to others; now it is its owner's alone",
                extra={"files": ", ".join(str(file) for file in exposed_files)},
            )


def unfinished_copy_path(path: Path) -> Path:
    """Return the name of a copy until it is whole: a process that was killed leaves no half one."""
    return path.with_name(f"{path.name}.{os.getpid()}.tmp")


def remove_unfinished_copies(path: Path) -> None:
    """Delete what processes that run no more left of copies of the file, or of a copy itself."""
    name_pattern = re.compile(rf"{re.escape(path.name)}(\..+)?\.(\d{{1,9}})\.tmp(-journal)?")
    for file in path.parent.iterdir():
        name_match = name_pattern.fullmatch(file.name)
        if name_match and not is_running(int(name_match[2])):
            file.unlink(missing_ok=True)
            log.info("an unfinished copy was deleted", extra={"file": str(file)})


def is_running(process_id: int) -> bool:
    """Tell whether another process of this machine has a number."""
    if process_id == os.getpid():
        return False  # an earlier process had our number
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True


def require_same_file(path: Path, opened_stat: os.stat_result) -> None:
    """Raise ReplacedDatabase unless the file at the path is the one that was opened."""
    try:
        is_same = os.path.samestat(path.stat(), opened_stat)
    except FileNotFoundError:
        is_same = False
    except OSError:
        return  # a folder that cannot be read for a while says nothing about the file
    if not is_same:
        raise ReplacedDatabase(
            f"{path} was deleted or replaced while Papergram ran, so it stopped: what it would "
            "write would be in neither file. Start it again to go on with the file that is "
            "there now"
        )


def to_storage_error(error: sqlite3.Error, path: Path) -> StorageError:
    """Translate an error of the library into one of the store."""
    error_code = primary_error_code(error)
    if error_code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseBusy(f"another process kept {path} locked for too long; try again")
    if error_code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR):
        return DatabaseNotWritable(
            f"{path} could not be written ({error}); free space or mend its permissions"
        )
    if error_code == sqlite3.SQLITE_CANTOPEN:
        return DatabaseNotWritable(
            f"{path} or a file beside it could not be opened; mend its permissions"
        )
    if error_code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DamagedDatabase(f"{path} is damaged ({error}). {how_to_restore(path)}")
    if error_code == sqlite3.SQLITE_CONSTRAINT and "FOREIGN KEY" in str(error):
        return RowNotFound("a row that this one belongs to is not there")
    if error_code == sqlite3.SQLITE_CONSTRAINT and "cannot store" in str(
        error
    ):  # a strict column's type
        return InvalidValue(f"a value does not fit into a column: {error}")
    return StorageError(f"{path}: {error}")


def primary_error_code(error: sqlite3.Error) -> int:
    """Return SQLite's primary code of an error; 0 where there is none."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
