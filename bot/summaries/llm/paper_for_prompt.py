"""A paper's words as a model is given them: protected, and in pieces where they are long."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.summaries.extractive.sentences import sentences
from bot.summaries.llm.mask_formulas import WORDED, protect
from storage.records import Paper

LONG = 3_000
"""An abstract of more characters is put into another language in pieces at once."""

PIECE = 1_500
"""A piece has at most so many characters, or it is a single sentence."""

_SHORT = 200

# TeX that only dresses words. Models copy it badly, and nobody sees it.
_DRESSED = re.compile(rf"\\(?:{WORDED})\s?\{{([^{{}}]*)\}}")
_ESCAPED = re.compile(r"\\([%&_#$])|\{([,.]|[A-Z]\w*)\}")  # 46\%, 6{,}000, {BERT}
_SPACED = re.compile(r"\\[ ,;]\s*|(?<=\w)~(?=\w)")  # vs.\ 839M, 60\,fps
_QUOTED = re.compile(r"``([^`']{1,200})''")

# What feeds put around title and abstract; papers from imported documents still have it.
_SUFFIX = re.compile(r"\s*\(arXiv:[^()\s]{4,40}(?:\s\[[^\]]{1,30}\][^()]{0,20})?\)\s*$")
_PREFIX = re.compile(r"\s*arXiv:\S{4,40}\s+Announce Type:\s*[a-z-]{1,20}\s+Abstract:\s*")


@dataclass(frozen=True, slots=True)
class Source:
    """Title and abstract on one line each, with marks for the runs that were taken out."""

    title: str
    abstract: str
    kept: tuple[str, ...]


def source(paper: Paper) -> Source:
    """A paper's own words, protected."""
    title = " ".join(_SUFFIX.sub("", paper.title).split())
    abstract = " ".join(_PREFIX.sub("", paper.abstract, count=1).split())
    masked, kept = protect(title)
    others, more = protect(abstract, first=len(kept) + 1)
    return Source(_undressed(masked), _undressed(others), kept + more)


def _undressed(text: str) -> str:
    """The words without the TeX around them."""
    for _ in range(3):  # as deep as emphasis is nested
        text = _DRESSED.sub(r"\1", text)
    text = _SPACED.sub(" ", text)
    text = _ESCAPED.sub(lambda found: found[1] or found[2], text)
    return _QUOTED.sub("“\\1”", text)


def pieces(text: str, most: int = PIECE) -> tuple[str, ...]:
    """A text cut between sentences into pieces of at most ``most`` characters, if it can be."""
    found: list[str] = []
    for sentence in sentences(text):
        if found and len(found[-1]) + 1 + len(sentence) <= most:
            found[-1] += " " + sentence
        else:
            found.append(sentence)
    return tuple(found)


def halves(text: str) -> tuple[str, str] | None:
    """A text cut near its middle, between sentences or else between words; None for a short one.

    A model that cannot end what it says about so little cannot end anything.
    """
    if len(text) < _SHORT:
        return None
    said = sentences(text)
    if len(said) > 1:
        return _cut(said)
    words = text.split()
    return _cut(words) if len(words) > 1 else None


def _cut(parts: tuple[str, ...] | list[str]) -> tuple[str, str]:
    """Two texts as even as the borders between parts allow."""
    total, before = sum(map(len, parts)), 0
    best, place = total, 1
    for index, part in enumerate(parts[:-1], start=1):
        before += len(part)
        if abs(total - 2 * before) < best:
            best, place = abs(total - 2 * before), index
    return " ".join(parts[:place]), " ".join(parts[place:])
