"""Score how close a paper is to a topic: by where its words stand, and by what came before.

The words are scored in the title and in the whole text, so that a paper about the topic precedes
one that only mentions it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isqrt
from operator import mul
from typing import TypeAlias

from bot.ranking.relevance import WHOLE, cosine_to, nearness, use_vector
from bot.ranking.word_table import shipped_table
from bot.topics.query.normal_form import iterate_terms
from storage.records.queries import TEXT_FIELDS, And, Clause, Or

_Alternative: TypeAlias = Mapping[str, str]
"""Each analysed word of an alternative, with the number of what it stands for."""


class TopicRelevance:
    """How close papers are to what a clause asks for; texts are analysed words and spaces."""

    def __init__(self, clause: Clause) -> None:
        self._alternatives = _alternatives(clause)

    @property
    def has_words(self) -> bool:
        """Tell whether the clause asks for words of the text."""
        return bool(self._alternatives)

    def nearness(self, title: str, abstract: str) -> int:
        """Return how near the clause's words stand in the title and in all; at most 2 ``WHOLE``."""
        return self._nearness(title) + self._nearness(f"{title} {abstract}")

    def _nearness(self, text: str) -> int:
        """Return how near the words of the nearest alternative stand, in parts of ``WHOLE``."""
        best_nearness = 0
        for meanings in self._alternatives:
            best_nearness = max(best_nearness, nearness(text, meanings))
            if best_nearness == WHOLE:
                break
        return best_nearness


def _alternatives(clause: Clause) -> list[_Alternative]:
    """Return what each alternative of a clause asks of the text.

    Words joined by OR inside of it stand for the same, so that one of them is enough.
    """
    alternatives: list[_Alternative] = []
    for alternative in clause.clauses if isinstance(clause, Or) else (clause,):
        meanings: dict[str, str] = {}
        for inner_clause in alternative.clauses if isinstance(alternative, And) else (alternative,):
            words = [
                word
                for term in iterate_terms(inner_clause, excluded=False)
                if term.field in TEXT_FIELDS
                for word in term.words
            ]
            number_of_all = str(len(meanings))
            for word in words:
                meaning_number = (
                    number_of_all if isinstance(inner_clause, Or) else str(len(meanings))
                )
                meanings.setdefault(word, meaning_number)
        if meanings:
            alternatives.append(meanings)
    return alternatives


class EarlierPapers:
    """How alike papers are to a topic's earlier ones, which speak for what its words do not."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        directions = []
        for words in texts:
            vector = use_vector(shipped_table(), words)
            length = isqrt(sum(map(mul, vector, vector)))
            if length:  # each text counts as much
                directions.append([WHOLE * value // length for value in vector])
        total = tuple(map(sum, zip(*directions, strict=True)))
        self._cosine_of_use = cosine_to(total) if total else None

    def likeness(self, words: Sequence[str]) -> int:
        """Return how alike the use of words is, in parts of ``WHOLE``; 0 without earlier papers."""
        if self._cosine_of_use is None:
            return 0
        return self._cosine_of_use(use_vector(shipped_table(), words))
