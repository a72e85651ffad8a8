"""The verb: what a person asks of the model now → its answer, or a sentence that says why not.

It stands beside the glosses that are ordered, under the same budget, and stops where those stop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from bot.summaries.gateway.model_gateway import (
    ModelGateway,
    UsageTotal,
    charge_usage,
    pause_after_error,
)
from bot.summaries.gateway.model_state import record_model_state
from bot.summaries.llm import paper_notes
from bot.summaries.llm.ask_for_fields import AnswerRejected
from bot.summaries.llm.errors import CompletionDeclined, ModelError, Usage
from bot.summaries.llm.summarize import PROMPT_VERSION
from bot.texts import Refusal
from storage.records import Paper, PaperNote

log = logging.getLogger(__name__)

if TYPE_CHECKING:  # it loads a library that only those need who have a model
    from bot.summaries.llm.client import ModelClient


Answer = TypeVar("Answer")
Result = TypeVar("Result")
RecordUsage: TypeAlias = Callable[[Usage], None]

MODEL_TIMEOUT_SECONDS = 90.0  # seconds that a person's chat may wait, with a second attempt


class ModelUnavailable(Refusal):
    """The model was not asked, so nothing was paid and nothing counts."""


async def ask_model(
    gateway: ModelGateway,
    request: Callable[[ModelClient, RecordUsage], Awaitable[Answer]],
    store_answer: Callable[[Answer], Result],
) -> Result:
    """Asks the model at once; ``store_answer`` stores its answer in the transaction that counts its
    price.

    Raises:
        ModelUnavailable: the day's budget is spent, or the model rests.
        Refusal: it could not answer, or its answer cannot be used; what was paid is counted.
    """
    if await gateway.store.run(gateway.is_budget_spent):
        raise ModelUnavailable("consult-spent")
    if not gateway.try_begin():
        raise ModelUnavailable("consult-not-now")
    answer, usage = await _ask_within_timeout(gateway, request)

    def store_and_charge() -> Result:
        with gateway.store.transaction():
            result = store_answer(answer)
            gateway.store.spending.add(charge_usage(gateway, usage))
            record_model_state(gateway.store, gateway.status, gateway.model.name, gateway.now())
        return result

    return await asyncio.shield(gateway.store.run(store_and_charge))


async def _ask_within_timeout(
    gateway: ModelGateway, request: Callable[[ModelClient, RecordUsage], Awaitable[Answer]]
) -> tuple[Answer, UsageTotal]:
    """The answer and what it cost; of a failure the price is counted here."""
    usage = UsageTotal()
    try:
        async with asyncio.timeout(MODEL_TIMEOUT_SECONDS):
            answer = await request(gateway.model, usage.add)
    except (AnswerRejected, CompletionDeclined) as error:
        gateway.record_answer()
        log.info("answer refused", extra={"why": str(error) or type(error).__name__})
        await _charge_unused(gateway, usage)
        raise Refusal("consult-unfit") from error
    except (ModelError, TimeoutError) as error:
        pause_after_error(gateway, error)
        await _charge_unused(gateway, usage)
        raise Refusal("consult-not-now") from error
    except BaseException:  # the process stops, or the fault is ours: what was paid is kept
        await _charge_unused(gateway, usage)
        raise
    gateway.record_answer()
    return answer, usage


async def _charge_unused(gateway: ModelGateway, usage: UsageTotal) -> None:
    """Counts what was paid for nothing."""

    def charge() -> None:
        with gateway.store.transaction():
            gateway.store.spending.add(charge_usage(gateway, usage, unused=1))

    if usage.calls:
        await asyncio.shield(gateway.store.run(charge))


if TYPE_CHECKING:
    from bot.summaries.llm.client import ModelClient


async def explain_paper(gateway: ModelGateway, paper: Paper, language: str) -> PaperNote:
    """The note on a paper version in a language; written once, and then never paid again.

    Who asks while it is being written waits for that one.

    Raises:
        ModelUnavailable: the day's budget is spent, or the model rests.
        Refusal: it could not answer, or its answer cannot be used.
    """
    note_key = paper.key, paper.version, language
    return await gateway.note_flights.run(
        note_key, lambda: _load_or_write_note(gateway, paper, language)
    )


async def _load_or_write_note(gateway: ModelGateway, paper: Paper, language: str) -> PaperNote:
    """The note that is kept, or a new one."""
    notes = gateway.store.paper_notes
    stored_note = await gateway.store.run(notes.get, paper.key, paper.version, language)
    if stored_note:
        return stored_note

    async def request(client: ModelClient, record_usage: RecordUsage) -> paper_notes.NoteText:
        return await paper_notes.write_note(client, paper, language, record_usage)

    def store_note(answer: paper_notes.NoteText) -> PaperNote:
        notes.add(_note_from_answer(gateway, paper, language, answer))
        stored = notes.get(paper.key, paper.version, language)
        assert stored is not None
        return stored  # of whoever was faster

    return await ask_model(gateway, request, store_note)


def _note_from_answer(
    gateway: ModelGateway, paper: Paper, language: str, answer: paper_notes.NoteText
) -> PaperNote:
    return PaperNote(
        paper=paper.key,
        version=paper.version,
        language=language,
        problem=answer.problem,
        method=answer.method,
        result=answer.result,
        limits=answer.limits,
        producer=gateway.model.name,
        created_at=gateway.now(),
        prompt_version=PROMPT_VERSION,
    )
