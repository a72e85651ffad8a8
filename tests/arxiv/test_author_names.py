"""Persons and groups, and the parts of a person's name."""

from __future__ import annotations

import pytest

from bot.arxiv.author_names import (
    PersonName,
    is_cjk_name,
    is_group,
    is_suffix,
    name_without_degree,
    parse_person_name,
)
from bot.ranking.similar import suggested_exclusions
from storage.records.papers import Paper


@pytest.mark.parametrize(
    "name",
    [
        *("The Kettle Collaboration", "Fog and Mist Collaborations", "Kling Team", "the Fog team"),
        *("Team Cohere", "University of Fog", "Mist Working Group", "{The Kettle Collaboration}"),
        "The Institute of Cancer Research",
    ],
)
def test_a_group_is_known_by_its_words(name: str) -> None:
    assert is_group(name)


@pytest.mark.parametrize(
    "name",
    [
        "The Anh Han",
        "Linh The Nguyen",
        "Ada Lovelace",
        "Team",
        "Jan van der Berg",
        "李伟",
        "Ofra X",
    ],
)
def test_a_person_is_no_group(name: str) -> None:
    assert not is_group(name)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada Lovelace", PersonName("Ada", "Lovelace", "")),
        ("Plato", PersonName("", "Plato", "")),
        ("Jan van der Berg", PersonName("Jan", "van der Berg", "")),
        ("Rolf Andersen III", PersonName("Rolf", "Andersen", "III")),
        ("Jane de la Cruz M.D. Ph. D.", PersonName("Jane", "de la Cruz", "M.D. Ph. D.")),
        ("van Dam, Ludwig", PersonName("Ludwig", "van Dam", "")),
        ("Andersen, III, Rolf", PersonName("Rolf", "Andersen", "III")),
        ("Andersen Jr., Rolf", PersonName("Rolf", "Andersen", "Jr.")),
        ("Andersen, Rolf, Jr.", PersonName("Rolf", "Andersen", "Jr.")),
        ("Rolf Andersen, Jr.", PersonName("Rolf", "Andersen", "Jr.")),
        ("Li Wei (李伟)", PersonName("Li", "Wei", "")),
        ("李伟", PersonName("", "李伟", "")),
        ("Sharif Md", PersonName("Sharif", "Md", "")),
        ("", PersonName("", "", "")),
    ],
)
def test_a_name_has_its_parts(name: str, parts: PersonName) -> None:
    assert parse_person_name(name) == parts


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Jane Doe Ph.D.", "Jane Doe"),
        ("Li Wei (李伟)", "Li Wei"),
        ("van Dam, Ludwig", "Ludwig van Dam"),
        ("The Fog Group", "The Fog Group"),
        ("III", "III"),
    ],
)
def test_a_plain_name_is_what_all_papers_write(name: str, plain: str) -> None:
    assert name_without_degree(name) == plain


def test_a_topic_leaves_out_an_author_by_the_plain_name() -> None:
    """Other papers of the same author lack the degree."""
    jane = Paper("arxiv:2611.90001", 1, "Boats", "", ("Jane Doe Ph.D.",))

    assert 'au:"doe jane"' in suggested_exclusions(jane, (), "boats")


def test_suffixes_and_native_names_are_told_from_others() -> None:
    assert all(map(is_suffix, ["Jr", "Sr.", "II", "IV", "Ph.D.", "PhD", "Ph. D", "MD", "MD PhD"]))
    assert not any(map(is_suffix, ["Md", "Ma", "I", "V", "Jr. Doe", "J. R.", ""]))
    assert all(map(is_cjk_name, ["李伟", "やまだ 太郎", "김민수", "约翰·史密斯"]))
    assert not any(map(is_cjk_name, ["清华大学", "Li", "李 Wei", ""]))
