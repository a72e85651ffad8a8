"""Glosses made by a model that misbehaves: none lost, each paid call counted, each state told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from bot.concurrency.rate_limiter import Breaker
from bot.summaries.gateway.budget import Budget, Price
from bot.summaries.gateway.model_gateway import CLOSED, Workshop
from bot.summaries.gateway.model_state import State, condition
from bot.summaries.jobs import TRIES, Fulfilled, fulfil
from bot.summaries.llm.client import Model
from storage import Store
from storage.records import Commission, Paper, Spending
from tests.models.server import KEY, MODEL, Server, models
from tests.storage.builders import NOW, gloss, paper, stored

ABSTRACT = (
    "Routing messages in large networks is slow when the topology changes. We propose DeepFlow-2, "
    "a graph network that learns routes from $k$-hop observations. On 14 networks it reduces the "
    "delay by 37.5% and its memory stays below 1,024 MB."
)
TITLE = "DeepFlow-2: Learning to route messages with graph networks"


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - NOW).total_seconds()

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@asynccontextmanager
async def working(
    store: Store,
    script: str = "good",
    *,
    budget: Budget = Budget(10**9),  # noqa: B008 - frozen
    key: str = KEY,
    name: str = MODEL,
    at_once: int = 2,
) -> AsyncIterator[tuple[Workshop, Server, Hand]]:
    """A workshop whose model plays a script."""
    hand = Hand()
    async with models(script) as server, Model(server.url, key, name, timeout=1.0) as model:
        breaker = Breaker(monotonic=hand.monotonic)
        price = Price(1.0, 2.0, "USD")
        shop = Workshop(
            store, model, price, budget, hand.now, hand.monotonic, breaker, at_once=at_once
        )
        yield shop, server, hand


def ordered(store: Store, count: int = 1, languages: tuple[str, ...] = ("zh",)) -> list[Paper]:
    """Papers whose glosses are wanted."""
    papers = stored(
        store, [paper(number, title=TITLE, abstract=ABSTRACT) for number in range(1, count + 1)]
    )
    store.commissions.order(
        [Commission(one.key, 1, language, NOW) for one in papers for language in languages]
    )
    return papers


def spent(store: Store) -> Spending:
    found = store.spending.between(NOW.date(), NOW.date() + timedelta(days=3))
    return found[0] if found else Spending(NOW.date(), "")


async def test_each_paper_is_glossed_once_per_language_and_counted(store: Store) -> None:
    papers = ordered(store, 3, ("zh", "en"))

    async with working(store) as (shop, server, _):
        assert await fulfil(shop) == Fulfilled(made=6)
        assert await fulfil(shop) == Fulfilled()  # a second run asks nothing

        assert len(server.calls) == 6
    for one in papers:
        chinese, english = (
            next(g for g in store.papers.glosses_of(one.key, 1) if g.language == language)
            for language in ("zh", "en")
        )
        assert chinese.maker == english.maker == MODEL
        assert all((chinese.prompt, chinese.tokens, chinese.gist, chinese.abstract))
        assert (english.title, english.abstract) == (TITLE, ABSTRACT)
    paid = spent(store)
    glosses = [g for one in papers for g in store.papers.glosses_of(one.key, 1)]
    assert paid.calls == 6
    assert paid.asked + paid.answered == sum(gloss.tokens for gloss in glosses)
    assert paid.money == paid.asked + 2 * paid.answered
    assert paid.unused == 0


@pytest.mark.parametrize(
    ("script", "state"),
    [
        ("unauthorized", State.KEY_REFUSED),
        ("forbidden", State.KEY_REFUSED),
        ("unknown-model", State.MODEL_UNKNOWN),
        ("unpaid", State.OUT_OF_CREDIT),
        ("quota", State.OUT_OF_CREDIT),
        ("rate-limit-bare", State.OVERLOADED),
    ],
)
async def test_a_model_that_says_no_rests_and_the_gloss_stays_ordered(
    store: Store, script: str, state: State
) -> None:
    ordered(store)

    async with working(store, f"{script} good", at_once=1) as (shop, server, hand):
        assert await fulfil(shop) == Fulfilled()
        assert condition(store).state is state
        assert not shop.is_able()
        assert await fulfil(shop) == Fulfilled()  # it rests
        assert len(server.calls) == 1

        hand.forward(CLOSED + 1)

        assert await fulfil(shop) == Fulfilled(made=1)
        assert condition(store).state is State.GOOD
        assert shop.is_able()
    assert store.commissions.backlog().waiting == 0
    assert spent(store).calls == 1  # a refusal costs nothing


async def test_the_rest_is_as_long_as_the_server_says(store: Store) -> None:
    ordered(store)

    async with working(store, "rate-limit=90 good") as (shop, server, hand):
        await fulfil(shop)
        hand.forward(80)
        await fulfil(shop)
        assert len(server.calls) == 1

        hand.forward(15)
        assert await fulfil(shop) == Fulfilled(made=1)


async def test_an_absurd_wait_is_an_hour(store: Store) -> None:
    ordered(store)

    async with working(store, "rate-limit-absurd good", at_once=1) as (shop, _, hand):
        await fulfil(shop)
        hand.forward(3601)
        assert await fulfil(shop) == Fulfilled(made=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "script",
    ["server-error", "bad-gateway", "unavailable", "hang", "reset", "reset-body", "empty", "null",
     "not-json", "no-choices", "huge"],
)  # fmt: skip
async def test_an_outage_opens_the_breaker_and_spends_few_attempts(
    store: Store, script: str
) -> None:
    ordered(store, 12)

    async with working(store, script, at_once=1) as (shop, server, hand):
        await fulfil(shop)
        assert len(server.calls) <= 6  # then the breaker is open
        assert condition(store).state in (State.UNREACHABLE, State.OVERLOADED)
        server.play("good")

        for _ in range(40):
            hand.forward(600)
            await fulfil(shop)

    backlog = store.commissions.backlog()
    assert (backlog.waiting, backlog.given_up) == (0, 0)
    assert condition(store).state is State.GOOD


@pytest.mark.parametrize(
    "script",
    ["wrong-language", "refusal", "links", "markup", "copy", "self-talk", "wrong-number",
     "lost-marks", "wrong-types", "short-abstract", "other-ids", "repeating"],
)  # fmt: skip
async def test_what_fails_the_checks_is_paid_tried_later_and_given_up_at_last(
    store: Store, script: str
) -> None:
    [one] = ordered(store)

    async with working(store, script, at_once=1) as (shop, server, hand):
        for wait in (timedelta(), *TRIES, timedelta(days=2)):
            hand.forward(wait.total_seconds() + 1)
            await fulfil(shop)
        calls = len(server.calls)

    assert store.papers.glosses_of(one.key, 1) == ()
    backlog = store.commissions.backlog()
    assert (backlog.waiting, backlog.given_up) == (0, 1)
    assert calls <= 2 * (len(TRIES) + 1)
    paid = store.spending.between(NOW.date(), NOW.date() + timedelta(days=9))
    assert sum(row.calls for row in paid) <= calls
    assert sum(row.unused for row in paid) == len(TRIES) + 1


async def test_one_paper_that_fails_holds_no_other(store: Store) -> None:
    papers = ordered(store, 4)

    async with working(store, "wrong-language*2 good", at_once=1) as (shop, _, _hand):
        assert await fulfil(shop) == Fulfilled(made=3, failed=1)

    glossed = [bool(store.papers.glosses_of(one.key, 1)) for one in papers]
    assert sorted(glossed) == [False, True, True, True]


async def test_the_day_ends_when_its_budget_is_spent_and_the_next_goes_on(store: Store) -> None:
    ordered(store, 30)

    async with working(store, budget=Budget(3000), at_once=1) as (shop, server, hand):
        first = await fulfil(shop)
        assert 0 < first.made < 30
        assert condition(store).state is State.SPENT
        assert not shop.is_able()
        row = spent(store)
        overshoot = row.asked + row.answered - 3000
        assert 0 <= overshoot < 3000  # at most the call under way
        asked = len(server.calls)
        await fulfil(shop)
        assert len(server.calls) == asked

        hand.forward(24 * 3600)
        assert (await fulfil(shop)).made == first.made
        assert store.commissions.backlog().waiting == 30 - 2 * first.made


async def test_a_question_that_is_cut_off_is_counted_as_paid(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered(store)
    monkeypatch.setattr("bot.summaries.jobs.LEASE", 0.8)

    async with working(store, "hang", at_once=1) as (shop, server, _):
        await fulfil(shop)
        calls = len(server.calls)

    paid = spent(store)
    assert paid.calls == calls
    assert paid.asked > 200 * calls  # its words were sent


async def test_an_answer_that_fails_the_checks_is_an_answer(store: Store) -> None:
    ordered(store)

    async with working(store, "unauthorized wrong-language", at_once=1) as (shop, _, hand):
        await fulfil(shop)
        hand.forward(CLOSED + 1)
        assert await fulfil(shop) == Fulfilled(failed=1)

        assert condition(store).state is State.GOOD


async def test_money_is_a_budget_too(store: Store) -> None:
    ordered(store, 30)

    async with working(store, budget=Budget(5000, "USD"), at_once=1) as (shop, _, _hand):
        await fulfil(shop)

    assert spent(store).money >= 5000
    assert store.commissions.backlog().waiting > 0


async def test_what_was_under_way_when_the_process_stopped_is_made_by_the_next(
    store: Store,
) -> None:
    ordered(store)
    store.commissions.claim(NOW, 600.0, 1)  # and then it was killed

    async with working(store) as (shop, _, _hand):
        assert await fulfil(shop) == Fulfilled()
        assert store.commissions.recover() == 1
        assert await fulfil(shop) == Fulfilled(made=1)


async def test_a_gloss_of_an_imported_document_is_used_before_paying(store: Store) -> None:
    [one] = stored(store, [paper(title=TITLE, abstract=ABSTRACT)])

    store.papers.add_gloss(gloss(one, maker="import"))
    store.commissions.order([Commission(one.key, 1, "zh", NOW)])

    async with working(store) as (shop, server, _):
        assert await fulfil(shop) == Fulfilled()
        assert server.calls == []
