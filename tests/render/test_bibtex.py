"""A citation that any BibTeX can read, and the marks where a topic's words stand."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.bibtex import bibliography, bibtex, key
from bot.render.marking import MARKS, marked
from storage.model import Paper
from tests.render.digests import hostile, paper

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
        "@misc{prvic2026l2,\n"
        "  title = {{$L^2$ Drift of 5\\% of Paper\\_Boats \\& Kites}},\n"
        "  author = {Ana Prvić and {The Fog and Mist Collaboration}},\n"
        "  year = {2026},\n"
        "  eprint = {2611.90001},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.RO},\n"
        "  url = {https://arxiv.org/abs/2611.90001}\n"
        "}\n"
    )


@pytest.mark.parametrize(
    ("id", "year"), [("arxiv:2402.12844", "2024"), ("arxiv:hep-th/9901001", "1999")]
)
def test_an_id_tells_the_year_where_no_date_is_known(id: str, year: str) -> None:
    assert f"  year = {{{year}}}" in bibtex(paper(1, id=id))


@pytest.mark.parametrize(
    ("name", "author", "of_key"),
    [
        ("Ada Lovelace", "Ada Lovelace", "lovelace"),
        ("Rolf Andersen III", "Andersen, III, Rolf", "andersen"),
        ("Jos\\'e de la Cruz Jr.", "de la Cruz, Jr., Jos\\'e", "cruz"),
        ("He, Kaiming", "He, Kaiming", "he"),
        ("The ATLAS Collaboration", "{The ATLAS Collaboration}", "collaboration"),
        ("Team Kettle", "{Team Kettle}", "kettle"),
        ("Fog and Mist", "{Fog and Mist}", "mist"),
        ("Fog, Mist, Rain Lab", "{Fog, Mist, Rain Lab}", "fog"),
        ("Li Wei (李伟)", "Li Wei", "wei"),
        ("李伟", "李伟", ""),
        ("Jens Hjortkær", "Jens Hjortkær", "hjortkaer"),
    ],
)
def test_a_name_is_cited_by_its_family(name: str, author: str, of_key: str) -> None:
    made = bibtex(paper(1, title="Boats", authors=(name,), id="arxiv:2611.90001"))

    assert f"  author = {{{author}}},\n" in made
    assert made.startswith(f"@misc{{{of_key}2026boats,")


def test_a_key_without_a_latin_letter_is_of_the_id() -> None:
    assert (
        key(paper(1, title="船", authors=("李伟",), id="arxiv:2611.90001")) == "paperarxiv261190001"
    )


def test_no_key_stands_twice_in_a_file() -> None:
    keys = re.findall(r"@misc\{([^,]*),", bibliography([BOATS, BOATS, BOATS]))
    assert keys == ["prvic2026l2", "prvic2026l2_2", "prvic2026l2_3"]


@given(title=hostile, authors=st.lists(hostile, max_size=4), link=hostile)
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
    assert re.fullmatch(r"[a-z0-9]+", key(paper(1, title=title, authors=tuple(authors))))


def test_words_are_marked_where_they_stand_whole() -> None:
    assert marked("Boats drift; boathouses do not. BOATS!", ("boats",)) == [
        ("Boats", True),
        (" drift; boathouses do not. ", False),
        ("BOATS", True),
        ("!", False),
    ]


@given(hostile, st.lists(hostile, max_size=4))
def test_marking_changes_no_text_and_marks_no_more_than_a_message_holds(
    text: str, words: list[str]
) -> None:
    pieces = marked(text, words)
    assert "".join(piece for piece, _ in pieces) == text
    assert sum(is_word for _, is_word in pieces) <= MARKS
