"""Turn a clause into a MATCH expression: every term quoted, nothing that matches missed.

The index holds analysed words. For each clause there is an upper bound (it finds at least every
paper that matches) and a lower bound (it finds only papers that match); a negation takes the one of
the other. Exact are categories, ids, and words and phrases in title or abstract, whose upper bound
also looks into summaries. The upper bound is wider for names (the parts may belong to two authors,
initials may be left to the matcher), for prefixes (they meet stems here) and for negations that
stand alone; in the lower bound none of these excludes a paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from storage.records.queries import And, Clause, Not, Or, QueryField, Term

MATCH_ALL = ""
"""The expression that excludes no paper."""

_SUPERSET_COLUMNS = {
    QueryField.ANY: "title abstract summary",
    QueryField.TITLE: "title summary",
    QueryField.ABSTRACT: "abstract summary",
}
_SUBSET_COLUMNS = {
    QueryField.ANY: "title abstract",
    QueryField.TITLE: "title",
    QueryField.ABSTRACT: "abstract",
}
# What an English stem may end with where the word had another letter: happy -> happi,
# hoping -> hope, sensibility -> sensibl, skies -> sky.
_STEM_ENDINGS = "ieyl"
# Porter's steps take at most 2 (sses), 5 (ingly), 4 (ization), 5 (ative), 5 (ement) and 1 (e)
# letters from the end of a word, each of them once.
_MAX_STEMMED_LETTERS = 22
# Only the first two of them may leave a single letter: all others keep a vowel and a consonant.
_MAX_LENGTH_STEMMED_TO_ONE = 8


def superset_expression(clause: Clause, analyze: Callable[[str], str]) -> str:
    """Write an expression that finds every paper the clause matches, perhaps more."""
    match clause:
        case Term():
            return _superset_of_term(clause, analyze)
        case And(clauses):
            required_parts = [
                superset_expression(part, analyze) for part in clauses if not isinstance(part, Not)
            ]
            excluded_parts = [
                subset_expression(part.clause, analyze) for part in clauses if isinstance(part, Not)
            ]
            required_expression = _join_expressions(
                [part for part in required_parts if part], "AND"
            )
            excluded_expression = _join_expressions([part for part in excluded_parts if part], "OR")
            return (
                f"({required_expression} NOT {excluded_expression})"
                if required_expression and excluded_expression
                else required_expression
            )
        case Or(clauses):
            parts = [superset_expression(part, analyze) for part in clauses]
            return MATCH_ALL if MATCH_ALL in parts else _join_expressions(parts, "OR")
        case Not():
            return MATCH_ALL  # FTS5 has no complement; the caller's matcher decides


def with_former_words(clause: Clause) -> Clause:
    """Widen a clause to an index in which some papers have the words of a former analyser.

    It excludes nothing: what a word excludes there may be another one here.
    """
    match clause:
        case Term(prefix=False, former_words=former_words) if former_words:
            return replace(clause, alternatives=(*clause.alternatives, former_words))
        case Or(clauses):
            return Or(tuple(map(with_former_words, clauses)))
        case And(clauses):
            required_parts = tuple(part for part in clauses if not isinstance(part, Not))
            return (
                And(tuple(map(with_former_words, required_parts))) if required_parts else clauses[0]
            )
        case _:
            return clause


def subset_expression(clause: Clause, analyze: Callable[[str], str]) -> str:
    """Write an expression that finds only papers the clause matches; "" where none is safe."""
    match clause:
        case Term(field=QueryField.CATEGORY | QueryField.ID):
            return _superset_of_term(clause, analyze)
        case Term(field=QueryField.AUTHOR) | Term(prefix=True):
            return ""
        case Term():
            return _in_columns(_SUBSET_COLUMNS[clause.field], _any_variant(clause))
        case And(clauses):
            parts = [subset_expression(part, analyze) for part in clauses]
            return _join_expressions(parts, "AND") if all(parts) else ""
        case Or(clauses):
            return _join_expressions(
                [part for part in (subset_expression(part, analyze) for part in clauses) if part],
                "OR",
            )
        case Not():
            return ""


def exact_expression(clause: Clause, analyze: Callable[[str], str]) -> str:
    """Write an expression that finds the announced texts a clause matches; "" where none does.

    Summaries are left out: topics match the announced text only.
    """
    match clause:
        case Term() | Not():
            return subset_expression(clause, analyze)
        case And(clauses):
            required_parts = [
                exact_expression(part, analyze) for part in clauses if not isinstance(part, Not)
            ]
            excluded_parts = [
                exact_expression(part.clause, analyze) for part in clauses if isinstance(part, Not)
            ]
            if not required_parts or not all([*required_parts, *excluded_parts]):
                return ""
            required_expression, excluded_expression = (
                _join_expressions(required_parts, "AND"),
                _join_expressions(excluded_parts, "OR"),
            )
            return (
                f"({required_expression} NOT {excluded_expression})"
                if excluded_expression
                else required_expression
            )
        case Or(clauses):
            parts = [exact_expression(part, analyze) for part in clauses]
            return _join_expressions(parts, "OR") if all(parts) else ""


def title_expression(clause: Clause) -> str:
    """Write an expression that finds whole words of a clause in titles; "" where it has none."""
    match clause:
        case Term(field=QueryField.ANY | QueryField.TITLE, prefix=False):
            return _in_columns("title", _any_variant(clause))
        case Term() | Not():
            return ""
        case And(clauses):
            return _join_expressions(
                [part for part in map(title_expression, clauses) if part], "AND"
            )
        case Or(clauses):
            return _join_expressions(
                [part for part in map(title_expression, clauses) if part], "OR"
            )


def word_expression(word: str) -> str:
    """Write an expression that finds one analysed word in any column."""
    return _quote_word(word)


def _superset_of_term(term: Term, analyze: Callable[[str], str]) -> str:
    match term.field:
        case QueryField.CATEGORY:
            return _in_columns(
                "categories",
                _join_expressions([_phrase_expression([word]) for word in term.words], "OR"),
            )
        case QueryField.ID:
            return _in_columns(
                "id", _join_expressions([_phrase_expression([word]) for word in term.words], "OR")
            )
        case QueryField.AUTHOR:
            return _in_columns("authors", _author_expression(term, analyze))
        case _ if term.prefix:
            # The words of a phrase of which the last is only begun, in any order.
            *complete_words, word_prefix = term.words
            alternatives = [f"{_quote_word(start)} *" for [start] in term.alternatives]
            begun_word = _join_expressions(
                [_stems_expression(word_prefix, analyze), *alternatives], "OR"
            )
            words = [*map(_quote_word, complete_words), begun_word]
            return _in_columns(_SUPERSET_COLUMNS[term.field], _join_expressions(words, "AND"))
        case _:
            return _in_columns(_SUPERSET_COLUMNS[term.field], _any_variant(term))


def _in_columns(columns: str, expression: str) -> str:
    return f"{{{columns}}} : {expression}" if expression else MATCH_ALL


def _any_variant(term: Term) -> str:
    """Find the words of a variant as a phrase, or near each other in any order."""
    return _join_expressions(
        [
            f"NEAR({' '.join(map(_quote_word, words))}, {term.max_gap})"
            if term.max_gap and len(words) > 1
            else _phrase_expression(words)
            for words in term.variants
        ],
        "OR",
    )


def _phrase_expression(words: Iterable[str]) -> str:
    return " + ".join(_quote_word(word) for word in words)


def _quote_word(word: str) -> str:
    return '"' + word.replace('"', '""').replace("\x00", " ") + '"'


def _join_expressions(parts: Iterable[str], operator: str) -> str:
    parts = list(parts)
    return parts[0] if len(parts) == 1 else f"({f' {operator} '.join(parts)})" if parts else ""


def _stems_expression(prefix: str, analyze: Callable[[str], str]) -> str:
    """Find each stem that a word beginning with these letters may have.

    A stem that is as long as the prefix begins with it, but for its last letter; a shorter
    one is a prefix of it, but for its last letter, and not shorter than what the stemmer can
    take away. dying, lying and tying become die, lie, tie.
    """
    if not prefix.isascii():  # the analyser may spell a letter in a way of its own
        prefix = "".join(analyze(letter) or letter for letter in prefix)
    min_length = 1 if len(prefix) <= _MAX_LENGTH_STEMMED_TO_ONE else 2
    lengths = range(max(min_length, len(prefix) - _MAX_STEMMED_LETTERS), len(prefix))
    prefix_stems = {prefix[:length] for length in lengths}
    prefix_stems |= {prefix[:length] + ending for length in lengths for ending in _STEM_ENDINGS}
    if prefix[1:2] == "y":
        prefix_stems.add(prefix[0] + "ie")
    return _join_expressions(
        [f"{_quote_word(prefix)} *", *map(_quote_word, sorted(prefix_stems))], "OR"
    )


def _author_expression(term: Term, analyze: Callable[[str], str]) -> str:
    """Find authors by the parts of a name, by initials only where nothing else was asked."""
    *first_parts, last_part = term.words
    name_parts = [*first_parts] if term.prefix else [*first_parts, last_part]
    full_names = [
        _phrase_expression(analyze(part).split() or [part]) for part in name_parts if len(part) > 1
    ]
    if term.prefix:
        full_names.append(_stems_expression(last_part, analyze))
    initials = [f"{_quote_word(part)} *" for part in name_parts if len(part) == 1]
    return _join_expressions(full_names or initials, "AND")
