"""What a request is about: the language it wants, the paper it gives, the keys it names.

Nothing here knows how a prompt is worded: a paper is found in tags, after labels, in JSON, or
taken as title and text; a language is what the instructions name.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from tests.models.refusals import Json
from tests.models.requests import ChatRequest

_CHINESE = r"(?:simplified |traditional )?chinese|简体中文|繁體中文|中文|汉语|\bzh(?:-\w+)*\b"
_LANGUAGE_INSTRUCTION = re.compile(
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
_LABEL_NAMES = {"标题": "title", "摘要": "abstract"}


@dataclass(frozen=True, slots=True)
class RequestedPaper:
    """The paper that a request gives, or the piece of it."""

    title: str
    abstract: str

    @property
    def sentences(self) -> list[str]:
        """The abstract's sentences, or the title where there is no abstract."""
        text = self.abstract or self.title
        return [part for part in re.split(r"(?<=[.!?。！？])\s+", text.strip()) if part] or [text]


def requested_language(request: ChatRequest) -> str:
    """The tag of the language that the answer shall be in; empty where nothing tells it."""
    schema = json.dumps(request.schema or {}, ensure_ascii=False)
    for text in (request.text_of_roles("system", "developer"), request.first_user_text, schema):
        tags = {
            _language_tag(next(filter(None, groups)))
            for groups in _LANGUAGE_INSTRUCTION.findall(text)
        }
        for tag in ("zh", *sorted(tags - {"en", ""}), "en"):
            if tag in tags:
                return tag
    instructions = f"{request.text_of_roles('system', 'developer')} {schema}"
    return "zh" if re.search(_CHINESE, instructions, re.IGNORECASE) else ""


def _language_tag(name: str) -> str:
    if re.fullmatch(_CHINESE, name, re.IGNORECASE):
        return "zh"
    if name.lower() in {"english", "英文", "英语"}:
        return "en"
    return name.lower() if len(name) == 2 else ""


def requested_paper(text: str) -> RequestedPaper:
    """The title and the abstract in a user's text, however they are set apart."""
    fields = _fields_from_json(text) or _fields_from_tags(text) or _fields_from_labels(text)
    if fields:
        return RequestedPaper(fields.get("title", ""), fields.get("abstract", ""))
    unfenced = _without_fence(text)
    title, _, abstract = unfenced.strip().partition("\n")
    return (
        RequestedPaper(title, abstract.strip()) if abstract.strip() else RequestedPaper("", title)
    )


def _fields_from_json(text: str) -> dict[str, str]:
    decoder = json.JSONDecoder()
    for start in (match.start() for match in re.finditer(r"\{", text)):
        try:
            value, _ = decoder.raw_decode(text, start)
        except ValueError:
            continue
        fields = {
            key: value[key] for key in ("title", "abstract") if isinstance(value.get(key), str)
        }
        if fields:
            return fields
    return {}


def _fields_from_tags(text: str) -> dict[str, str]:
    return {name.lower(): text_in_tag for name, text_in_tag in _TAG.findall(text)}


def _fields_from_labels(text: str) -> dict[str, str]:
    pieces = _LABEL.split(_without_fence(text))
    labels = [_LABEL_NAMES.get(label, label.lower()) for label in pieces[1::2]]
    return dict(zip(labels, (piece.strip() for piece in pieces[2::2]), strict=True))


def _without_fence(text: str) -> str:
    """The longest fenced part, without its fence; all of it where nothing is fenced."""
    fenced_texts = [groups[0] or groups[2] or groups[3] for groups in _FENCE.findall(text)]
    return max(fenced_texts, key=len, default=text)


def requested_keys(request: ChatRequest) -> list[str]:
    """The keys that instructions name in quotes, in order; the user's data is no instruction."""
    instructions = request.text_of_roles("system", "developer")
    if not _QUOTED_KEY.search(instructions):
        instructions = request.first_user_text
    return list(dict.fromkeys(_QUOTED_KEY.findall(instructions)))


def schema_properties(schema: Json) -> Json:
    """The properties of an object's schema."""
    properties_value = schema.get("properties")
    return properties_value if isinstance(properties_value, dict) else {}
