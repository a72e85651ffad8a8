"""Topics as an earlier version stored them, and what they meant to it: they mean the same today."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.topics.query.parser import canonical_text, make_term, parse
from storage.records.queries import And, Clause, Not, Or, QueryField, Term

STORED = [
    json.loads(line)
    for line in Path(__file__)
    .parents[1]
    .joinpath("data", "stored_topics.jsonl")
    .read_text()
    .splitlines()
]


def test_there_are_two_hundred_with_every_operator_as_a_word() -> None:
    texts = {topic["text"] for topic in STORED}

    assert len(texts) >= 200
    assert {"and", "or", "not", "andnot", '"x y"', "扩散模型" * 45} <= texts


@pytest.mark.parametrize("stored", STORED, ids=lambda stored: stored["text"][:60])
def test_it_means_what_it_meant(stored: dict[str, object]) -> None:
    text = str(stored["text"])

    query = parse(text)

    assert _meaning(query.clause) == _told(stored["means"])
    assert parse(query.text).clause == query.clause
    assert canonical_text(query.text) == query.text


Meaning = tuple[object, ...]


def _meaning(clause: Clause) -> Meaning:
    """A clause without the order of its parts."""
    match clause:
        case Term(field, _, words, prefix):
            return field, words, prefix
        case Not(inner):
            return "not", _meaning(inner)
        case And(clauses):
            return "and", frozenset(map(_meaning, clauses))
        case Or(clauses):
            return "or", frozenset(map(_meaning, clauses))


def _told(means: object) -> Meaning:
    """The same, from what an earlier version told: its terms by their texts."""
    assert isinstance(means, list)
    match means:
        case ["not", inner]:
            return "not", _told(inner)
        case ["and" | "or" as joins, *parts]:
            return joins, frozenset(map(_told, parts))
        case [field, text, prefix]:
            term = make_term(QueryField(field), text + "*" * prefix)
            return term.field, term.words, term.prefix
    raise AssertionError(means)
