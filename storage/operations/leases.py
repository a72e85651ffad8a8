"""Who holds a duty, and until when: polling, sending, ingest."""

from __future__ import annotations

from datetime import datetime

from storage.engine.column_types import instant, micros, seconds
from storage.engine.sqlite import Engine, Row
from storage.records import LONGEST_LEASE, Lease


class Leases:
    """One row per duty; the fence grows each time it changes hands."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, duty: str, holder: str, now: datetime, lasts: float) -> Lease | None:
        """Take a duty that is free, ran out or is ours, for some seconds; None when held.

        A lease that ends later than any is not in force: a wrong clock gave it.
        """
        rows = self._engine.changed(
            """
            insert into leases (duty, holder, until, fence) values (:duty, :holder, :until, 1)
            on conflict (duty) do update set holder = excluded.holder, until = excluded.until,
                fence = leases.fence + 1
                where leases.until <= :now or leases.until > :latest
                    or leases.holder = excluded.holder
            returning *
            """,
            duty=duty,
            holder=holder,
            now=micros(now),
            latest=micros(now + LONGEST_LEASE),
            until=micros(now) + seconds(lasts),
        )
        return _lease_of(rows[0]) if rows else None

    def renew(self, lease: Lease, now: datetime, lasts: float) -> Lease | None:
        """Keep a duty for some seconds more; None when another has taken it since."""
        rows = self._engine.changed(
            """
            update leases set until = :until
            where duty = :duty and holder = :holder and fence = :fence and until > 0
            returning *
            """,
            duty=lease.duty,
            holder=lease.holder,
            fence=lease.fence,
            until=micros(now) + seconds(lasts),
        )
        return _lease_of(rows[0]) if rows else None

    def release(self, lease: Lease) -> bool:
        """Let a duty go at once; False when another has taken it since."""
        return bool(
            self._engine.change(
                """
                update leases set until = 0
                where duty = :duty and holder = :holder and fence = :fence
                """,
                duty=lease.duty,
                holder=lease.holder,
                fence=lease.fence,
            )
        )

    def held(self, duty: str) -> Lease | None:
        """Return who took a duty last, whether or not it still lasts."""
        row = self._engine.one("select * from leases where duty = :duty", duty=duty)
        return None if row is None else _lease_of(row)


def _lease_of(row: Row) -> Lease:
    return Lease(row["duty"], row["holder"], instant(row["until"]), row["fence"])
