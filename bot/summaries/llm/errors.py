"""What comes back when a model is asked: a reply with its price, or one of these troubles.

Apart from the client, so that whoever only handles replies need not load its library.

    ModelError        every trouble; ``usage`` is what was paid nevertheless
      KeyRefused      the key is wrong, or may not do this: the operator must act
      ModelUnknown    no such model, or no such server at this address: the operator must act
      OutOfCredit     the account is empty: the operator must act
      Overloaded      too many requests; ``seconds`` to wait where the server names them
      Unreachable     time-outs, broken connections, errors of the server, unreadable answers
      CompletionDeclined        this one request is refused: filtered, or too long for the model
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

# Signs that tokenizers seldom join: Chinese, Japanese and Korean; one token each is about right.
_CJK_CHAR = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
_CHARS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens sent and received; ``is_estimated`` where the server did not count them itself."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    is_estimated: bool = False

    def plus_usage(self, other: Usage) -> Usage:
        """These tokens and another's."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.is_estimated or other.is_estimated,
        )


@dataclass(frozen=True, slots=True)
class ModelReply:
    """A model's words; ``is_cut`` when it had more to say than it was allowed."""

    text: str
    usage: Usage
    is_cut: bool


class ModelError(Exception):
    """A model gave no reply; ``detail`` says why, in the server's words where it had some."""

    def __init__(self, detail: str = "", *, status: int = 0, usage: Usage | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.usage = usage or Usage()


class KeyRefused(ModelError):
    """The server does not take the key, or not for this."""


class ModelUnknown(ModelError):
    """The server does not know the model, or nothing at the address answers such questions."""


class OutOfCredit(ModelError):
    """The account that the key belongs to is spent."""


class Overloaded(ModelError):
    """The server wants fewer questions; ``seconds`` to wait, None where it does not say."""

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
    """No answer, or none that can be read; another time there may be one."""


class CompletionDeclined(ModelError):
    """The server refuses this one request; asking the same again will not help."""


def estimate_tokens(text: str) -> int:
    """About how many tokens a text is, where nobody counted."""
    cjk_chars = sum(1 for _ in _CJK_CHAR.finditer(text))
    return cjk_chars + math.ceil((len(text) - cjk_chars) / _CHARS_PER_TOKEN)
