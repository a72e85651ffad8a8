"""How does a server want to be asked? Servers call themselves compatible and differ.

One begins with the form that most understand; what a server refuses by name is left out from
then on. Every step goes down, so that asking ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

# Low, not zero: asked again with a reason, a model should be able to say something else.
_TEMPERATURE = 0.2
_REFUSING = frozenset({400, 404, 422, 500, 501})  # 500: llama.cpp

SCHEMA, OBJECT, WORDS = 0, 1, 2
"""Structured output by a schema, as any JSON object, or by the words of the request alone."""

# Servers ignore fields that they do not know. max_tokens is the one that nearly all know, and
# those that want max_completion_tokens refuse it aloud; the other way round a limit would be
# ignored in silence.
_LIMITS = ("max_tokens", "max_completion_tokens", "")

_FORM = re.compile(
    r"response[ _-]?format|json[ _-](?:schema|object|mode|validate_failed)"
    r"|structured[ _-]outputs?|guided|grammar",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"\bmax_(?:completion_)?tokens\b")
_TOO_MUCH = re.compile(
    r"context.?(?:length|window|size)|too (?:large|long|many|high)|at most|exceed|reduce",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Manner:
    """What is left in a request: the form of the answer, the word for its limit, the heat."""

    form: int = SCHEMA
    limit: int = 0
    is_cool: bool = True

    def request(self, schema: Mapping[str, object] | None, most: int) -> dict[str, object]:
        """The fields of a request beside model and messages."""
        fields: dict[str, object] = {}
        if self.is_cool:
            fields["temperature"] = _TEMPERATURE
        if word := _LIMITS[self.limit]:
            fields[word] = most
        if schema is not None and self.form == SCHEMA:
            named = {"name": "answer", "strict": True, "schema": schema}
            fields["response_format"] = {"type": "json_schema", "json_schema": named}
        elif schema is not None and self.form == OBJECT:
            fields["response_format"] = {"type": "json_object"}
        return fields

    def after(self, status: int, body: object) -> Manner | None:
        """The manner to try after a refusal; None when the refusal is about something else."""
        words = body if isinstance(body, str) else json.dumps(body, default=str)
        if status not in _REFUSING:
            return None
        if self.form < WORDS and _FORM.search(words):
            return replace(self, form=self.form + 1)
        if self.limit < len(_LIMITS) - 1 and _LIMIT.search(words) and not _TOO_MUCH.search(words):
            return replace(self, limit=self.limit + 1)
        if self.is_cool and "temperature" in words:
            return replace(self, is_cool=False)
        return None

    def and_also(self, other: Manner) -> Manner:
        """The manner that leaves out what either does: questions are asked at the same time."""
        return Manner(
            max(self.form, other.form), max(self.limit, other.limit), self.is_cool and other.is_cool
        )
