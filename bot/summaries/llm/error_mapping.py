"""Map the error responses of servers to the errors of ``bot.summaries.llm.errors``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from contextlib import suppress

from bot.concurrency import http_headers
from bot.summaries.llm.errors import (
    CompletionDeclined,
    KeyRefused,
    ModelError,
    ModelUnknown,
    OutOfCredit,
    Overloaded,
    Unreachable,
)

_MAX_DETAIL_LENGTH = 300
_MAX_WAIT_SECONDS = 86_400.0  # more means "not today"
_REDACTED = "[secret]"
# A key as servers echo it, whole or with its middle masked by asterisks.
_KEY_LIKE = re.compile(
    r"\b(?:sk|gsk|xai|hf|r8)[-_][\w*.-]{12,}|\bAIza[\w*-]{12,}|[\w-]{2,12}\*{3,}[\w-]{0,12}"
)

_NO_CREDIT = re.compile(
    r"insufficient[ _-](?:quota|balance|funds|credit)|arrearage|billing[ _]hard[ _]limit"
    r"|out of credits?|not enough credits?",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model[ _]not[ _]found|(?:no such|unknown|invalid|unsupported) model"
    r"|model\b.{0,120}\b(?:does not exist|not exist|not found|is not (?:a valid|available|loaded))",
    re.IGNORECASE | re.DOTALL,
)
_FILTERED = re.compile(r"moderation|content[ _]?(?:filter|policy)|flagged|safety", re.IGNORECASE)
_WAIT_IN_TEXT = re.compile(
    r"(?:(?:try again|retry) in |retryDelay\W{1,6})"
    r"(?:(\d{1,3})m(?!s))?(\d{1,6}(?:\.\d{1,9})?)(ms|s)",
    re.IGNORECASE,
)
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)")
_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def error_from_response(
    status: int, headers: Mapping[str, str], body: object, key: str
) -> ModelError:
    """Return the error for a status, headers and body; it never contains the key."""
    message = _error_field(body, "message") or _error_field(body, "detail") or str(body or "")
    message = message[: 100 * _MAX_DETAIL_LENGTH]
    error_detail = f"HTTP {status}: {redact_key(message, key)[:_MAX_DETAIL_LENGTH]}".rstrip(" :")
    error_code = _error_field(body, "code")
    if status == 402 or (error_code or _error_field(body, "type")) == "insufficient_quota":
        return OutOfCredit(error_detail, status=status)
    if status < 500 and _NO_CREDIT.search(message):
        return OutOfCredit(error_detail, status=status)
    if status in (429, 503, 529):
        return Overloaded(
            error_detail, seconds=retry_after_seconds(headers, message), status=status
        )
    if status == 403 and _FILTERED.search(message):
        return CompletionDeclined(error_detail, status=status)
    if status in (401, 403):
        return KeyRefused(error_detail, status=status)
    if status in (404, 405) or 300 <= status < 400:
        return ModelUnknown(error_detail, status=status)
    if status == 400 and (error_code == "model_not_found" or _NO_MODEL.search(message)):
        return ModelUnknown(error_detail, status=status)
    if status >= 500 or status in (408, 409, 425):
        return Unreachable(error_detail, status=status)
    return CompletionDeclined(error_detail, status=status)


def redact_key(text: str, key: str) -> str:
    """Return the text on one line, without the key and without anything that looks like one."""
    text = text.replace(key, _REDACTED) if key else text
    text = _KEY_LIKE.sub(_REDACTED, text[: 20 * _MAX_DETAIL_LENGTH])
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def retry_after_seconds(headers: Mapping[str, str], message: str = "") -> float | None:
    """Return the seconds to wait that a server names in any usual way; None if it does not."""
    candidate_seconds = [http_headers.retry_after_seconds(headers)]
    with suppress(ValueError):
        milliseconds = float(headers.get("retry-after-ms", ""))
        if not math.isnan(milliseconds):
            candidate_seconds.insert(0, milliseconds / 1000)
    # ``x-ratelimit-reset-tokens: 6m0s`` with 0 remaining.
    exhausted_limits = [
        _DURATION.findall(headers.get(f"x-ratelimit-reset-{resource}", ""))
        for resource in ("requests", "tokens")
        if headers.get(f"x-ratelimit-remaining-{resource}", "0").strip() == "0"
    ]
    reset_seconds = [
        sum(float(number_text) * _UNIT_SECONDS[unit] for number_text, unit in duration)
        for duration in exhausted_limits
        if duration
    ]
    candidate_seconds.append(max(reset_seconds, default=None))
    if wait_match := _WAIT_IN_TEXT.search(message[: 20 * _MAX_DETAIL_LENGTH]):
        minutes, number_text, unit = wait_match.groups(default="0")
        candidate_seconds.append(
            float(minutes) * 60 + float(number_text) * _UNIT_SECONDS[unit.lower()]
        )
    seconds = next((candidate for candidate in candidate_seconds if candidate is not None), None)
    return None if seconds is None else max(0.0, min(seconds, _MAX_WAIT_SECONDS))


def _error_field(body: object, name: str) -> str:
    """Return a field of an error, which servers wrap in ``error``, in a list, or not at all."""
    for _ in range(3):
        if isinstance(body, list) and body:
            body = body[0]
        elif isinstance(body, Mapping) and isinstance(body.get("error"), Mapping | str):
            inner = body["error"]
            body = {"message": inner} if isinstance(inner, str) else inner
    field_value = body.get(name) if isinstance(body, Mapping) else None
    return field_value if isinstance(field_value, str) else ""
