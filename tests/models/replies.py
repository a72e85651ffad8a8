"""One answer of the server: what is said, when, and how it goes wrong on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from hashlib import sha256

from tests.models import answers
from tests.models.refusals import Json, Refused
from tests.models.requests import Chat

CREATED = 1_700_000_000


class Fault(Enum):
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
    finish: str = "stop"
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is written: either choices, or a body of its own."""

    chat: Chat
    language: str
    choices: tuple[Choice, ...]
    status: int = 200
    usage: Json | None = None
    body: bytes | None = None
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    fault: Fault = Fault.NONE

    def payload(self, number: int) -> bytes:
        """The bytes of the body."""
        if self.body is not None:
            return self.body
        return json.dumps(self._completion(number), ensure_ascii=False).encode()

    def _completion(self, number: int) -> Json:
        seed = f"{number}:{self.chat.question}"
        completion: Json = {
            "id": f"chatcmpl-{sha256(seed.encode()).hexdigest()[:29]}",
            "object": "chat.completion",
            "created": CREATED + number,
            "model": self.chat.model,
            "choices": [_written(place, choice) for place, choice in enumerate(self.choices)],
            "usage": self.usage,
            "service_tier": "default",
            "system_fingerprint": "fp_0000000000",
        }
        if self.usage is None:
            del completion["usage"]
        return completion


def _written(place: int, choice: Choice) -> Json:
    message: Json = {
        "role": "assistant",
        "content": choice.content,
        "refusal": choice.refusal,
        "annotations": [],
    }
    return {"index": place, "message": message, "logprobs": None, "finish_reason": choice.finish}


def good(chat: Chat, language: str) -> Reply:
    """The answer of an honest model, cut where the request's limit of tokens is reached."""
    text = answers.answer(chat, language)
    whole = chat.limit is None or answers.tokens(text) <= chat.limit
    choice = Choice(text) if whole else Choice(answers.cut(text, chat.limit or 0), "length")
    return counted(Reply(chat, language, (choice,) * chat.choices))


def counted(reply: Reply) -> Reply:
    """The reply with the tokens that it used."""
    prompt = sum(answers.tokens(turn.text) + 4 for turn in reply.chat.messages) + 3
    said = sum(answers.tokens(choice.content or "") for choice in reply.choices)
    usage: Json = {
        "prompt_tokens": prompt,
        "completion_tokens": said,
        "total_tokens": prompt + said,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
    return replace(reply, usage=usage)


def said(reply: Reply, edit: Callable[[str], str], *, finish: str | None = None) -> Reply:
    """The reply with its texts changed, counted anew."""
    changed = tuple(
        Choice(edit(choice.content or ""), finish or choice.finish) for choice in reply.choices
    )
    return counted(replace(reply, choices=changed))


def refused(reply: Reply, refusal: Refused, **headers: str) -> Reply:
    """The reply turned into a refusal."""
    return plain(reply, refusal.status, json.dumps(refusal.body).encode(), **headers)


def plain(
    reply: Reply, status: int, body: bytes, kind: str = "application/json", **headers: str
) -> Reply:
    """The reply turned into these bytes, whatever they are; header names with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(reply, status=status, body=body, kind=kind, headers=named)
