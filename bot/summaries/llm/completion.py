"""What does a chat completion say? Servers fill it in more or less as it is documented."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.summaries.llm.errors import Declined, Reply, Unreachable, Usage, tokens

_CUT = frozenset({"length", "max_tokens", "model_length"})
_FILTERED = frozenset({"content_filter", "safety", "blocklist", "prohibited_content"})
_MOST_TOKENS = 5_000_000  # a count beyond this is a slip of the server, not a price

_THOUGHT = re.compile(r"\s*<(think(?:ing)?|thought|reasoning)>")
_THOUGHT_END = re.compile(r"</(?:think(?:ing)?|thought|reasoning)>\s*")


@dataclass(frozen=True, slots=True)
class Completion:
    """A reply, and whether the model thinks before it speaks, which takes room as well."""

    reply: Reply
    has_thought: bool


def completion(body: object, sent: str) -> Completion:
    """The reply that a body holds; ``sent`` is what was asked, to estimate where nobody counted.

    Raises:
        Declined: the model or a filter refuses to answer.
        Unreachable: there is no choice in it, or an empty one.
    """
    choice = _first(_at(body, "choices"))
    message = _at(choice, "message")
    said = _text(_at(message, "content")) or _text(_at(choice, "text"))
    usage = _usage(_at(body, "usage"), sent, said)
    reason = str(_at(choice, "finish_reason") or "").lower()
    if reason in _FILTERED:
        raise Declined("the answer was filtered", usage=usage)
    if not said.strip() and _text(_at(message, "refusal")):
        raise Declined("the model refuses", usage=usage)
    answer, is_lost = spoken(said)
    is_cut = reason in _CUT or is_lost
    if not answer and not is_cut:
        raise Unreachable("an empty answer", usage=usage)
    has_thought = answer != said.strip() or _thought(_at(body, "usage"))
    return Completion(Reply(answer, usage, is_cut), has_thought or not answer)


def spoken(said: str) -> tuple[str, bool]:
    """What is said after thinking aloud, and whether the thoughts never ended.

    Some servers keep only the closing tag. Tags inside the answer are the paper's.
    """
    opening = _THOUGHT.match(said)
    if not opening and said.lstrip()[:1] in ("{", "[", "`"):
        return said.strip(), False
    end = _THOUGHT_END.search(said)
    if end:
        return said[end.end() :].strip(), False
    return ("", True) if opening else (said.strip(), False)


def _usage(counted: object, sent: str, said: str) -> Usage:
    asked = _count(_at(counted, "prompt_tokens"))
    answered = _count(_at(counted, "completion_tokens"))
    if asked and answered is not None and (answered or not said):
        # Some servers count what a model thought in the total alone.
        total = _count(_at(counted, "total_tokens")) or 0
        return Usage(asked, max(answered, total - asked))
    return Usage(asked or tokens(sent), answered or tokens(said), estimated=True)


def _thought(counted: object) -> bool:
    details = _at(counted, "completion_tokens_details")
    return bool(_count(_at(details, "reasoning_tokens")))


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _MOST_TOKENS else None


def _at(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else None


def _text(content: object) -> str:
    """A text, or the texts of a list of parts."""
    if isinstance(content, list):
        return "".join(_text(_at(part, "text")) for part in content)
    return content if isinstance(content, str) else ""
