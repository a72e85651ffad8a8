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
        sentence_start, sentence_end = sentence
        highlighted_pieces = [
            *highlight(text[:sentence_start], words),
            (text[sentence_start:sentence_end], True),
            *highlight(text[sentence_end:], words),
        ]
        # Telegram merges adjacent entities.
        runs = groupby(highlighted_pieces, key=itemgetter(1))
        return [("".join(piece for piece, _ in run), is_marked) for is_marked, run in runs]
    distinct_words = sorted(
        {word for word in words if any(map(str.isalnum, word))}, key=len, reverse=True
    )
    if not distinct_words:
        return [(text, False)] if text else []
    words_pattern = re.compile(
        rf"(?<!\w)(?:{'|'.join(map(re.escape, distinct_words))})(?!\w)", re.IGNORECASE
    )
    highlighted_pieces = []
    unhighlighted_start = 0
    for match_number, match in enumerate(words_pattern.finditer(text)):
        if match_number == MAX_HIGHLIGHTS:
            break
        highlighted_pieces += [
            (text[unhighlighted_start : match.start()], False),
            (match.group(), True),
        ]
        unhighlighted_start = match.end()
    highlighted_pieces.append((text[unhighlighted_start:], False))
    return [piece for piece in highlighted_pieces if piece[0]]


def sentence_span(text: str, sentence: str) -> Span | None:
    """Return the span in ``text`` of the whole sentence that ``sentence`` was taken from, if any.

    ``sentence`` may lack its first words, bracketed remarks, and its end if it ends in an ellipsis.
    """
    sentence_start = sentence.removesuffix(ELLIPSIS)
    if not sentence_start:
        return None
    possible_starts = re.finditer(re.escape(sentence_start[:2]), text, re.IGNORECASE)
    for possible_start in islice(possible_starts, _MAX_ATTEMPTS):
        if sentence_end := _sentence_end(text, possible_start.start(), sentence_start):
            earlier_ends = _SENTENCE_END.finditer(text, 0, possible_start.start() + 1)
            return max((match.end() for match in earlier_ends), default=0), sentence_end
    return None


def _sentence_end(text: str, start: int, sentence: str) -> int:
    """Return where the sentence that begins at ``start`` ends; 0 if the text there differs."""
    compared_position = start + 1
    for character in sentence[1:]:
        if text[compared_position : compared_position + 1] != character:
            remark_match = _BRACKETED_REMARK.match(text, compared_position)
            compared_position = remark_match.end() if remark_match else compared_position
            compared_position += (
                character != " " and text[compared_position : compared_position + 1] == " "
            )
            if not remark_match or text[compared_position : compared_position + 1] != character:
                return 0
        compared_position += 1
    is_inside_word = text[
        compared_position - 1 : compared_position + 1
    ].isalnum() and compared_position < len(text)
    return 0 if is_inside_word else compared_position
