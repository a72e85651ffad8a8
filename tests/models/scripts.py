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
from tests.models.refusals import Json, Refused, unauthorized, unknown_model
from tests.models.replies import Fault, Reply, plain, refused

Deed: TypeAlias = Callable[[Reply, float], Reply]

_HTML = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>cloudflare</center>\r\n"
    b"</body>\r\n</html>\r\n"
)
_OVERLOADED = "The engine is currently overloaded, please try again later"
_BROKEN = "The server had an error while processing your request. Sorry about that!"
_INVALID = "invalid_request_error"
_QUOTA = (
    "You exceeded your current quota, please check your plan and billing details. For more "
    "information on this error, read the docs: "
    "https://platform.openai.com/docs/guides/error-codes/api-errors."
)


def _always(refusal: Refused) -> Deed:
    return lambda reply, _: refused(reply, refusal)


def _limited(reply: Reply, **headers: str) -> Reply:
    words = (
        f"Rate limit reached for {reply.chat.model} in organization org-test on tokens per min "
        "(TPM): Limit 30000, Used 28039, Requested 3906. Please try again in 3.89s. Visit "
        "https://platform.openai.com/account/rate-limits to learn more."
    )
    return refused(
        reply, Refused(words, status=429, kind="tokens", code="rate_limit_exceeded"), **headers
    )


def _until(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds or 2), usegmt=True)


def _without_schema(status: int, body: Json) -> Deed:
    """As servers refuse that know no ``json_schema``, each with a body of its own shape."""
    raw = json.dumps(body).encode()
    return lambda reply, _: (
        plain(reply, status, raw) if reply.chat.format == "json_schema" else reply
    )


def _only_schema(reply: Reply, _: float) -> Reply:
    """As LM Studio refuses ``json_object``: the error is a bare string."""
    if reply.chat.format != "json_object":
        return reply
    words = "'response_format.type' must be 'json_schema' or 'text'"
    return plain(reply, 400, json.dumps({"error": words}).encode())


def _no_format(reply: Reply, _: float) -> Reply:
    if "response_format" not in reply.chat.body:
        return reply
    return refused(reply, Refused("Unrecognized request argument supplied: response_format"))


def _no_temperature(reply: Reply, _: float) -> Reply:
    given = reply.chat.body.get("temperature")
    if given is None or given == 1:
        return reply
    words = (
        f"Unsupported value: 'temperature' does not support {given} with this model. "
        "Only the default (1) value is supported."
    )
    return refused(reply, Refused(words, param="temperature", code="unsupported_value"))


def _no_max_tokens(reply: Reply, _: float) -> Reply:
    if reply.chat.body.get("max_tokens") is None:
        return reply
    words = (
        "Unsupported parameter: 'max_tokens' is not supported with this model. "
        "Use 'max_completion_tokens' instead."
    )
    return refused(reply, Refused(words, param="max_tokens", code="unsupported_parameter"))


_OLD_LLAMA: Json = {
    "error": {
        "code": 500,
        "message": 'response_format type must be one of "text" or "json_object", '
        "but got: json_schema",
        "type": "server_error",
    }
}
_OLD_VLLM: Json = {
    "object": "error",
    "message": "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': "
    "\"Input should be 'text' or 'json_object'\", 'input': 'json_schema', 'ctx': {'expected': "
    "\"'text' or 'json_object'\"}}]",
    "type": "BadRequestError",
    "param": None,
    "code": 400,
}

DEEDS: dict[str, Deed] = {
    "good": lambda reply, _: reply,
    # Refused for who asks or for what is asked.
    "unauthorized": _always(unauthorized("Bearer sk-wrong-key-0000")),
    "unknown-model": lambda reply, _: refused(reply, unknown_model(reply.chat.model)),
    "forbidden": _always(
        Refused(
            "Country, region, or territory not supported",
            status=403,
            kind="request_forbidden",
            code="unsupported_country_region_territory",
        )
    ),
    "unpaid": _always(
        Refused("Insufficient Balance", status=402, kind="unknown_error", code=_INVALID)
    ),
    "quota": _always(
        Refused(_QUOTA, status=429, kind="insufficient_quota", code="insufficient_quota")
    ),
    "no-json-schema": _without_schema(
        400, Refused("This response_format type is unavailable now", code=_INVALID).body
    ),
    "no-json-schema-llamacpp": _without_schema(500, _OLD_LLAMA),
    "no-json-schema-vllm": _without_schema(400, _OLD_VLLM),
    "no-json-object": _only_schema,
    "no-response-format": _no_format,
    "no-temperature": _no_temperature,
    "no-max-tokens": _no_max_tokens,
    # Refused for now.
    "rate-limit": lambda reply, seconds: _limited(reply, retry_after=f"{seconds or 2:g}"),
    "rate-limit-date": lambda reply, seconds: _limited(reply, retry_after=_until(seconds)),
    "rate-limit-bare": lambda reply, _: _limited(reply),
    "rate-limit-absurd": lambda reply, _: _limited(reply, retry_after="1000000000"),
    "server-error": _always(Refused(_BROKEN, status=500, kind="server_error")),
    "bad-gateway": lambda reply, _: plain(reply, 502, _HTML, "text/html"),
    "unavailable": _always(Refused(_OVERLOADED, status=503, kind="server_error")),
    # The wire.
    "slow": lambda reply, seconds: replace(reply, delay=reply.delay + (seconds or 2.0)),
    "hang": lambda reply, _: replace(reply, fault=Fault.HANG),
    "reset": lambda reply, _: replace(reply, fault=Fault.RESET),
    "reset-body": lambda reply, _: replace(reply, fault=Fault.RESET_BODY),
    "infinite": lambda reply, _: replace(reply, fault=Fault.INFINITE),
    **breakage.DEEDS,
}


class Script:
    """The deeds to do, call after call."""

    def __init__(self, text: str) -> None:
        self._steps = _endless(text)

    def next(self) -> str:
        """The step for the next call."""
        return next(self._steps)


def played(step: str, reply: Reply) -> Reply:
    """The reply after every deed of a step was done to it."""
    for deed, number in _deeds(step):
        reply = deed(reply, number)
        if reply.status != 200:
            break
    return reply


def _deeds(step: str) -> list[tuple[Deed, float]]:
    found = []
    for word in step.split("+"):
        name, _, number = word.partition("=")
        if name not in DEEDS:
            raise ValueError(f"no script is called {name!r}; there are {', '.join(DEEDS)}")
        found.append((DEEDS[name], float(number or 0)))
    return found


def _endless(text: str) -> Iterator[str]:
    steps: list[str] = []
    words = text.replace(",", " ").split()
    again = words[-1:] == ["..."]
    for word in words[:-1] if again else words:
        step, _, times = word.partition("*")
        _deeds(step)
        steps += [step] * int(times or 1)
    if not steps:
        raise ValueError("a script needs a step")
    return cycle(steps) if again else _staying(steps)


def _staying(steps: list[str]) -> Iterator[str]:
    yield from steps
    while True:
        yield steps[-1]
