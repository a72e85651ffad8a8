"""Mark in a text what the eye should find: the words of a topic, and the sentence of the table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, islice
from operator import itemgetter

from bot.render.size_limits import MARK

Span = tuple[int, int]
"""Where in a text something stands: its first character, and the one behind its last."""

MARKS = 15  # in one text: Telegram counts each as one of a message's hundred entities

_TRIES = 200  # beginnings like the sentence's own; a text of one letter has any number
_REMARK = re.compile(r"\s?[\[(][^\[\]()]{0,400}[\])]")
_STOP = re.compile(r"[.!?][\"'”’)\]]*\s+(?=[^a-z\s])|[。！？]")


def marked(text: str, words: Sequence[str], sentence: Span | None = None) -> list[tuple[str, bool]]:
    """``text`` in pieces, each with whether it is marked; joined they are the text.

    A sentence that is all of the text is not marked: there is nothing to tell it from.
    """
    if sentence and sentence != (0, len(text)):
        start, end = sentence
        pieces = [*marked(text[:start], words), (text[start:end], True), *marked(text[end:], words)]
        # Neighbours are one: Telegram makes one of them, whatever we send.
        runs = groupby(pieces, key=itemgetter(1))
        return [("".join(piece for piece, _ in run), is_marked) for is_marked, run in runs]
    pattern = _pattern(words)
    if pattern is None:
        return [(text, False)] if text else []
    pieces = []
    done = 0
    for number, found in enumerate(pattern.finditer(text)):
        if number == MARKS:
            break
        pieces += [(text[done : found.start()], False), (found.group(), True)]
        done = found.end()
    pieces.append((text[done:], False))
    return [piece for piece in pieces if piece[0]]


def sentence_span(text: str, sentence: str) -> Span | None:
    """Where the whole sentence stands of which ``sentence`` shows the words, or some of them.

    It may lack its first words and bracketed remarks, and its end where an ellipsis says so.
    """
    shown = sentence.removesuffix(MARK)
    if not shown:
        return None
    beginnings = re.finditer(re.escape(shown[:2]), text, re.IGNORECASE)
    for beginning in islice(beginnings, _TRIES):
        if end := _end(text, beginning.start(), shown):
            return _start(text, beginning.start()), end
    return None


def _end(text: str, start: int, sentence: str) -> int:
    """Where the sentence ends that begins at ``start``; 0 where other words follow there."""
    at = start + 1
    for character in sentence[1:]:
        if text[at : at + 1] != character:
            remark = _REMARK.match(text, at)
            at = remark.end() if remark else at
            at += character != " " and text[at : at + 1] == " "
            if not remark or text[at : at + 1] != character:
                return 0
        at += 1
    is_inside_word = text[at - 1 : at + 1].isalnum() and at < len(text)
    return 0 if is_inside_word else at


def _start(text: str, at: int) -> int:
    """Where the sentence begins that holds the character ``at``."""
    stops = [stop.end() for stop in _STOP.finditer(text, 0, at + 1)]
    return stops[-1] if stops else 0


def _pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    """Any of the words, whole and in either case, the longest first."""
    wanted = sorted({word for word in words if any(map(str.isalnum, word))}, key=len, reverse=True)
    if not wanted:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted))})(?!\w)", re.IGNORECASE)
