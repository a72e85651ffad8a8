"""Replace formulas, addresses and identifiers by marks such as ``⟦7⟧``, and put them back.

Models introduce small errors into these when they repeat them, but copy marks reliably.
"""

from __future__ import annotations

import re
from collections import Counter

from bot.summaries.extractive.truncate import FORMULA

TEXT_COMMANDS = r"emph|text(?:it|bf|sc|rm|sf|sl|up|md|normal)?|underline|uline|mbox"
"""A pattern of TeX commands whose arguments are prose; those of other commands are masked."""

_BRACES = r"\{(?:[^{}]|\{[^{}]{0,200}\}){0,300}\}"
_ACCENT = r"""\\(?:["'`^~=.](?:\{\\?[A-Za-z]{1,2}\}|\\?[A-Za-z])|[uvHckdbr]\{\\?[A-Za-z]{1,2}\})"""
_BARE_URL = r"(?<![\w@.])[a-z0-9][a-z0-9.-]{1,80}\.(?:com|org|net|io|edu|ai|dev)/"
_MASKED_PATTERNS = (
    r"[⟦⟧]",  # marks in the paper itself: afterwards every mark is ours
    FORMULA.pattern,  # it refers to group 1: no other pattern here may have a group
    r"(?<!`)`[^`'\n]{1,120}`(?!`)",  # code; ``words'' are TeX's quotation marks
    rf"(?:https?://|ftp://|www\.|{_BARE_URL})[^\s<>\"`{{}}|\\^\[\]()⟦⟧]*[\w/]",
    r"(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,64}\.){1,5}[a-z]{2,24}\b",  # but not mAP@0.5
    r"\b10\.\d{4,9}/[^\s\"<>()\[\]{},;⟦⟧]*[\w]",
    r"\barXiv:\s?(?:\d{4}\.\d{4,5}(?:v\d{1,3})?|[a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7}(?:v\d{1,3})?)",
    r"(?<![\d.])\d{4}\.\d{4,5}v\d{1,3}\b|\b[a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7}(?:v\d{1,3})?\b",
    rf"(?<![\w\\])[^\W\d_]{{0,30}}{_ACCENT}(?:[^\W\d_]|{_ACCENT}){{0,30}}",  # G\"odel, whole
    rf"(?<![\w.])[\w.]{{0,20}}[\^_]{_BRACES}",  # 10^{-3}
    rf"\\(?!(?:{TEXT_COMMANDS})\b)[a-zA-Z]{{1,40}}\*?(?:{_BRACES}){{0,3}}",
)
_MARK = re.compile(r"⟦\s*(\d{1,7})\s*⟧")
_MASKED_RUN = re.compile("|".join(_MASKED_PATTERNS), re.IGNORECASE)
# Two stray dollar signs with a sentence between them are no formula.
_PROSE_BETWEEN_DOLLARS = re.compile(r"\$.*?(?:(?<![\\a-zA-Z])[a-zA-Z]{2,}[,;]?\s+){4}", re.DOTALL)
_ADDRESS = re.compile(
    rf"(?:https?|ftp)://|www\.|{_BARE_URL}|[\w.+-]+@\S+\.[a-z]{{2}}", re.IGNORECASE
)


def mask(text: str, first_mark: int = 1) -> tuple[str, tuple[str, ...]]:
    """Return the text with numbered marks from ``⟦first_mark⟧`` on, and the runs they replace."""
    masked_runs: list[str] = []

    def insert_mark(match: re.Match[str]) -> str:
        if _PROSE_BETWEEN_DOLLARS.match(match[0]):
            return match[0]
        masked_runs.append(match[0])
        return f"⟦{first_mark + len(masked_runs) - 1}⟧"

    return _MASKED_RUN.sub(insert_mark, text), tuple(masked_runs)


def unmask(text: str, runs: tuple[str, ...]) -> str:
    """Return the text with the runs in place of their marks; unknown marks stay."""

    def insert_run(match: re.Match[str]) -> str:
        run_index = int(match[1]) - 1
        return runs[run_index] if 0 <= run_index < len(runs) else match[0]

    return _MARK.sub(insert_run, text)


def count_marks(text: str) -> Counter[int]:
    """Return how often each mark occurs in a text; 0 counts remains of broken ones."""
    mark_counts = Counter(int(match[1]) for match in _MARK.finditer(text))
    if re.search("[⟦⟧]", _MARK.sub("", text)):
        mark_counts[0] += 1
    return mark_counts


def has_all_marks(source: str, answer: str) -> bool:
    """Return whether an answer has every mark of its source exactly once, in any order."""
    return count_marks(answer) == count_marks(source)


def has_only_allowed_marks(source: str, answer: str, runs: tuple[str, ...]) -> bool:
    """Return whether an answer has only marks of its source, none twice and none of an address."""
    mark_counts = count_marks(answer)
    return mark_counts <= count_marks(source) and not any(
        _ADDRESS.match(runs[number - 1]) for number in mark_counts if 0 < number <= len(runs)
    )
