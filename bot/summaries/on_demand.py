"""The verb: what a person asks of the model now → its answer, or a sentence that says why not.

It stands beside the glosses that are ordered, under the same budget, and stops where those stop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from bot.summaries.gateway.model_gateway import Usages, Workshop, spent, stood_back
from bot.summaries.gateway.model_state import note
from bot.summaries.llm import paper_notes
from bot.summaries.llm.ask_for_fields import Unfit
from bot.summaries.llm.errors import Declined, ModelError, Usage
from bot.summaries.llm.summarize import PROMPT
from bot.texts import Refusal
from storage.records import Note, Paper

log = logging.getLogger(__name__)

if TYPE_CHECKING:  # it loads a library that only those need who have a model
    from bot.summaries.llm.client import Model


Answer = TypeVar("Answer")
Kept = TypeVar("Kept")
Spend: TypeAlias = Callable[[Usage], None]

PATIENCE = 90.0  # seconds that a person's chat may wait, with a second attempt


class NotAsked(Refusal):
    """The model was not asked, so nothing was paid and nothing counts."""


async def consult(
    shop: Workshop,
    question: Callable[[Model, Spend], Awaitable[Answer]],
    keep: Callable[[Answer], Kept],
) -> Kept:
    """Asks the model at once; ``keep`` stores its answer in the transaction that counts its price.

    Raises:
        NotAsked: the day's budget is spent, or the model rests.
        Refusal: it could not answer, or its answer cannot be used; what was paid is counted.
    """
    if await shop.store.run(shop.is_spent):
        raise NotAsked("consult-spent")
    if not shop.may_begin():
        raise NotAsked("consult-not-now")
    answer, paid = await _asked(shop, question)

    def kept() -> Kept:
        with shop.store.transaction():
            found = keep(answer)
            shop.store.spending.add(spent(shop, paid))
            note(shop.store, shop.state, shop.model.name, shop.now())
        return found

    return await asyncio.shield(shop.store.run(kept))


async def _asked(
    shop: Workshop, question: Callable[[Model, Spend], Awaitable[Answer]]
) -> tuple[Answer, Usages]:
    """The answer and what it cost; of a failure the price is counted here."""
    paid = Usages()
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await question(shop.model, paid.add)
    except (Unfit, Declined) as error:
        shop.answered()
        log.info("answer refused", extra={"why": str(error) or type(error).__name__})
        await _pay(shop, paid)
        raise Refusal("consult-unfit") from error
    except (ModelError, TimeoutError) as error:
        stood_back(shop, error)
        await _pay(shop, paid)
        raise Refusal("consult-not-now") from error
    except BaseException:  # the process stops, or the fault is ours: what was paid is kept
        await _pay(shop, paid)
        raise
    shop.answered()
    return answer, paid


async def _pay(shop: Workshop, paid: Usages) -> None:
    """Counts what was paid for nothing."""

    def pay() -> None:
        with shop.store.transaction():
            shop.store.spending.add(spent(shop, paid, unused=1))

    if paid.calls:
        await asyncio.shield(shop.store.run(pay))


if TYPE_CHECKING:
    from bot.summaries.llm.client import Model


async def explain(shop: Workshop, paper: Paper, language: str) -> Note:
    """The note on a paper version in a language; written once, and then never paid again.

    Who asks while it is being written waits for that one.

    Raises:
        NotAsked: the day's budget is spent, or the model rests.
        Refusal: it could not answer, or its answer cannot be used.
    """
    place = paper.key, paper.version, language
    return await shop.notes.once(place, lambda: _written(shop, paper, language))


async def _written(shop: Workshop, paper: Paper, language: str) -> Note:
    """The note that is kept, or a new one."""
    notes = shop.store.notes
    known = await shop.store.run(notes.get, paper.key, paper.version, language)
    if known:
        return known

    async def question(model: Model, spend: Spend) -> paper_notes.Note:
        return await paper_notes.noted(model, paper, language, spend)

    def keep(answer: paper_notes.Note) -> Note:
        notes.keep(_note(shop, paper, language, answer))
        kept = notes.get(paper.key, paper.version, language)
        assert kept is not None
        return kept  # of whoever was faster

    return await consult(shop, question, keep)


def _note(shop: Workshop, paper: Paper, language: str, answer: paper_notes.Note) -> Note:
    return Note(
        paper=paper.key,
        version=paper.version,
        language=language,
        problem=answer.problem,
        method=answer.method,
        result=answer.result,
        limits=answer.limits,
        maker=shop.model.name,
        made=shop.now(),
        prompt=PROMPT,
    )
