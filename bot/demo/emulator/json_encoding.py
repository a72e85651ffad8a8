"""JSON values, request bodies and errors exchanged between a bot and the emulator."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import parse_qsl

from python_multipart import create_form_parser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
JsonObject: TypeAlias = dict[str, Json]
_MAX_NESTING = 100


def object_items(value: Json) -> list[JsonObject]:
    """Return the objects in an array, none if it is no array."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart body."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class ApiError(Exception):
    """An error with Telegram's own wording."""

    code: int
    description: str
    parameters: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.description

    def as_json(self) -> JsonObject:
        """Return the JSON object that Telegram would send."""
        response_object: JsonObject = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            response_object["parameters"] = dict(self.parameters)
        return response_object


def bad_request(text: str) -> ApiError:
    """Return a 400 worded as by the server: in lower case, except for a CODE or an acronym."""
    keeps_case = len(text) > 1 and (text[1].isupper() or text[1] == "_")
    return ApiError(400, "Bad Request: " + (text if keeps_case else text[:1].lower() + text[1:]))


def forbidden(text: str) -> ApiError:
    """Return a 403 worded as by the server."""
    return ApiError(403, "Forbidden: " + text)


def too_many_requests(retry_after_seconds: int) -> ApiError:
    """Return a 429 with the seconds to wait."""
    error_text = f"Too Many Requests: retry after {retry_after_seconds}"
    return ApiError(429, error_text, {"retry_after": retry_after_seconds})


def parse_body(content_type: str, body: bytes, query: str) -> tuple[JsonObject, dict[str, Upload]]:
    """Return parameters and files of a call, from its query and any body Telegram accepts."""
    argument_values: JsonObject = dict(parse_qsl(query, keep_blank_values=True))
    files: dict[str, Upload] = {}
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/json" and body.strip():
        try:
            json_object = decode_json(body)
        except ValueError as error:
            raise bad_request("Can't parse request JSON object") from error
        if not isinstance(json_object, dict):
            raise bad_request("Request JSON object expected")
        argument_values.update(json_object)
    elif media_type == "application/x-www-form-urlencoded":
        argument_values.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    elif media_type == "multipart/form-data":
        form_fields: list[Field] = []
        uploads: list[File] = []
        in_memory = {"MAX_MEMORY_FILE_SIZE": len(body)}
        try:
            parser = create_form_parser(
                {"Content-Type": content_type.encode()},
                form_fields.append,
                uploads.append,
                config=in_memory,
            )
            parser.write(body)
            parser.finalize()
        except FormParserError as error:
            raise bad_request("boundary not found in the request") from error
        argument_values.update(
            {
                _text(uploaded_part.field_name): _text(uploaded_part.value)
                for uploaded_part in form_fields
            }
        )
        for uploaded_part in uploads:
            uploaded_part.file_object.seek(0)
            files[_text(uploaded_part.field_name)] = Upload(
                _text(uploaded_part.file_name),
                uploaded_part.content_type or "application/octet-stream",
                uploaded_part.file_object.read(),
            )
    return argument_values, files


def _text(part: bytes | None) -> str:
    return (part or b"").decode("utf-8", "replace")


def decode_json(source: str | bytes) -> Json:
    """Decode JSON with at most a hundred levels of nesting, like the server's parser."""
    try:
        decoded_value: Json = json.loads(source)
    except RecursionError as error:
        raise ValueError("too much nesting") from error
    level_values: list[Json] = [decoded_value]
    for _ in range(_MAX_NESTING):
        nested_values: list[Json] = []
        for parent_value in level_values:
            if isinstance(parent_value, dict):
                nested_values += parent_value.values()
            elif isinstance(parent_value, list):
                nested_values += parent_value
        if not nested_values:
            return decoded_value
        level_values = nested_values
    raise ValueError("too much nesting")
