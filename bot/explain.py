"""The verb: a paper → a note on its problem, method, result and limits, kept for all readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.consult import Spend, consult
from bot.summary import noting
from bot.summary.glossing import PROMPT
from bot.workshop import Workshop
from storage.records import Note, Paper

if TYPE_CHECKING:
    from bot.summary.llm import Model


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

    async def question(model: Model, spend: Spend) -> noting.Note:
        return await noting.noted(model, paper, language, spend)

    def keep(answer: noting.Note) -> Note:
        notes.keep(_note(shop, paper, language, answer))
        kept = notes.get(paper.key, paper.version, language)
        assert kept is not None
        return kept  # of whoever was faster

    return await consult(shop, question, keep)


def _note(shop: Workshop, paper: Paper, language: str, answer: noting.Note) -> Note:
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
