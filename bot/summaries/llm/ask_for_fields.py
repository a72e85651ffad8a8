"""Ask a model for named fields; every call is counted, and their number is limited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.summaries.llm.errors import ModelError, ModelReply, Usage, estimate_tokens
from bot.summaries.llm.json_answers import ParsedAnswer, clean_line, parse_fields
from bot.summaries.llm.prompts import Prompt, json_schema

if TYPE_CHECKING:
    from bot.summaries.llm.client import ModelClient

MAX_CALLS = 40
"""For one paper and language: an abstract of 20,000 characters twice, and some halves."""

UNREADABLE = "unreadable"
CUT_SHORT = "cut_short"
TOO_MANY_CALLS = "too_many_calls"


class AnswerRejected(Exception):
    """A model's answers failed the checks; ``findings`` are those of the last answer."""

    def __init__(self, *findings: str) -> None:
        super().__init__(", ".join(findings))
        self.findings = findings


class FieldRequester:
    """Sends the requests for one summary or note; ``record_usage`` is called for each of them.

    Nobody says what a cancelled call cost: the tokens sent are counted.
    """

    def __init__(
        self,
        model: ModelClient,
        record_usage: Callable[[Usage], None],
        *,
        max_calls: int = MAX_CALLS,
    ) -> None:
        self._model = model
        self._record_usage = record_usage
        self._calls_left = max_calls

    async def request_fields(self, prompt: Prompt, max_tokens: int) -> ParsedAnswer:
        """Return the complete fields of an answer, cleaned; ``is_cut`` if it was cut short.

        Raises:
            ModelError: there is no reply.
            AnswerRejected: the limit of calls is reached.
        """
        if not self._calls_left:
            raise AnswerRejected(TOO_MANY_CALLS)
        self._calls_left -= 1
        try:
            reply = await self._model.ask(
                prompt.instructions,
                prompt.data,
                schema=json_schema(prompt.keys),
                max_tokens=max_tokens,
            )
        except ModelError as error:
            if error.usage != Usage():
                self._record_usage(error.usage)
            raise
        except asyncio.CancelledError:
            sent = estimate_tokens(prompt.instructions) + estimate_tokens(prompt.data)
            self._record_usage(Usage(sent, is_estimated=True))
            raise
        self._record_usage(reply.usage)
        # A server may answer with a megabyte, which takes a second to parse.
        return await asyncio.to_thread(_fields_from_reply, reply, prompt.keys)


def _fields_from_reply(reply: ModelReply, keys: Sequence[str]) -> ParsedAnswer:
    """Return the complete fields of a reply, cleaned."""
    answer = parse_fields(reply.text, keys)
    if reply.is_cut and not answer.is_in_object:
        return ParsedAnswer({}, is_cut=True)  # nothing tells which fields are complete
    cleaned_fields = {key: clean_line(value) for key, value in answer.fields.items()}
    if cleaned_fields and reply.is_cut and answer.is_cut and reply.text.endswith('"'):
        cleaned_fields.popitem()  # the quote may be one inside a value that was cut
    return ParsedAnswer(cleaned_fields, is_cut=reply.is_cut or answer.is_cut)
