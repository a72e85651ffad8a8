"""Clauses of any depth, for properties that hold of every query."""

from __future__ import annotations

from hypothesis import strategies as st

from storage.records.queries import And, Clause, Not, Or


def nested_clauses(
    terms: st.SearchStrategy[Clause], *, max_terms: int
) -> st.SearchStrategy[Clause]:
    """Terms, and what ``Not``, ``And`` and ``Or`` make of them."""
    return st.recursive(terms, _combined, max_leaves=max_terms)


def _combined(inner: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(And, several), st.builds(Or, several))
