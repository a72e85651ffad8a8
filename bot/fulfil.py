"""The verb: commissioned glosses → glosses, by a model, within a budget.

Nothing here is in the way of a digest: what a model cannot say now stays with the words of the
abstract and is tried again. What was paid is recorded with what came of it, in one transaction,
so a process that is killed pays at most for the answers under way once more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.budget import Budget, Price
from bot.condition import State, note
from bot.pace import Breaker, Monotonic
from bot.summary.asking import Unfit
from bot.summary.glossing import PROMPT, glossed
from bot.summary.reply import (
    Declined,
    KeyRefused,
    ModelError,
    ModelUnknown,
    OutOfCredit,
    Overloaded,
    Usage,
)
from storage import Store
from storage.errors import StorageError
from storage.model import Commission, Gloss, Paper, Spending

if TYPE_CHECKING:  # it loads a library that only those need who have a model
    from bot.summary.llm import Model

log = logging.getLogger(__name__)

LEASE = 600.0  # seconds within which a gloss is made, with all its pieces
TRIES = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
CLOSED = 600.0  # seconds until a model that refused the key or the name is asked again
BUSY = 30.0  # seconds, where a model that has too much to do does not say
LONGEST = 3600.0  # seconds that a model may tell to wait


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """What one run did, in glosses."""

    made: int = 0
    failed: int = 0


@dataclass(slots=True)
class Workshop:
    """Where glosses are made: who is asked, what it may cost, and how it has answered."""

    store: Store
    model: Model
    price: Price
    budget: Budget
    now: Callable[[], datetime]
    monotonic: Monotonic
    breaker: Breaker
    at_once: int = 8
    state: State = State.GOOD
    rests_until: float = 0.0
    tokens: int = 0  # of all calls so far, and what they cost
    money: int = 0
    closing: asyncio.Event = field(default_factory=asyncio.Event)  # begins nothing more

    def is_able(self) -> bool:
        """Whether it is worth a digest's while to wait for a gloss."""
        return self.state is State.GOOD and not self.breaker.is_open and not self.rest

    @property
    def rest(self) -> float:
        """Seconds until the model may be asked again."""
        return max(0.0, self.rests_until - self.monotonic())

    def may_begin(self) -> bool:
        """Whether the model may be asked now."""
        return not self.closing.is_set() and not self.rest and self.breaker.allows()

    def stop(self, state: State, seconds: float) -> None:
        """Asks nothing for a while, and remembers why."""
        self.state = state
        self.rests_until = max(self.rests_until, self.monotonic() + seconds)


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
                commission = await shop.store.run(_claim, shop)
                if commission is None:
                    shop.breaker.unused()
                    return
                made = await _make(shop, commission)
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


def _claim(shop: Workshop) -> Commission | None:
    """What is wanted first, unless the day's budget is spent.

    The answers under way are not known yet: a day may cost that much more than its budget.
    """
    now = shop.now()
    today = now.astimezone(UTC).date()
    with shop.store.transaction():
        if shop.budget.is_spent(shop.store.spending.between(today, today)):
            shop.state = State.SPENT
            return None
        if shop.state is State.SPENT:
            shop.state = State.GOOD
        found = shop.store.commissions.claim(now, LEASE, 1)
    return found[0] if found else None


async def _make(shop: Workshop, commission: Commission) -> bool | None:
    """Asks for one gloss and keeps what came of it; None when nothing was decided."""
    store, paid = shop.store, Usages()
    paper = await store.run(store.papers.by_key, commission.paper, commission.version)
    if paper is None:  # cannot be, short of a hand in the file
        await store.run(store.commissions.done, commission.key)
        return None
    try:
        async with asyncio.timeout(LEASE / 2):
            told = await glossed(shop.model, paper, commission.language, paid.add)
    except Unfit as error:
        shop.breaker.note(reached=True)
        await _fail(shop, commission, paid, ", ".join(error.faults))
        return False
    except Declined as error:
        shop.breaker.note(reached=True)
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
    shop.breaker.note(reached=True)
    shop.state = State.GOOD
    gloss = _gloss(shop, paper, commission, paid, *(told.title, told.gist, told.abstract))
    await asyncio.shield(store.run(_keep, shop, commission, gloss, paid))
    return True


@dataclass(slots=True)
class Usages:
    """What the calls for one gloss cost so far."""

    calls: int = 0
    asked: int = 0
    answered: int = 0

    def add(self, usage: Usage) -> None:
        """One more paid call."""
        self.calls += 1
        self.asked += usage.asked
        self.answered += usage.answered


def spent(shop: Workshop, paid: Usages, *, unused: int = 0) -> Spending:
    """What calls cost, as a row of today's."""
    money = shop.price.of(paid.asked, paid.answered)
    shop.tokens += paid.asked + paid.answered
    shop.money += money
    return Spending(
        day=shop.now().astimezone(UTC).date(),
        model=shop.model.name,
        calls=paid.calls,
        asked=paid.asked,
        answered=paid.answered,
        money=money,
        unused=unused,
    )


def _gloss(
    shop: Workshop,
    paper: Paper,
    commission: Commission,
    paid: Usages,
    title: str,
    gist: str,
    abstract: str,
) -> Gloss:
    return Gloss(
        paper=paper.key,
        version=paper.version,
        language=commission.language,
        title=title,
        gist=gist,
        abstract=abstract,
        maker=shop.model.name,
        made=shop.now(),
        prompt=PROMPT,
        tokens=paid.asked + paid.answered,
    )


def _keep(shop: Workshop, commission: Commission, gloss: Gloss, paid: Usages) -> None:
    with shop.store.transaction():
        shop.store.papers.add_gloss(gloss)
        shop.store.commissions.done(commission.key)
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
            shop.store.commissions.fail(commission.key, why, until)
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


def stood_back(shop: Workshop, error: ModelError | TimeoutError) -> bool:
    """Lets the shop rest after a trouble; false where it may be of this one request."""
    match error:
        case KeyRefused():
            shop.stop(State.KEY_REFUSED, CLOSED)
        case ModelUnknown():
            shop.stop(State.MODEL_UNKNOWN, CLOSED)
        case OutOfCredit():
            shop.stop(State.OUT_OF_CREDIT, CLOSED)
        case Overloaded(seconds=seconds):
            shop.stop(State.OVERLOADED, min(seconds or BUSY, LONGEST))
        case _:
            shop.breaker.note(reached=False)
            if not shop.breaker.is_open:
                return False
            shop.state = State.UNREACHABLE
    log.warning("model cannot be asked", extra={"state": shop.state})
    return True


def _give_back(shop: Workshop, commission: Commission, paid: Usages) -> None:
    with shop.store.transaction():
        shop.store.commissions.give_back(commission.key)
        if paid.calls:
            shop.store.spending.add(spent(shop, paid, unused=1))
