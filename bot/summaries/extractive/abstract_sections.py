"""Split a structured abstract at its labels: "Aims. ... Methods: ... RESULTS ..."."""

import re
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple


class Section(IntEnum):
    """What a part of a structured abstract contains; higher values are closer to the findings."""

    NONE = 0
    BACKGROUND = 1
    METHODS = 2
    AIM = 3
    CONCLUSION = 4
    RESULTS = 5


class Passage(NamedTuple):
    """A sentence without its label, and the section that it is in."""

    section: Section
    sentence: str


_SECTION_WORDS = {
    "results?|findings|outcomes?": Section.RESULTS,
    "conclusions?|discussion|interpretation|implications?|takeaways?|summary|originality"
    "|value": Section.CONCLUSION,
    "aims?|objectives?|purpose|goals?|hypothesis|research questions?": Section.AIM,
    "methods?|methodology|materials|approach|design|setting|participants|procedures?|data"
    "|measurements|interventions?": Section.METHODS,
    "background|context|introduction|motivation|significance|problem|rationale|importance|novelty"
    "|limitations?|keywords?|index terms|abstract|tl;?dr": Section.BACKGROUND,
}
_ANY_SECTION_WORD = rf"(?:{'|'.join(_SECTION_WORDS)})"
_SECTION_NAMES = (
    rf"(?:(?:main|key|primary|principal|practical|study|research|statement\sof|our)\s+)?{_ANY_SECTION_WORD}"
    rf"(?:(?:(?:,|\s+and|\s+&|\s+of)\s+|\s*/\s*){_ANY_SECTION_WORD})*"
)
_LABEL = re.compile(
    r"(?:\\(?:text(?:bf|it|sc)|emph|paragraph)\{|\{\\(?:bf|it|em|sc)\s|\*\*|__)?"
    rf"(?P<names>(?=[A-Z])(?i:{_SECTION_NAMES}))"
    r"(?:[:.]?\s?(?:\}|\*\*|__)\s?[:.]?|\s?:|\.(?=\s|$)|\s?[-–—]{1,3}(?=\s)|(?<=[A-Z]{4})(?=\s[A-Z]))\s*"
)


def split_passages(sentences: Iterable[str]) -> tuple[Passage, ...]:
    """Return the sentences without labels, each with its section; NONE if there are no sections."""
    labelled_passages, unlabelled_passages = [], []
    section = Section.NONE
    for sentence in sentences:
        remainder = sentence
        while label := _LABEL.match(remainder):
            label_names, remainder = label["names"], remainder[label.end() :]
            section = max(
                candidate
                for words, candidate in _SECTION_WORDS.items()
                if re.search(rf"\b(?i:{words})\b", label_names)
            )
        labelled_passages.append(Passage(section, remainder))
        # In an abstract without sections, only a colon makes it certain that a word is a label.
        first_label = _LABEL.match(sentence)
        if first_label and first_label[0].rstrip().endswith(":"):
            sentence = sentence[first_label.end() :] or sentence
        unlabelled_passages.append(Passage(Section.NONE, sentence))
    if len({passage.section for passage in labelled_passages} - {Section.NONE}) > 1:
        return tuple(passage for passage in labelled_passages if passage.sentence)
    return tuple(unlabelled_passages)
