"""Every call that the emulator got, what it did with it, and what Telegram would overlook."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.demo.emulator.arguments import Arguments
from bot.demo.emulator.json_encoding import ApiError, Json, JsonObject, decode
from bot.demo.methods.signatures import SIGNATURES, Parameter


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the server saw it.

    ``code`` 200 with ``result`` or an error with ``description``; ``is_accepted`` tells whether it
    was carried out and ``is_answered`` whether the bot got to know.
    """

    number: int
    at: datetime
    method: str
    parameters: JsonObject
    code: int
    result: Json
    description: str
    is_accepted: bool
    is_answered: bool
    fault: str

    @property
    def chat_id(self) -> int | None:
        """The chat that the call names by number."""
        written = str(self.parameters.get("chat_id", ""))
        return int(written) if written.removeprefix("-").isdecimal() else None

    def as_json(self) -> JsonObject:
        """Give the call as one JSON object."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "method": self.method,
            "parameters": self.parameters,
            "code": self.code,
            "result": self.result,
            "description": self.description,
            "is_accepted": self.is_accepted,
            "is_answered": self.is_answered,
            "fault": self.fault,
        }


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something in a call that Telegram overlooks in silence, and that is surely a mistake."""

    method: str
    what: str


class Journal:
    """The calls and oddities so far, also appended to a file when one is named."""

    def __init__(self, path: Path | None = None) -> None:
        self.calls: list[Call] = []
        self.oddities: list[Oddity] = []
        self._path = path

    def add(self, call: Call) -> None:
        """Keep a call, and put it on disk before the bot can learn of it."""
        self.calls.append(call)
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(call.as_json(), ensure_ascii=False) + "\n")

    def note(self, arguments: Arguments) -> None:
        """Keep what is odd about a call."""
        self.oddities += [Oddity(arguments.method, what) for what in odd(arguments)]


def parameters_of(arguments: Arguments) -> JsonObject:
    """Give the parameters as values, with files as their names and sizes."""
    values: JsonObject = {}
    for name, value in arguments.values.items():
        values[name] = _decoded(value)
    for name, upload in arguments.files.items():
        values[name] = {"file_name": upload.name, "file_size": len(upload.content)}
    return values


def _decoded(value: Json) -> Json:
    """Give the value of a form field: JSON where it is an array or an object."""
    if not isinstance(value, str) or value[:1] not in {"{", "["}:
        return value
    try:
        return decode(value)
    except ValueError:
        return value


def odd(arguments: Arguments) -> Iterator[str]:
    """Name the parameters that Telegram does not know or would read otherwise than meant."""
    signature = {parameter.name: parameter for parameter in SIGNATURES[arguments.method]}
    for name, value in parameters_of(arguments).items():
        if name in arguments.files:
            continue
        if name not in signature:
            yield f"unknown parameter {name}"
        elif value is not None and not _fits(signature[name], value):
            yield f"{name} is no {signature[name].kind}"
    rich = _decoded(arguments.values.get("rich_message"))
    for anchor in sorted(_anchors(rich, "anchor_link") - _anchors(rich, "anchor") - {""}):
        yield f"link to missing anchor {anchor}"


_WRITTEN = {"true", "false", "True", "False"}


def _fits(parameter: Parameter, value: Json) -> bool:
    kind = parameter.kind
    if kind == "Integer":
        is_text = isinstance(value, str) and value.removeprefix("-").isdecimal()
        return is_text or (isinstance(value, int) and not isinstance(value, bool))
    if kind == "Boolean":
        return isinstance(value, bool) or (isinstance(value, str) and value in _WRITTEN)
    if kind == "Integer or String":
        return isinstance(value, int | str) and not isinstance(value, bool)
    if kind == "String" or "InputFile" in kind:
        # A text that begins with a brace looks like JSON in a form, and is still a text.
        return isinstance(value, str | list | dict)
    return isinstance(value, list if kind.startswith("Array") else dict)


def _anchors(value: Json, kind: str) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_anchors(item, kind) for item in value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found = set().union(*(_anchors(item, kind) for item in value.values())) if value else set()
    name = value.get("anchor_name" if kind == "anchor_link" else "name")
    if value.get("type") == kind and isinstance(name, str):
        found.add(name)
    return found


def outcome(result: Json | ApiError) -> tuple[int, Json, str]:
    """Give code, result and description of an answer."""
    if isinstance(result, ApiError):
        return result.code, None, result.description
    return 200, result, ""
