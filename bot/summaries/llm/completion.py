"""Parse chat completions, which servers fill in more or less as documented."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.summaries.llm.errors import (
    CompletionDeclined,
    ModelReply,
    Unreachable,
    Usage,
    estimate_tokens,
)

_CUT_REASONS = frozenset({"length", "max_tokens", "model_length"})
_FILTER_REASONS = frozenset({"content_filter", "safety", "blocklist", "prohibited_content"})
_MAX_TOKEN_COUNT = 5_000_000  # a higher count is an error of the server

_THINKING_START = re.compile(r"\s*<(think(?:ing)?|thought|reasoning)>")
_THINKING_END = re.compile(r"</(?:think(?:ing)?|thought|reasoning)>\s*")


@dataclass(frozen=True, slots=True)
class Completion:
    """A reply, and whether the model reasons before it answers, which takes tokens as well."""

    reply: ModelReply
    has_thought: bool


def parse_completion(body: object, sent: str) -> Completion:
    """Return the reply in a body; ``sent`` is used to estimate tokens that were not counted.

    Raises:
        CompletionDeclined: the model or a filter refuses to answer.
        Unreachable: the body has no choice, or an empty one.
    """
    choices = _get_field(body, "choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = _get_field(choice, "message")
    answer_text = _content_text(_get_field(message, "content")) or _content_text(
        _get_field(choice, "text")
    )
    reported_usage = _get_field(body, "usage")
    usage = _parse_usage(reported_usage, sent, answer_text)
    reason = str(_get_field(choice, "finish_reason") or "").lower()
    if reason in _FILTER_REASONS:
        raise CompletionDeclined("the answer was filtered", usage=usage)
    if not answer_text.strip() and _content_text(_get_field(message, "refusal")):
        raise CompletionDeclined("the model refuses", usage=usage)
    answer, is_unfinished = strip_thinking(answer_text)
    is_cut = reason in _CUT_REASONS or is_unfinished
    if not answer and not is_cut:
        raise Unreachable("an empty answer", usage=usage)
    token_details = _get_field(reported_usage, "completion_tokens_details")
    has_thought = (
        not answer
        or answer != answer_text.strip()
        or bool(_token_count(_get_field(token_details, "reasoning_tokens")))
    )
    return Completion(ModelReply(answer, usage, is_cut), has_thought)


def strip_thinking(text: str) -> tuple[str, bool]:
    """Return the text after the reasoning, and whether the reasoning is unfinished.

    Some servers keep only the closing tag. Tags inside the answer belong to the paper.
    """
    opening_match = _THINKING_START.match(text)
    if not opening_match and text.lstrip()[:1] in ("{", "[", "`"):
        return text.strip(), False
    end_match = _THINKING_END.search(text)
    if end_match:
        return text[end_match.end() :].strip(), False
    return ("", True) if opening_match else (text.strip(), False)


def _parse_usage(usage: object, sent: str, content: str) -> Usage:
    prompt_tokens = _token_count(_get_field(usage, "prompt_tokens"))
    completion_tokens = _token_count(_get_field(usage, "completion_tokens"))
    if prompt_tokens and completion_tokens is not None and (completion_tokens or not content):
        # Some servers count reasoning tokens only in the total.
        total_tokens = _token_count(_get_field(usage, "total_tokens")) or 0
        return Usage(prompt_tokens, max(completion_tokens, total_tokens - prompt_tokens))
    return Usage(
        prompt_tokens or estimate_tokens(sent),
        completion_tokens or estimate_tokens(content),
        is_estimated=True,
    )


def _token_count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _MAX_TOKEN_COUNT else None


def _get_field(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None


def _content_text(content: object) -> str:
    """Return a text, or the joined texts of a list of parts."""
    if isinstance(content, list):
        return "".join(_content_text(_get_field(part, "text")) for part in content)
    return content if isinstance(content, str) else ""
