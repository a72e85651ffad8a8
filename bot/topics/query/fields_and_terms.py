"""Build the terms of a query from what a person wrote in a field.

Text terms hold stems in order (several are a phrase; a prefix keeps its last word as written),
author terms the normalised words of a name in alphabetical order (a single Latin letter is an
initial), category terms every accepted spelling, id terms one paper id.
"""

from __future__ import annotations

import re
from itertools import pairwise

from bot.arxiv import taxonomy
from bot.arxiv.identifiers import arxiv_id
from bot.topics.query.analyzer import (
    ends_with_starred_letter,
    extra_prefix_stems,
    has_han,
    legacy_stem,
    stem,
    surface_words,
)
from storage.records.queries import QueryField, Term

FIELDS = {
    **dict.fromkeys(("ti", "title", "标题", "题目"), QueryField.TITLE),
    **dict.fromkeys(("abs", "abstract", "摘要"), QueryField.ABSTRACT),
    **dict.fromkeys(("au", "author", "authors", "作者"), QueryField.AUTHOR),
    **dict.fromkeys(("cat", "category", "分类", "类别"), QueryField.CATEGORY),
    **dict.fromkeys(("id", "arxiv", "doi"), QueryField.ID),
    **dict.fromkeys(("all", "any", "全部"), QueryField.ANY),
}
MIN_PREFIX = 2

_MAX_JOINED_WORDS = 6  # words of a phrase of which two may be written as one

_SEPARABLE_PREFIX = re.compile(
    r"(?:multi|pre|post|non|anti|semi|self|cross|super|sub|inter|intra|micro|nano|meta|hyper|real"
    r"|spatio|bio|data|deep|over|under)(?=[a-z]{4})"
)
_DOI = re.compile(r"(?:doi:)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_CLASS = re.compile(r"([A-Za-z-]{2,9})\.([A-Za-z]{2}|[a-z-]{3,9})")
_UPPERCASE_CLASS = re.compile(r"[a-z-]{2,8}\.[A-Z]{2}")
_STRAY_STAR = re.compile(r"\*+(?=\w)")


class QueryError(ValueError):
    """A query cannot be used: the position, and the key and the values of the text that says why.

    Quoted words in its values are shortened, so that they fit into a sentence.
    """

    def __init__(self, position: int, key: str, **values: str | int) -> None:
        printable_values = {
            name: "".join(c if c.isprintable() else " " for c in value)
            if isinstance(value, str)
            else value
            for name, value in values.items()
        }
        super().__init__(position, key, printable_values)
        self.position = position
        self.key = key
        self.values = printable_values


def term_from_bare_word(text: str, position: int = 0) -> Term:
    """Return the term of a word without field and quotes: an id, a category, a prefix or words."""
    if arxiv_id(text):
        return make_term(QueryField.ID, text, position)
    bare_code = text.rstrip(".!?")
    if taxonomy.canonical_code(bare_code):
        return make_term(QueryField.CATEGORY, bare_code, position)
    class_match = _CLASS.fullmatch(bare_code)
    if class_match and (
        taxonomy.is_archive_code(class_match[1]) or _UPPERCASE_CLASS.fullmatch(bare_code)
    ):
        raise _unknown_category(bare_code, position)
    if "://" in text:
        raise QueryError(position, "query-link", given=shorten_quote(text))
    return make_term(QueryField.ANY, text, position)


def make_term(field: QueryField, text: str, position: int = 0, max_gap: int = 0) -> Term:
    """Return the term of a text in a field; a star at its end makes the last word a prefix.

    ``max_gap`` is how many other words may stand between its words, in any order.

    Raises:
        QueryError: the text contains nothing searchable in the field.
    """
    if field is QueryField.CATEGORY:
        category_code = taxonomy.canonical_code(text.rstrip("*").rstrip(".!?"))
        if category_code is None:
            raise _unknown_category(text, position)
        return Term(field, category_code, taxonomy.all_spellings(category_code))
    if field is QueryField.ID:
        if paper_id := arxiv_id(text):
            return Term(field, paper_id, (f"arxiv:{paper_id}",))
        if doi := _DOI.fullmatch(text.strip().lower()):
            return Term(field, doi[1], (f"doi:{doi[1]}",))
        raise QueryError(position, "query-id-unknown", given=shorten_quote(text))
    is_prefix = text.endswith("*") and not ends_with_starred_letter(text)
    stray_star = _STRAY_STAR.search(text)
    if stray_star:
        raise QueryError(
            position + stray_star.start(), "query-star-place", given=shorten_quote(text)
        )
    term_words = surface_words(text)
    if not term_words:
        raise QueryError(position, "query-no-word", given=shorten_quote(text))
    if is_prefix and term_words[-1].endswith(("+", "#")):
        is_prefix = False  # nothing can follow C++
    if is_prefix and len(term_words[-1]) < MIN_PREFIX and not has_han(term_words[-1]):
        raise QueryError(
            position, "query-prefix-short", given=shorten_quote(text), letters=MIN_PREFIX
        )
    if field is QueryField.AUTHOR:
        prefix_words = [term_words.pop()] if is_prefix else []
        name_words = [*sorted(term_words), *prefix_words]
        return Term(field, " ".join(name_words), tuple(name_words), is_prefix)
    if max_gap and is_prefix:
        raise QueryError(position, "query-near-star", given=shorten_quote(text))
    return _text_term(field, term_words, is_prefix, max_gap)


def term_text(term: Term) -> str:
    """Return the term as written in a canonical query."""
    written_term = term.text + "*" * term.prefix
    is_word = " " not in term.text and term.text.endswith(("c++", "c#", "f#"))
    if not term.text.isalnum() and not is_word:
        written_term = f'"{written_term}"'
    return f"{written_term}~{term.max_gap}" if term.max_gap else written_term


def join_words(words: list[str]) -> str:
    """Join words into a text, with a space between two unless both are Chinese."""
    joined_text = ""
    for word in words:
        joined_text += word if has_han(joined_text[-1:]) and has_han(word) else f" {word}"
    return joined_text.strip()


def _text_term(field: QueryField, words: list[str], is_prefix: bool, max_gap: int) -> Term:
    if max_gap:  # order and repetition mean nothing
        words = sorted(dict.fromkeys(words))
        max_gap = max_gap if len(words) > 1 else 0
    word_stems = [stem(word) for word in words]
    if is_prefix:
        word_stems[-1] = words[-1]
        prefix_stems = tuple((start,) for start in extra_prefix_stems(words[-1]))
        return Term(field, join_words(words), tuple(word_stems), is_prefix, prefix_stems)
    stem_alternatives: list[tuple[str, ...]] = []
    if not max_gap and len(words) <= _MAX_JOINED_WORDS:
        stem_alternatives += (  # two neighbours written as one: multi modal, multimodal
            (*word_stems[:index], stem(first + second), *word_stems[index + 2 :])
            for index, (first, second) in enumerate(pairwise(words))
            if not (has_han(first) or has_han(second))
        )
    if len(words) == 1 and (separable_prefix := _SEPARABLE_PREFIX.match(words[0])):
        # A word whose beginning is often written apart: realtime, real time.
        stem_alternatives.append(
            (stem(separable_prefix[0]), stem(words[0][separable_prefix.end() :]))
        )
    legacy_stems = tuple(map(legacy_stem, words))
    return Term(
        field,
        join_words(words),
        tuple(word_stems),
        alternatives=tuple(stem_alternatives),
        former_words=legacy_stems if legacy_stems != tuple(word_stems) else (),
        max_gap=max_gap,
    )


def _unknown_category(text: str, position: int) -> QueryError:
    nearest_codes_text = (
        ", ".join(taxonomy.nearest_codes(text[: taxonomy.MAX_CODE_LENGTH])) or "none"
    )
    given_text = shorten_quote(text)
    return QueryError(
        position, "query-category-unknown", given=given_text, nearest=nearest_codes_text
    )


def shorten_quote(text: str) -> str:
    """Shorten a person's words for quotation in a sentence."""
    return text if len(text) <= 40 else text[:39] + "…"
