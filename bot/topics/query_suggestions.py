"""The verb: words → what else they may mean, each with the papers that it finds.

A reading that finds nothing is no help, so it is not suggested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from bot.topics.matching import matches
from bot.topics.query.alternatives import alternatives, any_of, fewer, loosened
from bot.topics.query.lexer import NEAR
from bot.topics.query.parser import QueryError, compose, parse_typed, printed_anew, term
from storage import Store
from storage.engine.query_budget import OverBudget
from storage.records import And, Field, Query, Term

MOST = 3  # suggestions at once
TRIED = 10  # readings that are counted
MANY = 50  # stored papers are counted up to here
MOST_TOGETHER = 4  # words that are looked for near each other
FREQUENT = 30  # papers a week, from which on fewer are a relief
FEWER = 0.6  # of them: the most that are left where that is worth a suggestion

Counted = Callable[[Query], int]
"""How many papers a query finds in some days."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another reading of words, in their order, and how many papers it finds."""

    words: str
    query: Query
    papers: int
    is_recent: bool = True  # of the last days; else of all that are stored


def suggestions(
    store: Store, words: str, recently: Counted | None = None, *, papers: int
) -> tuple[Suggestion, ...]:
    """The likeliest readings of words that find papers, where the words as they stand find some.

    A reading that finds none in the last days is counted among all stored papers. Other words are
    suggested only where they find none, and fewer only where no other reading finds any. What the
    budget does not suffice for is left out.
    """
    found: list[Suggestion] = []
    try:
        for read in (alternatives,) if papers else (alternatives, loosened, fewer, any_of):
            for text, query in islice(_readable(read(words), printed_anew(words)), TRIED):
                found += _counted(store, text, query, recently)
                if len(found) == MOST:
                    break
            if found:
                break
    except OverBudget:
        pass
    return tuple(found)


def _counted(
    store: Store, text: str, query: Query, recently: Counted | None
) -> Iterator[Suggestion]:
    """The suggestion of a reading, if it finds papers."""
    if recently and (number := recently(query)):
        yield Suggestion(text, query, number)
    elif number := stored(store, query):
        yield Suggestion(text, query, number, is_recent=False)


def together(query: Query, counted: Counted, *, papers: int) -> Suggestion | None:
    """The words of a query near each other, where that finds clearly fewer papers of many."""
    if papers < FREQUENT:
        return None
    parts = query.clause.clauses if isinstance(query.clause, And) else ()
    plain = [part for part in parts if isinstance(part, Term) and _is_plain(part)]
    words = [part.text for part in plain]
    if not 2 <= len(words) <= MOST_TOGETHER:
        return None
    others = [part for part in parts if part not in plain]
    try:
        nearer = compose(And((*others, term(Field.ANY, " ".join(words), near=NEAR))))
        number = counted(nearer)
    except (QueryError, OverBudget):  # the longest queries have no room for it
        return None
    return Suggestion(nearer.text, nearer, number) if 0 < number <= FEWER * papers else None


def stored(store: Store, query: Query) -> int:
    """How many stored papers a query finds, counted up to ``MANY``."""
    found = store.papers.search(query.clause, limit=MANY)
    return sum(matches(query, paper) is not None for paper in found)


def _readable(readings: Iterator[str], own: str) -> Iterator[tuple[str, Query]]:
    """The readings that can be read, each meaning once and none that is said already."""
    known = {own}
    for reading in readings:
        text = " ".join(reading.split())
        try:
            query = parse_typed(text)
        except QueryError:
            continue
        if query.text not in known:
            known.add(query.text)
            yield text, query


def _is_plain(term: Term) -> bool:
    """Whether a term is a word that may stand anywhere."""
    is_one = " " not in term.text
    return is_one and term.field is Field.ANY and not term.prefix and not term.near
