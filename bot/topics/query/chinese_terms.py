"""Read Chinese terms of research as English, by a list that comes with the package.

arXiv's papers are in English. Where no model translates, a query is read with this list, and only
if every Chinese word of it is known: half of a query would find something else.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

from bot.topics.query.analyzer import has_han
from bot.topics.query.parser import QueryError, parse
from bot.topics.query.query_parts import QueryPart, join_parts, split_parts

TERMS_FILE = Path(__file__).parent / "chinese_terms.tsv"

_CHINESE_OR_OTHER = re.compile(r"[\u3400-\u9fff]+|[^\s\u3400-\u9fff]+")
_WORDS_BETWEEN_TERMS = re.compile(
    "的|和|与|及|以及|在|中|上|下|用于|基于|关于|面向|对|我|想|看|关注|研究|方向|领域|方面|"
    "技术|方法|问题|相关|有关|论文|文章|最新|应用"
)
_ALTERNATIVES = re.compile("或者|或是|或")
_OPERATORS_ALONE = re.compile("和|与|及|以及|并且|且")


def in_english(words: str) -> str | None:
    """Return a query with its Chinese words in English; None if it has none or one is unknown."""
    if not has_han(words):
        return None
    english_parts: list[QueryPart] = []
    try:
        parts = list(split_parts(words))
        for part in parts:
            is_alone = len(parts) == 1 and not part.is_grouped
            english_part = _part_in_english(part, is_alone=is_alone)
            if english_part is None:
                return None
            english_parts.append(english_part)
        english_query = " ".join(join_parts(english_parts).split())
        parse(english_query)
    except QueryError:
        return None
    return english_query


def _part_in_english(part: QueryPart, *, is_alone: bool) -> QueryPart | None:
    """Return a piece of a query in English, or None if one of its Chinese words is unknown.

    What becomes several words stays together: behind a field or a minus, and as alternatives.
    """
    is_phrase = bool(part.suffix)
    pieces = _CHINESE_OR_OTHER.findall(part.words)
    english_pieces: list[str] = []
    for piece in pieces:
        if not has_han(piece):
            english_pieces.append(piece)
            continue
        if _OPERATORS_ALONE.fullmatch(piece):
            return None  # between words of English it is left to other readings
        alternatives: list[list[str]] = []
        for chinese_words in _ALTERNATIVES.split(piece):
            english_terms = _english_terms(chinese_words)
            if english_terms is None:
                return None
            alternatives.append(
                [f'"{term}"' if " " in term and not is_phrase else term for term in english_terms]
            )
        if len(alternatives) == 1:
            english_pieces += alternatives[0]
        elif is_phrase or not all(alternatives):
            return None
        else:
            text = " OR ".join(map(" ".join, alternatives))
            english_pieces.append(text if is_alone and len(pieces) == 1 else f"({text})")
    words = " ".join(english_pieces)
    if part.is_grouped and not words:
        return None  # nothing is left of what is excluded or looked for in a field
    if part.is_grouped and not is_phrase and len(english_pieces) > 1:
        words = f"({words})"
    return None if has_han(f"{part.prefix}{words}") else replace(part, words=words)


def _english_terms(chinese_words: str) -> list[str] | None:
    """Return the English of words that stand side by side, or None if one of them is unknown.

    The longest terms are read first.
    """
    english_by_chinese = _english_by_chinese()
    longest = max(map(len, english_by_chinese))
    english_terms: list[str] = []
    position = 0
    while position < len(chinese_words):
        for length in range(min(longest, len(chinese_words) - position), 0, -1):
            english = english_by_chinese.get(chinese_words[position : position + length])
            if english:
                english_terms.append(english)
                position += length
                break
        else:
            between = _WORDS_BETWEEN_TERMS.match(chinese_words, position)
            if between is None:
                return None
            position = between.end()
    return english_terms


@cache
def _english_by_chinese() -> dict[str, str]:
    lines = TERMS_FILE.read_text(encoding="utf-8").splitlines()
    return {chinese: english for line in lines for chinese, _, english in [line.partition("\t")]}
