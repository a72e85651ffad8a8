"""Select the sentence of an abstract that says what was done or found.

It is shown alone, in a table: without its lead-in, without a label, within three lines, and without
anything that is not prose. For a withdrawn paper it is the notice of withdrawal.
"""

import re

from bot.summaries.extractive.abstract_sections import Passage, Section, split_passages
from bot.summaries.extractive.cues import CLAIMS, CONTEXT_PENALTIES, HINTS
from bot.summaries.extractive.lead_ins import main_clause, without_lead_in
from bot.summaries.extractive.prose import clean_prose
from bot.summaries.extractive.sentences import split_sentences
from bot.summaries.extractive.truncate import drop_remarks, truncate_sentence
from bot.summaries.extractive.withdrawal import find_withdrawal_notice

MAX_TLDR_LENGTH = 300
"""The most characters of a TL;DR: three lines of a table on a phone."""

_WORD = re.compile(r"[^\W_]{3,}")
# Title words that say little about the subject.
_STOP_WORDS = {
    *("the", "and", "for", "with", "from", "via", "using", "toward", "towards", "into", "based"),
    *("its", "are", "new", "can", "not", "how", "what", "why", "when", "does", "approach", "study"),
    *("analysis", "method", "methods", "model", "models", "through", "under", "over", "between"),
}
# Words with the same six first letters are one: "segmentation", "segmenting" and "segments".
_STEM_LENGTH = 6
_MIN_NEW_WORDS = 4  # that the title does not have
_NAME_POINTS = 2  # for the name before the title's colon

_SECTION_POINTS = {
    Section.NONE: 0.0,
    Section.BACKGROUND: -2.0,
    Section.METHODS: 0.0,
    Section.AIM: 2.0,
    Section.CONCLUSION: 2.0,
    Section.RESULTS: 2.0,
}


def extract_tldr(title: str, abstract: str, comment: str = "") -> str:
    """Return the sentence that says what was done or found, or that the paper was withdrawn.

    An abstract without sentences yields the title.
    """
    title = " ".join(title.split())
    if notice := find_withdrawal_notice(title, abstract, comment):
        return truncate_sentence(without_lead_in(notice), MAX_TLDR_LENGTH)
    lettered_passages = [
        passage
        for passage in split_passages(split_sentences(clean_prose(abstract)))
        if any(map(str.isalpha, passage.sentence))
    ]
    result_passages = [
        passage for passage in lettered_passages if passage.section is Section.RESULTS
    ]
    candidate_passages = result_passages or lettered_passages or [Passage(Section.NONE, title)]
    title_stems = _stems_of_text(title)
    title_start, colon, _ = title.partition(":")
    if not colon or " " in title_start:
        title_start = title  # which no abstract contains
    standalone_sentences = [
        _standalone_sentence(passage.sentence) for passage in candidate_passages
    ]
    passage_scores = [
        _score_passage(passage, shortened, title_stems)
        + _NAME_POINTS * (title_start in passage.sentence)
        - index / len(candidate_passages)
        for index, (passage, shortened) in enumerate(
            zip(candidate_passages, standalone_sentences, strict=True)
        )
    ]
    return truncate_sentence(
        standalone_sentences[passage_scores.index(max(passage_scores))], MAX_TLDR_LENGTH
    )


def _standalone_sentence(sentence: str) -> str:
    """Return the sentence as it is shown alone; a long one loses its less important parts."""
    shortened_sentence = without_lead_in(sentence)
    if len(shortened_sentence) <= MAX_TLDR_LENGTH:
        return shortened_sentence
    clause = main_clause(shortened_sentence)
    for shorter_sentence in (
        drop_remarks(shortened_sentence, MAX_TLDR_LENGTH),
        clause,
        drop_remarks(clause, MAX_TLDR_LENGTH),
    ):
        if len(shorter_sentence) <= MAX_TLDR_LENGTH:
            return shorter_sentence
    return shortened_sentence


def _score_passage(passage: Passage, shortened: str, title_stems: frozenset[str]) -> float:
    """Score a sentence by what it claims, how it opens, its subject and its length."""
    sentence = passage.sentence[: 2 * MAX_TLDR_LENGTH]  # the rest would be cut off anyway
    lowercased_sentence = sentence.lower()
    claim = next((cue.points for cue in CLAIMS if cue.pattern.search(lowercased_sentence)), 0.0)
    hint_points = sum(cue.points for cue in HINTS if cue.pattern.search(lowercased_sentence))
    shown_text = shortened.lower()
    context_penalty = next(
        (cue.points for cue in CONTEXT_PENALTIES if cue.pattern.search(shown_text)), 0.0
    )
    sentence_stems = _stems_of_text(sentence)
    shared_fraction = len(title_stems & sentence_stems) / max(len(title_stems), 1)
    repeated_penalty = max(_MIN_NEW_WORDS - len(sentence_stems - title_stems), 0) / 2
    section = _SECTION_POINTS[passage.section]
    sentence_length, length_penalty = len(shortened), 0.0
    if sentence_length < 60:  # too short to be informative
        length_penalty = (60 - sentence_length) / 10
    elif sentence_length > MAX_TLDR_LENGTH:  # it will be cut
        length_penalty = min(1 + (sentence_length - MAX_TLDR_LENGTH) / 100, 3)
    return (
        claim
        + hint_points
        + context_penalty
        + section
        + 3 * shared_fraction
        - repeated_penalty
        - length_penalty
    )


def _stems_of_text(text: str) -> frozenset[str]:
    words = set(_WORD.findall(text.lower())) - _STOP_WORDS
    return frozenset(word[:_STEM_LENGTH] for word in words)
