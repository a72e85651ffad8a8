"""A paper that was withdrawn says so in any wording; a paper about withdrawals does not."""

import pytest

from bot.summaries.extractive.withdrawal import find_withdrawal_notice

NOTICES = """
This paper has been withdrawn.
This paper has been withdrawn by the author(s), due to a crucial sign error in equation 3.
This submission has been withdrawn by arXiv administrators due to disputed authorship.
This article has been removed by arXiv administrators because its text was another's.
The paper is withdrawn because Lemma 2 fails.
Our manuscript was temporarily withdrawn.
Withdrawn by the authors.
Temporarily withdrawn, as Lemma 2 fails.
Paper withdrawn due to an error.
I withdraw this paper because of an error.
We would like to withdraw this article for the following reasons: it is wrong.
The authors have withdrawn this manuscript.
The author has decided to withdraw this version to ask its sitters.
Retracted.
This preprint had to be retracted.
"""
# They speak of the paper only because a comment speaks of nothing else.
COMMENTS = """
The ground truth was wrong and needs to be withdrawn.
The baselines do not match, therefore the paper needs to be retracted.
We have decided to revise the paper and request its withdrawal.
arXiv admin note: version withdrawn by arXiv administrators.
"""
OTHERS = """
We analyse papers withdrawn from arXiv.
This study analyses retracted articles.
This paper studies why drugs are withdrawn.
Our model has been withdrawn from the market.
Withdrawn patients are followed for a year.
Retracted articles are still cited.
We withdraw water from the lake.
An earlier version of this paper was withdrawn.
This paper corrects a paper that has been retracted.
"""
OTHER_COMMENTS = """
Withdrawn from a conference.
Paper withdrawn from ICLR 2025.
It replaces 2101.00001, which has been withdrawn.
It supersedes the withdrawn arXiv:2101.00001.
An earlier version had been withdrawn.
"""


@pytest.mark.parametrize("notice", NOTICES.strip().splitlines())
def test_a_notice_is_found_in_abstract_and_comment(notice: str) -> None:
    assert (
        find_withdrawal_notice("Boats", f"We fold boats. {notice} We prove P = NP.", "") == notice
    )
    assert find_withdrawal_notice("Boats", "We fold boats.", f"12 pages. {notice}") == notice


@pytest.mark.parametrize("notice", COMMENTS.strip().splitlines())
def test_a_comment_speaks_of_its_paper(notice: str) -> None:
    assert find_withdrawal_notice("Boats", "We fold boats.", notice) == notice


@pytest.mark.parametrize("sentence", OTHERS.strip().splitlines())
def test_a_paper_about_withdrawals_stands(sentence: str) -> None:
    assert find_withdrawal_notice("Boats", sentence, "") == ""
    assert find_withdrawal_notice(sentence, "We fold boats.", "") == ""


@pytest.mark.parametrize("comment", OTHER_COMMENTS.strip().splitlines())
def test_a_comment_on_another_text_withdraws_nothing(comment: str) -> None:
    assert find_withdrawal_notice("Boats", "We fold boats.", comment) == ""


def test_a_notice_in_brackets_ends_with_them() -> None:
    assert find_withdrawal_notice("Boats", "[Withdrawn by the authors] We prove P = NP.", "") == (
        "[Withdrawn by the authors]"
    )


def test_a_title_can_say_it() -> None:
    assert find_withdrawal_notice("WITHDRAWN: Boats", "We fold.", "") == "WITHDRAWN: Boats"
