"""A paper's words as a model is given them: protected, and in pieces where they are long."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.summaries.extractive.sentences import split_sentences
from bot.summaries.llm.mask_formulas import TEXT_COMMANDS, mask
from storage.records import Paper

LONG_ABSTRACT = 3_000
"""An abstract of more characters is put into another language in pieces at once."""

MAX_PIECE_LENGTH = 1_500
"""A piece has at most so many characters, or it is a single sentence."""

_MIN_HALVED_LENGTH = 200

# TeX that only dresses words. Models copy it badly, and nobody sees it.
_STYLED_WORDS = re.compile(rf"\\(?:{TEXT_COMMANDS})\s?\{{([^{{}}]*)\}}")
_ESCAPED_CHARS = re.compile(r"\\([%&_#$])|\{([,.]|[A-Z]\w*)\}")  # 46\%, 6{,}000, {BERT}
_TEX_SPACE = re.compile(r"\\[ ,;]\s*|(?<=\w)~(?=\w)")  # vs.\ 839M, 60\,fps
_TEX_QUOTES = re.compile(r"``([^`']{1,200})''")

# What feeds put around title and abstract; papers from imported documents still have it.
_FEED_SUFFIX = re.compile(r"\s*\(arXiv:[^()\s]{4,40}(?:\s\[[^\]]{1,30}\][^()]{0,20})?\)\s*$")
_FEED_PREFIX = re.compile(r"\s*arXiv:\S{4,40}\s+Announce Type:\s*[a-z-]{1,20}\s+Abstract:\s*")


@dataclass(frozen=True, slots=True)
class MaskedPaper:
    """Title and abstract on one line each, with marks for the runs that were taken out."""

    title: str
    abstract: str
    runs: tuple[str, ...]


def mask_paper(paper: Paper) -> MaskedPaper:
    """A paper's own words, protected."""
    title = " ".join(_FEED_SUFFIX.sub("", paper.title).split())
    abstract = " ".join(_FEED_PREFIX.sub("", paper.abstract, count=1).split())
    masked_title, title_runs = mask(title)
    masked_abstract, abstract_runs = mask(abstract, first_mark=len(title_runs) + 1)
    return MaskedPaper(
        _strip_styling(masked_title), _strip_styling(masked_abstract), title_runs + abstract_runs
    )


def _strip_styling(text: str) -> str:
    """The words without the TeX around them."""
    for _ in range(3):  # as deep as emphasis is nested
        text = _STYLED_WORDS.sub(r"\1", text)
    text = _TEX_SPACE.sub(" ", text)
    text = _ESCAPED_CHARS.sub(lambda match: match[1] or match[2], text)
    return _TEX_QUOTES.sub("“\\1”", text)


def split_pieces(text: str, max_length: int = MAX_PIECE_LENGTH) -> tuple[str, ...]:
    """A text cut between sentences into pieces of at most ``max_length`` characters."""
    pieces: list[str] = []
    for sentence in split_sentences(text):
        if pieces and len(pieces[-1]) + 1 + len(sentence) <= max_length:
            pieces[-1] += " " + sentence
        else:
            pieces.append(sentence)
    return tuple(pieces)


def split_halves(text: str) -> tuple[str, str] | None:
    """A text cut near its middle, between sentences or else between words; None for a short one.

    A model that cannot end what it says about so little cannot end anything.
    """
    if len(text) < _MIN_HALVED_LENGTH:
        return None
    text_sentences = split_sentences(text)
    if len(text_sentences) > 1:
        return _split_evenly(text_sentences)
    words = text.split()
    return _split_evenly(words) if len(words) > 1 else None


def _split_evenly(parts: tuple[str, ...] | list[str]) -> tuple[str, str]:
    """Two texts as even as the borders between parts allow."""
    total_length, length_before = sum(map(len, parts)), 0
    smallest_difference, split_index = total_length, 1
    for index, part in enumerate(parts[:-1], start=1):
        length_before += len(part)
        if abs(total_length - 2 * length_before) < smallest_difference:
            smallest_difference, split_index = abs(total_length - 2 * length_before), index
    return " ".join(parts[:split_index]), " ".join(parts[split_index:])
