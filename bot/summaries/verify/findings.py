"""What can be wrong with what a model writes about a paper."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    """A reason to reject an answer; ``reason`` is the wording that the model is given."""

    EMPTY = "empty"
    WRONG_LANGUAGE = "wrong_language"
    ABOUT_ITSELF = "about_itself"
    FEED_NOISE = "feed_noise"
    LINK = "link"
    OTHER_PAPER = "other_paper"
    MARKUP = "markup"
    MARK_LOST = "mark_lost"
    ODD_CHARACTERS = "odd_characters"
    REPEATS = "repeats"
    COPY = "copy"
    UNRELATED = "unrelated"
    NUMBER_CHANGED = "number_changed"
    NAME_CHANGED = "name_changed"
    SEVERAL_SENTENCES = "several_sentences"
    CUT_OFF = "cut_off"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"

    @property
    def reason(self) -> str:
        """Return what the model must do better, as it is told when it is asked again."""
        return _REASONS[self]


_REASONS = {
    Finding.EMPTY: "A field was empty. Fill every field.",
    Finding.WRONG_LANGUAGE: "A field was not in the language asked for. "
    "Only names stay as they are.",
    Finding.ABOUT_ITSELF: "Do not speak about yourself or the task; say only what the paper says.",
    Finding.FEED_NOISE: "Leave out labels such as 'Abstract:', 'Announce Type' "
    "and the arXiv number.",
    Finding.LINK: "Do not add links, addresses or @names that the paper does not hold.",
    Finding.OTHER_PAPER: "Do not name an arXiv number or DOI that the paper does not hold.",
    Finding.MARKUP: "Write plain text: no HTML, no Markdown.",
    Finding.MARK_LOST: "Keep every mark, formula and address of the source exactly as it is.",
    Finding.ODD_CHARACTERS: "There were control characters or long runs of one character.",
    Finding.REPEATS: "The same words came again and again. Say each thing once.",
    Finding.COPY: "A field repeated the source or another field. Translate; sum up in new words.",
    Finding.UNRELATED: "Title, sentence and abstract were not about the same paper.",
    Finding.NUMBER_CHANGED: "Keep every number of the source, and add none.",
    Finding.NAME_CHANGED: "Keep names of methods, models and data sets as spelled; add none.",
    Finding.SEVERAL_SENTENCES: "The gist must be exactly one sentence.",
    Finding.CUT_OFF: "The text stopped before its end. Translate the whole abstract, to its end.",
    Finding.TOO_SHORT: "A field was too short. Leave nothing of the abstract out.",
    Finding.TOO_LONG: "A field was too long. The gist must fit three lines; add nothing.",
}


@dataclass(frozen=True, slots=True)
class SummaryText:
    """A title, a one-sentence TL;DR and an abstract, all in the language that was asked for."""

    title: str
    tldr: str
    abstract: str
