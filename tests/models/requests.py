"""A request for a chat completion: accepted as the API accepts it, or refused in its words."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.models import schemas
from tests.models.refusals import (
    NOT_JSON,
    Json,
    Refused,
    missing,
    out_of_range,
    unknown,
    wrong_type,
    wrong_value,
)

ROLES = ("system", "assistant", "user", "function", "tool", "developer")
_NUMBERS: dict[str, tuple[float, float]] = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
}
_INTEGERS: dict[str, tuple[int, int | None]] = {
    "max_tokens": (1, None),
    "max_completion_tokens": (1, None),
    "n": (1, 128),
    "seed": (-(2**63), 2**63 - 1),
    "top_logprobs": (0, 20),
}
_FLAGS = ("logprobs", "parallel_tool_calls", "store", "stream")
_WORDS = ("user", "safety_identifier", "prompt_cache_key")
_CHOICES = {
    "reasoning_effort": ("none", "minimal", "low", "medium", "high", "xhigh"),
    "service_tier": ("auto", "default", "flex", "scale", "priority", "fast"),
    "verbosity": ("low", "medium", "high"),
    "prompt_cache_retention": ("in_memory", "24h"),
}
# Fields that the API knows and that this server passes over.
_OTHERS = {
    "audio", "function_call", "functions", "logit_bias", "metadata", "modalities", "moderation",
    "prediction", "prompt_cache_options", "stop", "stream_options", "tool_choice", "tools",
    "web_search_options",
}  # fmt: skip
_KNOWN = {"model", "messages", "response_format", *_NUMBERS, *_INTEGERS, *_FLAGS, *_WORDS}
FIELDS = frozenset(_KNOWN | set(_CHOICES) | _OTHERS)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation, as text."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Chat:
    """An accepted request."""

    body: Json
    model: str
    messages: tuple[Message, ...]
    format: str = "text"
    schema: Json | None = None
    limit: int | None = None
    choices: int = 1

    def said(self, *roles: str) -> str:
        """Everything that these roles said, in order."""
        return "\n\n".join(turn.text for turn in self.messages if turn.role in roles)

    @property
    def question(self) -> str:
        """The user's first words: a retry adds to a conversation, it does not change these."""
        return next((turn.text for turn in self.messages if turn.role == "user"), "")


def accept(raw: bytes) -> Chat:
    """The request in these bytes; raises ``Refused`` with the API's own answer."""
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise Refused(NOT_JSON) from error
    if not isinstance(body, dict):
        raise Refused(NOT_JSON)
    for field in body:
        if field not in FIELDS:
            raise Refused(f"Unrecognized request argument supplied: {field}")
    model = body.get("model")
    if model is None:
        raise Refused("you must provide a model parameter")
    if not isinstance(model, str):
        raise wrong_type("model", "a string", model)
    _scalars(body)
    messages = _messages(body)
    words = "\n".join(turn.text for turn in messages)
    kind, schema = schemas.asked(body.get("response_format"), words)
    return Chat(body, model, messages, kind, schema, _limit(body), _count(body))


def _scalars(body: Json) -> None:
    for field, (low, high) in _NUMBERS.items():
        value = _number(field, body.get(field), "a decimal", (int, float))
        if value is not None and not low <= value <= high:
            raise out_of_range(field, value, low, high)
    for field, (least, most) in _INTEGERS.items():
        value = _number(field, body.get(field), "an integer", (int,))
        if value is not None and (value < least or (most is not None and value > most)):
            raise out_of_range(field, value, least, most)
    for field in _FLAGS:
        if not isinstance(body.get(field), bool | None):
            raise wrong_type(field, "a boolean", body[field])
    for field in _WORDS:
        if not isinstance(body.get(field), str | None):
            raise wrong_type(field, "a string", body[field])
    for field, supported in _CHOICES.items():
        if body.get(field) is not None and body[field] not in supported:
            raise wrong_value(field, body[field], supported)
    if body.get("stream"):
        raise Refused("This server does not stream.", param="stream", code="unsupported_value")


def _number(
    field: str, value: object, called: str, kinds: tuple[type[int] | type[float], ...]
) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise wrong_type(field, called, value)
    return value


def _limit(body: Json) -> int | None:
    older, newer = body.get("max_tokens"), body.get("max_completion_tokens")
    if older is not None and newer is not None:
        raise Refused(
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            param="max_tokens",
            code="invalid_parameter_combination",
        )
    limit = older if newer is None else newer
    return limit if isinstance(limit, int) else None


def _count(body: Json) -> int:
    count = body.get("n")
    return count if isinstance(count, int) else 1


def _messages(body: Json) -> tuple[Message, ...]:
    if "messages" not in body:
        raise missing("messages")
    turns = body["messages"]
    if not isinstance(turns, list):
        raise wrong_type("messages", "an array of objects", turns)
    if not turns:
        raise Refused(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, "
            "but got an empty array instead.",
            param="messages",
            code="empty_array",
        )
    return tuple(_message(turn, f"messages[{index}]") for index, turn in enumerate(turns))


def _message(turn: object, where: str) -> Message:
    if not isinstance(turn, dict):
        raise wrong_type(where, "an object", turn)
    for field in turn:
        if field not in {"role", "content", "name", "refusal", "tool_calls", "tool_call_id"}:
            raise unknown(f"{where}.{field}")
    role = turn.get("role")
    if role is None:
        raise missing(f"{where}.role")
    if role not in ROLES:
        raise wrong_value(f"{where}.role", role, ROLES)
    return Message(str(role), _content(turn.get("content"), f"{where}.content", str(role)))


def _content(content: object, where: str, role: str) -> str:
    if isinstance(content, str):
        return content
    if content is None and role == "assistant":
        return ""
    if not isinstance(content, list):
        raise wrong_type(where, "one of a string or array of objects", content)
    return "".join(_part(part, f"{where}[{index}]") for index, part in enumerate(content))


def _part(part: object, where: str) -> str:
    if not isinstance(part, dict):
        raise wrong_type(where, "an object", part)
    if "type" not in part:
        raise missing(f"{where}.type")
    if part["type"] != "text":
        raise wrong_value(f"{where}.type", part["type"], ("text",))
    if not isinstance(part.get("text"), str):
        raise wrong_type(f"{where}.text", "a string", part.get("text"))
    return str(part["text"])
