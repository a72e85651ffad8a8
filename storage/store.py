"""The store: one file, opened with care, its collections as attributes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from storage.chats.bans_and_quotas import Rulings
from storage.chats.callback_payloads import Drafts
from storage.chats.chats import Subscribers
from storage.chats.pending_questions import Asks
from storage.chats.saved_papers import Library
from storage.chats.subscriptions import Subscriptions
from storage.digests.digests import Digests
from storage.engine import file_checks, open_database
from storage.engine.driver import VERSION
from storage.engine.schema_version import refuse_newer, refuse_older
from storage.engine.sqlite import Engine
from storage.errors import Absent, Older
from storage.feeds.backfills import Harvests
from storage.feeds.feed_cursors import Cursors
from storage.feeds.feed_health import Feeds
from storage.feeds.unreadable_items import Outstanding
from storage.messages.inbox import Inbox
from storage.messages.outbox import Outbox
from storage.operations.incidents import Troubles
from storage.operations.leases import Leases
from storage.operations.statistics import Census, Vitals
from storage.papers.papers import Papers
from storage.records import Health
from storage.summaries.jobs import Commissions
from storage.summaries.paper_notes import Notes
from storage.summaries.spending import Spendings

P = ParamSpec("P")
T = TypeVar("T")


class Store:
    """Everything that lasts. Use it from any thread; close it once."""

    def __init__(self, engine: Engine, words: Callable[[str], str], release: ExitStack) -> None:
        self._engine = engine
        self._release = release
        self._opened = engine.path.stat()
        self.papers = Papers(engine, words)
        self.subscribers = Subscribers(engine)
        self.library = Library(engine)
        self.subscriptions = Subscriptions(engine)
        self.digests = Digests(engine, words)
        self.outbox = Outbox(engine)
        self.inbox = Inbox(engine)
        self.drafts = Drafts(engine)
        self.asks = Asks(engine)
        self.rulings = Rulings(engine)
        self.census = Census(engine)
        self.cursors = Cursors(engine)
        self.feeds = Feeds(engine)
        self.harvests = Harvests(engine)
        self.outstanding = Outstanding(engine)
        self.troubles = Troubles(engine)
        self.vitals = Vitals(engine)
        self.leases = Leases(engine)
        self.commissions = Commissions(engine)
        self.notes = Notes(engine)
        self.spending = Spendings(engine)

    @property
    def path(self) -> Path:
        """The file that holds the store."""
        return self._engine.path

    def require_in_place(self) -> None:
        """Raise Replaced when the file was deleted or replaced since the store was opened."""
        file_checks.require_in_place(self.path, self._opened)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all writes of the block or none; one at a time in a process, never nested."""
        with self._engine.transaction():
            yield

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Keep all writes of the block or none, and go on with the open transaction."""
        with self._engine.savepoint():
            yield

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function on a thread of the store; once begun it ends, even if cancelled."""
        return await self._engine.run(function, *args, **kwargs)

    async def run_long(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for work of many steps: what is short waits for none of it."""
        return await self._engine.run_long(function, *args, **kwargs)

    async def run_query(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for what somebody's question reads: one at a time, however many ask."""
        return await self._engine.run_query(function, *args, **kwargs)

    @contextmanager
    def limited(self, seconds: float) -> Iterator[None]:
        """Let the block spend so much processor time on queries; then it raises OverBudget."""
        with self._engine.limited(seconds):
            yield

    def backup(self, path: Path) -> None:
        """Write a consistent copy of the store while others go on; the path must be free."""
        open_database.copy(self._engine, path)

    def check(self) -> Health:
        """Look whether the file is whole, which reads all of it, and how large it is."""
        return open_database.health(self._engine)

    def damage(self) -> str:
        """Read the whole file and return what is broken in it, "" where nothing is."""
        return open_database.damage(self._engine)

    def close(self) -> None:
        """Finish what runs, close every connection and let others have the file."""
        self._release.close()


def open_store(url: str, *, words: Callable[[str], str] = str) -> Store:
    """Open sqlite:///path (or sqlite:// for a temporary one), brought to the newest schema.

    ``words`` is the analyser whose output the full text keeps. While the file is brought up to
    date, health probes see that a process is starting. Raises Damaged, Foreign, Newer, Occupied
    or Full where the file cannot be used, and then leaves it as it was.
    """
    with ExitStack() as stack:
        path = file_checks.path_of(url)
        if path is None:
            folder = tempfile.TemporaryDirectory(prefix="papergram-", ignore_cleanup_errors=True)
            path = Path(stack.enter_context(folder)) / "papergram.db"
        file_checks.refuse_unusable(path)
        claim = file_checks.Claim(path, shared=file_checks.may_share(VERSION))
        stack.callback(claim.release)
        engine = Engine(path)
        stack.callback(engine.close)
        with claim.starting():
            open_database.prepare(engine)
        return Store(engine, words, stack.pop_all())


def open_for_reading(url: str, *, words: Callable[[str], str] = str, mark: str = "") -> Store:
    """Open a store that others may be writing: nothing is checked, migrated or written.

    It takes no claim on the file, so it is let in beside any process and any SQLite.
    ``mark`` is that of the analyser which the caller searches with. Raises Absent where there
    is no file, and Older where the file first has to be brought up to date.
    """
    with ExitStack() as stack:
        path = file_checks.path_of(url)
        if path is None or not file_checks.refuse_unusable(path):
            raise Absent(
                f"{path or url} does not exist yet; start `papergram run`, or read papers with "
                "`papergram ingest`"
            )
        engine = Engine(path, read_only=True)
        stack.callback(engine.close)
        connection = engine.connection()
        with engine.translated():
            refuse_newer(connection, path)
            refuse_older(connection, path)
        store = Store(engine, words, stack.pop_all())
    if mark and not store.papers.is_indexed(mark):
        store.close()
        raise Older(
            f"the words of {path} were indexed by another Papergram; "
            "start `papergram run` once, which indexes them anew"
        )
    return store
