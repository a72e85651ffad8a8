"""Bring a file to the newest schema, copy it, and look for damage."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from storage.engine import schema_version
from storage.engine.driver import connect
from storage.engine.file_checks import (
    create_private_file,
    remove_unfinished_copies,
    restrict_permissions,
    unfinished_copy_path,
)
from storage.engine.sqlite import Engine
from storage.errors import DamagedDatabase, DatabaseNotWritable


def prepare_database(engine: Engine) -> None:
    """Copy an existing file before any change, and apply the steps that it lacks.

    The file is not checked for damage, as that would read all of it.
    """
    create_private_file(engine.path)
    restrict_permissions(engine.path)
    remove_unfinished_copies(engine.path)
    connection = engine.connection()
    with engine.translating_errors():
        schema_version.reject_foreign_database(connection, engine.path)
        schema_version.reject_newer_schema(connection, engine.path)
        if schema_version.is_up_to_date(connection):
            return
        applied_names = schema_version.applied_migrations(connection)
    if applied_names:
        migration = schema_version.next_migration(applied_names)
        _write_copy(engine, engine.path.with_name(f"{engine.path.name}.before-{migration}"))
    # With sqlite-utils, which nothing else needs.
    from storage.engine import former_migrations, migrations

    # One transaction around all steps: two processes that open the file together take
    # turns, and the second finds nothing left to do.
    with engine.transaction(), engine.translating_errors():
        former_migrations.renew(connection)
        migrations.apply_migrations(connection)


def back_up(engine: Engine, path: Path) -> None:
    """Write a consistent copy, readable by its owner alone; refuse to replace a file."""
    if path.exists():
        raise DatabaseNotWritable(f"{path} exists already; a copy never replaces a file")
    if not path.parent.is_dir():
        raise DatabaseNotWritable(f"{path} cannot be written: its folder does not exist; create it")
    _write_copy(engine, path)


def _write_copy(engine: Engine, path: Path) -> None:
    """Write a copy under another name until it is complete."""
    remove_unfinished_copies(path)
    unfinished_path = unfinished_copy_path(path)
    create_private_file(unfinished_path)
    try:
        engine.fetch_all("vacuum into :path", path=str(unfinished_path))
        unfinished_path.replace(path)
    except BaseException:
        unfinished_path.unlink(missing_ok=True)
        raise


def find_damage(engine: Engine) -> str:
    """Read the whole file and return what is broken in it, "" where nothing is.

    On a connection of its own: one that has searched remembers which pages the full text had then,
    and SQLite's check calls those damaged that others have merged since.
    """
    try:
        with engine.translating_errors(), closing(connect(engine.path, "ro")) as connection:
            report = str(connection.execute("pragma quick_check(1)").fetchone()[0])
    except DamagedDatabase as error:
        return str(error.__cause__)
    return "" if report == "ok" else report
