"""What can go wrong in the store.

StorageError
├── Unusable         the file cannot be used as it is; the sentence says what to do
│   ├── Absent       there is no file yet, and whoever only reads makes none
│   ├── Damaged      it is not a database, or its pages are broken
│   ├── Foreign      it is the database of another program
│   ├── Older        it lacks steps of the schema, and whoever only reads applies none
│   ├── Newer        a newer program wrote it
│   ├── Occupied     another process writes it and this SQLite is not safe for two writers
│   └── Replaced     it was deleted, or another file took its place, while it was open
├── Busy             another process held the write lock for too long; try again
├── Full             the disk is full or the file may not be written
├── Missing          a row that was asked for by its key is not there
└── Unfit            a value is of another type or larger than its column: no second try helps
"""

from __future__ import annotations


class StorageError(Exception):
    """Anything the store cannot do; the message is a sentence for the operator."""


class Unusable(StorageError):
    """The file cannot be opened as it is, and nothing in it was changed."""


class Damaged(Unusable):
    """The file is no database or its pages are broken; restore a copy."""


class Absent(Unusable):
    """There is no file yet; only what writes makes one."""


class Foreign(Unusable):
    """The file is the database of another program."""


class Older(Unusable):
    """The file lacks steps of the schema, and this command only reads."""


class Newer(Unusable):
    """The file holds migrations that this program does not know."""


class Occupied(Unusable):
    """Another process writes this file and the SQLite library is too old to share it."""


class Replaced(Unusable):
    """The file was deleted or replaced while it was open."""


class Busy(StorageError):
    """Another process kept the write lock longer than the store waits."""


class Full(StorageError):
    """The disk is full or read-only; nothing of the transaction was kept."""


class Missing(StorageError):
    """No row has this key."""


class Unfit(StorageError):
    """A value does not fit into its column."""
