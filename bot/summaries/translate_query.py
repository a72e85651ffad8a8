"""Translate the words of a query into English, in which papers are announced.

Only words are translated: authors, categories and operators stay as written, and so does what is
already English unless it stands among the other words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.summaries.gateway.model_gateway import ModelGateway
from bot.summaries.llm.paper_notes import translate_search_words
from bot.summaries.on_demand import RecordUsage, ask_model
from bot.topics.query import normal_form
from bot.topics.query.lexer import Token, TokenKind, tokenize
from bot.topics.query.parser import QueryError, parse
from storage.records.queries import TEXT_FIELDS, Query

if TYPE_CHECKING:
    from bot.summaries.llm.client import ModelClient

MAX_FOREIGN_PARTS = 4  # requests to the model for one query
_OPERATOR_TEXT = {
    TokenKind.AND: "AND",
    TokenKind.OR: "OR",
    TokenKind.NOT: "-",
    TokenKind.CLOSE_PAREN: ")",
}
_LATIN_CHAR_NAMES = re.compile("LATIN |GREEK |MATHEMATICAL |MODIFIER ")  # letters of English papers
_KEPT_WORD = re.compile(r"[\x00-\x7f]*[.*][\x00-\x7f]*")  # categories and prefixes


@dataclass(frozen=True, slots=True)
class QueryPart:
    """A piece of a query as written: words, with the syntax before and after them."""

    words: str
    prefix: str = ""
    suffix: str = ""
    is_grouped: bool = False  # a field, an operator or quotes apply to all of the words

    @property
    def needs_translation(self) -> bool:
        """Return whether the words are not in English."""
        return _has_foreign_letters(self.words)

    def __str__(self) -> str:
        return f"{self.prefix}{self.words}{self.suffix}"

    def with_words(self, words: str) -> QueryPart:
        """Return the piece with other words; several words that must stay together are quoted."""
        if self.is_grouped and " " in words and not self.suffix:
            return replace(self, words=words, prefix=f'{self.prefix}"', suffix='"')
        return replace(self, words=words)


async def translate_query(gateway: ModelGateway, words: str) -> str:
    """Return the query in English; "" if the model has no words for it.

    Raises:
        ModelUnavailable: the day's budget is spent, or the model is paused.
        Refusal: it could not answer, or its answer cannot be used.
        QueryError: the words cannot be parsed as a query.
    """
    query_parts = list(split_parts(words))
    foreign = [part for part in query_parts if part.needs_translation]
    if not 0 < len(foreign) <= MAX_FOREIGN_PARTS:
        return ""

    async def request(client: ModelClient, record_usage: RecordUsage) -> list[str]:
        return [await translate_search_words(client, part.words, record_usage) for part in foreign]

    english = await ask_model(gateway, request, lambda translations: translations)
    translated_parts = {
        part: part.with_words(translation)
        for part, translation in zip(foreign, english, strict=True)
    }
    text = join_parts([translated_parts.get(part, part) for part in query_parts])
    try:
        is_in_english = all(english) and not needs_translation(parse(text))
    except QueryError:
        is_in_english = False
    return text if is_in_english else ""


def needs_translation(query: Query) -> bool:
    """Return whether a query has words in a script that English papers do not use."""
    query_terms = normal_form.iterate_terms(query.clause, excluded=False)
    return any(_has_foreign_letters(term.text) for term in query_terms if term.field in TEXT_FIELDS)


def split_parts(words: str) -> Iterator[QueryPart]:
    """Yield the pieces of a query in order; adjacent words form one piece."""
    run_words: list[str] = []
    is_excluded = False
    for token in tokenize(words):
        is_word = token.kind is TokenKind.WORD and token.field is None
        if is_word and not is_excluded and not _KEPT_WORD.fullmatch(token.text):
            run_words.append(_translatable_word(token.text))
            continue
        if run_words:
            yield QueryPart(" ".join(run_words))
            run_words = []
        yield _part_from_token(token, is_excluded)
        is_excluded = token.kind is TokenKind.NOT
    if run_words:
        yield QueryPart(" ".join(run_words))


def _part_from_token(token: Token, is_excluded: bool) -> QueryPart:
    field = f"{token.field}:" if token.field else ""
    if token.kind is TokenKind.OPEN_PAREN:
        return QueryPart("", f"{field}(")
    if token.kind in _OPERATOR_TEXT:
        return QueryPart("", _OPERATOR_TEXT[token.kind])
    if token.field and token.field not in TEXT_FIELDS:
        quote = '"' if token.kind is TokenKind.PHRASE else ""
        return QueryPart("", f"{field}{quote}{token.text}{quote}")
    if token.kind is TokenKind.PHRASE:
        return QueryPart(token.text, f'{field}"', '"', is_grouped=True)
    return QueryPart(_translatable_word(token.text), field, is_grouped=bool(field) or is_excluded)


def _translatable_word(word: str) -> str:
    """Return a word to translate, without the asterisk of a prefix, which cannot be translated."""
    return word.rstrip("*") if _has_foreign_letters(word) else word


def join_parts(parts: Sequence[QueryPart]) -> str:
    """Return the query as somebody would type it."""
    text = " ".join(str(part) for part in parts)
    return re.sub(r"(?:(?<=\s)|^)- (?=\S)", "-", text).replace("( ", "(").replace(" )", ")")


def _has_foreign_letters(text: str) -> bool:
    return any(
        char.isalpha() and not _LATIN_CHAR_NAMES.match(unicodedata.name(char, ""))
        for char in unicodedata.normalize("NFKC", text)
    )
