"""Papers and announcements found by their words: wide, for the matcher to decide.

No paper that matches is missing; some may not match (storage.papers.fts_query says which). The
words are those of the papers' newest versions.
"""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from datetime import date

from storage.engine.column_types import iso
from storage.engine.sqlite import Engine, Value
from storage.papers.announcements import ANNOUNCED, announcements_of, between, on_days
from storage.papers.search_index import PaperIndex
from storage.papers.version_rows import CURRENT, PAPER, paper_of
from storage.records import Announcement, Clause, Kind, Paper

_ANEW = "a.day between :first and :last and a.kind in (:new, :cross)"
_MATCHED = "select rowid from paper_index where paper_index match :expression"
_FOUND = "select rowid from paper_index where paper_index match :expression and rowid >= :floor"
_TITLED = "select rowid from paper_index where paper_index match :titled and rowid >= :floor"


class Finding:
    """What the full text finds, of a few days or of all that is stored."""

    def __init__(self, engine: Engine, index: PaperIndex) -> None:
        self._engine = engine
        self._index = index
        self._lowest: tuple[date, date, int, int] | None = None  # days, position, place

    def announced(self, clause: Clause, first: date, last: date) -> list[Announcement]:
        """Return the announcements of these days whose papers may match, in order."""
        expression = self._index.expression(clause)
        if not expression:
            return on_days(self._engine, first, last)
        wanted, values = self._wanted(expression)
        rows = self._engine.all(
            f"{ANNOUNCED} where a.day between :first and :last and {wanted} order by a.seq",
            first=iso(first),
            last=iso(last),
            **values,
        )
        return announcements_of(rows)

    def announced_after(self, clause: Clause, after: int, upto: int) -> list[Announcement]:
        """Return the announcements between two positions whose papers may match, in order."""
        expression = self._index.expression(clause)
        if not expression:
            return between(self._engine, after, upto)
        wanted, values = self._wanted(expression)
        rows = self._engine.all(
            f"{ANNOUNCED} where a.seq > :after and a.seq <= :upto and {wanted} order by a.seq",
            after=after,
            upto=upto,
            **values,
        )
        return announcements_of(rows)

    def _wanted(self, expression: str) -> tuple[str, dict[str, Value]]:
        """The condition of papers that may match: those not yet indexed anew all may.

        For what finds nothing here is taken for told.
        """
        between = self._index.outdated()
        if between is None:
            return f"p.place in ({_MATCHED})", {"expression": expression}
        values: dict[str, Value] = {"low": between[0], "high": between[1]}
        return (
            f"(p.place in ({_MATCHED}) or p.key > :low and p.key <= :high)",
            {"expression": expression, **values},
        )

    def brought(self, clause: Clause, first: date, last: date) -> tuple[int, bool]:
        """Count the papers these days brought anew that may match, and tell if all of them do."""
        exact = self._index.exact(clause)
        expression = exact or self._index.expression(clause)
        wanted = f"and p.place in ({_FOUND})" if expression else ""
        values = _anew(first, last)
        if expression:
            values |= {"expression": expression, "floor": self._floor(first, last)}
        [row] = self._engine.all(
            f"""
            select count(distinct a.paper) as n from announcements a
            join papers p on p.key = a.paper
            where {_ANEW} {wanted}
            """,
            **values,
        )
        return int(row["n"]), bool(exact)

    def newest(self, clause: Clause, first: date, last: date, limit: int) -> list[Announcement]:
        """Return the newest of these days whose papers may match, those found by title first."""
        expression, titled = self._index.expression(clause), self._index.titled(clause)
        wanted = f"and p.place in ({_FOUND})" if expression else ""
        order = f"p.place in ({_TITLED}) desc," if titled else ""
        values = _anew(first, last)
        if expression:
            values["expression"] = expression
        if titled:
            values["titled"] = titled
        if expression or titled:
            values["floor"] = self._floor(first, last)
        rows = self._engine.all(
            f"""
            {ANNOUNCED}
            where {_ANEW} {wanted}
            order by {order} a.day desc, a.seq desc limit :limit
            """,
            limit=limit,
            **values,
        )
        return announcements_of(rows)

    def _floor(self, first: date, last: date) -> int:
        """The lowest place of the papers of these days: of the index only what lies above counts.

        A common word stands in a third of all papers that were ever stored. It is looked for once
        until more is announced: announcements and places never change.
        """
        head = self._engine.one("select max(seq) as seq from announcements")
        upto = int(head["seq"] or 0) if head else 0
        if self._lowest and self._lowest[:3] == (first, last, upto):
            return self._lowest[3]
        row = self._engine.one(
            f"""
            select min(p.place) as place from announcements a join papers p on p.key = a.paper
            where {_ANEW} and a.seq <= :upto
            """,
            **_anew(first, last),
            upto=upto,
        )
        place = int(row["place"] or 0) if row else 0
        if not self._engine.is_writing:  # what is undone must not be remembered
            self._lowest = first, last, upto, place
        return place

    def search(self, clause: Clause, *, limit: int, offset: int, newest: bool) -> list[Paper]:
        """Return a page of the papers that may match, by the day of their first announcement."""
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
        """Return papers that may match, those first whose words are rarest and most frequent."""
        expression = self._index.expression(clause)
        if not expression:
            return self.search(clause, limit=limit, offset=0, newest=True)
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


def _anew(first: date, last: date) -> dict[str, Value]:
    return {"first": iso(first), "last": iso(last), "new": Kind.NEW, "cross": Kind.CROSS}
