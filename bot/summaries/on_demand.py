"""Ask the model on a person's behalf, at once and under the same budget as summary jobs."""

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
from storage.records.papers import Paper
from storage.records.summaries import PaperNote

if TYPE_CHECKING:  # it loads the openai library, which only those with a model need
    from bot.summaries.llm.client import ModelClient

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")
Result = TypeVar("Result")
RecordUsage: TypeAlias = Callable[[Usage], None]

MODEL_TIMEOUT_SECONDS = 90.0  # for all attempts: a person is waiting


class ModelUnavailable(Refusal):
    """The model was not asked, so nothing was paid or counted."""


async def ask_model(
    gateway: ModelGateway,
    request: Callable[[ModelClient, RecordUsage], Awaitable[Answer]],
    store_answer: Callable[[Answer], Result],
) -> Result:
    """Ask the model at once, and return what ``store_answer`` makes of its answer.

    ``store_answer`` runs in the transaction that records the cost.

    Raises:
        ModelUnavailable: the day's budget is spent, or the model is paused.
        Refusal: it could not answer, or its answer cannot be used; the cost is recorded.
    """
    if await gateway.store.run(gateway.is_budget_spent):
        raise ModelUnavailable("consult-spent")
    if not gateway.try_begin():
        raise ModelUnavailable("consult-not-now")
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
    except BaseException:  # the process stops, or a bug of ours: record what was paid
        await _charge_unused(gateway, usage)
        raise
    gateway.record_answer()

    def store_and_charge() -> Result:
        with gateway.store.transaction():
            stored_result = store_answer(answer)
            gateway.store.spending.add(charge_usage(gateway, usage))
            record_model_state(gateway.store, gateway.status, gateway.model.name, gateway.now())
        return stored_result

    return await asyncio.shield(gateway.store.run(store_and_charge))


async def _charge_unused(gateway: ModelGateway, usage: UsageTotal) -> None:
    """Record the cost of calls without a usable answer."""

    def charge() -> None:
        with gateway.store.transaction():
            gateway.store.spending.add(charge_usage(gateway, usage, unused=1))

    if usage.calls:
        await asyncio.shield(gateway.store.run(charge))


async def explain_paper(gateway: ModelGateway, paper: Paper, language: str) -> PaperNote:
    """Return the note on a paper version in a language; it is written and paid for only once.

    Requests for a note that is being written wait for it.

    Raises:
        ModelUnavailable: the day's budget is spent, or the model is paused.
        Refusal: it could not answer, or its answer cannot be used.
    """
    notes, note_key = gateway.store.paper_notes, (paper.key, paper.version, language)

    async def request(client: ModelClient, record_usage: RecordUsage) -> paper_notes.NoteText:
        return await paper_notes.write_note(client, paper, language, record_usage)

    def store_note(answer: paper_notes.NoteText) -> PaperNote:
        notes.add(
            PaperNote(
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
        )
        stored_note = notes.get(*note_key)
        assert stored_note is not None
        return stored_note  # the first one, if another process was faster

    async def load_or_write_note() -> PaperNote:
        stored_note = await gateway.store.run(notes.get, *note_key)
        if stored_note:
            return stored_note
        return await ask_model(gateway, request, store_note)

    return await gateway.notes_in_progress.run(note_key, load_or_write_note)
