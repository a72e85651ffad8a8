"""Sentences end where a reader says they end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.extractive.sentences import split_sentences

# One text per line; " | " stands where one sentence ends and the next begins.
READ_BY_HAND = r"""
We use models, e.g. BERT and GPT. | They work.
The best one, i.e. the first, wins. | We show it.
Following Smith et al. (2019), we train. | It works.
The marks of Kirchenbauer et al. [33]'s scheme vanish. | We say why.
We extend Smith et al. | This helps.
As shown in Fig. 3, loss falls. | It stays low.
See Figs. 3 and 4 and Sec. 2 for details. | It works.
We solve Eq. (2) and Eqs. (3)-(4) exactly. | It works.
Prop. 2 and Thm. 3 hold w.r.t. Lebesgue measure. | We prove it.
We compare A vs. B on the plane. | We win.
This holds (cf. Theorem 2). | We prove it.
The answer is no. | We prove it.
The U.S. Government funds it. | We study it.
A theorem of J. W. Milnor is extended. | It is sharp.
We prove a conjecture of P. Erdős. | It is sharp.
We extend a method (O. Author, J. Name, 2023) to waves. | It works.
Accuracy rises from 3.5 to 4.2 points. | It holds.
The score rises to 0.52. | Our study says why.
Code is at https://github.com/a/b.c. | We release it.
The site www.example.org/x.y?z=1 holds it. | It works.
Let $f(x) = 0. Then$ be true. | We prove it.
Let $x$. | Then $y$ follows.
It equals $x^2.$ | Then $y$ follows.
The group $G$ acts on $X$. | $H$ does not.
A price of $5 is paid. | We raise it to $7. | It works.
We wait... and see. | It works.
It is hard... | We solve it.
Is it possible? | We say yes!
We use approx. 30 samples. | It works.
We read reports from our Inst. dataset. | It works.
It is tested on MRI and CT. | RoMed wins.
We offer: (1) A first part, and (2) A second part. | Experiments show more.
We map 9 prototypes (knots 3 to 19). | It has 14 tasks.
The models' answers help. | The users' questions do not. | It works.
We propose a verifier. | xVerify judges well.
We test cats, dogs, etc. | It works.
It works. | (We agree.) | Done.
Some cues are missing. | To address this, we look.
我们提出了一种新方法。 | 它有效。
We keep it warm for 2.5-3 h. | The purpose is speed.
It shrinks (1.86 vs. 3.00 mm). | Importantly, it holds.
It costs 3 kg. | Then it stops.
It grows by 5 m. | Then it stops.
We study groups of type A. | We classify them.
The book by J. Smith is cited. | It works.
Two claims hold. | (i) We prove A. | (ii) We prove B.
Two claims hold: 1) we prove A, 2) we prove more. | Done.
We prove it. | 2) We bound it.
It extends [O. Ek, Commun. Math. Phys. 12 (2001), 3. Second edition] on trees. | Done.
It corrects Phys. Rev. Lett. 120, 3 and Nat. Commun. 5, 12. | It works.
It corrects a paper in Math. Ann. [12] on trees. | It works.
Wir zeigen dies. | Übrigens gilt mehr.
"""
CASES = [line.split(" | ") for line in READ_BY_HAND.strip().splitlines()]


@pytest.mark.parametrize("expected_sentences", CASES, ids=lambda sentences: sentences[0][:40])
def test_a_text_is_split_as_a_reader_splits_it(expected_sentences: list[str]) -> None:
    assert list(split_sentences(" ".join(expected_sentences))) == expected_sentences


def test_a_forgotten_space_still_parts_sentences() -> None:
    assert split_sentences("Cues are missing.To address this, we look.") == (
        "Cues are missing.",
        "To address this, we look.",
    )


def test_white_space_of_any_kind_is_folded() -> None:
    assert split_sentences(" We\r\nprove\tit.\n\nIt is sharp. ") == ("We prove it.", "It is sharp.")


@pytest.mark.parametrize("empty", ["", " ", "\n\t\u00a0"])
def test_nothing_has_no_sentences(empty: str) -> None:
    assert split_sentences(empty) == ()


SIGNS = st.sampled_from(" .?!:$()[]{}'\"\\。é\n\ud800\U0001f600")
WORDS = st.sampled_from(["We ", "x", "Fig. ", "e.g. ", "CT. ", "$x. Y$", "(1) ", "https://a.b/c."])
TEXTS = st.one_of(st.text(), st.lists(SIGNS | WORDS).map("".join))


@given(TEXTS)
def test_no_character_is_lost_or_moved(text: str) -> None:
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())


@given(TEXTS)
def test_a_sentence_is_never_blank_and_has_no_edges(text: str) -> None:
    assert all(sentence and sentence == sentence.strip() for sentence in split_sentences(text))


@given(st.lists(st.sampled_from(["a. B", "x", "1.5", "Fig. 2", "\\alpha"]), min_size=1))
def test_no_sentence_ends_inside_a_formula(inside: list[str]) -> None:
    formula = "$" + " ".join(inside)[:200] + "$"

    sentences = split_sentences(f"We prove that {formula} holds. It is sharp.")

    assert sentences == (f"We prove that {formula} holds.", "It is sharp.")
