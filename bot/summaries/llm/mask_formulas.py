"""What in a paper's words must come back as it is: put a mark in its place, and put it back.

Models retype formulas, addresses and identifiers with small errors. They copy ``⟦7⟧`` well.
"""

from __future__ import annotations

import re
from collections import Counter

from bot.summaries.extractive.truncate import FORMULA

TEXT_COMMANDS = r"emph|text(?:it|bf|sc|rm|sf|sl|up|md|normal)?|underline|uline|mbox"
"""Commands of TeX whose words are to be translated, as a pattern; the rest is not."""

_BRACES = r"\{(?:[^{}]|\{[^{}]{0,200}\}){0,300}\}"
_ACCENT = r"""\\(?:["'`^~=.](?:\{\\?[A-Za-z]{1,2}\}|\\?[A-Za-z])|[uvHckdbr]\{\\?[A-Za-z]{1,2}\})"""
_BARE_URL = r"(?<![\w@.])[a-z0-9][a-z0-9.-]{1,80}\.(?:com|org|net|io|edu|ai|dev)/"
_MASKED_PATTERNS = (
    r"[⟦⟧]",  # ours in the paper: afterwards every mark is one that we made
    FORMULA.pattern,  # its back reference counts groups: no other run here captures
    r"(?<!`)`[^`'\n]{1,120}`(?!`)",  # code; ``words'' are TeX's quotation marks
    rf"(?:https?://|ftp://|www\.|{_BARE_URL})[^\s<>\"`{{}}|\\^\[\]()⟦⟧]*[\w/]",
    r"(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,64}\.){1,5}[a-z]{2,24}\b",  # and not mAP@0.5
    r"\b10\.\d{4,9}/[^\s\"<>()\[\]{},;⟦⟧]*[\w]",
    r"\barXiv:\s?(?:\d{4}\.\d{4,5}(?:v\d{1,3})?|[a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7}(?:v\d{1,3})?)",
    r"(?<![\d.])\d{4}\.\d{4,5}v\d{1,3}\b|\b[a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7}(?:v\d{1,3})?\b",
    rf"(?<![\w\\])[^\W\d_]{{0,30}}{_ACCENT}(?:[^\W\d_]|{_ACCENT}){{0,30}}",  # G\"odel, whole
    rf"(?<![\w.])[\w.]{{0,20}}[\^_]{_BRACES}",  # 10^{-3}
    rf"\\(?!(?:{TEXT_COMMANDS})\b)[a-zA-Z]{{1,40}}\*?(?:{_BRACES}){{0,3}}",
)
_MARK = re.compile(r"⟦\s*(\d{1,7})\s*⟧")
_MASKED_RUN = re.compile("|".join(_MASKED_PATTERNS), re.IGNORECASE)
# Two slips of the dollar key with a sentence between them are no formula.
_PROSE_BETWEEN_DOLLARS = re.compile(r"\$.*?(?:(?<![\\a-zA-Z])[a-zA-Z]{2,}[,;]?\s+){4}", re.DOTALL)
_ADDRESS = re.compile(
    rf"(?:https?|ftp)://|www\.|{_BARE_URL}|[\w.+-]+@\S+\.[a-z]{{2}}", re.IGNORECASE
)


def mask(text: str, first_mark: int = 1) -> tuple[str, tuple[str, ...]]:
    """The text with marks from ``⟦first_mark⟧`` on in place of its runs, and the runs."""
    runs: list[str] = []

    def insert_mark(match: re.Match[str]) -> str:
        if _PROSE_BETWEEN_DOLLARS.match(match[0]):
            return match[0]
        runs.append(match[0])
        return f"⟦{first_mark + len(runs) - 1}⟧"

    return _MASKED_RUN.sub(insert_mark, text), tuple(runs)


def unmask(text: str, runs: tuple[str, ...]) -> str:
    """The text with the runs in place of their marks; marks of nothing stay."""

    def insert_run(match: re.Match[str]) -> str:
        index = int(match[1]) - 1
        return runs[index] if 0 <= index < len(runs) else match[0]

    return _MARK.sub(insert_run, text)


def count_marks(text: str) -> Counter[int]:
    """How often each mark stands in a text; 0 counts what is left of broken ones."""
    counts = Counter(int(match[1]) for match in _MARK.finditer(text))
    if re.search("[⟦⟧]", _MARK.sub("", text)):
        counts[0] += 1
    return counts


def has_all_marks(source: str, answer: str) -> bool:
    """Whether an answer has every mark of its source exactly once, in any order."""
    return count_marks(answer) == count_marks(source)


def has_only_allowed_marks(source: str, answer: str, runs: tuple[str, ...]) -> bool:
    """Whether an answer has marks of its source only, none twice, and none of an address."""
    counts = count_marks(answer)
    return counts <= count_marks(source) and not any(
        _ADDRESS.match(runs[number - 1]) for number in counts if 0 < number <= len(runs)
    )
