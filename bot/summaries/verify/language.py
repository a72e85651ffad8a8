"""Is a text in the language that was asked for?

Scripts are counted, and the small words of English: what a model gets wrong is to leave a text
in English, or to answer in its own first language. Which of two languages of one script it is
(French for German) is not told apart; simplified and traditional Chinese are.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from babel.core import get_global

from bot.summaries.extractive.truncate import FORMULA

_SCRIPTS = {
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
"""How Unicode begins the names of a script's letters."""

_LETTERS_PER_SIGN = {"Hans": 5, "Hant": 5, "Jpan": 4, "Kore": 2.5}
# A Chinese sign says as much as five Latin letters: names must not outweigh it by length.

_LEAST = 0.6  # of a text's letters, weighed so, are in its script
_LEAST_OF_TITLE = 0.3  # "MLLM-Bench, Evaluating Multi-modal LLMs using GPT-4V" is mostly names
_LEAST_KANA = 0.15  # Japanese has them, Chinese not

_SMALL_WORDS = re.compile(
    r"the|and|that|this|these|with|which|from|are|our|by|their|than|been|have|has|can|into|such|we"
    r"|of|is|to|in|for|on|as|an?|it|its|be|at|or|not|but|does|do|using|via|across|under"
)
# Those that other languages of Latin script do not share.
_ENGLISH_ONLY = re.compile(r"the|and|that|this|these|with|which|from|are|our|by|their|than|been")
_MOST_ENGLISH = 0.08  # English abstracts have 0.10 to 0.25
_LEAST_SMALL = 2  # of all small words, in an English sentence of some length
_JUDGED_WORDS = 8

# Six words, two of them small: a sentence that was left in English, not a name.
_LATIN_WORD = r"[A-Za-z][A-Za-z'’-]{0,60}"
_ENGLISH_RUN = re.compile(rf"\b{_LATIN_WORD}(?:[ ,;]{{1,2}}{_LATIN_WORD}){{5,}}")
_RUN_SMALL_WORDS = 2
# Or four that no name would be written with: "which makes it less opaque".
_LOWER_RUN = re.compile(r"(?<![\w-])[a-z]+(?:,? [a-z]+){3,}(?![\w-])", re.ASCII)

_BRACKETED = re.compile(r"[(（《“\"][^()（）《》“”\"]{0,120}[)）》”\"]")
_NAME = re.compile(
    r"(?<![A-Za-z])[A-Za-z]{0,30}(?:[a-z][A-Z]|[A-Z]{2}|\d)[\w+-]*|https?://\S+", re.ASCII
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

# The most frequent signs of abstracts that the two ways of writing Chinese do not share.
_SIMPLE = (
    "这们个对为时会学习过还从来应实验现数类结构种将与进图网络优评计训练识"
    "别语义务问题证论机长间关键层动态传统该处"
)
_FULL = (
    "這們個對為時會學習過還從來應實驗現數類結構種將與進圖網絡優評計訓練識"
    "別語義務問題證論機長間關鍵層動態傳統該處"
)


def script_of(language: str) -> str:
    """The script in which a language is usually written, or the one that its tag names."""
    first, *others = language.replace("_", "-").split("-")
    named = next((part.title() for part in others if len(part) == 4 and part.isalpha()), "")
    region = next((part.upper() for part in others if len(part) == 2), "")
    likely = get_global("likely_subtags")
    tag = likely.get(f"{first}_{region}") or likely.get(first) or "und_Latn"
    usual = next(part for part in [*tag.split("_")[1:], "Latn"] if len(part) == 4)
    return named or usual


def is_english(language: str) -> bool:
    """English needs no translation: papers are announced in it."""
    return re.split("[-_]", language)[0].lower() == "en"


def is_in(text: str, language: str, *, title: bool = False) -> bool:
    """Tell whether a text is in this language, its formulas and names apart."""
    script = script_of(language)
    bare = _BRACKETED.sub(" ", FORMULA.sub(" ", text))
    if script != "Latn" and _has_english_run(bare):
        return False
    named = _NAME.sub(" ", bare)
    # Only names are left in "BERT (GPT-4)": nothing to judge.
    if share(named, script) < (_LEAST_OF_TITLE if title else _LEAST):
        return False
    if script == "Latn":
        return _is_latin_language(named, language)
    return _is_written_as(named, script) or title


def share(text: str, script: str) -> float:
    """The weight of a script among the letters of a text; 1 for a text without letters."""
    wanted = _SCRIPTS.get(script, "").split()
    own = other = 0
    for sign in unicodedata.normalize("NFKC", text):
        name = _script_name(sign)
        if name in wanted or (not wanted and name not in ("", "LATIN")):
            own += 1
        elif name:
            other += 1
    weighed = other / _LETTERS_PER_SIGN.get(script, 1)
    return own / (own + weighed) if own + weighed else 1.0


@lru_cache(maxsize=8192)
def _script_name(sign: str) -> str:
    """The first word of a letter's Unicode name; "" for what is no letter."""
    if not sign.isalpha():
        return ""
    return re.split("[ -]", unicodedata.name(sign, ""), maxsplit=1)[0]


def _has_english_run(text: str) -> bool:
    return any(
        sum(bool(_SMALL_WORDS.fullmatch(word.lower())) for word in _WORD.findall(run[0])) >= small
        for pattern, small in ((_ENGLISH_RUN, _RUN_SMALL_WORDS), (_LOWER_RUN, 1))
        for run in pattern.finditer(text)
    )


def _is_latin_language(text: str, language: str) -> bool:
    """English by its small words, any other language by their absence."""
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < _JUDGED_WORDS:
        return True
    only = sum(bool(_ENGLISH_ONLY.fullmatch(word)) for word in words)
    if not is_english(language):
        return only < _MOST_ENGLISH * len(words)
    # One is enough: in a dense sentence there may be no more.
    return only > 0 or sum(bool(_SMALL_WORDS.fullmatch(word)) for word in words) >= _LEAST_SMALL


def _is_written_as(text: str, script: str) -> bool:
    """Tell Chinese, simplified and traditional, and Japanese apart."""
    letters = [sign for sign in text if sign.isalpha()]
    kana = sum(_script_name(sign) in ("HIRAGANA", "KATAKANA") for sign in letters)
    if script == "Jpan":
        return kana >= _LEAST_KANA * len(letters)
    if script not in ("Hans", "Hant"):
        return True
    simple = sum(sign in _SIMPLE and sign not in _FULL for sign in letters)
    full = sum(sign in _FULL and sign not in _SIMPLE for sign in letters)
    own, other = (simple, full) if script == "Hans" else (full, simple)
    return own >= other and kana <= _LEAST_KANA * len(letters)
