"""Tell people from groups, and split a person's name into its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Last words of group names. Words that are surnames too, such as Center, are left out.
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
_CJK_NAME = re.compile(rf"[{_HAN_KANA_HANGUL}](?:[·・ ]?[{_HAN_KANA_HANGUL}]){{0,15}}")
_CJK_INSTITUTION = re.compile(
    "(?:大学|大學|学院|學院|研究所|研究院|公司|实验室|實驗室|研究室|中心|医院|醫院|团队|集团"
    "|대학교|대학|연구소|연구원|병원)$"
)
_AND = re.compile(r"\band\b", re.IGNORECASE)
_CJK_IN_BRACKETS = re.compile(r" ?[(（]([^()（）]{1,40})[)）]$")


@dataclass(frozen=True, slots=True)
class PersonName:
    """The parts of a person's name, each "" where absent."""

    given_name: str
    family_name: str  # with particles: "van der Berg"
    suffix: str  # "Jr.", "III", "Ph.D."


def ends_with_group_word(name: str) -> bool:
    """Return whether the last of several words is one such as Team or Collaboration."""
    words = name.split()
    return len(words) > 1 and words[-1].strip(".,:{}").casefold() in _GROUP_WORDS


def is_group(name: str) -> bool:
    """Return whether a name is certainly a group's: "Kling Team", "the LIGO Collaboration"."""
    name_words = name.strip("{} ").split()
    if len(name_words) < 2:
        return False
    return (
        ends_with_group_word(name)
        or name_words[0] in ("the", "Team", "TEAM")
        or any(word in ("of", "for") or "ollaboration" in word for word in name_words)
    )


def is_suffix(text: str) -> bool:
    """Return whether a text is a name suffix: "Jr.", "III", "M.D. Ph.D."."""
    return _SUFFIX.fullmatch(text) is not None


def is_cjk_name(text: str) -> bool:
    """Return whether a text is a personal name in Chinese, Japanese or Korean script."""
    return _CJK_NAME.fullmatch(text) is not None and _CJK_INSTITUTION.search(text) is None


def parse_person_name(name: str) -> PersonName:
    """Parse a person's name: "Ludwig van Dam Jr.", "van Dam, Ludwig", "Li Wei (李伟)"."""
    cjk_match = _CJK_IN_BRACKETS.search(name)
    if cjk_match and cjk_match.start() and is_cjk_name(cjk_match[1]):
        name = name[: cjk_match.start()]
    first_part, *other_parts = [part.strip() for part in name.split(",") if part.strip()] or [""]
    suffixes = [part for part in other_parts if is_suffix(part)]
    given_name, given_suffix = split_suffix(
        ", ".join(part for part in other_parts if part not in suffixes).split()
    )
    family_name, family_suffix = split_suffix(first_part.split())
    joined_suffix = " ".join(filter(None, (family_suffix, given_suffix, *suffixes)))
    if given_name:
        return PersonName(given_name, family_name, joined_suffix)
    family_words = family_name.split()
    family_start = len(family_words) - 1
    while family_start > 1 and family_words[family_start - 1].islower():
        family_start -= 1
    return PersonName(
        " ".join(family_words[:family_start]),
        " ".join(family_words[max(family_start, 0) :]),
        joined_suffix,
    )


def split_author(name: str) -> PersonName | str:
    """Return a person's name split into parts; a group's or a doubtful name whole."""
    parts = parse_person_name(name)
    is_unsure = (
        "," in parts.given_name or (parts.suffix and not parts.given_name) or _AND.search(name)
    )
    return name if is_unsure or is_group(name) else parts


def name_without_degree(name: str) -> str:
    """Return a name without a degree and without its repetition in native script."""
    if is_group(name):
        return name
    name_parts = parse_person_name(name)
    return " ".join(filter(None, (name_parts.given_name, name_parts.family_name))) or name


def split_suffix(words: list[str]) -> tuple[str, str]:
    """Split the words of a name into name and suffix; the name is never empty."""
    for suffix_start in range(max(len(words) - 4, 1), len(words)):
        if is_suffix(" ".join(words[suffix_start:])):
            return " ".join(words[:suffix_start]), " ".join(words[suffix_start:])
    return " ".join(words), ""
