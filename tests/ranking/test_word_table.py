"""The shipped table of words: the bytes that were built, and neighbours a reader expects."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from math import isqrt
from operator import mul

import pytest

from bot.ranking.stop_words import STOP_STEMS, is_counted
from bot.ranking.word_table import TABLE_FILE, WordTable, shipped_table, write_table

CONTENT = files("bot.ranking").joinpath(TABLE_FILE).read_bytes()
SHA256 = "8c0ceae9f09c18b29062150d27b846ebc4599c1f1f49a67ed7cc2de8f71adb37"
VECTOR_WORDS = 8000
ONE = 1 << 16  # a weight that the table's scale leaves readable
NEIGHBOURS = [
    ("galaxi", "astronom telescop astrophys gravit"),
    ("unlearn", "forgotten fu delet potter"),
    ("diffus", "timestep ddpm dms denois"),
    ("robot", "contactrich quadrup propriocept leg"),
    ("tumor", "glioma glioblastoma mri t1weight"),
    ("theorem", "prove proof algebra basi"),
    ("gan", "ganbas generative nongen cyclegan"),
    ("translat", "mt nmt backtransl wmt"),
    ("speech", "accent speechbas voic spoken"),
    ("drug", "molecul ligand molecular chemic"),
    ("quantum", "qubit nearterm quantumclass qml"),
    ("graph", "graphbas graphstructur subgraph gnn"),
    ("attack", "defens defend vulner hijack"),
    ("reinforc", "rl rlbase ppo rollout"),
    ("video", "videobas videolanguag frame videotext"),
    ("protein", "ligand amino molecular molecul"),
    ("molecul", "molecular drug ligand chemic"),
    ("privaci", "privacypreserv protect leakag privacyawar"),
    ("hallucin", "hallucinatori chair pope nonexist"),
    ("feder", "fl server client fedavg"),
]


@cache
def vectors() -> dict[str, tuple[int, ...]]:
    """Return the vector of each word that has one."""
    return {
        word: shipped_table().vector({word: ONE}) for word in shipped_table().words()[:VECTOR_WORDS]
    }


def square(vector: tuple[int, ...]) -> int:
    """Return the squared length of a vector."""
    return sum(map(mul, vector, vector))


def test_the_table_has_the_bytes_that_were_built() -> None:
    assert hashlib.sha256(CONTENT).hexdigest() == SHA256
    assert len(CONTENT) < 1_200_000


def test_every_word_that_is_said_to_have_a_vector_has_one() -> None:
    assert all(square(vector) > 0 for vector in vectors().values())
    rest = shipped_table().words()[VECTOR_WORDS:]
    assert rest
    assert not any(any(shipped_table().vector({word: ONE})) for word in rest)


def test_frequent_words_weigh_less_and_stop_words_nothing() -> None:
    table = shipped_table()
    weights = [table.idf(word) for word in table.words()]

    assert weights == sorted(weights)
    assert weights[0] > 0
    assert not any(table.idf(word) for word in STOP_STEMS)
    assert all(map(is_counted, table.words()))


@pytest.mark.parametrize(("word", "neighbours"), NEIGHBOURS)
def test_words_that_are_used_alike_are_neighbours(word: str, neighbours: str) -> None:
    vector = vectors()[word]

    def closeness(other: str) -> int:
        other_vector = vectors()[other]
        product: int = sum(map(mul, vector, other_vector))
        return product * 10_000 // isqrt(square(vector) * square(other_vector))

    others = sorted((w for w in vectors() if w != word), key=lambda w: (-closeness(w), w))

    assert " ".join(others[:4]) == neighbours


def test_a_sum_of_rows_is_exact() -> None:
    rows = [[number - 64 for number in range(128)], [127] * 128]
    table = WordTable(write_table(["low", "high", "bare"], b"\x10\x20\x30", [65535, 1 << 15], rows))

    vector = table.vector({"low": 3 * ONE, "high": 2, "bare": 7, "unknown": 9})

    factor = 3 * ONE * 65535 >> 16
    assert vector == tuple(factor * (number - 64) + 127 for number in range(128))


def test_a_text_of_any_length_has_a_vector() -> None:
    table = WordTable(write_table(["word"], b"\x10", [65535], [[127] * 128]))

    assert table.vector({"word": 1 << 40}) == (0,) * 128


@pytest.mark.parametrize("content", [b"", b"another file", CONTENT[:-1], CONTENT + b"\0"])
def test_a_damaged_table_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="table of words"):
        WordTable(content)
