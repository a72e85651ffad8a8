"""Find the parts of a text to highlight: the words of a topic, and the sentence of the table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, islice
from operator import itemgetter

from bot.render.size_limits import ELLIPSIS

Span = tuple[int, int]
"""The start and end of a slice of a text."""

MAX_HIGHLIGHTS = 15  # in one text: Telegram allows a hundred entities in a message

_MAX_ATTEMPTS = 200  # positions tried; in a text of one repeated letter every position matches
_BRACKETED_REMARK = re.compile(r"\s?[\[(][^\[\]()]{0,400}[\])]")
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*\s+(?=[^a-z\s])|[。！？]")


def highlight(
    text: str, words: Sequence[str], sentence: Span | None = None
) -> list[tuple[str, bool]]:
    """Return ``text`` in pieces, each with whether it is highlighted; joined they are the text.

    A sentence that is the whole text is not highlighted.
    """
    if sentence and sentence != (0, len(text)):
        start, end = sentence
        pieces = [
            *highlight(text[:start], words),
            (text[start:end], True),
            *highlight(text[end:], words),
        ]
        # Telegram merges adjacent entities.
        runs = groupby(pieces, key=itemgetter(1))
        return [("".join(piece for piece, _ in run), is_marked) for is_marked, run in runs]
    distinct_words = sorted(
        {word for word in words if any(map(str.isalnum, word))}, key=len, reverse=True
    )
    if not distinct_words:
        return [(text, False)] if text else []
    pattern = re.compile(
        rf"(?<!\w)(?:{'|'.join(map(re.escape, distinct_words))})(?!\w)", re.IGNORECASE
    )
    pieces = []
    position = 0
    for number, match in enumerate(pattern.finditer(text)):
        if number == MAX_HIGHLIGHTS:
            break
        pieces += [(text[position : match.start()], False), (match.group(), True)]
        position = match.end()
    pieces.append((text[position:], False))
    return [piece for piece in pieces if piece[0]]


def sentence_span(text: str, sentence: str) -> Span | None:
    """Return the span in ``text`` of the whole sentence that ``sentence`` was taken from, if any.

    ``sentence`` may lack its first words, bracketed remarks, and its end if it ends in an ellipsis.
    """
    prefix = sentence.removesuffix(ELLIPSIS)
    if not prefix:
        return None
    candidates = re.finditer(re.escape(prefix[:2]), text, re.IGNORECASE)
    for candidate in islice(candidates, _MAX_ATTEMPTS):
        if end := _sentence_end(text, candidate.start(), prefix):
            earlier_ends = _SENTENCE_END.finditer(text, 0, candidate.start() + 1)
            return max((match.end() for match in earlier_ends), default=0), end
    return None


def _sentence_end(text: str, start: int, sentence: str) -> int:
    """Return where the sentence that begins at ``start`` ends; 0 if the text there differs."""
    position = start + 1
    for character in sentence[1:]:
        if text[position : position + 1] != character:
            remark = _BRACKETED_REMARK.match(text, position)
            position = remark.end() if remark else position
            position += character != " " and text[position : position + 1] == " "
            if not remark or text[position : position + 1] != character:
                return 0
        position += 1
    is_inside_word = text[position - 1 : position + 1].isalnum() and position < len(text)
    return 0 if is_inside_word else position
