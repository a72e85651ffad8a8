"""The verb: words → what else they may mean, each with the papers that it finds.

A reading that finds nothing is no help, so it is not suggested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from bot.topics.matching import match_paper
from bot.topics.query.alternatives import (
    alternative_readings,
    looser_readings,
    readings_with_any_word,
    readings_with_fewer_words,
)
from bot.topics.query.lexer import DEFAULT_NEAR
from bot.topics.query.parser import (
    QueryError,
    canonical_text,
    make_term,
    parse_user_query,
    query_from_clause,
)
from storage import Store
from storage.engine.query_budget import QueryBudgetExceeded
from storage.records import And, Query, QueryField, Term

MAX_SUGGESTIONS = 3  # suggestions at once
MAX_TRIED_READINGS = 10  # readings that are counted
MAX_COUNTED_PAPERS = 50  # stored papers are counted up to here
MAX_NEAR_WORDS = 4  # words that are looked for near each other
MIN_WEEKLY_PAPERS = 30  # papers a week, from which on fewer are a relief
MAX_REMAINING_SHARE = 0.6  # of them: the most that are left where that is worth a suggestion

CountPapers = Callable[[Query], int]
"""How many papers a query finds in some days."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another reading of words, in their order, and how many papers it finds."""

    words: str
    query: Query
    papers: int
    is_recent: bool = True  # of the last days; else of all that are stored


def find_suggestions(
    store: Store, words: str, count_recent: CountPapers | None = None, *, papers: int
) -> tuple[Suggestion, ...]:
    """The likeliest readings of words that find papers, where the words as they stand find some.

    A reading that finds none in the last days is counted among all stored papers. Other words are
    suggested only where they find none, and fewer only where no other reading finds any. What the
    budget does not suffice for is left out.
    """
    results: list[Suggestion] = []
    try:
        for make_readings in (
            (alternative_readings,)
            if papers
            else (
                alternative_readings,
                looser_readings,
                readings_with_fewer_words,
                readings_with_any_word,
            )
        ):
            for text, query in islice(
                _parse_readings(make_readings(words), canonical_text(words)), MAX_TRIED_READINGS
            ):
                results += _suggestion_for(store, text, query, count_recent)
                if len(results) == MAX_SUGGESTIONS:
                    break
            if results:
                break
    except QueryBudgetExceeded:
        pass
    return tuple(results)


def _suggestion_for(
    store: Store, text: str, query: Query, count_recent: CountPapers | None
) -> Iterator[Suggestion]:
    """The suggestion of a reading, if it finds papers."""
    if count_recent and (number := count_recent(query)):
        yield Suggestion(text, query, number)
    elif number := count_stored_papers(store, query):
        yield Suggestion(text, query, number, is_recent=False)


def suggest_words_near(
    query: Query, count_papers: CountPapers, *, papers: int
) -> Suggestion | None:
    """The words of a query near each other, where that finds clearly fewer papers of many."""
    if papers < MIN_WEEKLY_PAPERS:
        return None
    parts = query.clause.clauses if isinstance(query.clause, And) else ()
    plain_terms = [part for part in parts if isinstance(part, Term) and _is_plain_word(part)]
    words = [part.text for part in plain_terms]
    if not 2 <= len(words) <= MAX_NEAR_WORDS:
        return None
    others = [part for part in parts if part not in plain_terms]
    try:
        near_query = query_from_clause(
            And((*others, make_term(QueryField.ANY, " ".join(words), max_gap=DEFAULT_NEAR)))
        )
        number = count_papers(near_query)
    except (QueryError, QueryBudgetExceeded):  # the longest queries have no room for it
        return None
    return (
        Suggestion(near_query.text, near_query, number)
        if 0 < number <= MAX_REMAINING_SHARE * papers
        else None
    )


def count_stored_papers(store: Store, query: Query) -> int:
    """How many stored papers a query finds, counted up to ``MAX_COUNTED_PAPERS``."""
    papers = store.papers.search(query.clause, limit=MAX_COUNTED_PAPERS)
    return sum(match_paper(query, paper) is not None for paper in papers)


def _parse_readings(readings: Iterator[str], original: str) -> Iterator[tuple[str, Query]]:
    """The readings that can be read, each meaning once and none that is said already."""
    seen_queries = {original}
    for reading in readings:
        text = " ".join(reading.split())
        try:
            query = parse_user_query(text)
        except QueryError:
            continue
        if query.text not in seen_queries:
            seen_queries.add(query.text)
            yield text, query


def _is_plain_word(term: Term) -> bool:
    """Whether a term is a word that may stand anywhere."""
    is_single_word = " " not in term.text
    return is_single_word and term.field is QueryField.ANY and not term.prefix and not term.max_gap
