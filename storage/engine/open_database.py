"""Bringing a file to the newest schema, and looking whether it is whole."""

from __future__ import annotations

from pathlib import Path

from storage.engine import schema_version
from storage.engine.driver import VERSION
from storage.engine.file_checks import draft_of, private, remove_drafts, tighten
from storage.engine.sqlite import Engine
from storage.errors import Damaged, Full
from storage.records import Health


def prepare(engine: Engine) -> None:
    """Copy an existing file before any change, and apply the steps that it lacks.

    Whether the file is whole is not looked at, for that reads all of it.
    """
    private(engine.path)
    tighten(engine.path)
    remove_drafts(engine.path)
    connection = engine.connection()
    with engine.translated():
        schema_version.refuse_foreign(connection, engine.path)
        schema_version.refuse_newer(connection, engine.path)
        known = schema_version.applied(connection)
    if len(known) == len(schema_version.STEPS):
        return
    from storage.engine import migrations  # with sqlite-utils, which nothing else needs

    if known:
        _copy_before(engine, migrations.pending(connection)[0])
    # One transaction around all steps: two processes that open the file together take
    # turns, and the second finds nothing left to do.
    with engine.transaction(), engine.translated():
        migrations.apply(connection)


def _copy_before(engine: Engine, step: str) -> None:
    path = engine.path
    _write_copy(engine, path.with_name(f"{path.name}.before-{step}"))


def copy(engine: Engine, path: Path) -> None:
    """Write a consistent copy, readable by its owner alone; an existing file is refused."""
    if path.exists():
        raise Full(f"{path} exists already; a copy never replaces a file")
    if not path.parent.is_dir():
        raise Full(f"{path} cannot be written: its folder does not exist; create it")
    _write_copy(engine, path)


def _write_copy(engine: Engine, path: Path) -> None:
    """Write a copy under another name until it is whole."""
    remove_drafts(path)
    draft = draft_of(path)
    private(draft)
    try:
        engine.all("vacuum into :path", path=str(draft))
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def damage(engine: Engine) -> str:
    """Read the whole file and return what is broken in it, "" where nothing is."""
    try:
        rows = engine.all("pragma quick_check(1)")
    except Damaged as error:
        return str(error.__cause__)
    found = str(rows[0][0])
    return "" if found == "ok" else found


def health(engine: Engine) -> Health:
    """Look at the whole file and count what it holds."""
    log = engine.path.with_name(f"{engine.path.name}-wal")
    return Health(
        path=str(engine.path),
        damage=damage(engine),
        size=sum(file.stat().st_size for file in (engine.path, log) if file.exists()),
        papers=_count(engine, "select count(*) from papers"),
        announcements=_count(engine, "select count(*) from announcements"),
        subscribers=_count(engine, "select count(*) from subscribers"),
        subscriptions=_count(engine, "select count(*) from subscriptions"),
        digests=_count(engine, "select count(*) from digests"),
        waiting=_count(engine, "select count(*) from parcels where state in ('ready', 'sending')"),
        library=".".join(map(str, VERSION)),
    )


def _count(engine: Engine, sql: str) -> int:
    return int(engine.all(sql)[0][0])
