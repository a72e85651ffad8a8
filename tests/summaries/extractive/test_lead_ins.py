"""What only leads in to a sentence goes; what remains is what the authors wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.extractive.lead_ins import main_clause, without_lead_in

# One sentence a line: a word in brackets is all that its lead-in leaves of its beginning.
TAKEN_OFF = """
To address this gap, we propose X. -> We propose X.
To bridge the gap between A, B, and C, we propose X. -> We propose X.
In order to overcome issues such as A, B and C, we win. -> We win.
To address these challenges, X learns A, B, and C. -> X learns A, B, and C.
To fill this gap, a framework called X is proposed. -> A framework called X is proposed.
To this end, we fold. -> We fold.
In this paper, we prove it. -> We prove it.
In this paper we prove it. -> We prove it.
In this work, p-adic boats are folded. -> p-adic boats are folded.
In this research note we fold. -> We fold.
In this proof-of-concept study mRNA is folded. -> mRNA is folded.
Here we fold. -> We fold.
Here, we fold. -> We fold.
This paper proposes a boat. -> Proposes a boat.
This comprehensive survey systematically reviews boats. -> Systematically reviews boats.
The paper studies boats. -> Studies boats.
This work therefore introduces boats. -> Introduces boats.
Motivated by A, B, and C, we fold. -> We fold.
Building on the boats of A and B, this paper folds new ones. -> Folds new ones.
Building upon these boats, our boat folds. -> Our boat folds.
To study this effect on boats, we fold. -> We fold.
Addressing this, our study folds boats. -> Our study folds boats.
For these boats we fold hats. -> We fold hats.
% In this work, we fold. -> We fold.
Therefore, boats fold. -> Boats fold.
Thus we fold. -> We fold.
However, in this work, to tackle this problem, we fold. -> We fold.
Finally, inspired by these birds, here we fold. -> We fold.
2) we prove it. -> We prove it.
(ii) We prove it. -> We prove it.
"""

# Here the same words are the sentence, or part of it.
STAYS = """
We propose X to address this gap.
This paper is about boats.
The work studies boats.
This work was done in Japan.
To fold is to know.
To address A is hard, B is harder.
First-order boats fold.
Second sound is seen.
Here lie boats.
However hard we fold, it rains.
Thus far boats fold.
In this paper-folding boats are old.
Building on sand is hard.
Inspired by birds, we fold.
Drawing on 500 boats, we fold.
Motivated people fold boats, cups and hats.
"""


@pytest.mark.parametrize("line", TAKEN_OFF.strip().splitlines())
def test_a_lead_in_is_taken_off(line: str) -> None:
    sentence, _, remainder = line.partition(" -> ")

    assert without_lead_in(sentence) == remainder


@pytest.mark.parametrize("sentence", STAYS.strip().splitlines())
def test_a_sentence_that_needs_its_first_words_keeps_them(sentence: str) -> None:
    assert without_lead_in(sentence) == sentence


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("While boats fold, we fly.", "We fly."),
        ("Using paper, which folds, we fly.", "We fly."),
        ("Boats fold, we fly.", "Boats fold, we fly."),
        ("While boats fold, hats fly.", "While boats fold, hats fly."),
    ],
)
def test_the_main_clause_is_found_behind_a_clause_that_depends_on_it(
    sentence: str, expected: str
) -> None:
    assert main_clause(sentence) == expected


OPENINGS = st.sampled_from(
    ["To address this", "In this paper", "Here", "However", "Motivated by", "we ", "a ", ", ", "X"]
)


@given(st.one_of(st.text(), st.lists(OPENINGS).map("".join)))
def test_nothing_is_written_that_the_authors_did_not_write(sentence: str) -> None:
    short = without_lead_in(sentence)

    assert sentence.endswith(short[1:])
    assert short[:1].lower() in sentence.lower()
    assert bool(short) == bool(sentence)
