"""Shorten fields that are longer than any paper's, and record whose they are."""

from __future__ import annotations

from dataclasses import replace

from storage.records.papers import Paper

# Characters; arXiv limits an abstract to 1,920.
MAX_TITLE, MAX_ABSTRACT, MAX_LINE = (2_000, 50_000, 5_000)
# Characters of a name, and number of authors; the most so far are some 5,000.
MAX_NAME, MAX_AUTHORS = (500, 10_000)
MAX_CATEGORIES = 100
ELLIPSIS = "…"


def shorten_paper(paper: Paper, shortened_ids: list[str]) -> Paper:
    """Return the paper with its fields within limits; add its id to ``shortened_ids`` if cut."""
    author_names = tuple(_shorten_text(name, MAX_NAME) for name in paper.authors)
    shortened_paper = replace(
        paper,
        title=_shorten_text(paper.title, MAX_TITLE),
        abstract=_shorten_text(paper.abstract, MAX_ABSTRACT),
        authors=author_names
        if len(author_names) <= MAX_AUTHORS
        else (*author_names[:MAX_AUTHORS], ELLIPSIS),
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
