"""The published schema of the Bot API, and what of an answer does not fit it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.methods.signatures import Parameter


class Schema:
    """Methods and types of the Bot API."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_text("utf-8"))
        items = [item for group in document["items"] for item in group["children"]]
        self._items: dict[str, JsonObject] = {item["name"]: item for item in items}

    def names(self, category: str, prefix: str = "") -> list[str]:
        """Give the names of all methods or types with a prefix."""
        found = [n for n, item in self._items.items() if item["category"] == category]
        return [name for name in found if name.startswith(prefix)]

    def fields(self, name: str) -> tuple[Parameter, ...]:
        """Give the parameters of a method or the fields of a type."""
        notes = self._items[name]["annotations"]
        assert isinstance(notes, list)
        return tuple(
            Parameter(str(note["name"]), str(note["type"]), bool(note["required"]))
            for note in notes
            if isinstance(note, dict)
        )

    def constant(self, name: str, field: str = "type") -> str:
        """Give the word that stands in a field of a type, "" where several may."""
        notes = self._items[name]["annotations"]
        assert isinstance(notes, list)
        (about,) = [n["description"] for n in notes if isinstance(n, dict) and n["name"] == field]
        match = re.search(r"always ['“\"](\w+)", str(about))
        return match[1] if match else ""

    def variants(self, name: str) -> list[str]:
        """Give the types that an abstract type can be."""
        return re.findall(r"^ - (\w+)$", str(self._items[name]["description"]), re.MULTILINE)

    def misfits(self, value: Json, kind: str, at: str = "") -> list[str]:
        """Say what of a value does not fit a type, nothing if all does."""
        if " or " in kind:
            return self._best(value, kind.split(" or "), at)
        if kind.startswith("Array of "):
            return list(self._in_array(value, kind.removeprefix("Array of "), at))
        if kind in _PLAIN:
            return [] if _is_plain(value, kind) else [f"{at} is no {kind}: {value!r}"]
        if kind == "RichText" and isinstance(value, str):
            return []
        if kind == "RichText" and isinstance(value, list):
            return list(self._in_array(value, kind, at))
        variants = self.variants(kind) if not self.fields(kind) else []
        if variants:
            return self._best(value, variants, at)
        return list(self._in_object(value, kind, at))

    def _best(self, value: Json, kinds: list[str], at: str) -> list[str]:
        return min((self.misfits(value, kind, at) for kind in kinds), key=len)

    def _in_array(self, value: Json, kind: str, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{at} is no array"
            return
        for place, item in enumerate(value):
            yield from self.misfits(item, kind, f"{at}[{place}]")

    def _in_object(self, value: Json, kind: str, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{at} is no {kind}"
            return
        fields = {field.name: field for field in self.fields(kind)}
        for name, field in fields.items():
            if field.is_required and name not in value:
                yield f"{at}.{name} is missing"
        for name, inner in value.items():
            if name not in fields:
                yield f"{at}.{name} is unknown to {kind}"
            elif name in {"type", "status"} and self._is_wrong_constant(kind, name, inner):
                yield f"{at}.{name} is not what {kind} has"
            else:
                yield from self.misfits(inner, fields[name].kind, f"{at}.{name}")

    def _is_wrong_constant(self, kind: str, name: str, value: Json) -> bool:
        notes = self._items[kind]["annotations"]
        assert isinstance(notes, list)
        abouts = [n["description"] for n in notes if isinstance(n, dict) and n["name"] == name]
        match = re.search(r"always ['“\"](\w+)", str(abouts[0]))
        return match is not None and match[1] != value


_PLAIN = {"Integer", "String", "Boolean", "True", "Float"}


def _is_plain(value: Json, kind: str) -> bool:
    if kind == "Integer":
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**52
    if kind == "Float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "String":
        return isinstance(value, str)
    return value is True or (kind == "Boolean" and value is False)
