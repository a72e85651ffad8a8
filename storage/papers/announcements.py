"""What was announced: in the order in which it came, and by arXiv's days."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from storage.engine.column_types import iso
from storage.engine.query_budget import within_budget
from storage.engine.sqlite import Engine, Row, Value
from storage.papers.version_rows import PAPER, paper_of
from storage.records import Announcement, Kind

# The complete row of the announced version where there is one.
ANNOUNCED = f"""
    select a.seq, a.feed, a.kind, a.day, {PAPER} from announcements a
    join papers p on p.key = a.paper
    join versions v on v.paper = a.paper and v.version = a.version and v.partial = (
        select min(w.partial) from versions w where w.paper = a.paper and w.version = a.version)
"""


def announce(engine: Engine, told: Iterable[tuple[int, Announcement]]) -> None:
    """Keep announcements of stored papers, each of them once."""
    engine.change_each(
        """
        insert into announcements (paper, version, feed, kind, day)
        values (:paper, :version, :feed, :kind, :day)
        on conflict do nothing
        """,
        [_columns(key, announcement) for key, announcement in told],
    )


def after(engine: Engine, seq: int, limit: int | None) -> list[Announcement]:
    """Return the announcements after a position, in order."""
    rows = engine.all(
        f"{ANNOUNCED} where a.seq > :seq order by a.seq limit :limit",
        seq=seq,
        limit=2**62 if limit is None else limit,
    )
    return announcements_of(rows)


def between(
    engine: Engine, after: int, upto: int, papers: tuple[int, int] | None = None
) -> list[Announcement]:
    """Return the announcements after a position and up to another one, in order.

    ``papers`` restricts them to those of papers behind a key, up to another one.
    """
    wanted, values = "a.seq > :after and a.seq <= :upto", {"after": after, "upto": upto}
    if papers:  # the sign keeps the engine from reading all positions for a few papers
        wanted = "+a.seq > :after and +a.seq <= :upto and a.paper > :low and a.paper <= :high"
        values |= {"low": papers[0], "high": papers[1]}
    return announcements_of(engine.all(f"{ANNOUNCED} where {wanted} order by a.seq", **values))


def count_between(engine: Engine, after: int, upto: int) -> int:
    """Count the papers announced after a position and up to another one."""
    row = engine.one(
        """
        select count(distinct paper) as n from announcements where seq > :after and seq <= :upto
        """,
        after=after,
        upto=upto,
    )
    return int(row["n"]) if row else 0


def position_before(engine: Engine, count: int) -> int:
    """Return the position behind which the newest ``count`` announcements stand; else 0."""
    row = engine.one(
        "select seq from announcements order by seq desc limit 1 offset :count", count=count
    )
    return int(row["seq"]) if row else 0


def on_days(engine: Engine, first: date, last: date) -> list[Announcement]:
    """Return the announcements of these arXiv days, both ends included, in order."""
    rows = engine.all(
        f"{ANNOUNCED} where a.day between :first and :last order by a.seq",
        first=iso(first),
        last=iso(last),
    )
    return announcements_of(rows)


def last_seq(engine: Engine) -> int:
    """Return the newest position, 0 before the first announcement."""
    row = engine.one("select coalesce(max(seq), 0) as seq from announcements")
    return int(row["seq"]) if row else 0


def days(engine: Engine) -> list[tuple[date, int]]:
    """Return each stored arXiv day with its count of announcements, oldest first."""
    rows = engine.all("select day, count(*) as n from announcements group by day order by day")
    return [(date.fromisoformat(row["day"]), row["n"]) for row in rows]


def _columns(key: int, announcement: Announcement) -> dict[str, Value]:
    return {
        "paper": key,
        "version": announcement.paper.version,
        "feed": announcement.feed,
        "kind": announcement.kind,
        "day": iso(announcement.day),
    }


def announcements_of(rows: Iterable[Row]) -> list[Announcement]:
    """Read announcements from their rows and their papers'."""
    return [
        Announcement(
            paper=paper_of(row),
            feed=row["feed"],
            kind=Kind(row["kind"]),
            day=date.fromisoformat(row["day"]),
            seq=row["seq"],
        )
        for row in within_budget(rows)
    ]
