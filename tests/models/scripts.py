"""Every way in which the server may misbehave, each by its name.

A script is a line of steps, one for each call, and the last step stays: ``rate-limit=2*3 good``
refuses three calls and is good from then on. ``=`` gives a step its number, ``*`` repeats it, ``+``
joins two (``slow=0.2+prose``), and ``...`` at the end begins anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import cycle
from typing import TypeAlias

from tests.models import breakage
from tests.models.refusals import ApiRefusal, Json, unauthorized, unknown_model
from tests.models.replies import ConnectionFault, Reply, as_bytes, as_refusal

Misbehaviour: TypeAlias = Callable[[Reply, float], Reply]

_BAD_GATEWAY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>cloudflare</center>\r\n"
    b"</body>\r\n</html>\r\n"
)
_OVERLOADED_MESSAGE = "The engine is currently overloaded, please try again later"
_SERVER_ERROR_MESSAGE = "The server had an error while processing your request. Sorry about that!"
_INVALID_REQUEST = "invalid_request_error"
_QUOTA_MESSAGE = (
    "You exceeded your current quota, please check your plan and billing details. For more "
    "information on this error, read the docs: "
    "https://platform.openai.com/docs/guides/error-codes/api-errors."
)


def _always_refuse(refusal: ApiRefusal) -> Misbehaviour:
    return lambda reply, _: as_refusal(reply, refusal)


def _refuse_by_rate_limit(reply: Reply, **headers: str) -> Reply:
    words = (
        f"Rate limit reached for {reply.request.model} in organization org-test on tokens per min "
        "(TPM): Limit 30000, Used 28039, Requested 3906. Please try again in 3.89s. Visit "
        "https://platform.openai.com/account/rate-limits to learn more."
    )
    return as_refusal(
        reply, ApiRefusal(words, status=429, kind="tokens", code="rate_limit_exceeded"), **headers
    )


def _http_date_in(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds or 2), usegmt=True)


def _refuse_json_schema(status: int, body: Json) -> Misbehaviour:
    """As servers refuse that know no ``json_schema``, each with a body of its own shape."""
    raw = json.dumps(body).encode()
    return lambda reply, _: (
        as_bytes(reply, status, raw) if reply.request.response_format == "json_schema" else reply
    )


def _refuse_json_object(reply: Reply, _: float) -> Reply:
    """As LM Studio refuses ``json_object``: the error is a bare string."""
    if reply.request.response_format != "json_object":
        return reply
    words = "'response_format.type' must be 'json_schema' or 'text'"
    return as_bytes(reply, 400, json.dumps({"error": words}).encode())


def _refuse_response_format(reply: Reply, _: float) -> Reply:
    if "response_format" not in reply.request.body:
        return reply
    return as_refusal(reply, ApiRefusal("Unrecognized request argument supplied: response_format"))


def _refuse_temperature(reply: Reply, _: float) -> Reply:
    temperature = reply.request.body.get("temperature")
    if temperature is None or temperature == 1:
        return reply
    words = (
        f"Unsupported value: 'temperature' does not support {temperature} with this model. "
        "Only the default (1) value is supported."
    )
    return as_refusal(reply, ApiRefusal(words, param="temperature", code="unsupported_value"))


def _refuse_max_tokens(reply: Reply, _: float) -> Reply:
    if reply.request.body.get("max_tokens") is None:
        return reply
    words = (
        "Unsupported parameter: 'max_tokens' is not supported with this model. "
        "Use 'max_completion_tokens' instead."
    )
    return as_refusal(reply, ApiRefusal(words, param="max_tokens", code="unsupported_parameter"))


_OLD_LLAMA_ERROR: Json = {
    "error": {
        "code": 500,
        "message": 'response_format type must be one of "text" or "json_object", '
        "but got: json_schema",
        "type": "server_error",
    }
}
_OLD_VLLM_ERROR: Json = {
    "object": "error",
    "message": "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': "
    "\"Input should be 'text' or 'json_object'\", 'input': 'json_schema', 'ctx': {'expected': "
    "\"'text' or 'json_object'\"}}]",
    "type": "BadRequestError",
    "param": None,
    "code": 400,
}

MISBEHAVIOURS: dict[str, Misbehaviour] = {
    "good": lambda reply, _: reply,
    # Refused for who asks or for what is asked.
    "unauthorized": _always_refuse(unauthorized("Bearer sk-wrong-key-0000")),
    "unknown-model": lambda reply, _: as_refusal(reply, unknown_model(reply.request.model)),
    "forbidden": _always_refuse(
        ApiRefusal(
            "Country, region, or territory not supported",
            status=403,
            kind="request_forbidden",
            code="unsupported_country_region_territory",
        )
    ),
    "unpaid": _always_refuse(
        ApiRefusal("Insufficient Balance", status=402, kind="unknown_error", code=_INVALID_REQUEST)
    ),
    "quota": _always_refuse(
        ApiRefusal(_QUOTA_MESSAGE, status=429, kind="insufficient_quota", code="insufficient_quota")
    ),
    "no-json-schema": _refuse_json_schema(
        400, ApiRefusal("This response_format type is unavailable now", code=_INVALID_REQUEST).body
    ),
    "no-json-schema-llamacpp": _refuse_json_schema(500, _OLD_LLAMA_ERROR),
    "no-json-schema-vllm": _refuse_json_schema(400, _OLD_VLLM_ERROR),
    "no-json-object": _refuse_json_object,
    "no-response-format": _refuse_response_format,
    "no-temperature": _refuse_temperature,
    "no-max-tokens": _refuse_max_tokens,
    # Refused for now.
    "rate-limit": lambda reply, seconds: _refuse_by_rate_limit(
        reply, retry_after=f"{seconds or 2:g}"
    ),
    "rate-limit-date": lambda reply, seconds: _refuse_by_rate_limit(
        reply, retry_after=_http_date_in(seconds)
    ),
    "rate-limit-bare": lambda reply, _: _refuse_by_rate_limit(reply),
    "rate-limit-absurd": lambda reply, _: _refuse_by_rate_limit(reply, retry_after="1000000000"),
    "server-error": _always_refuse(
        ApiRefusal(_SERVER_ERROR_MESSAGE, status=500, kind="server_error")
    ),
    "bad-gateway": lambda reply, _: as_bytes(reply, 502, _BAD_GATEWAY_PAGE, "text/html"),
    "unavailable": _always_refuse(ApiRefusal(_OVERLOADED_MESSAGE, status=503, kind="server_error")),
    # The wire.
    "slow": lambda reply, seconds: replace(reply, delay=reply.delay + (seconds or 2.0)),
    "hang": lambda reply, _: replace(reply, fault=ConnectionFault.HANG),
    "reset": lambda reply, _: replace(reply, fault=ConnectionFault.RESET),
    "reset-body": lambda reply, _: replace(reply, fault=ConnectionFault.RESET_BODY),
    "infinite": lambda reply, _: replace(reply, fault=ConnectionFault.INFINITE),
    **breakage.MISBEHAVIOURS,
}


class Script:
    """The deeds to do, call after call."""

    def __init__(self, text: str) -> None:
        self._steps = _endless_steps(text)

    def next_step(self) -> str:
        """The step for the next call."""
        return next(self._steps)


def play_step(step: str, reply: Reply) -> Reply:
    """The reply after every deed of a step was done to it."""
    for misbehaviour, number in _parse_step(step):
        reply = misbehaviour(reply, number)
        if reply.status != 200:
            break
    return reply


def _parse_step(step: str) -> list[tuple[Misbehaviour, float]]:
    misbehaviours = []
    for word in step.split("+"):
        name, _, number = word.partition("=")
        if name not in MISBEHAVIOURS:
            raise ValueError(f"no script is called {name!r}; there are {', '.join(MISBEHAVIOURS)}")
        misbehaviours.append((MISBEHAVIOURS[name], float(number or 0)))
    return misbehaviours


def _endless_steps(text: str) -> Iterator[str]:
    steps: list[str] = []
    words = text.replace(",", " ").split()
    is_repeating = words[-1:] == ["..."]
    for word in words[:-1] if is_repeating else words:
        step, _, times = word.partition("*")
        _parse_step(step)
        steps += [step] * int(times or 1)
    if not steps:
        raise ValueError("a script needs a step")
    return cycle(steps) if is_repeating else _repeat_last(steps)


def _repeat_last(steps: list[str]) -> Iterator[str]:
    yield from steps
    while True:
        yield steps[-1]
