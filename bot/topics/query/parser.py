"""The topic language: text -> Query -> text.

    diffusion segmentation           both words, as in any of their forms (models, model)
    "image restoration"  quant*      a phrase, any word that begins so
    "splatting video"~10             both in any order, with at most ten words between them
    gan OR vae, (a OR b) c, -survey  AND, OR, NOT in capitals; lower-case they are words
    ti: abs: au: cat: id:            title, abstract, author, category, paper
    cs.CV  hep-th  math  2402.12844  categories and ids need no field
    cs.CL+cs.LG  cs.CL/cs.LG         either category, as do links to arXiv's listings and feeds

A word without field is looked for in titles and abstracts. ``math``, ``cs`` and the like are
categories unless another word stands beside them. Quotes make anything a word. Punctuation
of Chinese keyboards counts as its ASCII form. A query of common words only ("the") is
allowed: its preview shows what it brings. A query must ask for something: exclusions alone
are refused.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.arxiv import taxonomy
from bot.arxiv.identifiers import Mention, arxiv_id, arxiv_id_version, mentions
from bot.arxiv.listing_addresses import joined_categories, listed_categories
from bot.latex import to_unicode
from bot.topics.query import normal_form
from bot.topics.query.analyzer import has_han, indexed, tokens
from bot.topics.query.fields_and_terms import FIELDS, QueryError, bare_term, shortened, term
from bot.topics.query.lexer import Mark, Sign, scan
from storage.records import And, Clause, Field, Not, Or, Query

__all__ = [
    "FIELDS",
    "Mention",
    "QueryError",
    "arxiv_id",
    "arxiv_id_version",
    "compose",
    "has_chinese",
    "indexed",
    "listed_categories",
    "mentions",
    "parse",
    "parse_typed",
    "printed_anew",
    "term",
]

MAX_LENGTH = 2000
MAX_TERMS = 50
MAX_DEPTH = 20
MAX_LETTERS = 60  # of a word; no word of any language that papers are written in is longer

_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_BRACKET = re.compile(r"[()]")
# Archives that are words or usual abbreviations as well: econ data, cs theory.
_ALSO_WORDS = frozenset({"cs", "econ", "eess", "math", "nlin", "physics", "stat"})


def parse_typed(text: str) -> Query:
    """The query that a person asks with now: as ``parse``, without words that nobody writes.

    Accents in TeX, which may hold blanks and quotes, are read first, and signs that nobody sees
    are none: they come along with what is copied. Stored topics are read by ``parse``, for some
    are older than this limit.

    Raises:
        QueryError: it cannot be used; says where and why.
    """
    text = text.translate(_UNSEEN)
    for token in tokens(text) if len(text) <= MAX_LENGTH else ():
        if len(token.word) > MAX_LETTERS:
            given = shortened(text[token.start : token.end])
            raise QueryError(token.start, "query-word-long", given=given, most=MAX_LETTERS)
    return parse(to_unicode(text) if "\\" in text else text)


def parse(text: str) -> Query:
    """The query that a person typed; typed anew from its canonical text it is the same.

    Raises:
        QueryError: it cannot be used; says where and why.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(MAX_LENGTH, "query-too-long", max=MAX_LENGTH)
    signs = scan(text)
    if not signs:
        raise QueryError(0, "query-empty")
    first = next((s.at for s in signs if s.mark is Mark.NOT), 0)
    return compose(_Reader(signs).whole(), first)


@lru_cache(maxsize=4096)  # the topics of a chat are compared whenever it asks for another
def printed_anew(text: str) -> str:
    """The canonical text of a stored topic as it is printed today; itself where it is unreadable.

    An older version may have printed the same query in other words.
    """
    try:
        return parse(text).text
    except QueryError:
        return text


def compose(clause: Clause, at: int = 0) -> Query:
    """The query for a clause made elsewhere, such as a query with one more exclusion.

    Raises:
        QueryError: the clause only excludes, or exceeds what may be typed.
    """
    form = normal_form.normal(clause)
    if not normal_form.asks_for_something(form):
        raise QueryError(at, "query-only-excludes")
    if sum(1 for _ in normal_form.terms(form)) > MAX_TERMS:
        raise QueryError(at, "query-too-many-terms", max=MAX_TERMS)
    text = normal_form.text(form)
    if len(text) > MAX_LENGTH:
        raise QueryError(at, "query-too-long", max=MAX_LENGTH)
    if _depth(text) > MAX_DEPTH:
        raise QueryError(at, "query-too-deep", max=MAX_DEPTH)
    return Query(text, form)


def has_chinese(query: Query) -> bool:
    """Whether the query looks for Chinese words, which arXiv's English texts do not have."""
    text = {Field.ANY, Field.TITLE, Field.ABSTRACT}
    asked = normal_form.terms(query.clause, excluded=False)
    return any(has_han(term.text) for term in asked if term.field in text)


class _Reader:
    """Reads signs to a clause by descent: or, and, not, then groups and terms."""

    def __init__(self, signs: list[Sign]) -> None:
        self._signs = signs
        self._at = 0
        self._terms = 0
        self._depth = 0

    def whole(self) -> Clause:
        clause = self._or(Field.ANY)
        left = self._next()
        if left is not None:
            raise QueryError(left.at, "query-close-extra")
        return clause

    def _or(self, field: Field) -> Clause:
        clauses = [self._and(field)]
        while self._take(Mark.OR):
            clauses.append(self._and(field))
        return clauses[0] if len(clauses) == 1 else Or(tuple(clauses))

    def _and(self, field: Field) -> Clause:
        clauses = [self._not(field)]
        while self._take(Mark.AND) or self._starts_operand():
            clauses.append(self._not(field))
        return clauses[0] if len(clauses) == 1 else And(tuple(clauses))

    def _not(self, field: Field) -> Clause:
        negated = False
        while self._take(Mark.NOT):
            negated = not negated
        clause = self._operand(field)
        return Not(clause) if negated else clause

    def _operand(self, field: Field) -> Clause:
        sign = self._next()
        if sign is None or not self._starts_operand():
            raise self._missing_operand(sign)
        if sign.mark is Mark.OPEN:
            return self._group(sign, field)
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise QueryError(sign.at, "query-too-many-terms", max=MAX_TERMS)
        made = self._term(sign, field)
        self._at += 1
        return made

    def _group(self, sign: Sign, field: Field) -> Clause:
        self._at += 1
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError(sign.at, "query-too-deep", max=MAX_DEPTH)
        if self._take(Mark.CLOSE):
            raise QueryError(sign.at, "query-group-empty")
        clause = self._or(sign.field or field)
        if not self._take(Mark.CLOSE):
            raise QueryError(sign.at, "query-open-unclosed")
        self._depth -= 1
        return clause

    def _term(self, sign: Sign, field: Field) -> Clause:
        asked = sign.field or field
        bare = sign.mark is Mark.WORD and sign.field is None and field is Field.ANY
        if bare or (sign.mark is Mark.WORD and asked is Field.CATEGORY):
            codes = joined_categories(sign.text)
            if codes:
                return Or(tuple(term(Field.CATEGORY, code, sign.at) for code in codes))
        if bare and not self._is_word_among_words(sign):
            return bare_term(sign.text, sign.at)
        return term(asked, sign.text, sign.at, sign.near)

    def _is_word_among_words(self, sign: Sign) -> bool:
        """Physics simulation means the word, physics alone the archive."""
        if sign.text.casefold() not in _ALSO_WORDS:
            return False
        beside = self._signs[max(0, self._at - 1) : self._at + 2]
        return any(_is_text(other) for other in beside if other is not sign)

    def _starts_operand(self) -> bool:
        sign = self._next()
        return sign is not None and sign.mark in {Mark.OPEN, Mark.WORD, Mark.PHRASE, Mark.NOT}

    def _missing_operand(self, sign: Sign | None) -> QueryError:
        before = self._signs[self._at - 1] if self._at else None
        if sign is not None and sign.mark is Mark.CLOSE and before is None:
            return QueryError(sign.at, "query-close-extra")
        operator = before or sign or self._signs[0]
        if operator.mark in {Mark.OPEN, Mark.CLOSE} and sign is not None:
            operator = sign
        return QueryError(operator.at, "query-operand-missing", operator=operator.text)

    def _next(self) -> Sign | None:
        return self._signs[self._at] if self._at < len(self._signs) else None

    def _take(self, mark: Mark) -> bool:
        sign = self._next()
        if sign is None or sign.mark is not mark:
            return False
        self._at += 1
        return True


def _is_text(sign: Sign) -> bool:
    if sign.field not in {None, Field.ANY}:
        return False
    word = sign.mark is Mark.WORD and taxonomy.canonical(sign.text) is None
    return word or sign.mark is Mark.PHRASE


def _depth(text: str) -> int:
    deepest = depth = 0
    for bracket in _BRACKET.findall(text):
        depth += 1 if bracket == "(" else -1
        deepest = max(deepest, depth)
    return deepest
