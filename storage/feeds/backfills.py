"""Store which feed days are fetched from arXiv's archive, and the progress."""

from __future__ import annotations

from datetime import date

from storage.engine.column_types import (
    format_day,
    from_micros,
    from_micros_or_none,
    texts_from_json,
    to_json_list,
    to_micros,
    to_micros_or_null,
)
from storage.engine.sqlite import Engine, Row, Value
from storage.records.feeds import Backfill

_KEY_CONDITION = """
    set_spec = :set_spec and first_day = :first_day and last_day = :last_day and feeds = :feeds
"""


class Backfills:
    """One row per set and range of days; it stays when it is done, so that none is repeated."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def plan(self, backfill: Backfill) -> bool:
        """Store a backfill to be made; False when it was planned before."""
        return bool(
            self._engine.execute(
                """
                insert into backfills (set_spec, first_day, last_day, feeds, resumption_token,
                    pages, created_at)
                values (:set_spec, :first_day, :last_day, :feeds, '', 0, :created_at)
                on conflict do nothing
                """,
                **_key_values(backfill),
                created_at=to_micros(backfill.created_at),
            )
        )

    def get(self, backfill: Backfill) -> Backfill | None:
        """Return the progress of a backfill."""
        row = self._engine.fetch_one(
            f"select * from backfills where {_KEY_CONDITION}",  # noqa: S608 - our own words
            **_key_values(backfill),
        )
        return None if row is None else _backfill_from_row(row)

    def save_progress(self, backfill: Backfill) -> None:
        """Store the progress of a backfill, in the transaction that stores its papers."""
        self._engine.execute(
            f"""
            update backfills set resumption_token = :resumption_token, pages = :pages,
                first_page_at = :first_page_at, created_at = :created_at, done_at = :done_at
            where {_KEY_CONDITION}
            """,  # noqa: S608 - our own words
            resumption_token=backfill.resumption_token,
            pages=backfill.pages,
            first_page_at=to_micros_or_null(backfill.first_page_at),
            created_at=to_micros(backfill.created_at),
            done_at=to_micros_or_null(backfill.done_at),
            **_key_values(backfill),
        )

    def unfinished(self) -> list[Backfill]:
        """Return the backfills that are not done, those of the oldest days first."""
        rows = self._engine.fetch_all(
            """
            select * from backfills where done_at is null
            order by first_day, last_day, set_spec, feeds
            """
        )
        return [_backfill_from_row(row) for row in rows]

    def reaching(self, day: date) -> list[Backfill]:
        """Return all backfills, done or not, that reach to a day or beyond."""
        rows = self._engine.fetch_all(
            "select * from backfills where last_day >= :day order by first_day, set_spec, feeds",
            day=format_day(day),
        )
        return [_backfill_from_row(row) for row in rows]


def _key_values(backfill: Backfill) -> dict[str, Value]:
    return {
        "set_spec": backfill.set_spec,
        "first_day": format_day(backfill.first_day),
        "last_day": format_day(backfill.last_day),
        "feeds": to_json_list(backfill.feeds),
    }


def _backfill_from_row(row: Row) -> Backfill:
    return Backfill(
        set_spec=row["set_spec"],
        first_day=date.fromisoformat(row["first_day"]),
        last_day=date.fromisoformat(row["last_day"]),
        feeds=texts_from_json(row["feeds"]),
        created_at=from_micros(row["created_at"]),
        resumption_token=row["resumption_token"],
        pages=row["pages"],
        first_page_at=from_micros_or_none(row["first_page_at"]),
        done_at=from_micros_or_none(row["done_at"]),
    )
