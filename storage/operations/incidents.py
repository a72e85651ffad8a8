"""Store the incidents that the operator was notified of, so that none is repeated too often."""

from __future__ import annotations

from storage.engine.column_types import (
    from_micros,
    from_micros_or_none,
    to_micros,
    to_micros_or_null,
)
from storage.engine.sqlite import Engine
from storage.messages.notice_column import notice_from_json, notice_to_json
from storage.records.operations import Incident, NotifiedIncident


class Incidents:
    """One row per incident, kept a while after it was resolved."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[NotifiedIncident]:
        """Return all incidents, by name."""
        return [
            NotifiedIncident(
                Incident(row["name"], notice_from_json(row["notice"])),
                from_micros(row["notified_at"]),
                from_micros_or_none(row["resolved_at"]),
            )
            for row in self._engine.fetch_all("select * from incidents order by name")
        ]

    def save(self, notified: NotifiedIncident) -> None:
        """Store when the operator was notified of an incident, and of its end."""
        self._engine.execute(
            """
            insert into incidents (name, notice, notified_at, resolved_at)
            values (:name, :notice, :notified_at, :resolved_at)
            on conflict (name) do update set notice = excluded.notice,
                notified_at = excluded.notified_at, resolved_at = excluded.resolved_at
            """,
            name=notified.incident.name,
            notice=notice_to_json(notified.incident.notice),
            notified_at=to_micros(notified.notified_at),
            resolved_at=to_micros_or_null(notified.resolved_at),
        )

    def delete(self, name: str) -> None:
        """Delete an incident: the next time it is new."""
        self._engine.execute("delete from incidents where name = :name", name=name)
