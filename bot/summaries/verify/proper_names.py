"""Find the names of methods, models and data sets in a text.

A name is a word with a capital or a digit where other words have none: BERT, ResNet-50, GPT-4, mT5.
A word that merely begins with a capital may be any word of a title.
"""

from __future__ import annotations

import re

from bot.summaries.extractive.truncate import FORMULA

_WORD = re.compile(r"[A-Za-z0-9]+(?:[-+./_'’][A-Za-z0-9]+)*")
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]|[A-Z]{2}|[A-Z]-[A-Z]")
_LETTER_AND_DIGIT = re.compile(r"(?=.*[A-Za-z]{2})(?=.*\d)")
_LIST_SEPARATOR = re.compile(r"[/+_]")
_ROMAN_NUMERAL = re.compile(r"[IVX]+")
_COMPOUND_ENDING = re.compile(r"(?<=.)-(?:[a-z]{3,}|[A-Z][a-z]{2,})$")  # "LLM-based", "BERT-guided"
_SHORT_NAME_LENGTH = 3
_MAX_ABBREVIATION_LENGTH = 12
_FUNCTION_WORD = re.compile(r"an?|and|at|by|for|from|in|of|on|or|the|to|with")
_ALPHABETIC = re.compile(r"[A-Za-z]+")

# Everyday abbreviations, which a translation may write out or introduce.
_COMMON_ABBREVIATION = re.compile(
    r"ai|ml|nlp|cv|rl|llm|nn|dnn|cnn|gnn|rnn|gan|[gc]pu|iot|qa|vr|ar|[234]d|usa|us|uk|eu|un|pdf|web"
    r"|app|id|ok|pc|it|html|api|sota|https?|ui|ux|vs|covid(?:-?19)?"
)


def find_names(text: str) -> frozenset[str]:
    """Return the names in a text, in lower case and singular."""
    return frozenset(
        _normalize_name(name)
        for word in _WORD.findall(FORMULA.sub(" ", text))
        for part in _LIST_SEPARATOR.split(word)
        if _is_name(name := _COMPOUND_ENDING.sub("", part))
    )


def title_heading(title: str) -> str:
    """Return the name before a title's colon, in lower case; "" where there is none."""
    heading, colon, _ = title.partition(":")
    return _normalize_name(heading) if colon and _is_name(heading) and " " not in heading else ""


def contains_name(text: str, name: str) -> bool:
    """Return whether a text contains this name, ignoring case and hyphens."""
    if len(name) > _SHORT_NAME_LENGTH:
        return letters_and_digits(name) in letters_and_digits(text)
    return bool(re.search(rf"(?<![a-z]){re.escape(name)}s?(?![a-z])", text, re.IGNORECASE))


def is_abbreviation_of(name: str, text: str) -> bool:
    """Return whether a name abbreviates consecutive words of a text."""
    if any(char.isdigit() for char in name):
        return False  # "GPT-4" is a name whatever words stand around it
    name_letters = re.sub("[^a-z]", "", name.lower()).removesuffix("s")
    lowercased_words = [word.lower() for word in _ALPHABETIC.findall(text)]
    content_words = [word for word in lowercased_words if not _FUNCTION_WORD.fullmatch(word)]
    if not 1 < len(name_letters) <= _MAX_ABBREVIATION_LENGTH:
        return len(name_letters) < 2
    return any(
        name_letters in "".join(word[0] for word in candidate_words)
        or any(
            _abbreviates(name_letters, candidate_words[start : start + len(name_letters)])
            for start in range(len(candidate_words))
        )
        for candidate_words in (lowercased_words, content_words)
    )


def _abbreviates(letters: str, words: list[str]) -> bool:
    """Return whether the words yield the letters, as "variational autoencoder" yields "vae".

    Each word gives its first letter or more.
    """
    matched_count = 0
    for word in words:
        if not letters.startswith(word[0], matched_count):
            return False
        for char in word:
            matched_count += letters.startswith(char, matched_count)
        if matched_count >= len(letters):
            return True
    return False


def is_common_abbreviation(name: str) -> bool:
    """Return whether an abbreviation is so common that the source need not contain it."""
    return bool(_COMMON_ABBREVIATION.fullmatch(name))


def letters_and_digits(text: str) -> str:
    """Return only the letters and digits of a text, in lower case."""
    return re.sub(r"[\W_]+", "", text).lower()


def _is_name(word: str) -> bool:
    if len(word) < 2 or _ROMAN_NUMERAL.fullmatch(word):
        return False
    return bool(_INNER_CAPITAL.search(word) or _LETTER_AND_DIGIT.match(word))


def _normalize_name(word: str) -> str:
    return re.sub(r"(?:['’]s|(?<=[A-Za-z]{2})s)$", "", word).lower()
