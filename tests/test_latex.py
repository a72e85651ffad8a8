"""TeX reads as Unicode where it is understood, stays where it is not, and loses no word."""

from __future__ import annotations

import re
import time
import unicodedata
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.latex import to_unicode

_PIECES = [
    r"\emph{",
    r"\textbf{",
    r"{\em ",
    r"\href{",
    r"\footnote{",
    r"\url{",
    r"\textsuperscript{",
    r"\'e",
    r"\v{s}",
    r"\"{o}",
    r"\alpha",
    r"\method",
    r"\frac{",
    r"\sqrt{",
    r"\mathbb{R}",
    r"\text{",
    r"\log",
    r"\%",
    r"\\",
    r"\(",
    r"\)",
    *("{", "}", "$", "$$", "^", "_", "``", "''", "~", "--", "%", "&", "5", ",", "."),
    *("word", "ab", " ", "x", "é", "扩散", "😀"),
]
texts = st.lists(st.sampled_from(_PIECES), max_size=25).map("".join)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"Antr\`as, Cram\'er, Hajdu\v{s}ek, {\'E}cole", "Antràs, Cramér, Hajdušek, École"),
        (r"\"{o}zg\"ur, na\"{\i}ve, Garc\'{\i}a, \c{c}a", "özgür, naïve, García, ça"),
        (r"Nguy\~{\^e}n, Erd\H os, H{\aa}kan, Mart\'\i nez", "Nguyễn, Erdős, Håkan, Martínez"),
        (r"\O rsted and {\L}ukasz, stra{\ss}e", "Ørsted and Łukasz, straße"),
        (r"$\alpha$ of $L^2$, $10^{-3}$, $x_{ij}$", "α of L², 10⁻³, xᵢⱼ"),
        (r"$\mathbb{R}^n$, $x_{max}$, $e^{-\lambda t}$", "ℝⁿ, x_max, e^(−λt)"),
        (r"$O(n\log n)$, $\log\log n$", "O(n log n), log log n"),
        (r"$\frac{a+b}{2}$, $\frac12$, $\sqrt{d}$, $\sqrt[3]{x+y}$", "(a+b)/2, 1/2, √d, ∛(x+y)"),
        (r"$a\leq b$, $a \leq b$, $90^\circ$, $f:X\rightarrow Y$", "a≤b, a ≤ b, 90°, f:X→Y"),
        (r"$\left(\hat{x}_t\right)$, $\operatorname*{argmin}_x$", "(x̂ₜ), argminₓ"),
        (r"gains $\pm$0.1 at $\leq$20\%", "gains ±0.1 at ≤20%"),
        (r"\(k\)-means and \[E = mc^2\]", "k-means and E = mc²"),
        (r"\emph{very \textbf{bold}} {\em word}", "very bold word"),
        (r"5\% \& x\_y \#1 \$3", "5% & x_y #1 $3"),
        (r"Fig.~3 ``quoted'' 3--5, so -- no", "Fig. 3 “quoted” 3–5, so – no"),
        (r"\href{https://x.y/~z}{Code}, \url{http://a.b}", "Code (https://x.y/~z), http://a.b"),
    ],
)
def test_tex_reads_as_unicode(source: str, shown: str) -> None:
    assert to_unicode(source) == shown


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $10, or $400-600K and more ($3/$15)",
        "from US$ and A$ to 100% of real % signs",
        r"\method beats \ours \cite{someone}",
        r"\textcolor{red}{words} and $\begin{array}{c} a \end{array}$",
        r"\emph{never closed",
        "run it with --flag, about ~5 times, at http://a.b/~c",
        "word \\",
        "don't touch 'this' `word`",
    ],
)
def test_what_is_in_doubt_stays(text: str) -> None:
    assert to_unicode(text) == text


def letters(text: str) -> Counter[str]:
    """The letters outside TeX commands, without accents and styles."""
    return every_letter(re.sub(r"\\[A-Za-z]+|\\.", " ", text, flags=re.DOTALL))


def every_letter(text: str) -> Counter[str]:
    """The letters of a text, without accents and styles."""
    folded = unicodedata.normalize("NFKD", text.replace("ß", "ss")).casefold()
    return Counter(character for character in folded if character.isalpha())


@given(texts)
@example(r"\method\(\log\)word")  # an unknown command stays, and may stand close to what follows
def test_no_letter_is_lost(text: str) -> None:
    shown = to_unicode(text)

    assert not letters(text) - every_letter(shown)


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    assert not letters(text) - every_letter(to_unicode(text))


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["\\emph{", "$", "{\\em ", "\\'", "``", "\\frac{", "\\(", "$x^{"])
def test_fifty_thousand_characters_take_no_time_to_speak_of(piece: str) -> None:
    """A rule that looked to the end of the text at each place would take minutes."""
    begun = time.process_time()

    to_unicode(piece * (50_000 // len(piece)))

    assert time.process_time() - begun < 10
