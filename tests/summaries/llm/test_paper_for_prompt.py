"""An abstract is cut into pieces that are the whole of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.llm.paper_for_prompt import mask_paper, split_halves, split_pieces
from storage.records.papers import Paper

words = st.sampled_from(["We", "find", "⟦12⟧", "that.", "It", "holds.", "x" * 30, "扩散。", "e.g."])
texts = st.lists(words, min_size=1, max_size=120).map(" ".join)


@given(texts, st.integers(10, 400))
def test_pieces_are_the_whole(text: str, most: int) -> None:
    pieces = split_pieces(text, most)

    assert "".join(" ".join(pieces).split()) == "".join(text.split())
    assert all(len(piece) <= most or " ".join(split_pieces(piece, 1)) == piece for piece in pieces)


@given(texts)
def test_halves_are_the_whole_and_shorter(text: str) -> None:
    halves = split_halves(text)

    if len(text) < 200:
        assert halves is None
    else:
        assert halves is not None
        assert "".join("".join(halves).split()) == "".join(text.split())
        assert all(len(half) < len(text) for half in halves)


def test_one_word_has_no_halves() -> None:
    assert split_halves("x" * 1_000) is None


def test_halves_are_about_even() -> None:
    first, second = split_halves("One sentence of five words. " * 20) or ("", "")

    assert abs(len(first) - len(second)) < 40


def test_title_and_abstract_share_one_numbering() -> None:
    masked_paper = mask_paper(Paper("arxiv:1", 1, "On $a$", "We find $b$\n and $c$."))

    assert (masked_paper.title, masked_paper.abstract) == ("On ⟦1⟧", "We find ⟦2⟧ and ⟦3⟧.")
    assert masked_paper.runs == ("$a$", "$b$", "$c$")


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("A title. (arXiv:2401.16468v1 [cs.CV] UPDATED)", "A title."),
        ("A title. (arXiv:2401.16468v1 [cs.CV])", "A title."),
        ("A title (with brackets)", "A title (with brackets)"),
    ],
)
def test_what_feeds_put_around_is_left_out(title: str, bare: str) -> None:
    assert mask_paper(Paper("arxiv:1", 1, title, "x")).title == bare


@pytest.mark.parametrize(
    ("dressed", "bare"),
    [
        (
            r"We propose \textbf{TubeRMC}, \emph{very \textit{good}}.",
            "We propose TubeRMC, very good.",
        ),
        (r"\textbf{O}ptimal \textbf{T}ransport", "Optimal Transport"),
        (r"It rises by 46.92\% on 6{,}000 of {ImageNet} \& Zh\_Hans", None),
        ("a ``quoted word'' of theirs", "a “quoted word” of theirs"),
        (r"676M vs.\ 839M at 60\,fps of Fig.~3, Eq~4", "676M vs. 839M at 60 fps of Fig.~3, Eq 4"),
        ("the set {a, b} of f_x and 5% more", "the set {a, b} of f_x and 5% more"),
    ],
)
def test_words_are_sent_without_their_dress(dressed: str, bare: str | None) -> None:
    expected = bare or "It rises by 46.92% on 6,000 of ImageNet & Zh_Hans"

    assert mask_paper(Paper("arxiv:1", 1, "x", dressed)).abstract == expected
