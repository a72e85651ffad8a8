"""One term of a query: what a person wrote behind a field, read to what is compared.

Text terms hold stems in order (several are a phrase; a prefix keeps its last word as
written), author terms the evened words of a name in alphabetical order (a single Latin
letter is an initial), category terms every spelling that counts, id terms one paper id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.arxiv import taxonomy
from bot.arxiv.identifiers import arxiv_id
from bot.topics.query.analyzer import former_stem, further_stems, has_han, is_starred, stem, surface
from storage.records import Field, Term

FIELDS = {
    **dict.fromkeys(("ti", "title", "标题", "题目"), Field.TITLE),
    **dict.fromkeys(("abs", "abstract", "摘要"), Field.ABSTRACT),
    **dict.fromkeys(("au", "author", "authors", "作者"), Field.AUTHOR),
    **dict.fromkeys(("cat", "category", "分类", "类别"), Field.CATEGORY),
    **dict.fromkeys(("id", "arxiv", "doi"), Field.ID),
    **dict.fromkeys(("all", "any", "全部"), Field.ANY),
}
MIN_PREFIX = 2

_LONGEST_JOINED = 6  # words of a phrase of which two may be written as one

_LONGEST_CODE = 60  # of what is compared with the names of all categories

_OFTEN_APART = re.compile(
    r"(?:multi|pre|post|non|anti|semi|self|cross|super|sub|inter|intra|micro|nano|meta|hyper|real"
    r"|spatio|bio|data|deep|over|under)(?=[a-z]{4})"
)
_DOI = re.compile(r"(?:doi:)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_CLASS = re.compile(r"([A-Za-z-]{2,9})\.([A-Za-z]{2}|[a-z-]{3,9})")
_SHOUTED = re.compile(r"[a-z-]{2,8}\.[A-Z]{2}")
_STRAY_STAR = re.compile(r"\*+(?=\w)")


class QueryError(ValueError):
    """A query cannot be used: where, the key of the text that says why, and what may be meant.

    What is told of the words in its values turns and breaks no sentence that it stands in.
    """

    def __init__(
        self, position: int, key: str, suggestions: tuple[str, ...] = (), **values: str | int
    ) -> None:
        told = {name: _printable(v) if isinstance(v, str) else v for name, v in values.items()}
        super().__init__(position, key, told)
        self.position = position
        self.key = key
        self.suggestions = suggestions
        self.values = told


def bare_term(text: str, at: int = 0) -> Term:
    """The term for a word without field and quotes: an id, a category, a prefix or words."""
    if arxiv_id(text):
        return term(Field.ID, text, at)
    code = text.rstrip(".!?")
    if taxonomy.canonical(code):
        return term(Field.CATEGORY, code, at)
    if _looks_like_category(code):
        raise _unknown_category(code, at)
    if "://" in text:
        raise QueryError(at, "query-link", given=shortened(text))
    return term(Field.ANY, text, at)


def term(field: Field, text: str, at: int = 0, near: int = 0) -> Term:
    """The term for a text in a field; a star at its end makes the last word a prefix.

    ``near`` says how many other words may stand between those of the text, in any order.

    Raises:
        QueryError: the text holds nothing that the field could be searched for.
    """
    if field is Field.CATEGORY:
        return _category(text, at)
    if field is Field.ID:
        return _paper(text, at)
    prefix = text.endswith("*") and not is_starred(text)
    stray = _STRAY_STAR.search(text)
    if stray:
        raise QueryError(at + stray.start(), "query-star-place", given=shortened(text))
    found = surface(text)
    if not found:
        raise QueryError(at, "query-no-word", given=shortened(text))
    if prefix and found[-1].endswith(("+", "#")):
        prefix = False  # nothing can follow C++
    if prefix and len(found[-1]) < MIN_PREFIX and not has_han(found[-1]):
        raise QueryError(at, "query-prefix-short", given=shortened(text), letters=MIN_PREFIX)
    if field is Field.AUTHOR:
        return _name(found, prefix)
    if near and prefix:
        raise QueryError(at, "query-near-star", given=shortened(text))
    return _words(field, found, prefix, near)


def printed(term: Term) -> str:
    """The term as it is written in a canonical query."""
    spelled = term.text + "*" * term.prefix
    is_word = " " not in term.text and term.text.endswith(("c++", "c#", "f#"))
    if not term.text.isalnum() and not is_word:
        spelled = f'"{spelled}"'
    return f"{spelled}~{term.near}" if term.near else spelled


def spell(found: list[str]) -> str:
    """Words written as a text: a space between two unless both are Chinese."""
    text = ""
    for word in found:
        text += word if has_han(text[-1:]) and has_han(word) else f" {word}"
    return text.strip()


def _words(field: Field, found: list[str], prefix: bool, near: int) -> Term:
    if near:  # the order says nothing, and what is said twice is said once
        found = sorted(dict.fromkeys(found))
        near = near if len(found) > 1 else 0
    stems = [stem(word) for word in found]
    if prefix:
        stems[-1] = found[-1]
        begun = tuple((start,) for start in further_stems(found[-1]))
        return Term(field, spell(found), tuple(stems), prefix, begun)
    former = tuple(map(former_stem, found))
    return Term(
        field,
        spell(found),
        tuple(stems),
        also=() if near else (*_joined(found, stems), *_split(found)),
        former=former if former != tuple(stems) else (),
        near=near,
    )


def _split(found: list[str]) -> Iterator[tuple[str, ...]]:
    """A word whose beginning is often written apart: realtime, real time."""
    start = _OFTEN_APART.match(found[0]) if len(found) == 1 else None
    if start:
        yield stem(start[0]), stem(found[0][start.end() :])


def _joined(found: list[str], stems: list[str]) -> Iterator[tuple[str, ...]]:
    """A phrase with two neighbours written as one: multi modal, multimodal."""
    for at in range(len(found) - 1 if len(found) <= _LONGEST_JOINED else 0):
        if not (has_han(found[at]) or has_han(found[at + 1])):
            yield (*stems[:at], stem(found[at] + found[at + 1]), *stems[at + 2 :])


def _name(found: list[str], prefix: bool) -> Term:
    last = [found.pop()] if prefix else []
    ordered = sorted(found) + last
    return Term(Field.AUTHOR, " ".join(ordered), tuple(ordered), prefix)


def _category(text: str, at: int) -> Term:
    code = taxonomy.canonical(text.rstrip("*").rstrip(".!?"))
    if code is None:
        raise _unknown_category(text, at)
    return Term(Field.CATEGORY, code, taxonomy.expand(code))


def _paper(text: str, at: int) -> Term:
    found = arxiv_id(text)
    if found:
        return Term(Field.ID, found, (f"arxiv:{found}",))
    doi = _DOI.fullmatch(text.strip().lower())
    if doi:
        return Term(Field.ID, doi[1], (f"doi:{doi[1]}",))
    raise QueryError(at, "query-id-unknown", given=shortened(text))


def _looks_like_category(text: str) -> bool:
    match = _CLASS.fullmatch(text)
    if match is None:
        return False
    return taxonomy.was_archive(match[1]) or _SHOUTED.fullmatch(text) is not None


def _unknown_category(text: str, at: int) -> QueryError:
    near = taxonomy.nearest(text[:_LONGEST_CODE])
    return QueryError(
        at, "query-category-unknown", near, given=shortened(text), nearest=", ".join(near) or "none"
    )


def shortened(text: str) -> str:
    """What a person wrote, as far as a sentence about it quotes it."""
    return text if len(text) <= 40 else text[:39] + "…"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
