"""Where do the words that a topic found stand in a text? In bold, so that the eye finds them."""

from __future__ import annotations

import re
from collections.abc import Sequence

MARKS = 15  # in one text: Telegram counts each as one of a message's hundred entities


def marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """``text`` in pieces, each with whether it is one of the words; joined they are the text."""
    pattern = _pattern(words)
    if pattern is None:
        return [(text, False)] if text else []
    pieces: list[tuple[str, bool]] = []
    done = 0
    for number, found in enumerate(pattern.finditer(text)):
        if number == MARKS:
            break
        pieces += [(text[done : found.start()], False), (found.group(), True)]
        done = found.end()
    pieces.append((text[done:], False))
    return [piece for piece in pieces if piece[0]]


def _pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    """Any of the words, whole and in either case, the longest first."""
    wanted = sorted({word for word in words if any(map(str.isalnum, word))}, key=len, reverse=True)
    if not wanted:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted))})(?!\w)", re.IGNORECASE)
