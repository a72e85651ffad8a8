"""Prepare a paper's texts for a prompt: mask formulas, strip styling, split long abstracts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.summaries.extractive.sentences import split_sentences
from bot.summaries.llm.mask_formulas import TEXT_COMMANDS, mask
from storage.records.papers import Paper

LONG_ABSTRACT = 3_000
"""A longer abstract, in characters, is translated in pieces from the start."""

MAX_PIECE_LENGTH = 1_500
"""The most characters of a piece of several sentences."""

_MIN_HALVED_LENGTH = 200

# TeX that only styles words. Models copy it badly, and readers do not see it.
_STYLED_WORDS = re.compile(rf"\\(?:{TEXT_COMMANDS})\s?\{{([^{{}}]*)\}}")
_ESCAPED_CHARS = re.compile(r"\\([%&_#$])|\{([,.]|[A-Z]\w*)\}")  # 46\%, 6{,}000, {BERT}
_TEX_SPACE = re.compile(r"\\[ ,;]\s*|(?<=\w)~(?=\w)")  # vs.\ 839M, 60\,fps
_TEX_QUOTES = re.compile(r"``([^`']{1,200})''")

# What feeds add to title and abstract; papers from imported documents still have it.
_FEED_SUFFIX = re.compile(r"\s*\(arXiv:[^()\s]{4,40}(?:\s\[[^\]]{1,30}\][^()]{0,20})?\)\s*$")
_FEED_PREFIX = re.compile(r"\s*arXiv:\S{4,40}\s+Announce Type:\s*[a-z-]{1,20}\s+Abstract:\s*")


@dataclass(frozen=True, slots=True)
class MaskedPaper:
    """Title and abstract on one line each, with marks for the masked runs."""

    title: str
    abstract: str
    runs: tuple[str, ...]


def mask_paper(paper: Paper) -> MaskedPaper:
    """Return a paper's title and abstract, masked."""
    title = " ".join(_FEED_SUFFIX.sub("", paper.title).split())
    abstract = " ".join(_FEED_PREFIX.sub("", paper.abstract, count=1).split())
    masked_title, title_runs = mask(title)
    masked_abstract, abstract_runs = mask(abstract, first_mark=len(title_runs) + 1)
    return MaskedPaper(
        _strip_styling(masked_title), _strip_styling(masked_abstract), title_runs + abstract_runs
    )


def _strip_styling(text: str) -> str:
    """Return the words without the TeX that only styles them."""
    for _ in range(3):  # as deep as emphasis is nested
        text = _STYLED_WORDS.sub(r"\1", text)
    text = _TEX_SPACE.sub(" ", text)
    text = _ESCAPED_CHARS.sub(lambda match: match[1] or match[2], text)
    return _TEX_QUOTES.sub("“\\1”", text)


def split_pieces(text: str, max_length: int = MAX_PIECE_LENGTH) -> tuple[str, ...]:
    """Return a text split between sentences into pieces of at most ``max_length`` characters."""
    text_pieces: list[str] = []
    for sentence in split_sentences(text):
        if text_pieces and len(text_pieces[-1]) + 1 + len(sentence) <= max_length:
            text_pieces[-1] += " " + sentence
        else:
            text_pieces.append(sentence)
    return tuple(text_pieces)


def split_halves(text: str) -> tuple[str, str] | None:
    """Return a text split near its middle, between sentences or else words; None if it is short.

    A model that is cut off within so short a text will not finish a shorter one.
    """
    if len(text) < _MIN_HALVED_LENGTH:
        return None
    text_sentences = split_sentences(text)
    if len(text_sentences) > 1:
        return _split_evenly(text_sentences)
    words = text.split()
    return _split_evenly(words) if len(words) > 1 else None


def _split_evenly(parts: tuple[str, ...] | list[str]) -> tuple[str, str]:
    """Return the parts joined into two texts of lengths as equal as possible."""
    total_length, length_before = sum(map(len, parts)), 0
    smallest_difference, split_index = total_length, 1
    for index, part in enumerate(parts[:-1], start=1):
        length_before += len(part)
        if abs(total_length - 2 * length_before) < smallest_difference:
            smallest_difference, split_index = abs(total_length - 2 * length_before), index
    return " ".join(parts[:split_index]), " ".join(parts[split_index:])
