"""Store papers with their versions and sort keys, in step with the full-text index."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from storage.engine.column_types import to_json_list, to_micros, to_micros_or_null
from storage.engine.sqlite import Engine
from storage.papers.announcements import Announcements
from storage.papers.paper_rows import (
    CURRENT_VERSIONS,
    PAPER_COLUMNS,
    SORT_KEYS_PER_DAY,
    paper_from_row,
    sort_key_before,
)
from storage.papers.search_index import IndexColumns, PaperIndex
from storage.records.papers import Announcement, IngestCounts, Paper
from storage.summaries.summaries import Summaries


class Papers:
    """Everything that was announced or imported; nothing in it is ever replaced.

    Higher versions add to it, and complete ones count before partial ones.
    """

    def __init__(
        self,
        engine: Engine,
        announcements: Announcements,
        index: PaperIndex,
        summaries: Summaries,
    ) -> None:
        self._engine = engine
        self._announcements = announcements
        self._index = index
        self._summaries = summaries

    def add_announcements(
        self, announcements: Iterable[Announcement], *, seen_at: datetime
    ) -> IngestCounts:
        """Keep what is new in a batch: higher versions, completed papers, announcements.

        A repeat adds nothing and a lower version replaces nothing. A long batch is best
        given in slices, so that the write lock is free in between.
        """
        given_announcements = list(announcements)
        outcome_counts = {"stored": 0, "updated": 0, "unchanged": 0}
        keyed_announcements: list[tuple[int, Announcement]] = []
        index_columns = self._analyze_new(
            announcement.paper for announcement in given_announcements
        )
        with self._engine.ensure_transaction():
            for announcement in given_announcements:
                paper_key, change = self._upsert(
                    announcement.paper, announcement.day, seen_at, index_columns
                )
                outcome_counts[change] += 1
                keyed_announcements.append((paper_key, announcement))
            self._announcements.insert(keyed_announcements)
        return IngestCounts(**outcome_counts)

    def upsert(self, papers: Iterable[Paper], *, seen_at: datetime) -> list[Paper]:
        """Keep papers that nothing announced (imports, look-ups); return them as stored."""
        given_papers = list(papers)
        index_columns = self._analyze_new(given_papers)
        with self._engine.ensure_transaction():
            return [
                replace(paper, key=self._upsert(paper, seen_at.date(), seen_at, index_columns)[0])
                for paper in given_papers
            ]

    def _analyze_new(self, papers: Iterable[Paper]) -> dict[Paper, IndexColumns]:
        """Analyse the words of papers that may be new, which is slow and needs no write lock."""
        index_columns: dict[Paper, IndexColumns] = {}
        for paper in papers:
            stored_row = self._engine.fetch_one(
                """
                select 1 from papers where id = :id and (version > :version
                    or version = :version and partial <= :partial)
                """,
                id=paper.id,
                version=paper.version,
                partial=int(paper.partial),
            )
            if stored_row is None:
                index_columns[paper] = self._index.analyze_paper(paper)
        return index_columns

    def _upsert(
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
                floor=sort_key_before(day),
                ceiling=sort_key_before(day) + SORT_KEYS_PER_DAY,
            )
            self._insert_version(row["key"], paper, seen_at)
            self._index.add(row["sort_key"], index_columns[paper])
            return int(row["key"]), "stored"
        paper_key = int(stored_row["key"])
        self._insert_version(paper_key, paper, seen_at)
        if (paper.version, not paper.partial) <= (stored_row["version"], not stored_row["partial"]):
            return paper_key, "unchanged"
        self._engine.execute(
            "update papers set version = :version, partial = :partial where key = :key",
            version=paper.version,
            partial=int(paper.partial),
            key=paper_key,
        )
        self._index.replace(
            stored_row["sort_key"], index_columns[paper], self._summaries.searchable_text(paper_key)
        )
        return paper_key, "updated"

    def _insert_version(self, key: int, paper: Paper, seen_at: datetime) -> None:
        """Store a version of a stored paper unless it is there."""
        self._engine.execute(
            """
            insert into versions (paper, version, partial, title, abstract, authors, categories,
                link, submitted_at, revised_at, comment, journal_ref, doi, licence, seen_at)
            values (:paper, :version, :partial, :title, :abstract, :authors, :categories,
                :link, :submitted_at, :revised_at, :comment, :journal_ref, :doi, :licence, :seen_at)
            on conflict do nothing
            """,
            paper=key,
            version=paper.version,
            partial=int(paper.partial),
            title=paper.title,
            abstract=paper.abstract,
            authors=to_json_list(paper.authors),
            categories=to_json_list(paper.categories),
            link=paper.link,
            submitted_at=to_micros_or_null(paper.submitted_at),
            revised_at=to_micros_or_null(paper.revised_at),
            comment=paper.comment,
            journal_ref=paper.journal_ref,
            doi=paper.doi,
            licence=paper.licence,
            seen_at=to_micros(seen_at),
        )

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

    def newest_versions(self, keys: Sequence[int]) -> list[Paper]:
        """Return papers by their keys, in their order, at their newest versions."""
        if not keys:
            return []
        names = ", ".join(f":key{n}" for n in range(len(keys)))
        rows = self._engine.fetch_all(
            f"select {PAPER_COLUMNS} from {CURRENT_VERSIONS} where p.key in ({names})",
            **{f"key{n}": key for n, key in enumerate(keys)},
        )
        papers = {row["key"]: paper_from_row(row) for row in rows}
        return [papers[key] for key in keys if key in papers]

    def last_key(self) -> int:
        """Return the key of the paper that was kept last, 0 before the first one."""
        return self._engine.fetch_number("select max(key) from papers")

    def count(self) -> int:
        """Count the papers, whatever their versions."""
        return self._engine.fetch_number("select count(*) from papers")

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
                paper_key = row["key"]
                unchanged_row = self._engine.fetch_one(
                    """
                    select 1 from papers
                    where key = :key and version = :version and partial = :partial
                    """,
                    key=paper_key,
                    version=row["version"],
                    partial=row["partial"],
                )
                if unchanged_row is None:  # it has got another version since it was read
                    columns_by_key[paper_key] = self._index_columns(paper_key)
                self._index.replace(
                    row["sort_key"],
                    columns_by_key[paper_key],
                    self._summaries.searchable_text(paper_key),
                )
            self._index.mark_reindexed(analyzer, rows[-1]["key"] if rows else 1)
        return len(rows)

    def _index_columns(self, key: int) -> IndexColumns:
        paper = self.get_by_key(key)
        assert paper is not None
        return self._index.analyze_paper(paper)
