"""Bringing a file to the newest schema, and looking whether it is whole."""

from __future__ import annotations

from pathlib import Path

from storage import migrations
from storage.errors import Damaged, Full, Newer
from storage.files import draft_of, how_to_restore, private, remove_drafts, tighten
from storage.model import Health
from storage.sqlite import VERSION, Engine


def prepare(engine: Engine) -> None:
    """Check an existing file, copy it before any change, and apply the steps it lacks."""
    path = engine.path
    is_new = not path.exists() or path.stat().st_size == 0
    private(path)
    tighten(path)
    remove_drafts(path)
    if not is_new:
        _refuse_damaged(engine)
    connection = engine.connection()
    _refuse_newer(engine)
    pending = migrations.pending(connection)
    if not pending:
        return
    if migrations.applied(connection):
        _copy_before(engine, pending[0])
    # One transaction around all steps: two processes that open the file together take
    # turns, and the second finds nothing left to do.
    with engine.transaction(), engine.translated():
        migrations.apply(connection)


def _refuse_damaged(engine: Engine) -> None:
    damage = _damage(engine)
    if damage:
        raise Damaged(f"{engine.path} is damaged: {damage}. {how_to_restore(engine.path)}")


def _damage(engine: Engine) -> str:
    try:
        rows = engine.all("pragma quick_check(1)")
    except Damaged as error:
        return str(error.__cause__)
    found = str(rows[0][0])
    return "" if found == "ok" else found


def _refuse_newer(engine: Engine) -> None:
    with engine.translated():
        strange = migrations.strange(engine.connection())
    if strange:
        raise Newer(
            f"{engine.path} was written by a newer Papergram (it knows {', '.join(strange)}); "
            "install that version, or restore the copy made before it"
        )


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


def health(engine: Engine) -> Health:
    """Look at the whole file and count what it holds."""
    log = engine.path.with_name(f"{engine.path.name}-wal")
    return Health(
        path=str(engine.path),
        damage=_damage(engine),
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
