"""Cut the fields of a paper that are longer than any paper's, and say of which papers."""

from __future__ import annotations

from dataclasses import replace

from storage.records import Paper

TITLE, ABSTRACT, LINE = 2_000, 50_000, 5_000  # characters; arXiv takes 1,920 for an abstract
NAME, NAMES = 500, 10_000  # characters of a name, and authors; some 5,000 are the most so far
CATEGORIES = 100
CUT = "…"


def shortened(paper: Paper, cut: list[str]) -> Paper:
    """The paper with every field within its bound; where one was not, ``cut`` gets its id."""
    names = tuple(_within(name, NAME) for name in paper.authors)
    within = replace(
        paper,
        title=_within(paper.title, TITLE),
        abstract=_within(paper.abstract, ABSTRACT),
        authors=names if len(names) <= NAMES else (*names[:NAMES], CUT),
        categories=tuple(code for code in paper.categories if len(code) <= NAME)[:CATEGORIES],
        comment=_within(paper.comment, LINE),
        journal=_within(paper.journal, LINE),
        doi=_within(paper.doi, LINE),
        licence=_within(paper.licence, LINE),
    )
    if within != paper:
        cut.append(paper.id.removeprefix("arxiv:"))
    return within


def _within(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + CUT
