"""Store what was paid to models: one row per day and model, added to with each call."""

from __future__ import annotations

from datetime import date

from storage.engine.column_types import format_day
from storage.engine.sqlite import Engine
from storage.records.summaries import DailySpending


class ModelSpending:
    """Calls, tokens and money."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, spending: DailySpending) -> None:
        """Add to a model's cost of a day, in the transaction that stores its answer."""
        self._engine.execute(
            """
            insert into spending (day, model, calls, prompt_tokens, completion_tokens, cost_micros,
                unusable_answers)
            values (:day, :model, :calls, :prompt_tokens, :completion_tokens, :cost_micros,
                :unusable_answers)
            on conflict (day, model) do update set calls = calls + excluded.calls,
                prompt_tokens = prompt_tokens + excluded.prompt_tokens,
                completion_tokens = completion_tokens + excluded.completion_tokens,
                cost_micros = cost_micros + excluded.cost_micros,
                unusable_answers = unusable_answers + excluded.unusable_answers
            """,
            day=format_day(spending.day),
            model=spending.model,
            calls=spending.calls,
            prompt_tokens=spending.prompt_tokens,
            completion_tokens=spending.completion_tokens,
            cost_micros=spending.cost_micros,
            unusable_answers=spending.unusable_answers,
        )

    def between(self, first: date, last: date) -> list[DailySpending]:
        """Return what was paid per day and model, both ends included."""
        rows = self._engine.fetch_all(
            "select * from spending where day between :first and :last order by day, model",
            first=format_day(first),
            last=format_day(last),
        )
        return [
            DailySpending(
                day=date.fromisoformat(row["day"]),
                model=row["model"],
                calls=row["calls"],
                prompt_tokens=row["prompt_tokens"],
                completion_tokens=row["completion_tokens"],
                cost_micros=row["cost_micros"],
                unusable_answers=row["unusable_answers"],
            )
            for row in rows
        ]
