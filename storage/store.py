"""Open the store: one file, its collections as attributes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import ParamSpec, TypeVar

from storage.chats.bans_and_quotas import BansAndQuotas
from storage.chats.button_payloads import ButtonPayloads
from storage.chats.chats import Chats
from storage.chats.pending_questions import PendingQuestions
from storage.chats.saved_papers import SavedPapers
from storage.chats.subscriptions import Subscriptions
from storage.digests.digests import Digests
from storage.digests.entries import Entries
from storage.digests.receipts import Receipts
from storage.engine import file_checks, open_database
from storage.engine.driver import SQLITE_VERSION
from storage.engine.schema_version import reject_newer_schema, reject_outdated_schema
from storage.engine.sqlite import Engine
from storage.errors import DatabaseNotFound, OutdatedSchema
from storage.feeds.backfills import Backfills
from storage.feeds.feed_cursors import FeedCursors
from storage.feeds.feed_health import FeedHealth
from storage.feeds.missing_papers import MissingPapers
from storage.messages.delivery_statistics import DeliveryStatistics
from storage.messages.inbox import Inbox
from storage.messages.outbox import Outbox
from storage.messages.outbox_repair import OutboxRepair
from storage.messages.outcomes import SendOutcomes
from storage.operations.incidents import Incidents
from storage.operations.leases import Leases
from storage.operations.statistics import UsageStatistics
from storage.papers.announcements import Announcements
from storage.papers.papers import Papers
from storage.papers.search import PaperSearch
from storage.papers.search_index import PaperIndex
from storage.records.operations import DatabaseHealth
from storage.summaries.jobs import SummaryJobs
from storage.summaries.missing_summaries import MissingSummaries
from storage.summaries.paper_notes import PaperNotes
from storage.summaries.spending import ModelSpending
from storage.summaries.summaries import Summaries

P = ParamSpec("P")
T = TypeVar("T")


class Store:
    """Everything that lasts. Use it from any thread; close it once."""

    def __init__(self, engine: Engine, analyze: Callable[[str], str], resources: ExitStack) -> None:
        self._engine = engine
        self._resources = resources
        self.paper_index = PaperIndex(engine, analyze)
        self.announcements = Announcements(engine)
        self.summaries = Summaries(engine, self.paper_index)
        self.papers = Papers(engine, self.announcements, self.paper_index, self.summaries)
        self.paper_search = PaperSearch(engine, self.announcements, self.paper_index)
        self.chats = Chats(engine)
        self.saved_papers = SavedPapers(engine)
        self.subscriptions = Subscriptions(engine)
        self.entries = Entries(engine, self.summaries)
        self.digests = Digests(engine, self.entries)
        self.receipts = Receipts(engine)
        self.outbox = Outbox(engine)
        self.send_outcomes = SendOutcomes(engine, self.outbox, self.chats, self.receipts)
        self.outbox_repair = OutboxRepair(engine, self.receipts)
        self.inbox = Inbox(engine)
        self.button_payloads = ButtonPayloads(engine)
        self.pending_questions = PendingQuestions(engine)
        self.bans_and_quotas = BansAndQuotas(engine)
        self.usage_statistics = UsageStatistics(engine)
        self.feed_cursors = FeedCursors(engine)
        self.feed_health = FeedHealth(engine)
        self.backfills = Backfills(engine)
        self.missing_papers = MissingPapers(engine)
        self.incidents = Incidents(engine)
        self.delivery_statistics = DeliveryStatistics(engine)
        self.leases = Leases(engine)
        self.summary_jobs = SummaryJobs(engine)
        self.missing_summaries = MissingSummaries(engine)
        self.paper_notes = PaperNotes(engine)
        self.spending = ModelSpending(engine)

    @property
    def path(self) -> Path:
        """The file that holds the store."""
        return self._engine.path

    def require_same_file(self) -> None:
        """Raise ReplacedDatabase when the file was deleted or replaced since it was opened."""
        self._engine.require_same_file()

    def transaction(self) -> AbstractContextManager[None]:
        """Keep all writes of the block or none; one at a time in a process, never nested."""
        return self._engine.transaction()

    def savepoint(self) -> AbstractContextManager[None]:
        """Keep all writes of the block or none, and go on with the open transaction."""
        return self._engine.savepoint()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function on a thread of the store; once begun it ends, even if cancelled."""
        return await self._engine.run(function, *args, **kwargs)

    async def run_long(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the same for long work, which nothing short waits for."""
        return await self._engine.run_long(function, *args, **kwargs)

    async def run_query(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the same for what a person's query reads: one at a time, however many ask."""
        return await self._engine.run_query(function, *args, **kwargs)

    def query_time_limit(self, seconds: float) -> AbstractContextManager[None]:
        """Limit the block's processor time for queries; then raise QueryBudgetExceeded."""
        return self._engine.query_time_limit(seconds)

    def backup(self, path: Path) -> None:
        """Write a consistent copy of the store while others go on; the path must be free."""
        open_database.back_up(self._engine, path)

    def check_health(self) -> DatabaseHealth:
        """Check whether the file is intact, which reads all of it, and how large it is."""
        path = self._engine.path
        wal_path = path.with_name(f"{path.name}-wal")
        return DatabaseHealth(
            path=str(path),
            damage=self.find_damage(),
            size_bytes=sum(file.stat().st_size for file in (path, wal_path) if file.exists()),
            papers=self._engine.fetch_number("select count(*) from papers"),
            announcements=self._engine.fetch_number("select count(*) from announcements"),
            chats=self._engine.fetch_number("select count(*) from chats"),
            subscriptions=self._engine.fetch_number("select count(*) from subscriptions"),
            digests=self._engine.fetch_number("select count(*) from digests"),
            waiting_messages=self._engine.fetch_number(
                "select count(*) from outbox_messages where state in ('ready', 'sending')"
            ),
            sqlite_version=".".join(map(str, SQLITE_VERSION)),
        )

    def find_damage(self) -> str:
        """Read the whole file and return what is broken in it, "" where nothing is."""
        return open_database.find_damage(self._engine)

    def close(self) -> None:
        """Finish what runs, close every connection and unlock the file."""
        self._resources.close()


def open_store(url: str, *, analyze: Callable[[str], str] = str) -> Store:
    """Open sqlite:///path (or sqlite:// for a temporary one), brought to the newest schema.

    ``analyze`` is the analyser whose output the full text keeps. While the file is brought up to
    date, health probes see that a process is starting. Raises UnusableDatabase or
    DatabaseNotWritable where the file cannot be used, and then leaves it as it was.
    """
    with ExitStack() as stack:
        path = file_checks.path_from_url(url)
        if path is None:
            folder = tempfile.TemporaryDirectory(prefix="papergram-", ignore_cleanup_errors=True)
            path = Path(stack.enter_context(folder)) / "papergram.db"
        file_checks.check_file(path)
        file_lock = file_checks.FileLock(
            path, shared=file_checks.supports_shared_writing(SQLITE_VERSION)
        )
        stack.callback(file_lock.release)
        engine = Engine(path)
        stack.callback(engine.close)
        with file_lock.announce_startup():
            open_database.prepare_database(engine)
        return Store(engine, analyze, stack.pop_all())


def open_for_reading(url: str, *, analyze: Callable[[str], str] = str, analyzer: str = "") -> Store:
    """Open a store that others may be writing: nothing is checked, migrated or written.

    It takes no claim on the file, so it is let in beside any process and any SQLite. ``analyzer``
    is the version of the analyser that the caller searches with. Raises DatabaseNotFound where
    there is no file, and OutdatedSchema where the file first has to be brought up to date.
    """
    with ExitStack() as stack:
        path = file_checks.path_from_url(url)
        if path is None or not file_checks.check_file(path):
            raise DatabaseNotFound(
                f"{path or url} does not exist yet; start `papergram run`, or read papers with "
                "`papergram ingest`"
            )
        engine = Engine(path, read_only=True)
        stack.callback(engine.close)
        connection = engine.connection()
        with engine.translating_errors():
            reject_newer_schema(connection, path)
            reject_outdated_schema(connection, path)
        store = Store(engine, analyze, stack.pop_all())
    if analyzer and not store.paper_index.is_analyzed_by(analyzer):
        store.close()
        raise OutdatedSchema(
            f"the words of {path} were indexed by another Papergram; "
            "start `papergram run` once, which indexes them anew"
        )
    return store
