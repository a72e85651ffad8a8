"""The normal form of a query and its print: equal topics, however typed, print equally.

Negations stand before terms only, chains of the same operator are flat, what is said twice
is said once, and the order is fixed: words, fields, groups, exclusions, each alphabetically.
Words that are operators in capitals, or codes of categories, stand in quotes.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.arxiv import taxonomy
from bot.topics.query.fields_and_terms import printed
from bot.topics.query.lexer import OPERATOR_WORDS
from storage.records import And, Clause, Field, Not, Or, Term

_RANK = {field: rank for rank, field in enumerate(Field)}
_GROUP, _EXCLUSION = len(_RANK), len(_RANK) + 1


def normal(clause: Clause) -> Clause:
    """The normal form of a clause; clauses that ask for the same in other words share it."""
    return _normal(clause, negated=False)


def text(clause: Clause) -> str:
    """A clause in normal form as a person could have typed it."""
    match clause:
        case Term():
            return _term(clause)
        case Not(inner):
            return f"-{_inside(inner)}"
        case And(clauses):
            return " ".join(_inside(c) if isinstance(c, Or) else text(c) for c in clauses)
        case Or(clauses):
            return " OR ".join(text(c) for c in clauses)


def asks_for_something(clause: Clause) -> bool:
    """Whether every paper that the clause finds has something the clause names."""
    match clause:
        case Term():
            return True
        case Not():
            return False
        case And(clauses):
            return any(asks_for_something(c) for c in clauses)
        case Or(clauses):
            return all(asks_for_something(c) for c in clauses)


def terms(clause: Clause, *, excluded: bool = True) -> Iterator[Term]:
    """The terms of a clause in order; without the excluded ones where that is asked."""
    match clause:
        case Term():
            yield clause
        case Not(inner):
            if excluded:
                yield from terms(inner)
        case And(clauses) | Or(clauses):
            for inner in clauses:
                yield from terms(inner, excluded=excluded)


def _normal(clause: Clause, *, negated: bool) -> Clause:
    match clause:
        case Term():
            return Not(clause) if negated else clause
        case Not(inner):
            return _normal(inner, negated=not negated)
        case And(clauses) | Or(clauses):
            joins_all = isinstance(clause, And) is not negated
            kept = [_normal(c, negated=negated) for c in clauses]
            return _joined(kept, And if joins_all else Or)


def _joined(clauses: list[Clause], kind: type[And] | type[Or]) -> Clause:
    flat: list[Clause] = []
    for clause in clauses:
        flat.extend(clause.clauses if isinstance(clause, kind) else [clause])
    once: dict[object, Clause] = {}
    for clause in sorted(flat, key=_order):
        once.setdefault(_sense(clause), clause)
    kept = tuple(once.values())
    return kept[0] if len(kept) == 1 else kind(kept)


def _order(clause: Clause) -> tuple[int, str]:
    match clause:
        case Term(field):
            return _RANK[field], text(clause)
        case Not():
            return _EXCLUSION, text(clause)
        case _:
            return _GROUP, text(clause)


def _sense(clause: Clause) -> object:
    """What two clauses share when one of them can be left out: model and models."""
    match clause:
        case Term(field, _, words, prefix, near=near):
            return field, words, prefix, near
        case Not(Term(field, _, words, prefix, near=near)):
            return "-", field, words, prefix, near
        case _:
            return text(clause)


def _inside(clause: Clause) -> str:
    return text(clause) if isinstance(clause, Term) else f"({text(clause)})"


def _term(term: Term) -> str:
    if term.field in {Field.CATEGORY, Field.ID}:
        return f"{term.field}:{term.text}"
    if term.field is not Field.ANY:
        return f"{term.field}:{printed(term)}"
    if term.prefix or " " in term.text:  # no operator and no code
        return printed(term)
    means_more = term.text in OPERATOR_WORDS or taxonomy.canonical(term.text) is not None
    return f'"{term.text}"' if means_more else printed(term)
