"""Plausible answers: what an honest model would say, made the same each time."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from tests.models import han, reading
from tests.models.reading import RequestedPaper
from tests.models.refusals import Json
from tests.models.requests import ChatRequest

_KEYS_BY_POSITION = (
    "problem",
    "background",
    "method",
    "approach",
    "result",
    "finding",
    "limit",
    "caveat",
)
_ENGLISH_WORDS = {
    "扩散": "diffusion", "模型": "model", "大语言": "large language", "图像": "image",
    "强化": "reinforcement", "学习": "learning", "量子": "quantum", "神经网络": "neural network",
    "机器": "machine", "视频": "video", "生成": "generation", "检测": "detection",
    "纠错": "error correction", "分割": "segmentation", "机器人": "robot",
}  # fmt: skip
_HAN = re.compile(r"[\u3400-\u9fff]")


def plausible_answer(request: ChatRequest, language: str) -> str:
    """The content of a good answer to this request: by its schema, else by the keys it names."""
    writer = _AnswerWriter(reading.requested_paper(request.first_user_text), language)
    if request.schema is not None:
        return json.dumps(writer.value("", request.schema, request.schema), ensure_ascii=False)
    requested_keys = reading.requested_keys(request)
    if requested_keys and "json" in " ".join(turn.text for turn in request.messages).lower():
        texts_by_key = {key: writer.text(key) for key in requested_keys}
        return json.dumps(texts_by_key, ensure_ascii=False)
    if request.response_format == "json_object":
        return json.dumps({"text": writer.text("text")}, ensure_ascii=False)
    return writer.text("text")


@dataclass(frozen=True, slots=True)
class _AnswerWriter:
    """Fills the places of one answer."""

    paper: RequestedPaper
    language: str

    def value(self, key: str, schema: Json, root: Json) -> object:
        """A value that the schema allows, and that suits what the key is called."""
        schema = _resolve_schema(schema, root)
        choices = schema.get("enum")
        if "const" in schema:
            return schema["const"]
        if isinstance(choices, list):
            return next((tag for tag in choices if tag == self.language), choices[0])
        match _schema_type(schema):
            case "object":
                properties = reading.schema_properties(schema)
                return {
                    name: self.value(name, property_schema, root)
                    for name, property_schema in properties.items()
                    if isinstance(property_schema, dict)
                }
            case "array":
                return self._list(key, schema, root)
            case "integer" | "number":
                minimum = schema.get("minimum")
                return minimum if isinstance(minimum, int | float) else 1
            case "boolean":
                return True
            case "null":
                return None
        return self.text(key)

    def _list(self, key: str, schema: Json, root: Json) -> list[object]:
        item_schema, min_items = schema.get("items"), schema.get("minItems")
        count = max(1, min_items) if isinstance(min_items, int) else 1
        return [
            self.value(key, item_schema, root) if isinstance(item_schema, dict) else None
            for _ in range(count)
        ]

    def text(self, key: str) -> str:
        """The text for a key: a title, a whole abstract, or one sentence."""
        name = key.lower()
        if "lang" in name:
            return self.language or "en"
        if "title" in name:
            return self._in_language(self.paper.title or self.paper.abstract, title=True)
        if any(word in name for word in ("abstract", "translation", "text", "piece")):
            return self._in_language(self.paper.abstract or self.paper.title)
        return self._in_language(self._sentence(name))

    def _sentence(self, name: str) -> str:
        """The sentence for a key; a tldr says what was found, so it is a late sentence."""
        sentences = self.paper.sentences
        for index, word in enumerate(_KEYS_BY_POSITION):
            if word in name:
                return sentences[index // 2 * (len(sentences) - 1) // 3]
        complete = [part for part in sentences if part[-1] in ".!?。！？"] or sentences
        return max(complete[-2:], key=len)

    def _in_language(self, text: str, *, title: bool = False) -> str:
        if self.language == "zh" and not _HAN.search(text):
            return han.fake_translation(text, title=title)
        if self.language == "en" and _HAN.search(text):
            return _translate_to_english(text)
        return text


def _translate_to_english(text: str) -> str:
    """English words for Chinese topic words."""
    positions = [
        (text.index(word), english) for word, english in _ENGLISH_WORDS.items() if word in text
    ]
    return " ".join(english for _, english in sorted(positions)) or "neural network"


def _resolve_schema(schema: Json, root: Json) -> Json:
    """The schema that a reference or a choice between schemas stands for."""
    reference, branches = schema.get("$ref"), schema.get("anyOf")
    if isinstance(reference, str):
        target: object = root
        for path_segment in reference.removeprefix("#").strip("/").split("/"):
            target = (
                target.get(path_segment, {})
                if path_segment and isinstance(target, dict)
                else target
            )
        return target if isinstance(target, dict) else {}
    if isinstance(branches, list):
        non_null = [
            part for part in branches if isinstance(part, dict) and part.get("type") != "null"
        ]
        return _resolve_schema(non_null[0], root) if non_null else {"type": "null"}
    return schema


def _schema_type(schema: Json) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        return next((str(name) for name in kind if name != "null"), "null")
    return str(kind)


def estimate_tokens(text: str) -> int:
    """About how many tokens a text is: one for each Han character, one for four others."""
    han_count = len(_HAN.findall(text))
    return han_count + (len(text) - han_count + 3) // 4


def truncate_to_tokens(text: str, limit: int) -> str:
    """The longest beginning that has no more tokens than that."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if estimate_tokens(text[:middle]) <= limit else (low, middle - 1)
    return text[:low]
