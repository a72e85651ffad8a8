"""Hostile papers, stored: searched, listed, opened, cited, kept, steered by and announced anew."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digests.notices import notify_new_versions
from bot.summaries.fill_missing import extractive_summary
from storage.records import MessageForm, Paper, Summary
from tests.support.builders import BOT, NOW
from tests.system.fuzz import hostile
from tests.system.fuzz.desk import CHAT, HostileChat, hostile_chat
from tests.system.fuzz.tally import FuzzStatistics
from tests.system.fuzz.test_people import walks

# Ten thousand characters are what is meant here, also in what Hypothesis tells of a failure.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
_COMMANDS = ("/sub boats", "/search boats", "/today boats", "/digest boats", "/paper 2611.00001")
_GLOSS = st.tuples(hostile.hostile_texts, hostile.hostile_texts, hostile.hostile_texts)


@st.composite
def stored(draw: st.DrawFn) -> list[Paper]:
    """Up to twelve papers that a search for boats finds, each announced with its own words."""
    some = [
        draw(hostile.hostile_papers(number)) for number in range(1, draw(st.integers(1, 3)) + 1)
    ]
    return [
        replace(
            one,
            id=f"arxiv:2611.{at:05}",
            version=1,
            abstract=f"{one.abstract} boats",
            categories=("cs.CV", *one.categories),
            key=0,
        )
        for at, one in enumerate(some * draw(st.sampled_from([1, 2, 4])), start=1)
    ]


@pytest.mark.parametrize(
    "examples", [20, pytest.param(600, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]
)
def test_stored_papers_of_any_words_can_be_read(tally: FuzzStatistics, examples: int) -> None:
    @settings(max_examples=examples)
    @given(
        stored(),
        _GLOSS,
        st.lists(st.sampled_from(_COMMANDS), min_size=1, max_size=3),
        st.lists(st.integers(0, 40), max_size=6),
        st.sampled_from(MessageForm),
    )
    def holds(
        papers: list[Paper],
        said: tuple[str, str, str],
        commands: list[str],
        steps: list[int],
        form: MessageForm,
    ) -> None:
        tally.count_example(
            "papers", [*said, *(t for one in papers for t in hostile.paper_texts(one))]
        )
        with hostile_chat(form=form) as desk:
            desk.announce_papers(papers)
            _glossed(desk, said)
            for command in commands:
                desk.send_text(command)
                walks(desk, steps)
            desk.check_outbox()
            tally.count_messages("papers", desk.checked_count)

    holds()


def _glossed(desk: HostileChat, said: tuple[str, str, str]) -> None:
    paper = desk.store.papers.get_by_key(1)
    assert paper
    title, gist, abstract = said
    made: Summary = replace(
        extractive_summary(paper, NOW), language="zh", title=title, tldr=gist, abstract=abstract
    )
    desk.store.papers.add_summary(made)


@pytest.mark.parametrize("examples", [6, pytest.param(150, marks=pytest.mark.slow)])
def test_saved_papers_of_any_words_are_listed_filed_and_told_anew(
    tally: FuzzStatistics, examples: int
) -> None:
    @settings(max_examples=examples)
    @given(stored(), hostile.hostile_texts)
    def holds(papers: list[Paper], title: str) -> None:
        tally.count_example("saved", [t for one in papers for t in hostile.paper_texts(one)])
        with hostile_chat() as desk:
            desk.announce_papers(papers)
            desk.send_text("/start")
            for paper in range(1, len(papers) + 1):
                desk.store.saved_papers.save(BOT, CHAT, paper, now=NOW)
            desk.send_text("/saved")
            desk.send_callback_data("1files:0:0")
            desk.send_text("/forget")
            desk.announce_papers([replace(one, version=2, title=title) for one in papers])
            assert notify_new_versions(desk.store, BOT, NOW) == len(papers)
            desk.check_outbox()
            tally.count_messages("saved", desk.checked_count)

    holds()
