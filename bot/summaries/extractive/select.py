"""Choose the one sentence of an abstract that says what was done or found.

It is shown alone, in a table: without its lead-in, without a label, within three lines, and
without anything that no reader would call prose. A paper that was withdrawn says only that.
"""

import re

from bot.summaries.extractive.abstract_sections import Passage, Section, passages
from bot.summaries.extractive.cues import CLAIMS, HINTS, LEANINGS
from bot.summaries.extractive.lead_ins import main_clause, without_lead_in
from bot.summaries.extractive.prose import prose
from bot.summaries.extractive.sentences import sentences
from bot.summaries.extractive.truncate import shorten, without_brackets
from bot.summaries.extractive.withdrawal import withdrawal

LONGEST_GIST = 300
"""A gist has at most this many characters: three lines of a table on a phone."""

_WORD = re.compile(r"[^\W_]{3,}")
# Words of titles that say little about their subject.
_IDLE = {
    *("the", "and", "for", "with", "from", "via", "using", "toward", "towards", "into", "based"),
    *("its", "are", "new", "can", "not", "how", "what", "why", "when", "does", "approach", "study"),
    *("analysis", "method", "methods", "model", "models", "through", "under", "over", "between"),
}
# Six letters stand for the word: "segmentation", "segmenting" and "segments" are one.
_STEM = 6
_FEW_NEWS = 4  # words that the title does not have
_NAMED = 2  # points for what the title names before its colon

_OF_SECTION = {
    Section.NONE: 0.0,
    Section.BACKGROUND: -2.0,
    Section.METHODS: 0.0,
    Section.AIM: 2.0,
    Section.CONCLUSION: 2.0,
    Section.RESULTS: 2.0,
}


def gist(title: str, abstract: str, comment: str = "") -> str:
    """Return the sentence that says what was done or found, or that it was withdrawn.

    Where the abstract has none it is the title.
    """
    title = " ".join(title.split())
    if notice := withdrawal(title, abstract, comment):
        return shorten(without_lead_in(notice), LONGEST_GIST)
    candidates = _candidates(prose(abstract)) or (Passage(Section.NONE, title),)
    subject, name = _stems(title), _name(title)
    shown = [_alone(passage.sentence) for passage in candidates]
    scores = [
        _score(passage, short, subject)
        + _NAMED * (name in passage.sentence)
        - place / len(candidates)
        for place, (passage, short) in enumerate(zip(candidates, shown, strict=True))
    ]
    return shorten(shown[scores.index(max(scores))], LONGEST_GIST)


def _candidates(text: str) -> tuple[Passage, ...]:
    """Return the sentences to choose from: where results are labelled, only these."""
    found = [
        passage for passage in passages(sentences(text)) if any(map(str.isalpha, passage.sentence))
    ]
    results = [passage for passage in found if passage.section is Section.RESULTS]
    return tuple(results or found)


def _alone(sentence: str) -> str:
    """Return the sentence as it stands alone; of a long one the less important parts go."""
    short = without_lead_in(sentence)
    if len(short) <= LONGEST_GIST:
        return short
    clause = main_clause(short)
    for shorter in (
        without_brackets(short, LONGEST_GIST),
        clause,
        without_brackets(clause, LONGEST_GIST),
    ):
        if len(shorter) <= LONGEST_GIST:
            return shorter
    return short


def _score(passage: Passage, short: str, subject: frozenset[str]) -> float:
    """Weigh a sentence by what it claims, how it opens, its subject and its length."""
    sentence = passage.sentence[: 2 * LONGEST_GIST]  # What nobody will see must not decide.
    small = sentence.lower()
    claim = next((cue.points for cue in CLAIMS if cue.pattern.search(small)), 0.0)
    hints = sum(cue.points for cue in HINTS if cue.pattern.search(small))
    alone = short.lower()
    leaning = next((cue.points for cue in LEANINGS if cue.pattern.search(alone)), 0.0)
    stems = _stems(sentence)
    shared = len(subject & stems) / max(len(subject), 1)
    repeated = max(_FEW_NEWS - len(stems - subject), 0) / 2
    section = _OF_SECTION[passage.section]
    return claim + hints + leaning + section + 3 * shared - repeated - _misfit(len(short))


def _name(title: str) -> str:
    """Return what a title names before its colon, or words that no abstract holds."""
    name, colon, _ = title.partition(":")
    return name if colon and " " not in name else title


def _misfit(length: int) -> float:
    """Charge for a sentence that is too short to tell anything, or that must be cut."""
    if length < 60:
        return (60 - length) / 10
    return min(1 + (length - LONGEST_GIST) / 100, 3) if length > LONGEST_GIST else 0.0


def _stems(text: str) -> frozenset[str]:
    words = set(_WORD.findall(text.lower())) - _IDLE
    return frozenset(word[:_STEM] for word in words)
