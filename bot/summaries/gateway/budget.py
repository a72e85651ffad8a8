"""Parse and compute the daily budget of models, in tokens or money.

Money is counted in millionths of the operator's own currency, so that a price per million tokens is
the price of one token.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from storage.records.summaries import DailySpending

_NUMBER = r"(\d{1,15}(?:[ ,_]\d{3})*(?:\.\d{1,6})?)"
_CURRENCY = r"([A-Z]{3}|[$€£¥])"
_PRICE = re.compile(rf"{_NUMBER}\s*/\s*{_NUMBER}\s*{_CURRENCY}?")
_MONEY_AMOUNT = re.compile(rf"{_NUMBER}\s*{_CURRENCY}")
_TOKEN_AMOUNT = re.compile(rf"{_NUMBER}\s*([kKM])?(?:\s*tokens?)?")
_MULTIPLIERS = {"k": 1_000, "K": 1_000, "M": 1_000_000}
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """The prices of a million prompt tokens and a million completion tokens."""

    prompt_price: float
    completion_price: float
    currency: str = ""

    def __str__(self) -> str:
        return (
            f"{self.prompt_price:g}/{self.completion_price:g} {self.currency}".strip()
            if self.prompt_price or self.completion_price
            else ""
        )

    def cost(self, prompt_tokens: int, completion_tokens: int) -> int:
        """Return what tokens cost, in millionths of the currency."""
        return round(prompt_tokens * self.prompt_price + completion_tokens * self.completion_price)


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that a day may cost: tokens, or millionths of a currency if it has one."""

    limit: int
    currency: str = ""

    def __str__(self) -> str:
        return f"{self.limit / MILLION:.2f} {self.currency}" if self.currency else str(self.limit)

    def is_exhausted(self, spending: Iterable[DailySpending]) -> bool:
        """Return whether the spending leaves nothing for another call."""
        if self.currency:
            return self.limit <= sum(row.cost_micros for row in spending)
        return self.limit <= sum(row.prompt_tokens + row.completion_tokens for row in spending)


def parse_price(text: str) -> Price | None:
    """Return the price that a text such as ``0.27/1.10 USD`` means; None if it is none."""
    match = _PRICE.fullmatch(text.strip())
    if not match:
        return None
    return Price(_parse_number(match[1]), _parse_number(match[2]), match[3] or "")


def parse_budget(text: str) -> Budget | None:
    """Return the budget of ``2000000``, ``500k``, ``2M tokens`` or ``1.50 USD``; else None."""
    if money_match := _MONEY_AMOUNT.fullmatch(text.strip()):
        return Budget(round(_parse_number(money_match[1]) * MILLION), money_match[2])
    if token_match := _TOKEN_AMOUNT.fullmatch(text.strip()):
        return Budget(
            round(_parse_number(token_match[1]) * _MULTIPLIERS.get(token_match[2] or "", 1))
        )
    return None


def _parse_number(text: str) -> float:
    return float(re.sub(r"[ ,_]", "", text))


def total_spending(spending: Iterable[DailySpending], day: date, model: str = "") -> DailySpending:
    """Return the sum of all rows as one row."""
    rows = list(spending)
    return DailySpending(
        day,
        model,
        calls=sum(row.calls for row in rows),
        prompt_tokens=sum(row.prompt_tokens for row in rows),
        completion_tokens=sum(row.completion_tokens for row in rows),
        cost_micros=sum(row.cost_micros for row in rows),
        unusable_answers=sum(row.unusable_answers for row in rows),
    )
