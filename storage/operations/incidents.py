"""What is wrong with the house and was told to its operator, so that nothing is told too often."""

from __future__ import annotations

import json

from storage.engine.column_types import instant, instant_or_none, micros, micros_or_null
from storage.engine.sqlite import Engine, Row
from storage.records import Notice, ToldTrouble, Trouble


class Troubles:
    """One row per trouble that was told, kept a while after it healed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[ToldTrouble]:
        """Return what was told, by name."""
        return [_told_of(row) for row in self._engine.all("select * from troubles order by name")]

    def keep(self, told: ToldTrouble) -> None:
        """Keep when a trouble was told, and when that it healed."""
        notice = told.trouble.notice
        self._engine.change(
            """
            insert into troubles (name, notice, told, healed)
            values (:name, :notice, :told, :healed)
            on conflict (name) do update set notice = excluded.notice, told = excluded.told,
                healed = excluded.healed
            """,
            name=told.trouble.name,
            notice=json.dumps([notice.key, notice.values], ensure_ascii=False),
            told=micros(told.told),
            healed=micros_or_null(told.healed),
        )

    def drop(self, name: str) -> None:
        """Forget a trouble: the next time it is new."""
        self._engine.change("delete from troubles where name = :name", name=name)


def _told_of(row: Row) -> ToldTrouble:
    key, values = json.loads(row["notice"])
    notice = Notice(key, tuple((name, value) for name, value in values))
    return ToldTrouble(
        Trouble(row["name"], notice), instant(row["told"]), instant_or_none(row["healed"])
    )
