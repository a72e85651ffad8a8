"""TeX reads as Unicode where it is understood, stays where it is not, and loses no word."""

from __future__ import annotations

import re
import time
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.latex import display_pieces, to_unicode
from tests.latex.reference_reader import corpus_texts, formulas, rendering_fault

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
    *(r"\overline{", r"\binom{", r"\over ", r"\not", r"{\cal ", r"\left.", r"\substack{"),
    *(r"\ours", r"\'s", r"\xrightarrow{", r"\begin{cases}", r"\end{cases}", r"\unicode{"),
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
    ("source", "shown"),
    [
        (r"$\mathbb{F}_{q^2}$, $\|f\|_{L^2}$, $2^{2^n}$", "𝔽_(q²), ‖f‖_(L²), 2^(2ⁿ)"),
        (r"$\mathbb{F}_q^n$, $T_{eff}^{max}$", "𝔽ⁿ_q, T_(eff)^max"),
        (r"$M_{eff}c^2$, $e^\lambda t$, $x^*y$", "M_eff c², e^λ t, x* y"),
        (r"${x^2}^3$, $\sqrt{2}x$, $\sqrt{ab}$, $\sqrt{x}^2$", "(x²)³, √2 x, √(ab), (√x)²"),
        (r"$\frac{1}{2a}$, $\frac{1}{\sigma\alpha^2}$", "1/(2a), 1/(σα²)"),
        (r"$\frac{a}{b}x$, $x\frac{a}{b}$, $\frac12(a+b)$", "(a/b)x, x(a/b), (1/2)(a+b)"),
        (r"$\frac{1}{2}^n$, $1/\frac{a}{b}$, $\log\frac1n$", "(1/2)ⁿ, 1/(a/b), log(1/n)"),
        (r"$\frac{dx}{dt}$, $\frac{1}{x^2}$, ${a \over bc}$", "dx/dt, 1/x², a/(bc)"),
        (r"$3\frac12$, $\sqrt{\frac12}$, $\overline{A\cup B}$", "3 1/2, √(1/2), A̅∪̅B̅"),
    ],
)
def test_no_formula_is_shown_as_another(source: str, shown: str) -> None:
    assert to_unicode(source) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"$72.0^{+1.4}_{-2.1}$ km", "72.0 (+1.4/−2.1) km"),
        (r"72.0$^{+1.4}_{-2.1}$, $5_{-1}^{+2}\%$", "72.0 (+1.4/−2.1), 5 (+2/−1)%"),
        (r"$10^6\,M_\odot$, M$_{\odot}$yr$^{-1}$, $R_\oplus$", "10⁶ M⊙, M⊙yr⁻¹, R⊕"),
        (r"$C^*$-algebra, $A^\dagger$, $x^\star$, $M_\star$", "C*-algebra, A†, x⋆, M⋆"),
        (r"1$-$2\%, $<$5M, 2023$/$24, $1 + log_2 e$", "1−2%, <5M, 2023/24, 1 + log₂ e"),
        (r"$90\deg$, $\deg f$", "90°, deg f"),
        (r"$\alpha = 1$, $\alpha \leq 1$, $\beta x$", "α = 1, α ≤ 1, βx"),
        (r"10$\,$km, $10\,$km", "10 km, 10 km"),
        (r"$2000$--$4000$ K, $1.7\times$--$2\times$", "2000–4000 K, 1.7×–2×"),
        (
            r"3~Myr, 0.37--0.61~Å, $x$~km, about ~5, 3~5, 14~79\%",
            "3 Myr, 0.37–0.61 Å, x km, about ~5, 3~5, 14~79%",
        ),
        (r"${\cal N}=4$, $\cal O(n)$, $\mathfrak{sl}_2$, $\mathbb{CP}^n$", "𝒩=4, 𝒪(𝓃), 𝔰𝔩₂, ℂℙⁿ"),
        (r"$\overline{x}$, $\widehat{AB}$, $\bar{x_i}$", "x̅, ÂB̂, x̄ᵢ"),
        (r"$a\ne b$, $x\not\in A$, $f\colon X\to Y$, $\not=$", "a≠b, x∉A, f:X→Y, ≠"),
        (
            r"$\gcd(a,b)$, $\dim V$, $\binom{n}{k}$, $5\mbox{ km}$",
            "gcd(a,b), dim V, (n choose k), 5 km",
        ),
        (r"$X\xrightarrow{f}Y$, $\sum_{\substack{i<j\\j<k}}$", "X→ᶠY, ∑_(i<j; j<k)"),
        (r"$\frac1n$, $\frac\gamma{2}$, $\unicode{x2013}$", "1/n, γ/2, –"),
        (r"$\begin{pmatrix} a & b \\ c & d\end{pmatrix}$", "(a b; c d)"),
        (r"$\text{pre-train}$, $\mathrm{p-p}$, $a-b$", "pre-train, p-p, a−b"),
        (r"$\href{http://a.b/c_d}{\text{code}}$", "code (http://a.b/c_d)"),
        (
            r"$\href{http://a-b.c}{http://a-b.c}$, \href{http://a}{http://a}",
            "http://a-b.c, http://a",
        ),
        (r"$\textbf{$80\times$ lower}$ cost", "80× lower cost"),
    ],
)
def test_formulas_read_as_an_editor_prints_them(source: str, shown: str) -> None:
    assert to_unicode(source) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            r"\ours{} beats \method, by \ours\ and $\GenPPL$",
            "ours beats method, by ours and GenPPL",
        ),
        (r"$\Z/2$, $\F_q$, $2\lam$, $\O(n)$, $\heii$", "Z/2, F_q, 2 lam, O(n), heii"),
        (r"\todo{words}, $\mymacro{x}$, $\ket{\psi}$", "words, x, |ψ⟩"),
        (r"\eg, this, \ie that, Smith \etal.", "e.g., this, i.e. that, Smith et al."),
        (r"As in~\cite{a,b} and \citep[see][p.~3]{x}.", "As in and."),
        (r"\textcolor{red}{words} \noindent We \color{blue}{write}", "words We write"),
        (r"{B}ayesian {GAN}s and {GSR4B}", "Bayesian GANs and GSR4B"),
        (r"CIFAR-{10,100}, {class}, {0, 5}", "CIFAR-{10,100}, {class}, {0, 5}"),
        (r"\begin{itemize}\item one \item two\end{itemize}", " • one • two "),
        (r"``words\" and ''words'' and `word'".replace("\\", ""), "“words” and “words” and ‘word’"),
        ("``a `b' c'', ``it's\"", "“a ‘b’ c”, “it's”"),
        (r"Levy\'s, don\'t, d\'Alembert, O\'Neill", "Levy's, don't, d'Alembert, O'Neill"),
        (r"Vi\'{s}esa, FRAPP\'E, Bo\'{s}", "Viśesa, FRAPPÉ, Boś"),
        (r"$R$ and R^{2}, 10^{-3}, \mathbb{F}_{q^2}", "R and R², 10⁻³, 𝔽_(q²)"),
        (r"360{\deg}, \b{eta}, \r{ho}, \SI{4}{\milli\second}", "360°, β, ρ, 4 millisecond"),
        (r"\begin{equation} x_{ab} = 1 \end{equation}", "x_ab = 1"),
    ],
)
def test_no_command_is_left_in_prose(source: str, shown: str) -> None:
    assert to_unicode(source) == shown


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $10, or $400-600K and more ($3/$15)",
        "from US$ and A$ to 100% of real % signs",
        r"$x_{1$ and $\frac{a$",
        r"\emph{never closed",
        r"C:\Users and\or",
        "run it with --flag, about ~5 times, at http://a.b/~c",
        "word \\",
        "don't touch 'this' `word`",
    ],
)
def test_what_is_in_doubt_stays(text: str) -> None:
    assert to_unicode(text) == text


def _faults(folder: Path, limit: int | None) -> tuple[int, Counter[str]]:
    """How many formulas the corpus holds, and what is wrong with how they are shown."""
    faults: Counter[str] = Counter()
    count = 0
    for text in corpus_texts(folder, limit):
        for source in formulas(text):
            count += 1
            faults.update(filter(None, (rendering_fault(source, to_unicode(f"${source}$")),)))
    return count, faults


def test_formulas_say_what_another_reader_finds(real_data: Path) -> None:
    """None is another field, product or index; the letters and digits are all there."""
    count, faults = _faults(real_data, 1_500)

    assert count > 500
    assert faults.pop("raw", 0) < count / 200
    assert not faults


@pytest.mark.slow
def test_every_formula_of_the_corpus_says_what_another_reader_finds(real_data: Path) -> None:
    count, faults = _faults(real_data, None)

    assert count > 14_000
    assert faults.pop("raw", 0) < count / 200
    assert not faults


@pytest.mark.parametrize(
    ("source", "other", "kind"),
    [
        (r"\mathbb{F}_{q^2}", "𝔽_q²", "scripts"),
        (r"M_{eff}c", "M_effc", "scripts"),
        (r"\frac{1}{2a}", "1/2a", "fractions"),
        (r"\frac{1}{2}a", "1/2a", "fractions"),
        (r"x\frac{a}{b}", "xa/b", "fractions"),
        (r"\frac{a+b}{2}", "a+b/2", "fractions"),
        (r"\hat x", "x", "accents"),
        (r"\ours+\foo{b}", "b", "letters"),
        (r"\alpha", r"\alpha", "raw"),
    ],
)
def test_the_other_reader_sees_what_is_wrong(source: str, other: str, kind: str) -> None:
    assert rendering_fault(source, other) == kind
    assert rendering_fault(source, to_unicode(f"${source}$")) == ""


def letters(text: str) -> Counter[str]:
    """The letters outside TeX commands, without accents and styles."""
    command = r"\\(?:begin|end)\{cases\}|\\[A-Za-z]+|\\."
    return every_letter(re.sub(command, " ", text, flags=re.DOTALL))


def every_letter(text: str) -> Counter[str]:
    """The letters of a text, without accents and styles."""
    folded = unicodedata.normalize("NFKD", text.replace("ß", "ss")).casefold()
    return Counter(character for character in folded if character.isalpha())


@given(texts)
@example(r"\method\(\log\)word")  # an unknown command stays, and may stand close to what follows
def test_no_letter_is_lost(text: str) -> None:
    shown = to_unicode(text)

    assert not letters(text) - every_letter(shown)


_HALVES = [
    *(r"\hat", r"\frac", r"\sqrt[", r"\cal ", r"\over", r"\url{}", r"\unicode{x110000}", r"\text{"),
    *(
        r"\mbox{$",
        r"\not",
        r"\begin{array}{c}",
        r"\end{array}",
        r"\left",
        r"\right.",
        r"\xrightarrow[",
    ),
    *(
        r"\mkern-2mu",
        r"\rule{1}",
        r"\deg",
        r"\overline",
        r"\ket{",
        r"\pmod",
        r"\foo{",
        r"\'",
        r"\color{",
    ),
    *(
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "^",
        "_",
        "^{",
        "_{",
        "'",
        "-",
        "/",
        "&",
        "\\\\",
        "$",
        " ",
        "a",
        "2",
        "é",
        "*",
    ),
]


@given(st.lists(st.sampled_from(_HALVES), max_size=30).map("".join))
@example(r"\hat" * 140)
@example(r"\frac12\url{}")
def test_a_formula_of_half_commands_is_taken(inside: str) -> None:
    """It is shown or stays, and the places of its pieces follow one another."""
    end = 0
    for piece in display_pieces(f"${inside}$"):
        assert end <= piece.start <= piece.end
        end = piece.end


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    assert not letters(text) - every_letter(to_unicode(text))


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "\\emph{",
        "$",
        "{\\em ",
        "\\'",
        "``",
        "\\frac{",
        "\\(",
        "$x^{",
        "\\cite{",
        "\\foo{a}{",
        "''a ",
    ],
)
def test_fifty_thousand_characters_take_no_time_to_speak_of(piece: str) -> None:
    """A rule that looked to the end of the text at each place would take minutes."""
    begun = time.process_time()

    to_unicode(piece * (50_000 // len(piece)))

    assert time.process_time() - begun < 10
