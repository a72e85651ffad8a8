"""What a day may cost, in tokens or money."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.gateway.budget import Budget, Price, parse_budget, parse_price, total_spending
from storage.records.summaries import DailySpending

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "expected"),
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
def test_a_budget_is_tokens_or_money(text: str, expected: Budget | None) -> None:
    assert parse_budget(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.27/1.10 USD", Price(0.27, 1.1, "USD")),
        ("2 / 8 CNY", Price(2.0, 8.0, "CNY")),
        ("0.1/0.4", Price(0.1, 0.4)),
        ("0.27", None),
        ("free", None),
    ],
)
def test_a_price_is_of_a_million_tokens_sent_and_received(
    text: str, expected: Price | None
) -> None:
    assert parse_price(text) == expected


def test_money_is_counted_by_the_price_of_a_token() -> None:
    assert Price(0.27, 1.1, "USD").cost(1_000_000, 1_000_000) == 1_370_000  # 1.37 USD


def test_a_budget_is_spent_by_tokens_or_by_money() -> None:
    spent = [DailySpending(DAY, "m", 1, prompt_tokens=600, completion_tokens=400, cost_micros=50)]

    assert Budget(1000).is_exhausted(spent)
    assert not Budget(1001).is_exhausted(spent)
    assert Budget(50, "USD").is_exhausted(spent)
    assert not Budget(51, "USD").is_exhausted(spent)


def test_nothing_may_be_asked_on_no_budget() -> None:
    assert Budget(0).is_exhausted([])


@given(st.integers(0, 10**12))
def test_a_number_of_tokens_reads_back(tokens: int) -> None:
    written = parse_budget(str(Budget(tokens)))

    assert written == Budget(tokens)


def test_all_of_it_in_one_row() -> None:
    rows = [DailySpending(DAY, "a", 1, 2, 3, 4, 5), DailySpending(DAY, "b", 10, 20, 30, 40, 50)]

    assert total_spending(rows, DAY) == DailySpending(DAY, "", 11, 22, 33, 44, 55)
