"""Name what can go wrong in the store.

::

    StorageError
    ├── UnusableDatabase         the file cannot be used as it is; the message says what to do
    │   ├── DatabaseNotFound     there is no file yet, and a reader creates none
    │   ├── DamagedDatabase      it is not a database, or its pages are broken
    │   ├── ForeignDatabase      it is the database of another program
    │   ├── OutdatedSchema       it lacks steps of the schema, and a reader applies none
    │   ├── NewerSchema          a newer program wrote it
    │   ├── DatabaseInUse        another process writes it, and this SQLite is not safe for two
    │   └── ReplacedDatabase     it was deleted or replaced while it was open
    ├── DatabaseBusy             another process held the write lock for too long; try again
    ├── DatabaseNotWritable      the disk is full or the file may not be written
    ├── RowNotFound              there is no row with the key that was asked for
    └── InvalidValue             a value does not fit its column: a second try does not help
"""

from __future__ import annotations


class StorageError(Exception):
    """Anything the store cannot do; the message is a sentence for the operator."""


class UnusableDatabase(StorageError):
    """The file cannot be opened as it is, and nothing in it was changed."""


class DamagedDatabase(UnusableDatabase):
    """The file is no database or its pages are broken; restore a copy."""


class DatabaseNotFound(UnusableDatabase):
    """There is no file yet; only a writer creates one."""


class ForeignDatabase(UnusableDatabase):
    """The file is the database of another program."""


class OutdatedSchema(UnusableDatabase):
    """The file lacks steps of the schema, and this command only reads."""


class NewerSchema(UnusableDatabase):
    """The file holds migrations that this program does not know."""


class DatabaseInUse(UnusableDatabase):
    """Another process writes this file and the SQLite library is too old to share it."""


class ReplacedDatabase(UnusableDatabase):
    """The file was deleted or replaced while it was open."""


class DatabaseBusy(StorageError):
    """Another process kept the write lock longer than the store waits."""


class DatabaseNotWritable(StorageError):
    """The disk is full or read-only; nothing of the transaction was kept."""


class RowNotFound(StorageError):
    """No row has this key."""


class InvalidValue(StorageError):
    """A value does not fit into its column."""
