"""The verb: commissioned glosses → glosses, by a model, within a budget.

Nothing here is in the way of a digest: what a model cannot say now stays with the words of the
abstract and is tried again. What was paid is recorded with what came of it, in one transaction,
so a process that is killed pays at most for the answers under way once more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.summaries.gateway.model_gateway import Usages, Workshop, spent, stood_back
from bot.summaries.gateway.model_state import State, note
from bot.summaries.llm.ask_for_fields import Unfit
from bot.summaries.llm.errors import Declined, ModelError
from bot.summaries.llm.summarize import PROMPT, glossed
from bot.summaries.verify.findings import Told
from storage.errors import StorageError
from storage.records import Commission, Gloss, Paper

log = logging.getLogger(__name__)

LEASE = 600.0  # seconds within which a gloss is made, with all its pieces
TRIES = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """What one run did, in glosses."""

    made: int = 0
    failed: int = 0


async def fulfil(
    shop: Workshop, *, told: Callable[[Commission, bool], None] = lambda _one, _made: None
) -> Fulfilled:
    """Makes what is ordered, the most urgent first, until nothing may be asked any more.

    ``told`` hears of each gloss that was made or failed.
    """
    done = Fulfilled()

    async def work() -> None:
        nonlocal done
        try:
            while shop.may_begin():
                claimed = await shop.store.run(_claim, shop)
                if claimed is None:
                    shop.breaker.unused()
                    return
                commission, paper = claimed
                made = await _make(shop, commission, paper)
                if made is not None:
                    told(commission, made)
                    done = Fulfilled(done.made + made, done.failed + (not made))
        except StorageError as error:
            # Busy or full for now: what others have under way is not torn from their hands.
            log.warning("glosses wait", extra={"error": type(error).__name__})

    async with asyncio.TaskGroup() as group:
        for _ in range(shop.at_once):
            group.create_task(work())
    await shop.store.run(note, shop.store, shop.state, shop.model.name, shop.now())
    return done


def _claim(shop: Workshop) -> tuple[Commission, Paper | None] | None:
    """What is wanted first with its paper, unless the day's budget is spent.

    The answers under way are not known yet: a day may cost that much more than its budget.
    """
    with shop.store.transaction():
        if shop.is_spent():
            shop.state = State.SPENT
            return None
        if shop.state is State.SPENT:
            shop.state = State.GOOD
        found = shop.store.commissions.claim(shop.now(), LEASE, 1)
    if not found:
        return None
    [one] = found
    return one, shop.store.papers.by_key(one.paper, one.version)


async def _make(shop: Workshop, commission: Commission, paper: Paper | None) -> bool | None:
    """Asks for one gloss and keeps what came of it; None when nothing was decided."""
    store, paid = shop.store, Usages()
    if paper is None:  # cannot be, short of a hand in the file
        await store.run(store.commissions.done, commission)
        return None
    try:
        async with asyncio.timeout(LEASE / 2):
            told = await glossed(shop.model, paper, commission.language, paid.add)
    except Unfit as error:
        shop.answered()
        await _fail(shop, commission, paid, ", ".join(error.faults))
        return False
    except Declined as error:
        shop.answered()
        await _fail(shop, commission, paid, type(error).__name__)
        return False
    except (ModelError, TimeoutError) as error:
        await _stand_back(shop, commission, paid, error)
        return None
    except asyncio.CancelledError:  # the process stops: what was paid is kept in the books
        await asyncio.shield(store.run(_give_back, shop, commission, paid))
        raise
    except Exception as error:
        # Ours to mend; one paper that breaks something holds no other.
        log.exception("gloss broke off", extra={"paper": paper.id})
        await _fail(shop, commission, paid, type(error).__name__)
        return False
    shop.answered()
    gloss = _gloss(shop, paper, commission, paid, told)
    await asyncio.shield(store.run(_keep, shop, commission, gloss, paid))
    return True


def _gloss(shop: Workshop, paper: Paper, commission: Commission, paid: Usages, told: Told) -> Gloss:
    return Gloss(
        paper=paper.key,
        version=paper.version,
        language=commission.language,
        title=told.title,
        gist=told.gist,
        abstract=told.abstract,
        maker=shop.model.name,
        made=shop.now(),
        prompt=PROMPT,
        tokens=paid.asked + paid.answered,
    )


def _keep(shop: Workshop, commission: Commission, gloss: Gloss, paid: Usages) -> None:
    with shop.store.transaction():
        shop.store.papers.add_gloss(gloss)
        shop.store.commissions.done(commission)
        shop.store.spending.add(spent(shop, paid))


async def _fail(shop: Workshop, commission: Commission, paid: Usages, why: str) -> None:
    """The gloss is tried again some times; meanwhile the abstract speaks for itself."""
    tries = commission.attempts
    until = shop.now() + TRIES[tries] if tries < len(TRIES) else None
    log.info(
        "gloss refused",
        extra={"paper": commission.paper, "language": commission.language, "why": why},
    )

    def fail() -> None:
        with shop.store.transaction():
            shop.store.commissions.fail(commission, why, until)
            shop.store.spending.add(spent(shop, paid, unused=1))

    await asyncio.shield(shop.store.run(fail))


async def _stand_back(
    shop: Workshop, commission: Commission, paid: Usages, error: ModelError | TimeoutError
) -> None:
    """The model's trouble, not the paper's; unless this one paper is what it breaks on."""
    if stood_back(shop, error):
        await asyncio.shield(shop.store.run(_give_back, shop, commission, paid))
    else:
        await _fail(shop, commission, paid, type(error).__name__)


def _give_back(shop: Workshop, commission: Commission, paid: Usages) -> None:
    with shop.store.transaction():
        shop.store.commissions.give_back(commission)
        if paid.calls:
            shop.store.spending.add(spent(shop, paid, unused=1))
