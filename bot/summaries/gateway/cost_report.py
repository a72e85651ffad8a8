"""How does the model answer, how far do its glosses reach, and what do they cost?

Asked for the operator's /status and for the command line; it reads the store and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.summaries.gateway.budget import MILLION, Budget, Price, total
from bot.summaries.gateway.model_state import State, condition
from storage import Store
from storage.records import Backlog, Commission, Coverage, Notice, Spending

USUAL = 800, 450  # tokens sent and received for a gloss that translates title and abstract
USUAL_ENGLISH = 700, 60  # the same for one in English, of which a sentence comes back
LATELY = timedelta(days=7)  # whose digests tell how far the glosses reach


@dataclass(frozen=True, slots=True)
class Contract:
    """Which model writes, in which languages, and what it may cost."""

    model: str
    languages: tuple[str, ...]
    price: Price
    budget: Budget


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the glosses that were wanted."""

    contract: Contract
    state: State
    backlog: Backlog
    coverage: tuple[Coverage, ...]
    today: Spending
    month: Spending
    digests: int  # of this month


def account(store: Store, bot: int, contract: Contract, now: datetime) -> Account:
    """The account of one bot at an instant."""
    today = now.astimezone(UTC).date()
    first = today.replace(day=1)
    spent = store.spending.between(first, today)
    month = datetime(first.year, first.month, 1, tzinfo=UTC)
    return Account(
        contract=contract,
        state=condition(store).state,
        backlog=store.commissions.backlog(),
        coverage=store.commissions.coverage(bot, contract.languages, now - LATELY),
        today=total((one for one in spent if one.day == today), today),
        month=total(spent, today),
        digests=store.census.digests_since(bot, month),
    )


@dataclass(frozen=True, slots=True)
class Estimate:
    """What glosses may cost: by what this model took before, else by what is usual."""

    glosses: int
    tokens: int
    money: int


def estimate(store: Store, contract: Contract, wanted: Sequence[Commission]) -> Estimate:
    """About what it costs to make these glosses."""
    asked = answered = 0
    for language in {one.language for one in wanted}:
        count = sum(one.language == language for one in wanted)
        sent, received = USUAL if language != "en" else USUAL_ENGLISH
        mean = store.commissions.mean_tokens(contract.model, language)
        scale = mean / (sent + received) if mean else 1.0
        asked += round(count * sent * scale)
        answered += round(count * received * scale)
    return Estimate(len(wanted), asked + answered, contract.price.of(asked, answered))


def told(found: Account) -> Iterable[Notice]:
    """The account in lines, each a text with its values."""
    yield Notice(f"account-{found.state}", (("model", found.contract.model),))
    backlog = found.backlog
    yield Notice(
        "account-backlog",
        (
            ("waiting", backlog.waiting),
            ("failed", backlog.failed),
            ("given", backlog.given_up),
        ),
    )
    for one in found.coverage:
        if one.shown:
            share = 100 * one.glossed // one.shown
            facts = (("code", one.language), ("share", share), ("papers", one.shown))
            yield Notice("account-coverage", facts)
    yield _spent("account-today", found, found.today, (("budget", str(found.contract.budget)),))
    yield _spent("account-month", found, found.month, (("each", _each(found)),))


def _spent(key: str, found: Account, spent: Spending, more: tuple[tuple[str, str], ...]) -> Notice:
    tokens = spent.asked + spent.answered
    return Notice(key, (("tokens", tokens), ("money", money(found.contract, spent.money)), *more))


def money(contract: Contract, millionths: int) -> str:
    """An amount with its currency; nothing where tokens have no price."""
    if not str(contract.price):
        return "none"
    return f"{millionths / MILLION:.4f} {contract.price.currency}".strip()


def _each(found: Account) -> str:
    """What a digest cost this month: in money where there is a price, else in tokens."""
    digests = max(found.digests, 1)
    if str(found.contract.price):
        return money(found.contract, found.month.money // digests)
    return str((found.month.asked + found.month.answered) // digests)
