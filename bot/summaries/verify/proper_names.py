"""Which names of methods, models and data sets does a text hold?

A name is a word with a capital or a digit where other words have none: BERT, ResNet-50, GPT-4,
mT5. What merely begins with a capital may be any word of a title.
"""

from __future__ import annotations

import re

from bot.summaries.extractive.truncate import FORMULA

_WORD = re.compile(r"[A-Za-z0-9]+(?:[-+./_'’][A-Za-z0-9]+)*")
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]|[A-Z]{2}|[A-Z]-[A-Z]")
_LETTER_AND_DIGIT = re.compile(r"(?=.*[A-Za-z]{2})(?=.*\d)")
_LIST = re.compile(r"[/+_]")
_ROMAN = re.compile(r"[IVX]+")
_COMPOUND = re.compile(r"(?<=.)-(?:[a-z]{3,}|[A-Z][a-z]{2,})$")  # "LLM-based", "BERT-guided"
_SHORT = 3
_LONGEST_SHORT = 12
_SMALL = re.compile(r"an?|and|at|by|for|from|in|of|on|or|the|to|with")
_ALPHABETIC = re.compile(r"[A-Za-z]+")

# Everyday abbreviations, which a translator may write out or put in as it pleases.
_EVERYDAY = re.compile(
    r"ai|ml|nlp|cv|rl|llm|nn|dnn|cnn|gnn|rnn|gan|[gc]pu|iot|qa|vr|ar|[234]d|usa|us|uk|eu|un|pdf|web"
    r"|app|id|ok|pc|it|html|api|sota|https?|ui|ux|vs|covid(?:-?19)?"
)


def names(text: str) -> frozenset[str]:
    """Return the names of a text, in lower case and in the singular."""
    return frozenset(
        _folded(name)
        for word in _WORD.findall(FORMULA.sub(" ", text))
        for part in _LIST.split(word)
        if _is_name(name := _COMPOUND.sub("", part))
    )


def heading(title: str) -> str:
    """Return the name before a title's colon, in lower case; "" where there is none."""
    first, colon, _ = title.partition(":")
    return _folded(first) if colon and _is_name(first) and " " not in first else ""


def holds(text: str, name: str) -> bool:
    """Tell whether a text spells this name somewhere, whatever its case and hyphens."""
    if len(name) > _SHORT:
        return squeezed(name) in squeezed(text)
    return bool(re.search(rf"(?<![a-z]){re.escape(name)}s?(?![a-z])", text, re.IGNORECASE))


def is_short_for(name: str, text: str) -> bool:
    """Tell whether a name abbreviates words that follow each other in a text."""
    if any(sign.isdigit() for sign in name):
        return False  # "GPT-4" is a name whatever words stand around it
    letters = re.sub("[^a-z]", "", name.lower()).removesuffix("s")
    words = [word.lower() for word in _ALPHABETIC.findall(text)]
    great = [word for word in words if not _SMALL.fullmatch(word)]
    if not 1 < len(letters) <= _LONGEST_SHORT:
        return len(letters) < 2
    return any(
        letters in "".join(word[0] for word in some)
        or any(_abbreviates(letters, some[at : at + len(letters)]) for at in range(len(some)))
        for some in (words, great)
    )


def _abbreviates(letters: str, words: list[str]) -> bool:
    """Take "vae" out of "variational autoencoder": each word gives its first letter or more."""
    at = 0
    for word in words:
        if not letters.startswith(word[0], at):
            return False
        for sign in word:
            at += letters.startswith(sign, at)
        if at >= len(letters):
            return True
    return False


def is_everyday(name: str) -> bool:
    """Tell whether an abbreviation needs no source."""
    return bool(_EVERYDAY.fullmatch(name))


def squeezed(text: str) -> str:
    """Return the letters and digits of a text alone, in lower case."""
    return re.sub(r"[\W_]+", "", text).lower()


def _is_name(word: str) -> bool:
    if len(word) < 2 or _ROMAN.fullmatch(word):
        return False
    return bool(_INNER_CAPITAL.search(word) or _LETTER_AND_DIGIT.match(word))


def _folded(word: str) -> str:
    return re.sub(r"(?:['’]s|(?<=[A-Za-z]{2})s)$", "", word).lower()
