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
    fields_by_object: dict[int, dict[str, str]] = {}
    for member in scan.members:
        matched_key = _match_key(member.name, keys)
        if matched_key and (
            matched_key == member.name
            or matched_key not in fields_by_object.get(member.object_start, {})
        ):
            fields_by_object.setdefault(member.object_start, {})[matched_key] = member.text
    if fields_by_object:
        # The last of equals: drafts come first.
        return ParsedAnswer(max(reversed(fields_by_object.values()), key=len), scan.is_cut)
    if scan.has_object:
        return ParsedAnswer({}, scan.is_cut)
    unfenced_text = _FENCE.sub("", text)
    labelled_fields = _labelled_fields(unfenced_text, keys)
    # Some models answer with the bare text if only one field was asked for.
    bare_text = unfenced_text.strip().strip('"').strip()
    if not labelled_fields and len(keys) == 1 and bare_text:
        labelled_fields = {keys[0]: bare_text}
    return ParsedAnswer(labelled_fields, is_cut=False, is_in_object=False)


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
    scan_position = text.find("{")
    has_object = scan_position >= 0
    while scan_position >= 0 and (token_match := _OBJECT_STEP.search(text, scan_position)):
        scan_position = token_match.end()
        if token_match[0] == "{":
            open_objects.append(token_match.start())
        elif token_match[0] == "}":
            open_objects.pop()
            scan_position = scan_position if open_objects else text.find("{", scan_position)
        elif token_match[2]:
            field_value, scan_position = (
                _read_string(text, scan_position)
                if token_match[2] == '"'
                else _read_string_list(text, scan_position)
            )
            if scan_position < 0:
                return _ObjectScan(members, has_object=True, is_cut=True)
            if field_value is not None:
                members.append(_Member(open_objects[-1], token_match[1], field_value))
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
    list_texts: list[str] = []
    read_position = start
    while separator := _BETWEEN_ITEMS.match(text, read_position):
        read_position = separator.end()
        if text[read_position : read_position + 1] == "]":
            return " ".join(list_texts), read_position + 1
        if text[read_position : read_position + 1] != '"':
            break
        item, read_position = _read_string(text, read_position + 1, _AFTER_ITEM)
        if read_position < 0:
            return None, -1
        list_texts.append(item)
    return None, read_position


def _match_key(name: str, keys: Sequence[str]) -> str:
    """Return the key that a name stands for: itself, an alias, or part of it; "" if none."""
    name_letters = _NON_LETTERS.sub("", name.lower())
    for matches in (str.__eq__, str.__contains__):
        for key in keys:
            if any(matches(name_letters, other) for other in (key, *_KEY_ALIASES.get(key, ()))):
                return key
    return ""


def _labelled_fields(text: str, keys: Sequence[str]) -> dict[str, str]:
    """Return fields given as lines "Title: ...", each up to the next label."""
    lines_by_key: dict[str, list[str]] = {}
    field_key = ""
    for line in text.splitlines():
        label_match = _LABEL.fullmatch(line)
        matched_key = _match_key(label_match[1], keys) if label_match else ""
        if label_match and matched_key and matched_key not in lines_by_key:
            field_key = matched_key
            line = label_match[2]
        if field_key:
            lines_by_key.setdefault(field_key, []).append(line.strip())
    return {field_key: " ".join(lines).strip() for field_key, lines in lines_by_key.items()}


def clean_line(text: str) -> str:
    """Return the text normalized, on one line, without invisible characters.

    A server whose template does not fit the model leaves tokens at the ends of an answer.
    """
    spaced_text = _OUTER_TURN_MARKS.sub("", " ".join(text.split()))
    visible_text = "".join(
        char
        for char in spaced_text
        if char in _ZERO_WIDTH_JOINERS or unicodedata.category(char) not in _INVISIBLE_CATEGORIES
    )
    return " ".join(unicodedata.normalize("NFC", visible_text).split())
