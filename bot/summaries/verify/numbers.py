"""Find the numbers in a text, in whatever way they are written.

"1,000", "1000", "1k", "one thousand" and the Chinese for it are one number; so are "10 %" and "ten
percent". Numbers are compared as values; a literal that can be read in two ways ("1.500" in German)
counts as both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from bot.summaries.extractive.truncate import FORMULA

# By power of ten: letters as in "7B parameters", and words of common target languages.
_MAGNITUDE_WORDS = {
    2: "hundred 百 백",
    3: "k thousand thousands mil mille tausend тысяч тысячи 千 천",
    4: "万 萬 만",
    6: "m mn million millions millionen mio millones milhões milioni млн миллион миллиона"
    " миллионов 百万 百萬 백만",
    7: "千万 千萬 천만",
    8: "亿 億 억",
    9: "b bn billion billions milliarden mrd milliards miliardi млрд миллиард миллиарда"
    " миллиардов 十亿 十億 십억",
    10: "百亿 百億 백억",
    11: "千亿 千億 천억",
    12: "t trillion trillions billionen трлн 万亿 萬億 兆 조",
}
_MAGNITUDES = {
    word: Decimal(10) ** power
    for power, words in _MAGNITUDE_WORDS.items()
    for word in words.split()
}
_MAGNITUDE = "|".join(sorted(map(re.escape, _MAGNITUDES), key=len, reverse=True))
_LITERAL = re.compile(
    r"(?P<digits>\d{1,30}(?:[.,\u00a0\u202f\u2009' ]\d{3}(?!\d))*(?:[.,]\d+)?|(?<![\d.\w])\.\d+)"
    rf"(?:[ -]?(?P<magnitude>{_MAGNITUDE})(?![a-zа-я]))?",
    re.IGNORECASE,
)

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
)
_TENS = "ten twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
_MONTHS = "january february march april may june july august september october november december"
_MONTHS_SHORT = "jan feb mar apr may jun jul aug sep oct nov dec"
_MULTIPLE_WORDS = {
    1: "once single uni mono",
    2: "twice double doubles doubling doubled dual both pair pairs twofold half halves halved"
    " halving secondly bi binary couple",
    3: "thrice triple triples tripled tripling threefold thirdly thirds tri",
    4: "quadruple fourfold quarter quarters quad",
    5: "fivefold fifths",
    10: "tenfold decade decades",
    12: "dozen",
    100: "hundred hundreds",
    1000: "thousand thousands",
    10**6: "million millions",
    10**9: "billion billions",
}
_NUMBER_WORDS = {
    word: Decimal(value)
    for start, row in ((0, _UNITS), (1, _ORDINALS), (1, _MONTHS), (1, _MONTHS_SHORT))
    for value, word in enumerate(row.split(), start)
}
_NUMBER_WORDS |= {word: Decimal(10 * tens) for tens, word in enumerate(_TENS.split(), start=1)}
_NUMBER_WORDS |= {
    word: Decimal(value) for value, row in _MULTIPLE_WORDS.items() for word in row.split()
}
_WORD = re.compile(r"[a-z]+")
_HALF_VALUES = frozenset({Decimal("0.5"), Decimal(50)})
_ROMAN_NUMERAL = re.compile(r"\b(?:I{1,3}|IV|VI{0,3}|IX|XI{0,2})\b")
_ROMAN_NUMERALS = "I II III IV V VI VII VIII IX X XI XII"
_ROMAN_VALUES = {
    char: Decimal(value) for value, char in enumerate(_ROMAN_NUMERALS.split(), start=1)
}

_HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "兩": 2,
}
_HAN_POWERS = {"十": 10, "百": 100, "千": 1000}
_HAN_NUMBER = re.compile("[零〇一二两兩三四五六七八九十百千]{1,12}")
# A count may be the model's own ("two methods"); these amounts must come from the source.
_HAN_CLAIM = re.compile(
    "(?<![数數几幾上百千万萬亿億])(?P<number>[二两兩三四五六七八九十][零一二三四五六七八九十百千]{0,9})"
    "(?P<unit>倍|成(?=以上|左右|的)|[百千]?[万萬亿億]|个百分点|個百分點)"
)
_PERCENT = re.compile(
    "百分之(?P<number>[零〇一二三四五六七八九十百]{1,9})(?:[点點](?P<rest>[零一二三四五六七八九]{1,9}))?"
)

# "ten times", "a threefold gain", "twenty-five percent"
_ENGLISH_CLAIM = re.compile(
    r"\b(?P<number>(?:[a-z]{1,9}[ -]){0,2}[a-z]{3,9})(?:-?fold|[ -]times|[ -]per ?cent)\b",
    re.IGNORECASE | re.ASCII,
)
_VAGUE_WORDS = re.compile("several|few|some|many|hundreds|thousands")
_ORDER_OF_MAGNITUDE = re.compile(
    r"(?:\b([a-z]{1,9}|\d) )?\border(?:s|\(s\))?[ -]of[ -]magnitude", re.ASCII
)
_MAX_ORDERS = 12

_SCRIPT_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")
_SCRIPT_DIGIT_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+|[₀₁₂₃₄₅₆₇₈₉]+")
_TEX_COMMA = re.compile(r"(?<=\d)(?:\{,\}|\\,)(?=\d)")
_TEX_NUMBER = re.compile(r"\$(\d[\d.,]*)\$")
# "(1) ... (2) ...": a translation may number differently.
_LIST_ITEM = re.compile(r"\((?:\d|[ivx]{1,4}|[a-e])\)")
_CITATION = re.compile(r"\\cite\w*(?:\[[^\]]*\])*\{[^}]*\}|\\\w+")
_COVID = re.compile(r"(?<![a-z])covid-?19(?!\d)", re.IGNORECASE)
_DECADE = re.compile(r"\b(1[5-9]|20)(\d0)s\b")

Readings = frozenset[Decimal]
"""The values that one literal may mean."""


def digit_numbers(text: str, *, decimal_comma: bool = False) -> tuple[Readings, ...]:
    """Return the numbers in digits, in order; ``decimal_comma`` adds their second reading."""
    return tuple(
        _readings(match["digits"], match["magnitude"] or "", decimal_comma)
        for match in _LITERAL.finditer(_normalize_digits(text))
    )


def required_numbers(text: str) -> tuple[Readings, ...]:
    """Return the numbers of the prose that a translation must keep.

    Small numbers may be spelled out, years occur in citations, and formulas are checked separately.
    """
    prose = _CITATION.sub(" ", FORMULA.sub(" ", text))
    return tuple(
        readings
        for readings in digit_numbers(prose)
        if not any(
            value == int(value) and (value < 10 or 1900 < value < 2100) for value in readings
        )
    )


def claimed_numbers(text: str) -> tuple[Readings, ...]:
    """Return the numbers in Chinese characters or English words that state an amount."""
    claims = []
    for match in _HAN_CLAIM.finditer(text):
        is_tenths = match["unit"].startswith("成")
        unit_factor = Decimal(10) if is_tenths else _MAGNITUDES.get(match["unit"], Decimal(1))
        claims.append(frozenset({_han_value(match["number"]) * unit_factor}))
    for match in _PERCENT.finditer(text):
        decimals = "".join(str(_HAN_DIGITS[char]) for char in match["rest"] or "")
        claims.append(frozenset({_han_value(match["number"]) + Decimal(f"0.{decimals or 0}")}))
    for match in _ENGLISH_CLAIM.finditer(text):
        number_text = match["number"].lower()
        *_, final_sum = (Decimal(0), *_running_sums(number_text))
        if final_sum > 1 and not _VAGUE_WORDS.search(number_text):
            claims.append(frozenset({final_sum}))
    return tuple(claims)


@lru_cache(maxsize=32)  # the checks of one answer all need the numbers of its source
def all_numbers(text: str) -> Readings:
    """Return every value that a text may be said to contain, in digits, words or characters."""
    normalized_text = _normalize_digits(text)
    values = {
        value
        for readings in digit_numbers(normalized_text, decimal_comma=True)
        for value in readings
    }
    # The digits before a magnitude count by themselves too: "1.5 million" may become "1.5M".
    values |= {
        value
        for m in _LITERAL.finditer(normalized_text)
        for value in _readings(m["digits"], "", False)
    }
    lowercased_text = normalized_text.lower()
    # English number words count by themselves and combined with their neighbours.
    number_words = _NUMBER_WORDS.keys() & set(_WORD.findall(lowercased_text))
    values.update(_NUMBER_WORDS[word] for word in number_words)
    values.update(filter(None, _running_sums(lowercased_text)))
    if any(word.startswith("hal") for word in number_words):
        values |= _HALF_VALUES
    for match in _ORDER_OF_MAGNITUDE.finditer(lowercased_text):
        count_word = match[1] or ""
        if count_word.isdigit():
            order_count = Decimal(count_word)
        else:
            order_count = _NUMBER_WORDS.get(count_word, Decimal(1))
        if order_count <= _MAX_ORDERS:
            values.add(Decimal(10) ** order_count)
    values.update(_ROMAN_VALUES[match[0]] for match in _ROMAN_NUMERAL.finditer(normalized_text))
    values.update(_han_value(match[0]) for match in _HAN_NUMBER.finditer(normalized_text))
    values.update(value for readings in claimed_numbers(normalized_text) for value in readings)
    for match in _DECADE.finditer(normalized_text):
        values |= {Decimal(int(match[1]) + 1), Decimal(match[2])}
    return frozenset(values)


def _normalize_digits(text: str) -> str:
    """Return the text with full-width digits as ASCII, and super- and subscripts set apart."""
    spaced_text = _SCRIPT_DIGIT_RUN.sub(lambda run: f" {run[0].translate(_SCRIPT_DIGITS)} ", text)
    normalized_text = unicodedata.normalize("NFKC", spaced_text)
    return _COVID.sub(
        " ", _LIST_ITEM.sub(" ", _TEX_NUMBER.sub(r"\1", _TEX_COMMA.sub(",", normalized_text)))
    )


def _readings(digits: str, magnitude: str, decimal_comma: bool) -> Readings:
    """Return the values of a literal: separators group thousands, or one starts decimals."""
    magnitude_factor = _MAGNITUDES.get(magnitude.lower(), Decimal(1))
    decimal_forms = {_english_decimal(digits)}
    if decimal_comma:
        decimal_forms.add(_english_decimal(digits.translate(str.maketrans(".,", ",."))))
    return frozenset(Decimal(form) * magnitude_factor for form in decimal_forms)


def _english_decimal(digits: str) -> str:
    integer_part, point, fraction = re.sub(r"[^\d.,]", "", digits).replace(",", "").partition(".")
    return f"{integer_part}{point}{fraction.replace('.', '')}"


def _running_sums(text: str) -> Iterator[Decimal]:
    """Yield the value of consecutive English number words after each word; 0 after others."""
    running_sum = Decimal(0)
    for word in _WORD.findall(text):
        word_value = _NUMBER_WORDS.get(word)
        if word_value is None:
            running_sum = Decimal(0)
        else:
            running_sum = (
                running_sum * word_value
                if word_value >= 100 and running_sum
                else running_sum + word_value
            )
        yield running_sum


def _han_value(chars: str) -> Decimal:
    """Return the value of a Chinese number below 10,000; without powers of ten its digits."""
    if not any(char in _HAN_POWERS for char in chars):
        return Decimal("".join(str(_HAN_DIGITS[char]) for char in chars))
    value_so_far, pending_digit = 0, 0
    for char in chars:
        if char in _HAN_POWERS:
            value_so_far += (pending_digit or 1) * _HAN_POWERS[char]
            pending_digit = 0
        else:
            pending_digit = _HAN_DIGITS[char]
    return Decimal(value_so_far + pending_digit)
