"""Run SQL on SQLite: one connection a thread, one writer a process, the store's own errors."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, TypeAlias, TypeVar

from storage.engine.driver import Connection, connect, sqlite3
from storage.engine.fair_lock import FairLock
from storage.engine.file_checks import primary_error_code, require_same_file, to_storage_error
from storage.engine.query_time_limit import (
    QueryBudgetExceeded,
    is_budget_spent,
    outside_query_budget,
    query_budget,
)
from storage.errors import InvalidValue, StorageError

Value: TypeAlias = str | bytes | int | float | None
Row: TypeAlias = "sqlite3.Row"
P = ParamSpec("P")
T = TypeVar("T")

_THREADS = 4  # readers run beside the one writer; more would only queue for its lock
_LONG_THREADS = 4  # for work that takes seconds: no reply waits for it
# Of SQLite's machine between two looks at a budget: some tens of microseconds.
_STEPS_PER_CHECK = 500
_BUSY_TIMEOUT = "pragma busy_timeout = 5000"
_PRAGMAS = (
    _BUSY_TIMEOUT,
    "pragma journal_mode = wal",
    # An acknowledged send must survive a power cut, or it would be sent again.
    "pragma synchronous = full",
    "pragma foreign_keys = on",
    # What a person asked to forget is overwritten, not only unlinked.
    "pragma secure_delete = on",
)

_NO_NEW_TRANSACTION = nullcontext()


class _ErrorTranslation:
    """Turn the library's errors into the store's.

    A class and no generator, because it surrounds each statement and a digest takes a dozen.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Nothing to prepare: several threads are inside at once."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if isinstance(error, sqlite3.Error):
            if primary_error_code(error) == sqlite3.SQLITE_INTERRUPT:  # nothing else interrupts
                raise QueryBudgetExceeded from error
            raise to_storage_error(error, self._path) from error
        if isinstance(error, UnicodeEncodeError | OverflowError):
            raise InvalidValue(f"a value does not fit into a column: {error}") from error


class Engine:
    """Runs statements on the calling thread's own connection.

    Reads need nothing; writes happen inside transaction(), which begins IMMEDIATE under
    one lock for the whole process. No connection is used by two threads.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._read_only = read_only
        self._error_translation = _ErrorTranslation(path)
        self._write_lock = FairLock()
        self._local = threading.local()
        self._connections_lock = threading.Lock()
        self._connections: dict[threading.Thread, Connection] = {}
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="store")
        self._long_pool = ThreadPoolExecutor(_LONG_THREADS, thread_name_prefix="store-long")
        self._query_pool = ThreadPoolExecutor(1, thread_name_prefix="store-query")
        self._is_closed = False
        self._opened_stat: os.stat_result | None = None  # once there is a connection

    def connection(self) -> Connection:
        """Return this thread's connection, opened at its first use."""
        if self._is_closed:
            raise StorageError("the store is closed")
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self.require_same_file()  # or the thread would write into another file
            with self.translating_errors():
                connection = self._connect()
            self._local.connection = connection
            self._opened_stat = self._opened_stat or self.path.stat()
        return connection

    def require_same_file(self) -> None:
        """Raise ReplacedDatabase when the file was deleted or replaced since it was opened."""
        if self._opened_stat is not None:
            require_same_file(self.path, self._opened_stat)

    def _connect(self) -> Connection:
        if self._read_only:
            connection = connect(self.path, "ro")
        else:  # a file that was deleted meanwhile is not made anew
            connection = connect(self.path, "rwc" if self._opened_stat is None else "rw")
        connection.row_factory = sqlite3.Row
        try:
            for pragma in (_BUSY_TIMEOUT,) if self._read_only else _PRAGMAS:
                connection.execute(pragma).fetchall()
        except BaseException:
            connection.close()
            raise
        with self._connections_lock:
            for thread in [thread for thread in self._connections if not thread.is_alive()]:
                self._connections.pop(thread).close()
            self._connections[threading.current_thread()] = connection
        return connection

    def fetch_all(self, sql: str, **values: Value) -> list[Row]:
        """Return every row of a read."""
        with self.translating_errors():
            return self.connection().execute(sql, values).fetchall()

    def fetch_one(self, sql: str, **values: Value) -> Row | None:
        """Return the first row of a read, if any."""
        rows = self.fetch_all(sql, **values)
        return rows[0] if rows else None

    def fetch_number(self, sql: str, **values: Value) -> int:
        """Return the whole number that a read yields; 0 for no row and for null."""
        row = self.fetch_one(sql, **values)
        return int(row[0] or 0) if row else 0

    def has_row(self, sql: str, **values: Value) -> bool:
        """Tell whether a read yields a row."""
        return self.fetch_one(sql, **values) is not None

    def execute(self, sql: str, **values: Value) -> int:
        """Write, and return how many rows changed."""
        with self.ensure_transaction(), self.translating_errors():
            return self.connection().execute(sql, values).rowcount

    def execute_returning(self, sql: str, **values: Value) -> list[Row]:
        """Write, and return the rows that the statement returns."""
        with self.ensure_transaction():
            return self.fetch_all(sql, **values)

    def execute_many(self, sql: str, rows: Iterable[Mapping[str, Value]]) -> None:
        """Write once per row of values, in one transaction."""
        with self.ensure_transaction(), self.translating_errors():
            self.connection().executemany(sql, rows)

    @property
    def is_writing(self) -> bool:
        """Whether this thread is inside a transaction."""
        return getattr(self._local, "is_writing", False)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all writes of the block or none; a second one inside is a mistake."""
        if self.is_writing:
            raise RuntimeError("a transaction is already open on this thread")
        connection = self.connection()
        with self._write_lock:
            with self.translating_errors():
                connection.execute("begin immediate")
            self._local.is_writing = True
            try:
                yield
                with self.translating_errors():
                    connection.execute("commit")
            finally:
                self._local.is_writing = False
                if connection.in_transaction:
                    connection.execute("rollback")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Keep all writes of the block or none, inside an open transaction that goes on."""
        connection = self.connection()
        connection.execute("savepoint part")
        try:
            yield
        except BaseException:
            if connection.in_transaction:  # a full disk has undone all of it already
                connection.execute("rollback to part")
                connection.execute("release part")
            raise
        connection.execute("release part")

    def ensure_transaction(self) -> AbstractContextManager[None]:
        """Join the thread's open transaction, or be one."""
        return _NO_NEW_TRANSACTION if self.is_writing else self.transaction()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let several reads see one state of the file."""
        connection = self.connection()
        if connection.in_transaction:
            yield
            return
        with outside_query_budget(), self.translating_errors():
            connection.execute("begin")
        try:
            yield
        finally:
            # Interrupted, it would leave the thread in the transaction.
            with outside_query_budget():
                connection.execute("rollback")

    @contextmanager
    def query_time_limit(self, seconds: float) -> Iterator[None]:
        """Let the block spend so much processor time on queries; then it raises
        QueryBudgetExceeded.
        """
        connection = self.connection()
        connection.set_progress_handler(is_budget_spent, _STEPS_PER_CHECK)
        try:
            with query_budget(seconds):
                yield
        finally:
            connection.set_progress_handler(None, 0)
            if connection.in_transaction and not self.is_writing:
                connection.execute("rollback")

    def translating_errors(self) -> AbstractContextManager[None]:
        """Turn the library's errors into the store's."""
        return self._error_translation

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function on a thread of the store; cancelling the caller does not stop it."""
        return await self._run_in_pool(self._pool, partial(function, *args, **kwargs))

    async def run_long(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the same for long work, on threads that nothing short waits for."""
        return await self._run_in_pool(self._long_pool, partial(function, *args, **kwargs))

    async def run_query(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the same for what a person's query reads: one at a time, however many ask."""
        return await self._run_in_pool(self._query_pool, partial(function, *args, **kwargs))

    async def _run_in_pool(self, pool: ThreadPoolExecutor, call: Callable[[], T]) -> T:
        if self._is_closed:
            raise StorageError("the store is closed")
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(pool, call))

    def close(self) -> None:
        """Finish what runs and close every connection."""
        self._pool.shutdown()
        self._long_pool.shutdown()
        self._query_pool.shutdown(cancel_futures=True)  # nobody waits for their results
        self._is_closed = True
        with self._connections_lock:
            for connection in self._connections.values():
                connection.close()
            self._connections.clear()
