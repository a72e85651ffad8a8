"""A file from before the first schema: renewed whole, or left as it was and renewed next time."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.render import FORMATS
from bot.topics.query.analyzer import analyzer_version, index_text
from bot.topics.query.parser import parse as parse_query
from storage import Store, open_store
from storage.engine import former_migrations, migrations, schema_version
from storage.engine.driver import sqlite3
from storage.engine.sqlite import Engine
from storage.errors import NewerSchema
from storage.records.queries import Clause

FOLDER = Path(__file__).parents[2] / "data" / "former_schema"
SUFFIXES = {"markdown": "md", "json": "json", "classic": "classic.html"}
FORMER_TABLE_COUNT = 33  # with the full text and the sequences

# What the renewal of a table or column is called before and after; written out by hand, as the
# program's own table must not prove itself.
TABLES = {
    "allowances": "topic_quotas",
    "answers": "feed_health",
    "asks": "pending_questions",
    "commissions": "summary_jobs",
    "cursors": "feed_cursors",
    "documents": "digest_documents",
    "drafts": "button_payloads",
    "entry_glosses": "entry_summaries",
    "glosses": "summaries",
    "harvests": "backfills",
    "holds": "chat_holds",
    "index_state": "search_index_state",
    "ledger": "receipts",
    "library": "saved_papers",
    "notes": "paper_notes",
    "outstanding": "missing_papers",
    "parcels": "outbox_messages",
    "subscribers": "chats",
    "troubles": "incidents",
    "unreadable": "unreadable_updates",
    "updates": "inbox_updates",
}
COLUMNS = {
    "allowances": "topics quota",
    "answers": "condition status, cut truncated_day",
    "asks": "first first_argument, second second_argument, made created_at, about about_chat",
    "bans": "who target, made created_at, told notified",
    "commissions": "wanted needed_at, fence fencing_token",
    "cursors": "token resumption_token, day last_day, batch batch_fingerprint, checked checked_at",
    "digests": "issued issued_at, seen announced_count, beyond unstored_kinds",
    "drafts": "words text, made updated_at",
    "entries": "place position, topics other_topics",
    "entry_glosses": "place entry_position, position summary_position, gloss summary",
    "glosses": "gist tldr, maker producer, prompt prompt_version, made created_at",
    "harvests": "set set_spec, first first_day, last last_day, token resumption_token,"
    " asked first_page_at, made created_at, done done_at",
    "holds": "until held_until, told held_by_telegram_until",
    "index_state": "mark analyzer, upto outdated_after, until outdated_up_to",
    "leases": "duty name, until expires_at, fence fencing_token",
    "ledger": "place position",
    "library": "saved saved_at, version notified_version",
    "notes": "maker producer, prompt prompt_version, made created_at",
    "outstanding": "first first_day, last last_day, noted noted_at, asked last_requested_at,"
    " done done_at",
    "paper_index": "gloss summary",
    "papers": "place sort_key, seen seen_at",
    "parcels": "piece fallback_part, edits edited_message_id, first first_entry, last last_entry,"
    " turn queue_position, doubts unknown_sends, fence fencing_token, settled settled_at,"
    " message message_id, rank priority, expires expires_at, content reply_content",
    "people": "tells_versions notify_versions",
    "spending": "asked prompt_tokens, answered completion_tokens, money cost_micros,"
    " unused unusable_answers",
    "subscribers": "full full_entries, settled onboarded, paused pause_reason,"
    " bounced last_bounce_day, quiet on_quiet_days",
    "subscriptions": "quiet on_quiet_days, fence row_version",
    "troubles": "told notified_at, healed resolved_at",
    "unreadable": "updates count, last last_at",
    "updates": "errand follow_up",
    "versions": "submitted submitted_at, revised revised_at, journal journal_ref, seen seen_at",
}

CellValue = str | bytes | int | float | None
Rows = list[dict[str, CellValue]]


def _create_former_file(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((FOLDER / "database.sql").read_text())
    return path


@pytest.fixture
def former_file(tmp_path: Path) -> Path:
    """A file as the former program left it."""
    return _create_former_file(tmp_path / "a.db")


@pytest.fixture(scope="module")
def renewed_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Such a file, opened."""
    path = _create_former_file(tmp_path_factory.mktemp("former") / "a.db")
    with closing(open_store(f"sqlite:///{path}", analyze=index_text)) as store:
        yield store


@pytest.fixture(scope="module")
def statement_count(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many statements the transaction of a renewal has, those of the full text included."""
    engine = Engine(_create_former_file(tmp_path_factory.mktemp("former") / "a.db"))
    statements: list[str] = []
    engine.connection().set_trace_callback(statements.append)
    with engine.transaction():
        former_migrations.renew(engine.connection())
        migrations.apply_migrations(engine.connection())
    engine.connection().set_trace_callback(None)
    engine.close()
    return len(statements)


def rows_by_table(path: Path) -> dict[str, Rows]:
    """Every row of a file, the full text's by its columns, without the record of the steps."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = connection.execute(
            """
            select name from sqlite_master where type = 'table'
                and name not like 'paper\\_index\\_%' escape '\\'
                and name not in ('_sqlite_migrations', 'sqlite_stat1')
            """
        ).fetchall()
        return {
            name: sorted(
                (
                    dict(row)
                    for row in connection.execute(f'select {_columns_of(name)} from "{name}"')
                ),
                key=repr,
            )
            for (name,) in names
        }


def _columns_of(table: str) -> str:
    return "rowid, *" if table == "paper_index" else "*"


def with_present_names(rows: dict[str, Rows]) -> dict[str, Rows]:
    """The same rows under the present names of tables and columns."""
    renamed = {}
    for table, table_rows in rows.items():
        names = dict(pair.split() for pair in COLUMNS.get(table, "").split(", ") if pair)
        renamed[TABLES.get(table, table)] = [
            {names.get(column, column): value for column, value in row.items()}
            for row in table_rows
        ]
    for row in renamed["sqlite_sequence"]:
        row["name"] = TABLES.get(str(row["name"]), row["name"])
    for row in renamed["subscriptions"]:  # what later steps added
        row["entry_order"] = "relevance"
    for row in renamed["digests"]:
        row["entry_order"] = ""
    for row in renamed["chats"]:
        row["asked_for_place"] = 0
    return {table: sorted(table_rows, key=repr) for table, table_rows in renamed.items()}


def schema_of(path: Path) -> dict[str, object]:
    """Tables with columns, types, defaults, checks and keys, and indexes with their columns."""
    pragmas = {
        "table_xinfo": "*",
        "foreign_key_list": "*",
        "index_list": 'name, "unique", origin, partial',  # in whatever order they were made
        "index_xinfo": "*",
        "table_list": "type, ncol, wr, strict",
    }
    with closing(sqlite3.connect(path)) as connection:
        objects = connection.execute(
            "select type, name, sql from sqlite_master where name not like 'sqlite_stat%'"
        ).fetchall()
        return {
            f"{kind} {name}": (
                _normalized(sql),
                *(
                    sorted(
                        connection.execute(f'select {columns} from pragma_{pragma}("{name}")'),
                        key=repr,
                    )
                    for pragma, columns in pragmas.items()
                ),
            )
            for kind, name, sql in objects
        }


def _normalized(sql: str | None) -> str:
    """A definition without its comments, quotes of names and blanks."""
    without_comments = re.sub(r"--[^\n]*", "", sql or "")
    return re.sub(r'[\s"]', "", without_comments).lower()


def test_every_row_is_there_under_the_present_names(former_file: Path) -> None:
    expected = with_present_names(rows_by_table(former_file))
    assert len(expected) == FORMER_TABLE_COUNT
    assert all(expected.values()), "a table of the former file is empty"

    open_store(f"sqlite:///{former_file}", analyze=index_text).close()

    assert rows_by_table(former_file) == expected


@pytest.mark.parametrize("number", range(1, 8))
@pytest.mark.parametrize("form", SUFFIXES)
def test_each_digest_is_printed_as_before(renewed_store: Store, number: int, form: str) -> None:
    digest = renewed_store.digests.get(number)
    assert digest

    document = FORMATS[form](digest, digest.languages or ("zh", "en"))

    assert document.encode() == (FOLDER / f"digest-{number}.{SUFFIXES[form]}").read_bytes()


def test_a_renewed_file_has_the_schema_of_a_new_one(former_file: Path, tmp_path: Path) -> None:
    new_file = tmp_path / "new.db"
    for path in (former_file, new_file):
        open_store(f"sqlite:///{path}").close()

    assert schema_of(former_file) == schema_of(new_file)


def test_it_is_copied_first_and_renewed_once(former_file: Path) -> None:
    expected = rows_by_table(former_file)
    for _ in range(2):
        open_store(f"sqlite:///{former_file}").close()

    copy = former_file.with_name("a.db.before-first_schema")
    assert [one.name for one in former_file.parent.glob("*.before-*")] == [copy.name]
    assert rows_by_table(copy) == expected
    with closing(sqlite3.connect(former_file)) as connection:
        assert schema_version.applied_migrations(connection) == list(schema_version.MIGRATION_NAMES)
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert connection.execute("pragma foreign_key_check").fetchall() == []


def test_a_renewed_file_goes_on_where_it_was(former_file: Path) -> None:
    """Numbers go on after the last ones, what was on its way is sent, the index is finished."""
    with closing(open_store(f"sqlite:///{former_file}", analyze=index_text)) as store:
        [bot] = store.outbox.bots_with_messages()
        digest = store.digests.get(1)
        assert digest

        new_number = store.digests.issue(replace(digest, period="later"))
        recovered_count = store.outbox.recover_claims(bot)
        reindexed_count = store.papers.reindex_some(analyzer_version())
        found_papers = store.paper_search.search(_clause("diffusion"), limit=100)

    assert new_number == 8
    assert recovered_count == 1
    assert reindexed_count > 0
    assert len(found_papers) == 13


def _clause(text: str) -> Clause:
    return parse_query(text).clause


_OPENS_AND_DIES = """
import os, signal, sys
from storage import open_store
from storage.engine import sqlite
last = int(sys.argv[2])
connect = sqlite.Engine._connect
def counted(engine):
    connection = connect(engine)
    count = 0
    def die(statement):
        nonlocal count
        if count or statement.startswith("begin immediate"):
            count += 1
        if count > last:
            os.kill(os.getpid(), signal.SIGKILL)
    connection.set_trace_callback(die)
    return connection
sqlite.Engine._connect = counted
open_store(sys.argv[1]).close()
"""


@pytest.mark.parametrize("tenth", range(10))
def test_killed_at_any_of_ten_places_the_next_start_finishes(
    former_file: Path, statement_count: int, tenth: int
) -> None:
    before = rows_by_table(former_file)
    expected = with_present_names(before)

    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            _OPENS_AND_DIES,
            f"sqlite:///{former_file}",
            str(1 + tenth * statement_count // 10),
        ],
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    left = rows_by_table(former_file)
    open_store(f"sqlite:///{former_file}").close()

    assert ran.returncode == -signal.SIGKILL
    assert left == before
    assert rows_by_table(former_file) == expected


@pytest.mark.parametrize("names", [("papers", "telepathy"), ("first_schema", "telepathy")])
def test_what_nobody_knows_is_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table _sqlite_migrations (id integer, migration_set, name)")
        connection.executemany(
            "insert into _sqlite_migrations values (null, 'papergram', ?)",
            [(name,) for name in names],
        )
        connection.commit()

    with pytest.raises(NewerSchema, match="newer Papergram"):
        open_store(f"sqlite:///{path}")
