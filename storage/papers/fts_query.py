"""How a clause becomes a MATCH expression: every term quoted, nothing that matches missed.

The index holds analysed words. For each clause there is an upper bound (it finds at least
every paper that matches) and a lower bound (it finds only papers that match); a negation
takes the one of the other. Exact are categories, ids, and words and phrases in title or
abstract, which above also look into glosses. Names are wider above (the parts may belong to
two authors, initials may be left to the matcher), so are prefixes (they meet stems here) and
negations that stand alone; below, none of these excludes a paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from storage.records import And, Clause, Field, Not, Or, Term

EVERYTHING = ""
"""The expression that excludes no paper."""

_UPPER = {
    Field.ANY: "title abstract gloss",
    Field.TITLE: "title gloss",
    Field.ABSTRACT: "abstract gloss",
}
_LOWER = {Field.ANY: "title abstract", Field.TITLE: "title", Field.ABSTRACT: "abstract"}
# What an English stem may end with where the word had another letter: happy -> happi,
# hoping -> hope, sensibility -> sensibl, skies -> sky.
_STEM_ENDINGS = "ieyl"
# Porter's steps take at most 2 (sses), 5 (ingly), 4 (ization), 5 (ative), 5 (ement) and 1 (e)
# letters from the end of a word, each of them once.
_STEMMED_AWAY = 22
# Only the first two of them may leave a single letter: all others keep a vowel and a consonant.
_LONGEST_TO_ONE_LETTER = 8


def upper(clause: Clause, words: Callable[[str], str]) -> str:
    """Write an expression that finds every paper the clause matches, perhaps more."""
    match clause:
        case Term():
            return _upper_term(clause, words)
        case And(clauses):
            return _upper_and(clauses, words)
        case Or(clauses):
            parts = [upper(part, words) for part in clauses]
            return EVERYTHING if EVERYTHING in parts else _joined(parts, "OR")
        case Not():
            return EVERYTHING  # FTS5 has no complement; the caller's matcher decides


def _upper_and(clauses: Iterable[Clause], words: Callable[[str], str]) -> str:
    clauses = tuple(clauses)
    wanted = [upper(part, words) for part in clauses if not isinstance(part, Not)]
    found = _joined([part for part in wanted if part], "AND")
    barred = [lower(part.clause, words) for part in clauses if isinstance(part, Not)]
    known = _joined([part for part in barred if part], "OR")
    return f"({found} NOT {known})" if found and known else found


def in_former_words_too(clause: Clause) -> Clause:
    """Widen a clause to an index in which some papers have the words of a former analyser.

    It excludes nothing: what a word excludes there may be another one here.
    """
    match clause:
        case Term(prefix=False, former=former) if former:
            return replace(clause, also=(*clause.also, former))
        case Or(clauses):
            return Or(tuple(map(in_former_words_too, clauses)))
        case And(clauses):
            wanted = tuple(part for part in clauses if not isinstance(part, Not))
            return And(tuple(map(in_former_words_too, wanted))) if wanted else clauses[0]
        case _:
            return clause


def lower(clause: Clause, words: Callable[[str], str]) -> str:
    """Write an expression that finds only papers the clause matches; "" where none is safe."""
    match clause:
        case Term(field=Field.CATEGORY | Field.ID):
            return _upper_term(clause, words)
        case Term(field=Field.AUTHOR) | Term(prefix=True):
            return ""
        case Term():
            return _in(_LOWER[clause.field], _ways(clause))
        case And(clauses):
            parts = [lower(part, words) for part in clauses]
            return _joined(parts, "AND") if all(parts) else ""
        case Or(clauses):
            return _joined([part for part in (lower(c, words) for c in clauses) if part], "OR")
        case Not():
            return ""


def exact(clause: Clause, words: Callable[[str], str]) -> str:
    """Write an expression that finds the announced texts a clause matches; "" where none does.

    Glosses are left out: what was said later is no reason for a topic.
    """
    match clause:
        case Term() | Not():
            return lower(clause, words)
        case And(clauses):
            wanted = [exact(part, words) for part in clauses if not isinstance(part, Not)]
            barred = [exact(part.clause, words) for part in clauses if isinstance(part, Not)]
            if not wanted or not all([*wanted, *barred]):
                return ""
            found, known = _joined(wanted, "AND"), _joined(barred, "OR")
            return f"({found} NOT {known})" if known else found
        case Or(clauses):
            parts = [exact(part, words) for part in clauses]
            return _joined(parts, "OR") if all(parts) else ""


def titled(clause: Clause) -> str:
    """Write an expression that finds whole words of a clause in titles; "" where it has none."""
    match clause:
        case Term(field=Field.ANY | Field.TITLE, prefix=False):
            return _in("title", _ways(clause))
        case Term() | Not():
            return ""
        case And(clauses):
            return _joined([part for part in map(titled, clauses) if part], "AND")
        case Or(clauses):
            return _joined([part for part in map(titled, clauses) if part], "OR")


def _upper_term(term: Term, words: Callable[[str], str]) -> str:
    match term.field:
        case Field.CATEGORY:
            return _in("categories", _joined([_phrase([word]) for word in term.words], "OR"))
        case Field.ID:
            return _in("id", _joined([_phrase([word]) for word in term.words], "OR"))
        case Field.AUTHOR:
            return _in("authors", _name(term, words))
        case _ if term.prefix:
            return _in(_UPPER[term.field], _prefixed(term, words))
        case _:
            return _in(_UPPER[term.field], _ways(term))


def _in(columns: str, expression: str) -> str:
    return f"{{{columns}}} : {expression}" if expression else EVERYTHING


def _ways(term: Term) -> str:
    return _joined([_together(words, term.near) for words in term.ways], "OR")


def _together(words: tuple[str, ...], near: int) -> str:
    """Find words as a phrase, or near each other in any order."""
    if not near or len(words) == 1:
        return _phrase(words)
    return f"NEAR({' '.join(map(_quoted, words))}, {near})"


def _phrase(words: Iterable[str]) -> str:
    return " + ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""').replace("\x00", " ") + '"'


def _joined(parts: Iterable[str], operator: str) -> str:
    parts = list(parts)
    return parts[0] if len(parts) == 1 else f"({f' {operator} '.join(parts)})" if parts else ""


def _prefixed(term: Term, words: Callable[[str], str]) -> str:
    """Find the words of a phrase of which the last is only begun, in any order."""
    *whole, last = term.words
    further = [f"{_quoted(start)} *" for [start] in term.also]
    begun = _joined([_any_stem_of(last, words), *further], "OR")
    return _joined([*map(_quoted, whole), begun], "AND")


def _any_stem_of(start: str, words: Callable[[str], str]) -> str:
    """Find each stem that a word beginning with these letters may have.

    A stem that is as long as the prefix begins with it, but for its last letter; a shorter
    one is a prefix of it, but for its last letter, and not shorter than what the stemmer can
    take away. dying, lying and tying become die, lie, tie.
    """
    if not start.isascii():  # the analyser may spell a letter in a way of its own
        start = "".join(words(letter) or letter for letter in start)
    least = 1 if len(start) <= _LONGEST_TO_ONE_LETTER else 2
    lengths = range(max(least, len(start) - _STEMMED_AWAY), len(start))
    stems = {start[:length] for length in lengths}
    stems |= {start[:length] + last for length in lengths for last in _STEM_ENDINGS}
    if start[1:2] == "y":
        stems.add(start[0] + "ie")
    return _joined([f"{_quoted(start)} *", *map(_quoted, sorted(stems))], "OR")


def _name(term: Term, words: Callable[[str], str]) -> str:
    """Find authors by the parts of a name, by initials only where nothing else was asked."""
    *whole, last = term.words
    parts = [*whole] if term.prefix else [*whole, last]
    full = [_phrase(words(part).split() or [part]) for part in parts if len(part) > 1]
    if term.prefix:
        full.append(_any_stem_of(last, words))
    initials = [f"{_quoted(part)} *" for part in parts if len(part) == 1]
    return _joined(full or initials, "AND")
