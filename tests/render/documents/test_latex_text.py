"""What is printed for LaTeX compiles, prints what a reader is shown, and runs nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from bot.render.documents.latex_text import latex_text
from tests.render.digests import hostile_texts
from tests.render.documents.latex_judge import harmful_tex


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("5% of Paper_Boats & #1 Kites", r"5\% of Paper\_Boats \& \#1 Kites"),
        ("US$5 and A$10 boats", r"US\$5 and A\$10 boats"),
        ("O(n^2) boats", r"O(n\textasciicircum{}2) boats"),
        ("~10 boats", r"\textasciitilde{}10 boats"),
        ("a < b | c > d", r"a \textless{} b \textbar{} c \textgreater{} d"),
        ("{Open", r"\textbraceleft{}Open"),
        ('The "Great" Boat', "The ``Great'' Boat"),
        ("“Boats” – the ‘end’…", r"``Boats'' -- the `end'\ldots{}"),
        ("Jos\\'e Prvić, Nguyễn", r"Jos{\'e} Prvi{\'c}, Nguy{\~{\^e}}n"),
        (
            "Hjortkær, Łukasz, Š, ş, ı, ï",
            r"Hjortk{\ae}r, {\L}ukasz, {\v{S}}, {\c{s}}, {\i}, {\"\i}",
        ),
        ("α-decay of ²³⁵U", r"{\ensuremath{\alpha}}-decay of \ensuremath{^{235}}U"),
        ("𝒞 ★", r"{\ensuremath{\mathcal{C}}} ★"),
        ("10⁻³ °C™", r"10\ensuremath{^{-3}} {\textdegree}C{\texttrademark}"),
        ("船 of Зайцев", "船 of Зайцев"),
        ("e\u0323\u0301 x\u0304 ″", r"{\'{\d{e}}} {\=x} ''"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
    ],
)
def test_text_is_written_for_latex(text: str, written: str) -> None:
    assert latex_text(text) == written


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        ("L^2", "L^{2}"),
        (r"x_\mathrm{eff}", r"x_{\mathrm{eff}}"),
        (r"x^\hat y", r"x^{\hat{y}}"),
        (r"x'^2_i", r"x'^{2}_{i}"),
        (r"\frac12", r"\frac{1}{2}"),
        (r"\sqrt[3]{x}", r"\sqrt[3]{x}"),
        (r"\left\{ a \right.", r"\lbrace a"),
        (r"{\rm eff}+{\cal N}", r"{\mathrm{eff}}+{\mathcal{N}}"),
        (r"\text{non-linear part}", r"\mathrm{non\mbox{-}linear~part}"),
        (r"x\ y", "x~y"),
        (r"\alpha\,x", r"\alpha\,x"),
        (r"\alpha{}x, \beta x", r"\alpha{}x, \beta x"),
        ("α ≤ 5%", r"\alpha \leq 5\%"),
        (r"\bm x \lt \mathscr{X}", r"\boldsymbol{x} < \mathcal{X}"),
    ],
)
def test_a_formula_is_written_anew(formula: str, written: str) -> None:
    assert latex_text(f"On ${formula}$ boats") == f"On ${written}$ boats"


@pytest.mark.parametrize(
    "formula",
    [
        "x^2^3",
        "x'_i^2",
        r"x^2\limits^3",
        "x_1₂",
        "x^2'",
        "x_1_2",
        r"\frac{1}",
        "x^",
        r"\ours",
        r"\sqrt[2",
        "{" * 30 + "}" * 30,
    ],
)
def test_a_formula_in_doubt_is_written_as_it_is_shown(formula: str) -> None:
    written = latex_text(f"On ${formula}$ boats")

    assert "$" not in re.sub(r"\\\$", "", written)
    assert harmful_tex(written) == []


@pytest.mark.parametrize(
    "attack",
    [
        r"\write18{touch boats}",
        r"\immediate\write18{touch boats}",
        r"\input{/etc/passwd}",
        r"\catcode`\%=12",
        r"\csname input\endcsname{/etc/passwd}",
        r"\openin5=/etc/passwd",
        r"\def\x{\x}\x",
        r"\ensuremath{\input{boats}}",
        r"\text{\input{boats}}",
        r"^^5cinput{boats}",
        r"\expandafter\input",
        r"\url{x}\href{javascript:x}{boats}",
        r"\begin{filecontents}{boats.tex}x\end{filecontents}",
    ],
)
@pytest.mark.parametrize("frame", ["{}", "${}$", "\\({}\\)", "$\\mathrm{{{}}}$", "\\textbf{{{}}}"])
def test_no_command_of_a_title_is_run(attack: str, frame: str) -> None:
    assert harmful_tex(latex_text(frame.format(attack))) == []


@given(hostile_texts)
def test_whatever_is_written_is_harmless(text: str) -> None:
    written = latex_text(text)

    assert harmful_tex(written) == []
    assert "\n" not in written
