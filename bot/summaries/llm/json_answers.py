"""What did a model answer, in whatever it wrapped it?

Asked for one JSON object with some keys, models answer with the object in a fence, in prose, in
a list or in another object, with raw line breaks and stray commas, with keys of their own
choice, or with labelled lines. All is read in one pass: an answer may be a megabyte.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.summaries.llm.json_tex_escapes import restored

_STEP = re.compile(r'[{}]|"([^"\\{}]{1,60})"\s*:\s*(["\[]?)')
_QUOTE = re.compile(r'\\.|"', re.DOTALL)
# What follows the quotation mark that ends a text; any other mark is part of the text.
_AFTER_VALUE = re.compile(
    r'\s*(?:,\s*)?(?:[}\]]|\Z|"[^"\\]{0,60}(?:\Z|"\s*(?::|\Z)))',  # also of a key cut short
)
_AFTER_ITEM = re.compile(r"\s*[,\]]")
_BETWEEN_ITEMS = re.compile(r"[\s,]*")

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|t(?![A-Za-z])|[bfnr\"\\/])")
_ESCAPED = dict(zip('"\\/bfnrt', '"\\/\b\f\n\r\t', strict=True))
_SPACES = str.maketrans({"\b": "", "\f": "", "\r": "\n", "\t": " "})
_FENCE = re.compile(r"\A\s*```[\w-]*\s*|\s*```\s*\Z")
_LABEL = re.compile(
    r"[\s>#*\-\d.\"'_]{0,12}([^\W\d_][^:：\n]{0,28}?)[*\"'_]{0,4}\s?[:：][*_]{0,4}(.*)"
)
_MARKS = re.compile(r"[\W\d_]+")

_OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "gist": ("tldr", "summary", "keypoint", "sentence", "一句话", "要点", "总结"),
    "title": ("标题", "题目", "題目", "标題"),
    "abstract": ("摘要",),
    "text": ("translation", "translated", "译文", "翻译"),
    "words": ("query", "keywords", "english"),
    "problem": ("问题",),
    "method": ("方法", "approach"),
    "result": ("结果", "finding"),
    "limits": ("局限", "limitation"),
}
"""What models call a field beside its name."""


class Unreadable(Exception):
    """An answer without a field that was asked for; ``missing`` names what is."""

    def __init__(self, missing: Sequence[str], *, is_cut: bool = False) -> None:
        super().__init__(", ".join(missing))
        self.missing = tuple(missing)
        self.is_cut = is_cut


@dataclass(frozen=True, slots=True)
class Answer:
    """The fields that are whole, by the names asked for; ``is_cut`` when the text just ends.

    ``is_framed`` tells that they stood in an object, which says where each of them ends.
    """

    fields: Mapping[str, str]
    is_cut: bool
    is_framed: bool = True


def read(text: str, keys: Sequence[str]) -> dict[str, str]:
    """Every field that was asked for.

    Raises:
        Unreadable: one is missing.
    """
    found = partly(text, keys)
    missing = [key for key in keys if key not in found.fields]
    if missing:
        raise Unreadable(missing, is_cut=found.is_cut)
    return dict(found.fields)


def partly(text: str, keys: Sequence[str]) -> Answer:
    """The fields that there are, of the object that has most of them."""
    pairs, has_object, is_cut = _walk(text)
    objects: dict[int, dict[str, str]] = {}
    for place, name, value in pairs:
        key = _meant(name, keys)
        if key and (key == name or key not in objects.get(place, {})):
            objects.setdefault(place, {})[key] = value
    if objects:
        # Of equals the last: drafts come first.
        return Answer(max(reversed(objects.values()), key=len), is_cut)
    if has_object:
        return Answer({}, is_cut)
    plain = _FENCE.sub("", text)
    return Answer(_labelled(plain, keys) or _alone(plain, keys), is_cut=False, is_framed=False)


def _walk(text: str) -> tuple[list[tuple[int, str, str]], bool, bool]:
    """Every key with a text and where its object begins; if there is an object; if it ends.

    Outside of braces nothing is looked at, so that prose may hold any marks.
    """
    pairs: list[tuple[int, str, str]] = []
    inside: list[int] = []
    at = text.find("{")
    has_object = at >= 0
    while at >= 0 and (step := _STEP.search(text, at)):
        at = step.end()
        if step[0] == "{":
            inside.append(step.start())
        elif step[0] == "}":
            inside.pop()
            at = at if inside else text.find("{", at)
        elif step[2]:
            value, at = _value(text, at) if step[2] == '"' else _listed(text, at)
            if at < 0:
                return pairs, True, True
            if value is not None:
                pairs.append((inside[-1], step[1], value))
    return pairs, has_object, bool(inside)


def _value(text: str, start: int, after: re.Pattern[str] = _AFTER_VALUE) -> tuple[str, int]:
    """The text that begins here and the place behind it, -1 where it never ends."""
    for quote in _QUOTE.finditer(text, start):
        if quote[0] == '"' and after.match(text, quote.end()):
            return _plain(text[start : quote.start()]), quote.end()
    return "", -1


def _listed(text: str, start: int) -> tuple[str | None, int]:
    """The texts of a list, joined; None for a list of anything else, which is then walked."""
    items: list[str] = []
    at = start
    while between := _BETWEEN_ITEMS.match(text, at):
        at = between.end()
        if text[at : at + 1] == "]":
            return " ".join(items), at + 1
        if text[at : at + 1] != '"':
            break
        item, at = _value(text, at + 1, _AFTER_ITEM)
        if at < 0:
            return None, -1
        items.append(item)
    return None, at


def _plain(raw: str) -> str:
    """What a text in JSON says. ``\\textbf`` with one backslash is TeX, not a tabulator."""
    text = _ESCAPE.sub(
        lambda found: chr(int(found[1][1:], 16)) if found[1][1:] else _ESCAPED[found[1]], raw
    )
    # Two escapes may be the halves of one character.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return restored(whole).translate(_SPACES)


def _meant(name: str, keys: Sequence[str]) -> str:
    """The key that a name stands for: itself, another name of it, or a longer one; else nothing."""
    plain = _MARKS.sub("", name.lower())
    for is_meant in (str.__eq__, str.__contains__):
        for key in keys:
            if any(is_meant(plain, other) for other in (key, *_OTHER_NAMES.get(key, ()))):
                return key
    return ""


def _labelled(text: str, keys: Sequence[str]) -> dict[str, str]:
    """Fields as lines "Title: ...", each to the next label."""
    found: dict[str, list[str]] = {}
    key = ""
    for line in text.splitlines():
        label = _LABEL.fullmatch(line)
        named = _meant(label[1], keys) if label else ""
        if label and named and named not in found:
            key = named
            line = label[2]
        if key:
            found.setdefault(key, []).append(line.strip())
    return {key: " ".join(lines).strip() for key, lines in found.items()}


def _alone(text: str, keys: Sequence[str]) -> dict[str, str]:
    """Asked for one field, some models say it and nothing else."""
    words = text.strip().strip('"').strip()
    return {keys[0]: words} if len(keys) == 1 and words else {}


# They shape letters in Persian, in Indic scripts and in emoji; all else that is invisible goes.
_JOINERS = "\u200c\u200d"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


TURN_MARK = (
    r"<\|[\w-]{1,40}\|>|<｜[^｜<>\n]{1,40}｜>|</?s>|<(?:end|start)_of_turn>|<(?:eos|bos|pad|unk)>"
    r"|\[/?INST\]|<</?SYS>>|\[gMASK\]"
)
"""What the chat templates of the usual models put between two turns, as a pattern."""

_ENDS = re.compile(rf"\A(?: ?(?:{TURN_MARK})){{1,9}}|(?: ?(?:{TURN_MARK})){{1,9}}\Z")


def tidy(text: str) -> str:
    """The text composed, on one line, with single blanks and without what nobody is to see.

    A server whose template is not the model's leaves tokens at the ends of an answer.
    """
    spaced = _ENDS.sub("", " ".join(text.split()))
    return " ".join(
        unicodedata.normalize("NFC", "".join(sign for sign in spaced if _is_seen(sign))).split()
    )


def _is_seen(sign: str) -> bool:
    return sign in _JOINERS or unicodedata.category(sign) not in _UNSEEN
