"""A list of citations that citation processors read, whatever the papers hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given

from bot.render.documents.bibtex import bibtex
from bot.render.documents.csl_json import csl_json
from storage.records.digests import Entry
from tests.render.digests import hostile_entries, paper
from tests.render.documents.citation_readers import format_by_citeproc, read_csl


def test_an_item_names_what_a_citation_processor_asks_for() -> None:
    boats = paper(
        title=r"$L^2$ Drift of Antr\`as Boats",
        abstract="They drift\n  east.",
        authors=("Ana Prvić", "Jos\\'e Mar\\'ia de la Cruz Jr.", "The BOAT Collaboration"),
        categories=("cs.RO", "physics.flu-dyn"),
        submitted_at=datetime(2026, 11, 19, 12, tzinfo=UTC),
        doi="10.1000/boats",
    )

    assert json.loads(csl_json([boats])) == [
        {
            "id": "prvic2026l2_261190001",
            "type": "article",
            "title": "L² Drift of Antràs Boats",
            "author": [
                {"family": "Prvić", "given": "Ana"},
                {
                    "family": "Cruz",
                    "given": "José María",
                    "non-dropping-particle": "de la",
                    "suffix": "Jr.",
                },
                {"literal": "The BOAT Collaboration"},
            ],
            "issued": {"date-parts": [[2026, 11, 19]]},
            "abstract": "They drift east.",
            "keyword": "cs.RO, physics.flu-dyn",
            "publisher": "arXiv",
            "number": "arXiv:2611.90001",
            "DOI": "10.1000/boats",
            "URL": "https://arxiv.org/abs/2611.90001",
        }
    ]


def test_a_citation_processor_prints_a_bibliography() -> None:
    boats = paper(authors=("Ana Prvić", "José de la Cruz Jr.", "The BOAT Collaboration"))

    assert format_by_citeproc(csl_json([boats])) == [
        "Prvić, A., de la Cruz, J., Jr. and The BOAT Collaboration (2026) "
        "“Paper 1 on the Motion of Paper Boats”. arXiv. "
        "Available at: https://doi.org/10.48550/arXiv.2611.90001."
    ]


@pytest.mark.parametrize(
    ("name", "author"),
    [
        ("Plato", {"family": "Plato"}),
        ("bell hooks", {"family": "hooks", "given": "bell"}),
        ("李伟", {"family": "李伟"}),
        ("Gerard 't Hooft", {"family": "Hooft", "given": "Gerard", "non-dropping-particle": "'t"}),
        ("H1, ZEUS Collaborations", {"literal": "H1, ZEUS Collaborations"}),
        ("Fog and Mist", {"literal": "Fog and Mist"}),
    ],
)
def test_a_name_is_told_in_its_parts(name: str, author: dict[str, str]) -> None:
    [item] = json.loads(csl_json([paper(authors=(name,))]))

    assert item["author"] == [author]


def test_a_paper_has_one_key_in_every_format() -> None:
    [item] = json.loads(csl_json([paper()]))

    assert bibtex(paper()).startswith(f"@misc{{{item['id']},")


def test_nothing_is_an_empty_list() -> None:
    assert csl_json([]) == "[]\n"


@given(hostile_entries(), hostile_entries())
def test_any_papers_are_as_many_items_that_a_processor_knows(first: Entry, second: Entry) -> None:
    written = csl_json([first.paper, second.paper])

    assert len({item["id"] for item in json.loads(written)}) == 2
    assert len(read_csl(written)) == 2
