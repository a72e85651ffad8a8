"""A citation that any BibTeX can read, and the marks where a topic's words stand."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.documents.bibtex import bibliography, bibtex
from bot.render.highlight import MAX_HIGHLIGHTS, highlight
from storage.records.papers import Paper
from tests.render.digests import hostile_texts, paper

BOATS = Paper(
    "arxiv:2611.90001",
    1,
    r"$L^2$ Drift of 5% of Paper_Boats & Kites",
    "",
    ("Ana Prvić", "The Fog and Mist Collaboration"),
    ("cs.RO",),
    "https://arxiv.org/abs/2611.90001",
    datetime(2026, 11, 20, tzinfo=UTC),
)


def test_a_citation_names_what_bibtex_needs() -> None:
    assert bibtex(BOATS) == (
        "@misc{prvic2026l2_261190001,\n"
        "  title = {{$L^{2}$ Drift of 5\\% of Paper\\_Boats \\& Kites}},\n"
        "  author = {Prvi{\\'c}, Ana and {The Fog and Mist Collaboration}},\n"
        "  year = {2026},\n"
        "  eprint = {2611.90001},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.RO},\n"
        "  doi = {10.48550/arXiv.2611.90001},\n"
        "  url = {https://arxiv.org/abs/2611.90001}\n"
        "}\n"
    )


@pytest.mark.parametrize(
    ("name", "author"),
    [
        ("Ada Lovelace", "Lovelace, Ada"),
        ("Rolf Andersen III", "Andersen, III, Rolf"),
        ("Jos\\'e de la Cruz Jr.", "de la Cruz, Jr., Jos{\\'e}"),
        ("He, Kaiming", "He, Kaiming"),
        ("Plato", "Plato"),
        ("Plato Jr.", "{Plato Jr.}"),
        ("The ATLAS Collaboration", "{The ATLAS Collaboration}"),
        ("H1, ZEUS Collaborations", "{H1, ZEUS Collaborations}"),
        ("Team Kettle", "{Team Kettle}"),
        ("Fog and Mist", "{Fog and Mist}"),
        ("Fog, Mist, Rain Lab", "{Fog, Mist, Rain Lab}"),
        ("Li Wei (李伟)", "Wei, Li"),
        ("李伟", "李伟"),
        ("Jens Hjortkær", "Hjortk{\\ae}r, Jens"),
    ],
)
def test_a_name_is_cited_by_its_family(name: str, author: str) -> None:
    assert f"  author = {{{author}}},\n" in bibtex(paper(1, authors=(name,)))


def test_a_title_that_begins_with_a_command_keeps_its_capitals() -> None:
    assert "  title = {{{}\\$5 Boats}},\n" in bibtex(paper(title="$5 Boats"))


def test_an_address_keeps_what_would_end_its_field() -> None:
    made = bibtex(paper(1, link="https://boats.test/{a}?b=\\c"))

    assert "  url = {https://boats.test/%7Ba%7D?b=%5Cc}\n" in made


def test_no_key_stands_twice_in_a_file() -> None:
    keys = re.findall(r"@misc\{([^,]*),", bibliography([BOATS, BOATS, BOATS]))
    assert keys == [f"prvic2026l2_261190001{suffix}" for suffix in ("", "_2", "_3")]


@given(title=hostile_texts, authors=st.lists(hostile_texts, max_size=4), link=hostile_texts)
def test_any_paper_is_one_entry_of_balanced_fields(
    title: str, authors: list[str], link: str
) -> None:
    made = bibtex(paper(1, title=title, authors=tuple(authors), link=link))

    depths = []
    depth = 0
    for sign in made:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        depths.append(depth)
    assert depth == 0
    assert min(depths) >= 0
    assert made.count("\n") == made.rstrip("\n").count("\n") + 1
    assert all(re.match(r"  \w+ = \{|\}|@misc\{", line) for line in made.splitlines())


def test_words_are_marked_where_they_stand_whole() -> None:
    assert highlight("Boats drift; boathouses do not. BOATS!", ("boats",)) == [
        ("Boats", True),
        (" drift; boathouses do not. ", False),
        ("BOATS", True),
        ("!", False),
    ]


@given(hostile_texts, st.lists(hostile_texts, max_size=4))
def test_marking_changes_no_text_and_marks_no_more_than_a_message_holds(
    text: str, words: list[str]
) -> None:
    pieces = highlight(text, words)
    assert "".join(piece for piece, _ in pieces) == text
    assert sum(is_word for _, is_word in pieces) <= MAX_HIGHLIGHTS
