"""Check whether a model's summary of a paper may be shown.

Nothing here understands a text: each check finds one thing that models are known to get wrong. How
many good answers they reject and how many bad ones they miss is measured on thousands of real ones
by ``python -m tests.bench.summary_checks``.
"""

from __future__ import annotations

import re

from bot.summaries.extractive.sentences import split_sentences
from bot.summaries.extractive.truncate import FORMULA
from bot.summaries.verify import lengths, numbers, proper_names
from bot.summaries.verify.findings import Finding, SummaryText
from bot.summaries.verify.foreign_content import find_foreign_content
from bot.summaries.verify.language import is_english, is_in_language, script_of
from storage.records.papers import Paper

_MAX_FIELD_LENGTH = 6_000  # characters; a longer field is not checked any further
_MAX_LOST_NUMBERS_SHARE = 0.34
_MIN_LOST_NUMBERS = 2
_MIN_KEPT_NAMES_SHARE = 0.34
_MIN_JUDGED_NAMES = 3
_MIN_TITLE_OVERLAP = 0.13
_MIN_TLDR_OVERLAP = 0.25
_MIN_JUDGED_FRAGMENTS = 3
_MIN_COPY_LENGTH = 12

_DECIMAL_COMMA_SCRIPTS = frozenset({"Latn", "Cyrl", "Grek", "Armn", "Geor"})
_LETTER_RUN = re.compile(r"[^\W_]+")
_CJK_CHAR = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_STEM_LENGTH = 5
# Pairs that occur in any title say nothing about its subject: "based on", "method", "network" ...
_STOP_PAIRS_TEXT = (
    "基于学习模型方法网络研究数据一种分析通过使用系统进行算法框架"
    "应用问题生成任务语言用于实现深度神经训练评估优化"
)
_STOP_PAIRS = frozenset(
    _STOP_PAIRS_TEXT[start : start + 2] for start in range(0, len(_STOP_PAIRS_TEXT), 2)
)


def check_summary(summary: SummaryText, paper: Paper, language: str) -> tuple[Finding, ...]:
    """Return what is wrong with an answer, worst first; empty if it may be shown.

    For English only the TL;DR is checked: title and abstract are the paper's own.
    """
    is_in_english = is_english(language)
    translated_abstract = () if is_in_english else (summary.abstract,)
    translated_title = (summary.title,) if paper.title.strip() and not is_in_english else ()
    summary_fields = (summary.tldr, *translated_abstract, *translated_title)
    if not all(field.strip() for field in summary_fields):
        return (Finding.EMPTY,)
    if any(
        len(field) > max(_MAX_FIELD_LENGTH, 3 * len(paper.abstract)) for field in summary_fields
    ):
        return (Finding.TOO_LONG,)
    source_text = f"{paper.title}\n{paper.abstract}"
    # The end of an imported abstract may be missing: what its translation has of it is not new.
    imported_ending = (
        summary.abstract if paper.partial and not lengths.ends_as_sentence(paper.abstract) else ""
    )
    extended_source = source_text + imported_ending
    findings = find_foreign_content(summary.tldr, source_text)
    findings |= lengths.check_tldr_length(summary.tldr, language)
    findings |= find_new_facts(summary.tldr, extended_source, language)
    if not is_in_language(summary.tldr, language):
        findings.add(Finding.WRONG_LANGUAGE)
    if _is_copied(summary, paper, is_in_english):
        findings.add(Finding.COPY)
    if not is_in_english:
        findings |= _check_translation(summary, paper, source_text, extended_source, language)
    return tuple(finding for finding in Finding if finding in findings)


def _check_translation(
    summary: SummaryText, paper: Paper, source: str, extended_source: str, language: str
) -> set[Finding]:
    translated_text = f"{summary.title}\n{summary.abstract}"
    known_links = {Finding.LINK} if extended_source != source else set()
    findings = find_foreign_content(summary.title, source) | (
        find_foreign_content(summary.abstract, source) - known_links
    )
    findings |= lengths.check_title_length(summary.title, paper.title, language)
    findings |= lengths.check_abstract_length(summary.abstract, paper.abstract, language)
    findings |= find_new_facts(summary.title, source, language) | find_new_facts(
        summary.abstract, extended_source, language
    )
    if not is_in_language(summary.title, language, title=True) or not is_in_language(
        summary.abstract, language
    ):
        findings.add(Finding.WRONG_LANGUAGE)
    translated_numbers = numbers.all_numbers(translated_text)
    source_numbers = set(numbers.required_numbers(source))
    lost_count = sum(not readings & translated_numbers for readings in source_numbers)
    max_lost_count = len(source_numbers) * _MAX_LOST_NUMBERS_SHARE
    if lost_count >= _MIN_LOST_NUMBERS and lost_count > max_lost_count:
        findings.add(Finding.NUMBER_CHANGED)
    if _has_lost_names(summary, paper):
        findings.add(Finding.NAME_CHANGED)
    title, tldr, abstract = map(_word_fragments, (summary.title, summary.tldr, summary.abstract))
    if not (
        _is_related(title, tldr | abstract, _MIN_TITLE_OVERLAP)
        and _is_related(tldr, title | abstract, _MIN_TLDR_OVERLAP)
    ):
        findings.add(Finding.UNRELATED)
    if translated_text.count("$") % 2 > source.count("$") % 2:
        findings.add(Finding.MARK_LOST)
    return findings


def find_new_facts(text: str, source: str, language: str) -> set[Finding]:
    """Return findings for numbers or names in a text that its source does not contain."""
    findings = set()
    source_numbers = numbers.all_numbers(source)
    has_decimal_comma = script_of(language) in _DECIMAL_COMMA_SCRIPTS and not is_english(language)
    text_numbers = (
        *numbers.digit_numbers(text, decimal_comma=has_decimal_comma),
        *numbers.claimed_numbers(text),
    )
    if any(not readings & source_numbers for readings in text_numbers):
        findings.add(Finding.NUMBER_CHANGED)
    if any(
        not (
            proper_names.is_common_abbreviation(name)
            or proper_names.contains_name(source, name)
            or proper_names.is_abbreviation_of(name, source)
        )
        for name in proper_names.find_names(text)
    ):
        findings.add(Finding.NAME_CHANGED)
    return findings


def _has_lost_names(summary: SummaryText, paper: Paper) -> bool:
    """Return whether the title lost its heading, or title and abstract most of their names."""
    heading = proper_names.title_heading(paper.title)
    if heading and not proper_names.contains_name(summary.title, heading):
        return True
    prose = f"{paper.title}\n{paper.abstract}"
    source_names = [
        name
        for name in proper_names.find_names(prose)
        if not proper_names.is_common_abbreviation(name)
    ]
    kept_names = {
        name
        for name in source_names
        if proper_names.contains_name(f"{summary.title}\n{summary.abstract}", name)
    }
    # A translation may write abbreviations out, but hardly ever all of them.
    required_names = {
        name for name in source_names if not proper_names.is_abbreviation_of(name, prose)
    }
    return (len(source_names) >= _MIN_JUDGED_NAMES and not kept_names) or (
        len(required_names) >= _MIN_JUDGED_NAMES
        and len(required_names & kept_names) < len(required_names) * _MIN_KEPT_NAMES_SHARE
    )


def _is_copied(summary: SummaryText, paper: Paper, is_in_english: bool) -> bool:
    """Return whether a TL;DR only repeats the title or the abstract word for word."""
    squeezed_tldr = proper_names.letters_and_digits(summary.tldr)
    if squeezed_tldr in (
        proper_names.letters_and_digits(summary.title),
        proper_names.letters_and_digits(paper.title),
    ):
        return True
    abstract = proper_names.letters_and_digits(
        paper.abstract if is_in_english else summary.abstract
    )
    if is_in_english:
        return squeezed_tldr == abstract and len(split_sentences(paper.abstract)) > 1
    return (
        len(squeezed_tldr) >= _MIN_COPY_LENGTH
        and abstract.startswith(squeezed_tldr)
        and squeezed_tldr != abstract
    )


def _is_related(fragments: frozenset[str], others: frozenset[str], min_overlap: float) -> bool:
    """Return whether enough pieces of a text occur in another about the same subject."""
    return len(fragments) < _MIN_JUDGED_FRAGMENTS or len(fragments & others) >= min_overlap * len(
        fragments
    )


def _word_fragments(text: str) -> frozenset[str]:
    """Return pairs of characters where there are no spaces, elsewhere the beginnings of words."""
    word_fragments: set[str] = set()
    for letter_run in _LETTER_RUN.findall(FORMULA.sub(" ", text)):
        if _CJK_CHAR.search(letter_run):
            word_fragments.update(
                letter_run[start : start + 2] for start in range(len(letter_run) - 1)
            )
            word_fragments -= _STOP_PAIRS
        elif len(letter_run) > 3:
            word_fragments.add(letter_run[:_STEM_LENGTH].lower())
    return frozenset(word_fragments)
