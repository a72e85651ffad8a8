"""One answer of the server: what is said, when, and how it goes wrong on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from hashlib import sha256

from tests.models import answers
from tests.models.refusals import ApiRefusal, Json
from tests.models.requests import ChatRequest

CREATED_AT = 1_700_000_000


class ConnectionFault(Enum):
    """What the connection does instead of carrying the answer."""

    NONE = "none"
    HANG = "hang"
    RESET = "reset before headers"
    RESET_BODY = "reset in the body"
    INFINITE = "a body without end"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the texts in an answer, and why it ended."""

    content: str | None
    finish_reason: str = "stop"
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is written: either choices, or a body of its own."""

    request: ChatRequest
    language: str
    choices: tuple[Choice, ...]
    status: int = 200
    usage: Json | None = None
    body: bytes | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    fault: ConnectionFault = ConnectionFault.NONE

    def payload(self, number: int) -> bytes:
        """The bytes of the body."""
        if self.body is not None:
            return self.body
        return json.dumps(self._completion_object(number), ensure_ascii=False).encode()

    def _completion_object(self, number: int) -> Json:
        seed = f"{number}:{self.request.first_user_text}"
        completion: Json = {
            "id": f"chatcmpl-{sha256(seed.encode()).hexdigest()[:29]}",
            "object": "chat.completion",
            "created": CREATED_AT + number,
            "model": self.request.model,
            "choices": [_choice_object(index, choice) for index, choice in enumerate(self.choices)],
            "usage": self.usage,
            "service_tier": "default",
            "system_fingerprint": "fp_0000000000",
        }
        if self.usage is None:
            del completion["usage"]
        return completion


def _choice_object(index: int, choice: Choice) -> Json:
    message: Json = {
        "role": "assistant",
        "content": choice.content,
        "refusal": choice.refusal,
        "annotations": [],
    }
    return {
        "index": index,
        "message": message,
        "logprobs": None,
        "finish_reason": choice.finish_reason,
    }


def honest_reply(request: ChatRequest, language: str) -> Reply:
    """The answer of an honest model, cut where the request's limit of tokens is reached."""
    text = answers.plausible_answer(request, language)
    is_within_limit = (
        request.max_tokens is None or answers.estimate_tokens(text) <= request.max_tokens
    )
    choice = (
        Choice(text)
        if is_within_limit
        else Choice(answers.truncate_to_tokens(text, request.max_tokens or 0), "length")
    )
    return with_usage(Reply(request, language, (choice,) * request.choice_count))


def with_usage(reply: Reply) -> Reply:
    """The reply with the tokens that it used."""
    prompt_tokens = (
        sum(answers.estimate_tokens(turn.text) + 4 for turn in reply.request.messages) + 3
    )
    completion_tokens = sum(
        answers.estimate_tokens(choice.content or "") for choice in reply.choices
    )
    usage: Json = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
    return replace(reply, usage=usage)


def with_edited_texts(
    reply: Reply, edit: Callable[[str], str], *, finish_reason: str | None = None
) -> Reply:
    """The reply with its texts changed, counted anew."""
    edited_choices = tuple(
        Choice(edit(choice.content or ""), finish_reason or choice.finish_reason)
        for choice in reply.choices
    )
    return with_usage(replace(reply, choices=edited_choices))


def as_refusal(reply: Reply, refusal: ApiRefusal, **headers: str) -> Reply:
    """The reply turned into a refusal."""
    return as_bytes(reply, refusal.status, json.dumps(refusal.body).encode(), **headers)


def as_bytes(
    reply: Reply, status: int, body: bytes, content_type: str = "application/json", **headers: str
) -> Reply:
    """The reply turned into these bytes, whatever they are; header names with underscores."""
    response_headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(
        reply, status=status, body=body, content_type=content_type, headers=response_headers
    )
