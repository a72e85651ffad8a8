"""A structured abstract is read by its labels, which nobody sees."""

import pytest

from bot.summaries.extractive.abstract_sections import Section, split_passages
from bot.summaries.extractive.sentences import split_sentences

B, M, A, C, R = (
    Section.BACKGROUND,
    Section.METHODS,
    Section.AIM,
    Section.CONCLUSION,
    Section.RESULTS,
)


@pytest.mark.parametrize(
    "abstract",
    [
        "Background: It rains. Objective: To fold. Methods: We fold. Results: It holds. It floats."
        " Conclusion: Fold.",
        "Context. It rains. Aims. To fold. Methods. We fold. Results. It holds. It floats."
        " Conclusions. Fold.",
        "BACKGROUND It rains. PURPOSE To fold. METHODS We fold. RESULTS It holds. It floats."
        " CONCLUSION Fold.",
        "\\textbf{Introduction:} It rains. {\\bf Aim}: To fold. **Materials and methods** "
        "We fold. \\emph{Main results.} It holds. It floats. **Discussion:** Fold.",
        "Motivation - It rains. Goals - To fold. Approach - We fold. Findings - It holds. It"
        " floats. Implications - Fold.",
    ],
)
def test_labels_tell_the_sections_and_are_not_shown(abstract: str) -> None:
    assert split_passages(split_sentences(abstract)) == (
        (B, "It rains."),
        (A, "To fold."),
        (M, "We fold."),
        (R, "It holds."),
        (R, "It floats."),
        (C, "Fold."),
    )


def test_of_a_double_label_the_better_counts() -> None:
    passages = split_passages(
        ("Context: It rains.", "Methods and Results: It holds.", "Originality/value: It is new.")
    )

    assert passages == ((B, "It rains."), (R, "It holds."), (C, "It is new."))


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("Results: It holds.", "It holds."),
        ("Results hold.", "Results hold."),
        ("Data - lots of it - hold.", "Data - lots of it - hold."),
        ("Methods:", "Methods:"),
        ("Our approach: fold.", "fold."),
    ],
)
def test_one_label_makes_no_sections(sentence: str, shown: str) -> None:
    assert split_passages((sentence,)) == ((Section.NONE, shown),)
