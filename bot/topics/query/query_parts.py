"""Take a query apart into pieces whose words can be replaced, and put it together again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.topics.query.lexer import Token, TokenKind, tokenize
from storage.records.queries import TEXT_FIELDS

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
        return has_foreign_letters(self.words)

    def __str__(self) -> str:
        return f"{self.prefix}{self.words}{self.suffix}"

    def with_words(self, words: str) -> QueryPart:
        """Return the piece with other words; several words that must stay together are quoted."""
        if self.is_grouped and " " in words and not self.suffix:
            return replace(self, words=words, prefix=f'{self.prefix}"', suffix='"')
        return replace(self, words=words)


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
        nearness = f"~{token.max_gap}" if token.max_gap else ""
        return QueryPart(token.text, f'{field}"', f'"{nearness}', is_grouped=True)
    return QueryPart(_translatable_word(token.text), field, is_grouped=bool(field) or is_excluded)


def _translatable_word(word: str) -> str:
    """Return a word to translate, without the asterisk of a prefix, which cannot be translated."""
    return word.rstrip("*") if has_foreign_letters(word) else word


def join_parts(parts: Sequence[QueryPart]) -> str:
    """Return the query as somebody would type it."""
    text = " ".join(str(part) for part in parts)
    return re.sub(r"(?:(?<=\s)|^)- (?=\S)", "-", text).replace("( ", "(").replace(" )", ")")


def has_foreign_letters(text: str) -> bool:
    """Return whether a text has letters of a script that English papers do not use."""
    return any(
        char.isalpha() and not _LATIN_CHAR_NAMES.match(unicodedata.name(char, ""))
        for char in unicodedata.normalize("NFKC", text)
    )
