"""The checks of what a model says, on what models really said, and with faults planted there.

The figures as they are: ``python -m tests.bench.summary_checks``.
"""

from pathlib import Path

import pytest

from bot.summaries.verify.findings import Finding
from bot.summaries.verify.lengths import ends_as_sentence
from tests.bench.summary_checks import (
    CheckedSummary,
    check_summaries,
    count_detections,
    count_passes,
)

pytestmark = pytest.mark.slow

# Faults that leave no trace in the letters: a summary of another paper that has neither names nor
# numbers, and one sentence less among eight.
HARD = {
    "whole gloss of another paper": 0.8,
    "title of another paper": 0.85,
    "abstract of another paper": 0.85,
    "one sentence of the abstract left out": 0.2,
}
EASY = 0.95


@pytest.fixture(scope="module")
def summaries(real_data: Path) -> list[CheckedSummary]:
    """Return all real Chinese summaries, judged."""
    return check_summaries(real_data)


def test_good_summaries_pass(summaries: list[CheckedSummary]) -> None:
    passing = count_passes(
        [summary for summary in summaries if ends_as_sentence(summary.paper.abstract)]
    )

    assert passing.total > 300
    assert passing.passed > 0.65 * passing.total
    assert passing.passed_but_for_sentences > 0.93 * passing.total


def test_no_check_refuses_more_than_it_should(summaries: list[CheckedSummary]) -> None:
    """Each fault is rare but for two: summaries of two sentences, and copies of cut abstracts."""
    counts = count_passes(summaries)
    common = {Finding.SEVERAL_SENTENCES, Finding.CUT_OFF, Finding.TOO_SHORT}

    for fault in set(Finding) - common:
        assert counts.findings[fault] < 0.02 * counts.total, fault


def test_known_blunders_are_found(summaries: list[CheckedSummary]) -> None:
    findings_by_id = {
        summary.paper.id.removeprefix("arxiv:"): set(summary.findings) for summary in summaries
    }

    assert Finding.TOO_SHORT in findings_by_id["2408.00853"]  # its tldr says that it is no robot
    assert Finding.NUMBER_CHANGED in findings_by_id["2402.13217"]  # ten times as many clips
    assert Finding.FEED_NOISE in findings_by_id["2312.09436"]  # nothing but the feed's label
    assert (
        Finding.WRONG_LANGUAGE in findings_by_id["2402.12649"]
    )  # the abstract was left in English
    assert Finding.NAME_CHANGED in findings_by_id["2305.07622"]  # LLM became LMM
    assert Finding.TOO_SHORT in findings_by_id["2301.08837"]  # one sentence of six


def test_planted_faults_are_found(summaries: list[CheckedSummary]) -> None:
    for name, (planted, hits) in count_detections(summaries, step=4).items():
        assert planted, name
        if planted >= 20:
            assert hits >= HARD.get(name, EASY) * planted, name
