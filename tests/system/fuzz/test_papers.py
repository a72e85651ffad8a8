"""Hostile papers, stored: searched, listed, opened, cited, kept, steered by and announced anew."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digests.notices import notify_new_versions
from bot.summaries.fill_missing import extractive_summary
from storage.records.chats import MessageForm
from storage.records.papers import Paper
from storage.records.summaries import Summary
from tests.support.builders import BOT, NOW
from tests.system.fuzz import hostile
from tests.system.fuzz.hostile_chat import CHAT, HostileChat, hostile_chat
from tests.system.fuzz.tally import FuzzStatistics
from tests.system.fuzz.test_people import walks

# Ten thousand characters are what is meant here, also in what Hypothesis tells of a failure.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
_COMMANDS = ("/sub boats", "/search boats", "/today boats", "/digest boats", "/paper 2611.00001")
_SUMMARY = st.tuples(hostile.hostile_texts, hostile.hostile_texts, hostile.hostile_texts)


@st.composite
def stored(draw: st.DrawFn) -> list[Paper]:
    """Up to twelve papers that a search for boats finds, each announced with its own words."""
    unnumbered = [
        draw(hostile.hostile_papers(number)) for number in range(1, draw(st.integers(1, 3)) + 1)
    ]
    return [
        replace(
            drawn_paper,
            id=f"arxiv:2611.{position:05}",
            version=1,
            abstract=f"{drawn_paper.abstract} boats",
            categories=("cs.CV", *drawn_paper.categories),
            key=0,
        )
        for position, drawn_paper in enumerate(
            unnumbered * draw(st.sampled_from([1, 2, 4])), start=1
        )
    ]


@pytest.mark.parametrize(
    "examples", [20, pytest.param(600, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]
)
def test_stored_papers_of_any_words_can_be_read(
    fuzz_statistics: FuzzStatistics, examples: int
) -> None:
    @settings(max_examples=examples)
    @given(
        stored(),
        _SUMMARY,
        st.lists(st.sampled_from(_COMMANDS), min_size=1, max_size=3),
        st.lists(st.integers(0, 40), max_size=6),
        st.sampled_from(MessageForm),
    )
    def holds(
        papers: list[Paper],
        answer: tuple[str, str, str],
        commands: list[str],
        steps: list[int],
        form: MessageForm,
    ) -> None:
        fuzz_statistics.count_example(
            "papers", [*answer, *(t for paper in papers for t in hostile.paper_texts(paper))]
        )
        with hostile_chat(form=form) as worker:
            worker.announce_papers(papers)
            _summarize(worker, answer)
            for command in commands:
                worker.send_text(command)
                walks(worker, steps)
            worker.check_outbox()
            fuzz_statistics.count_messages("papers", worker.checked_count)

    holds()


def _summarize(worker: HostileChat, answer: tuple[str, str, str]) -> None:
    paper = worker.store.papers.get_by_key(1)
    assert paper
    title, tldr, abstract = answer
    made: Summary = replace(
        extractive_summary(paper, NOW), language="zh", title=title, tldr=tldr, abstract=abstract
    )
    worker.store.summaries.add(made)


@pytest.mark.parametrize("examples", [6, pytest.param(150, marks=pytest.mark.slow)])
def test_saved_papers_of_any_words_are_listed_filed_and_told_anew(
    fuzz_statistics: FuzzStatistics, examples: int
) -> None:
    @settings(max_examples=examples)
    @given(stored(), hostile.hostile_texts)
    def holds(papers: list[Paper], title: str) -> None:
        fuzz_statistics.count_example(
            "saved", [t for paper in papers for t in hostile.paper_texts(paper)]
        )
        with hostile_chat() as worker:
            worker.announce_papers(papers)
            worker.send_text("/start")
            for paper in range(1, len(papers) + 1):
                worker.store.saved_papers.save(BOT, CHAT, paper, now=NOW)
            worker.send_text("/saved")
            worker.send_callback_data("1files:0:0")
            worker.send_text("/forget")
            worker.announce_papers([replace(paper, version=2, title=title) for paper in papers])
            assert notify_new_versions(worker.store, BOT, NOW) == len(papers)
            worker.check_outbox()
            fuzz_statistics.count_messages("saved", worker.checked_count)

    holds()
