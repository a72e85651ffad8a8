"""Opening a store: brought up to date, or refused with what to do and left as it was."""

from __future__ import annotations

import os
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from sqlite_utils import Database

from bot.topics.query.analyzer import index_text
from bot.topics.query.parser import parse
from storage import Store, open_store
from storage.engine import file_checks, former_migrations, migrations, schema_version
from storage.engine.column_types import to_micros
from storage.engine.sqlite import Engine
from storage.errors import (
    DamagedDatabase,
    DatabaseInUse,
    DatabaseNotWritable,
    NewerSchema,
    ReplacedDatabase,
    UnusableDatabase,
)
from storage.records.chats import ButtonPayload, ButtonPayloadKind, Chat, MessageForm
from storage.records.digests import EntryOrder
from storage.records.messages import Priority, UnreadableUpdates
from tests.storage.builders import (
    BOT,
    CHAT,
    MINUTE,
    NOW,
    create_chat,
    outbox_message,
    paper,
    store_papers,
)
from tests.support.database import pending_updates


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_a_closed_store_opens_with_what_it_held(tmp_path: Path) -> None:
    first = open_store(url(tmp_path / "a.db"))
    store_papers(first, [paper(1)])
    first.close()

    second = open_store(url(tmp_path / "a.db"))
    count = second.papers.count()
    second.close()

    assert count == 1


def test_a_relative_path_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    store = open_store("sqlite:///here.db")
    store.close()

    assert (tmp_path / "here.db").exists()


def test_a_temporary_store_leaves_nothing() -> None:
    store = open_store("sqlite://")
    path = store.path
    store_papers(store, [paper(1)])

    store.close()

    assert not path.parent.exists()


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    store = open_store(url(tmp_path / "a.db"))
    store.close()

    assert stat.S_IMODE((tmp_path / "a.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("wrong", ["postgresql://h/db", "papergram.db", "sqlite://host/a", ""])
def test_another_url_is_refused_with_an_example(wrong: str) -> None:
    with pytest.raises(UnusableDatabase, match="sqlite:///path"):
        open_store(wrong)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableDatabase, match="nowhere"):
        open_store(url(tmp_path / "nowhere" / "a.db"))


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(UnusableDatabase, match="folder"):
        open_store(url(tmp_path))


def test_a_text_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text("# My notes\n" * 100)

    with pytest.raises(DamagedDatabase, match="not a database"):
        open_store(url(path))

    assert path.read_text() == "# My notes\n" * 100
    assert [each.name for each in tmp_path.iterdir()] == ["notes.md"]


def test_a_truncated_file_is_refused_with_the_copy_to_restore(tmp_path: Path) -> None:
    path, copy = tmp_path / "a.db", tmp_path / "a.db.monday"
    store = open_store(url(path))
    store_papers(store, [paper(n, abstract="words " * 300) for n in range(50)])
    store.backup(copy)
    store.close()
    file_bytes = path.read_bytes()
    path.write_bytes(file_bytes[: len(file_bytes) // 2])

    with pytest.raises(DamagedDatabase, match=r"a\.db\.monday"):
        open_store(url(path))

    path.write_bytes(copy.read_bytes())
    restored = open_store(url(path))
    count = restored.papers.count()
    restored.close()
    assert count == 50


def test_a_page_of_noise_is_found_by_the_whole_check(tmp_path: Path) -> None:
    """Opening does not read the whole file, which takes seconds; the bot does so once a day."""
    path = tmp_path / "a.db"
    store = open_store(url(path))
    store_papers(store, [paper(n, abstract="words " * 300) for n in range(50)])
    store.close()
    with path.open("r+b") as file:
        file.seek(-4096 * 10, os.SEEK_END)
        file.write(os.urandom(4096 * 8))

    store = open_store(url(path))
    damage = store.find_damage()
    store.close()
    assert damage


def test_full_text_that_others_merged_is_no_damage_to_who_searched_before(tmp_path: Path) -> None:
    words = [f"word{n}" for n in range(2_000)]
    store = open_store(url(tmp_path / "a.db"), analyze=index_text)
    damage_found = set()
    with ThreadPoolExecutor(1) as other_thread:
        for batch in range(60):
            papers = [
                paper(n, abstract=" ".join(Random(n).choices(words, k=100)))
                for n in range(batch * 5, batch * 5 + 5)
            ]
            other_thread.submit(store_papers, store, papers).result()
            if batch % 6 == 0:
                damage_found.add(store.find_damage())
                store.paper_search.search(parse("word5").clause, limit=5)  # on this thread
    store.close()

    assert damage_found == {""}


def test_a_file_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    open_store(url(path)).close()
    engine = Engine(path)
    engine.execute(
        "insert into _sqlite_migrations (migration_set, name, applied_at)"
        " values ('papergram', 'telepathy', '')"
    )
    engine.close()
    before = path.read_bytes()

    with pytest.raises(NewerSchema, match="telepathy"):
        open_store(url(path))

    assert path.read_bytes() == before


def test_the_steps_are_named_as_they_are_applied(tmp_path: Path) -> None:
    """They are named apart, so that whoever only reads need not load them."""
    engine = Engine(tmp_path / "a.db")

    database = Database(engine.connection(), execute_plugins=False)
    pending = [migration.name for migration in migrations.MIGRATIONS.pending(database)]
    former = former_migrations.pending_former_migrations(engine.connection())
    engine.close()

    assert tuple(pending) == schema_version.MIGRATION_NAMES
    assert tuple(former) == schema_version.FORMER_MIGRATION_NAMES


@pytest.mark.parametrize("step", schema_version.FORMER_MIGRATION_NAMES[1:])
def test_an_older_file_keeps_its_rows_and_a_copy(tmp_path: Path, step: str) -> None:
    """From every former schema, with rows in it."""
    path = tmp_path / "a.db"
    engine = Engine(path)
    former_migrations.apply_former_migrations(engine.connection(), stop_before=step)
    engine.execute(
        "insert into papers (id, version, partial, place, seen) values ('x', 1, 0, 1, 0)"
    )
    engine.execute(
        """
        insert into versions (paper, version, partial, title, abstract, authors, categories,
            link, comment, journal, doi, licence, seen)
        values (1, 1, 0, 'Kept', '', '[]', '[]', '', '', '', '', '', 0)
        """
    )
    engine.close()

    store = open_store(url(path))
    stored_paper = store.papers.get("x")
    create_chat(store)
    store.close()

    assert stored_paper is not None
    assert stored_paper.title == "Kept"
    copy = Engine(tmp_path / f"a.db.before-{step}")
    assert former_migrations.pending_former_migrations(copy.connection())[0] == step
    assert len(copy.fetch_all("select * from papers")) == 1
    copy.close()


def _former(path: Path, step: str, *rows: str) -> Store:
    """A store that was brought up to date from the schema before a step, with rows in it."""
    engine = Engine(path)
    former_migrations.apply_former_migrations(engine.connection(), stop_before=step)
    engine.execute("pragma foreign_keys = off")
    for row in rows:
        engine.execute(row)
    engine.close()
    return open_store(url(path))


def _of_first_schema(path: Path, step: str, *rows: str) -> Store:
    """A store that was brought up to date from before a step, with a chat and other rows in it."""
    engine = Engine(path)
    migrations.apply_migrations(engine.connection(), stop_before=step)
    engine.execute(
        """
        insert into chats (bot, chat, kind, title, language, languages, zone, form, silent,
            full_entries, onboarded, pause_reason)
        values (1, 2, 'private', 'Kept', 'en', '["en"]', 'EST', 'rich', 0, 0, 1, '')
        """
    )
    for row in rows:
        engine.execute(row)
    engine.close()
    return open_store(url(path))


def test_chats_of_the_first_schema_were_not_asked_for_their_place(tmp_path: Path) -> None:
    store = _of_first_schema(tmp_path / "a.db", "asked_for_place")

    [chat] = store.chats.not_asked_for_place(1)
    with store.transaction():
        store.chats.mark_asked_for_place(1, chat.id)
    asked_again = store.chats.not_asked_for_place(1)
    store.close()

    assert (chat.title, chat.zone, asked_again) == ("Kept", "EST", [])


def test_a_chat_of_before_the_two_columns_keeps_its_three(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    engine = Engine(path)
    migrations.apply_migrations(engine.connection(), stop_before="two_columns")
    for number, form in ((2, "rich"), (3, "classic")):
        engine.execute(
            f"""
            insert into chats (bot, chat, kind, title, language, languages, zone, form, silent,
                full_entries, onboarded, pause_reason)
            values (1, {number}, 'private', '', 'en', '["en"]', 'UTC', '{form}', 0, 0, 1, '')
            """
        )
    engine.close()

    store = open_store(url(path))
    forms = [chat.form for number in (2, 3) if (chat := store.chats.get(1, number))]
    store.close()

    assert forms == [MessageForm.THREE_COLUMNS, MessageForm.CLASSIC]


def test_topics_of_the_first_schema_show_the_closest_papers_first(tmp_path: Path) -> None:
    store = _of_first_schema(
        tmp_path / "a.db",
        "entry_order",
        """
        insert into subscriptions (bot, chat, thread, query, name, times, weekdays, on_quiet_days,
            zone, cursor, "limit", kinds, paused, position, row_version)
        values (1, 2, 0, 'boats', 'Boats', '[]', '[]', 'silence', 'UTC', 7, 12, '["new"]', 0, 0, 3)
        """,
        """
        insert into digests (bot, chat, thread, subscription, topic, query, period, issued_at,
            announced_count, imported, revision)
        values (1, 2, 0, 1, 'Boats', 'boats', 'before', 0, 3, 0, 1)
        """,
    )

    [topic] = store.subscriptions.of_chat(1, 2)
    digest = store.digests.get(1)
    store.close()

    assert (topic.name, topic.row_version, topic.entry_order) == ("Boats", 3, EntryOrder.RELEVANCE)
    assert digest
    assert digest.entry_order is None


def test_orders_of_summaries_survive_their_fence(tmp_path: Path) -> None:
    store = _former(
        tmp_path / "a.db",
        "commission_fences",
        "insert into papers (id, version, partial, place, seen) values ('x', 1, 0, 1, 0)",
        "insert into commissions values (7, 1, 1, 'zh', 5, 2, 0, 0, 'copy')",
    )

    [message] = store.summary_jobs.claim(NOW, 60.0, 10)
    store.summary_jobs.complete(message)
    store.summary_jobs.enqueue([replace(message, version=2)])
    [later] = store.summary_jobs.claim(NOW, 60.0, 10)
    store.close()

    assert (message.key, message.language, message.attempts, message.error) == (7, "zh", 2, "copy")
    assert later.key == 8, "a key is never given again"


def test_papers_of_former_dead_letters_are_freed(tmp_path: Path) -> None:
    """But not those that another message of the same digest carries, or that were received."""
    message = """
        insert into parcels (bot, chat, thread, period, part, piece, revision, edits, digest,
            "first", "last", form, language, languages, zone, silent, state, turn, attempts,
            doubts, fence, holder, lease_until, next_at, message, error)
        values (1, 2, 0, 'x', {part}, 0, 1, 0, 9, {part}, {last}, 'rich', 'en', '["en"]', 'UTC', 0,
            '{state}', 1, 0, 0, 0, '', 0, 0, 0, '')
    """
    receipts = "insert into ledger values (1, 2, {paper}, 1, '{state}', 9, {paper}, 0)"
    store = _former(
        tmp_path / "a.db",
        "dead_letters",
        message.format(part=1, last=3, state="dead"),
        message.format(part=2, last=2, state="ready"),
        receipts.format(paper=1, state="reserved"),
        receipts.format(paper=2, state="reserved"),
        receipts.format(paper=3, state="sent"),
    )

    received = store.receipts.received_versions(1, 2, [1, 2, 3])
    store.close()

    assert received == {2: 1, 3: 1}


def test_what_waits_is_sent_after_answers_came_to_the_outbox(tmp_path: Path) -> None:
    """A message goes on as it was, Telegram's word to wait counts, an update is pending."""
    insert_message = """
        insert into parcels (bot, chat, thread, period, part, piece, revision, edits, digest,
            "first", "last", form, language, languages, zone, notice, silent, state, turn,
            attempts, doubts, fence, holder, lease_until, next_at, message, error, rank)
        values (1, {chat}, 0, 'x', 1, 0, 1, 0, 0, 0, 0, 'classic', 'en', '["en"]', 'UTC',
            '["start-hello", []]', 0, 'ready', {chat}, 1, 1, 3, '', 0, 0, 0, '', {rank})
    """
    later = to_micros(NOW + MINUTE)
    store = _former(
        tmp_path / "a.db",
        "stored_answers",
        insert_message.format(chat=2, rank=0),
        insert_message.format(chat=3, rank=1),
        insert_message.format(chat=4, rank=1),
        f"insert into holds values (1, 4, {later})",
        "insert into updates (bot, id, chat, body, state, attempts, error)"
        " values (1, 5, 4, '{}', 'pending', 0, '')",
    )
    answer = replace(
        outbox_message(4),
        bot=1,
        digest=0,
        priority=Priority.REPLY,
        reply_content="x",
        expires_at=NOW + MINUTE,
    )

    claimed = store.outbox.claim(1, "a", NOW, 60.0, 10)
    answered = store.outbox.put_replies([answer], now=NOW, holder="a", lease_seconds=60.0)
    [update] = pending_updates(store, 1)
    begun = [store.outbox.mark_sending(message, NOW) for message in claimed]
    store.close()

    assert [
        (message.chat, message.priority, message.unknown_sends, message.reply_content)
        for message in claimed
    ] == [
        (2, Priority.INTERACTIVE, 1, ""),
        (3, Priority.SCHEDULED, 1, ""),
    ]
    assert begun == [True, True], "they have no end"
    assert answered == [], "Telegram told us to wait"
    assert (update.id, update.follow_up) == (5, "")


def test_former_drafts_stay_behind_their_buttons_but_for_what_looks_like_a_record(
    tmp_path: Path,
) -> None:
    """Who wrote that is not known; and the key of what has expired is not given again."""
    draft = (
        "insert into drafts (key, bot, chat, words, cursor, made) values ({}, 1, 2, '{}', {}, 5)"
    )
    store = _former(
        tmp_path / "a.db",
        "draft_kinds",
        draft.format(3, "robots OR gan", "null"),
        draft.format(7, '{"format":"papergram topics","topics":[]}', 41),
        draft.format(9, "survey", "null"),
        "delete from drafts where key = 9",
    )

    kept_words = [
        store.button_payloads.get(1, 2, key, kind)
        for kind in ButtonPayloadKind
        for key in (3, 7, 9)
    ]
    payload = store.button_payloads.put(1, 2, "robots OR gan", NOW)
    new = store.button_payloads.put(1, 2, "new", NOW)
    store.close()

    assert kept_words == [ButtonPayload("robots OR gan"), *[None] * 5]
    assert payload == 3
    assert new > 9


def test_drafts_of_a_file_without_any_begin_at_one(tmp_path: Path) -> None:
    store = _former(tmp_path / "a.db", "draft_kinds")
    key = store.button_payloads.put(1, 2, "robots", NOW)
    store.close()
    assert key == 1


def test_updates_set_aside_before_are_kept_and_others_counted(tmp_path: Path) -> None:
    update = """
        insert into updates (bot, id, chat, body, state, attempts, error)
        values (1, {id}, {chat}, '{{"update_id": {id}}}', '{state}', 1, '')
    """
    store = _former(
        tmp_path / "a.db",
        "unreadable_updates",
        update.format(id=5, chat=7, state="failed"),
        update.format(id=6, chat=0, state="pending"),
        update.format(id=7, chat=7, state="pending"),
    )

    assert store.inbox.unreadable_updates(1) == UnreadableUpdates()
    settled = [store.inbox.mark_unreadable(1, id, NOW) for id in (5, 6, 6, 7)]
    counted, pending = store.inbox.unreadable_updates(1), pending_updates(store, 1)
    store.close()

    assert settled == [False, True, False, True]
    assert (counted, pending) == (UnreadableUpdates(2, NOW), [])


def test_an_up_to_date_file_is_not_copied(tmp_path: Path) -> None:
    for _ in range(2):
        open_store(url(tmp_path / "a.db")).close()

    assert not list(tmp_path.glob("*.before-*"))


def test_steps_that_fail_leave_the_old_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"
    engine = Engine(path)
    former_migrations.apply_former_migrations(engine.connection(), stop_before="duties")
    engine.execute("create table leases (in_the_way integer)")
    before = schema_version.applied_migrations(engine.connection())

    with pytest.raises(Exception, match="leases already exists"):
        open_store(url(path))

    assert schema_version.applied_migrations(engine.connection()) == before
    engine.close()


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no folder that nobody may write")
def test_a_folder_that_cannot_be_written_is_named() -> None:
    with pytest.raises(DatabaseNotWritable, match="/proc cannot be written"):
        open_store("sqlite:////proc/a.db")


def test_old_libraries_do_not_share_a_file() -> None:
    assert not file_checks.supports_shared_writing((3, 40, 1))
    assert not file_checks.supports_shared_writing((3, 51, 2))
    assert not file_checks.supports_shared_writing((3, 50, 6))
    assert file_checks.supports_shared_writing((3, 50, 7))
    assert file_checks.supports_shared_writing((3, 51, 3))
    assert file_checks.supports_shared_writing((3, 53, 0))


@pytest.mark.parametrize(("first", "second"), [(False, False), (False, True), (True, False)])
def test_a_second_process_is_refused_where_one_library_is_old(
    tmp_path: Path, first: bool, second: bool
) -> None:
    lock = file_checks.FileLock(tmp_path / "a.db", shared=first)

    with pytest.raises(DatabaseInUse, match=r"3\.51\.3"):
        file_checks.FileLock(tmp_path / "a.db", shared=second)

    lock.release()
    file_checks.FileLock(tmp_path / "a.db", shared=second).release()


def test_a_backup_is_whole_and_never_replaces_a_file(store: Store, tmp_path: Path) -> None:
    create_chat(store)
    store.backup(tmp_path / "copy.db")

    copy = open_store(url(tmp_path / "copy.db"))
    chat: Chat | None = copy.chats.get(BOT, CHAT)
    copy.close()

    assert chat == store.chats.get(BOT, CHAT)
    with pytest.raises(DatabaseNotWritable, match="exists already"):
        store.backup(tmp_path / "copy.db")


def test_a_check_tells_what_the_file_holds(store: Store) -> None:
    store_papers(store, [paper(1), paper(2)])
    create_chat(store)

    health = store.check_health()

    assert (health.damage, health.papers, health.chats, health.waiting_messages) == ("", 2, 1, 0)
    assert health.size_bytes > 4096


def test_a_file_that_others_could_read_becomes_its_owners_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Said once; the log of changes beside it follows."""
    path = tmp_path / "a.db"
    open_store(url(path)).close()
    path.chmod(0o644)
    first = open_store(url(path))
    create_chat(first)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    first.close()
    open_store(url(path)).close()

    assert set(modes.values()) == {0o600}
    assert "a.db-wal" in modes
    assert len([record for record in caplog.records if "owner" in record.getMessage()]) == 1


def test_a_copy_that_a_dead_process_left_is_deleted(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    open_store(url(path)).close()
    process = subprocess.Popen(["true"])
    process.wait()
    leftovers = [f"a.db.before-drafts.{process.pid}.tmp", f"a.db.copy.{process.pid}.tmp-journal"]
    remaining = [
        f"a.db.before-drafts.{os.getppid()}.tmp",
        "a.db.before-drafts",
        f"b.db.before-drafts.{process.pid}.tmp",
        "a.db.notes.tmp",
    ]
    for name in (*leftovers, *remaining):
        (tmp_path / name).write_bytes(b"x")

    open_store(url(path)).close()

    assert {name for name in (*leftovers, *remaining) if (tmp_path / name).exists()} == set(
        remaining
    )


def test_a_copy_has_its_name_when_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(url(tmp_path / "a.db"))
    seen: list[set[str]] = []
    replace_file = Path.replace

    def watched(draft: Path, target: Path) -> Path:
        seen.append({file.name for file in target.parent.iterdir()})
        return replace_file(draft, target)

    monkeypatch.setattr(Path, "replace", watched)
    store.backup(tmp_path / "copy.db")
    store.close()

    assert [sorted(names & {"copy.db", f"copy.db.{os.getpid()}.tmp"}) for names in seen] == [
        [f"copy.db.{os.getpid()}.tmp"]
    ]
    assert (tmp_path / "copy.db").exists()
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_file_that_is_not_at_its_place_is_noticed(tmp_path: Path, how: str) -> None:
    store = open_store(url(tmp_path / "a.db"))
    store_papers(store, [paper(1)])
    store.require_same_file()
    store.backup(tmp_path / "b.db")

    if how == "deleted":
        (tmp_path / "a.db").unlink()
    else:
        (tmp_path / "b.db").replace(tmp_path / "a.db")

    with pytest.raises(ReplacedDatabase, match="Start it again"):
        store.require_same_file()
    store.close()


async def test_a_thread_that_comes_later_makes_no_file_where_there_is_none(tmp_path: Path) -> None:
    store = open_store(url(tmp_path / "a.db"))
    (tmp_path / "a.db").unlink()

    with pytest.raises(ReplacedDatabase, match="Start it again"):
        await store.run(store.chats.get, 1, 1)
    assert not (tmp_path / "a.db").exists()
    store.close()


def test_digests_from_before_counts_left_out_all_that_no_row_is_kept_of(tmp_path: Path) -> None:
    """None, that is: they kept every row."""
    store = _former(
        tmp_path / "a.db",
        "topicless_digests",
        """
        insert into digests (number, bot, chat, thread, subscription, topic, query, period,
            issued, seen, imported, revision)
        values (7, 1, 2, 0, 0, 'words', 'words', 'today/x', 5, 0, 0, 1)
        """,
    )

    stored_digest = store.digests.get(7)
    dropped = store.digests.delete_topicless(NOW)
    store.close()

    assert stored_digest is not None
    assert (stored_digest.topic, stored_digest.unstored_kinds, stored_digest.matched_count) == (
        "words",
        (),
        0,
    )
    assert dropped == 1


def test_digests_from_before_are_in_the_languages_of_their_messages(tmp_path: Path) -> None:
    digest = """
        insert into digests (number, bot, chat, thread, subscription, topic, query, period,
            issued, seen, imported, revision)
        values ({0}, 1, 2, 0, 5, 'words', 'words', 'p{0}', 5, 0, 0, 1)
    """
    message = """
        insert into parcels (bot, chat, thread, period, part, piece, revision, edits, digest,
            "first", "last", form, language, languages, zone, silent, state, turn, attempts,
            doubts, fence, holder, lease_until, next_at, message, error)
        values (1, 2, 0, 'p7', 1, 0, 1, 0, 7, 1, 1, 'rich', 'zh', '["zh", "en"]', 'UTC', 0, 'sent',
            1, 0, 0, 0, '', 0, 0, 9, '')
    """
    store = _former(
        tmp_path / "a.db", "digest_documents", digest.format(7), digest.format(8), message
    )

    stored_digest, never_sent = store.digests.get(7), store.digests.get(8)
    store.close()

    assert stored_digest
    assert never_sent
    assert (stored_digest.languages, never_sent.languages) == (("zh", "en"), ())
    assert stored_digest.source_document == ""
