"""Normalise and print queries, so that equivalent topics print equally.

Negations apply to single terms, chains of the same operator are flat, duplicates are dropped, and
the order is fixed: words, fields, groups, exclusions, each alphabetically. Words that are operators
in capitals, or category codes, are quoted.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.arxiv import taxonomy
from bot.topics.query.fields_and_terms import term_text
from bot.topics.query.lexer import OPERATOR_WORDS
from storage.records.queries import And, Clause, Not, Or, QueryField, Term

_FIELD_ORDER = {field: position for position, field in enumerate(QueryField)}
_GROUP_ORDER, _EXCLUSION_ORDER = len(_FIELD_ORDER), len(_FIELD_ORDER) + 1


def normalize(clause: Clause) -> Clause:
    """Return the normal form of a clause, which equivalent clauses share."""
    return _normalize(clause, negated=False)


def clause_text(clause: Clause) -> str:
    """Return a clause in normal form as a person could have typed it."""
    match clause:
        case Term():
            return _term_with_field(clause)
        case Not(inner):
            return f"-{_parenthesized(inner)}"
        case And(clauses):
            return " ".join(
                _parenthesized(c) if isinstance(c, Or) else clause_text(c) for c in clauses
            )
        case Or(clauses):
            return " OR ".join(clause_text(c) for c in clauses)


def has_required_term(clause: Clause) -> bool:
    """Return whether every paper that the clause finds contains something it names."""
    match clause:
        case Term():
            return True
        case Not():
            return False
        case And(clauses):
            return any(has_required_term(c) for c in clauses)
        case Or(clauses):
            return all(has_required_term(c) for c in clauses)


def iterate_terms(clause: Clause, *, excluded: bool = True) -> Iterator[Term]:
    """Yield the terms of a clause in order, with the excluded ones if ``excluded``."""
    match clause:
        case Term():
            yield clause
        case Not(inner):
            if excluded:
                yield from iterate_terms(inner)
        case And(clauses) | Or(clauses):
            for inner in clauses:
                yield from iterate_terms(inner, excluded=excluded)


def query_categories(clause: Clause) -> tuple[str, ...]:
    """Return the categories that a query asks for, not those it excludes, each once, in order."""
    terms = iterate_terms(clause, excluded=False)
    category_terms = (term for term in terms if term.field is QueryField.CATEGORY)
    return tuple(dict.fromkeys(code for term in category_terms for code in term.words))


def _normalize(clause: Clause, *, negated: bool) -> Clause:
    match clause:
        case Term():
            return Not(clause) if negated else clause
        case Not(inner):
            return _normalize(inner, negated=not negated)
        case And(clauses) | Or(clauses):
            is_conjunction = isinstance(clause, And) is not negated
            operator = And if is_conjunction else Or
            flat_clauses: list[Clause] = []
            for inner in (_normalize(c, negated=negated) for c in clauses):
                flat_clauses += inner.clauses if isinstance(inner, operator) else [inner]
            unique_clauses: dict[object, Clause] = {}
            for inner in sorted(flat_clauses, key=_sort_key):
                unique_clauses.setdefault(_equivalence_key(inner), inner)
            normalized_clauses = tuple(unique_clauses.values())
            return (
                normalized_clauses[0]
                if len(normalized_clauses) == 1
                else operator(normalized_clauses)
            )


def _sort_key(clause: Clause) -> tuple[int, str]:
    match clause:
        case Term(field):
            return _FIELD_ORDER[field], clause_text(clause)
        case Not():
            return _EXCLUSION_ORDER, clause_text(clause)
        case _:
            return _GROUP_ORDER, clause_text(clause)


def _equivalence_key(clause: Clause) -> object:
    """Return a key shared by clauses of which one is redundant: model and models."""
    match clause:
        case Term(field, _, words, prefix, max_gap=max_gap):
            return field, words, prefix, max_gap
        case Not(Term(field, _, words, prefix, max_gap=max_gap)):
            return "-", field, words, prefix, max_gap
        case _:
            return clause_text(clause)


def _parenthesized(clause: Clause) -> str:
    return clause_text(clause) if isinstance(clause, Term) else f"({clause_text(clause)})"


def _term_with_field(term: Term) -> str:
    if term.field in {QueryField.CATEGORY, QueryField.ID}:
        return f"{term.field}:{term.text}"
    if term.field is not QueryField.ANY:
        return f"{term.field}:{term_text(term)}"
    if term.prefix or " " in term.text:  # neither operator nor category
        return term_text(term)
    needs_quotes = term.text in OPERATOR_WORDS or taxonomy.canonical_code(term.text) is not None
    return f'"{term.text}"' if needs_quotes else term_text(term)
