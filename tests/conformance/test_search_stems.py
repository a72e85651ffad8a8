"""Every prefix of every real word: search must look for the word's stem."""

from __future__ import annotations

import gzip
import json
import re
from itertools import islice
from pathlib import Path

import pytest

from bot.topics.query.analyzer import index_text, stem, surface_words
from bot.topics.query.parser import make_term
from storage.papers.fts_query import superset_expression
from storage.records.queries import QueryField

PAPERS = 2000


@pytest.mark.slow
def test_each_prefix_of_a_real_word_finds_its_stem(real_data: Path) -> None:
    with gzip.open(real_data / "corpus/papers_2025_2026.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["abstract"] for line in islice(lines, PAPERS)]
    vocabulary = {word for text in texts for word in surface_words(text)}

    missed = [
        (start, word, stem(word))
        for start, words in _by_prefix(vocabulary).items()
        for word in _beyond(start, words)
    ]

    assert len(vocabulary) > 10_000
    assert missed == []


def _by_prefix(vocabulary: set[str]) -> dict[str, list[str]]:
    words_by_prefix: dict[str, list[str]] = {}
    for word in vocabulary:
        for length in range(2, len(word) + 1):
            if not word[:length].endswith(("+", "#")):
                words_by_prefix.setdefault(word[:length], []).append(word)
    return words_by_prefix


def _beyond(start: str, words: list[str]) -> list[str]:
    """Return the words whose stem the expression for the prefix would not find."""
    expression = superset_expression(make_term(QueryField.TITLE, f"{start}*"), index_text)
    sought = re.findall(r'"([^"]*)"( \*)?', expression)
    begun = tuple(stem for stem, is_begun in sought if is_begun)
    exact = {stem for stem, is_begun in sought if not is_begun}
    return [word for word in words if not stem(word).startswith(begun) and stem(word) not in exact]
