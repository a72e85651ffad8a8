"""How close texts are: shared words, words used alike, and how near words stand."""

from __future__ import annotations

import pytest

from bot.ranking.relevance import WHOLE, TextRelevance, heaviest_words, nearness, paper_share
from bot.ranking.word_table import shipped_table
from bot.topics.query.analyzer import index_text

UNLEARNING = (
    "Machine unlearning for language models: we remove the influence of forget data from a trained"
    " language model and keep what it knows otherwise."
)
FORGETTING = "Forgetting selected knowledge: deletion of private facts from trained LLMs."
REMOVAL = "Unlearning benchmarks judge whether the forget set was removed from a language model."
GALAXIES = "Rotation curves of dwarf galaxies constrain the density of dark matter in their halos."


def words(text: str) -> list[str]:
    """Return the words of a text as the index has them."""
    return index_text(text).split()


def relevance(text: str, **options: list[str]) -> TextRelevance:
    """Return how close texts are to this one."""
    return TextRelevance(shipped_table(), words(text), **options)


def test_the_same_text_is_closest_then_shared_words_then_words_used_alike() -> None:
    to_unlearning = relevance(UNLEARNING)

    scores = [
        to_unlearning.score(words(text)) for text in (UNLEARNING, REMOVAL, FORGETTING, GALAXIES)
    ]

    assert scores == sorted(scores, reverse=True)
    assert scores[0] == WHOLE * 3 // 2
    assert len(set(scores)) == len(scores)


def test_words_used_alike_bring_texts_closer_that_share_none() -> None:
    near, far = "Deletion of private facts", "Density of dwarf galaxies"

    to_forget = relevance("Unlearning forgotten knowledge")

    assert to_forget.shared_words(words(near)) == to_forget.shared_words(words(far)) == []
    assert to_forget.score(words(near)) > to_forget.score(words(far))


def test_talk_of_research_brings_nothing_closer() -> None:
    talk = "In this paper we propose a novel method, and our experiments show that it works well."

    assert relevance(UNLEARNING).score(words(talk)) == 0
    assert relevance(talk).weights == {}


@pytest.mark.parametrize("text", ["", "?!", "机器学习", "Zzyzx qwrtp", "of the and"])
def test_a_text_without_known_words_is_close_to_nothing(text: str) -> None:
    assert relevance(text).weights == {}
    assert relevance(text).score(words(UNLEARNING)) == 0
    assert relevance(UNLEARNING).score(words(text)) == 0


def test_a_new_name_of_a_title_counts_although_the_table_does_not_know_it() -> None:
    named = relevance("Zzyzx for galaxies", names=["zzyzx", "galaxi"])

    assert named.shared_words(words("Beyond zzyzx")) == ["zzyzx"]
    assert named.score(words("Beyond zzyzx")) > named.score(words("Beyond qwrtp")) == 0


def test_the_most_telling_shared_words_come_first() -> None:
    assert relevance(UNLEARNING).shared_words(words(REMOVAL))[:2] == ["unlearn", "forget"]


def test_the_heaviest_words_are_rare_enough_to_be_looked_for() -> None:
    table = shipped_table()
    weights = relevance(f"{UNLEARNING} {GALAXIES}").weights

    few = heaviest_words(table, weights, limit=5, max_share=WHOLE)
    rare = heaviest_words(table, weights, limit=40, max_share=1000)

    assert list(few.values()) == sorted(weights.values(), reverse=True)[:5]
    assert sum(paper_share(table, word) for word in rare) <= 1000
    assert "languag" not in rare
    assert set(rare) < set(weights)


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("a video diffus model", ["diffus", "video"], WHOLE),
        ("video b diffus", ["diffus", "video"], WHOLE * 2 // 3),
        ("video b c video d diffus", ["diffus", "video"], WHOLE * 2 // 3),
        ("video alone", ["diffus", "video"], WHOLE // 2),
        ("video video", ["video"], WHOLE),
        ("neither of them", ["diffus", "video"], 0),
        ("", ["video"], 0),
        ("video", [], 0),
    ],
)
def test_words_side_by_side_are_nearest(text: str, wanted: list[str], expected: int) -> None:
    assert nearness(text, {word: word for word in wanted}) == expected


def test_words_of_one_meaning_stand_for_each_other() -> None:
    meanings = {"llm": "0", "languag": "0", "agent": "1"}

    assert nearness("llm agent", meanings) == WHOLE
    assert nearness("agent languag", meanings) == WHOLE
    assert nearness("llm languag", meanings) == WHOLE // 2
