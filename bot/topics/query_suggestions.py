"""Suggest other readings of a query, each with the number of papers it finds.

A reading that finds nothing is not suggested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from bot.topics.matching import match_paper
from bot.topics.query.did_you_mean import (
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
from storage.engine.query_time_limit import QueryBudgetExceeded
from storage.records.queries import And, Query, QueryField, Term

MAX_SUGGESTIONS = 3  # suggestions at once
MAX_TRIED_READINGS = 10  # readings that are counted
MAX_COUNTED_PAPERS = 50  # stored papers are counted up to this number
MAX_NEAR_WORDS = 4  # words searched near each other
MIN_WEEKLY_PAPERS = 30  # papers a week above which a narrower query is worth suggesting
MAX_REMAINING_SHARE = 0.6  # the largest share of them that a narrower query may keep

CountPapers = Callable[[Query], int]
"""Returns how many papers of the last days a query finds."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another reading of a query, with the number of papers it finds."""

    words: str
    query: Query
    papers: int
    is_recent: bool = True  # of the last days, otherwise of all stored papers


def find_suggestions(
    store: Store, words: str, count_recent: CountPapers | None = None, *, papers: int
) -> tuple[Suggestion, ...]:
    """Return the likeliest readings of a query that find papers; it finds ``papers`` itself.

    A reading that finds none in the last days is counted among all stored papers. Other words are
    suggested only if the query finds none, and fewer words only if no other reading finds any. What
    exceeds the budget is left out.
    """
    suggestions: list[Suggestion] = []
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
            for reading_text, query in islice(
                _parse_readings(make_readings(words), canonical_text(words)), MAX_TRIED_READINGS
            ):
                if count_recent and (recent_count := count_recent(query)):
                    suggestions.append(Suggestion(reading_text, query, recent_count))
                elif stored_count := count_stored_papers(store, query):
                    suggestions.append(
                        Suggestion(reading_text, query, stored_count, is_recent=False)
                    )
                if len(suggestions) == MAX_SUGGESTIONS:
                    break
            if suggestions:
                break
    except QueryBudgetExceeded:
        pass
    return tuple(suggestions)


def suggest_words_near(
    query: Query, count_papers: CountPapers, *, papers: int
) -> Suggestion | None:
    """Suggest the words of a query near each other if that finds clearly fewer papers."""
    if papers < MIN_WEEKLY_PAPERS:
        return None
    top_clauses = query.clause.clauses if isinstance(query.clause, And) else ()
    plain_terms = [
        part
        for part in top_clauses
        if isinstance(part, Term)
        and part.field is QueryField.ANY
        and " " not in part.text
        and not (part.prefix or part.max_gap)
    ]
    plain_words = [part.text for part in plain_terms]
    if not 2 <= len(plain_words) <= MAX_NEAR_WORDS:
        return None
    other_clauses = [part for part in top_clauses if part not in plain_terms]
    try:
        near_query = query_from_clause(
            And(
                (
                    *other_clauses,
                    make_term(QueryField.ANY, " ".join(plain_words), max_gap=DEFAULT_NEAR),
                )
            )
        )
        paper_count = count_papers(near_query)
    except (QueryError, QueryBudgetExceeded):  # the longest queries have no room for it
        return None
    return (
        Suggestion(near_query.text, near_query, paper_count)
        if 0 < paper_count <= MAX_REMAINING_SHARE * papers
        else None
    )


def count_stored_papers(store: Store, query: Query) -> int:
    """Return how many stored papers a query finds, up to ``MAX_COUNTED_PAPERS``."""
    papers = store.paper_search.search(query.clause, limit=MAX_COUNTED_PAPERS)
    return sum(match_paper(query, paper) is not None for paper in papers)


def _parse_readings(readings: Iterator[str], original: str) -> Iterator[tuple[str, Query]]:
    """Yield the readings that parse, each meaning once and none that equals the original."""
    seen_queries = {original}
    for reading in readings:
        reading_text = " ".join(reading.split())
        try:
            query = parse_user_query(reading_text)
        except QueryError:
            continue
        if query.text not in seen_queries:
            seen_queries.add(query.text)
            yield reading_text, query
