"""What a day may cost, in tokens or money."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.gateway.budget import Budget, Price, budget, price, total
from storage.records import Spending

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2000000", Budget(2_000_000)),
        ("2,000,000", Budget(2_000_000)),
        ("500k", Budget(500_000)),
        ("1.5M tokens", Budget(1_500_000)),
        ("0", Budget(0)),
        ("1.50 USD", Budget(1_500_000, "USD")),
        ("3¥", Budget(3_000_000, "¥")),
        ("", None),
        ("-1", None),
        ("lots", None),
        ("1.5 usd", None),
    ],
)
def test_a_budget_is_tokens_or_money(text: str, found: Budget | None) -> None:
    assert budget(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0.27/1.10 USD", Price(0.27, 1.1, "USD")),
        ("2 / 8 CNY", Price(2.0, 8.0, "CNY")),
        ("0.1/0.4", Price(0.1, 0.4)),
        ("0.27", None),
        ("free", None),
    ],
)
def test_a_price_is_of_a_million_tokens_sent_and_received(text: str, found: Price | None) -> None:
    assert price(text) == found


def test_money_is_counted_by_the_price_of_a_token() -> None:
    assert Price(0.27, 1.1, "USD").of(1_000_000, 1_000_000) == 1_370_000  # 1.37 USD


def test_a_budget_is_spent_by_tokens_or_by_money() -> None:
    spent = [Spending(DAY, "m", 1, asked=600, answered=400, money=50)]

    assert Budget(1000).is_spent(spent)
    assert not Budget(1001).is_spent(spent)
    assert Budget(50, "USD").is_spent(spent)
    assert Budget(51, "USD").left(spent) == 1


def test_nothing_may_be_asked_on_no_budget() -> None:
    assert Budget(0).is_spent([])


@given(st.integers(0, 10**12))
def test_a_number_of_tokens_reads_back(tokens: int) -> None:
    written = budget(str(Budget(tokens)))

    assert written == Budget(tokens)


def test_all_of_it_in_one_row() -> None:
    rows = [Spending(DAY, "a", 1, 2, 3, 4, 5), Spending(DAY, "b", 10, 20, 30, 40, 50)]

    assert total(rows, DAY) == Spending(DAY, "", 11, 22, 33, 44, 55)
