"""Parse a model's answer, whatever it is wrapped in.

Asked for one JSON object with some keys, models answer with the object in a fence, in prose, in a
list or in another object, with raw line breaks and stray commas, with keys of their own choice, or
with labelled lines. All is parsed in one pass: an answer may be a megabyte.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.summaries.llm.json_tex_escapes import restore_commands

_OBJECT_STEP = re.compile(r'[{}]|"([^"\\{}]{1,60})"\s*:\s*(["\[]?)')
_QUOTE = re.compile(r'\\.|"', re.DOTALL)
# What follows the quote that ends a text; any other quote is part of the text.
_AFTER_VALUE = re.compile(
    r'\s*(?:,\s*)?(?:[}\]]|\Z|"[^"\\]{0,60}(?:\Z|"\s*(?::|\Z)))',  # also of a key cut short
)
_AFTER_ITEM = re.compile(r"\s*[,\]]")
_BETWEEN_ITEMS = re.compile(r"[\s,]*")

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|t(?![A-Za-z])|[bfnr\"\\/])")
_ESCAPED_CHARS = dict(zip('"\\/bfnrt', '"\\/\b\f\n\r\t', strict=True))
_CONTROL_CHARS = str.maketrans({"\b": "", "\f": "", "\r": "\n", "\t": " "})
_FENCE = re.compile(r"\A\s*```[\w-]*\s*|\s*```\s*\Z")
_LABEL = re.compile(
    r"[\s>#*\-\d.\"'_]{0,12}([^\W\d_][^:：\n]{0,28}?)[*\"'_]{0,4}\s?[:：][*_]{0,4}(.*)"
)
_NON_LETTERS = re.compile(r"[\W\d_]+")

_KEY_ALIASES: Mapping[str, tuple[str, ...]] = {
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
"""Other names that models give to fields."""


TURN_MARK = (
    r"<\|[\w-]{1,40}\|>|<｜[^｜<>\n]{1,40}｜>|</?s>|<(?:end|start)_of_turn>|<(?:eos|bos|pad|unk)>"
    r"|\[/?INST\]|<</?SYS>>|\[gMASK\]"
)
"""A pattern of what the chat templates of the usual models put between two turns."""

_OUTER_TURN_MARKS = re.compile(rf"\A(?: ?(?:{TURN_MARK})){{1,9}}|(?: ?(?:{TURN_MARK})){{1,9}}\Z")
# These shape letters in Persian, Indic scripts and emoji; other invisible characters are removed.
_ZERO_WIDTH_JOINERS = "\u200c\u200d"
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class ParsedAnswer:
    """The complete fields, by the names asked for; ``is_cut`` if the text just ends.

    ``is_in_object`` is True if they were in a JSON object, which shows where each of them ends.
    """

    fields: Mapping[str, str]
    is_cut: bool
    is_in_object: bool = True


def parse_fields(text: str, keys: Sequence[str]) -> ParsedAnswer:
    """Return the fields that are there, from the object that has most of them."""
    scan = _scan_objects(text)
    objects: dict[int, dict[str, str]] = {}
    for member in scan.members:
        key = _match_key(member.name, keys)
        if key and (key == member.name or key not in objects.get(member.object_start, {})):
            objects.setdefault(member.object_start, {})[key] = member.text
    if objects:
        # The last of equals: drafts come first.
        return ParsedAnswer(max(reversed(objects.values()), key=len), scan.is_cut)
    if scan.has_object:
        return ParsedAnswer({}, scan.is_cut)
    unfenced_text = _FENCE.sub("", text)
    fields = _labelled_fields(unfenced_text, keys)
    # Some models answer with the bare text if only one field was asked for.
    bare_text = unfenced_text.strip().strip('"').strip()
    if not fields and len(keys) == 1 and bare_text:
        fields = {keys[0]: bare_text}
    return ParsedAnswer(fields, is_cut=False, is_in_object=False)


class _Member(NamedTuple):
    """A name with its text, in the object that begins at ``object_start``."""

    object_start: int
    name: str
    text: str


class _ObjectScan(NamedTuple):
    """The members of all objects in an answer; ``is_cut`` if the last object has no end."""

    members: list[_Member]
    has_object: bool
    is_cut: bool


def _scan_objects(text: str) -> _ObjectScan:
    """Return the members of the objects in a text.

    Text outside braces is skipped, so that prose may contain any characters.
    """
    members: list[_Member] = []
    open_objects: list[int] = []
    position = text.find("{")
    has_object = position >= 0
    while position >= 0 and (step := _OBJECT_STEP.search(text, position)):
        position = step.end()
        if step[0] == "{":
            open_objects.append(step.start())
        elif step[0] == "}":
            open_objects.pop()
            position = position if open_objects else text.find("{", position)
        elif step[2]:
            value, position = (
                _read_string(text, position)
                if step[2] == '"'
                else _read_string_list(text, position)
            )
            if position < 0:
                return _ObjectScan(members, has_object=True, is_cut=True)
            if value is not None:
                members.append(_Member(open_objects[-1], step[1], value))
    return _ObjectScan(members, has_object, is_cut=bool(open_objects))


def _read_string(
    text: str, start: int, end_pattern: re.Pattern[str] = _AFTER_VALUE
) -> tuple[str, int]:
    r"""Return the text that begins at ``start`` and the position after it, -1 if it never ends.

    A single backslash as in ``\textbf`` is TeX, not a tab.
    """
    for quote in _QUOTE.finditer(text, start):
        if quote[0] == '"' and end_pattern.match(text, quote.end()):
            break
    else:
        return "", -1
    decoded_text = _ESCAPE.sub(
        lambda match: chr(int(match[1][1:], 16)) if match[1][1:] else _ESCAPED_CHARS[match[1]],
        text[start : quote.start()],
    )
    # Two escapes may be the halves of one character.
    joined_text = decoded_text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return restore_commands(joined_text).translate(_CONTROL_CHARS), quote.end()


def _read_string_list(text: str, start: int) -> tuple[str | None, int]:
    """Return the texts of a list, joined; None for any other list, which is then scanned."""
    items: list[str] = []
    position = start
    while separator := _BETWEEN_ITEMS.match(text, position):
        position = separator.end()
        if text[position : position + 1] == "]":
            return " ".join(items), position + 1
        if text[position : position + 1] != '"':
            break
        item, position = _read_string(text, position + 1, _AFTER_ITEM)
        if position < 0:
            return None, -1
        items.append(item)
    return None, position


def _match_key(name: str, keys: Sequence[str]) -> str:
    """Return the key that a name stands for: itself, an alias, or part of it; "" if none."""
    letters = _NON_LETTERS.sub("", name.lower())
    for matches in (str.__eq__, str.__contains__):
        for key in keys:
            if any(matches(letters, other) for other in (key, *_KEY_ALIASES.get(key, ()))):
                return key
    return ""


def _labelled_fields(text: str, keys: Sequence[str]) -> dict[str, str]:
    """Return fields given as lines "Title: ...", each up to the next label."""
    lines_by_key: dict[str, list[str]] = {}
    key = ""
    for line in text.splitlines():
        label = _LABEL.fullmatch(line)
        matched_key = _match_key(label[1], keys) if label else ""
        if label and matched_key and matched_key not in lines_by_key:
            key = matched_key
            line = label[2]
        if key:
            lines_by_key.setdefault(key, []).append(line.strip())
    return {key: " ".join(lines).strip() for key, lines in lines_by_key.items()}


def clean_line(text: str) -> str:
    """Return the text normalized, on one line, without invisible characters.

    A server whose template does not fit the model leaves tokens at the ends of an answer.
    """
    spaced = _OUTER_TURN_MARKS.sub("", " ".join(text.split()))
    visible = "".join(
        char
        for char in spaced
        if char in _ZERO_WIDTH_JOINERS or unicodedata.category(char) not in _INVISIBLE_CATEGORIES
    )
    return " ".join(unicodedata.normalize("NFC", visible).split())
