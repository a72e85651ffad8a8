"""arXiv's groups, archives and categories, with their names and alternative spellings.

The facts live in ``taxonomy.json``, in the order of arXiv's own category page. Codes are compared
case-insensitively. Six categories are spelled in two ways (``cs.NA`` is ``math.NA``), eighteen
former archives were absorbed by categories (``cmp-lg`` by ``cs.CL``); papers carry any of these
spellings, so searches are always widened to all of them.
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

MAX_CODE_LENGTH = 60  # characters of a possible category; the longest name has 47
_CODE_FORMAT = re.compile(r"[a-z]+(?:-[a-z]+)*\.[A-Z]{2}|(?:cond-mat|physics)\.[a-z]+(?:-[a-z]+)*")
_MIN_SIMILARITY = 0.45  # below this similarity a suggestion would confuse more than help

# Common names for fields.
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
    """A category's code and its names."""

    code: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive of arXiv; one without classes is itself a single category."""

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


class _TaxonomyData(TypedDict):
    groups: list[_GroupData]
    aliases: dict[str, str]
    subsumed: dict[str, str]


@cache
def taxonomy_groups() -> tuple[Group, ...]:
    """Return the groups with their archives and active categories, in arXiv's order."""
    groups = []
    for group in _load_data()["groups"]:
        group_archives = tuple(
            Archive(
                archive["code"],
                archive["en"],
                archive["zh"],
                tuple(Category(code, en, zh) for code, en, zh in archive["categories"]),
            )
            for archive in group["archives"]
        )
        groups.append(Group(group["code"], group["en"], group["zh"], group_archives))
    return tuple(groups)


@cache
def archives() -> tuple[str, ...]:
    """Return the codes of all active archives."""
    return tuple(archive.code for group in taxonomy_groups() for archive in group.archives)


@cache
def categories() -> tuple[str, ...]:
    """Return the codes of all active categories, including both spellings of doubled ones."""
    return tuple(
        category.code
        for group in taxonomy_groups()
        for archive in group.archives
        for category in archive.categories
    )


def arxiv_categories_in(terms: Iterable[str]) -> tuple[str, ...]:
    """Return arXiv's categories among a paper's terms, each once, as written there.

    Sources mix in what authors typed for MSC and ACM classes. A category that arXiv opened after
    this version is recognised by its form.
    """
    known_codes = _all_codes()
    return tuple(
        dict.fromkeys(term for term in terms if term in known_codes or _CODE_FORMAT.fullmatch(term))
    )


def is_archive_code(code: str) -> bool:
    """Return whether the code names a current or absorbed archive, as old ids begin with."""
    return code.casefold() in {*archives(), *_load_data()["subsumed"]}


def canonical_code(code: str) -> str | None:
    """Return the canonical spelling of a category or archive, or None if arXiv has no such code."""
    return _canonical_by_folded().get(code.strip().casefold())


@cache
def all_spellings(code: str) -> tuple[str, ...]:
    """Return every spelling that a paper filed under this category or archive may carry.

    An archive stands for all its categories and for its own bare name, which papers from before its
    division carry. A code unknown to arXiv has no spellings.
    """
    known_code = canonical_code(code)
    if known_code is None:
        return ()
    archive = _archives_by_code().get(known_code)
    class_codes = [category.code for category in archive.categories] if archive else []
    matching_codes = {
        known_code,
        *(_canonical_by_folded()[category.casefold()] for category in class_codes),
    }
    aliases = [
        other
        for other in _canonical_by_alias()
        if _canonical_by_folded()[other.casefold()] in matching_codes
    ]
    targets = [category for category in categories() if category in matching_codes]
    return tuple(dict.fromkeys([known_code, *class_codes, *targets, *aliases]))


def categories_named(words: str) -> tuple[str, ...]:
    """Return the categories that a text names or abbreviates.

    A name of several words may be cut before an "and" or a comma: computer vision.
    """
    return _codes_by_name().get(_normalize_name(words), ())


def nearest_codes(code: str, n: int = 3) -> tuple[str, ...]:
    """Return up to ``n`` categories similar in spelling or name, best first."""
    typed_code = code.strip().casefold()
    if len(typed_code) > MAX_CODE_LENGTH:
        return ()
    similarity_by_code = {
        candidate: _code_similarity(typed_code, candidate)
        for candidate in (*categories(), *archives())
    }
    ranked_candidates = sorted(
        similarity_by_code, key=lambda candidate: (-similarity_by_code[candidate], candidate)
    )
    codes = dict.fromkeys(
        canonical_code(c) or c
        for c in ranked_candidates
        if similarity_by_code[c] >= _MIN_SIMILARITY
    )
    return tuple(codes)[:n]


def _code_similarity(typed: str, code: str) -> float:
    """Return the similarity of a typed text to a code or to its name, whichever is greater."""
    if code in _NICKNAMES.get(typed.rpartition(".")[2], ()):
        return 2.0
    score = SequenceMatcher(None, typed, code.casefold()).ratio()
    typed_archive, _, typed_class = typed.partition(".")
    archive, _, code_class = code.casefold().partition(".")
    if typed_class and code_class:  # a half-right code: the archive, the class, or its letters
        if typed_archive == archive:
            score += 0.5 if sorted(typed_class) == sorted(code_class) else 0.2
        elif typed_class == code_class:
            score += 0.3
    category = _entries_by_code()[canonical_code(code) or code]
    english_name = category.en.casefold()
    for compared_name in (
        english_name,
        *(word.strip(",") for word in english_name.split() if len(word) > 3),
    ):
        matcher = SequenceMatcher(None, typed, compared_name)
        if min(matcher.real_quick_ratio(), matcher.quick_ratio()) >= _MIN_SIMILARITY:
            score = max(score, matcher.ratio())
    if len(typed) > 1 and typed in category.zh:
        score = max(score, 1.0)
    return score


def _normalize_name(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.casefold().replace("&", " and ")))


@cache
def _codes_by_name() -> dict[str, tuple[str, ...]]:
    codes_by_name: dict[str, dict[str, None]] = {}
    for code, category in _entries_by_code().items():
        name_starts = (
            category.en[: cut.start()] for cut in re.finditer(r",| and | \(", category.en)
        )
        for category_name in (
            category.en,
            category.zh,
            code,
            *(cut for cut in name_starts if " " in cut),
        ):
            codes_by_name.setdefault(_normalize_name(category_name), {})[
                canonical_code(code) or code
            ] = None
    for nickname, codes in _NICKNAMES.items():
        codes_by_name[nickname] = dict.fromkeys(codes)
    return {category_name: tuple(codes) for category_name, codes in codes_by_name.items()}


@cache
def _load_data() -> _TaxonomyData:
    json_text = files(__package__).joinpath("taxonomy.json").read_text(encoding="utf-8")
    return cast("_TaxonomyData", json.loads(json_text))


@cache
def _archives_by_code() -> dict[str, Archive]:
    return {archive.code: archive for group in taxonomy_groups() for archive in group.archives}


@cache
def _all_codes() -> frozenset[str]:
    """Return every current and former code, in arXiv's own case."""
    return frozenset((*archives(), *categories(), *_canonical_by_alias()))


@cache
def _entries_by_code() -> dict[str, Category | Archive]:
    entries: dict[str, Category | Archive] = dict(_archives_by_code())
    for archive in _archives_by_code().values():
        entries.update({category.code: category for category in archive.categories})
    return entries


@cache
def _canonical_by_folded() -> dict[str, str]:
    canonical_by_folded = {code.casefold(): code for code in (*archives(), *categories())}
    aliases = _canonical_by_alias()
    return canonical_by_folded | {code.casefold(): target for code, target in aliases.items()}


@cache
def _canonical_by_alias() -> dict[str, str]:
    return {**_load_data()["aliases"], **_load_data()["subsumed"]}
