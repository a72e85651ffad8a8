"""Tell whether a bot runs on a database, from the file alone and without loading the store."""

from __future__ import annotations

import socket
from contextlib import closing
from datetime import datetime, timedelta
from enum import StrEnum

from storage.engine.column_types import to_micros
from storage.engine.driver import Connection, connect, sqlite3
from storage.engine.file_checks import (
    check_file,
    is_running,
    is_starting,
    path_from_url,
    to_storage_error,
)
from storage.engine.schema_version import (
    MIGRATION_NAMES,
    applied_migrations,
    reject_newer_schema,
)

RUN_LEASE = "run"  # held by the process that is the bot
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)  # no lease is longer than a day


class BotStatus(StrEnum):
    """The result of a health probe."""

    RUNNING = "good"  # a process holds the lease that was asked for
    STARTING = "starting"  # a live process is bringing the file up to date
    ABSENT = "none"


def probe_bot(url: str, lease_name: str, now: datetime) -> BotStatus:
    """Tell whether a process holds a lease, or is starting up to take it; write nothing.

    Raise StorageError where the file is not ours or cannot be read.
    """
    path = path_from_url(url)
    if path is None or not check_file(path):
        return BotStatus.ABSENT
    try:
        with closing(connect(path, "ro")) as connection:
            connection.execute("pragma busy_timeout = 5000")
            reject_newer_schema(connection, path)
            if _is_lease_held(connection, lease_name, now):
                return BotStatus.RUNNING
    except sqlite3.Error as error:
        raise to_storage_error(error, path) from error
    return BotStatus.STARTING if is_starting(path) else BotStatus.ABSENT


def _is_lease_held(connection: Connection, lease_name: str, now: datetime) -> bool:
    if MIGRATION_NAMES[0] not in applied_migrations(connection):
        return False  # of a program from before: nobody leads until it is brought up to date
    row = connection.execute(
        "select holder, expires_at from leases where name = ?", (lease_name,)
    ).fetchone()
    if row is None:
        return False
    holder, remaining_time = row[0], timedelta(microseconds=row[1] - to_micros(now))
    if row[1] and not -_HOUR < remaining_time < _DAY:
        # Either the holder is gone, or it goes by the right time and whoever asks by a wrong clock.
        return bool(is_holder_alive(holder))
    return remaining_time > timedelta()


def is_holder_alive(holder: str) -> bool | None:
    """Tell whether a holder is a process that runs on this machine; None for one of another."""
    host, _, process_id = holder.rpartition(":")
    if host != socket.gethostname() or not process_id.isdecimal():
        return None
    return is_running(int(process_id))
