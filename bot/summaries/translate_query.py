"""The verb: words of a topic in any language → the same topic in English.

Papers are announced in English. What is no word stays as it was written: authors, categories,
operators, and what is English already, unless it stands among the other words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.summaries.gateway.model_gateway import Workshop
from bot.summaries.llm.paper_notes import in_english
from bot.summaries.on_demand import Spend, consult
from bot.topics.query import normal_form
from bot.topics.query.lexer import Mark, Sign, scan
from bot.topics.query.parser import QueryError, parse
from storage.records import Field, Query

if TYPE_CHECKING:
    from bot.summaries.llm.client import Model

MOST = 4  # questions for one topic
_TEXT = frozenset({Field.ANY, Field.TITLE, Field.ABSTRACT})
_OPERATORS = {Mark.AND: "AND", Mark.OR: "OR", Mark.NOT: "-", Mark.CLOSE: ")"}
_ENGLISH = re.compile("LATIN |GREEK |MATHEMATICAL |MODIFIER ")  # letters of English papers
_VERBATIM = re.compile(r"[\x00-\x7f]*[.*][\x00-\x7f]*")  # categories and begun words


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a topic as it is written: some words with what stands around them."""

    words: str
    before: str = ""
    after: str = ""
    is_bound: bool = False  # an operator before it or quotes hold all of the words together

    @property
    def is_foreign(self) -> bool:
        """Whether the words need to be put into English."""
        return _has_foreign(self.words)

    def __str__(self) -> str:
        return f"{self.before}{self.words}{self.after}"

    def saying(self, words: str) -> Part:
        """The piece with other words; what was bound stays together."""
        if self.is_bound and " " in words and not self.after:
            return replace(self, words=words, before=f'{self.before}"', after='"')
        return replace(self, words=words)


async def interpret(shop: Workshop, words: str) -> str:
    """The topic in English; empty where the model knows no words for it.

    Raises:
        NotAsked: the day's budget is spent, or the model rests.
        Refusal: it could not answer.
        QueryError: the words cannot be understood as a topic.
    """
    found = list(parts(words))
    foreign = [part for part in found if part.is_foreign]
    if not 0 < len(foreign) <= MOST:
        return ""

    async def question(model: Model, spend: Spend) -> list[str]:
        return [await in_english(model, part.words, spend) for part in foreign]

    english = await consult(shop, question, lambda told: told)
    said = {part: part.saying(told) for part, told in zip(foreign, english, strict=True)}
    text = written([said.get(part, part) for part in found])
    return text if all(english) and _is_english(text) else ""


def is_foreign(query: Query) -> bool:
    """Whether a query looks for words in a script that English papers are not written in."""
    asked = normal_form.terms(query.clause, excluded=False)
    return any(_has_foreign(term.text) for term in asked if term.field in _TEXT)


def parts(words: str) -> Iterator[Part]:
    """The pieces of a topic in order; words that stand together are one piece."""
    run: list[str] = []
    is_excluded = False
    for sign in scan(words):
        is_word = sign.mark is Mark.WORD and sign.field is None
        if is_word and not is_excluded and not _VERBATIM.fullmatch(sign.text):
            run.append(_whole(sign.text))
            continue
        if run:
            yield Part(" ".join(run))
            run = []
        yield _part(sign, is_excluded)
        is_excluded = sign.mark is Mark.NOT
    if run:
        yield Part(" ".join(run))


def _part(sign: Sign, is_excluded: bool) -> Part:
    field = f"{sign.field}:" if sign.field else ""
    if sign.mark is Mark.OPEN:
        return Part("", f"{field}(")
    if sign.mark in _OPERATORS:
        return Part("", _OPERATORS[sign.mark])
    if sign.field and sign.field not in _TEXT:
        quote = '"' if sign.mark is Mark.PHRASE else ""
        return Part("", f"{field}{quote}{sign.text}{quote}")
    if sign.mark is Mark.PHRASE:
        return Part(sign.text, f'{field}"', '"', is_bound=True)
    return Part(_whole(sign.text), field, is_bound=bool(field) or is_excluded)


def _whole(word: str) -> str:
    """A word as it is put into English: the beginning of one cannot be."""
    return word.rstrip("*") if _has_foreign(word) else word


def written(found: Sequence[Part]) -> str:
    """The topic as somebody types it."""
    text = " ".join(str(part) for part in found)
    return re.sub(r"(?:(?<=\s)|^)- (?=\S)", "-", text).replace("( ", "(").replace(" )", ")")


def _has_foreign(text: str) -> bool:
    return any(
        sign.isalpha() and not _ENGLISH.match(unicodedata.name(sign, ""))
        for sign in unicodedata.normalize("NFKC", text)
    )


def _is_english(text: str) -> bool:
    """Whether a topic can be read, and nothing in it still needs English."""
    try:
        return not is_foreign(parse(text))
    except QueryError:
        return False
