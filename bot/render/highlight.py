"""Mark in a text what the eye should find: the words of a topic, and the sentence of the table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, islice
from operator import itemgetter

from bot.render.size_limits import ELLIPSIS

Span = tuple[int, int]
"""Where in a text something stands: its first character, and the one behind its last."""

MAX_HIGHLIGHTS = 15  # in one text: Telegram counts each as one of a message's hundred entities

_MAX_ATTEMPTS = 200  # beginnings like the sentence's own; a text of one letter has any number
_BRACKETED_REMARK = re.compile(r"\s?[\[(][^\[\]()]{0,400}[\])]")
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*\s+(?=[^a-z\s])|[。！？]")


def highlight(
    text: str, words: Sequence[str], sentence: Span | None = None
) -> list[tuple[str, bool]]:
    """``text`` in pieces, each with whether it is marked; joined they are the text.

    A sentence that is all of the text is not marked: there is nothing to tell it from.
    """
    if sentence and sentence != (0, len(text)):
        start, end = sentence
        pieces = [
            *highlight(text[:start], words),
            (text[start:end], True),
            *highlight(text[end:], words),
        ]
        # Neighbours are one: Telegram makes one of them, whatever we send.
        runs = groupby(pieces, key=itemgetter(1))
        return [("".join(piece for piece, _ in run), is_marked) for is_marked, run in runs]
    pattern = _words_pattern(words)
    if pattern is None:
        return [(text, False)] if text else []
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
    """Where the whole sentence stands of which ``sentence`` shows the words, or some of them.

    It may lack its first words and bracketed remarks, and its end where an ellipsis says so.
    """
    prefix = sentence.removesuffix(ELLIPSIS)
    if not prefix:
        return None
    candidates = re.finditer(re.escape(prefix[:2]), text, re.IGNORECASE)
    for candidate in islice(candidates, _MAX_ATTEMPTS):
        if end := _sentence_end(text, candidate.start(), prefix):
            return _sentence_start(text, candidate.start()), end
    return None


def _sentence_end(text: str, start: int, sentence: str) -> int:
    """Where the sentence ends that begins at ``start``; 0 where other words follow there."""
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


def _sentence_start(text: str, position: int) -> int:
    """Where the sentence begins that holds the character ``position``."""
    sentence_ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, position + 1)]
    return sentence_ends[-1] if sentence_ends else 0


def _words_pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    """Any of the words, whole and in either case, the longest first."""
    distinct_words = sorted(
        {word for word in words if any(map(str.isalnum, word))}, key=len, reverse=True
    )
    if not distinct_words:
        return None
    return re.compile(
        rf"(?<!\w)(?:{'|'.join(map(re.escape, distinct_words))})(?!\w)", re.IGNORECASE
    )
