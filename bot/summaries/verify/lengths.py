"""Check that a text has the expected length, is complete and, for a TL;DR, is one sentence.

Lengths are counted in words: a run of letters is one word, two Chinese characters are one.
"""

from __future__ import annotations

import re

from bot.summaries.extractive.sentences import split_sentences
from bot.summaries.extractive.truncate import FORMULA
from bot.summaries.verify.findings import Finding
from bot.summaries.verify.language import is_english, script_of

MAX_TLDR_LENGTHS = {"Hans": 160, "Hant": 160, "Jpan": 190, "Kore": 210}
"""The most characters of a TL;DR, 360 in other scripts: three lines of a table cell."""

_DEFAULT_MAX_TLDR_LENGTH = 360
_MIN_TLDR_WORDS = 4
_MAX_TITLE_RATIO = 3.0
_MIN_TITLE_RATIO = 0.25
_TITLE_MARGIN_WORDS = 6  # by which any title may differ
# Words of the translated abstract per word of the source. Of 360 real Chinese translations of
# whole abstracts, half are between 0.99 and 1.11 and the longest is at 1.38; all of those below
# 0.72, and below 0.8 those with fewer sentences than the source, left something out. Other
# scripts are not measured.
_MIN_ABSTRACT_RATIOS = {"Hans": 0.72, "Hant": 0.72, "Jpan": 0.6}
_MIN_RATIOS_WITH_FEWER_SENTENCES = {"Hans": 0.8, "Hant": 0.8}
_DEFAULT_MIN_ABSTRACT_RATIO = 0.45
_MAX_ABSTRACT_RATIOS = {"Hans": 1.6, "Hant": 1.6}
_DEFAULT_MAX_ABSTRACT_RATIO = 2.6
_MIN_JUDGED_WORDS = 25  # of an abstract; ratios of shorter ones say little

_CJK_CHARS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_UNSPACED_CHARS = f"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff{_CJK_CHARS}"
_WORD = re.compile(
    rf"[{_UNSPACED_CHARS}]|[^\W_{_UNSPACED_CHARS}]+(?:[-'’.][^\W_{_UNSPACED_CHARS}]+)*"
)
_CHARS_PER_WORD = {"Thai": 4.0, "Laoo": 4.0, "Khmr": 4.0, "Mymr": 4.0, "Jpan": 2.2}

_STOP_CHARS = "。．.!?！？…؟।։།။｡"
_SENTENCE_END = re.compile(
    rf"[{_STOP_CHARS}][\s)\]）】」』”’\"'》*$]*$|[{_STOP_CHARS}]\s?(?:\[\d+\]|\\\))$"
)
_ADDRESS = re.compile(r"https?://\S|\S\.\w{2,4}/")
_OPEN_END = re.compile(r"(?:\.{2,}|…+|。{2,}|-{2,}|、|,|，|；|：|:)[\s)\]）】”\"]*$")
_CUT_MARK = re.compile(
    r"\[缺省\]|[（(\[【][^（(\[【）)\]】]{0,10}(?:未完|待续|待續|截断|截斷|省略|缺失|不完整)"
    r"[^）)\]】]{0,10}[）)\]】]|[（(\[]略[）)\]]"
    r"|[\[(][^\[\]()]{0,20}(?:truncated|cut off|continued|omitted)[^\[\]()]{0,20}[\])]",
    re.IGNORECASE,
)
_CJK_STOP = re.compile("[。！？]")
_INNER_STOP = re.compile(
    r"(?:[。！？](?![”』」）)》]?$)(?!\s*$))|(?<=[^\W_]{4})[.!?؟।]\s+(?=[^\W\d_a-z])"
)


def count_words(text: str, script: str = "Latn") -> float:
    """Return the number of words; characters of scripts without spaces count as fractions."""
    word_tokens = _WORD.findall(FORMULA.sub(" x ", text))
    char_count = sum(
        len(word) == 1 and bool(re.match(f"[{_UNSPACED_CHARS}]", word)) for word in word_tokens
    )
    return len(word_tokens) - char_count + char_count / _CHARS_PER_WORD.get(script, 1.7)


def check_title_length(title: str, source: str, language: str) -> set[Finding]:
    """Check the length of a translated title against the paper's."""
    source_words, title_words = count_words(source), count_words(title, script_of(language))
    findings = set()
    if title_words > max(source_words * _MAX_TITLE_RATIO, source_words + _TITLE_MARGIN_WORDS):
        findings.add(Finding.TOO_LONG)
    if title_words < min(source_words * _MIN_TITLE_RATIO, source_words - _TITLE_MARGIN_WORDS):
        findings.add(Finding.TOO_SHORT)
    return findings


def check_tldr_length(tldr: str, language: str) -> set[Finding]:
    """Check that a TL;DR is one complete sentence that fits."""
    script, findings = script_of(language), set()
    if len(tldr) > MAX_TLDR_LENGTHS.get(script, _DEFAULT_MAX_TLDR_LENGTH):
        findings.add(Finding.TOO_LONG)
    if count_words(tldr, script) < _MIN_TLDR_WORDS:
        findings.add(Finding.TOO_SHORT)
    if _OPEN_END.search(tldr) or _CUT_MARK.search(tldr):
        findings.add(Finding.CUT_OFF)
    has_several = (
        len(split_sentences(tldr)) > 1 if is_english(language) else _INNER_STOP.search(tldr)
    )
    if has_several:
        findings.add(Finding.SEVERAL_SENTENCES)
    return findings


def check_abstract_length(abstract: str, source: str, language: str) -> set[Finding]:
    """Check the length and the end of a translated abstract against the paper's."""
    findings, script = set(), script_of(language)
    source_words, abstract_words = count_words(source), count_words(abstract, script)
    if source_words >= _MIN_JUDGED_WORDS:
        min_ratio = _MIN_ABSTRACT_RATIOS.get(script, _DEFAULT_MIN_ABSTRACT_RATIO)
        is_too_short = abstract_words < source_words * min_ratio
        min_ratio = _MIN_RATIOS_WITH_FEWER_SENTENCES.get(script, 0)
        if not is_too_short and abstract_words < source_words * min_ratio:
            source_ends = sum(ends_as_sentence(sentence) for sentence in split_sentences(source))
            is_too_short = len(_CJK_STOP.findall(abstract)) < source_ends
        if is_too_short:
            findings.add(Finding.TOO_SHORT)
    max_words = max(source_words, _MIN_JUDGED_WORDS) * _MAX_ABSTRACT_RATIOS.get(
        script, _DEFAULT_MAX_ABSTRACT_RATIO
    )
    if abstract_words > max_words and ends_as_sentence(source):
        findings.add(Finding.TOO_LONG)
    cut_mark = _CUT_MARK.search(abstract)
    if _OPEN_END.search(abstract):
        has_cut_end = not _OPEN_END.search(source)
    else:
        has_cut_end = ends_as_sentence(source) and not ends_as_sentence(abstract)
    if has_cut_end or (cut_mark and cut_mark[0] not in source):
        findings.add(Finding.CUT_OFF)
    return findings


def ends_as_sentence(text: str) -> bool:
    """Return whether a text ends like a sentence."""
    *_, last_word = ("", *text.rsplit(maxsplit=1))
    is_closed = (
        _SENTENCE_END.search(text) or last_word.endswith(("$", "\\)")) or _ADDRESS.search(last_word)
    )
    return bool(is_closed) and not _OPEN_END.search(text)
