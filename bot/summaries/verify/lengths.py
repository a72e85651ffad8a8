"""Is a text as long as it should be, does it end, and is it one sentence?

Lengths are counted in words: a run of letters is one word, two Chinese signs are one.
"""

from __future__ import annotations

import re

from bot.summaries.extractive.sentences import sentences
from bot.summaries.extractive.truncate import FORMULA
from bot.summaries.verify.findings import Fault
from bot.summaries.verify.language import is_english, script_of

LONGEST_GIST = {"Hans": 160, "Hant": 160, "Jpan": 190, "Kore": 210}
"""A gist has at most so many characters, 360 in other scripts: three lines of a table's cell."""

_LONGEST_GIST = 360
_SHORTEST_GIST = 4  # words
_LONGEST_TITLE_RATIO = 3.0
_SHORTEST_TITLE_RATIO = 0.25
_TITLE_ROOM = 6  # words by which any title may differ
# Words of the translated abstract per word of the source. Of 360 real Chinese ones, made from
# whole abstracts, half lie between 0.99 and 1.11, the longest at 1.38; below 0.72 all, and below
# 0.8 those with fewer sentences, left something out. Other scripts are not measured.
_SHORTEST_RATIO = {"Hans": 0.72, "Hant": 0.72, "Jpan": 0.6}
_SHORTER_RATIO = {"Hans": 0.8, "Hant": 0.8}  # with fewer sentences than the source
_SHORTEST = 0.45
_LONGEST_RATIO = {"Hans": 1.6, "Hant": 1.6}
_LONGEST = 2.6
_JUDGED_WORDS = 25  # of an abstract, below which ratios say little

_SIGN = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_UNSPACED = f"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff{_SIGN}"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:[-'’.][^\W_{_UNSPACED}]+)*")
_SIGNS_PER_WORD = {"Thai": 4.0, "Laoo": 4.0, "Khmr": 4.0, "Mymr": 4.0, "Jpan": 2.2}

_STOP = "。．.!?！？…؟।։།။｡"
_CLOSED = re.compile(rf"[{_STOP}][\s)\]）】」』”’\"'》*$]*$|[{_STOP}]\s?(?:\[\d+\]|\\\))$")
_ADDRESS = re.compile(r"https?://\S|\S\.\w{2,4}/")
_OPEN_END = re.compile(r"(?:\.{2,}|…+|。{2,}|-{2,}|、|,|，|；|：|:)[\s)\]）】”\"]*$")
_CUT_MARK = re.compile(
    r"\[缺省\]|[（(\[【][^（(\[【）)\]】]{0,10}(?:未完|待续|待續|截断|截斷|省略|缺失|不完整)"
    r"[^）)\]】]{0,10}[）)\]】]|[（(\[]略[）)\]]"
    r"|[\[(][^\[\]()]{0,20}(?:truncated|cut off|continued|omitted)[^\[\]()]{0,20}[\])]",
    re.IGNORECASE,
)
_END = re.compile("[。！？]")
_INNER_STOP = re.compile(
    r"(?:[。！？](?![”』」）)》]?$)(?!\s*$))|(?<=[^\W_]{4})[.!?؟।]\s+(?=[^\W\d_a-z])"
)


def words(text: str, script: str = "Latn") -> float:
    """Count words; signs of scripts without spaces are weighed."""
    found = _WORD.findall(FORMULA.sub(" x ", text))
    signs = sum(len(word) == 1 and bool(re.match(f"[{_UNSPACED}]", word)) for word in found)
    return len(found) - signs + signs / _SIGNS_PER_WORD.get(script, 1.7)


def of_title(title: str, source: str, language: str) -> set[Fault]:
    """Judge a translated title by the length of the paper's."""
    there, here = words(source), words(title, script_of(language))
    found = set()
    if here > max(there * _LONGEST_TITLE_RATIO, there + _TITLE_ROOM):
        found.add(Fault.TOO_LONG)
    if here < min(there * _SHORTEST_TITLE_RATIO, there - _TITLE_ROOM):
        found.add(Fault.TOO_SHORT)
    return found


def of_gist(gist: str, language: str) -> set[Fault]:
    """Judge a gist: one sentence, whole, that fits."""
    script, found = script_of(language), set()
    if len(gist) > LONGEST_GIST.get(script, _LONGEST_GIST):
        found.add(Fault.TOO_LONG)
    if words(gist, script) < _SHORTEST_GIST:
        found.add(Fault.TOO_SHORT)
    if _OPEN_END.search(gist) or _CUT_MARK.search(gist):
        found.add(Fault.CUT_OFF)
    several = len(sentences(gist)) > 1 if is_english(language) else _INNER_STOP.search(gist)
    if several:
        found.add(Fault.SEVERAL_SENTENCES)
    return found


def of_abstract(abstract: str, source: str, language: str) -> set[Fault]:
    """Judge a translated abstract by the length and the end of the paper's."""
    found, script = set(), script_of(language)
    there, here = words(source), words(abstract, script)
    if there >= _JUDGED_WORDS and (
        here < there * _SHORTEST_RATIO.get(script, _SHORTEST)
        or (here < there * _SHORTER_RATIO.get(script, 0) and _has_fewer_ends(abstract, source))
    ):
        found.add(Fault.TOO_SHORT)
    longest = max(there, _JUDGED_WORDS) * _LONGEST_RATIO.get(script, _LONGEST)
    if here > longest and is_whole(source):
        found.add(Fault.TOO_LONG)
    if _is_cut(abstract, source):
        found.add(Fault.CUT_OFF)
    return found


def is_whole(text: str) -> bool:
    """Tell whether a text ends as a sentence does."""
    *_, last = ("", *text.rsplit(maxsplit=1))
    is_closed = _CLOSED.search(text) or last.endswith(("$", "\\)")) or _ADDRESS.search(last)
    return bool(is_closed) and not _OPEN_END.search(text)


def _has_fewer_ends(abstract: str, source: str) -> bool:
    """Tell whether whole sentences are missing."""
    ends = sum(is_whole(sentence) for sentence in sentences(source))
    return len(_END.findall(abstract)) < ends


def _is_cut(abstract: str, source: str) -> bool:
    mark = _CUT_MARK.search(abstract)
    if mark and mark[0] not in source:
        return True
    if _OPEN_END.search(abstract):
        return not _OPEN_END.search(source)
    return is_whole(source) and not is_whole(abstract)
