"""Split a typed query into tokens: words, phrases, fields, operators, parentheses.

Full-width and Chinese punctuation is read as its ASCII form, character by character, so that every
position is one of the text as typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from bot.topics.query.analyzer import surface_words
from bot.topics.query.fields_and_terms import FIELDS, QueryError
from storage.records.queries import QueryField


class TokenKind(Enum):
    """The kinds of tokens."""

    WORD = auto()
    PHRASE = auto()
    OPEN_PAREN = auto()
    CLOSE_PAREN = auto()
    AND = auto()
    OR = auto()
    NOT = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a query: its position, its text, and the field written before it."""

    kind: TokenKind
    position: int
    text: str
    field: QueryField | None = None
    # For a phrase in any order: how many other words may stand between its words.
    max_gap: int = 0


OPERATOR_WORDS = frozenset({"and", "or", "not", "andnot"})
"""Operators in capitals, plain words otherwise."""

DEFAULT_NEAR = 10
"""How many words may stand between those of "a b"~ without a number."""

MAX_NEAR = 50

_ASCII_PUNCTUATION = (
    {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
    | dict.fromkeys(map(ord, "“”„‟«»「」『』《》〝〞"), ord('"'))
    | dict.fromkeys(map(ord, "‐‑‒–—−"), ord("-"))
    | dict.fromkeys(map(ord, "、。\u3000"), ord(" "))
    | {ord("【"): ord("("), ord("】"): ord(")"), ord("∧"): ord("&"), ord("∨"): ord("|")}
)
_OPERATORS = {
    **dict.fromkeys(("AND", "&", "&&"), TokenKind.AND),
    **dict.fromkeys(("OR", "|", "||"), TokenKind.OR),
    "NOT": TokenKind.NOT,
}
_SPACE = re.compile(r"[\s,;]+")
_FIELD_PREFIX = re.compile(r"([^\W\d_]+):(?!//)")
_MINUS = re.compile(r"-(?=[^\s,;)\-])")
_PHRASE = re.compile(r'"((?:\\"(?=[\w{])|[^"])*)"')  # \" before a letter is a TeX accent
_NEAR = re.compile(r"~(\d*)")
_WORD = re.compile(r'(?:\\"(?=[\w{])|[^\s,;()"])+')
_NAME = re.compile(r'(?:\\"(?=[\w{])|[,;](?=\w)|[^\s,;()"])+')


def normalize_punctuation(text: str) -> str:
    """Replace full-width and Chinese punctuation by ASCII, keeping positions."""
    return text.translate(_ASCII_PUNCTUATION)


def tokenize(text: str) -> list[Token]:
    """Return the tokens of a query in order, without those that contain no word.

    Raises:
        QueryError: a quote is not closed, or a field is unknown or has no value.
    """
    normalized_text = normalize_punctuation(text)
    tokens: list[Token] = []
    position = 0
    while position < len(normalized_text):
        space = _SPACE.match(normalized_text, position)
        if space:
            position = space.end()
            continue
        if normalized_text[position] in "()":
            is_open = normalized_text[position] == "("
            paren_kind = TokenKind.OPEN_PAREN if is_open else TokenKind.CLOSE_PAREN
            tokens.append(Token(paren_kind, position, normalized_text[position]))
            position += 1
            continue
        if _MINUS.match(normalized_text, position):
            tokens.append(Token(TokenKind.NOT, position, "-"))
            position += 1
            continue
        if field := _FIELD_PREFIX.match(normalized_text, position):
            new_tokens, position = _field_tokens(normalized_text, field)
        elif normalized_text[position] == '"':
            new_tokens, position = _phrase_tokens(normalized_text, position, None)
        else:
            new_tokens, position = _word_tokens(normalized_text, position)
        tokens += new_tokens
    return tokens


def _word_tokens(text: str, position: int) -> tuple[list[Token], int]:
    match = _WORD.match(text, position)
    if match is None:  # a separator where a value was expected
        return [], position + 1
    word = match.group()
    if word == "ANDNOT":  # arXiv's own operator
        return [
            Token(TokenKind.AND, position, word),
            Token(TokenKind.NOT, position, word),
        ], match.end()
    token_kind = _OPERATORS.get(word)
    if token_kind is None and not surface_words(word):
        return [], match.end()
    return [Token(token_kind or TokenKind.WORD, position, word)], match.end()


def _phrase_tokens(text: str, position: int, field: QueryField | None) -> tuple[list[Token], int]:
    match = _PHRASE.match(text, position)
    if match is None:
        raise QueryError(position, "query-quote-unclosed")
    if not surface_words(match[1]):
        raise QueryError(position, "query-no-word", given=match.group()[:40])
    near_match = _NEAR.match(text, match.end())
    if near_match is None:
        return [Token(TokenKind.PHRASE, position, match[1], field)], match.end()
    max_gap = int(near_match[1][:3] or DEFAULT_NEAR)
    if not 0 < max_gap <= MAX_NEAR:
        raise QueryError(near_match.start(), "query-near", most=MAX_NEAR)
    return [Token(TokenKind.PHRASE, position, match[1], field, max_gap)], near_match.end()


def _field_tokens(text: str, match: re.Match[str]) -> tuple[list[Token], int]:
    field_name, name_start, name_end = match[1], match.start(), match.end()
    field = FIELDS.get(field_name.casefold())
    if field is None:
        if field_name.isascii() and _WORD.match(text, name_end):
            raise QueryError(name_start, "query-field-unknown", given=field_name[:40])
        return [
            Token(TokenKind.WORD, name_start, field_name)
        ], name_end  # a colon in a title, or a Chinese one
    space = _SPACE.match(text, name_end)
    value_start = space.end() if space else name_end
    if text[value_start : value_start + 1] == "(":
        return [Token(TokenKind.OPEN_PAREN, value_start, "(", field)], value_start + 1
    if text[value_start : value_start + 1] == '"':
        return _phrase_tokens(text, value_start, field)
    value_match = (_NAME if field is QueryField.AUTHOR else _WORD).match(text, value_start)
    if value_match is None or value_match.group() in _OPERATORS:
        raise QueryError(name_start, "query-value-missing", field=field_name)
    return [Token(TokenKind.WORD, value_start, value_match.group(), field)], value_match.end()
