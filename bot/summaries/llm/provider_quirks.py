"""Learn which form of request a server accepts: "compatible" servers differ.

Requests begin with the form that most servers accept; a feature that the server refuses by name is
left out from then on. Every step leaves out more, so that the retries end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

# Low, not zero: a retry must be able to give another answer.
_TEMPERATURE = 0.2
_REFUSAL_STATUSES = frozenset({400, 404, 422, 500, 501})  # 500: llama.cpp

JSON_SCHEMA, JSON_OBJECT, PROMPT_ONLY = 0, 1, 2
"""Structured output by a schema, as any JSON object, or by the prompt alone."""

# Servers ignore fields that they do not know. Nearly all know max_tokens, and those that want
# max_completion_tokens reject it; the other way round the limit would be silently ignored.
_LIMIT_FIELDS = ("max_tokens", "max_completion_tokens", "")

_FORMAT_ERROR = re.compile(
    r"response[ _-]?format|json[ _-](?:schema|object|mode|validate_failed)"
    r"|structured[ _-]outputs?|guided|grammar",
    re.IGNORECASE,
)
_LIMIT_ERROR = re.compile(r"\bmax_(?:completion_)?tokens\b")
_SIZE_ERROR = re.compile(
    r"context.?(?:length|window|size)|too (?:large|long|many|high)|at most|exceed|reduce",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ProviderQuirks:
    """What a request contains: the answer's format, the name of the limit, a temperature."""

    answer_format: int = JSON_SCHEMA
    limit_field: int = 0
    sends_temperature: bool = True

    def request_fields(
        self, schema: Mapping[str, object] | None, max_tokens: int
    ) -> dict[str, object]:
        """Return the fields of a request besides model and messages."""
        provider_fields: dict[str, object] = {}
        if self.sends_temperature:
            provider_fields["temperature"] = _TEMPERATURE
        if limit_field := _LIMIT_FIELDS[self.limit_field]:
            provider_fields[limit_field] = max_tokens
        if schema is not None and self.answer_format == JSON_SCHEMA:
            json_schema = {"name": "answer", "strict": True, "schema": schema}
            provider_fields["response_format"] = {"type": "json_schema", "json_schema": json_schema}
        elif schema is not None and self.answer_format == JSON_OBJECT:
            provider_fields["response_format"] = {"type": "json_object"}
        return provider_fields

    def after_refusal(self, status: int, body: object) -> ProviderQuirks | None:
        """Return the quirks to try after a refusal; None if the refusal is about something else."""
        error_text = body if isinstance(body, str) else json.dumps(body, default=str)
        if status not in _REFUSAL_STATUSES:
            return None
        if self.answer_format < PROMPT_ONLY and _FORMAT_ERROR.search(error_text):
            return replace(self, answer_format=self.answer_format + 1)
        if (
            self.limit_field < len(_LIMIT_FIELDS) - 1
            and _LIMIT_ERROR.search(error_text)
            and not _SIZE_ERROR.search(error_text)
        ):
            return replace(self, limit_field=self.limit_field + 1)
        if self.sends_temperature and "temperature" in error_text:
            return replace(self, sends_temperature=False)
        return None

    def combined_with(self, other: ProviderQuirks) -> ProviderQuirks:
        """Return quirks that leave out what either leaves out: requests run concurrently."""
        return ProviderQuirks(
            max(self.answer_format, other.answer_format),
            max(self.limit_field, other.limit_field),
            self.sends_temperature and other.sends_temperature,
        )
