"""Collect the facts that a citation states, for every format of a reference manager."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from anyascii import anyascii

from bot.arxiv.author_names import PersonName, split_author
from bot.render.entry_content import display_text, paper_url, strip_invisible
from storage.records.papers import Paper

_STOP_WORDS = frozenset(
    {"a", "an", "the", "on", "of", "in", "for", "to", "with", "and", "is", "are"}
)
_DOI = re.compile(r"10\.[0-9]{4,9}/[!-z|~]+")  # without braces, which would end a BibTeX field
_ARXIV_MONTH = re.compile(r"(?:[a-zA-Z.-]+/)?([0-9]{2})(0[1-9]|1[0-2])[.0-9]")  # in an arXiv id
_MAX_KEY_WORD_LENGTH = 30


@dataclass(frozen=True, slots=True)
class Citation:
    """The facts of a cited paper; unknown ones are empty."""

    key: str
    authors: tuple[PersonName | str, ...]  # str for groups and names of doubtful parts
    date: tuple[int, ...]  # year; year and month; or year, month and day
    arxiv_id: str  # "2402.12844", "hep-th/9901001"
    doi: str
    url: str


def citation(paper: Paper) -> Citation:
    """Return the facts to cite of a paper."""
    id_scheme, _, id_number = paper.id.partition(":")
    return Citation(
        key=citation_key(paper),
        authors=tuple(map(split_author, filter(None, map(display_text, paper.authors)))),
        date=_announced_date(paper),
        arxiv_id=strip_invisible(id_number) if id_scheme == "arxiv" else "",
        doi=_doi(paper),
        url=paper_url(paper),
    )


def citations(papers: Iterable[Paper]) -> Iterator[tuple[Paper, Citation]]:
    """Yield each paper with its citation; no key occurs twice."""
    key_counts: dict[str, int] = {}
    for paper in papers:
        paper_citation = citation(paper)
        key_count = key_counts[paper_citation.key] = key_counts.get(paper_citation.key, 0) + 1
        yield (
            paper,
            paper_citation
            if key_count == 1
            else replace(paper_citation, key=f"{paper_citation.key}_{key_count}"),
        )


def citation_key(paper: Paper) -> str:
    """Return the paper's own key, such as ``he2015deep_151203385``: ASCII, never another paper's.

    The number at the end keeps it the same in every file, whatever other papers are in it.
    """
    first_author = split_author(display_text(paper.authors[0])) if paper.authors else ""
    family_name = first_author if isinstance(first_author, str) else first_author.family_name
    family_words = family_name.split() or [""]
    family = _romanize(family_words[-1]) or "paper"
    year = "".join(map(str, _announced_date(paper)[:1]))
    title_words = [_romanize(word) for word in display_text(paper.title).split()]
    title = next((word for word in title_words if word and word not in _STOP_WORDS), "")
    scheme, _, id_number = paper.id.partition(":")
    return f"{family}{year}{title}_{_ascii_alphanumerics(id_number or scheme)}"


def _romanize(text: str) -> str:
    """Return the letters and digits of a text in ASCII: 李伟 is ``liwei``."""
    return _ascii_alphanumerics(anyascii(text))[:_MAX_KEY_WORD_LENGTH]


def _ascii_alphanumerics(text: str) -> str:
    return "".join(
        character for character in text.lower() if character.isascii() and character.isalnum()
    )


def _announced_date(paper: Paper) -> tuple[int, ...]:
    """Return when the paper was announced, with the day if it was submitted in that month.

    The month is that of the arXiv id: a paper submitted on New Year's Eve is one of January.
    """
    submitted_at = paper.submitted_at
    day = (submitted_at.year, submitted_at.month, submitted_at.day) if submitted_at else ()
    scheme, _, id_number = paper.id.partition(":")
    month_match = _ARXIV_MONTH.match(id_number) if scheme == "arxiv" else None
    if month_match is None:
        return day
    year, month = int(month_match[1]), int(month_match[2])
    year += 1900 if year > 90 else 2000
    return day if day[:2] == (year, month) else (year, month)


def _doi(paper: Paper) -> str:
    """Return the DOI of the journal or, without one, the DOI that arXiv registers."""
    id_scheme, _, id_number = paper.id.partition(":")
    possible_dois = (
        strip_invisible(paper.doi),
        id_number if id_scheme == "doi" else "",
        f"10.48550/arXiv.{id_number}" if id_scheme == "arxiv" else "",
    )
    match = next(filter(None, map(_DOI.search, possible_dois)), None)
    return match[0].rstrip(".,;") if match else ""
