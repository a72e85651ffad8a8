"""Papers kept: each with its versions and its place, and in step with the full text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from storage.columns import micros
from storage.glosses import Glosses
from storage.model import Paper
from storage.paper_index import PaperIndex, Words
from storage.sqlite import Engine
from storage.versions import keep_version

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
