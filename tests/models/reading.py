"""What a request is about: the language it wants, the paper it gives, the keys it names.

Nothing here knows how a prompt is worded: a paper is found in tags, after labels, in JSON, or
taken as title and text; a language is what the instructions name.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from tests.models.refusals import Json
from tests.models.requests import Chat

_CHINESE = r"(?:simplified |traditional )?chinese|简体中文|繁體中文|中文|汉语|\bzh(?:-\w+)*\b"
_TOLD = re.compile(
    r"\b(?:language|lang|locale|语言)\b\W{0,6}(?:is|code|tag)?\W{0,4}([a-z]{2,3})(?:-\w+)*\b"
    rf"|\b(?:in|into|to)\s+(?:plain |natural |fluent )?({_CHINESE}|english)"
    rf"|(?:用|以|成|为)\s*({_CHINESE}|英文|英语)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^\W{0,4}(title|abstract|标题|摘要)\W{0,3}\s*[:：]\s*", re.I | re.M)
_TAG = re.compile(r"<(title|abstract)\b[^>]*>\s*(.*?)\s*</\1\s*>", re.I | re.S)
_FENCE = re.compile(
    r"```\w*\n(.*?)\n```"
    r"|<([\w-]+)\b[^>]*>\s*(.*?)\s*</\2\s*>"
    r'|^(?:<<+|>>+|===+|---+|###+|""")[^\n]*\n(.*?)\n(?:<<+|>>+|===+|---+|###+|""")[^\n]*$',
    re.DOTALL | re.MULTILINE,
)
_QUOTED_KEY = re.compile(r"""["'`“]([a-z][a-z_]{1,30})["'`”]""")
_NAMES = {"标题": "title", "摘要": "abstract"}


@dataclass(frozen=True, slots=True)
class Material:
    """The paper that a request gives, or the piece of it."""

    title: str
    abstract: str

    @property
    def sentences(self) -> list[str]:
        """The abstract's sentences, or the title where there is no abstract."""
        text = self.abstract or self.title
        return [part for part in re.split(r"(?<=[.!?。！？])\s+", text.strip()) if part] or [text]


def language(chat: Chat) -> str:
    """The tag of the language that the answer shall be in; empty where nothing tells it."""
    schema = json.dumps(chat.schema or {}, ensure_ascii=False)
    for text in (chat.said("system", "developer"), chat.question, schema):
        told = {_tag(next(filter(None, found))) for found in _TOLD.findall(text)}
        for tag in ("zh", *sorted(told - {"en", ""}), "en"):
            if tag in told:
                return tag
    everything = f"{chat.said('system', 'developer')} {schema}"
    return "zh" if re.search(_CHINESE, everything, re.IGNORECASE) else ""


def _tag(name: str) -> str:
    if re.fullmatch(_CHINESE, name, re.IGNORECASE):
        return "zh"
    if name.lower() in {"english", "英文", "英语"}:
        return "en"
    return name.lower() if len(name) == 2 else ""


def material(text: str) -> Material:
    """The title and the abstract in a user's text, however they are set apart."""
    found = _from_json(text) or _from_tags(text) or _from_labels(text)
    if found:
        return Material(found.get("title", ""), found.get("abstract", ""))
    inner = _unfenced(text)
    title, _, rest = inner.strip().partition("\n")
    return Material(title, rest.strip()) if rest.strip() else Material("", title)


def _from_json(text: str) -> dict[str, str]:
    decoder = json.JSONDecoder()
    for start in (found.start() for found in re.finditer(r"\{", text)):
        try:
            value, _ = decoder.raw_decode(text, start)
        except ValueError:
            continue
        found = {
            key: value[key] for key in ("title", "abstract") if isinstance(value.get(key), str)
        }
        if found:
            return found
    return {}


def _from_tags(text: str) -> dict[str, str]:
    return {name.lower(): inner for name, inner in _TAG.findall(text)}


def _from_labels(text: str) -> dict[str, str]:
    pieces = _LABEL.split(_unfenced(text))
    labels = [_NAMES.get(label, label.lower()) for label in pieces[1::2]]
    return dict(zip(labels, (piece.strip() for piece in pieces[2::2]), strict=True))


def _unfenced(text: str) -> str:
    """The longest fenced part, without its fence; all of it where nothing is fenced."""
    inner = [found[0] or found[2] or found[3] for found in _FENCE.findall(text)]
    return max(inner, key=len, default=text)


def keys(chat: Chat) -> list[str]:
    """The keys that instructions name in quotes, in order; the user's data is no instruction."""
    spoken = chat.said("system", "developer")
    if not _QUOTED_KEY.search(spoken):
        spoken = chat.question
    return list(dict.fromkeys(_QUOTED_KEY.findall(spoken)))


def properties(schema: Json) -> Json:
    """The properties of an object's schema."""
    inner = schema.get("properties")
    return inner if isinstance(inner, dict) else {}
