"""Whether a bot runs on a database, told from the file alone and without loading the store."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from datetime import datetime, timedelta
from enum import StrEnum

from storage.engine.column_types import micros
from storage.engine.driver import sqlite3
from storage.engine.file_checks import is_starting, path_of, refuse_unusable, translate
from storage.engine.schema_version import Connection, applied, connect_read_only, refuse_newer

RUN_LEASE = "run"  # held by the process that is the bot
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)  # no lease is longer than a day


class Vitality(StrEnum):
    """What a health probe is told."""

    RUNNING = "good"  # a process holds the lease that was asked for
    STARTING = "starting"  # a live process is bringing the file up to date
    ABSENT = "none"


def probe(url: str, lease: str, now: datetime) -> Vitality:
    """Tell whether a process holds a lease, or is on its way to it; nothing is written.

    Raises StorageError where the file is none of ours or cannot be read.
    """
    path = path_of(url)
    if path is None or not refuse_unusable(path):
        return Vitality.ABSENT
    try:
        with closing(connect_read_only(path)) as connection:
            connection.execute("pragma busy_timeout = 5000")
            refuse_newer(connection, path)
            if _is_held(connection, lease, now):
                return Vitality.RUNNING
    except sqlite3.Error as error:
        raise translate(error, path) from error
    return Vitality.STARTING if is_starting(path) else Vitality.ABSENT


def _is_held(connection: Connection, lease: str, now: datetime) -> bool:
    if "duties" not in applied(connection):  # a file that was made before there were leases
        return False
    row = connection.execute("select holder, until from leases where duty = ?", (lease,)).fetchone()
    if row is None:
        return False
    holder, left = row[0], timedelta(microseconds=row[1] - micros(now))
    if row[1] and not -_HOUR < left < _DAY:
        # Either the holder is gone, or it goes by the right time and whoever asks by a wrong clock.
        return bool(is_alive(holder))
    return left > timedelta()


def is_alive(name: str) -> bool | None:
    """Whether a holder is a process that runs on this machine; None for one of another."""
    host, _, number = name.rpartition(":")
    if host != socket.gethostname() or not number.isdecimal():
        return None
    if int(number) == os.getpid():
        return False  # an earlier process had our number
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
