"""Check whether a text is in the language that was asked for.

Scripts are counted, and the function words of English: models tend to leave a text in English, or
to answer in their own first language. Two languages of one script (French and German) are not told
apart; simplified and traditional Chinese are.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from babel.core import get_global

from bot.summaries.extractive.truncate import FORMULA

_UNICODE_SCRIPT_NAMES = {
    "Arab": "ARABIC",
    "Armn": "ARMENIAN",
    "Beng": "BENGALI",
    "Cyrl": "CYRILLIC",
    "Deva": "DEVANAGARI",
    "Ethi": "ETHIOPIC",
    "Geor": "GEORGIAN",
    "Grek": "GREEK",
    "Gujr": "GUJARATI",
    "Guru": "GURMUKHI",
    "Hans": "CJK",
    "Hant": "CJK",
    "Hebr": "HEBREW",
    "Jpan": "CJK HIRAGANA KATAKANA",
    "Khmr": "KHMER",
    "Knda": "KANNADA",
    "Kore": "HANGUL",
    "Laoo": "LAO",
    "Latn": "LATIN",
    "Mlym": "MALAYALAM",
    "Mymr": "MYANMAR",
    "Sinh": "SINHALA",
    "Taml": "TAMIL",
    "Telu": "TELUGU",
    "Thai": "THAI",
    "Tibt": "TIBETAN",
}
"""The first words of the Unicode names of a script's letters."""

# A Chinese character says as much as five Latin letters: names must not outweigh it by length.
_LETTERS_PER_CHAR = {"Hans": 5, "Hant": 5, "Jpan": 4, "Kore": 2.5}

_MIN_SHARE = 0.6  # of the weighted letters of a text, in its script
_MIN_TITLE_SHARE = 0.3  # "MLLM-Bench, Evaluating Multi-modal LLMs using GPT-4V" is mostly names
_MIN_KANA_SHARE = 0.15  # Japanese has them, Chinese not

_FUNCTION_WORDS = re.compile(
    r"the|and|that|this|these|with|which|from|are|our|by|their|than|been|have|has|can|into|such|we"
    r"|of|is|to|in|for|on|as|an?|it|its|be|at|or|not|but|does|do|using|via|across|under"
)
# Those that other languages of Latin script lack.
_ENGLISH_ONLY_WORDS = re.compile(
    r"the|and|that|this|these|with|which|from|are|our|by|their|than|been"
)
_MAX_ENGLISH_SHARE = 0.08  # English abstracts have 0.10 to 0.25
_MIN_FUNCTION_WORDS = 2  # in an English sentence of some length
_MIN_JUDGED_WORDS = 8

# Six words, two of them function words: a sentence left in English, not a name.
_LATIN_WORD = r"[A-Za-z][A-Za-z'’-]{0,60}"
_ENGLISH_RUN = re.compile(rf"\b{_LATIN_WORD}(?:[ ,;]{{1,2}}{_LATIN_WORD}){{5,}}")
_RUN_FUNCTION_WORDS = 2
# Or four lower-case words, which no name has: "which makes it less opaque".
_LOWERCASE_RUN = re.compile(r"(?<![\w-])[a-z]+(?:,? [a-z]+){3,}(?![\w-])", re.ASCII)

_BRACKETED = re.compile(r"[(（《“\"][^()（）《》“”\"]{0,120}[)）》”\"]")
_NAME = re.compile(
    r"(?<![A-Za-z])[A-Za-z]{0,30}(?:[a-z][A-Z]|[A-Z]{2}|\d)[\w+-]*|https?://\S+", re.ASCII
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

# The most frequent characters of abstracts that simplified and traditional Chinese do not share.
_SIMPLIFIED_CHARS = (
    "这们个对为时会学习过还从来应实验现数类结构种将与进图网络优评计训练识"
    "别语义务问题证论机长间关键层动态传统该处"
)
_TRADITIONAL_CHARS = (
    "這們個對為時會學習過還從來應實驗現數類結構種將與進圖網絡優評計訓練識"
    "別語義務問題證論機長間關鍵層動態傳統該處"
)


def script_of(language: str) -> str:
    """Return the script of a language: the one that its tag names, or else the usual one."""
    language_code, *subtags = language.replace("_", "-").split("-")
    tagged_script = next(
        (part.title() for part in subtags if len(part) == 4 and part.isalpha()), ""
    )
    region = next((part.upper() for part in subtags if len(part) == 2), "")
    likely_subtags = get_global("likely_subtags")
    script_tag = (
        likely_subtags.get(f"{language_code}_{region}")
        or likely_subtags.get(language_code)
        or "und_Latn"
    )
    usual_script = next(part for part in [*script_tag.split("_")[1:], "Latn"] if len(part) == 4)
    return tagged_script or usual_script


def is_english(language: str) -> bool:
    """Return whether a language is English, which needs no translation."""
    return re.split("[-_]", language)[0].lower() == "en"


def is_in_language(text: str, language: str, *, title: bool = False) -> bool:
    """Return whether a text is in this language, ignoring formulas and names."""
    script = script_of(language)
    unbracketed_text = _BRACKETED.sub(" ", FORMULA.sub(" ", text))
    if script != "Latn":
        for pattern, min_words in ((_ENGLISH_RUN, _RUN_FUNCTION_WORDS), (_LOWERCASE_RUN, 1)):
            for run in pattern.finditer(unbracketed_text):
                words = _WORD.findall(run[0].lower())
                if sum(bool(_FUNCTION_WORDS.fullmatch(word)) for word in words) >= min_words:
                    return False
    without_names = _NAME.sub(" ", unbracketed_text)
    # Only names are left in "BERT (GPT-4)": nothing to judge.
    if script_share(without_names, script) < (_MIN_TITLE_SHARE if title else _MIN_SHARE):
        return False
    if script == "Latn":
        return _is_latin_language(without_names, language)
    return _has_expected_script(without_names, script) or title


def script_share(text: str, script: str) -> float:
    """Return the weight of a script among the letters of a text; 1 for a text without letters."""
    script_names = _UNICODE_SCRIPT_NAMES.get(script, "").split()
    in_script = in_others = 0
    for char in unicodedata.normalize("NFKC", text):
        script_name = _script_name(char)
        if script_name in script_names or (not script_names and script_name not in ("", "LATIN")):
            in_script += 1
        elif script_name:
            in_others += 1
    weighted_others = in_others / _LETTERS_PER_CHAR.get(script, 1)
    return in_script / (in_script + weighted_others) if in_script + weighted_others else 1.0


@lru_cache(maxsize=8192)
def _script_name(char: str) -> str:
    """Return the first word of a letter's Unicode name; "" for a character that is no letter."""
    if not char.isalpha():
        return ""
    return re.split("[ -]", unicodedata.name(char, ""), maxsplit=1)[0]


def _is_latin_language(text: str, language: str) -> bool:
    """Check for English by its function words, for other languages by their absence."""
    lowercased_words = [word.lower() for word in _WORD.findall(text)]
    if len(lowercased_words) < _MIN_JUDGED_WORDS:
        return True
    english_only = sum(bool(_ENGLISH_ONLY_WORDS.fullmatch(word)) for word in lowercased_words)
    if not is_english(language):
        return english_only < _MAX_ENGLISH_SHARE * len(lowercased_words)
    # One is enough: in a dense sentence there may be no more.
    return (
        english_only > 0
        or sum(bool(_FUNCTION_WORDS.fullmatch(word)) for word in lowercased_words)
        >= _MIN_FUNCTION_WORDS
    )


def _has_expected_script(text: str, script: str) -> bool:
    """Tell Chinese, simplified and traditional, and Japanese apart."""
    letters = [char for char in text if char.isalpha()]
    kana = sum(_script_name(char) in ("HIRAGANA", "KATAKANA") for char in letters)
    if script == "Jpan":
        return kana >= _MIN_KANA_SHARE * len(letters)
    if script not in ("Hans", "Hant"):
        return True
    simplified_count = sum(
        char in _SIMPLIFIED_CHARS and char not in _TRADITIONAL_CHARS for char in letters
    )
    traditional_count = sum(
        char in _TRADITIONAL_CHARS and char not in _SIMPLIFIED_CHARS for char in letters
    )
    expected_count, other_count = (
        (simplified_count, traditional_count)
        if script == "Hans"
        else (traditional_count, simplified_count)
    )
    return expected_count >= other_count and kana <= _MIN_KANA_SHARE * len(letters)
