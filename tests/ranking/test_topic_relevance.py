"""Papers and a topic: its words near each other, in the title, and what it brought before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ranking.relevance import WHOLE
from bot.ranking.topic_relevance import EarlierPapers, TopicRelevance
from bot.topics.query.analyzer import index_text
from bot.topics.query.parser import parse

OFF_TOPIC = "Notes on sampling", "We study schedules of noise, and compare them with images."
EARLIER = [
    index_text("Galaxies and dark matter halos in cosmological simulations").split(),
    index_text("The mass of dark halos from stellar streams of our Galaxy").split(),
]


def score(query: str, title: str, abstract: str = "", *, earlier: bool = False) -> int:
    """Return how close a paper is to a topic."""
    title_text, abstract_text = index_text(title), index_text(abstract)
    words = f"{title_text} {abstract_text}".split()
    likeness = EarlierPapers(EARLIER if earlier else ()).likeness(words)
    return TopicRelevance(parse(query).clause).nearness(title_text, abstract_text) + likeness


@pytest.mark.parametrize(
    ("query", "closer", "farther"),
    [
        ("video diffusion", ("Video diffusion", ""), ("Video by latent diffusion", "")),
        ("video diffusion", ("Notes", "video diffusion"), ("Notes", "video and a diffusion")),
        ("video diffusion", ("Video diffusion", "x"), ("Notes", "video diffusion")),
        ("video", ("Video", ""), ("Notes", "a video")),
        ("(llm OR chatbot) agent", ("A chatbot agent", ""), ("A chatbot or an agent", "")),
        ("video OR fast diffusion", ("Fast diffusion", ""), ("Fast and slow diffusion", "")),
        ("diffusion -video", ("Diffusion", ""), OFF_TOPIC),
    ],
)
def test_words_near_each_other_and_in_the_title_are_closer(
    query: str, closer: tuple[str, str], farther: tuple[str, str]
) -> None:
    assert score(query, *closer) > score(query, *farther)


def test_one_word_of_an_alternative_is_enough() -> None:
    query = "(llm OR chatbot) agent"

    assert score(query, "An LLM agent") == score(query, "A chatbot agent")
    assert score("llm OR chatbot", "An LLM") == score("llm OR chatbot", "A chatbot")


def test_earlier_papers_decide_where_the_words_do_not() -> None:
    near, far = "A dwarf galaxy and its halo", "A language model for code"

    assert score("cat:cs.CV", near) == score("cat:cs.CV", far) == 0
    assert score("cat:cs.CV", near, earlier=True) > score("cat:cs.CV", far, earlier=True)


@given(
    st.sampled_from(["a b", "a OR b c", "(a OR b) c -d", 'ti:"a b" cat:cs.CV', "au:a", "-a b"]),
    st.lists(st.sampled_from("abcdxyz"), max_size=12),
    st.lists(st.sampled_from("abcdxyz"), max_size=12),
)
def test_scores_are_whole_and_bounded(query: str, title: list[str], abstract: list[str]) -> None:
    nearness = TopicRelevance(parse(query).clause).nearness(" ".join(title), " ".join(abstract))
    likeness = EarlierPapers([*EARLIER, title]).likeness(abstract)

    assert type(nearness) is type(likeness) is int
    assert 0 <= nearness <= 2 * WHOLE
    assert 0 <= likeness <= WHOLE
