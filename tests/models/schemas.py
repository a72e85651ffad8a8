"""``response_format``: which forms of answer the API accepts, and which strict schemas."""

from __future__ import annotations

import re
from typing import TypeAlias

from tests.models.refusals import Json, Refused, missing, unknown, wrong_type, wrong_value

_Path: TypeAlias = tuple[str, ...]

FORMATS = ("text", "json_object", "json_schema")
_NAME = re.compile(r"[a-zA-Z0-9_-]+\Z")
TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
DEPTH = 10
PROPERTIES = 5000
_COMMON = {"type", "description", "title", "enum", "const", "anyOf", "$ref", "$defs", "definitions"}
_ALLOWED = {
    "string": {"pattern", "format"},
    "number": {"multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"},
    "integer": {"multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"},
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
}


class _Reader:
    """One schema being read: how it is called and how many properties it has so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.properties = 0

    def refuse(self, path: _Path, words: str) -> Refused:
        return Refused(
            f"Invalid schema for response_format '{self.name}': In context={path!r}, {words}",
            param="response_format",
        )

    def node(self, schema: object, path: _Path, depth: int) -> None:
        if not isinstance(schema, dict):
            raise self.refuse(path, f"{schema!r} is not of type 'object', 'boolean'.")
        if depth > DEPTH:
            raise self.refuse(path, f"{depth} levels of nesting exceeds limit of {DEPTH}.")
        kinds = self._kinds(schema, path)
        allowed = _COMMON.union(*(_ALLOWED.get(kind, set()) for kind in kinds))
        for word in schema:
            if word not in allowed:
                raise self.refuse(path, f"'{word}' is not permitted.")
        if "object" in kinds:
            self._object(schema, path, depth)
        if "array" in kinds:
            if "items" not in schema:
                raise self.refuse(path, "array schema missing items.")
            self.node(schema["items"], (*path, "items"), depth + 1)
        self._branches(schema, path, depth)

    def _kinds(self, schema: Json, path: _Path) -> list[str]:
        if "$ref" in schema or "anyOf" in schema:
            return []
        if "type" not in schema:
            raise self.refuse(path, "schema must have a 'type' key.")
        given = schema["type"]
        kinds = given if isinstance(given, list) else [given]
        for kind in kinds:
            if kind not in TYPES:
                raise self.refuse(path, f"{kind!r} is not valid under any of the given schemas.")
        return [str(kind) for kind in kinds]

    def _object(self, schema: Json, path: _Path, depth: int) -> None:
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False:
            raise self.refuse(
                path, "'additionalProperties' is required to be supplied and to be false."
            )
        if not isinstance(properties, dict):
            raise self.refuse(path, f"{properties!r} is not of type 'object'.")
        required = schema.get("required")
        named = required if isinstance(required, list) else []
        every = "is required to be supplied and to be an array including every key in properties."
        for key in properties:
            if key not in named:
                raise self.refuse(path, f"'required' {every} Missing '{key}'.")
        for key in named:
            if key not in properties:
                raise self.refuse(path, f"'required' {every} Extra required key '{key}' supplied.")
        self.properties += len(properties)
        if self.properties > PROPERTIES:
            raise self.refuse((), f"schemas may have up to {PROPERTIES} object properties total.")
        for key, inner in properties.items():
            self.node(inner, (*path, "properties", key), depth + 1)

    def _branches(self, schema: Json, path: _Path, depth: int) -> None:
        branches = schema.get("anyOf", [])
        for index, branch in enumerate(branches if isinstance(branches, list) else []):
            self.node(branch, (*path, "anyOf", str(index)), depth + 1)
        for word in ("$defs", "definitions"):
            definitions = schema.get(word, {})
            for key, inner in (definitions if isinstance(definitions, dict) else {}).items():
                self.node(inner, (*path, word, key), depth + 1)


def check(name: str, schema: Json) -> None:
    """Refuses a schema that strict structured outputs would not accept."""
    reader = _Reader(name)
    if schema.get("type") != "object":
        given = schema.get("type", "None")
        raise reader.refuse(
            (), f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{given}\"'."
        )
    reader.node(schema, (), 1)


def asked(given: object, words: str) -> tuple[str, Json | None]:
    """The kind of answer that ``response_format`` asks for, and its schema; or a refusal."""
    if given is None:
        return "text", None
    if not isinstance(given, dict):
        raise wrong_type("response_format", "an object", given)
    if "type" not in given:
        raise missing("response_format.type")
    kind = given["type"]
    if kind not in FORMATS:
        raise wrong_value("response_format.type", kind, FORMATS)
    for field in given:
        if field not in {"type", "json_schema"}:
            raise unknown(f"response_format.{field}")
    if kind == "json_object" and "json" not in words.lower():
        raise Refused(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of "
            "type 'json_object'.",
            param="messages",
        )
    return str(kind), _json_schema(given.get("json_schema")) if kind == "json_schema" else None


def _json_schema(given: object) -> Json:
    where = "response_format.json_schema"
    if given is None:
        raise missing(where)
    if not isinstance(given, dict):
        raise wrong_type(where, "an object", given)
    for field in given:
        if field not in {"name", "description", "schema", "strict"}:
            raise unknown(f"{where}.{field}")
    name, schema = given.get("name"), given.get("schema")
    if name is None:
        raise missing(f"{where}.name")
    if not isinstance(name, str):
        raise wrong_type(f"{where}.name", "a string", name)
    if not _NAME.match(name) or len(name) > 64:
        raise Refused(
            f"Invalid '{where}.name': string does not match pattern. Expected a string that "
            "matches the pattern '^[a-zA-Z0-9_-]+$'.",
            param=f"{where}.name",
            code="invalid_value",
        )
    if schema is None:
        raise missing(f"{where}.schema")
    if not isinstance(schema, dict):
        raise wrong_type(f"{where}.schema", "an object", schema)
    if not isinstance(given.get("strict"), bool | None):
        raise wrong_type(f"{where}.strict", "a boolean", given["strict"])
    if given.get("strict"):
        check(name, schema)
    return schema
