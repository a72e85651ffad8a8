"""A request for a chat completion: accepted as the API accepts it, or refused in its words."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.models import schemas
from tests.models.refusals import (
    NOT_JSON_MESSAGE,
    ApiRefusal,
    Json,
    missing_parameter,
    out_of_range,
    unknown_parameter,
    wrong_type,
    wrong_value,
)

ROLES = ("system", "assistant", "user", "function", "tool", "developer")
_NUMBER_FIELDS: dict[str, tuple[float, float]] = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
}
_INTEGER_FIELDS: dict[str, tuple[int, int | None]] = {
    "max_tokens": (1, None),
    "max_completion_tokens": (1, None),
    "n": (1, 128),
    "seed": (-(2**63), 2**63 - 1),
    "top_logprobs": (0, 20),
}
_FLAG_FIELDS = ("logprobs", "parallel_tool_calls", "store", "stream")
_STRING_FIELDS = ("user", "safety_identifier", "prompt_cache_key")
_CHOICE_FIELDS = {
    "reasoning_effort": ("none", "minimal", "low", "medium", "high", "xhigh"),
    "service_tier": ("auto", "default", "flex", "scale", "priority", "fast"),
    "verbosity": ("low", "medium", "high"),
    "prompt_cache_retention": ("in_memory", "24h"),
}
# Fields that the API knows and that this server passes over.
_IGNORED_FIELDS = {
    "audio", "function_call", "functions", "logit_bias", "metadata", "modalities", "moderation",
    "prediction", "prompt_cache_options", "stop", "stream_options", "tool_choice", "tools",
    "web_search_options",
}  # fmt: skip
_CHECKED_FIELDS = {
    "model",
    "messages",
    "response_format",
    *_NUMBER_FIELDS,
    *_INTEGER_FIELDS,
    *_FLAG_FIELDS,
    *_STRING_FIELDS,
}
FIELDS = frozenset(_CHECKED_FIELDS | set(_CHOICE_FIELDS) | _IGNORED_FIELDS)


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of the conversation, as text."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """An accepted request."""

    body: Json
    model: str
    messages: tuple[ChatMessage, ...]
    response_format: str = "text"
    schema: Json | None = None
    max_tokens: int | None = None
    choice_count: int = 1

    def text_of_roles(self, *roles: str) -> str:
        """Everything that these roles said, in order."""
        return "\n\n".join(turn.text for turn in self.messages if turn.role in roles)

    @property
    def first_user_text(self) -> str:
        """The user's first words: a retry adds to a conversation, it does not change these."""
        return next((turn.text for turn in self.messages if turn.role == "user"), "")


def parse_request(body_bytes: bytes) -> ChatRequest:
    """The request in these bytes; raises ``ApiRefusal`` with the API's own answer."""
    try:
        body = json.loads(body_bytes)
    except ValueError as error:
        raise ApiRefusal(NOT_JSON_MESSAGE) from error
    if not isinstance(body, dict):
        raise ApiRefusal(NOT_JSON_MESSAGE)
    for field in body:
        if field not in FIELDS:
            raise ApiRefusal(f"Unrecognized request argument supplied: {field}")
    model = body.get("model")
    if model is None:
        raise ApiRefusal("you must provide a model parameter")
    if not isinstance(model, str):
        raise wrong_type("model", "a string", model)
    _check_scalars(body)
    messages = _parse_messages(body)
    message_texts = "\n".join(turn.text for turn in messages)
    kind, schema = schemas.requested_format(body.get("response_format"), message_texts)
    return ChatRequest(body, model, messages, kind, schema, _token_limit(body), _choice_count(body))


def _check_scalars(body: Json) -> None:
    for field, (low, high) in _NUMBER_FIELDS.items():
        value = _check_number(field, body.get(field), "a decimal", (int, float))
        if value is not None and not low <= value <= high:
            raise out_of_range(field, value, low, high)
    for field, (minimum, maximum) in _INTEGER_FIELDS.items():
        value = _check_number(field, body.get(field), "an integer", (int,))
        if value is not None and (value < minimum or (maximum is not None and value > maximum)):
            raise out_of_range(field, value, minimum, maximum)
    for field in _FLAG_FIELDS:
        if not isinstance(body.get(field), bool | None):
            raise wrong_type(field, "a boolean", body[field])
    for field in _STRING_FIELDS:
        if not isinstance(body.get(field), str | None):
            raise wrong_type(field, "a string", body[field])
    for field, supported in _CHOICE_FIELDS.items():
        if body.get(field) is not None and body[field] not in supported:
            raise wrong_value(field, body[field], supported)
    if body.get("stream"):
        raise ApiRefusal("This server does not stream.", param="stream", code="unsupported_value")


def _check_number(
    field: str, value: object, type_name: str, number_types: tuple[type[int] | type[float], ...]
) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, number_types):
        raise wrong_type(field, type_name, value)
    return value


def _token_limit(body: Json) -> int | None:
    older, newer = body.get("max_tokens"), body.get("max_completion_tokens")
    if older is not None and newer is not None:
        raise ApiRefusal(
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            param="max_tokens",
            code="invalid_parameter_combination",
        )
    limit = older if newer is None else newer
    return limit if isinstance(limit, int) else None


def _choice_count(body: Json) -> int:
    count = body.get("n")
    return count if isinstance(count, int) else 1


def _parse_messages(body: Json) -> tuple[ChatMessage, ...]:
    if "messages" not in body:
        raise missing_parameter("messages")
    lock = body["messages"]
    if not isinstance(lock, list):
        raise wrong_type("messages", "an array of objects", lock)
    if not lock:
        raise ApiRefusal(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, "
            "but got an empty array instead.",
            param="messages",
            code="empty_array",
        )
    return tuple(_parse_message(turn, f"messages[{index}]") for index, turn in enumerate(lock))


def _parse_message(turn: object, parameter_path: str) -> ChatMessage:
    if not isinstance(turn, dict):
        raise wrong_type(parameter_path, "an object", turn)
    for field in turn:
        if field not in {"role", "content", "name", "refusal", "tool_calls", "tool_call_id"}:
            raise unknown_parameter(f"{parameter_path}.{field}")
    role = turn.get("role")
    if role is None:
        raise missing_parameter(f"{parameter_path}.role")
    if role not in ROLES:
        raise wrong_value(f"{parameter_path}.role", role, ROLES)
    return ChatMessage(
        str(role), _parse_content(turn.get("content"), f"{parameter_path}.content", str(role))
    )


def _parse_content(content: object, parameter_path: str, role: str) -> str:
    if isinstance(content, str):
        return content
    if content is None and role == "assistant":
        return ""
    if not isinstance(content, list):
        raise wrong_type(parameter_path, "one of a string or array of objects", content)
    return "".join(
        _parse_content_part(part, f"{parameter_path}[{index}]")
        for index, part in enumerate(content)
    )


def _parse_content_part(part: object, parameter_path: str) -> str:
    if not isinstance(part, dict):
        raise wrong_type(parameter_path, "an object", part)
    if "type" not in part:
        raise missing_parameter(f"{parameter_path}.type")
    if part["type"] != "text":
        raise wrong_value(f"{parameter_path}.type", part["type"], ("text",))
    if not isinstance(part.get("text"), str):
        raise wrong_type(f"{parameter_path}.text", "a string", part.get("text"))
    return str(part["text"])
