"""What was paid to models: one row per day and model, added to with each call."""

from __future__ import annotations

from datetime import date

from storage.engine.column_types import iso
from storage.engine.sqlite import Engine, Row
from storage.records import Spending


class Spendings:
    """Calls, tokens and money."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, spent: Spending) -> None:
        """Add to what a model cost on a day, in the transaction that keeps what it said."""
        self._engine.change(
            """
            insert into spending (day, model, calls, asked, answered, money, unused)
            values (:day, :model, :calls, :asked, :answered, :money, :unused)
            on conflict (day, model) do update set calls = calls + excluded.calls,
                asked = asked + excluded.asked, answered = answered + excluded.answered,
                money = money + excluded.money, unused = unused + excluded.unused
            """,
            day=iso(spent.day),
            model=spent.model,
            calls=spent.calls,
            asked=spent.asked,
            answered=spent.answered,
            money=spent.money,
            unused=spent.unused,
        )

    def between(self, first: date, last: date) -> list[Spending]:
        """Return what was paid per day and model, both ends included."""
        rows = self._engine.all(
            "select * from spending where day between :first and :last order by day, model",
            first=iso(first),
            last=iso(last),
        )
        return [_spending_of(row) for row in rows]


def _spending_of(row: Row) -> Spending:
    return Spending(
        day=date.fromisoformat(row["day"]),
        model=row["model"],
        calls=row["calls"],
        asked=row["asked"],
        answered=row["answered"],
        money=row["money"],
        unused=row["unused"],
    )
