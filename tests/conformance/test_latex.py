"""LaTeX itself, and BibTeX before it, make a bibliography of real papers without an error.

What is cited in letters that pdflatex knows is compiled; scripts such as Chinese need LuaLaTeX.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.render.documents.bibtex import bibliography, bibtex
from bot.render.documents.latex_text import latex_text
from storage.records.papers import Paper
from tests.conformance.test_citations import papers
from tests.render.digests import paper

pytestmark = pytest.mark.skipif(
    not (shutil.which("pdflatex") and shutil.which("bibtex")),
    reason="no pdflatex or no bibtex is installed",
)

SOME = [
    pytest.param(300, id="some"),
    pytest.param(10_000, id="ten thousand", marks=pytest.mark.slow),
]
PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb}
\begin{document}
"""
CITATIONS = r"""\nocite{*}
\bibliographystyle{abbrv}
\bibliography{papers}
"""


def complaints(folder: Path, bibliography: str) -> list[str]:
    """Return what BibTeX and pdflatex complain of where given names are cut to initials."""
    (folder / "papers.bib").write_text(bibliography, encoding="utf-8")
    misprints(folder, CITATIONS)
    cited = _run(folder, ["bibtex", "paper"])
    assert b"bibitem" in (folder / "paper.bbl").read_bytes()
    return [
        *re.findall(r"^.*(?:---line|Warning--|error message).*$", cited, re.MULTILINE),
        *misprints(folder, CITATIONS),
    ]


def misprints(folder: Path, body: str) -> list[str]:
    """Return what pdflatex complains of; it would run a title's commands if there were any."""
    (folder / "paper.tex").write_text(f"{PREAMBLE}{body}\n\\end{{document}}\n", encoding="utf-8")
    options = ["-draftmode", "-shell-escape", "-interaction=nonstopmode"]
    printed = _run(folder, ["pdflatex", *options, "paper.tex"])
    assert "Transcript written on paper.log" in printed
    return re.findall(r"^! .*(?:\n.*){0,3}", printed, re.MULTILINE)


def _run(folder: Path, command: list[str]) -> str:
    """Run a program of LaTeX that must not wait for anybody."""
    made = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=600
    )
    return made.stdout.decode("utf-8", "replace")


def compilable(papers: list[Paper]) -> list[Paper]:
    """Return the papers that are cited in ASCII."""
    return [paper for paper in papers if bibtex(paper).isascii()]


def test_what_latex_misreads_would_be_seen(tmp_path: Path) -> None:
    broken = bibtex(paper(title="Boats")).replace(
        "Boats", "Boats_1 \\ours \\write18{touch written}"
    )

    assert len(complaints(tmp_path, broken)) >= 2
    assert (tmp_path / "written").exists()


@pytest.mark.parametrize("count", SOME)
def test_real_papers_are_cited_without_a_complaint(
    tmp_path: Path, real_data: Path, count: int
) -> None:
    sample = papers(real_data, count)
    cited = compilable(sample)

    assert complaints(tmp_path, bibliography(cited)) == []
    assert len(cited) >= 0.98 * len(sample)


@pytest.mark.parametrize("count", SOME)
def test_real_abstracts_are_written_without_a_complaint(
    tmp_path: Path, real_data: Path, count: int
) -> None:
    """They hold many formulas, which titles seldom do."""
    sample = papers(real_data, count)
    written = [text for text in (latex_text(paper.abstract) for paper in sample) if text.isascii()]

    assert misprints(tmp_path, "\n\n".join(written)) == []
    assert len(written) >= 0.98 * len(sample)


def test_no_command_of_a_title_reads_or_writes_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret.tex").write_text("SECRET", encoding="utf-8")
    titles = [
        rf"{opening}{command}{closing} boats"
        for command in (
            r"\input{secret}",
            r"\input secret ",
            r"\immediate\write18{touch written}",
            r"\newwrite\x\immediate\openout\x=written",
            r"\catcode`\$=12",
            r"\csname input\endcsname{secret}",
            r"^^5cinput{secret}",
        )
        for opening, closing in (("", ""), ("$", "$"), (r"$\mathrm{", "}$"), ("{", ""), ("}}", ""))
    ]
    attacks = [paper(position, title=title) for position, title in enumerate(titles, start=1)]

    assert complaints(tmp_path, bibliography(attacks)) == []
    assert "secret.tex" not in (tmp_path / "paper.log").read_text(encoding="latin-1")
    assert not list(tmp_path.glob("written*"))
