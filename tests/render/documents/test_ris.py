"""A record that reference managers read, whatever the paper holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given

from bot.render.documents.ris import ris_records
from storage.records.digests import Entry
from tests.render.digests import hostile_entries, paper

_LINE = re.compile(r"[A-Z][A-Z0-9]  - .*")


def test_a_record_names_what_a_reference_manager_asks_for() -> None:
    boats = paper(
        title=r"$L^2$ Drift of Antr\`as Boats",
        abstract="They drift\n  east.",
        authors=("Ana Prvić", "Jos\\'e Mar\\'ia de la Cruz", "The BOAT Collaboration"),
        categories=("cs.RO", "physics.flu-dyn"),
        submitted_at=datetime(2026, 11, 19, 12, tzinfo=UTC),
        doi="10.1000/boats",
    )

    assert ris_records([boats]).decode().split("\r\n") == [
        "TY  - UNPB",
        "TI  - L² Drift of Antràs Boats",
        "AU  - Prvić, Ana",
        "AU  - de la Cruz, José María",
        "AU  - The BOAT Collaboration",
        "PY  - 2026",
        "DA  - 2026/11/19",
        "AB  - They drift east.",
        "KW  - cs.RO",
        "KW  - physics.flu-dyn",
        "PB  - arXiv",
        "AN  - arXiv:2611.90001",
        "DO  - 10.1000/boats",
        "UR  - https://arxiv.org/abs/2611.90001",
        "ER  - ",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        *[
            ("Li Wei", "Wei, Li"),
            ("Plato", "Plato"),
            ("He, Kaiming", "He, Kaiming"),
            ("o k", "k, o"),
        ],
        ("Rolf Andersen III", "Andersen, Rolf, III"),
        ("Jan van der Berg Jr.", "van der Berg, Jan, Jr."),
        ("Li Wei (李伟)", "Wei, Li"),
        ("H1, ZEUS Collaborations", "H1 ZEUS Collaborations"),
        ("Fog and Mist", "Fog and Mist"),
        ("李伟", "李伟"),
        ("Team Kettle", "Team Kettle"),
        ("University of Fog", "University of Fog"),
        ("Linh The Nguyen", "Nguyen, Linh The"),
    ],
)
def test_a_name_is_told_by_its_last_part(name: str, line: str) -> None:
    assert f"\r\nAU  - {line}\r\n" in ris_records([paper(authors=(name,))]).decode()


@given(hostile_entries(), hostile_entries())
def test_any_papers_are_as_many_records_of_whole_lines(first: Entry, second: Entry) -> None:
    lines = ris_records([first.paper, second.paper]).decode().split("\r\n")

    assert all(line == "" or _LINE.fullmatch(line) for line in lines)
    assert [line for line in lines if line.startswith(("TY", "ER"))] == ["TY  - UNPB", "ER  - "] * 2
