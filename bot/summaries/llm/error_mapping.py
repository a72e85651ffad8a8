"""Which trouble is it, when a server answers with an error?"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from bot.summaries.llm.errors import (
    Declined,
    KeyRefused,
    ModelError,
    ModelUnknown,
    OutOfCredit,
    Overloaded,
    Unreachable,
)

_LONGEST_FACT = 300
_LONGEST_WAIT = 86_400.0  # seconds; who names more means "not today"
_HIDDEN = "[secret]"
# A key as it is echoed, whole or with its middle starred out.
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
_WAIT = re.compile(
    r"(?:(?:try again|retry) in |retryDelay\W{1,6})"
    r"(?:(\d{1,3})m(?!s))?(\d{1,6}(?:\.\d{1,9})?)(ms|s)",
    re.IGNORECASE,
)
_SPAN = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def trouble(status: int, headers: Mapping[str, str], body: object, key: str) -> ModelError:
    """The trouble that a status, its headers and its body tell of; the key is in none of it."""
    words = _words(body)
    fact = f"HTTP {status}: {concealed(words, key)[:_LONGEST_FACT]}".rstrip(" :")
    code = _field(body, "code")
    if status == 402 or (code or _field(body, "type")) == "insufficient_quota":
        return OutOfCredit(fact, status=status)
    if status < 500 and _NO_CREDIT.search(words):
        return OutOfCredit(fact, status=status)
    if status in (429, 503, 529):
        return Overloaded(fact, seconds=wait(headers, words), status=status)
    return _kind(status, code, words)(fact, status=status)


def _kind(status: int, code: str, words: str) -> type[ModelError]:
    if status == 403 and _FILTERED.search(words):
        return Declined
    if status in (401, 403):
        return KeyRefused
    if status in (404, 405) or 300 <= status < 400:
        return ModelUnknown
    if status == 400 and (code == "model_not_found" or _NO_MODEL.search(words)):
        return ModelUnknown
    if status >= 500 or status in (408, 409, 425):
        return Unreachable
    return Declined


def concealed(text: str, key: str) -> str:
    """The text on one line, without the key and without what looks like one."""
    text = text.replace(key, _HIDDEN) if key else text
    text = _KEY_LIKE.sub(_HIDDEN, text[: 20 * _LONGEST_FACT])
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def wait(headers: Mapping[str, str], words: str = "") -> float | None:
    """The seconds to wait that a server names, by any of the ways in use; None without one."""
    named = (
        _number(headers.get("retry-after-ms", ""), 0.001),
        _number(headers.get("retry-after", ""), 1.0),
        _until(headers.get("retry-after", ""), headers.get("date", "")),
        _reset(headers),
        _spoken(words),
    )
    seconds = next((one for one in named if one is not None), None)
    return None if seconds is None else max(0.0, min(seconds, _LONGEST_WAIT))


def _number(value: str, scale: float) -> float | None:
    try:
        seconds = float(value) * scale
    except ValueError:
        return None
    return None if math.isnan(seconds) else seconds


def _until(value: str, now: str) -> float | None:
    """A date beside the answer's own: clocks differ, and ours is not asked."""
    try:
        return (parsedate_to_datetime(value) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError):
        return None


def _reset(headers: Mapping[str, str]) -> float | None:
    """When what is used up comes back: ``x-ratelimit-reset-tokens: 6m0s`` beside 0 remaining."""
    spans = [
        _span(headers.get(f"x-ratelimit-reset-{what}", ""))
        for what in ("requests", "tokens")
        if headers.get(f"x-ratelimit-remaining-{what}", "0").strip() == "0"
    ]
    return max((span for span in spans if span is not None), default=None)


def _span(value: str) -> float | None:
    parts = _SPAN.findall(value)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts) if parts else None


def _spoken(words: str) -> float | None:
    found = _WAIT.search(words[: 20 * _LONGEST_FACT])
    if not found:
        return None
    return float(found[1] or 0) * 60 + float(found[2]) * _SECONDS[found[3].lower()]


def _words(body: object) -> str:
    """What an error's body says to people; all of it where it has no message."""
    message = _field(body, "message") or _field(body, "detail")
    return (message or str(body or ""))[: 100 * _LONGEST_FACT]


def _field(body: object, name: str) -> str:
    """A field of an error, which servers wrap in ``error``, in a list, or not at all."""
    for _ in range(3):
        if isinstance(body, list) and body:
            body = body[0]
        elif isinstance(body, Mapping) and isinstance(body.get("error"), Mapping | str):
            inner = body["error"]
            body = {"message": inner} if isinstance(inner, str) else inner
    value = body.get(name) if isinstance(body, Mapping) else None
    return value if isinstance(value, str) else ""
