"""Store who leads which work, and until when: polling, sending, ingest."""

from __future__ import annotations

from datetime import datetime

from storage.engine.column_types import from_micros, seconds_to_micros, to_micros
from storage.engine.sqlite import Engine, Row
from storage.records.operations import MAX_LEASE_DURATION, Lease


class Leases:
    """One row per lease; the fencing token grows each time it changes hands."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def acquire(self, name: str, holder: str, now: datetime, lease_seconds: float) -> Lease | None:
        """Take a lease that is free, expired or ours, for some seconds; None when it is held.

        A lease that ends implausibly late is not in force: a wrong clock set it.
        """
        rows = self._engine.execute_returning(
            """
            insert into leases (name, holder, expires_at, fencing_token)
            values (:name, :holder, :expires_at, 1)
            on conflict (name) do update set holder = excluded.holder,
                expires_at = excluded.expires_at, fencing_token = leases.fencing_token + 1
                where leases.expires_at <= :now or leases.expires_at > :latest
                    or leases.holder = excluded.holder
            returning *
            """,
            name=name,
            holder=holder,
            now=to_micros(now),
            latest=to_micros(now + MAX_LEASE_DURATION),
            expires_at=to_micros(now) + seconds_to_micros(lease_seconds),
        )
        return _lease_from_row(rows[0]) if rows else None

    def renew(self, lease: Lease, now: datetime, lease_seconds: float) -> Lease | None:
        """Extend a lease for some seconds; None when another has taken it since."""
        rows = self._engine.execute_returning(
            """
            update leases set expires_at = :expires_at
            where name = :name and holder = :holder and fencing_token = :fencing_token
                and expires_at > 0
            returning *
            """,
            name=lease.name,
            holder=lease.holder,
            fencing_token=lease.fencing_token,
            expires_at=to_micros(now) + seconds_to_micros(lease_seconds),
        )
        return _lease_from_row(rows[0]) if rows else None

    def release(self, lease: Lease) -> bool:
        """Release a lease at once; False when another has taken it since."""
        return bool(
            self._engine.execute(
                """
                update leases set expires_at = 0
                where name = :name and holder = :holder and fencing_token = :fencing_token
                """,
                name=lease.name,
                holder=lease.holder,
                fencing_token=lease.fencing_token,
            )
        )

    def get(self, name: str) -> Lease | None:
        """Return who took a lease last, whether or not it is still in force."""
        row = self._engine.fetch_one("select * from leases where name = :name", name=name)
        return None if row is None else _lease_from_row(row)


def _lease_from_row(row: Row) -> Lease:
    return Lease(row["name"], row["holder"], from_micros(row["expires_at"]), row["fencing_token"])
