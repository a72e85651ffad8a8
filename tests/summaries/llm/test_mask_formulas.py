"""What must come back as it is leaves as a mark, and comes back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.summaries.llm.mask_formulas import (
    count_marks,
    has_all_marks,
    has_only_allowed_marks,
    mask,
    unmask,
)

pieces = st.sampled_from(
    [
        "$",
        "$$",
        "\\",
        "{",
        "}",
        "_",
        "^",
        "`",
        "``",
        "⟦",
        "⟧",
        "⟦1⟧",
        "1",
        "a",
        "https://",
        "www.",
        ".org/",
        "@",
        "arXiv:",
        "2402.12844",
        "v2",
        "10.1000/",
        "\\(",
        "\\)",
        "\\emph{",
        "\\frac",
        '\\"o',
        "\\H{o}",
        " ",
        ". ",
        "\n",
        "word",
        "扩散",
    ]
)
texts = st.text() | st.lists(pieces, max_size=30).map("".join)


@pytest.mark.parametrize(
    "run",
    [
        "$x^2$",
        r"$\alpha > 0$",
        "$$a = b$$",
        r"\(a + b\)",
        r"\mathcal{O}",
        r"\frac{a}{b}",
        r"\sqrt{1 + \frac{a}{b}}",
        r"\alpha",
        "10^{-3}",
        "K_{ij}",
        "`torch.nn`",
        "https://github.com/a/b-c?d=1",
        "www.example.org",
        "github.com/a/b",
        "me.too@x-y.ac.uk",
        "10.1103/PhysRevLett.116.061102",
        "arXiv:2402.12844v2",
        "2402.12844v2",
        "hep-th/9901001",
        r"G\"odel",
        r"Poincar\'e",
        r"Erd\H{o}s",
        r"Schr\"{o}dinger",
        r"na\"{\i}ve",
        "⟦",
    ],
)
def test_a_run_leaves_whole(run: str) -> None:
    assert mask(f"We use ({run}), here.") == ("We use (⟦1⟧), here.", (run,))


@pytest.mark.parametrize(
    "text",
    [
        r"an \emph{important} and \textbf{bold} word",
        "a price of $5 is paid, not $7",
        "``words'' of others",
        "50% and 3.5 of 1,000 in 2024",
        "mAP@0.5 and pass@10 rise",
        "a price of $64 rose, with all else flat on net, to $",
        "end of it.Then and/or either",
    ],
)
def test_words_and_numbers_stay(text: str) -> None:
    assert mask(text) == (text, ())


def test_marks_count_on_from_a_first() -> None:
    assert mask("$a$ and $b$", first_mark=3) == ("⟦3⟧ and ⟦4⟧", ("$a$", "$b$"))


@given(texts)
@example("⟦1⟧ ⟦⟦2⟧ $x$")
def test_what_was_protected_is_restored(text: str) -> None:
    masked, originals = mask(text)

    assert unmask(masked, originals) == text


@given(texts)
def test_every_mark_stands_once(text: str) -> None:
    """Marks that the paper itself holds are no marks of ours."""
    masked, originals = mask(text)

    assert count_marks(masked) == dict.fromkeys(range(1, len(originals) + 1), 1)


@given(texts, texts)
def test_restoring_any_answer_never_fails(source: str, answer: str) -> None:
    unmask(answer, mask(source)[1])


def test_an_answer_may_order_its_marks_anew() -> None:
    assert has_all_marks("⟦1⟧ of ⟦2⟧", "⟦ 2 ⟧\u7684⟦1⟧")


@pytest.mark.parametrize(
    "answer",
    ["", "⟦1⟧", "⟦1⟧ ⟦2⟧ ⟦2⟧", "⟦1⟧ ⟦2]", "⟦1⟧ ⟦2⟧ ⟦3⟧", "⟦1⟧ ⟦2⟧ ⟧"],
)
def test_a_mark_lost_doubled_broken_or_invented_is_seen(answer: str) -> None:
    assert not has_all_marks("⟦1⟧ of ⟦2⟧", answer)


def test_a_tldr_has_some_of_the_marks_and_no_address() -> None:
    masked, originals = mask("We find $x$ and $y$; see https://example.org/x or me@example.org.")

    assert has_only_allowed_marks(masked, "⟦2⟧ is found", originals)
    assert has_only_allowed_marks(masked, "nothing is found", originals)
    assert not has_only_allowed_marks(masked, "⟦1⟧ is ⟦1⟧", originals)
    assert not has_only_allowed_marks(masked, "see ⟦3⟧", originals)
    assert not has_only_allowed_marks(masked, "ask ⟦4⟧", originals)
    assert not has_only_allowed_marks(masked, "⟦9⟧ is found", originals)


@pytest.mark.parametrize(
    "text",
    [
        "\\a{" * 50000,
        "$" * 100000,
        "a-" * 100000,
        "x_{" * 60000,
        '\\"a' * 60000,
        "\\a{" + "{x}" * 50000,
        "10.1234/" + "." * 100000,
        "\\(" * 50000,
        "⟦" * 120000,
    ],
    ids=lambda text: text[:8],
)
def test_a_long_hostile_text_takes_linear_time(text: str) -> None:
    """The time limit of the test is the proof: each step backwards would take minutes."""
    masked, originals = mask(text)

    assert unmask(masked, originals) == text
