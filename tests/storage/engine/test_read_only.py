"""Reading a store beside those who write it: nothing is checked, migrated, claimed or changed."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from storage import open_for_reading, open_store
from storage.engine import file_checks, former_migrations, schema_version
from storage.engine.liveness_probe import RUN_LEASE, BotStatus, probe_bot
from storage.engine.sqlite import Engine
from storage.errors import (
    DatabaseInUse,
    DatabaseNotFound,
    DatabaseNotWritable,
    ForeignDatabase,
    NewerSchema,
    OutdatedSchema,
)
from tests.storage.builders import NOW, paper, store_papers


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with one paper, which nobody has open."""
    address = f"sqlite:///{tmp_path / 'a.db'}"
    with closing(open_store(address)) as store:
        store_papers(store, [paper(1)])
    return address


def path_of(url: str) -> Path:
    path = file_checks.path_from_url(url)
    assert path is not None
    return path


FORMER_NAMES = schema_version.FORMER_MIGRATION_NAMES


def of_an_older_program(tmp_path: Path, lacking: str | None) -> str:
    """A file from before the first schema, with the steps up to the one that it lacks."""
    path = tmp_path / "old.db"
    engine = Engine(path)
    former_migrations.apply_former_migrations(engine.connection(), stop_before=lacking)
    engine.close()
    return f"sqlite:///{path}"


def foreign(tmp_path: Path, *, log: bool = False) -> Path:
    """Another program's database; with ``log`` one that is open and not yet checkpointed."""
    path = tmp_path / "notes.db"
    connection = sqlite3.connect(path, isolation_level=None)
    if log:
        connection.execute("pragma journal_mode = wal")
    connection.execute("create table notes (text text)")
    connection.execute("insert into notes values ('milk')")
    if not log:
        connection.close()
    else:
        _OPEN.append(connection)
    return path


_OPEN: list[sqlite3.Connection] = []


@pytest.fixture(autouse=True)
def _nothing_left_open() -> Iterator[None]:
    yield
    while _OPEN:
        _OPEN.pop().close()


def test_what_was_written_is_read_and_nothing_changes(url: str) -> None:
    before = path_of(url).read_bytes()

    with closing(open_for_reading(url)) as store:
        assert store.papers.count() == 1
        with pytest.raises(DatabaseNotWritable), store.transaction():
            store.leases.acquire("run", "me", NOW, 60.0)

    assert path_of(url).read_bytes() == before


def test_what_a_writer_commits_is_seen(url: str) -> None:
    with closing(open_store(url)) as writer, closing(open_for_reading(url)) as reader:
        store_papers(writer, [paper(2)])

        assert reader.papers.count() == 2


def test_a_writer_that_wants_the_file_alone_lets_readers_in(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is where the SQLite library cannot be trusted with two writers, as on arm64."""
    monkeypatch.setattr(file_checks, "supports_shared_writing", lambda version: False)

    with closing(open_store(url)) as writer:
        with pytest.raises(DatabaseInUse):
            open_store(url)
        with closing(open_for_reading(url)) as reader:
            store_papers(writer, [paper(2)])
            assert reader.papers.count() == 2


def test_a_reader_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(DatabaseNotFound, match="papergram run"):
        open_for_reading(f"sqlite:///{tmp_path / 'a.db'}")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lacking", [FORMER_NAMES[1], FORMER_NAMES[-1], None])
def test_an_older_file_is_not_migrated_by_a_reader(tmp_path: Path, lacking: str | None) -> None:
    url = of_an_older_program(tmp_path, lacking)
    before = path_of(url).read_bytes()

    with pytest.raises(OutdatedSchema, match="start `papergram run` once"):
        open_for_reading(url)

    assert path_of(url).read_bytes() == before


def test_a_newer_file_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    *known_steps, newest_step = schema_version.MIGRATION_NAMES
    monkeypatch.setattr(schema_version, "MIGRATION_NAMES", tuple(known_steps))

    with pytest.raises(NewerSchema, match=rf"it knows {newest_step}\)"):
        open_for_reading(url)


def test_words_that_another_analyser_indexed_are_not_searched(url: str) -> None:
    with closing(open_store(url)) as store:
        store.paper_index.begin_reindex("new")

    with pytest.raises(OutdatedSchema, match="indexed"):
        open_for_reading(url, analyzer="newer")
    open_for_reading(url, analyzer="new").close()


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(
    "opening", [open_store, open_for_reading, lambda url: probe_bot(url, RUN_LEASE, NOW)]
)
def test_another_programs_database_is_refused_and_left_alone(
    tmp_path: Path, opening: Callable[[str], object], log: bool
) -> None:
    path = foreign(tmp_path, log=log)
    before = contents(tmp_path)

    with pytest.raises(ForeignDatabase, match="another program"):
        opening(f"sqlite:///{path}")

    assert contents(tmp_path) == before


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the index of a log, in which readers note where they read."""
    files = (file for file in folder.iterdir() if not file.name.endswith("-shm"))
    return {file.name: file.read_bytes() for file in files}


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()

    open_store(f"sqlite:///{tmp_path / 'a.db'}").close()

    assert probe_bot(f"sqlite:///{tmp_path / 'a.db'}", RUN_LEASE, NOW) is BotStatus.ABSENT


def test_a_probe_tells_a_live_lease_from_none(url: str) -> None:
    with closing(open_store(url)) as store:
        assert probe_bot(url, RUN_LEASE, NOW) is BotStatus.ABSENT
        store.leases.acquire(RUN_LEASE, "host:1", NOW, 60.0)

        assert probe_bot(url, RUN_LEASE, NOW) is BotStatus.RUNNING
        assert probe_bot(url, RUN_LEASE, NOW + timedelta(seconds=61)) is BotStatus.ABSENT


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(hours=3), BotStatus.RUNNING),  # the clock of whoever asks is wrong
        (timedelta(minutes=10), BotStatus.ABSENT),  # the holder does not renew its lease
        (timedelta(days=-400), BotStatus.RUNNING),
    ],
)
def test_a_lease_far_from_the_time_is_judged_by_its_process(
    url: str, ahead: timedelta, expected: BotStatus
) -> None:
    parent = f"{socket.gethostname()}:{os.getppid()}"
    with closing(open_store(url)) as store:
        store.leases.acquire(RUN_LEASE, parent, NOW, 60.0)

    assert probe_bot(url, RUN_LEASE, NOW + ahead) is expected


_OPENS_SLOWLY = """
import sys
from storage import open_store
from storage.engine import open_database

def prepare_slowly(engine, prepare=open_database.prepare_database):
    prepare(engine)
    print("starting", flush=True)
    sys.stdin.readline()

open_database.prepare_database = prepare_slowly
open_store(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
"""


@contextmanager
def opening_slowly(url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that is still preparing the file, until it is sent a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", _OPENS_SLOWLY, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        assert process.stdout.readline() == "starting\n"
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("lacking", [None, "papers", "duties", FORMER_NAMES[-1], "first_schema"])
def test_a_process_that_brings_the_file_up_to_date_is_starting(
    url: str, tmp_path: Path, lacking: str | None
) -> None:
    if lacking:
        url = of_an_older_program(tmp_path, None if lacking == "first_schema" else lacking)

    with opening_slowly(url) as process:
        assert probe_bot(url, RUN_LEASE, NOW) is BotStatus.STARTING
        assert process.stdin
        assert process.stdout
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "open\n"
        assert probe_bot(url, RUN_LEASE, NOW) is BotStatus.ABSENT


def test_a_process_that_was_killed_while_starting_is_not_starting(url: str) -> None:
    with opening_slowly(url) as process:
        process.kill()
        process.wait()

        assert probe_bot(url, RUN_LEASE, NOW) is BotStatus.ABSENT


def test_a_store_is_not_loaded_for_a_probe() -> None:
    """A health probe runs once a minute for ever."""
    script = "import sys, storage.engine.liveness_probe; print(*sys.modules)"

    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    loaded = set(ran.stdout.split())
    assert "storage.engine.liveness_probe" in loaded
    assert not loaded & {"storage.store", "storage.records", "storage.engine.migrations", "asyncio"}
