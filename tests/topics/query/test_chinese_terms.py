"""Chinese terms are read as English if all of them are known, and else not at all."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.topics.query.analyzer import has_han
from bot.topics.query.chinese_terms import TERMS_FILE, in_english
from bot.topics.query.parser import has_chinese, parse

TERMS = [line.split("\t") for line in TERMS_FILE.read_text(encoding="utf-8").splitlines()]


def test_the_list_is_sorted_and_each_term_is_a_query() -> None:
    assert len(TERMS) >= 200
    assert sorted(TERMS) == TERMS
    assert len({chinese for chinese, _ in TERMS}) == len(TERMS)
    for chinese, english in TERMS:
        assert re.fullmatch("[\u3400-\u9fff]+", chinese)
        query = in_english(chinese)
        assert query is not None
        assert query.strip('"') == english
        assert not has_chinese(parse(query))


@pytest.mark.parametrize(
    ("words", "english"),
    [
        ("扩散模型", '"diffusion model"'),
        ("图像分割 cat:cs.CV -综述", '"image segmentation" cat:cs.CV -survey'),
        ("ti:扩散模型", 'ti:"diffusion model"'),
        ('"扩散模型" gan', '"diffusion model" gan'),
        ("基于扩散模型的图像修复", '"diffusion model" "image restoration"'),
        ("强化学习或模仿学习", '"reinforcement learning" OR "imitation learning"'),
        ("我想看 扩散模型 在 医学图像 中的应用", '"diffusion model" "medical image"'),
        ("标题：图像分割综述", 'ti:("image segmentation" survey)'),
        ("ti:扩散模型或流匹配", 'ti:("diffusion model" OR "flow matching")'),
        ("扩散模型 -图像分割综述", '"diffusion model" -("image segmentation" survey)'),
        ("扩散模型 NOT 综述", '"diffusion model" -survey'),
        ("扩散模型或流匹配 cat:cs.CV", '("diffusion model" OR "flow matching") cat:cs.CV'),
        ("医学图像 扩散或流匹配", '"medical image" (diffusion OR "flow matching")'),
        ("(扩散模型 OR 流匹配) -gan", '("diffusion model" OR "flow matching") -gan'),
        ('"扩散模型 图像"~5', '"diffusion model image"~5'),
        ("扩散模型、流匹配", '"diffusion model" "flow matching"'),
        ('"扩散或图像"', None),
        ("扩散模型 -的 gan", None),
        ("扩散模型 au:何恺明", None),
        ("杭州", None),
        ("扩散模型 杭州", None),
        ("我想看", None),
        ("diffusion或splatting", None),
        ("diffusion或视频", None),
        ("quantum 和 circuits", None),
        ("diffusion", None),
        ("", None),
    ],
)
def test_words_are_read_whole_or_not_at_all(words: str, english: str | None) -> None:
    assert in_english(words) == english


@given(
    st.lists(
        st.sampled_from(
            ["扩散模型", "图像", "的", "杭州", "或", "-", "ti:", '"', "(", ")", "*", "gan", " "]
        )
    ).map("".join)
)
def test_what_is_read_is_a_query_in_english(words: str) -> None:
    english = in_english(words)
    if english is not None:
        assert not has_han(english)
        assert parse(english)
