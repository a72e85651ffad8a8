"""A sentence that is too long is cut where a thought ends."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.extractive.truncate import ELLIPSIS, drop_remarks, truncate_sentence


@pytest.mark.parametrize(
    ("sentence", "limit", "expected"),
    [
        ("We prove it.", 12, "We prove it."),
        ("We prove a bound, which is sharp.", 25, "We prove a bound…"),
        ("We prove a bound and test it in full.", 30, "We prove a bound…"),
        ("We prove bounds, up to logs (upper, lower), here.", 38, "We prove bounds…"),
        ("We measure at 10:30 1,000 times a day.", 26, "We measure at 10:30 1,000…"),
        ("We, who prove very many bounds in one go.", 30, "We, who prove very many…"),
        ("We prove that $a, b, c$ are the three roots.", 20, "We prove that…"),
        ("We call \\textbf{this new thing} a thing.", 22, "We call…"),
        ("我们提出了一种新方法，它非常有效而且简单。", 15, "我们提出了一种新方法…"),
        ("x" * 50, 10, "x" * 9 + "…"),
        ("y $" + "x" * 50 + "$", 20, "y…"),
    ],
)
def test_a_cut_falls_at_a_border(sentence: str, limit: int, expected: str) -> None:
    assert truncate_sentence(sentence, limit) == expected


@pytest.mark.parametrize(
    ("sentence", "limit", "expected"),
    [
        ("We prove it (here).", 19, "We prove it (here)."),
        ("We prove it (here and there) twice (now).", 30, "We prove it twice (now)."),
        ("We prove it (here and there) twice (now).", 20, "We prove it twice."),
        (
            "We prove f(x, y) for $g (x)$ and (i) this (or $h$).",
            45,
            "We prove f(x, y) for $g (x)$ and (i) this.",
        ),
    ],
)
def test_remarks_go_until_the_sentence_is_short(sentence: str, limit: int, expected: str) -> None:
    assert drop_remarks(sentence, limit) == expected


WORDS = st.sampled_from(
    ["We", "prove,", "that", "and", "which", "(see,", "both)", "$a, b$", "$x + y; z$", "—", "it:"]
)


@given(st.lists(WORDS, min_size=1).map(" ".join), st.integers(20, 120))
def test_a_cut_never_opens_a_word_or_a_formula(sentence: str, limit: int) -> None:
    short = truncate_sentence(sentence, limit)

    assert len(short) <= limit
    shortened = short.removesuffix(ELLIPSIS)
    assert sentence.startswith(shortened)
    assert shortened.count("$") % 2 == 0
    assert re.match(r"$|[\s,;:—]", sentence[len(shortened) :])


@given(st.text(), st.integers(20, 120))
def test_no_text_becomes_longer_than_the_limit(text: str, limit: int) -> None:
    short = truncate_sentence(text, limit)

    assert len(short) <= limit
    assert text == short or text.startswith(short.removesuffix(ELLIPSIS))
