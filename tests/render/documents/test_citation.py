"""The facts that each format of a citation says, and the key under which it says them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.author_names import PersonName
from bot.render.documents.citation import citation, citation_key, citations
from tests.render.digests import hostile_texts, paper


@pytest.mark.parametrize(
    ("name", "author", "of_key"),
    [
        ("Ada Lovelace", PersonName("Ada", "Lovelace", ""), "lovelace"),
        ("Rolf Andersen III", PersonName("Rolf", "Andersen", "III"), "andersen"),
        ("Jos\\'e de la Cruz Jr.", PersonName("José", "de la Cruz", "Jr."), "cruz"),
        ("He, Kaiming", PersonName("Kaiming", "He", ""), "he"),
        ("The ATLAS Collaboration", "The ATLAS Collaboration", "collaboration"),
        ("Team Kettle", "Team Kettle", "kettle"),
        ("Fog and Mist", "Fog and Mist", "mist"),
        ("Fog, Mist, Rain Lab", "Fog, Mist, Rain Lab", "lab"),
        ("Plato", PersonName("", "Plato", ""), "plato"),
        ("Plato Jr.", "Plato Jr.", "jr"),
        ("Li Wei (李伟)", PersonName("Li", "Wei", ""), "wei"),
        ("李伟", PersonName("", "李伟", ""), "liwei"),
        ("Jens Hjortkær", PersonName("Jens", "Hjortkær", ""), "hjortkaer"),
        ("Юрий Зайцев", PersonName("Юрий", "Зайцев", ""), "zaytsev"),
        ("Nguyễn Đình Thúy", PersonName("Nguyễn Đình", "Thúy", ""), "thuy"),
    ],
)
def test_an_author_is_a_person_in_parts_or_a_whole_name(
    name: str, author: PersonName | str, of_key: str
) -> None:
    boats = paper(title="Boats", authors=(name,), id="arxiv:2611.90001")

    assert citation(boats).authors == (author,)
    assert citation_key(boats) == f"{of_key}2026boats_261190001"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": "On the Motion of Boats"}, "prvic2026motion_261190001"),
        ({"title": r"$L^2$ Drift"}, "prvic2026l2_261190001"),
        ({"title": "船", "authors": ()}, "paper2026chuan_261190001"),
        ({"title": "", "authors": ()}, "paper2026_261190001"),
        ({"id": "arxiv:hep-th/9901001"}, "prvic1999paper_hepth9901001"),
        ({"id": "doi:10.1101/2026.11.02"}, "prvicpaper_10110120261102"),
    ],
)
def test_a_key_says_author_year_title_and_number(changes: dict[str, object], expected: str) -> None:
    assert citation_key(paper(1, **changes)) == expected


@given(hostile_texts, st.lists(hostile_texts, max_size=3), hostile_texts)
def test_a_key_is_of_letters_and_digits_whatever_the_paper_holds(
    title: str, authors: list[str], number: str
) -> None:
    made = citation_key(paper(title=title, authors=tuple(authors), id=f"url:{number}"))

    assert re.fullmatch(r"[a-z0-9]+_[a-z0-9]*", made)
    assert len(made) < 100 + len(number)


def test_a_key_is_the_same_beside_other_papers() -> None:
    """What somebody cites today is the same paper in the next export."""
    boats, other = paper(1, title="Boats"), paper(2, title="Boats")

    keys = [cited.key for _, cited in citations([other, boats, boats])]

    assert keys == [citation_key(other), citation_key(boats), f"{citation_key(boats)}_2"]


@pytest.mark.parametrize(
    ("id", "submitted", "date"),
    [
        ("arxiv:2402.12844", None, (2024, 2)),
        ("arxiv:hep-th/9901001", None, (1999, 1)),
        ("arxiv:math.AG/0703456", None, (2007, 3)),
        ("arxiv:2611.90001", datetime(2026, 11, 19, 12, tzinfo=UTC), (2026, 11, 19)),
        ("arxiv:2601.00001", datetime(2025, 12, 31, 22, tzinfo=UTC), (2026, 1)),
        ("doi:10.1101/2026.11.02", datetime(2026, 11, 2, tzinfo=UTC), (2026, 11, 2)),
        ("url:2402aa", None, ()),
        ("arxiv:9913.00001", None, ()),
    ],
)
def test_the_date_is_that_of_the_announcement(
    id: str, submitted: datetime | None, date: tuple[int, ...]
) -> None:
    assert citation(paper(id=id, submitted_at=submitted)).date == date


@pytest.mark.parametrize(
    ("id", "existing_doi", "doi"),
    [
        ("arxiv:2402.12844", "10.1000/boats", "10.1000/boats"),
        ("arxiv:2402.12844", "https://doi.org/10.1000/boats, 10.1000/kites", "10.1000/boats"),
        ("arxiv:2402.12844", "", "10.48550/arXiv.2402.12844"),
        ("arxiv:2402.12844", "to appear", "10.48550/arXiv.2402.12844"),
        ("arxiv:hep-th/9901001", "", "10.48550/arXiv.hep-th/9901001"),
        ("doi:10.1101/2026.11.02", "", "10.1101/2026.11.02"),
        ("url:2402aa", "", ""),
    ],
)
def test_arxiv_registers_a_doi_for_what_has_no_other(id: str, existing_doi: str, doi: str) -> None:
    assert citation(paper(id=id, doi=existing_doi)).doi == doi
