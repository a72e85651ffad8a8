"""Tell persons from groups, and the parts of a person's name from each other."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Last words of groups' names. Words that are surnames too, such as Center, are left out.
_GROUP_WORDS = frozenset(
    (
        *("academy", "agency", "alliance", "association", "collaboration", "collaborations"),
        *("committee", "community", "consortia", "consortium", "council", "experiment"),
        *("experiments", "foundation", "group", "groups", "initiative", "institute"),
        *("investigators", "laboratory", "network", "observatory", "organisation"),
        *("organization", "project", "society", "team", "teams", "university"),
    )
)
_ONE_SUFFIX = r"(?:(?:Jr|JR|Sr|SR|Esq)\.?|I{2,3}|IV|2nd|3rd|4th|Ph\.? ?D\.?|PHD|M\.?D\.?)"
_SUFFIX = re.compile(rf"{_ONE_SUFFIX}(?: {_ONE_SUFFIX}){{0,3}}")
_HAN_KANA_HANGUL = (
    r"\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
_NATIVE = re.compile(rf"[{_HAN_KANA_HANGUL}](?:[·・ ]?[{_HAN_KANA_HANGUL}]){{0,15}}")
_NATIVE_PLACE = re.compile(
    "(?:大学|大學|学院|學院|研究所|研究院|公司|实验室|實驗室|研究室|中心|医院|醫院|团队|集团"
    "|대학교|대학|연구소|연구원|병원)$"
)
_NATIVE_IN_BRACKETS = re.compile(r" ?[(（]([^()（）]{1,40})[)）]$")


@dataclass(frozen=True, slots=True)
class Person:
    """A person's name in its parts, each "" where the name has none."""

    given: str
    family: str  # with its particles: "van der Berg"
    suffix: str  # "Jr.", "III", "Ph.D."


def ends_as_group(name: str) -> bool:
    """Tell whether the last of several words is one such as Team or Collaboration."""
    words = name.split()
    return len(words) > 1 and words[-1].strip(".,:{}").casefold() in _GROUP_WORDS


def is_group(name: str) -> bool:
    """Tell whether a name is certainly no person's: "Kling Team", "the LIGO Collaboration"."""
    words = name.strip("{} ").split()
    if len(words) < 2:
        return False
    return (
        ends_as_group(name)
        or words[0] in ("the", "Team", "TEAM")
        or any(word in ("of", "for") or "ollaboration" in word for word in words)
    )


def is_suffix(text: str) -> bool:
    """Tell whether a text is what follows a name: "Jr.", "III", "M.D. Ph.D."."""
    return _SUFFIX.fullmatch(text) is not None


def is_native(text: str) -> bool:
    """Tell whether a text is a name in Chinese, Japanese or Korean script, and no institute's."""
    return _NATIVE.fullmatch(text) is not None and _NATIVE_PLACE.search(text) is None


def person(name: str) -> Person:
    """Read a person's name: "Ludwig van Dam Jr.", "van Dam, Ludwig", "Li Wei (李伟)"."""
    native = _NATIVE_IN_BRACKETS.search(name)
    if native and native.start() and is_native(native[1]):
        name = name[: native.start()]
    first, *others = [part.strip() for part in name.split(",") if part.strip()] or [""]
    suffixes = [part for part in others if is_suffix(part)]
    given, other = without_suffix(
        ", ".join(part for part in others if part not in suffixes).split()
    )
    plain, own = without_suffix(first.split())
    suffix = " ".join(filter(None, (own, other, *suffixes)))
    if given:
        return Person(given, plain, suffix)
    words = plain.split()
    last = len(words) - 1
    while last > 1 and words[last - 1].islower():
        last -= 1
    return Person(" ".join(words[:last]), " ".join(words[max(last, 0) :]), suffix)


def plain_name(name: str) -> str:
    """Leave out what only some papers write of a name: a degree, the same in native script."""
    if is_group(name):
        return name
    parts = person(name)
    return " ".join(filter(None, (parts.given, parts.family))) or name


def without_suffix(words: list[str]) -> tuple[str, str]:
    """Part the words of a name from its suffix; a name is never only a suffix."""
    for start in range(max(len(words) - 4, 1), len(words)):
        if is_suffix(" ".join(words[start:])):
            return " ".join(words[:start]), " ".join(words[start:])
    return " ".join(words), ""
