"""What may models cost a day, and what did they? Tokens, prices and money.

Money is counted in millionths of the operator's own currency, so that a price per million
tokens is the price of one token.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from storage.records import Spending

_NUMBER = r"(\d{1,15}(?:[ ,_]\d{3})*(?:\.\d{1,6})?)"
_CURRENCY = r"([A-Z]{3}|[$€£¥])"
_PRICE = re.compile(rf"{_NUMBER}\s*/\s*{_NUMBER}\s*{_CURRENCY}?")
_MONEY = re.compile(rf"{_NUMBER}\s*{_CURRENCY}")
_TOKENS = re.compile(rf"{_NUMBER}\s*([kKM])?(?:\s*tokens?)?")
_SCALE = {"k": 1_000, "K": 1_000, "M": 1_000_000}
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, sent and received."""

    asked: float
    answered: float
    currency: str = ""

    def __str__(self) -> str:
        return (
            f"{self.asked:g}/{self.answered:g} {self.currency}".strip()
            if self.asked or self.answered
            else ""
        )

    def of(self, asked: int, answered: int) -> int:
        """What tokens cost, in millionths of the currency."""
        return round(asked * self.asked + answered * self.answered)


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that a day may cost: tokens, or millionths of a currency where it has one."""

    most: int
    currency: str = ""

    def __str__(self) -> str:
        return f"{self.most / MILLION:.2f} {self.currency}" if self.currency else str(self.most)

    def is_spent(self, spent: Iterable[Spending]) -> bool:
        """Whether what was paid leaves nothing for another call."""
        return self.left(spent) <= 0

    def left(self, spent: Iterable[Spending]) -> int:
        """How much of the budget is left; below 0 when the last calls cost more than that."""
        if self.currency:
            return self.most - sum(one.money for one in spent)
        return self.most - sum(one.asked + one.answered for one in spent)


def price(text: str) -> Price | None:
    """``0.27/1.10 USD`` → a price; None when it is none."""
    found = _PRICE.fullmatch(text.strip())
    if not found:
        return None
    return Price(_number(found[1]), _number(found[2]), found[3] or "")


def budget(text: str) -> Budget | None:
    """``2000000``, ``500k``, ``2M tokens`` or ``1.50 USD`` → a budget; None when it is none."""
    if money := _MONEY.fullmatch(text.strip()):
        return Budget(round(_number(money[1]) * MILLION), money[2])
    if tokens := _TOKENS.fullmatch(text.strip()):
        return Budget(round(_number(tokens[1]) * _SCALE.get(tokens[2] or "", 1)))
    return None


def _number(text: str) -> float:
    return float(re.sub(r"[ ,_]", "", text))


def total(spent: Iterable[Spending], day: date, model: str = "") -> Spending:
    """All of it in one row."""
    found = list(spent)
    return Spending(
        day,
        model,
        calls=sum(one.calls for one in found),
        asked=sum(one.asked for one in found),
        answered=sum(one.answered for one in found),
        money=sum(one.money for one in found),
        unused=sum(one.unused for one in found),
    )
