"""A topic is named by its words, without the signs of the query language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.topics.topic_name import MAX_DEFAULT_LENGTH, topic_name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Diffusion  models", "Diffusion models"),
        ("diffusion OR splatting", "diffusion OR splatting"),
        ('"diffusion model" cat:cs.CV', "diffusion model cs.CV"),
        ('(llm OR "language model") agent*', "llm / language model agent"),
        ("cat:cs.CV", "cs.CV"),
        ('au:"Kaiming He"', "Kaiming He"),
        ("gan -(a OR b) vae NOT survey", "gan vae"),
        ("gan OR -survey", "gan"),
        ('"unclosed', '"unclosed'),
        ("扩散模型", "扩散模型"),
        ("word " * 20, f"{'word ' * 11}".strip() + "…"),
        ("x" * 80, "x" * (MAX_DEFAULT_LENGTH - 1) + "…"),
    ],
)
def test_a_topic_is_called_by_its_words(words: str, name: str) -> None:
    assert topic_name(words) == name


@given(
    st.lists(
        st.sampled_from(
            ["a", "OR", "AND", "NOT", "-", "(", ")", '"b c"', "ti:", "d*", "扩散", " "]
        ),
        min_size=1,
        max_size=30,
    ).map(" ".join)
)
def test_every_topic_has_a_name_of_one_short_line(words: str) -> None:
    name = topic_name(words)

    assert len(name) <= MAX_DEFAULT_LENGTH
    assert name == " ".join(name.split())
    assert bool(name) == bool(words.strip())
