"""Papers that sources named in items that nobody could read, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from storage.engine.column_types import instant, instant_or_none, iso, micros, micros_or_null
from storage.engine.sqlite import Engine, Row, Value
from storage.records import Kind, OutstandingPaper


class Outstanding:
    """One row per feed, paper and day; it stays when it is done, so that none is repeated."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, papers: Iterable[OutstandingPaper]) -> None:
        """Keep papers that are to be asked for, unless they were noted before."""
        self._engine.change_each(
            """
            insert into outstanding (feed, id, "first", "last", version, kind, noted, attempts)
            values (:feed, :id, :first, :last, :version, :kind, :noted, 0)
            on conflict do nothing
            """,
            [
                {
                    **_key(paper),
                    "first": iso(paper.first),
                    "version": paper.version,
                    "kind": paper.kind,
                    "noted": micros(paper.noted),
                }
                for paper in papers
            ],
        )

    def open(self) -> list[OutstandingPaper]:
        """Return the papers that are not done, those of the newest days first."""
        rows = self._engine.all(
            'select * from outstanding where done is null order by "last" desc, feed, id'
        )
        return [_paper_of(row) for row in rows]

    def keep(self, papers: Iterable[OutstandingPaper]) -> None:
        """Keep what became of papers, in the transaction that keeps their announcements."""
        self._engine.change_each(
            """
            update outstanding set attempts = :attempts, asked = :asked, done = :done
            where feed = :feed and id = :id and "last" = :last
            """,
            [
                {
                    **_key(paper),
                    "attempts": paper.attempts,
                    "asked": micros_or_null(paper.asked),
                    "done": micros_or_null(paper.done),
                }
                for paper in papers
            ],
        )

    def retire(self, before: datetime, limit: int = 1000) -> int:
        """Delete some of the rows that were done before an instant; return how many."""
        return self._engine.change(
            """
            delete from outstanding where (feed, id, "last") in (
                select feed, id, "last" from outstanding where done < :before limit :limit)
            """,
            before=micros(before),
            limit=limit,
        )


def _key(paper: OutstandingPaper) -> dict[str, Value]:
    return {"feed": paper.feed, "id": paper.id, "last": iso(paper.last)}


def _paper_of(row: Row) -> OutstandingPaper:
    return OutstandingPaper(
        feed=row["feed"],
        id=row["id"],
        first=date.fromisoformat(row["first"]),
        last=date.fromisoformat(row["last"]),
        noted=instant(row["noted"]),
        version=row["version"],
        kind=Kind(row["kind"]) if row["kind"] else None,
        attempts=row["attempts"],
        asked=instant_or_none(row["asked"]),
        done=instant_or_none(row["done"]),
    )
