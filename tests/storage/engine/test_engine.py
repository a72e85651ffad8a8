"""The engine: threads, processes, and what a killed one leaves."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import thread_time

import pytest

from storage import Store, open_store
from storage.engine.query_time_limit import (
    QueryBudgetExceeded,
    check_budget,
    outside_query_budget,
    query_budget,
    within_budget,
)
from storage.engine.sqlite import Engine
from storage.errors import DatabaseBusy, DatabaseNotWritable, RowNotFound, StorageError
from storage.records.chats import Cadence, Subscription
from tests.storage.builders import (
    BOT,
    CHAT,
    NOW,
    announcement,
    create_chat,
    outbox_message,
    paper,
    store_papers,
)
from tests.support.database import announcements_after

# Begins a transaction, writes, says so and waits to be killed.
_HANGS = """
import sys
from storage import open_store
from tests.storage.builders import *
store = open_store(sys.argv[1])
create_chat(store, 1)
with store.transaction():
    create_chat(store, 2)
    store.papers.add_announcements([announcement(paper(n)) for n in range(200)], seen_at=NOW)
    print("writing", flush=True)
    sys.stdin.read()
"""
_ADDS = """
import sys
from storage import open_store
from storage.errors import DatabaseBusy
from tests.storage.builders import *
store = open_store(sys.argv[1])
def put(n):
    with store.transaction():
        store.papers.add_announcements([announcement(paper(n), feed=sys.argv[2])], seen_at=NOW)
        store.outbox.put_once(outbox_message(part=n))
for n in range(100):
    for attempt in range(12):  # on a machine at its limits the other may write for long
        try:
            put(n)
            break
        except DatabaseBusy:
            if attempt == 11:
                raise
store.close()
"""


def process(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


def _fails(store: Store, before: Callable[[], object]) -> None:
    """Write in a transaction that comes to nothing."""
    with store.transaction():
        create_chat(store, 1)
        before()
        raise ZeroDivisionError


def test_a_transaction_keeps_all_or_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        _fails(store, lambda: None)

    with store.transaction():
        create_chat(store, 2)

    assert [chat.id for chat in store.chats.all(BOT)] == [2]


def test_a_transaction_inside_another_is_a_mistake(store: Store) -> None:
    with store.transaction(), pytest.raises(RuntimeError), store.transaction():
        pass

    create_chat(store)


def test_another_threads_rollback_erases_nothing_of_mine(store: Store) -> None:
    """The reason for a connection a thread: on a shared one this loses rows."""
    inside, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        inside.set()
        go_on.wait(10)

    def fails() -> None:
        with pytest.raises(ZeroDivisionError):
            _fails(store, wait)

    other = threading.Thread(target=fails)
    other.start()
    inside.wait(10)
    mine = threading.Thread(target=create_chat, args=(store, 2))
    mine.start()
    seen_meanwhile = store.chats.all(BOT)
    go_on.set()
    other.join()
    mine.join()

    assert seen_meanwhile == []
    assert [chat.id for chat in store.chats.all(BOT)] == [2]


def test_many_threads_write_without_losing_a_row(store: Store) -> None:
    def writes(thread: int) -> None:
        for n in range(25):
            create_chat(store, 1000 * thread + n)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(writes, range(8)))

    assert len(store.chats.all(BOT)) == 200


def test_connections_of_ended_threads_are_closed(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "a.db")
    for _ in range(20):
        thread = threading.Thread(target=engine.fetch_all, args=("select 1",))
        thread.start()
        thread.join()

    assert len(engine._connections) == 1
    engine.close()


def test_two_processes_write_one_file(tmp_path: Path) -> None:
    """Each announcement once, each parcel once, whoever came first."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    both = [process(_ADDS, url, "a"), process(_ADDS, url, "b")]
    codes = [process.wait(60) for process in both]
    for child in both:
        child.communicate()

    store = open_store(url)
    announcements, health = announcements_after(store), store.check_health()
    store.close()

    assert codes == [0, 0]
    assert health.damage == ""
    assert (health.papers, health.waiting_messages, len(announcements)) == (100, 100, 200)
    assert len({announcement.seq for announcement in announcements}) == 200


def test_a_killed_process_needs_no_repair(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with process(_HANGS, url) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "writing\n"
        victim.send_signal(signal.SIGKILL)

    store = open_store(url)
    create_chat(store, 3)
    chats = [chat.id for chat in store.chats.all(BOT)]
    damage, count = store.check_health().damage, store.papers.count()
    store.close()

    assert (chats, damage, count) == ([1, 3], "", 0)


def test_a_lock_held_too_long_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = open_store(f"sqlite:///{path}")
    store._engine.fetch_all("pragma busy_timeout = 1")
    other = Engine(path)

    with other.transaction(), pytest.raises(DatabaseBusy):
        create_chat(store)

    create_chat(store)
    other.close()
    store.close()


def test_a_full_disk_rolls_back_and_recovers(store: Store) -> None:
    [row] = store._engine.fetch_all("pragma page_count")
    store._engine.fetch_all(f"pragma max_page_count = {row[0] + 20}")
    batch = [announcement(paper(n, abstract="long " * 2000)) for n in range(50)]

    with pytest.raises(DatabaseNotWritable):
        store.papers.add_announcements(batch, seen_at=NOW)

    assert store.papers.count() == 0
    store._engine.fetch_all("pragma max_page_count = 1000000")
    store.papers.add_announcements(batch, seen_at=NOW)
    assert store.papers.count() == 50


def test_a_row_without_its_parent_is_missing(store: Store) -> None:
    nobody = Subscription(
        BOT, CHAT, "q", "q", cadence=Cadence(), zone="UTC", cursor=0, next_due=NOW
    )

    with pytest.raises(RowNotFound):
        store.subscriptions.add(nobody)


@pytest.mark.parametrize("text", ["half a \ud83d", "\udc00"])
def test_text_that_is_none_is_refused_whole(store: Store, text: str) -> None:
    with pytest.raises(StorageError):
        store.papers.add_announcements(
            [announcement(paper(1)), announcement(paper(2, title=text))], seen_at=NOW
        )

    assert store.papers.count() == 0


async def test_functions_run_on_the_stores_threads(store: Store) -> None:
    own_thread = threading.current_thread()

    store_thread = await store.run(threading.current_thread)
    subscriber = await store.run(create_chat, store, 5)

    assert store_thread is not own_thread
    assert subscriber.id == 5


async def test_what_is_short_waits_for_no_long_work(store: Store) -> None:
    over = threading.Event()
    long = [asyncio.create_task(store.run_long(over.wait)) for _ in range(20)]
    try:
        await asyncio.sleep(0)

        assert await asyncio.wait_for(store.run(store.papers.count), 30) == 0
    finally:
        over.set()
        await asyncio.gather(*long)


async def test_a_cancelled_caller_does_not_tear_a_transaction(store: Store) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with store.transaction():
            create_chat(store, 1)
            begun.set()
            go_on.wait(10)
            create_chat(store, 2)

    task = asyncio.create_task(store.run(slow))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await store.run(create_chat, store, 3)

    assert [chat.id for chat in store.chats.all(BOT)] == [1, 2, 3]


@pytest.mark.parametrize(
    "use",
    [
        lambda store: store.papers.count(),
        lambda store: create_chat(store),
        lambda store: store.check_health(),
    ],
    ids=["read", "write", "check"],
)
def test_a_closed_store_says_so(tmp_path: Path, use: Callable[[Store], object]) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'a.db'}")
    store_papers(store, [paper(1)])
    store.outbox.put_once(outbox_message())
    store.close()

    with pytest.raises(StorageError, match="closed"):
        use(store)


async def test_a_closed_store_runs_nothing(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'a.db'}")
    store.close()

    with pytest.raises(StorageError, match="closed"):
        await store.run(create_chat, store)


_ENDLESS = """
    with recursive n(x) as (select 1 union all select x + 1 from n where x < 100000000)
    select count(*) as n from n
"""


def test_a_query_ends_with_its_budget(tmp_path: Path) -> None:
    """And the thread goes on without one."""
    engine = Engine(tmp_path / "a.db")

    with pytest.raises(QueryBudgetExceeded), engine.query_time_limit(0.01):
        engine.fetch_all(_ENDLESS)

    assert engine.fetch_all("select 1 as n")[0]["n"] == 1
    check_budget()
    engine.close()


def test_what_is_no_query_spends_no_budget(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "a.db")

    with engine.query_time_limit(0.05):
        with outside_query_budget():
            spent = thread_time() + 0.1
            while thread_time() < spent:
                check_budget()
        check_budget()
        with pytest.raises(QueryBudgetExceeded):
            engine.fetch_all(_ENDLESS)

    engine.close()


def test_a_collection_that_falls_due_in_a_query_spends_no_budget() -> None:
    """It takes longer the more the process holds, whoever asked for little."""
    lists: list[list[int]] = [[] for _ in range(300_000)]
    with query_budget(0.005):
        began = thread_time()
        gc.collect()
        assert thread_time() - began > 0.005
        check_budget()
    assert lists


_COLLECTS_WHILE_CONTEXT_VARIABLES_ARE_SET = """
import decimal, gc
from storage.engine.query_time_limit import query_budget
gc.freeze()
gc.set_threshold(1, 10**6, 10**6)
with query_budget(1000.0):
    for number in range(50_000):
        with decimal.localcontext(decimal.Context(prec=5)):
            [[number]]
"""


def test_a_collection_in_the_middle_of_anything_harms_nothing() -> None:
    command = [sys.executable, "-c", _COLLECTS_WHILE_CONTEXT_VARIABLES_ARE_SET]

    assert subprocess.run(command, check=False).returncode == 0


def test_a_budget_is_of_one_thread(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "a.db")

    with engine.query_time_limit(0.0), ThreadPoolExecutor(1) as pool:
        assert pool.submit(engine.fetch_all, "select 1 as n").result()[0]["n"] == 1
        pool.submit(check_budget).result()
        with pytest.raises(QueryBudgetExceeded):
            list(within_budget([1]))

    engine.close()


async def test_questions_are_read_one_at_a_time(store: Store) -> None:
    """However many ask, and beside all that is short."""
    inside, most = 0, 0
    entered, leave = threading.Event(), threading.Event()

    def read() -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        entered.set()
        leave.wait(10)
        inside -= 1

    questions = [asyncio.create_task(store.run_query(read)) for _ in range(4)]
    await asyncio.to_thread(entered.wait, 10)
    assert await store.run(store.papers.count) == 0
    leave.set()
    await asyncio.gather(*questions)

    assert most == 1


def test_a_spent_budget_leaves_no_transaction_behind(tmp_path: Path) -> None:
    """SQLite looks at the budget every so many steps, in whatever statement they are taken."""
    engine = Engine(tmp_path / "a.db")
    engine.execute("create table numbers (n)")
    try:
        for _ in range(2000):
            with (
                contextlib.suppress(QueryBudgetExceeded),
                engine.query_time_limit(-1.0),
                engine.snapshot(),
            ):
                engine.fetch_all("select count(*) from numbers")
            assert not engine.connection().in_transaction
    finally:
        engine.close()
