"""Shorten a sentence that is too long, and keep whole what must not be cut."""

import re
from itertools import takewhile

ELLIPSIS = "…"

# A formula longer than this is a slip of the dollar key and may be split like any text.
_LONGEST_FORMULA = 250

# A closing dollar is not followed by a digit: "from $5 to $7" is money.
_DOLLARS = rf"(?<!\\)(\$\$?)[^$]{{1,{_LONGEST_FORMULA}}}?(?<!\\)\1(?!\d)"
_BRACKETS = rf"\\\(.{{1,{_LONGEST_FORMULA}}}?\\\)|\\\[.{{1,{_LONGEST_FORMULA}}}?\\\]"
FORMULA = re.compile(rf"{_DOLLARS}|{_BRACKETS}")
"""A run of TeX mathematics that must stay whole."""

# A cut here leaves a thought; the white space keeps "1,000" and "10:30" whole.
_CLAUSE = re.compile(
    r"[,;:](?=\s)|[，；：]|\s(?=(?:[-–—]{1,3}|which|while|whereas|thereby|and|but)\s)"
)
_WORD = re.compile(r"(?=\s)")

# TeX that is cut open cannot be shown; an open bracket can, but reads badly.
_TEX = re.compile(rf"{FORMULA.pattern}|\\[a-zA-Z]+\{{[^{{}}]{{1,100}}\}}")
_REMARK = re.compile(r"\s\((?!(?:[ivx]+|\d+|[a-z])\))[^()]{2,250}\)")
_HOPELESS = 4  # times too long: no remark is the reason
_BRACKETED = re.compile(r"\([^()]{1,120}\)")


def shorten(sentence: str, limit: int) -> str:
    """Return at most `limit` characters: the sentence, or its first clauses and an ellipsis."""
    if len(sentence) <= limit:
        return sentence
    room = limit - len(ELLIPSIS)
    tex = _spans(_TEX, sentence)
    end = (
        _last_border(
            _CLAUSE, sentence, range(limit // 3, room + 1), tex + _spans(_BRACKETED, sentence)
        )
        or _last_border(_WORD, sentence, range(1, room + 1), tex)
        or next((start for start, stop in tex if start < room < stop), room)
    )
    return sentence[:end].rstrip(" ,;:-–—") + ELLIPSIS


def without_brackets(sentence: str, limit: int) -> str:
    """Return the sentence without as many of its bracketed remarks as it takes to be short."""
    if not limit < len(sentence) <= _HOPELESS * limit:
        return sentence
    tex = _spans(_TEX, sentence)
    remarks = [
        (start, end)
        for start, end in _spans(_REMARK, sentence)
        if not any(a < end and start < b and not (start <= a and b <= end) for a, b in tex)
    ]
    length, dropped = len(sentence), []
    for start, end in sorted(remarks, key=lambda remark: remark[0] - remark[1]):
        if length <= limit:
            break
        length -= end - start
        dropped.append((start, end))
    for start, end in sorted(dropped, reverse=True):
        sentence = sentence[:start] + sentence[end:]
    return sentence


def _last_border(
    border: re.Pattern[str], sentence: str, where: range, whole: list[tuple[int, int]]
) -> int | None:
    """Return the last place in a range where a border is and nothing whole is cut open."""
    places = (match.start() for match in border.finditer(sentence, where.start))
    before = takewhile(lambda place: place in where, places)
    open_to_cut = [at for at in before if not any(start < at < end for start, end in whole)]
    return open_to_cut[-1] if open_to_cut else None


def _spans(pattern: re.Pattern[str], sentence: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(sentence)]
