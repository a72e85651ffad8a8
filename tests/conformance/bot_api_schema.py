"""The published schema of the Bot API, and what of an answer does not fit it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.methods.signatures import Parameter


class BotApiSchema:
    """Methods and types of the Bot API."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_text("utf-8"))
        items = [item for group in document["items"] for item in group["children"]]
        self._items: dict[str, JsonObject] = {item["name"]: item for item in items}

    def names(self, category: str, prefix: str = "") -> list[str]:
        """Give the names of all methods or types with a prefix."""
        all_names = [
            item_name for item_name, item in self._items.items() if item["category"] == category
        ]
        return [name for name in all_names if name.startswith(prefix)]

    def fields(self, name: str) -> tuple[Parameter, ...]:
        """Give the parameters of a method or the fields of a type."""
        annotations = self._items[name]["annotations"]
        assert isinstance(annotations, list)
        return tuple(
            Parameter(
                str(annotation["name"]), str(annotation["type"]), bool(annotation["required"])
            )
            for annotation in annotations
            if isinstance(annotation, dict)
        )

    def constant_value(self, name: str, field: str = "type") -> str:
        """Give the word that stands in a field of a type, "" where several may."""
        annotations = self._items[name]["annotations"]
        assert isinstance(annotations, list)
        (description,) = [
            annotation["description"]
            for annotation in annotations
            if isinstance(annotation, dict) and annotation["name"] == field
        ]
        match = re.search(r"always ['“\"](\w+)", str(description))
        return match[1] if match else ""

    def variants(self, name: str) -> list[str]:
        """Give the types that an abstract type can be."""
        return re.findall(r"^ - (\w+)$", str(self._items[name]["description"]), re.MULTILINE)

    def schema_errors(self, value: Json, kind: str, path: str = "") -> list[str]:
        """Say what of a value does not fit a type, nothing if all does."""
        if " or " in kind:
            return self._fewest_errors(value, kind.split(" or "), path)
        if kind.startswith("Array of "):
            return list(self._array_errors(value, kind.removeprefix("Array of "), path))
        if kind in _SCALAR_TYPES:
            return [] if _is_scalar(value, kind) else [f"{path} is no {kind}: {value!r}"]
        if kind == "RichText" and isinstance(value, str):
            return []
        if kind == "RichText" and isinstance(value, list):
            return list(self._array_errors(value, kind, path))
        variants = self.variants(kind) if not self.fields(kind) else []
        if variants:
            return self._fewest_errors(value, variants, path)
        return list(self._object_errors(value, kind, path))

    def _fewest_errors(self, value: Json, kinds: list[str], path: str) -> list[str]:
        return min((self.schema_errors(value, kind, path) for kind in kinds), key=len)

    def _array_errors(self, value: Json, kind: str, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{path} is no array"
            return
        for index, item in enumerate(value):
            yield from self.schema_errors(item, kind, f"{path}[{index}]")

    def _object_errors(self, value: Json, kind: str, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path} is no {kind}"
            return
        fields = {field.name: field for field in self.fields(kind)}
        for name, field in fields.items():
            if field.is_required and name not in value:
                yield f"{path}.{name} is missing"
        for name, field_value in value.items():
            if name not in fields:
                yield f"{path}.{name} is unknown to {kind}"
            elif name in {"type", "status"} and self._is_wrong_constant(kind, name, field_value):
                yield f"{path}.{name} is not what {kind} has"
            else:
                yield from self.schema_errors(field_value, fields[name].kind, f"{path}.{name}")

    def _is_wrong_constant(self, kind: str, name: str, value: Json) -> bool:
        annotations = self._items[kind]["annotations"]
        assert isinstance(annotations, list)
        descriptions = [
            annotation["description"]
            for annotation in annotations
            if isinstance(annotation, dict) and annotation["name"] == name
        ]
        match = re.search(r"always ['“\"](\w+)", str(descriptions[0]))
        return match is not None and match[1] != value


_SCALAR_TYPES = {"Integer", "String", "Boolean", "True", "Float"}


def _is_scalar(value: Json, kind: str) -> bool:
    if kind == "Integer":
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**52
    if kind == "Float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "String":
        return isinstance(value, str)
    return value is True or (kind == "Boolean" and value is False)
