"""What comes back when a model is asked: a reply with its usage, or an error.

It is separate from the client, so that code which only handles replies need not load its library.

    ModelError            base of all errors; ``usage`` was paid nevertheless
      KeyRefused          the key is wrong or lacks the right: the operator must act
      ModelUnknown        no such model, or no such server at this address: the operator must act
      OutOfCredit         the account is empty: the operator must act
      Overloaded          too many requests; ``seconds`` to wait if the server names them
      Unreachable         timeouts, broken connections, server errors, unreadable responses
      CompletionDeclined  this one request is refused: filtered, or too long for the model
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

# Chinese, Japanese and Korean characters, which tokenizers seldom join: about one token each.
_CJK_CHAR = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
_CHARS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Usage:
    """Prompt and completion tokens; ``is_estimated`` if the server did not count them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    is_estimated: bool = False

    def plus_usage(self, other: Usage) -> Usage:
        """Return the sums of these tokens and another's."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.is_estimated or other.is_estimated,
        )


@dataclass(frozen=True, slots=True)
class ModelReply:
    """A model's answer; ``is_cut`` if the token limit cut it short."""

    text: str
    usage: Usage
    is_cut: bool


class ModelError(Exception):
    """A model gave no reply; ``detail`` says why, in the server's words if it gave any."""

    def __init__(self, detail: str = "", *, status: int = 0, usage: Usage | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.usage = usage or Usage()


class KeyRefused(ModelError):
    """The server does not accept the key, or not for this request."""


class ModelUnknown(ModelError):
    """The server does not know the model, or nothing at the address answers chat completions."""


class OutOfCredit(ModelError):
    """The key's account has no credit left."""


class Overloaded(ModelError):
    """The server asks for fewer requests; ``seconds`` to wait, None if it does not say."""

    def __init__(
        self,
        detail: str = "",
        *,
        seconds: float | None = None,
        status: int = 0,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(detail, status=status, usage=usage)
        self.seconds = seconds


class Unreachable(ModelError):
    """There was no response, or none that can be read; a later attempt may succeed."""


class CompletionDeclined(ModelError):
    """The server refuses this request; repeating it will not help."""


def estimate_tokens(text: str) -> int:
    """Return roughly how many tokens a text has, for servers that do not count them."""
    cjk_chars = sum(1 for _ in _CJK_CHAR.finditer(text))
    return cjk_chars + math.ceil((len(text) - cjk_chars) / _CHARS_PER_TOKEN)
