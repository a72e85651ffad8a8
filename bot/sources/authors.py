"""Whose names stand in one line of authors?"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

LONGEST = 500_000  # characters of a line; 5,000 names with their institutes have less

_LINK = re.compile(r"</?a\b[^<>]*>")
_REST = re.compile(r",?\s{0,3}et al\.?\s{0,3}\(\d{1,5} additional authors not shown\)")
_SPACE = re.compile(r"\s+")


def split(line: str) -> tuple[str, ...]:
    """The names in the order given: TeX accents kept, affiliations in parentheses left out.

    Commas separate names unless they stand inside parentheses. A parenthesis that is never
    closed is a character like any other, so that it cannot swallow the names behind it. A name
    that stands wholly in parentheses is kept when there is no other. What is beyond ``LONGEST``
    is left out.
    """
    plain = _REST.sub("", _unlinked(line[:LONGEST]))
    names = (_SPACE.sub(" ", name).strip() for name in "".join(_outside(plain)).split(","))
    found = tuple(name for name in names if name)
    if found:
        return found
    alone = _SPACE.sub(" ", plain).strip(" ,()")
    return (alone,) if alone else ()


def _unlinked(line: str) -> str:
    """The names of an old feed, where each was an HTML link."""
    return html.unescape(_LINK.sub("", line)) if "<a " in line else line


def _outside(line: str) -> Iterator[str]:
    """The parts of the line that no balanced parentheses hold."""
    opened: list[int] = []
    ends: dict[int, int] = {}
    for place, character in enumerate(line):
        if character == "(":
            opened.append(place)
        elif character == ")" and opened:
            ends[opened.pop()] = place + 1
    here = 0
    for start in sorted(ends):
        if start >= here:
            yield line[here:start]
            here = ends[start]
    yield line[here:]
