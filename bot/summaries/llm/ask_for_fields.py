"""Ask a model for fields: count every call, and never make more than a bounded number."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.summaries.llm.errors import ModelError, Reply, Usage, tokens
from bot.summaries.llm.json_answers import Answer, partly, tidy
from bot.summaries.llm.prompts import Prompt, schema

if TYPE_CHECKING:
    from bot.summaries.llm.client import Model

MOST_CALLS = 40
"""For one paper and language: an abstract of 20,000 characters twice, and some halves."""

UNREADABLE = "unreadable"
CUT_SHORT = "cut_short"
ENDLESS = "too_many_calls"


class Unfit(Exception):
    """What a model says failed the checks twice; ``faults`` are those of its last answer."""

    def __init__(self, *faults: str) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


class Asker:
    """One errand at a model; ``spend`` is told of every call, also of those that fail.

    Of a call that is cut off nobody says what it cost: the words that were sent are counted.
    """

    def __init__(
        self, model: Model, spend: Callable[[Usage], None], *, calls: int = MOST_CALLS
    ) -> None:
        self._model = model
        self._spend = spend
        self._left = calls

    async def ask(self, prompt: Prompt, most: int) -> Answer:
        """The fields of an answer that are whole, tidied; ``is_cut`` when it had more to say.

        Raises:
            ModelError: there is no reply.
            Unfit: too many calls were made for one errand.
        """
        if not self._left:
            raise Unfit(ENDLESS)
        self._left -= 1
        try:
            reply = await self._model.ask(
                prompt.instructions, prompt.data, schema=schema(prompt.keys), most=most
            )
        except ModelError as error:
            if error.usage != Usage():
                self._spend(error.usage)
            raise
        except asyncio.CancelledError:
            sent = tokens(prompt.instructions) + tokens(prompt.data)
            self._spend(Usage(sent, estimated=True))
            raise
        self._spend(reply.usage)
        # A server may answer with a megabyte, which takes a second to read.
        return await asyncio.to_thread(_read, reply, prompt.keys)


def _read(reply: Reply, keys: Sequence[str]) -> Answer:
    """The fields of a reply that are whole, tidied."""
    found = partly(reply.text, keys)
    if reply.is_cut and not found.is_framed:
        return Answer({}, is_cut=True)  # Nothing tells where such an answer was to end.
    fields = {key: tidy(value) for key, value in found.fields.items()}
    if fields and reply.is_cut and found.is_cut and reply.text.endswith('"'):
        fields.popitem()  # The mark may be one inside of the text that was cut.
    return Answer(fields, is_cut=reply.is_cut or found.is_cut)
