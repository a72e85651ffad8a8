"""State what a citation says of a paper, for every format of a reference manager."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from anyascii import anyascii

from bot.arxiv.author_names import Person, is_group, person
from bot.render.entry_content import address, display, plain
from storage.records import Paper

_STOP = frozenset({"a", "an", "the", "on", "of", "in", "for", "to", "with", "and", "is", "are"})
_DOI = re.compile(r"10\.[0-9]{4,9}/[!-z|~]+")  # without braces, which would end a BibTeX field
_ANNOUNCED = re.compile(r"(?:[a-zA-Z.-]+/)?([0-9]{2})(0[1-9]|1[0-2])[.0-9]")  # an arXiv number's
_AND = re.compile(r"\band\b", re.IGNORECASE)
_LONGEST_KEY_WORD = 30


@dataclass(frozen=True, slots=True)
class Citation:
    """The facts of a paper that is cited, each empty where nobody knows it."""

    key: str
    authors: tuple[Person | str, ...]  # a text where the name is a group's or has no sure parts
    date: tuple[int, ...]  # year; year and month; year, month and day
    arxiv: str  # the number there: "2402.12844", "hep-th/9901001"
    doi: str
    address: str


def citation(paper: Paper) -> Citation:
    """Return what a citation says of a paper."""
    scheme, _, number = paper.id.partition(":")
    return Citation(
        key=key(paper),
        authors=tuple(map(_author, filter(None, map(display, paper.authors)))),
        date=_date(paper),
        arxiv=plain(number) if scheme == "arxiv" else "",
        doi=_doi(paper),
        address=address(paper),
    )


def citations(papers: Iterable[Paper]) -> Iterator[tuple[Paper, Citation]]:
    """Yield each paper with its citation, no key twice."""
    taken: dict[str, int] = {}
    for paper in papers:
        own = citation(paper)
        count = taken[own.key] = taken.get(own.key, 0) + 1
        yield paper, own if count == 1 else replace(own, key=f"{own.key}_{count}")


def key(paper: Paper) -> str:
    """Return the paper's own key, such as ``he2015deep_151203385``: ASCII, never another paper's.

    The number at the end keeps it the same in every file, whatever stands beside the paper.
    """
    family = _first_family(paper) or "paper"
    year = "".join(map(str, _date(paper)[:1]))
    words = [_romanised(word) for word in display(paper.title).split()]
    title = next((word for word in words if word and word not in _STOP), "")
    scheme, _, number = paper.id.partition(":")
    return f"{family}{year}{title}_{_ascii(number or scheme)}"


def _author(name: str) -> Person | str:
    """Return a person's name in its parts; a group's, or one of unsure parts, whole."""
    parts = person(name)
    is_unsure = "," in parts.given or (parts.suffix and not parts.given) or _AND.search(name)
    return name if is_unsure or is_group(name) else parts


def _first_family(paper: Paper) -> str:
    """Return the last word of the first author's family or of a group, romanised."""
    author = _author(display(paper.authors[0])) if paper.authors else ""
    words = (author if isinstance(author, str) else author.family).split()
    return _romanised(words[-1]) if words else ""


def _romanised(text: str) -> str:
    """Return the letters and digits of a text in ASCII: 李伟 is ``liwei``."""
    return _ascii(anyascii(text))[:_LONGEST_KEY_WORD]


def _ascii(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isascii() and sign.isalnum())


def _date(paper: Paper) -> tuple[int, ...]:
    """Return when the paper was announced, with the day where it was submitted in that month.

    The number that arXiv gives tells the month: a paper of New Year's Eve is one of January.
    """
    submitted = paper.submitted
    day = (submitted.year, submitted.month, submitted.day) if submitted else ()
    scheme, _, number = paper.id.partition(":")
    announced = _ANNOUNCED.match(number) if scheme == "arxiv" else None
    if announced is None:
        return day
    year, month = int(announced[1]), int(announced[2])
    year += 1900 if year > 90 else 2000
    return day if day[:2] == (year, month) else (year, month)


def _doi(paper: Paper) -> str:
    """Return the DOI of the journal or, where there is none, the one that arXiv registers."""
    scheme, _, number = paper.id.partition(":")
    given = (
        plain(paper.doi),
        number if scheme == "doi" else "",
        f"10.48550/arXiv.{number}" if scheme == "arxiv" else "",
    )
    found = next(filter(None, map(_DOI.search, given)), None)
    return found[0].rstrip(".,;") if found else ""
