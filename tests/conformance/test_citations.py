"""Other people's readers find in our citations of real papers what we meant."""

from __future__ import annotations

import gzip
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path

import pytest

from bot.arxiv.author_list import each
from bot.arxiv.author_names import Person, is_group, person
from bot.render.documents.bibtex import bibliography
from bot.render.documents.csl_json import csl_json
from bot.render.documents.ris import ris
from bot.render.entry_content import display, shown_title
from storage.records import Paper
from tests.render.documents.citation_readers import Read, read_bibtex, read_csl, read_ris

SOME = [
    pytest.param(300, id="some"),
    pytest.param(10_000, id="ten thousand", marks=pytest.mark.slow),
]


def papers(real_data: Path, count: int) -> list[Paper]:
    """Return so many papers of the corpus, spread over it where they are many."""
    step = 7 if count > 1000 else 1
    with gzip.open(real_data / "corpus" / "papers_2025_2026.jsonl.gz", "rt") as lines:
        return [_paper(json.loads(line)) for line in islice(lines, 0, count * step, step)]


def _paper(row: dict[str, object]) -> Paper:
    number = str(row["id"])
    return Paper(
        id=f"arxiv:{number}",
        version=1,
        title=str(row["title"]),
        abstract=str(row["abstract"]),
        authors=each(row["authors"]),  # type: ignore[arg-type]
        categories=tuple(row["categories"]),  # type: ignore[arg-type]
        link=f"https://arxiv.org/abs/{number}",
        submitted=datetime.fromisoformat(str(row["published"])),
        doi=str(row.get("doi") or ""),
    )


def meant(paper: Paper) -> Read:
    """Return what a reader should find, by the paper itself and the reading of names."""
    names = filter(None, map(display, paper.authors))
    number = paper.id.removeprefix("arxiv:")
    return Read(
        shown_title(paper),
        tuple(name if is_group(name) else person(name) for name in names),
        f"20{number[:2]}",
        (paper.doi.split() or [f"10.48550/arXiv.{number}"])[0],
        paper.link,
    )


def told(read: Read) -> Read:
    """Return a citation as every format can tell it.

    A name without a given name is one text, quotes are straight, and of a title there are the
    letters and digits, as plain as formulas write them.
    """
    letters = filter(str.isalnum, unicodedata.normalize("NFKD", read.title).replace("ˆ", ""))
    return replace(read, title="".join(letters), authors=tuple(map(_told_author, read.authors)))


def _told_author(author: Person | str) -> Person | str:
    if isinstance(author, str):
        return author
    if not author.given:
        return f"{author.family} {author.suffix}".strip()
    return replace(author, given=author.given.replace("“", '"').replace("”", '"'))


def misread(papers: Sequence[Paper], read: Sequence[Read]) -> list[tuple[Read, Read]]:
    """Return what was meant beside what was read, where the two differ."""
    pairs = [(told(meant(paper)), told(one)) for paper, one in zip(papers, read, strict=True)]
    return [(wanted, found) for wanted, found in pairs if wanted != found]


def test_a_citation_that_is_read_otherwise_would_be_seen(real_data: Path) -> None:
    [paper] = papers(real_data, 1)
    [read] = read_bibtex(bibliography([paper]))

    for change in (
        replace(read, authors=("Boats",)),
        replace(read, year="1999"),
        replace(read, doi=""),
        replace(read, title="Boats"),
    ):
        assert misread([paper], [change])


@pytest.mark.parametrize("count", SOME)
def test_pybtex_reads_what_was_meant(real_data: Path, count: int) -> None:
    """Names in their parts, groups whole, the formulas' letters, DOI, year and address."""
    some = papers(real_data, count)

    assert misread(some, read_bibtex(bibliography(some))) == []


@pytest.mark.parametrize("count", SOME)
def test_rispy_reads_what_was_meant(real_data: Path, count: int) -> None:
    some = papers(real_data, count)

    assert misread(some, read_ris(ris(some))) == []


@pytest.mark.parametrize("count", SOME)
def test_citeproc_reads_what_was_meant(real_data: Path, count: int) -> None:
    some = papers(real_data, count)

    assert misread(some, read_csl(csl_json(some))) == []
