"""Which one sentence of the abstract says what was done or found?"""

import re

from bot.summary.clauses import shorten
from bot.summary.cues import CLAIMS, HINTS
from bot.summary.sentences import sentences

LONGEST_GIST = 300
"""A gist has at most this many characters: three lines of a table on a phone."""

_WORD = re.compile(r"[^\W_]{3,}")
# Words of titles that say little about their subject.
_IDLE = re.compile(
    r"the|and|for|with|from|via|using|towards?|into|based|its|are|new|can|not|how|what|why|when"
    r"|does|approach|study|analysis|methods?|models?|through|under|over|between"
)
# Six letters stand for the word: "segmentation", "segmenting" and "segments" are one.
_STEM = 6


def gist(title: str, abstract: str) -> str:
    """Return the sentence of the abstract that says what was done or found; else the title."""
    candidates = sentences(abstract) or (" ".join(title.split()),)
    subject, name = _stems(title), _name(title)
    scores = [
        _score(sentence, subject) + (name in sentence) - place / len(candidates)
        for place, sentence in enumerate(candidates)
    ]
    return shorten(candidates[scores.index(max(scores))], LONGEST_GIST)


def _score(sentence: str, subject: frozenset[str]) -> float:
    """Weigh a sentence by what it claims, how it opens, its subject and its length."""
    misfit = _misfit(len(sentence))
    sentence = sentence[: 2 * LONGEST_GIST]  # What nobody will see must not decide.
    small = sentence.lower()
    claim = next((cue.points for cue in CLAIMS if cue.pattern.search(small)), 0.0)
    hints = sum(cue.points for cue in HINTS if cue.pattern.search(small))
    shared = len(subject & _stems(sentence)) / max(len(subject), 1)
    return claim + hints + 3 * shared - misfit


def _name(title: str) -> str:
    """Return what a title names before its colon, or words that no abstract holds."""
    name, colon, _ = title.partition(":")
    return name if colon and " " not in name else title


def _misfit(length: int) -> float:
    """Charge for a sentence that is too short to tell anything, or that must be cut."""
    if length < 60:
        return (60 - length) / 15
    return min(max(length - LONGEST_GIST, 0) / 100, 2)


def _stems(text: str) -> frozenset[str]:
    words = (match[0].lower() for match in _WORD.finditer(text))
    return frozenset(word[:_STEM] for word in words if not _IDLE.fullmatch(word))
