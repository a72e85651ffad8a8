"""``response_format``: which forms of answer the API accepts, and which strict schemas."""

from __future__ import annotations

import re
from typing import TypeAlias

from tests.models.refusals import (
    ApiRefusal,
    Json,
    missing_parameter,
    unknown_parameter,
    wrong_type,
    wrong_value,
)

_Path: TypeAlias = tuple[str, ...]

FORMATS = ("text", "json_object", "json_schema")
_NAME_PATTERN = re.compile(r"[a-zA-Z0-9_-]+\Z")
SCHEMA_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
MAX_DEPTH = 10
MAX_PROPERTIES = 5000
_COMMON_KEYWORDS = {
    "type",
    "description",
    "title",
    "enum",
    "const",
    "anyOf",
    "$ref",
    "$defs",
    "definitions",
}
_KEYWORDS_BY_TYPE = {
    "string": {"pattern", "format"},
    "number": {"multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"},
    "integer": {"multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"},
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
}


class _SchemaChecker:
    """One schema being read: how it is called and how many properties it has so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.property_count = 0

    def refusal(self, path: _Path, explanation: str) -> ApiRefusal:
        return ApiRefusal(
            f"Invalid schema for response_format '{self.name}': In context={path!r}, {explanation}",
            param="response_format",
        )

    def check_node(self, schema: object, path: _Path, depth: int) -> None:
        if not isinstance(schema, dict):
            raise self.refusal(path, f"{schema!r} is not of type 'object', 'boolean'.")
        if depth > MAX_DEPTH:
            raise self.refusal(path, f"{depth} levels of nesting exceeds limit of {MAX_DEPTH}.")
        kinds = self._node_types(schema, path)
        allowed = _COMMON_KEYWORDS.union(*(_KEYWORDS_BY_TYPE.get(kind, set()) for kind in kinds))
        for word in schema:
            if word not in allowed:
                raise self.refusal(path, f"'{word}' is not permitted.")
        if "object" in kinds:
            self._check_object(schema, path, depth)
        if "array" in kinds:
            if "items" not in schema:
                raise self.refusal(path, "array schema missing items.")
            self.check_node(schema["items"], (*path, "items"), depth + 1)
        self._check_branches(schema, path, depth)

    def _node_types(self, schema: Json, path: _Path) -> list[str]:
        if "$ref" in schema or "anyOf" in schema:
            return []
        if "type" not in schema:
            raise self.refusal(path, "schema must have a 'type' key.")
        declared_types = schema["type"]
        kinds = declared_types if isinstance(declared_types, list) else [declared_types]
        for kind in kinds:
            if kind not in SCHEMA_TYPES:
                raise self.refusal(path, f"{kind!r} is not valid under any of the given schemas.")
        return [str(kind) for kind in kinds]

    def _check_object(self, schema: Json, path: _Path, depth: int) -> None:
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False:
            raise self.refusal(
                path, "'additionalProperties' is required to be supplied and to be false."
            )
        if not isinstance(properties, dict):
            raise self.refusal(path, f"{properties!r} is not of type 'object'.")
        required = schema.get("required")
        required_keys = required if isinstance(required, list) else []
        explanation = (
            "is required to be supplied and to be an array including every key in properties."
        )
        for key in properties:
            if key not in required_keys:
                raise self.refusal(path, f"'required' {explanation} Missing '{key}'.")
        for key in required_keys:
            if key not in properties:
                raise self.refusal(
                    path, f"'required' {explanation} Extra required key '{key}' supplied."
                )
        self.property_count += len(properties)
        if self.property_count > MAX_PROPERTIES:
            raise self.refusal(
                (), f"schemas may have up to {MAX_PROPERTIES} object properties total."
            )
        for key, property_schema in properties.items():
            self.check_node(property_schema, (*path, "properties", key), depth + 1)

    def _check_branches(self, schema: Json, path: _Path, depth: int) -> None:
        branches = schema.get("anyOf", [])
        for index, branch in enumerate(branches if isinstance(branches, list) else []):
            self.check_node(branch, (*path, "anyOf", str(index)), depth + 1)
        for word in ("$defs", "definitions"):
            definitions = schema.get(word, {})
            for key, definition in (definitions if isinstance(definitions, dict) else {}).items():
                self.check_node(definition, (*path, word, key), depth + 1)


def check_strict_schema(name: str, schema: Json) -> None:
    """Refuses a schema that strict structured outputs would not accept."""
    reader = _SchemaChecker(name)
    if schema.get("type") != "object":
        declared_type = schema.get("type", "None")
        raise reader.refusal(
            (),
            f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{declared_type}\"'.",
        )
    reader.check_node(schema, (), 1)


def requested_format(response_format: object, message_texts: str) -> tuple[str, Json | None]:
    """The kind of answer that ``response_format`` asks for, and its schema; or a refusal."""
    if response_format is None:
        return "text", None
    if not isinstance(response_format, dict):
        raise wrong_type("response_format", "an object", response_format)
    if "type" not in response_format:
        raise missing_parameter("response_format.type")
    kind = response_format["type"]
    if kind not in FORMATS:
        raise wrong_value("response_format.type", kind, FORMATS)
    for field in response_format:
        if field not in {"type", "json_schema"}:
            raise unknown_parameter(f"response_format.{field}")
    if kind == "json_object" and "json" not in message_texts.lower():
        raise ApiRefusal(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of "
            "type 'json_object'.",
            param="messages",
        )
    return str(kind), _parse_json_schema(
        response_format.get("json_schema")
    ) if kind == "json_schema" else None


def _parse_json_schema(schema_object: object) -> Json:
    parameter_path = "response_format.json_schema"
    if schema_object is None:
        raise missing_parameter(parameter_path)
    if not isinstance(schema_object, dict):
        raise wrong_type(parameter_path, "an object", schema_object)
    for field in schema_object:
        if field not in {"name", "description", "schema", "strict"}:
            raise unknown_parameter(f"{parameter_path}.{field}")
    name, schema = schema_object.get("name"), schema_object.get("schema")
    if name is None:
        raise missing_parameter(f"{parameter_path}.name")
    if not isinstance(name, str):
        raise wrong_type(f"{parameter_path}.name", "a string", name)
    if not _NAME_PATTERN.match(name) or len(name) > 64:
        raise ApiRefusal(
            f"Invalid '{parameter_path}.name': string does not match pattern. Expected a"
            " string that "
            "matches the pattern '^[a-zA-Z0-9_-]+$'.",
            param=f"{parameter_path}.name",
            code="invalid_value",
        )
    if schema is None:
        raise missing_parameter(f"{parameter_path}.schema")
    if not isinstance(schema, dict):
        raise wrong_type(f"{parameter_path}.schema", "an object", schema)
    if not isinstance(schema_object.get("strict"), bool | None):
        raise wrong_type(f"{parameter_path}.strict", "a boolean", schema_object["strict"])
    if schema_object.get("strict"):
        check_strict_schema(name, schema)
    return schema
