"""Parsed queries and what they match."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from storage.records.papers import Announcement, AnnouncementKind


class QueryField(StrEnum):
    """Where a term of a query looks."""

    ANY = "any"
    TITLE = "ti"
    ABSTRACT = "abs"
    AUTHOR = "au"
    CATEGORY = "cat"
    ID = "id"


TEXT_FIELDS = frozenset({QueryField.ANY, QueryField.TITLE, QueryField.ABSTRACT})
"""The fields whose terms are words of a paper's text."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word, phrase, prefix, name, category or id.

    ``text`` is printed; ``words`` are compared: analysed words for text and names (more than one is
    a phrase, or the parts of one name), category codes that count (any of them), or one paper id.
    ``alternatives`` are other words that mean the same, such as two of a phrase written as one; of
    a prefix, beginnings of the stems that words of this beginning may have. ``former_words`` are
    the words that the previous analyser would have compared, where they differ. With ``max_gap``,
    several words may stand in any order in one title or abstract, with at most this many other
    words between the first and the last of them.
    """

    field: QueryField
    text: str
    words: tuple[str, ...]
    prefix: bool = False
    alternatives: tuple[tuple[str, ...], ...] = ()
    former_words: tuple[str, ...] = ()
    max_gap: int = 0

    @property
    def variants(self) -> tuple[tuple[str, ...], ...]:
        """Return each sequence of words that is looked for."""
        return (self.words,) if self.prefix else (self.words, *self.alternatives)


@dataclass(frozen=True, slots=True)
class Not:
    clause: Clause


@dataclass(frozen=True, slots=True)
class And:
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Or:
    clauses: tuple[Clause, ...]


Clause = Term | Not | And | Or
"""The only form in which a query reaches the store."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; ``text`` is its canonical print and its identity."""

    text: str
    clause: Clause = field(compare=False)


@dataclass(frozen=True, slots=True)
class MatchReason:
    """Why a paper matched: the field, and the word as the paper writes it."""

    field: QueryField
    word: str


@dataclass(frozen=True, slots=True)
class Match:
    """A query found an announced paper; ``kind`` is relative to the query's categories."""

    announcement: Announcement
    kind: AnnouncementKind
    score: float
    reasons: tuple[MatchReason, ...] = ()
