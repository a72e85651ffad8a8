"""Of an abstract remains what a reader reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.extractive.prose import clean_prose


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R&amp;D of <b>boats</b> &#x2013; <i>CO<sub>2</sub></i>", "R&D of boats – CO2"),
        ("A &lt;b&gt;boat&lt;/b&gt;&nbsp;floats.", "A boat floats."),
        ('A <a href="https://a.b/">boat</a>.<br/> It floats.', "A boat. It floats."),
        ("<jats:p>A boat.</jats:p>", "A boat."),
        ("We use BERT \\cite{ek2018} and GPT~\\citep[p. 2]{ek, zwei}.", "We use BERT and GPT."),
        ("We extend boats [12]. It rains [3, 5-7], too.[4]", "We extend boats. It rains, too."),
        ("It holds (see Ek et al., 2020; Zwei, 2021).", "It holds."),
        ("It holds (Ek and Zwei, 2020), too.", "It holds, too."),
        ("We prove a claim of Ek [Commun. Math. Phys. 12 (2001)].", "We prove a claim of Ek."),
        ("Nous plions. --- We fold.", "Nous plions. We fold."),
    ],
)
def test_what_is_no_prose_goes(text: str, expected: str) -> None:
    assert clean_prose(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "H&E; (ii) AT&T &copy it &unknown; &#0; &#xD800;",
        "<think>It rains</think> where a<b and c>d, <b open",
        "As in \\cite{ek}, we use the scheme of [3] and \\citet{zwei} on the interval [1, 2].",
        "Following Ek et al. (2020) we fold in [0, 1] over $K$ [2] and K[2].",
        "It floats (in Rome, on water) at sea (CVPR 2026). Boats --- of paper --- float.",
    ],
)
def test_what_the_sentence_needs_stays(text: str) -> None:
    assert clean_prose(text) == text


PIECES = st.sampled_from(
    ["&amp;", "<b>", "</b>", "[1", "]", "(Ek et al.", ")", "\\cite{", "}", "a "]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_any_text_is_one_line(text: str) -> None:
    assert clean_prose(text) == " ".join(clean_prose(text).split())


@pytest.mark.parametrize(
    "piece", ["<b>", "[", "(A", "\\cite[", "&amp", "<b></b>", "(A et al", "[1,"]
)
def test_fifty_thousand_characters_of_anything_are_no_trouble(piece: str) -> None:
    assert len(clean_prose(piece * (50_000 // len(piece)))) <= 50_000
