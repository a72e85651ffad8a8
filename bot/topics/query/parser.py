"""Parse the query language of topics.

    diffusion segmentation           both words, as in any of their forms (models, model)
    "image restoration"  quant*      a phrase, any word that begins so
    "splatting video"~10             both in any order, with at most ten words between them
    gan OR vae, (a OR b) c, -survey  AND, OR, NOT in capitals; lower-case they are words
    ti: abs: au: cat: id:            title, abstract, author, category, paper
    cs.CV  hep-th  math  2402.12844  categories and ids need no field
    cs.CL+cs.LG  cs.CL/cs.LG         either category, as do links to arXiv's listings and feeds

A word without a field is searched in titles and abstracts. ``math``, ``cs`` and the like are
categories unless another word stands beside them. Quotes make anything a word. Punctuation of
Chinese keyboards counts as its ASCII form. A query of common words only ("the") is allowed: its
preview shows what it finds. A query must ask for something: exclusions alone are refused.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate

from bot.arxiv import taxonomy
from bot.arxiv.listing_addresses import joined_categories
from bot.latex import to_unicode
from bot.topics.query import normal_form
from bot.topics.query.analyzer import analyze, has_han
from bot.topics.query.fields_and_terms import (
    QueryError,
    make_term,
    shorten_quote,
    term_from_bare_word,
)
from bot.topics.query.lexer import Token, TokenKind, tokenize
from storage.records.queries import TEXT_FIELDS, And, Clause, Not, Or, Query, QueryField

__all__ = [
    "QueryError",
    "canonical_text",
    "has_chinese",
    "make_term",
    "parse",
    "parse_user_query",
    "query_from_clause",
]

MAX_LENGTH = 2000
MAX_TERMS = 50
MAX_DEPTH = 20
MAX_WORD_LENGTH = 60  # characters; no word of a paper's language is longer

_INVISIBLE_CHARS = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_BRACKET = re.compile(r"[()]")
# Archives whose codes are also words or usual abbreviations: econ data, cs theory.
_AMBIGUOUS_ARCHIVES = frozenset({"cs", "econ", "eess", "math", "nlin", "physics", "stat"})


def parse_user_query(text: str) -> Query:
    """Parse a newly typed query: like ``parse``, but words have a maximum length.

    TeX accents, which may contain spaces and quotes, are read first, and invisible characters,
    which come along with copied text, are dropped. Stored topics are read by ``parse``, because
    some are older than this limit.

    Raises:
        QueryError: it cannot be used; says where and why.
    """
    text = text.translate(_INVISIBLE_CHARS)
    for word in analyze(text) if len(text) <= MAX_LENGTH else ():
        if len(word.word) > MAX_WORD_LENGTH:
            quoted_word = shorten_quote(text[word.start : word.end])
            raise QueryError(word.start, "query-word-long", given=quoted_word, most=MAX_WORD_LENGTH)
    return parse(to_unicode(text) if "\\" in text else text)


def parse(text: str) -> Query:
    """Parse a query; its canonical text parses to the same query.

    Raises:
        QueryError: it cannot be used; says where and why.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(MAX_LENGTH, "query-too-long", max=MAX_LENGTH)
    tokens = tokenize(text)
    if not tokens:
        raise QueryError(0, "query-empty")
    first_exclusion = next((token.position for token in tokens if token.kind is TokenKind.NOT), 0)
    return query_from_clause(_Parser(tokens).parse(), first_exclusion)


@lru_cache(maxsize=4096)  # a new topic is compared with all topics of its chat
def canonical_text(text: str) -> str:
    """Return the canonical text of a stored query as printed today, or itself if unreadable.

    An older version may have printed the same query in other words.
    """
    try:
        return parse(text).text
    except QueryError:
        return text


def query_from_clause(clause: Clause, position: int = 0) -> Query:
    """Return the query of a clause made elsewhere, such as a query with one more exclusion.

    Raises:
        QueryError: the clause only excludes, or exceeds what may be typed.
    """
    normal_clause = normal_form.normalize(clause)
    if not normal_form.has_required_term(normal_clause):
        raise QueryError(position, "query-only-excludes")
    if sum(1 for _ in normal_form.iterate_terms(normal_clause)) > MAX_TERMS:
        raise QueryError(position, "query-too-many-terms", max=MAX_TERMS)
    query_text = normal_form.clause_text(normal_clause)
    if len(query_text) > MAX_LENGTH:
        raise QueryError(position, "query-too-long", max=MAX_LENGTH)
    depths = accumulate(1 if bracket == "(" else -1 for bracket in _BRACKET.findall(query_text))
    if max(depths, default=0) > MAX_DEPTH:
        raise QueryError(position, "query-too-deep", max=MAX_DEPTH)
    return Query(query_text, normal_clause)


def has_chinese(query: Query) -> bool:
    """Return whether the query contains Chinese words, which arXiv's English texts lack."""
    terms = normal_form.iterate_terms(query.clause, excluded=False)
    return any(has_han(term.text) for term in terms if term.field in TEXT_FIELDS)


class _Parser:
    """Parses tokens into a clause by recursive descent: or, and, not, then groups and terms."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._position = 0
        self._term_count = 0
        self._depth = 0

    def parse(self) -> Clause:
        clause = self._parse_or(QueryField.ANY)
        extra_token = self._peek()
        if extra_token is not None:
            raise QueryError(extra_token.position, "query-close-extra")
        return clause

    def _parse_or(self, field: QueryField) -> Clause:
        clauses = [self._parse_and(field)]
        while self._accept(TokenKind.OR):
            clauses.append(self._parse_and(field))
        return clauses[0] if len(clauses) == 1 else Or(tuple(clauses))

    def _parse_and(self, field: QueryField) -> Clause:
        clauses = [self._parse_not(field)]
        while self._accept(TokenKind.AND) or self._starts_operand():
            clauses.append(self._parse_not(field))
        return clauses[0] if len(clauses) == 1 else And(tuple(clauses))

    def _parse_not(self, field: QueryField) -> Clause:
        is_negated = False
        while self._accept(TokenKind.NOT):
            is_negated = not is_negated
        token = self._peek()
        if token is None or not self._starts_operand():
            raise self._missing_operand(token)
        if token.kind is TokenKind.OPEN_PAREN:
            clause = self._parse_group(token, field)
        else:
            self._term_count += 1
            if self._term_count > MAX_TERMS:
                raise QueryError(token.position, "query-too-many-terms", max=MAX_TERMS)
            clause = self._parse_term(token, field)
            self._position += 1
        return Not(clause) if is_negated else clause

    def _parse_group(self, token: Token, field: QueryField) -> Clause:
        self._position += 1
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError(token.position, "query-too-deep", max=MAX_DEPTH)
        if self._accept(TokenKind.CLOSE_PAREN):
            raise QueryError(token.position, "query-group-empty")
        clause = self._parse_or(token.field or field)
        if not self._accept(TokenKind.CLOSE_PAREN):
            raise QueryError(token.position, "query-open-unclosed")
        self._depth -= 1
        return clause

    def _parse_term(self, token: Token, field: QueryField) -> Clause:
        effective_field = token.field or field
        is_unfielded_word = (
            token.kind is TokenKind.WORD and token.field is None and field is QueryField.ANY
        )
        if is_unfielded_word or (
            token.kind is TokenKind.WORD and effective_field is QueryField.CATEGORY
        ):
            category_codes = joined_categories(token.text)
            if category_codes:
                return Or(
                    tuple(
                        make_term(QueryField.CATEGORY, code, token.position)
                        for code in category_codes
                    )
                )
        if is_unfielded_word and not self._is_word_beside_words(token):
            return term_from_bare_word(token.text, token.position)
        return make_term(effective_field, token.text, token.position, token.max_gap)

    def _is_word_beside_words(self, token: Token) -> bool:
        """Return whether a code is a plain word: physics in physics simulation, but not alone."""
        if token.text.casefold() not in _AMBIGUOUS_ARCHIVES:
            return False
        for neighbour in self._tokens[max(0, self._position - 1) : self._position + 2]:
            if neighbour is token or neighbour.field not in {None, QueryField.ANY}:
                continue
            if neighbour.kind is TokenKind.PHRASE:
                return True
            if neighbour.kind is TokenKind.WORD and not taxonomy.canonical_code(neighbour.text):
                return True
        return False

    def _starts_operand(self) -> bool:
        token = self._peek()
        return token is not None and token.kind in {
            TokenKind.OPEN_PAREN,
            TokenKind.WORD,
            TokenKind.PHRASE,
            TokenKind.NOT,
        }

    def _missing_operand(self, token: Token | None) -> QueryError:
        previous_token = self._tokens[self._position - 1] if self._position else None
        if token is not None and token.kind is TokenKind.CLOSE_PAREN and previous_token is None:
            return QueryError(token.position, "query-close-extra")
        operator_token = previous_token or token or self._tokens[0]
        if (
            operator_token.kind in {TokenKind.OPEN_PAREN, TokenKind.CLOSE_PAREN}
            and token is not None
        ):
            operator_token = token
        return QueryError(
            operator_token.position, "query-operand-missing", operator=operator_token.text
        )

    def _peek(self) -> Token | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _accept(self, kind: TokenKind) -> bool:
        token = self._peek()
        if token is None or token.kind is not kind:
            return False
        self._position += 1
        return True
