"""How far each source has been read."""

from __future__ import annotations

from storage.engine.column_types import day, instant_or_none, iso, micros_or_null
from storage.engine.sqlite import Engine, Row
from storage.records import SourceCursor


class Cursors:
    """One row per source, written in the transaction that keeps what was read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, source: str) -> SourceCursor:
        """Return a source's cursor; one that was never read begins empty."""
        row = self._engine.one("select * from cursors where source = :source", source=source)
        return SourceCursor(source) if row is None else _cursor_of(row)

    def put(self, cursor: SourceCursor) -> None:
        """Keep a source's cursor in place of the former one."""
        self._engine.change(
            """
            insert into cursors (source, etag, token, day, batch, checked)
            values (:source, :etag, :token, :day, :batch, :checked)
            on conflict (source) do update set etag = excluded.etag, token = excluded.token,
                day = excluded.day, batch = excluded.batch, checked = excluded.checked
            """,
            source=cursor.source,
            etag=cursor.etag,
            token=cursor.token,
            day=iso(cursor.day),
            batch=cursor.batch,
            checked=micros_or_null(cursor.checked),
        )

    def all(self) -> list[SourceCursor]:
        """Return the cursor of every source that was ever read."""
        return [
            _cursor_of(row) for row in self._engine.all("select * from cursors order by source")
        ]


def _cursor_of(row: Row) -> SourceCursor:
    return SourceCursor(
        source=row["source"],
        etag=row["etag"],
        token=row["token"],
        day=day(row["day"]),
        batch=row["batch"],
        checked=instant_or_none(row["checked"]),
    )
