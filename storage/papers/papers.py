"""Store papers with their versions and sort keys, in step with the full-text index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from storage.engine.column_types import to_micros
from storage.engine.sqlite import Engine, Row
from storage.papers import announcements
from storage.papers.announcements import insert_announcements
from storage.papers.paper_rows import (
    CURRENT_VERSIONS,
    PAPER_COLUMNS,
    insert_version,
    paper_from_row,
)
from storage.papers.search import PaperSearch
from storage.papers.search_index import IndexColumns, PaperIndex
from storage.records.papers import Announcement, IngestCounts, Paper
from storage.records.queries import Clause
from storage.records.summaries import Summary
from storage.summaries.summaries import Summaries

_EPOCH_DAY = date(1970, 1, 1)
_SORT_KEYS_PER_DAY = 1_000_000  # more than any day announces


class PaperWriter:
    """Higher versions add and complete ones count before partial ones; nothing is replaced."""

    def __init__(self, engine: Engine, index: PaperIndex, summaries: Summaries) -> None:
        self._engine = engine
        self._index = index
        self._summaries = summaries

    def analyze_new(self, papers: Iterable[Paper]) -> dict[Paper, IndexColumns]:
        """Analyse the words of papers that may be new, which is slow and needs no write lock."""
        return {
            paper: self._index.analyze_paper(paper)
            for paper in papers
            if not self._is_stored(paper)
        }

    def _is_stored(self, paper: Paper) -> bool:
        row = self._engine.fetch_one(
            """
            select 1 from papers where id = :id and (version > :version
                or version = :version and partial <= :partial)
            """,
            id=paper.id,
            version=paper.version,
            partial=int(paper.partial),
        )
        return row is not None

    def upsert(
        self,
        paper: Paper,
        day: date,
        seen_at: datetime,
        index_columns: Mapping[Paper, IndexColumns],
    ) -> tuple[int, str]:
        """Return the paper's key and what became of it: stored, updated or unchanged."""
        stored_row = self._engine.fetch_one(
            "select key, sort_key, version, partial from papers where id = :id", id=paper.id
        )
        if stored_row is None:
            return self._insert(paper, day, seen_at, index_columns[paper]), "stored"
        key = int(stored_row["key"])
        insert_version(self._engine, key, paper, seen_at)
        if (paper.version, not paper.partial) <= (stored_row["version"], not stored_row["partial"]):
            return key, "unchanged"
        self._engine.execute(
            "update papers set version = :version, partial = :partial where key = :key",
            version=paper.version,
            partial=int(paper.partial),
            key=key,
        )
        self._index.replace(
            stored_row["sort_key"], index_columns[paper], self._summaries.searchable_text(key)
        )
        return key, "updated"

    def _insert(
        self, paper: Paper, day: date, seen_at: datetime, index_columns: IndexColumns
    ) -> int:
        lowest_sort_key = (day - _EPOCH_DAY).days * _SORT_KEYS_PER_DAY
        [row] = self._engine.execute_returning(
            """
            insert into papers (id, version, partial, seen_at, sort_key)
            values (:id, :version, :partial, :seen_at, (
                select coalesce(max(sort_key), :floor) + 1 from papers
                where sort_key > :floor and sort_key < :ceiling))
            returning key, sort_key
            """,
            id=paper.id,
            version=paper.version,
            partial=int(paper.partial),
            seen_at=to_micros(seen_at),
            floor=lowest_sort_key,
            ceiling=lowest_sort_key + _SORT_KEYS_PER_DAY,
        )
        insert_version(self._engine, row["key"], paper, seen_at)
        self._index.add(row["sort_key"], index_columns)
        return int(row["key"])


# ruff: noqa: S608 - only our own words are filled in; every value is a :name


class Papers:
    """Everything that was announced or imported; nothing in it is ever replaced."""

    def __init__(self, engine: Engine, analyze: Callable[[str], str]) -> None:
        self._engine = engine
        self._index = PaperIndex(engine, analyze)
        self._summaries = Summaries(engine, self._index)
        self._writer = PaperWriter(engine, self._index, self._summaries)
        self._search = PaperSearch(engine, self._index)

    def add_announcements(
        self, announcements: Iterable[Announcement], *, seen_at: datetime
    ) -> IngestCounts:
        """Keep what is new in a batch: higher versions, completed papers, announcements.

        A repeat adds nothing and a lower version replaces nothing. A long batch is best
        given in slices, so that the write lock is free in between.
        """
        batch = list(announcements)
        counts = {"stored": 0, "updated": 0, "unchanged": 0}
        keyed_announcements: list[tuple[int, Announcement]] = []
        index_columns = self._writer.analyze_new(announcement.paper for announcement in batch)
        with self._engine.ensure_transaction():
            for announcement in batch:
                key, change = self._writer.upsert(
                    announcement.paper, announcement.day, seen_at, index_columns
                )
                counts[change] += 1
                keyed_announcements.append((key, announcement))
            insert_announcements(self._engine, keyed_announcements)
        return IngestCounts(**counts)

    def upsert(self, papers: Iterable[Paper], *, seen_at: datetime) -> list[Paper]:
        """Keep papers that nothing announced (imports, look-ups); return them as stored."""
        batch = list(papers)
        index_columns = self._writer.analyze_new(batch)
        with self._engine.ensure_transaction():
            return [
                replace(
                    paper, key=self._writer.upsert(paper, seen_at.date(), seen_at, index_columns)[0]
                )
                for paper in batch
            ]

    def get(self, id: str, version: int | None = None) -> Paper | None:
        """Return a paper by its id, at its newest version or the one asked for."""
        row = self._engine.fetch_one("select key from papers where id = :id", id=id)
        return None if row is None else self.get_by_key(row["key"], version)

    def get_by_key(self, key: int, version: int | None = None) -> Paper | None:
        """Return a paper by its key, at its newest version or the one asked for."""
        if version is None:
            row = self._engine.fetch_one(
                f"select {PAPER_COLUMNS} from {CURRENT_VERSIONS} where p.key = :key", key=key
            )
        else:
            row = self._engine.fetch_one(
                f"""
                select {PAPER_COLUMNS} from papers p join versions v on v.paper = p.key
                where p.key = :key and v.version = :version order by v.partial limit 1
                """,
                key=key,
                version=version,
            )
        return None if row is None else paper_from_row(row)

    def announcements_between(
        self, after_seq: int, up_to_seq: int, *, paper_keys: tuple[int, int] | None = None
    ) -> list[Announcement]:
        """Return the announcements after a position and up to another one, in order.

        ``paper_keys`` restricts them to those of papers behind a key, up to another one.
        """
        return announcements.announcements_between(self._engine, after_seq, up_to_seq, paper_keys)

    def find_announcements_between(
        self, clause: Clause, after_seq: int, up_to_seq: int
    ) -> list[Announcement]:
        """Return the announcements between two positions whose papers may match, in order."""
        return self._search.find_announcements_between(clause, after_seq, up_to_seq)

    def count_papers_between(self, after_seq: int, up_to_seq: int) -> int:
        """Count the papers announced after a position and up to another one."""
        return announcements.count_papers_between(self._engine, after_seq, up_to_seq)

    def seq_before_newest(self, count: int) -> int:
        """Return the position behind which the newest ``count`` announcements stand; else 0."""
        return announcements.seq_before_newest(self._engine, count)

    def last_key(self) -> int:
        """Return the key of the paper that was kept last, 0 before the first one."""
        row = self._engine.fetch_one("select coalesce(max(key), 0) as key from papers")
        return int(row["key"]) if row else 0

    def announcements_on_days(self, first: date, last: date) -> list[Announcement]:
        """Return the announcements of these arXiv days, both ends included, in order."""
        return announcements.announcements_on_days(self._engine, first, last)

    def find_announcements_on_days(
        self, clause: Clause, first: date, last: date
    ) -> list[Announcement]:
        """Return the announcements of these days whose papers may match, in order.

        Wide like search, for the matcher to decide; by the words of the papers' newest
        versions.
        """
        return self._search.find_announcements_on_days(clause, first, last)

    def count_new_matches(self, clause: Clause, first: date, last: date) -> tuple[int, bool]:
        """Count the papers these days brought anew that may match, and tell if all of them do.

        Counted by the index, for nobody reads them; by the words of their newest versions.
        """
        return self._search.count_new_matches(clause, first, last)

    def newest_matches(
        self, clause: Clause, first: date, last: date, limit: int
    ) -> list[Announcement]:
        """Return the newest of these days whose papers may match, those found by title first."""
        return self._search.newest_matches(clause, first, last, limit)

    def last_seq(self) -> int:
        """Return the newest position, 0 before the first announcement."""
        return announcements.last_seq(self._engine)

    def announcement_counts_by_day(self) -> list[tuple[date, int]]:
        """Return each stored arXiv day with its count of announcements, oldest first."""
        return announcements.announcement_counts_by_day(self._engine)

    def count(self) -> int:
        """Count the papers, whatever their versions."""
        row = self._engine.fetch_one("select count(*) as n from papers")
        return int(row["n"]) if row else 0

    def search(
        self, clause: Clause, *, limit: int, offset: int = 0, newest_first: bool = True
    ) -> list[Paper]:
        """Return a page of the papers that may match, by the day of their first announcement.

        No paper that matches is missing; some may not match (storage.papers.fts_query says which),
        so the caller asks the matcher again and fetches pages until it has enough.
        """
        return self._search.search(clause, limit=limit, offset=offset, newest_first=newest_first)

    def search_by_relevance(self, clause: Clause, *, limit: int) -> list[Paper]:
        """Return papers that may match, those first whose words are rarest and most frequent.

        The order is the full text's own; like search, some may not match.
        """
        return self._search.search_by_relevance(clause, limit=limit)

    def count_matches(self, clause: Clause, *, limit: int) -> int:
        """Count the papers that may match, and stop at ``limit``."""
        return self._search.count_matches(clause, limit=limit)

    def begin_reindex(self, analyzer: str) -> None:
        """Start to index all papers anew by this analyser, unless it indexed them."""
        self._index.begin_reindex(analyzer)

    def reindex_some(self, analyzer: str, limit: int = 100) -> int:
        """Index some papers anew whose words another analyser wrote, the newest first.

        Return how many, 0 at the end. ``analyzer`` names the analyser that the store was opened
        with. They are analysed outside of the transaction; after a crash the next call goes on
        where the last one ended.
        """
        self._index.begin_reindex(analyzer)
        if (outdated_keys := self._index.outdated_keys()) is None:
            return 0
        rows = self._engine.fetch_all(
            """
            select key, sort_key, version, partial from papers
            where key > :low and key <= :high order by key desc limit :limit
            """,
            low=outdated_keys[0],
            high=outdated_keys[1],
            limit=limit,
        )
        columns_by_key = {row["key"]: self._index_columns(row["key"]) for row in rows}
        with self._engine.ensure_transaction():
            for row in rows:
                key = row["key"]
                if self._is_changed(row):
                    columns_by_key[key] = self._index_columns(key)
                self._index.replace(
                    row["sort_key"], columns_by_key[key], self._summaries.searchable_text(key)
                )
            self._index.mark_reindexed(analyzer, rows[-1]["key"] if rows else 1)
        return len(rows)

    def _index_columns(self, key: int) -> IndexColumns:
        paper = self.get_by_key(key)
        assert paper is not None
        return self._index.analyze_paper(paper)

    def _is_changed(self, row: Row) -> bool:
        """Tell whether a paper has got another version since it was read."""
        values = {name: row[name] for name in ("key", "version", "partial")}
        return not self._engine.fetch_all(
            "select 1 from papers where key = :key and version = :version and partial = :partial",
            **values,
        )

    def is_reindexing(self) -> bool:
        """Tell whether some papers still have the words of a former analyser."""
        return self._index.outdated_keys() is not None

    def is_analyzed_by(self, analyzer: str) -> bool:
        """Tell whether papers have, or are getting, the words of this analyser."""
        return self._index.is_analyzed_by(analyzer)

    def add_summary(self, summary: Summary) -> bool:
        """Store a summary; False when this producer and prompt version wrote one before."""
        return self._summaries.add(summary)

    def add_summaries(self, summaries: Iterable[Summary]) -> None:
        """Store several summaries, all of them or none."""
        with self._engine.ensure_transaction():
            for summary in summaries:
                self._summaries.add(summary)

    def best_summaries(self, paper_keys: Iterable[int]) -> dict[int, tuple[Summary, ...]]:
        """Return the best summary per language of each paper that has any."""
        return self._summaries.best_of_papers(paper_keys)

    def best_summaries_without_text(
        self, paper_keys: Iterable[int]
    ) -> dict[int, tuple[Summary, ...]]:
        """Return the same without the texts: hundreds that nobody reads soon."""
        return self._summaries.best_of_papers(paper_keys, without_text=True)

    def summaries_of_version(self, key: int, version: int) -> tuple[Summary, ...]:
        """Return the best summary per language of one version."""
        return self._summaries.best_of_version(key, version)
