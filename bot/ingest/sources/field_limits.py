"""Cut the fields of a paper that are longer than any paper's, and say of which papers."""

from __future__ import annotations

from dataclasses import replace

from storage.records import Paper

MAX_TITLE, MAX_ABSTRACT, MAX_LINE = (
    2_000,
    50_000,
    5_000,
)  # characters; arXiv takes 1,920 for an abstract
MAX_NAME, MAX_AUTHORS = (
    500,
    10_000,
)  # characters of a name, and authors; some 5,000 are the most so far
MAX_CATEGORIES = 100
ELLIPSIS = "…"


def shorten_paper(paper: Paper, shortened_ids: list[str]) -> Paper:
    """The paper with every field within its bound; where one was not, ``shortened_ids`` gets its
    id.
    """
    names = tuple(_shorten_text(name, MAX_NAME) for name in paper.authors)
    shortened_paper = replace(
        paper,
        title=_shorten_text(paper.title, MAX_TITLE),
        abstract=_shorten_text(paper.abstract, MAX_ABSTRACT),
        authors=names if len(names) <= MAX_AUTHORS else (*names[:MAX_AUTHORS], ELLIPSIS),
        categories=tuple(code for code in paper.categories if len(code) <= MAX_NAME)[
            :MAX_CATEGORIES
        ],
        comment=_shorten_text(paper.comment, MAX_LINE),
        journal_ref=_shorten_text(paper.journal_ref, MAX_LINE),
        doi=_shorten_text(paper.doi, MAX_LINE),
        licence=_shorten_text(paper.licence, MAX_LINE),
    )
    if shortened_paper != paper:
        shortened_ids.append(paper.id.removeprefix("arxiv:"))
    return shortened_paper


def _shorten_text(text: str, max_length: int) -> str:
    return text if len(text) <= max_length else text[: max_length - 1] + ELLIPSIS
