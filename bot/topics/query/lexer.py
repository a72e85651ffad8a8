"""What signs does a typed query consist of? Words, phrases, fields, operators, parentheses.

Full-width and Chinese punctuation is read as its ASCII form, character by character, so that
every position is one of the text as it was typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from bot.topics.query.analyzer import surface
from bot.topics.query.fields_and_terms import FIELDS, QueryError
from storage.records import Field


class Mark(Enum):
    """What a sign is."""

    WORD = auto()
    PHRASE = auto()
    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of a query: where it stands, its text, and the field written before it."""

    mark: Mark
    at: int
    text: str
    field: Field | None = None
    near: int = 0  # of a phrase: its words in any order, with so many others between them


OPERATOR_WORDS = frozenset({"and", "or", "not", "andnot"})
"""What is an operator in capitals, and a word in any other letters."""

NEAR = 10
"""Words that may stand between those of "a b"~ where no number is given."""

MOST_NEAR = 50

_KEYBOARD = (
    {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
    | dict.fromkeys(map(ord, "“”„‟«»「」『』《》〝〞"), ord('"'))
    | dict.fromkeys(map(ord, "‐‑‒–—−"), ord("-"))
    | dict.fromkeys(map(ord, "、。\u3000"), ord(" "))
    | {ord("【"): ord("("), ord("】"): ord(")"), ord("∧"): ord("&"), ord("∨"): ord("|")}
)
_OPERATORS = {
    **dict.fromkeys(("AND", "&", "&&"), Mark.AND),
    **dict.fromkeys(("OR", "|", "||"), Mark.OR),
    "NOT": Mark.NOT,
}
_SPACE = re.compile(r"[\s,;]+")
_FIELD = re.compile(r"([^\W\d_]+):(?!//)")
_MINUS = re.compile(r"-(?=[^\s,;)\-])")
_PHRASE = re.compile(r'"((?:\\"(?=[\w{])|[^"])*)"')  # \" before a letter is a TeX accent
_NEAR = re.compile(r"~(\d*)")
_WORD = re.compile(r'(?:\\"(?=[\w{])|[^\s,;()"])+')
_NAME = re.compile(r'(?:\\"(?=[\w{])|[,;](?=\w)|[^\s,;()"])+')


def even_signs(text: str) -> str:
    """A text with full-width and Chinese punctuation in its ASCII form, each in its place."""
    return text.translate(_KEYBOARD)


def scan(text: str) -> list[Sign]:
    """The signs of a query in order; bare signs without any word in them are passed over.

    Raises:
        QueryError: a quote is not closed, or a field is unknown or has no value.
    """
    even = even_signs(text)
    signs: list[Sign] = []
    at = 0
    while at < len(even):
        space = _SPACE.match(even, at)
        if space:
            at = space.end()
            continue
        found, at = _one(even, at)
        signs += found
    return signs


def _one(text: str, at: int) -> tuple[list[Sign], int]:
    """The signs that begin here (none for mere punctuation), and where to go on."""
    if text[at] in "()":
        return [Sign(Mark.OPEN if text[at] == "(" else Mark.CLOSE, at, text[at])], at + 1
    if _MINUS.match(text, at):
        return [Sign(Mark.NOT, at, "-")], at + 1
    field = _FIELD.match(text, at)
    if field:
        return _fielded(text, field)
    if text[at] == '"':
        return _phrase(text, at, None)
    return _word(text, at)


def _word(text: str, at: int) -> tuple[list[Sign], int]:
    match = _WORD.match(text, at)
    if match is None:  # a separator where a value was due
        return [], at + 1
    word = match.group()
    if word == "ANDNOT":  # arXiv's own operator
        return [Sign(Mark.AND, at, word), Sign(Mark.NOT, at, word)], match.end()
    mark = _OPERATORS.get(word)
    if mark is None and not surface(word):
        return [], match.end()
    return [Sign(mark or Mark.WORD, at, word)], match.end()


def _phrase(text: str, at: int, field: Field | None) -> tuple[list[Sign], int]:
    match = _PHRASE.match(text, at)
    if match is None:
        raise QueryError(at, "query-quote-unclosed")
    if not surface(match[1]):
        raise QueryError(at, "query-no-word", given=match.group()[:40])
    near = _NEAR.match(text, match.end())
    if near is None:
        return [Sign(Mark.PHRASE, at, match[1], field)], match.end()
    words = int(near[1][:3] or NEAR)
    if not 0 < words <= MOST_NEAR:
        raise QueryError(near.start(), "query-near", most=MOST_NEAR)
    return [Sign(Mark.PHRASE, at, match[1], field, words)], near.end()


def _fielded(text: str, match: re.Match[str]) -> tuple[list[Sign], int]:
    name, at, end = match[1], match.start(), match.end()
    field = FIELDS.get(name.casefold())
    if field is None:
        if name.isascii() and _WORD.match(text, end):
            raise QueryError(at, "query-field-unknown", given=name[:40])
        return [Sign(Mark.WORD, at, name)], end  # a title's colon, or a Chinese one
    space = _SPACE.match(text, end)
    start = space.end() if space else end
    if text[start : start + 1] == "(":
        return [Sign(Mark.OPEN, start, "(", field)], start + 1
    if text[start : start + 1] == '"':
        return _phrase(text, start, field)
    value = (_NAME if field is Field.AUTHOR else _WORD).match(text, start)
    if value is None or value.group() in _OPERATORS:
        raise QueryError(at, "query-value-missing", field=name)
    return [Sign(Mark.WORD, start, value.group(), field)], value.end()
