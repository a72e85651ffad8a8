"""Read and write announcements, in order of arrival and by arXiv day."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from storage.engine.column_types import format_day
from storage.engine.query_time_limit import within_budget
from storage.engine.sqlite import Engine, Row
from storage.papers.paper_rows import PAPER_COLUMNS, paper_from_row
from storage.records.papers import Announcement, AnnouncementKind

# The complete row of the announced version where there is one.
SELECT_ANNOUNCEMENTS = f"""
    select a.seq, a.feed, a.kind, a.day, {PAPER_COLUMNS} from announcements a
    join papers p on p.key = a.paper
    join versions v on v.paper = a.paper and v.version = a.version and v.partial = (
        select min(w.partial) from versions w where w.paper = a.paper and w.version = a.version)
"""


class Announcements:
    """Everything that feeds announced, numbered in order of arrival."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def insert(self, keyed_announcements: Iterable[tuple[int, Announcement]]) -> None:
        """Store announcements of stored papers, each of them once."""
        self._engine.execute_many(
            """
            insert into announcements (paper, version, feed, kind, day)
            values (:paper, :version, :feed, :kind, :day)
            on conflict do nothing
            """,
            [
                {
                    "paper": key,
                    "version": announcement.paper.version,
                    "feed": announcement.feed,
                    "kind": announcement.kind,
                    "day": format_day(announcement.day),
                }
                for key, announcement in keyed_announcements
            ],
        )

    def between(
        self, after_seq: int, up_to_seq: int, paper_keys: tuple[int, int] | None = None
    ) -> list[Announcement]:
        """Return the announcements after a position and up to another one, in order.

        ``paper_keys`` restricts them to those of papers behind a key, up to another one.
        """
        condition = "a.seq > :after and a.seq <= :upto"
        parameters = {"after": after_seq, "upto": up_to_seq}
        if paper_keys:  # the sign keeps the engine from reading all positions for a few papers
            condition = (
                "+a.seq > :after and +a.seq <= :upto and a.paper > :low and a.paper <= :high"
            )
            parameters |= {"low": paper_keys[0], "high": paper_keys[1]}
        return announcements_from_rows(
            self._engine.fetch_all(
                f"{SELECT_ANNOUNCEMENTS} where {condition} order by a.seq", **parameters
            )
        )

    def count_papers_between(self, after_seq: int, up_to_seq: int) -> int:
        """Count the papers announced after a position and up to another one."""
        return self._engine.fetch_number(
            """
            select count(distinct paper) as n from announcements where seq > :after and seq <= :upto
            """,
            after=after_seq,
            upto=up_to_seq,
        )

    def seq_before_newest(self, count: int) -> int:
        """Return the position behind which the newest ``count`` announcements stand; else 0."""
        return self._engine.fetch_number(
            "select seq from announcements order by seq desc limit 1 offset :count", count=count
        )

    def on_days(self, first: date, last: date) -> list[Announcement]:
        """Return the announcements of these arXiv days, both ends included, in order."""
        rows = self._engine.fetch_all(
            f"{SELECT_ANNOUNCEMENTS} where a.day between :first and :last order by a.seq",
            first=format_day(first),
            last=format_day(last),
        )
        return announcements_from_rows(rows)

    def last_seq(self) -> int:
        """Return the newest position, 0 before the first announcement."""
        return self._engine.fetch_number("select max(seq) from announcements")

    def days_between(self, first: date, last: date) -> list[date]:
        """Return the stored arXiv days from one to another, both ends included, in order."""
        rows = self._engine.fetch_all(
            """
            select distinct day from announcements where day between :first and :last order by day
            """,
            first=format_day(first),
            last=format_day(last),
        )
        return [date.fromisoformat(row["day"]) for row in rows]

    def counts_by_day(self) -> list[tuple[date, int]]:
        """Return each stored arXiv day with its count of announcements, oldest first."""
        rows = self._engine.fetch_all(
            "select day, count(*) as n from announcements group by day order by day"
        )
        return [(date.fromisoformat(row["day"]), row["n"]) for row in rows]


def announcements_from_rows(rows: Iterable[Row]) -> list[Announcement]:
    """Read announcements from their rows and their papers'."""
    return [
        Announcement(
            paper=paper_from_row(row),
            feed=row["feed"],
            kind=AnnouncementKind(row["kind"]),
            day=date.fromisoformat(row["day"]),
            seq=row["seq"],
        )
        for row in within_budget(rows)
    ]
