"""Store papers named by feed items that could not be read, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from storage.engine.column_types import (
    format_day,
    from_micros,
    from_micros_or_none,
    to_micros,
    to_micros_or_null,
)
from storage.engine.sqlite import Engine, Value
from storage.records.feeds import MissingPaper
from storage.records.papers import AnnouncementKind


class MissingPapers:
    """One row per feed, paper and day; it stays when it is done, so that none is repeated."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, papers: Iterable[MissingPaper]) -> None:
        """Store papers to be requested, unless they were noted before."""
        self._engine.execute_many(
            """
            insert into missing_papers (feed, id, first_day, last_day, version, kind, noted_at,
                attempts)
            values (:feed, :id, :first_day, :last_day, :version, :kind, :noted_at, 0)
            on conflict do nothing
            """,
            [
                {
                    **_key_values(paper),
                    "first_day": format_day(paper.first_day),
                    "version": paper.version,
                    "kind": paper.kind,
                    "noted_at": to_micros(paper.noted_at),
                }
                for paper in papers
            ],
        )

    def unfinished(self) -> list[MissingPaper]:
        """Return the papers that are not done, those of the newest days first."""
        rows = self._engine.fetch_all(
            "select * from missing_papers where done_at is null order by last_day desc, feed, id"
        )
        return [
            MissingPaper(
                feed=row["feed"],
                id=row["id"],
                first_day=date.fromisoformat(row["first_day"]),
                last_day=date.fromisoformat(row["last_day"]),
                noted_at=from_micros(row["noted_at"]),
                version=row["version"],
                kind=AnnouncementKind(row["kind"]) if row["kind"] else None,
                attempts=row["attempts"],
                last_requested_at=from_micros_or_none(row["last_requested_at"]),
                done_at=from_micros_or_none(row["done_at"]),
            )
            for row in rows
        ]

    def save_progress(self, papers: Iterable[MissingPaper]) -> None:
        """Store what became of papers, in the transaction that stores their announcements."""
        self._engine.execute_many(
            """
            update missing_papers set attempts = :attempts, last_requested_at = :last_requested_at,
                done_at = :done_at
            where feed = :feed and id = :id and last_day = :last_day
            """,
            [
                {
                    **_key_values(paper),
                    "attempts": paper.attempts,
                    "last_requested_at": to_micros_or_null(paper.last_requested_at),
                    "done_at": to_micros_or_null(paper.done_at),
                }
                for paper in papers
            ],
        )

    def delete_done_before(self, before: datetime, limit: int = 1000) -> int:
        """Delete some of the rows that were done before an instant; return how many."""
        return self._engine.execute(
            """
            delete from missing_papers where (feed, id, last_day) in (
                select feed, id, last_day from missing_papers where done_at < :before limit :limit)
            """,
            before=to_micros(before),
            limit=limit,
        )


def _key_values(paper: MissingPaper) -> dict[str, Value]:
    return {"feed": paper.feed, "id": paper.id, "last_day": format_day(paper.last_day)}
