"""Tell what each feed announced on which day, and how it answered last."""

from __future__ import annotations

from datetime import date, datetime

from storage.engine.column_types import format_day, from_micros, parse_day, to_micros
from storage.engine.sqlite import Engine
from storage.records.feeds import FeedStatus


class FeedHealth:
    """The health of feeds, by the names that announcements carry."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def first_announced_day(self, feed: str) -> date | None:
        """Return the first arXiv day for which a feed brought papers."""
        row = self._engine.fetch_one(
            "select min(day) as day from announcements where feed = :feed", feed=feed
        )
        return parse_day(row["day"]) if row else None

    def announced_days(self, feed: str, first: date, last: date) -> frozenset[date]:
        """Return the days, both ends included, for which a feed brought papers."""
        rows = self._engine.fetch_all(
            """
            select distinct day from announcements
            where feed = :feed and day between :first and :last
            """,
            feed=feed,
            first=format_day(first),
            last=format_day(last),
        )
        return frozenset(date.fromisoformat(row["day"]) for row in rows)

    def has_announced(self, feed: str, id: str, version: int) -> bool:
        """Tell whether a feed announced a version of a paper on any day."""
        return self._engine.has_row(
            """
            select 1 as found from papers p join announcements a on a.paper = p.key
            where p.id = :id and a.version = :version and a.feed = :feed limit 1
            """,
            id=id,
            version=version,
            feed=feed,
        )

    def has_announced_as_new(self, feed: str, id: str) -> bool:
        """Tell whether a feed announced a paper as new or cross-listed, at any version."""
        return self._engine.has_row(
            """
            select 1 as found from papers p join announcements a on a.paper = p.key
            where p.id = :id and a.feed = :feed and a.kind in ('new', 'cross') limit 1
            """,
            id=id,
            feed=feed,
        )

    def record_status(
        self, feed: str, status: str, now: datetime, *, truncated_day: date | None
    ) -> None:
        """Store how a feed answered, since when, and the last day that was truncated."""
        self._engine.execute(
            """
            insert into feed_health (feed, status, since, truncated_day)
            values (:feed, :status, :now, :truncated_day)
            on conflict (feed) do update set status = excluded.status,
                since = case when feed_health.status = excluded.status
                    then feed_health.since else excluded.since end,
                truncated_day = coalesce(excluded.truncated_day, feed_health.truncated_day)
            """,
            feed=feed,
            status=status,
            now=to_micros(now),
            truncated_day=format_day(truncated_day),
        )

    def statuses(self) -> dict[str, FeedStatus]:
        """Return how each feed answered last."""
        rows = self._engine.fetch_all("select * from feed_health order by feed")
        return {
            row["feed"]: FeedStatus(
                row["feed"],
                row["status"],
                from_micros(row["since"]),
                parse_day(row["truncated_day"]),
            )
            for row in rows
        }
