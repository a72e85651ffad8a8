"""The checks of what a model says, on what models really said, and with faults planted there.

The figures as they are: ``python -m tests.bench.gloss_checks``.
"""

from pathlib import Path

import pytest

from bot.summaries.verify.findings import Fault
from bot.summaries.verify.lengths import is_whole
from tests.bench.gloss_checks import Judged, caught, judged, passing

pytestmark = pytest.mark.slow

# Faults that leave no trace in the letters: a gloss of another paper that has neither names nor
# numbers, and one sentence less among eight.
HARD = {
    "whole gloss of another paper": 0.8,
    "title of another paper": 0.85,
    "abstract of another paper": 0.85,
    "one sentence of the abstract left out": 0.2,
}
EASY = 0.95


@pytest.fixture(scope="module")
def glosses(real_data: Path) -> list[Judged]:
    """Return all real Chinese glosses, judged."""
    return judged(real_data)


def test_good_glosses_pass(glosses: list[Judged]) -> None:
    whole = passing([one for one in glosses if is_whole(one.paper.abstract)])

    assert whole.glosses > 300
    assert whole.passed > 0.65 * whole.glosses
    assert whole.but_for_sentences > 0.93 * whole.glosses


def test_no_check_refuses_more_than_it_should(glosses: list[Judged]) -> None:
    """Each fault is rare but for two: glosses of two sentences, and copies of cut abstracts."""
    counts = passing(glosses)
    common = {Fault.SEVERAL_SENTENCES, Fault.CUT_OFF, Fault.TOO_SHORT}

    for fault in set(Fault) - common:
        assert counts.found[fault] < 0.02 * counts.glosses, fault


def test_known_blunders_are_found(glosses: list[Judged]) -> None:
    found = {one.paper.id.removeprefix("arxiv:"): set(one.found) for one in glosses}

    assert Fault.TOO_SHORT in found["2408.00853"]  # its gist says that it is no robot
    assert Fault.NUMBER_CHANGED in found["2402.13217"]  # ten times as many clips
    assert Fault.FEED_NOISE in found["2312.09436"]  # nothing but the feed's label
    assert Fault.WRONG_LANGUAGE in found["2402.12649"]  # the abstract was left in English
    assert Fault.NAME_CHANGED in found["2305.07622"]  # LLM became LMM
    assert Fault.TOO_SHORT in found["2301.08837"]  # one sentence of six


def test_planted_faults_are_found(glosses: list[Judged]) -> None:
    for name, (planted, hits) in caught(glosses, every=4).items():
        assert planted, name
        if planted >= 20:
            assert hits >= HARD.get(name, EASY) * planted, name
