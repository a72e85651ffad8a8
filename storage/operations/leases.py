"""Who holds a duty, and until when: polling, sending, ingest."""

from __future__ import annotations

from datetime import datetime

from storage.engine.column_types import from_micros, seconds_to_micros, to_micros
from storage.engine.sqlite import Engine, Row
from storage.records import MAX_LEASE_DURATION, Lease


class Leases:
    """One row per duty; the fence grows each time it changes hands."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def acquire(self, name: str, holder: str, now: datetime, lease_seconds: float) -> Lease | None:
        """Take a duty that is free, ran out or is ours, for some seconds; None when held.

        A lease that ends later than any is not in force: a wrong clock gave it.
        """
        rows = self._engine.execute_returning(
            """
            insert into leases (duty, holder, until, fence) values (:duty, :holder, :until, 1)
            on conflict (duty) do update set holder = excluded.holder, until = excluded.until,
                fence = leases.fence + 1
                where leases.until <= :now or leases.until > :latest
                    or leases.holder = excluded.holder
            returning *
            """,
            duty=name,
            holder=holder,
            now=to_micros(now),
            latest=to_micros(now + MAX_LEASE_DURATION),
            until=to_micros(now) + seconds_to_micros(lease_seconds),
        )
        return _lease_from_row(rows[0]) if rows else None

    def renew(self, lease: Lease, now: datetime, lease_seconds: float) -> Lease | None:
        """Keep a duty for some seconds more; None when another has taken it since."""
        rows = self._engine.execute_returning(
            """
            update leases set until = :until
            where duty = :duty and holder = :holder and fence = :fence and until > 0
            returning *
            """,
            duty=lease.name,
            holder=lease.holder,
            fence=lease.fencing_token,
            until=to_micros(now) + seconds_to_micros(lease_seconds),
        )
        return _lease_from_row(rows[0]) if rows else None

    def release(self, lease: Lease) -> bool:
        """Let a duty go at once; False when another has taken it since."""
        return bool(
            self._engine.execute(
                """
                update leases set until = 0
                where duty = :duty and holder = :holder and fence = :fence
                """,
                duty=lease.name,
                holder=lease.holder,
                fence=lease.fencing_token,
            )
        )

    def get(self, name: str) -> Lease | None:
        """Return who took a duty last, whether or not it still lasts."""
        row = self._engine.fetch_one("select * from leases where duty = :duty", duty=name)
        return None if row is None else _lease_from_row(row)


def _lease_from_row(row: Row) -> Lease:
    return Lease(row["duty"], row["holder"], from_micros(row["until"]), row["fence"])
