"""Which feed days are fetched from arXiv's archive, and how far that has come."""

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
from storage.engine.sqlite import Engine, Row
from storage.records import Backfill

_KEY_CONDITION = '"set" = :set and "first" = :first and "last" = :last and feeds = :feeds'


class Backfills:
    """One row per set and stretch of days; it stays when it is done, so that none is repeated."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def plan(self, backfill: Backfill) -> bool:
        """Keep a harvest that is to be made; False when it was planned before."""
        return bool(
            self._engine.execute(
                """
                insert into harvests ("set", "first", "last", feeds, token, pages, made)
                values (:set, :first, :last, :feeds, '', 0, :made)
                on conflict do nothing
                """,
                set=backfill.set_spec,
                first=format_day(backfill.first_day),
                last=format_day(backfill.last_day),
                feeds=to_json_list(backfill.feeds),
                made=to_micros(backfill.created_at),
            )
        )

    def get(self, backfill: Backfill) -> Backfill | None:
        """Return how far a harvest has come."""
        row = self._engine.fetch_one(
            f"select * from harvests where {_KEY_CONDITION}",  # noqa: S608 - our own words
            set=backfill.set_spec,
            first=format_day(backfill.first_day),
            last=format_day(backfill.last_day),
            feeds=to_json_list(backfill.feeds),
        )
        return None if row is None else _backfill_from_row(row)

    def save_progress(self, backfill: Backfill) -> None:
        """Keep how far a harvest has come, in the transaction that keeps its papers."""
        self._engine.execute(
            f"""
            update harvests set token = :token, pages = :pages, asked = :asked, made = :made,
                done = :done
            where {_KEY_CONDITION}
            """,  # noqa: S608 - our own words
            token=backfill.resumption_token,
            pages=backfill.pages,
            asked=to_micros_or_null(backfill.first_page_at),
            made=to_micros(backfill.created_at),
            done=to_micros_or_null(backfill.done_at),
            set=backfill.set_spec,
            first=format_day(backfill.first_day),
            last=format_day(backfill.last_day),
            feeds=to_json_list(backfill.feeds),
        )

    def unfinished(self) -> list[Backfill]:
        """Return the harvests that are not done, those of the oldest days first."""
        rows = self._engine.fetch_all(
            """
            select * from harvests where done is null order by "first", "last", "set", feeds
            """
        )
        return [_backfill_from_row(row) for row in rows]

    def reaching(self, day: date) -> list[Backfill]:
        """Return all harvests, done or not, that reach to a day or beyond."""
        rows = self._engine.fetch_all(
            """select * from harvests where "last" >= :day order by "first", "set", feeds""",
            day=format_day(day),
        )
        return [_backfill_from_row(row) for row in rows]


def _backfill_from_row(row: Row) -> Backfill:
    return Backfill(
        set_spec=row["set"],
        first_day=date.fromisoformat(row["first"]),
        last_day=date.fromisoformat(row["last"]),
        feeds=texts_from_json(row["feeds"]),
        created_at=from_micros(row["made"]),
        resumption_token=row["token"],
        pages=row["pages"],
        first_page_at=from_micros_or_none(row["asked"]),
        done_at=from_micros_or_none(row["done"]),
    )
