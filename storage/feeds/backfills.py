"""Which feed days are fetched from arXiv's archive, and how far that has come."""

from __future__ import annotations

from datetime import date

from storage.engine.column_types import (
    instant,
    instant_or_none,
    iso,
    micros,
    micros_or_null,
    text_list,
    texts,
)
from storage.engine.sqlite import Engine, Row
from storage.records import Harvest

_KEY = '"set" = :set and "first" = :first and "last" = :last and feeds = :feeds'


class Harvests:
    """One row per set and stretch of days; it stays when it is done, so that none is repeated."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def plan(self, harvest: Harvest) -> bool:
        """Keep a harvest that is to be made; False when it was planned before."""
        return bool(
            self._engine.change(
                """
                insert into harvests ("set", "first", "last", feeds, token, pages, made)
                values (:set, :first, :last, :feeds, '', 0, :made)
                on conflict do nothing
                """,
                set=harvest.set,
                first=iso(harvest.first),
                last=iso(harvest.last),
                feeds=text_list(harvest.feeds),
                made=micros(harvest.made),
            )
        )

    def get(self, harvest: Harvest) -> Harvest | None:
        """Return how far a harvest has come."""
        row = self._engine.one(
            f"select * from harvests where {_KEY}",  # noqa: S608 - our own words
            set=harvest.set,
            first=iso(harvest.first),
            last=iso(harvest.last),
            feeds=text_list(harvest.feeds),
        )
        return None if row is None else _harvest_of(row)

    def keep(self, harvest: Harvest) -> None:
        """Keep how far a harvest has come, in the transaction that keeps its papers."""
        self._engine.change(
            f"""
            update harvests set token = :token, pages = :pages, asked = :asked, made = :made,
                done = :done
            where {_KEY}
            """,  # noqa: S608 - our own words
            token=harvest.token,
            pages=harvest.pages,
            asked=micros_or_null(harvest.asked),
            made=micros(harvest.made),
            done=micros_or_null(harvest.done),
            set=harvest.set,
            first=iso(harvest.first),
            last=iso(harvest.last),
            feeds=text_list(harvest.feeds),
        )

    def open(self) -> list[Harvest]:
        """Return the harvests that are not done, those of the oldest days first."""
        rows = self._engine.all(
            """
            select * from harvests where done is null order by "first", "last", "set", feeds
            """
        )
        return [_harvest_of(row) for row in rows]

    def since(self, day: date) -> list[Harvest]:
        """Return all harvests, done or not, that reach to a day or beyond."""
        rows = self._engine.all(
            """select * from harvests where "last" >= :day order by "first", "set", feeds""",
            day=iso(day),
        )
        return [_harvest_of(row) for row in rows]


def _harvest_of(row: Row) -> Harvest:
    return Harvest(
        set=row["set"],
        first=date.fromisoformat(row["first"]),
        last=date.fromisoformat(row["last"]),
        feeds=texts(row["feeds"]),
        made=instant(row["made"]),
        token=row["token"],
        pages=row["pages"],
        asked=instant_or_none(row["asked"]),
        done=instant_or_none(row["done"]),
    )
