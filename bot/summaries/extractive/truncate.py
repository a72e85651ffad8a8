"""Shorten a sentence that is too long, without cutting inside formulas."""

import re
from itertools import takewhile

ELLIPSIS = "…"

# A longer "formula" is a stray dollar sign, and may be split like any text.
_LONGEST_FORMULA = 250

# A closing dollar is not followed by a digit: "from $5 to $7" is money.
_DOLLAR_FORMULA = rf"(?<!\\)(\$\$?)[^$]{{1,{_LONGEST_FORMULA}}}?(?<!\\)\1(?!\d)"
_BRACKET_FORMULA = rf"\\\(.{{1,{_LONGEST_FORMULA}}}?\\\)|\\\[.{{1,{_LONGEST_FORMULA}}}?\\\]"
FORMULA = re.compile(rf"{_DOLLAR_FORMULA}|{_BRACKET_FORMULA}")
"""A TeX formula, which must stay whole."""

# A cut here leaves a complete thought; requiring white space keeps "1,000" and "10:30" whole.
_CLAUSE_BOUNDARY = re.compile(
    r"[,;:](?=\s)|[，；：]|\s(?=(?:[-–—]{1,3}|which|while|whereas|thereby|and|but)\s)"
)
_WORD_BOUNDARY = re.compile(r"(?=\s)")

# TeX that is cut cannot be displayed; an unclosed bracket can, but reads badly.
_TEX = re.compile(rf"{FORMULA.pattern}|\\[a-zA-Z]+\{{[^{{}}]{{1,100}}\}}")
_REMARK = re.compile(r"\s\((?!(?:[ivx]+|\d+|[a-z])\))[^()]{2,250}\)")
_MAX_EXCESS_FACTOR = 4  # beyond this, remarks cannot be the reason
_BRACKETED = re.compile(r"\([^()]{1,120}\)")


def truncate_sentence(sentence: str, limit: int) -> str:
    """Return at most ``limit`` characters: the sentence, or its first clauses and an ellipsis."""
    if len(sentence) <= limit:
        return sentence
    available_length = limit - len(ELLIPSIS)
    tex_spans = _match_spans(_TEX, sentence)
    cut_position = (
        _last_boundary(
            _CLAUSE_BOUNDARY,
            sentence,
            range(limit // 3, available_length + 1),
            tex_spans + _match_spans(_BRACKETED, sentence),
        )
        or _last_boundary(_WORD_BOUNDARY, sentence, range(1, available_length + 1), tex_spans)
        or next(
            (start for start, stop in tex_spans if start < available_length < stop),
            available_length,
        )
    )
    return sentence[:cut_position].rstrip(" ,;:-–—") + ELLIPSIS


def drop_remarks(sentence: str, limit: int) -> str:
    """Return the sentence without as many bracketed remarks as necessary to make it short."""
    if not limit < len(sentence) <= _MAX_EXCESS_FACTOR * limit:
        return sentence
    tex_spans = _match_spans(_TEX, sentence)
    remarks = [
        (start, end)
        for start, end in _match_spans(_REMARK, sentence)
        if not any(a < end and start < b and not (start <= a and b <= end) for a, b in tex_spans)
    ]
    remaining_length, dropped_spans = len(sentence), []
    for start, end in sorted(remarks, key=lambda remark: remark[0] - remark[1]):
        if remaining_length <= limit:
            break
        remaining_length -= end - start
        dropped_spans.append((start, end))
    for start, end in sorted(dropped_spans, reverse=True):
        sentence = sentence[:start] + sentence[end:]
    return sentence


def _last_boundary(
    boundary_pattern: re.Pattern[str],
    sentence: str,
    allowed_range: range,
    protected_spans: list[tuple[int, int]],
) -> int | None:
    """Return the last position in a range that is a boundary outside all protected spans."""
    boundaries = (
        match.start() for match in boundary_pattern.finditer(sentence, allowed_range.start)
    )
    boundaries_in_range = takewhile(lambda position: position in allowed_range, boundaries)
    allowed_positions = [
        position
        for position in boundaries_in_range
        if not any(start < position < end for start, end in protected_spans)
    ]
    return allowed_positions[-1] if allowed_positions else None


def _match_spans(pattern: re.Pattern[str], sentence: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(sentence)]
