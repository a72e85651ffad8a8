"""arXiv's classification: groups, archives, categories, their names and their other spellings.

The facts live in ``taxonomy.json``, in the order of arXiv's own category page. A code is
compared without regard to case. Six categories are spelled in two ways (``cs.NA`` is
``math.NA``), eighteen former archives were absorbed by categories (``cmp-lg`` by ``cs.CL``);
papers carry any of these spellings, so what is searched for is always widened to all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from typing import TypedDict, cast

LONGEST = 60  # letters of what could be meant as a category; the longest name has 47
_LATER = re.compile(r"[a-z]+(?:-[a-z]+)*\.[A-Z]{2}|(?:cond-mat|physics)\.[a-z]+(?:-[a-z]+)*")
_CLOSE = 0.45  # below this likeness a suggestion would puzzle more than help

# What people call a field when they do not know arXiv's letters for it.
_NICKNAMES = {
    "ai": ("cs.AI",),
    "ml": ("cs.LG", "stat.ML"),
    "dl": ("cs.LG", "cs.DL"),
    "rl": ("cs.LG",),
    "nlp": ("cs.CL",),
    "cv": ("cs.CV",),
    "hci": ("cs.HC",),
    "asr": ("eess.AS", "cs.SD"),
}


@dataclass(frozen=True, slots=True)
class Category:
    """A code and what it is called."""

    code: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Archive:
    """A shelf of arXiv; one without classes holds a single category of its own name."""

    code: str
    en: str
    zh: str
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A discipline and its archives."""

    code: str
    en: str
    zh: str
    archives: tuple[Archive, ...]


class _ArchiveData(TypedDict):
    code: str
    en: str
    zh: str
    categories: list[tuple[str, str, str]]


class _GroupData(TypedDict):
    code: str
    en: str
    zh: str
    archives: list[_ArchiveData]


class _Data(TypedDict):
    groups: list[_GroupData]
    aliases: dict[str, str]
    subsumed: dict[str, str]


@cache
def tree() -> tuple[Group, ...]:
    """Groups with their archives and active categories, in arXiv's order."""
    return tuple(
        Group(group["code"], group["en"], group["zh"], tuple(map(_archive, group["archives"])))
        for group in _data()["groups"]
    )


@cache
def archives() -> tuple[str, ...]:
    """The codes of all active archives."""
    return tuple(archive.code for group in tree() for archive in group.archives)


@cache
def categories() -> tuple[str, ...]:
    """The codes of all active categories, both spellings of the doubled ones included."""
    return tuple(
        category.code
        for group in tree()
        for archive in group.archives
        for category in archive.categories
    )


def filed_under(terms: Iterable[str]) -> tuple[str, ...]:
    """The categories of arXiv among a paper's terms, each once, as they are written there.

    Sources mix in what authors typed for MSC and ACM classes. A category that arXiv opened after
    this version is told by its form.
    """
    known = _written()
    return tuple(dict.fromkeys(term for term in terms if term in known or _LATER.fullmatch(term)))


def was_archive(code: str) -> bool:
    """Whether the code names an archive, of today or absorbed: what an old id begins with."""
    return code.casefold() in {*archives(), *_data()["subsumed"]}


def canonical(code: str) -> str | None:
    """The one spelling of a category or archive, or None when arXiv has no such code."""
    return _spellings().get(code.strip().casefold())


@cache
def expand(code: str) -> tuple[str, ...]:
    """Every spelling that a paper filed under this category or archive may carry.

    An archive stands for all its categories and for its own bare name, which papers carry
    from the time before it was divided. A code unknown to arXiv expands to nothing.
    """
    known = canonical(code)
    if known is None:
        return ()
    archive = _archives().get(known)
    held = [category.code for category in archive.categories] if archive else []
    wanted = {known, *(_spellings()[category.casefold()] for category in held)}
    others = [other for other in _spelled_otherwise() if _spellings()[other.casefold()] in wanted]
    targets = [category for category in categories() if category in wanted]
    return tuple(dict.fromkeys([known, *held, *targets, *others]))


def name(code: str, language: str = "en") -> str:
    """What the category or archive is called in the language; the code itself if unknown."""
    known = _named().get(canonical(code) or "")
    if known is None:
        return code
    return known.zh if language.startswith("zh") else known.en


def named_by(words: str) -> tuple[str, ...]:
    """The categories that a text is the name of, or a code or usual abbreviation for.

    A name of several words may be cut before an "and" or a comma: computer vision.
    """
    return _by_name().get(_plain_name(words), ())


def nearest(code: str, n: int = 3) -> tuple[str, ...]:
    """Up to n categories that the writer may have meant, by spelling or by name, best first."""
    given = code.strip().casefold()
    if len(given) > LONGEST:
        return ()
    scores = {known: _likeness(given, known) for known in (*categories(), *archives())}
    best = sorted(scores, key=lambda known: (-scores[known], known))
    found = dict.fromkeys(canonical(c) or c for c in best if scores[c] >= _CLOSE)
    return tuple(found)[:n]


def _likeness(given: str, code: str) -> float:
    known = _named()[canonical(code) or code]
    if code in _NICKNAMES.get(given.rpartition(".")[2], ()):
        return 2.0
    spelling = SequenceMatcher(None, given, code.casefold()).ratio() + _bonus(given, code)
    english = max(_alike(given, text) for text in _name_words(known))
    chinese = 1.0 if len(given) > 1 and given in known.zh else 0.0
    return max(spelling, english, chinese)


def _alike(given: str, text: str) -> float:
    """How alike two texts are; 0.0 where that would be too little to be told."""
    matcher = SequenceMatcher(None, given, text)
    if matcher.real_quick_ratio() < _CLOSE or matcher.quick_ratio() < _CLOSE:
        return 0.0
    return matcher.ratio()


def _bonus(given: str, code: str) -> float:
    """Half of a code may be right: the archive, the class, or its letters in another order."""
    archive, _, letters = given.partition(".")
    known_archive, _, known_letters = code.casefold().partition(".")
    if not letters or not known_letters:
        return 0.0
    if archive == known_archive:
        return 0.5 if sorted(letters) == sorted(known_letters) else 0.2
    return 0.3 if letters == known_letters else 0.0


def _name_words(known: Category | Archive) -> list[str]:
    whole = known.en.casefold()
    return [whole, *(word.strip(",") for word in whole.split() if len(word) > 3)]


def _plain_name(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.casefold().replace("&", " and ")))


@cache
def _by_name() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for code, known in _named().items():
        cuts = (known.en[: cut.start()] for cut in re.finditer(r",| and | \(", known.en))
        for name in (known.en, known.zh, code, *(cut for cut in cuts if " " in cut)):
            found.setdefault(_plain_name(name), {})[canonical(code) or code] = None
    for nickname, codes in _NICKNAMES.items():
        found[nickname] = dict.fromkeys(codes)
    return {name: tuple(codes) for name, codes in found.items()}


@cache
def _data() -> _Data:
    text = files(__package__).joinpath("taxonomy.json").read_text(encoding="utf-8")
    return cast("_Data", json.loads(text))


def _archive(data: _ArchiveData) -> Archive:
    held = tuple(Category(code, en, zh) for code, en, zh in data["categories"])
    return Archive(data["code"], data["en"], data["zh"], held)


@cache
def _archives() -> dict[str, Archive]:
    return {archive.code: archive for group in tree() for archive in group.archives}


@cache
def _written() -> frozenset[str]:
    """Every code of today and of former times, in arXiv's own letters."""
    return frozenset((*archives(), *categories(), *_spelled_otherwise()))


@cache
def _named() -> dict[str, Category | Archive]:
    named: dict[str, Category | Archive] = dict(_archives())
    for archive in _archives().values():
        named.update({category.code: category for category in archive.categories})
    return named


@cache
def _spellings() -> dict[str, str]:
    known = {code.casefold(): code for code in (*archives(), *categories())}
    others = _spelled_otherwise()
    return known | {code.casefold(): target for code, target in others.items()}


@cache
def _spelled_otherwise() -> dict[str, str]:
    return {**_data()["aliases"], **_data()["subsumed"]}
