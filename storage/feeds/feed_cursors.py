"""Store how far each source has been read."""

from __future__ import annotations

from storage.engine.column_types import (
    format_day,
    from_micros_or_none,
    parse_day,
    to_micros_or_null,
)
from storage.engine.sqlite import Engine, Row
from storage.records.feeds import FeedCursor


class FeedCursors:
    """One row per source, written in the transaction that stores what was read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, source: str) -> FeedCursor:
        """Return a source's cursor, an empty one where the source was never read."""
        row = self._engine.fetch_one(
            "select * from feed_cursors where source = :source", source=source
        )
        return FeedCursor(source) if row is None else _cursor_from_row(row)

    def put(self, cursor: FeedCursor) -> None:
        """Replace a source's cursor."""
        self._engine.execute(
            """
            insert into feed_cursors (source, etag, resumption_token, last_day,
                batch_fingerprint, checked_at)
            values (:source, :etag, :resumption_token, :last_day,
                :batch_fingerprint, :checked_at)
            on conflict (source) do update set etag = excluded.etag,
                resumption_token = excluded.resumption_token, last_day = excluded.last_day,
                batch_fingerprint = excluded.batch_fingerprint, checked_at = excluded.checked_at
            """,
            source=cursor.source,
            etag=cursor.etag,
            resumption_token=cursor.resumption_token,
            last_day=format_day(cursor.last_day),
            batch_fingerprint=cursor.batch_fingerprint,
            checked_at=to_micros_or_null(cursor.checked_at),
        )

    def all(self) -> list[FeedCursor]:
        """Return the cursor of every source that was ever read."""
        return [
            _cursor_from_row(row)
            for row in self._engine.fetch_all("select * from feed_cursors order by source")
        ]


def _cursor_from_row(row: Row) -> FeedCursor:
    return FeedCursor(
        source=row["source"],
        etag=row["etag"],
        resumption_token=row["resumption_token"],
        last_day=parse_day(row["last_day"]),
        batch_fingerprint=row["batch_fingerprint"],
        checked_at=from_micros_or_none(row["checked_at"]),
    )
