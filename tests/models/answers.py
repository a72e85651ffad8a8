"""Plausible answers: what an honest model would say, made the same each time."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from tests.models import han, reading
from tests.models.reading import Material
from tests.models.refusals import Json
from tests.models.requests import Chat

_ORDER = ("problem", "background", "method", "approach", "result", "finding", "limit", "caveat")
_ENGLISH = {
    "扩散": "diffusion", "模型": "model", "大语言": "large language", "图像": "image",
    "强化": "reinforcement", "学习": "learning", "量子": "quantum", "神经网络": "neural network",
    "机器": "machine", "视频": "video", "生成": "generation", "检测": "detection",
    "纠错": "error correction", "分割": "segmentation", "机器人": "robot",
}  # fmt: skip
_HAN = re.compile(r"[\u3400-\u9fff]")


def answer(chat: Chat, language: str) -> str:
    """The content of a good answer to this request: by its schema, else by the keys it names."""
    writer = _Writer(reading.material(chat.question), language)
    if chat.schema is not None:
        return json.dumps(writer.value("", chat.schema, chat.schema), ensure_ascii=False)
    named = reading.keys(chat)
    if named and "json" in " ".join(turn.text for turn in chat.messages).lower():
        filled = {key: writer.text(key) for key in named}
        return json.dumps(filled, ensure_ascii=False)
    if chat.format == "json_object":
        return json.dumps({"text": writer.text("text")}, ensure_ascii=False)
    return writer.text("text")


@dataclass(frozen=True, slots=True)
class _Writer:
    """Fills the places of one answer."""

    paper: Material
    language: str

    def value(self, key: str, schema: Json, root: Json) -> object:
        """A value that the schema allows, and that suits what the key is called."""
        schema = _resolved(schema, root)
        choices = schema.get("enum")
        if "const" in schema:
            return schema["const"]
        if isinstance(choices, list):
            return next((tag for tag in choices if tag == self.language), choices[0])
        match _kind(schema):
            case "object":
                inner = reading.properties(schema)
                return {
                    name: self.value(name, part, root)
                    for name, part in inner.items()
                    if isinstance(part, dict)
                }
            case "array":
                return self._list(key, schema, root)
            case "integer" | "number":
                low = schema.get("minimum")
                return low if isinstance(low, int | float) else 1
            case "boolean":
                return True
            case "null":
                return None
        return self.text(key)

    def _list(self, key: str, schema: Json, root: Json) -> list[object]:
        items, least = schema.get("items"), schema.get("minItems")
        count = max(1, least) if isinstance(least, int) else 1
        return [
            self.value(key, items, root) if isinstance(items, dict) else None for _ in range(count)
        ]

    def text(self, key: str) -> str:
        """The text for a key: a title, a whole abstract, or one sentence."""
        name = key.lower()
        if "lang" in name:
            return self.language or "en"
        if "title" in name:
            return self._written(self.paper.title or self.paper.abstract, title=True)
        if any(word in name for word in ("abstract", "translation", "text", "piece")):
            return self._written(self.paper.abstract or self.paper.title)
        return self._written(self._sentence(name))

    def _sentence(self, name: str) -> str:
        """The sentence for a key; a gist says what was found, so it is a late sentence."""
        sentences = self.paper.sentences
        for place, word in enumerate(_ORDER):
            if word in name:
                return sentences[place // 2 * (len(sentences) - 1) // 3]
        complete = [part for part in sentences if part[-1] in ".!?。！？"] or sentences
        return max(complete[-2:], key=len)

    def _written(self, text: str, *, title: bool = False) -> str:
        if self.language == "zh" and not _HAN.search(text):
            return han.translated(text, title=title)
        if self.language == "en" and _HAN.search(text):
            return _english(text)
        return text


def _english(text: str) -> str:
    """English words for Chinese topic words."""
    found = [(text.index(word), english) for word, english in _ENGLISH.items() if word in text]
    return " ".join(english for _, english in sorted(found)) or "neural network"


def _resolved(schema: Json, root: Json) -> Json:
    """The schema that a reference or a choice between schemas stands for."""
    reference, branches = schema.get("$ref"), schema.get("anyOf")
    if isinstance(reference, str):
        target: object = root
        for step in reference.removeprefix("#").strip("/").split("/"):
            target = target.get(step, {}) if step and isinstance(target, dict) else target
        return target if isinstance(target, dict) else {}
    if isinstance(branches, list):
        real = [part for part in branches if isinstance(part, dict) and part.get("type") != "null"]
        return _resolved(real[0], root) if real else {"type": "null"}
    return schema


def _kind(schema: Json) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        return next((str(name) for name in kind if name != "null"), "null")
    return str(kind)


def tokens(text: str) -> int:
    """About how many tokens a text is: one for each Han character, one for four others."""
    wide = len(_HAN.findall(text))
    return wide + (len(text) - wide + 3) // 4


def cut(text: str, limit: int) -> str:
    """The longest beginning that has no more tokens than that."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if tokens(text[:middle]) <= limit else (low, middle - 1)
    return text[:low]
