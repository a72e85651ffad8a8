"""Papers, each with its versions and its place, in step with the index of their words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from storage.engine.column_types import micros
from storage.engine.sqlite import Engine, Row
from storage.papers import announcements
from storage.papers.announcements import announce
from storage.papers.search import Finding
from storage.papers.search_index import PaperIndex, Words
from storage.papers.version_rows import CURRENT, PAPER, keep_version, paper_of
from storage.records import Added, Announcement, Clause, Gloss, Paper
from storage.summaries.summaries import Glosses

_FIRST_DAY = date(1970, 1, 1)
_ROOM = 1_000_000  # papers that fit into one day of places


class Keeping:
    """Higher versions add and complete ones count before partial ones; nothing is replaced."""

    def __init__(self, engine: Engine, index: PaperIndex, glosses: Glosses) -> None:
        self._engine = engine
        self._index = index
        self._glosses = glosses

    def analysed(self, papers: Iterable[Paper]) -> dict[Paper, Words]:
        """The words of papers that may be new, which takes long and needs no write lock."""
        return {paper: self._index.analysed(paper) for paper in papers if not self._knows(paper)}

    def _knows(self, paper: Paper) -> bool:
        row = self._engine.one(
            """
            select 1 from papers where id = :id and (version > :version
                or version = :version and partial <= :partial)
            """,
            id=paper.id,
            version=paper.version,
            partial=int(paper.partial),
        )
        return row is not None

    def keep(
        self, paper: Paper, day: date, seen: datetime, words: Mapping[Paper, Words]
    ) -> tuple[int, str]:
        """Return the paper's key and what became of it: stored, updated or known."""
        known = self._engine.one(
            "select key, place, version, partial from papers where id = :id", id=paper.id
        )
        if known is None:
            return self._store(paper, day, seen, words[paper]), "stored"
        key = int(known["key"])
        keep_version(self._engine, key, paper, seen)
        if (paper.version, not paper.partial) <= (known["version"], not known["partial"]):
            return key, "known"
        self._engine.change(
            "update papers set version = :version, partial = :partial where key = :key",
            version=paper.version,
            partial=int(paper.partial),
            key=key,
        )
        self._index.replace(known["place"], words[paper], self._glosses.said(key))
        return key, "updated"

    def _store(self, paper: Paper, day: date, seen: datetime, words: Words) -> int:
        floor = (day - _FIRST_DAY).days * _ROOM
        [row] = self._engine.changed(
            """
            insert into papers (id, version, partial, seen, place)
            values (:id, :version, :partial, :seen, (
                select coalesce(max(place), :floor) + 1 from papers
                where place > :floor and place < :ceiling))
            returning key, place
            """,
            id=paper.id,
            version=paper.version,
            partial=int(paper.partial),
            seen=micros(seen),
            floor=floor,
            ceiling=floor + _ROOM,
        )
        keep_version(self._engine, row["key"], paper, seen)
        self._index.add(row["place"], words)
        return int(row["key"])


# ruff: noqa: S608 - only our own words are filled in; every value is a :name


class Papers:
    """Everything that was announced or imported; nothing in it is ever replaced."""

    def __init__(self, engine: Engine, words: Callable[[str], str]) -> None:
        self._engine = engine
        self._index = PaperIndex(engine, words)
        self._glosses = Glosses(engine, self._index)
        self._keeping = Keeping(engine, self._index, self._glosses)
        self._finding = Finding(engine, self._index)

    def add(self, announcements: Iterable[Announcement], *, seen: datetime) -> Added:
        """Keep what is new in a batch: higher versions, completed papers, announcements.

        A repeat adds nothing and a lower version replaces nothing. A long batch is best
        given in slices, so that the write lock is free in between.
        """
        batch = list(announcements)
        counts = {"stored": 0, "updated": 0, "known": 0}
        told: list[tuple[int, Announcement]] = []
        words = self._keeping.analysed(announcement.paper for announcement in batch)
        with self._engine.writing():
            for announcement in batch:
                key, fate = self._keeping.keep(announcement.paper, announcement.day, seen, words)
                counts[fate] += 1
                told.append((key, announcement))
            announce(self._engine, told)
        return Added(**counts)

    def keep(self, papers: Iterable[Paper], *, seen: datetime) -> list[Paper]:
        """Keep papers that nothing announced (imports, look-ups); return them as stored."""
        batch = list(papers)
        words = self._keeping.analysed(batch)
        with self._engine.writing():
            return [
                replace(paper, key=self._keeping.keep(paper, seen.date(), seen, words)[0])
                for paper in batch
            ]

    def get(self, id: str, version: int | None = None) -> Paper | None:
        """Return a paper by its id, at its newest version or the one asked for."""
        row = self._engine.one("select key from papers where id = :id", id=id)
        return None if row is None else self.by_key(row["key"], version)

    def by_key(self, key: int, version: int | None = None) -> Paper | None:
        """Return a paper by its key, at its newest version or the one asked for."""
        if version is None:
            row = self._engine.one(f"select {PAPER} from {CURRENT} where p.key = :key", key=key)
        else:
            row = self._engine.one(
                f"""
                select {PAPER} from papers p join versions v on v.paper = p.key
                where p.key = :key and v.version = :version order by v.partial limit 1
                """,
                key=key,
                version=version,
            )
        return None if row is None else paper_of(row)

    def after(self, seq: int, limit: int | None = None) -> list[Announcement]:
        """Return the announcements after a position, in order."""
        return announcements.after(self._engine, seq, limit)

    def announced_between(
        self, after: int, upto: int, *, papers: tuple[int, int] | None = None
    ) -> list[Announcement]:
        """Return the announcements after a position and up to another one, in order.

        ``papers`` restricts them to those of papers behind a key, up to another one.
        """
        return announcements.between(self._engine, after, upto, papers)

    def announced_after(self, clause: Clause, after: int, upto: int) -> list[Announcement]:
        """Return the announcements between two positions whose papers may match, in order."""
        return self._finding.announced_after(clause, after, upto)

    def count_announced(self, after: int, upto: int) -> int:
        """Count the papers announced after a position and up to another one."""
        return announcements.count_between(self._engine, after, upto)

    def position_before(self, count: int) -> int:
        """Return the position behind which the newest ``count`` announcements stand; else 0."""
        return announcements.position_before(self._engine, count)

    def last_key(self) -> int:
        """Return the key of the paper that was kept last, 0 before the first one."""
        row = self._engine.one("select coalesce(max(key), 0) as key from papers")
        return int(row["key"]) if row else 0

    def on_days(self, first: date, last: date) -> list[Announcement]:
        """Return the announcements of these arXiv days, both ends included, in order."""
        return announcements.on_days(self._engine, first, last)

    def announced(self, clause: Clause, first: date, last: date) -> list[Announcement]:
        """Return the announcements of these days whose papers may match, in order.

        Wide like search, for the matcher to decide; by the words of the papers' newest
        versions.
        """
        return self._finding.announced(clause, first, last)

    def brought(self, clause: Clause, first: date, last: date) -> tuple[int, bool]:
        """Count the papers these days brought anew that may match, and tell if all of them do.

        Counted by the index, for nobody reads them; by the words of their newest versions.
        """
        return self._finding.brought(clause, first, last)

    def newest(self, clause: Clause, first: date, last: date, limit: int) -> list[Announcement]:
        """Return the newest of these days whose papers may match, those found by title first."""
        return self._finding.newest(clause, first, last, limit)

    def last_seq(self) -> int:
        """Return the newest position, 0 before the first announcement."""
        return announcements.last_seq(self._engine)

    def days(self) -> list[tuple[date, int]]:
        """Return each stored arXiv day with its count of announcements, oldest first."""
        return announcements.days(self._engine)

    def count(self) -> int:
        """Count the papers, whatever their versions."""
        row = self._engine.one("select count(*) as n from papers")
        return int(row["n"]) if row else 0

    def search(
        self, clause: Clause, *, limit: int, offset: int = 0, newest: bool = True
    ) -> list[Paper]:
        """Return a page of the papers that may match, by the day of their first announcement.

        No paper that matches is missing; some may not match (storage.papers.fts_query says which),
        so the caller asks the matcher again and fetches pages until it has enough.
        """
        return self._finding.search(clause, limit=limit, offset=offset, newest=newest)

    def best(self, clause: Clause, *, limit: int) -> list[Paper]:
        """Return papers that may match, those first whose words are rarest and most frequent.

        The order is the full text's own; like search, some may not match.
        """
        return self._finding.best(clause, limit=limit)

    def frequency(self, clause: Clause, *, most: int) -> int:
        """Count the papers that may match, and stop at ``most``."""
        return self._finding.frequency(clause, most=most)

    def begin_renewal(self, mark: str) -> None:
        """Let all papers be indexed anew by the marked analyser, unless it indexed them."""
        self._index.begin_renewal(mark)

    def renew(self, mark: str, limit: int = 100) -> int:
        """Index some papers anew whose words another analyser wrote, the newest first.

        Returns how many, 0 at the end. ``mark`` names the analyser that the store was opened
        with. They are analysed outside of the transaction; a killed renewal goes on where it was.
        """
        self._index.begin_renewal(mark)
        if (between := self._index.outdated()) is None:
            return 0
        rows = self._engine.all(
            """
            select key, place, version, partial from papers
            where key > :low and key <= :high order by key desc limit :limit
            """,
            low=between[0],
            high=between[1],
            limit=limit,
        )
        written = {row["key"]: self._analysed(row["key"]) for row in rows}
        with self._engine.writing():
            for row in rows:
                key = row["key"]
                if self._is_changed(row):
                    written[key] = self._analysed(key)
                self._index.replace(row["place"], written[key], self._glosses.said(key))
            self._index.renewed(mark, rows[-1]["key"] if rows else 1)
        return len(rows)

    def _analysed(self, key: int) -> Words:
        paper = self.by_key(key)
        assert paper is not None
        return self._index.analysed(paper)

    def _is_changed(self, row: Row) -> bool:
        """Whether a paper has got another version since it was read."""
        values = {name: row[name] for name in ("key", "version", "partial")}
        return not self._engine.all(
            "select 1 from papers where key = :key and version = :version and partial = :partial",
            **values,
        )

    def is_renewing(self) -> bool:
        """Whether some papers have the words of a former analyser: not all may be found."""
        return self._index.outdated() is not None

    def is_indexed(self, mark: str) -> bool:
        """Whether papers have, or are getting, the words of the analyser of this mark."""
        return self._index.is_of(mark)

    def add_gloss(self, gloss: Gloss) -> bool:
        """Keep a gloss; False when this maker and prompt said it before."""
        return self._glosses.add(gloss)

    def add_glosses(self, glosses: Iterable[Gloss]) -> None:
        """Keep several glosses, all of them or none."""
        with self._engine.writing():
            for gloss in glosses:
                self._glosses.add(gloss)

    def glosses(self, keys: Iterable[int]) -> dict[int, tuple[Gloss, ...]]:
        """Return the best gloss per language of each paper that has any."""
        return self._glosses.best_of(keys)

    def gloss_keys(self, keys: Iterable[int]) -> dict[int, tuple[Gloss, ...]]:
        """Return the same without what the glosses say: hundreds that nobody reads soon."""
        return self._glosses.best_of(keys, bare=True)

    def glosses_of(self, key: int, version: int) -> tuple[Gloss, ...]:
        """Return the best gloss per language of one version."""
        return self._glosses.said_of(key, version)
