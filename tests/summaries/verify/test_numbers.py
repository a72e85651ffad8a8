"""A number is the same number, however it is written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.verify import numbers


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("1000个", "1,000 images"),
        ("1万个", "10,000 images"),
        ("12.3万", "123k samples"),
        ("6亿人", "600 million people"),
        ("15亿参数", "1.5B parameters"),
        ("15億", "1.5 billion"),
        ("0.5万亿", "500 billion tokens"),
        ("90亿个标记", "$9$ billion tokens"),
        ("百分之十五", "15%"),
        ("百分之三点五", "3.5 percent"),
        ("两倍", "twofold"),
        ("二十倍", "20 times"),
        ("三成的", "30 %"),
        ("2倍", "doubles the speed"),
        ("3个", "three stages"),
        ("第2", "the second"),
        ("21世纪", "the 21st century"),
        ("20世纪90年代", "the 1990s"),
        ("5月", "in May"),
        ("0.63", "MCC = .63"),
        ("1000", r"10\,00 or 1{,}000"),
        ("24", "twenty-four hours"),
        ("300", "three hundred"),
        ("50%", "half of the gain"),
        ("10³", "$10^3$"),
        ("１２", "12"),
        ("16.9%", "between 6.5% and 16.9%"),
        ("COVID-19", "the pandemic"),
        ("(1) 和 (2)", "two parts"),
    ],
)
def test_the_same_number(claim: str, source: str) -> None:
    assert not _new(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("58.2亿", "582M clips"),  # ten times as many: models do this
        ("60亿", "600 million"),
        ("18%", "18.5%"),
        ("三倍", "twofold"),
        ("百分之十六", "15%"),
        ("2020", "2021"),
        ("四百倍", "40 times"),
        ("ten times faster", "40 times faster"),
        ("twenty-five percent", "20% and 5"),
        ("a threefold gain", "a gain of 2x"),
        ("fifty-fold", "five"),
    ],
)
def test_another_number(claim: str, source: str) -> None:
    assert _new(claim, source)


@pytest.mark.parametrize("claim", ["1.250", "1 250", "1'250", "1250", "1.250,0"])
def test_separators_of_other_languages(claim: str) -> None:
    assert not _new(claim, "1,250 gauges", decimal_comma=True)
    assert not _new("18,5 %", "18.5%", decimal_comma=True)


def test_counting_words_and_idioms_claim_nothing() -> None:
    assert not numbers.claimed_numbers("千万不要用数千倍的成本换两种方法，十分有效")
    assert not numbers.claimed_numbers(
        "Many times, for the first time, and at times one percent; a fold."
    )
    assert not numbers.claimed_numbers("Some hundred times, and several thousand times.")


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("ten times faster", "10x"),
        ("forty times", "40 times"),
        ("twenty-five percent", "25%"),
        ("twenty-five per cent", "a twenty-five percent gain"),
        ("two times", "twice as fast"),
        ("threefold", "triples"),
        ("two hundred times", "200-fold"),
        ("ten times", "by an order of magnitude"),
        ("a hundred times", "two orders of magnitude"),
    ],
)
def test_numbers_in_words_are_claims_too(claim: str, source: str) -> None:
    assert numbers.claimed_numbers(claim)
    assert not _new(claim, source)


def test_years_citations_and_formulas_may_go() -> None:
    source = r"Since 2019 \citep{li2023} we use $10^{15}$ steps, three times, on 512 cores"

    assert numbers.required_numbers(source) == (frozenset({Decimal(512)}),)


@given(st.integers(0, 10**13))
def test_every_grouping_is_read(value: int) -> None:
    for written in (str(value), f"{value:,}"):
        assert Decimal(value) in numbers.all_numbers(f"约{written}个")


@given(st.integers(11, 10**8), st.sampled_from([("万", 4), ("亿", 8)]))
def test_chinese_magnitudes_are_exact(value: int, unit: tuple[str, int]) -> None:
    sign, power = unit
    shortened = Decimal(value) / 10**power

    assert not _new(f"{shortened:f}{sign}", f"{value:,} tokens")


@given(st.text(max_size=200))
def test_a_text_holds_its_own_numbers(text: str) -> None:
    assert not _new(text, text)


def _new(claim: str, source: str, *, decimal_comma: bool = False) -> bool:
    source_numbers = numbers.all_numbers(source)
    new_numbers = (
        *numbers.digit_numbers(claim, decimal_comma=decimal_comma),
        *numbers.claimed_numbers(claim),
    )
    return any(not readings & source_numbers for readings in new_numbers)
