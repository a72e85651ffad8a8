"""Log every call with its result, and misuses that Telegram would silently ignore."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import Json, JsonObject, decode_json
from bot.demo.methods.signatures import SIGNATURES, Parameter


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call as the server saw it.

    ``code`` is 200 with ``result``, or an error's with ``description``. ``is_accepted`` tells
    whether the call was carried out, and ``is_answered`` whether the bot learned of it.
    """

    number: int
    called_at: datetime
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
        value = str(self.parameters.get("chat_id", ""))
        return int(value) if value.removeprefix("-").isdecimal() else None

    def as_json(self) -> JsonObject:
        """Return the call as a JSON object."""
        return {
            "number": self.number,
            "at": self.called_at.isoformat(),
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
class ApiMisuse:
    """A mistake in a call that Telegram silently ignores."""

    method: str
    description: str


class CallLog:
    """The calls and misuses so far; calls are appended to a file too if one is given."""

    def __init__(self, path: Path | None = None) -> None:
        self.calls: list[ApiCall] = []
        self.misuses: list[ApiMisuse] = []
        self._path = path

    def add(self, call: ApiCall) -> None:
        """Log a call; it is on disk before the bot gets the response."""
        self.calls.append(call)
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(call.as_json(), ensure_ascii=False) + "\n")

    def record_misuses(self, arguments: CallArguments) -> None:
        """Log the misuses in a call."""
        self.misuses += [
            ApiMisuse(arguments.method, description) for description in find_misuses(arguments)
        ]


def logged_parameters(arguments: CallArguments) -> JsonObject:
    """Return the parameters as values, and files as names and sizes."""
    logged_values: JsonObject = {}
    for parameter_name, parameter_value in arguments.values.items():
        logged_values[parameter_name] = _decode_form_value(parameter_value)
    for parameter_name, upload in arguments.files.items():
        logged_values[parameter_name] = {"file_name": upload.name, "file_size": len(upload.content)}
    return logged_values


def _decode_form_value(value: Json) -> Json:
    """Return the value of a form field, decoded if it is a JSON array or object."""
    if not isinstance(value, str) or value[:1] not in {"{", "["}:
        return value
    try:
        return decode_json(value)
    except ValueError:
        return value


def find_misuses(arguments: CallArguments) -> Iterator[str]:
    """Yield the parameters that Telegram ignores or reads differently than meant."""
    signature = {parameter.name: parameter for parameter in SIGNATURES[arguments.method]}
    for parameter_name, parameter_value in logged_parameters(arguments).items():
        if parameter_name in arguments.files:
            continue
        if parameter_name not in signature:
            yield f"unknown parameter {parameter_name}"
        elif parameter_value is not None and not _matches_type(
            signature[parameter_name], parameter_value
        ):
            yield f"{parameter_name} is no {signature[parameter_name].kind}"
    rich_message = _decode_form_value(arguments.values.get("rich_message"))
    for missing_anchor in sorted(
        _anchor_names(rich_message, "anchor_link") - _anchor_names(rich_message, "anchor") - {""}
    ):
        yield f"link to missing anchor {missing_anchor}"


_BOOLEAN_WORDS = {"true", "false", "True", "False"}


def _matches_type(parameter: Parameter, value: Json) -> bool:
    type_name = parameter.kind
    if type_name == "Integer":
        is_text = isinstance(value, str) and value.removeprefix("-").isdecimal()
        return is_text or (isinstance(value, int) and not isinstance(value, bool))
    if type_name == "Boolean":
        return isinstance(value, bool) or (isinstance(value, str) and value in _BOOLEAN_WORDS)
    if type_name == "Integer or String":
        return isinstance(value, int | str) and not isinstance(value, bool)
    if type_name == "String" or "InputFile" in type_name:
        # In a form, a text that begins with a brace was decoded as JSON.
        return isinstance(value, str | list | dict)
    return isinstance(value, list if type_name.startswith("Array") else dict)


def _anchor_names(value: Json, kind: str) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_anchor_names(item, kind) for item in value)) if value else set()
    if not isinstance(value, dict):
        return set()
    nested_names = (
        set().union(*(_anchor_names(item, kind) for item in value.values())) if value else set()
    )
    anchor_name = value.get("anchor_name" if kind == "anchor_link" else "name")
    if value.get("type") == kind and isinstance(anchor_name, str):
        nested_names.add(anchor_name)
    return nested_names
