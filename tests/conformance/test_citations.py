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

from bot.arxiv.author_list import parse_author_elements
from bot.arxiv.author_names import PersonName, is_group, parse_person_name
from bot.render.documents.bibtex import bibliography
from bot.render.documents.csl_json import csl_json
from bot.render.documents.ris import ris_records
from bot.render.entry_content import display_text, display_title
from storage.records.papers import Paper
from tests.render.documents.citation_readers import ReadCitation, read_bibtex, read_csl, read_ris

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
        authors=parse_author_elements(row["authors"]),  # type: ignore[arg-type]
        categories=tuple(row["categories"]),  # type: ignore[arg-type]
        link=f"https://arxiv.org/abs/{number}",
        submitted_at=datetime.fromisoformat(str(row["published"])),
        doi=str(row.get("doi") or ""),
    )


def meant(paper: Paper) -> ReadCitation:
    """Return what a reader should find, by the paper itself and the reading of names."""
    names = filter(None, map(display_text, paper.authors))
    number = paper.id.removeprefix("arxiv:")
    return ReadCitation(
        display_title(paper),
        tuple(name if is_group(name) else parse_person_name(name) for name in names),
        f"20{number[:2]}",
        (paper.doi.split() or [f"10.48550/arXiv.{number}"])[0],
        paper.link,
    )


def comparable(read: ReadCitation) -> ReadCitation:
    """Return a citation as every format can tell it.

    A name without a given name is one text, quotes are straight, and of a title there are the
    letters and digits, as plain as formulas write them.
    """
    letters = filter(str.isalnum, unicodedata.normalize("NFKD", read.title).replace("ˆ", ""))
    return replace(read, title="".join(letters), authors=tuple(map(_told_author, read.authors)))


def _told_author(author: PersonName | str) -> PersonName | str:
    if isinstance(author, str):
        return author
    if not author.given_name:
        return f"{author.family_name} {author.suffix}".strip()
    return replace(author, given_name=author.given_name.replace("“", '"').replace("”", '"'))


def misread(
    papers: Sequence[Paper], read: Sequence[ReadCitation]
) -> list[tuple[ReadCitation, ReadCitation]]:
    """Return what was meant beside what was read, where the two differ."""
    pairs = [
        (comparable(meant(paper)), comparable(stored_paper))
        for paper, stored_paper in zip(papers, read, strict=True)
    ]
    return [(expected, actual) for expected, actual in pairs if expected != actual]


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
    sample = papers(real_data, count)

    assert misread(sample, read_bibtex(bibliography(sample))) == []


@pytest.mark.parametrize("count", SOME)
def test_rispy_reads_what_was_meant(real_data: Path, count: int) -> None:
    sample = papers(real_data, count)

    assert misread(sample, read_ris(ris_records(sample))) == []


@pytest.mark.parametrize("count", SOME)
def test_citeproc_reads_what_was_meant(real_data: Path, count: int) -> None:
    sample = papers(real_data, count)

    assert misread(sample, read_csl(csl_json(sample))) == []
