"""Papers with their versions, their announcements, and search over all of them."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from storage.columns import iso, micros
from storage.glosses import Glosses
from storage.model import Added, Announcement, Clause, Gloss, Kind, Paper
from storage.paper_index import PaperIndex, Words
from storage.sqlite import Engine, Row, Value
from storage.versions import CURRENT, PAPER, keep_version, paper_of

_FIRST_DAY = date(1970, 1, 1)
_ROOM = 1_000_000  # papers that fit into one day of places
# The complete row of the announced version where there is one.
_ANNOUNCED = """
    announcements a
    join papers p on p.key = a.paper
    join versions v on v.paper = a.paper and v.version = a.version and v.partial = (
        select min(w.partial) from versions w where w.paper = a.paper and w.version = a.version)
"""
_FOUND = "select rowid from paper_index where paper_index match :expression and rowid >= :floor"
_TITLED = "select rowid from paper_index where paper_index match :titled and rowid >= :floor"


class Papers:
    """Everything that was announced or imported; nothing in it is ever replaced."""

    def __init__(self, engine: Engine, words: Callable[[str], str]) -> None:
        self._engine = engine
        self._index = PaperIndex(engine, words)
        self._glosses = Glosses(engine, self._index)

    def add(self, announcements: Iterable[Announcement], *, seen: datetime) -> Added:
        """Keep what is new in a batch: higher versions, completed papers, announcements.

        A repeat adds nothing and a lower version replaces nothing. A long batch is best
        given in slices, so that the write lock is free in between.
        """
        batch = list(announcements)
        counts = {"stored": 0, "updated": 0, "known": 0}
        told: list[dict[str, Value]] = []
        words = self._analysed(announcement.paper for announcement in batch)
        with self._engine.writing():
            for announcement in batch:
                key, fate = self._keep(announcement.paper, announcement.day, seen, words)
                counts[fate] += 1
                told.append(_announced(key, announcement))
            self._announce(told)
        return Added(**counts)

    def keep(self, papers: Iterable[Paper], *, seen: datetime) -> list[Paper]:
        """Keep papers that nothing announced (imports, look-ups); return them as stored."""
        batch = list(papers)
        words = self._analysed(batch)
        with self._engine.writing():
            return [
                replace(paper, key=self._keep(paper, seen.date(), seen, words)[0])
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
        rows = self._engine.all(
            f"""
            select a.seq, a.feed, a.kind, a.day, {PAPER} from {_ANNOUNCED}
            where a.seq > :seq order by a.seq limit :limit
            """,
            seq=seq,
            limit=2**62 if limit is None else limit,
        )
        return _announcements_of(rows)

    def on_days(self, first: date, last: date) -> list[Announcement]:
        """Return the announcements of these arXiv days, both ends included, in order."""
        rows = self._engine.all(
            f"""
            select a.seq, a.feed, a.kind, a.day, {PAPER} from {_ANNOUNCED}
            where a.day between :first and :last order by a.seq
            """,
            first=iso(first),
            last=iso(last),
        )
        return _announcements_of(rows)

    def announced(self, clause: Clause, first: date, last: date) -> list[Announcement]:
        """Return the announcements of these days whose papers may match, in order.

        Wide like search, for the matcher to decide; by the words of the papers' newest
        versions.
        """
        expression = self._index.expression(clause)
        if not expression:
            return self.on_days(first, last)
        rows = self._engine.all(
            f"""
            select a.seq, a.feed, a.kind, a.day, {PAPER} from {_ANNOUNCED}
            where a.day between :first and :last and p.place in (
                select rowid from paper_index where paper_index match :expression)
            order by a.seq
            """,
            first=iso(first),
            last=iso(last),
            expression=expression,
        )
        return _announcements_of(rows)

    def brought(self, clause: Clause, first: date, last: date) -> tuple[int, bool]:
        """Count the papers these days brought anew that may match, and tell if all of them do.

        Counted by the index, for nobody reads them; by the words of their newest versions.
        """
        exact = self._index.exact(clause)
        expression = exact or self._index.expression(clause)
        wanted = f"and p.place in ({_FOUND})" if expression else ""
        floor = {"floor": self._floor(first, last)} if expression else {}
        [row] = self._engine.all(
            f"""
            select count(distinct a.paper) as n from announcements a
            join papers p on p.key = a.paper
            where a.day between :first and :last and a.kind in (:new, :cross) {wanted}
            """,
            first=iso(first),
            last=iso(last),
            new=Kind.NEW,
            cross=Kind.CROSS,
            **({"expression": expression} if expression else {}),
            **floor,
        )
        return int(row["n"]), bool(exact)

    def _floor(self, first: date, last: date) -> int:
        """The lowest place of the papers of these days: of the index only what lies above counts.

        A common word stands in a third of all papers that were ever stored.
        """
        row = self._engine.one(
            """
            select min(p.place) as place from announcements a join papers p on p.key = a.paper
            where a.day between :first and :last and a.kind in (:new, :cross)
            """,
            first=iso(first),
            last=iso(last),
            new=Kind.NEW,
            cross=Kind.CROSS,
        )
        return int(row["place"] or 0) if row else 0

    def newest(self, clause: Clause, first: date, last: date, limit: int) -> list[Announcement]:
        """Return the newest of these days whose papers may match, those found by title first."""
        expression, titled = self._index.expression(clause), self._index.titled(clause)
        wanted = f"and p.place in ({_FOUND})" if expression else ""
        order = f"p.place in ({_TITLED}) desc," if titled else ""
        rows = self._engine.all(
            f"""
            select a.seq, a.feed, a.kind, a.day, {PAPER} from {_ANNOUNCED}
            where a.day between :first and :last and a.kind in (:new, :cross) {wanted}
            order by {order} a.day desc, a.seq desc limit :limit
            """,
            first=iso(first),
            last=iso(last),
            new=Kind.NEW,
            cross=Kind.CROSS,
            limit=limit,
            **({"expression": expression} if expression else {}),
            **({"titled": titled} if titled else {}),
            **({"floor": self._floor(first, last)} if expression or titled else {}),
        )
        return _announcements_of(rows)

    def last_seq(self) -> int:
        """Return the newest position, 0 before the first announcement."""
        row = self._engine.one("select coalesce(max(seq), 0) as seq from announcements")
        return int(row["seq"]) if row else 0

    def days(self) -> list[tuple[date, int]]:
        """Return each stored arXiv day with its count of announcements, oldest first."""
        rows = self._engine.all(
            "select day, count(*) as n from announcements group by day order by day"
        )
        return [(date.fromisoformat(row["day"]), row["n"]) for row in rows]

    def kinds_on(self, day: date) -> dict[Kind, int]:
        """Count a day's announcements by the feed's word."""
        rows = self._engine.all(
            "select kind, count(*) as n from announcements where day = :day group by kind",
            day=iso(day),
        )
        return {Kind(row["kind"]): row["n"] for row in rows}

    def count(self) -> int:
        """Count the papers, whatever their versions."""
        row = self._engine.one("select count(*) as n from papers")
        return int(row["n"]) if row else 0

    def search(
        self, clause: Clause, *, limit: int, offset: int = 0, newest: bool = True
    ) -> list[Paper]:
        """Return a page of the papers that may match, by the day of their first announcement.

        No paper that matches is missing; some may not match (storage.fulltext says which),
        so the caller asks the matcher again and fetches pages until it has enough.
        """
        order = "desc" if newest else "asc"
        expression = self._index.expression(clause)
        wanted = "where paper_index match :expression" if expression else ""
        rows = self._engine.all(
            f"""
            select {PAPER} from (
                select rowid as place from paper_index {wanted}
                order by rowid {order} limit :limit offset :offset
            ) found, {CURRENT}
            where p.place = found.place
            order by p.place {order}
            """,
            limit=limit,
            offset=offset,
            **({"expression": expression} if expression else {}),
        )
        return [paper_of(row) for row in rows]

    def best(self, clause: Clause, *, limit: int) -> list[Paper]:
        """Return papers that may match, those first whose words are rarest and most frequent.

        The order is the full text's own; like search, some may not match.
        """
        expression = self._index.expression(clause)
        if not expression:
            return self.search(clause, limit=limit)
        rows = self._engine.all(
            f"""
            select {PAPER} from (
                select rowid as place, rank as rank from paper_index
                where paper_index match :expression
                order by rank limit :limit
            ) found, {CURRENT}
            where p.place = found.place
            order by found.rank, p.place desc
            """,
            expression=expression,
            limit=limit,
        )
        return [paper_of(row) for row in rows]

    def frequency(self, clause: Clause, *, most: int) -> int:
        """Count the papers that may match, and stop at ``most``."""
        row = self._engine.one(
            """
            select count(*) as n from (
                select 1 from paper_index where paper_index match :expression limit :most)
            """,
            expression=self._index.expression(clause),
            most=most,
        )
        return int(row["n"]) if row else 0

    def reindex(self, mark: str, limit: int = 100) -> int:
        """Index papers anew whose words another analyser wrote; return how many, 0 at the end.

        ``mark`` names the analyser that the store was opened with.
        """
        if self._index.is_current(mark):
            return 0
        with self._engine.writing():
            keys = self._index.outdated(mark, limit)
            for key in keys:
                paper = self.by_key(key)
                [row] = self._engine.all("select place from papers where key = :key", key=key)
                if paper is not None:
                    self._index.replace(
                        row["place"], self._index.analysed(paper), self._glosses.said(key)
                    )
            if keys:
                self._index.renewed(keys[-1])
        return len(keys)

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

    def glosses_of(self, key: int, version: int) -> tuple[Gloss, ...]:
        """Return the best gloss per language of one version."""
        return self._glosses.said_of(key, version)

    def _announce(self, told: Iterable[Mapping[str, Value]]) -> None:
        self._engine.change_each(
            """
            insert into announcements (paper, version, feed, kind, day)
            values (:paper, :version, :feed, :kind, :day)
            on conflict do nothing
            """,
            told,
        )

    def _analysed(self, papers: Iterable[Paper]) -> dict[Paper, Words]:
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

    def _keep(
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


def _announced(key: int, announcement: Announcement) -> dict[str, Value]:
    return {
        "paper": key,
        "version": announcement.paper.version,
        "feed": announcement.feed,
        "kind": announcement.kind,
        "day": iso(announcement.day),
    }


def _announcements_of(rows: Iterable[Row]) -> list[Announcement]:
    return [
        Announcement(
            paper=paper_of(row),
            feed=row["feed"],
            kind=Kind(row["kind"]),
            day=date.fromisoformat(row["day"]),
            seq=row["seq"],
        )
        for row in rows
    ]
