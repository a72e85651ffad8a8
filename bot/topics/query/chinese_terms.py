"""Read Chinese terms of research as English, by a list that comes with the package.

arXiv's papers are in English. Where no model translates, a query is read with this list, and only
if every Chinese word of it is known: half of a query would find something else.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from bot.topics.query.parser import QueryError, parse

TERMS_FILE = Path(__file__).parent / "chinese_terms.tsv"

_CHINESE_RUN = re.compile(r'"?([\u3400-\u9fff]+)"?')
_WORDS_BETWEEN_TERMS = re.compile(
    "的|和|与|及|以及|在|中|中的|上|下|用于|基于|关于|面向|对|我|想看|想|看|关注|研究|方向|领域|方面|"
    "技术|方法|问题|相关|有关|论文|文章|最新|应用"
)
_ALTERNATIVES = re.compile("或者|或是|或")
_OPERATORS_ALONE = re.compile("和|与|及|以及|并且|且")


def in_english(words: str) -> str | None:
    """Return a query with its Chinese words in English; None if it has none or one is unknown."""
    is_known = True

    def translate_run(match: re.Match[str]) -> str:
        nonlocal is_known
        english_alternatives: list[str] = []
        alternatives = _ALTERNATIVES.split(match[1])
        # An operator between words of English is left to other readings.
        is_known = is_known and all(alternatives) and not _OPERATORS_ALONE.fullmatch(match[1])
        for alternative in alternatives:
            english_terms = _translate_terms(alternative)
            is_known = is_known and english_terms is not None
            if english_terms:
                english_alternatives.append(" ".join(english_terms))
        return f" {' OR '.join(english_alternatives)} " if is_known else match[0]

    english_words = _CHINESE_RUN.sub(translate_run, words)
    if english_words == words or not is_known:
        return None
    # What stood directly behind a field or a minus stays there.
    english_query = " ".join(re.sub(r"(:|(?<!\w)-)\s+", r"\1", english_words).split())
    try:
        parse(english_query)
    except QueryError:
        return None
    return english_query


def _translate_terms(chinese_words: str) -> list[str] | None:
    """Return the English of words that stand side by side, or None if one of them is unknown.

    The longest terms are read first, and several words of English stay together as a phrase.
    """
    terms = _terms()
    longest = max(map(len, terms))
    english_terms: list[str] = []
    position = 0
    while position < len(chinese_words):
        for length in range(min(longest, len(chinese_words) - position), 0, -1):
            english = terms.get(chinese_words[position : position + length])
            if english:
                english_terms.append(f'"{english}"' if " " in english else english)
                position += length
                break
        else:
            between = _WORDS_BETWEEN_TERMS.match(chinese_words, position)
            if between is None:
                return None
            position = between.end()
    return english_terms


@cache
def _terms() -> dict[str, str]:
    lines = TERMS_FILE.read_text(encoding="utf-8").splitlines()
    return {chinese: english for line in lines for chinese, _, english in [line.partition("\t")]}
