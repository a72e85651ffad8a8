"""The verb: what a person asks of the model now → its answer, or a sentence that says why not.

It stands beside the glosses that are ordered, under the same budget, and stops where those stop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from bot.condition import note
from bot.summary.asking import Unfit
from bot.summary.reply import Declined, ModelError, Usage
from bot.texts import Refusal
from bot.workshop import Usages, Workshop, spent, stood_back

if TYPE_CHECKING:  # it loads a library that only those need who have a model
    from bot.summary.llm import Model

log = logging.getLogger(__name__)

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
