"""Summaries made by a model that misbehaves: none lost, each paid call counted, each state told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.concurrency.circuit_breaker import CircuitBreaker
from bot.summaries.gateway.budget import Budget, Price
from bot.summaries.gateway.model_gateway import REFUSED_PAUSE_SECONDS, ModelGateway
from bot.summaries.gateway.model_state import ModelStatus, current_model_state
from bot.summaries.jobs import RETRY_DELAYS, JobCounts, run_summary_jobs
from bot.summaries.llm.client import ModelClient
from storage import Store
from storage.records.papers import Paper
from storage.records.summaries import DailySpending, SummaryJob
from tests.models.server import KEY, MODEL, ModelServer, model_server
from tests.storage.builders import NOW, paper, store_papers, summary
from tests.support.clock import FakeClock

ABSTRACT = (
    "Routing messages in large networks is slow when the topology changes. We propose DeepFlow-2, "
    "a graph network that learns routes from $k$-hop observations. On 14 networks it reduces the "
    "delay by 37.5% and its memory stays below 1,024 MB."
)
TITLE = "DeepFlow-2: Learning to route messages with graph networks"


@asynccontextmanager
async def working(
    store: Store,
    script: str = "good",
    *,
    budget: Budget = Budget(10**9),  # noqa: B008 - frozen
    at_once: int = 2,
) -> AsyncIterator[tuple[ModelGateway, ModelServer, FakeClock]]:
    """A model gateway whose model plays a script."""
    clock = FakeClock(NOW)
    async with (
        model_server(script) as server,
        ModelClient(server.url, KEY, MODEL, timeout=1.0) as model,
    ):
        breaker = CircuitBreaker(monotonic=clock.monotonic)
        price = Price(1.0, 2.0, "USD")
        gateway = ModelGateway(
            store, model, price, budget, clock.now, clock.monotonic, breaker, max_concurrent=at_once
        )
        yield gateway, server, clock


def ordered(store: Store, count: int = 1, languages: tuple[str, ...] = ("zh",)) -> list[Paper]:
    """Papers whose summaries are wanted."""
    papers = store_papers(
        store, [paper(number, title=TITLE, abstract=ABSTRACT) for number in range(1, count + 1)]
    )
    store.summary_jobs.enqueue(
        [SummaryJob(paper.key, 1, language, NOW) for paper in papers for language in languages]
    )
    return papers


def spent(store: Store) -> DailySpending:
    spending = store.spending.between(NOW.date(), NOW.date() + timedelta(days=3))
    return spending[0] if spending else DailySpending(NOW.date(), "")


async def test_each_paper_is_summarized_once_per_language_and_counted(store: Store) -> None:
    papers = ordered(store, 3, ("zh", "en"))

    async with working(store) as (gateway, server, _):
        assert await run_summary_jobs(gateway) == JobCounts(completed=6)
        assert await run_summary_jobs(gateway) == JobCounts()  # a second run asks nothing

        assert len(server.calls) == 6
    for stored_paper in papers:
        made = {g.language: g for g in store.summaries.best_of_version(stored_paper.key, 1)}
        chinese, english = made["zh"], made["en"]
        assert chinese.producer == english.producer == MODEL
        assert all((chinese.prompt_version, chinese.tokens, chinese.tldr, chinese.abstract))
        assert (english.title, english.abstract) == (TITLE, ABSTRACT)
    paid = spent(store)
    summaries = [g for paper in papers for g in store.summaries.best_of_version(paper.key, 1)]
    assert paid.calls == 6
    assert paid.prompt_tokens + paid.completion_tokens == sum(
        summary.tokens for summary in summaries
    )
    assert paid.cost_micros == paid.prompt_tokens + 2 * paid.completion_tokens
    assert paid.unusable_answers == 0


@pytest.mark.parametrize(
    ("script", "state"),
    [
        ("unauthorized", ModelStatus.KEY_REFUSED),
        ("forbidden", ModelStatus.KEY_REFUSED),
        ("unknown-model", ModelStatus.MODEL_UNKNOWN),
        ("unpaid", ModelStatus.OUT_OF_CREDIT),
        ("quota", ModelStatus.OUT_OF_CREDIT),
        ("rate-limit-bare", ModelStatus.OVERLOADED),
    ],
)
async def test_a_model_that_says_no_rests_and_the_summary_stays_ordered(
    store: Store, script: str, state: ModelStatus
) -> None:
    ordered(store)

    async with working(store, f"{script} good", at_once=1) as (gateway, server, clock):
        assert await run_summary_jobs(gateway) == JobCounts()
        assert current_model_state(store).status is state
        assert not gateway.is_available()
        assert await run_summary_jobs(gateway) == JobCounts()  # it rests
        assert len(server.calls) == 1

        clock.advance(REFUSED_PAUSE_SECONDS + 1)

        assert await run_summary_jobs(gateway) == JobCounts(completed=1)
        assert current_model_state(store).status is ModelStatus.AVAILABLE
        assert gateway.is_available()
    assert store.summary_jobs.backlog().waiting == 0
    assert spent(store).calls == 1  # a refusal costs nothing


async def test_the_rest_is_as_long_as_the_server_says(store: Store) -> None:
    ordered(store)

    async with working(store, "rate-limit=90 good") as (gateway, server, clock):
        await run_summary_jobs(gateway)
        clock.advance(80)
        await run_summary_jobs(gateway)
        assert len(server.calls) == 1

        clock.advance(15)
        assert await run_summary_jobs(gateway) == JobCounts(completed=1)


async def test_an_absurd_wait_is_an_hour(store: Store) -> None:
    ordered(store)

    async with working(store, "rate-limit-absurd good", at_once=1) as (gateway, _, clock):
        await run_summary_jobs(gateway)
        clock.advance(3601)
        assert await run_summary_jobs(gateway) == JobCounts(completed=1)


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

    async with working(store, script, at_once=1) as (gateway, server, clock):
        await run_summary_jobs(gateway)
        assert len(server.calls) <= 6  # then the breaker is open
        assert current_model_state(store).status in (
            ModelStatus.UNREACHABLE,
            ModelStatus.OVERLOADED,
        )
        server.set_script("good")

        for _ in range(40):
            clock.advance(600)
            await run_summary_jobs(gateway)

    backlog = store.summary_jobs.backlog()
    assert (backlog.waiting, backlog.abandoned) == (0, 0)
    assert current_model_state(store).status is ModelStatus.AVAILABLE


@pytest.mark.parametrize(
    "script",
    ["wrong-language", "refusal", "links", "markup", "copy", "self-talk", "wrong-number",
     "lost-marks", "wrong-types", "short-abstract", "other-ids", "repeating"],
)  # fmt: skip
async def test_what_fails_the_checks_is_paid_tried_later_and_given_up_at_last(
    store: Store, script: str
) -> None:
    [job] = ordered(store)

    async with working(store, script, at_once=1) as (gateway, server, clock):
        for wait in (timedelta(), *RETRY_DELAYS, timedelta(days=2)):
            clock.advance(wait.total_seconds() + 1)
            await run_summary_jobs(gateway)
        calls = len(server.calls)

    assert store.summaries.best_of_version(job.key, 1) == ()
    backlog = store.summary_jobs.backlog()
    assert (backlog.waiting, backlog.abandoned) == (0, 1)
    assert calls <= 2 * (len(RETRY_DELAYS) + 1)
    paid = store.spending.between(NOW.date(), NOW.date() + timedelta(days=9))
    assert sum(row.calls for row in paid) <= calls
    assert sum(row.unusable_answers for row in paid) == len(RETRY_DELAYS) + 1


async def test_one_paper_that_fails_holds_no_other(store: Store) -> None:
    papers = ordered(store, 4)

    async with working(store, "wrong-language*2 good", at_once=1) as (gateway, _, _clock):
        assert await run_summary_jobs(gateway) == JobCounts(completed=3, failed=1)

    summarized = [bool(store.summaries.best_of_version(paper.key, 1)) for paper in papers]
    assert sorted(summarized) == [False, True, True, True]


async def test_the_day_ends_when_its_budget_is_spent_and_the_next_goes_on(store: Store) -> None:
    ordered(store, 30)

    async with working(store, budget=Budget(3000), at_once=1) as (gateway, server, clock):
        first = await run_summary_jobs(gateway)
        assert 0 < first.completed < 30
        assert current_model_state(store).status is ModelStatus.BUDGET_SPENT
        assert not gateway.is_available()
        row = spent(store)
        overshoot = row.prompt_tokens + row.completion_tokens - 3000
        assert 0 <= overshoot < 3000  # at most the call under way
        calls_before = len(server.calls)
        await run_summary_jobs(gateway)
        assert len(server.calls) == calls_before

        clock.advance(24 * 3600)
        assert (await run_summary_jobs(gateway)).completed == first.completed
        assert store.summary_jobs.backlog().waiting == 30 - 2 * first.completed


async def test_a_question_that_is_cut_off_is_counted_as_paid(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered(store)
    monkeypatch.setattr("bot.summaries.jobs.LEASE_SECONDS", 0.8)

    async with working(store, "hang", at_once=1) as (gateway, server, _):
        await run_summary_jobs(gateway)
        calls = len(server.calls)

    paid = spent(store)
    assert paid.calls == calls
    assert paid.prompt_tokens > 200 * calls  # its words were sent


async def test_an_answer_that_fails_the_checks_is_an_answer(store: Store) -> None:
    ordered(store)

    async with working(store, "unauthorized wrong-language", at_once=1) as (gateway, _, clock):
        await run_summary_jobs(gateway)
        clock.advance(REFUSED_PAUSE_SECONDS + 1)
        assert await run_summary_jobs(gateway) == JobCounts(failed=1)

        assert current_model_state(store).status is ModelStatus.AVAILABLE


async def test_money_is_a_budget_too(store: Store) -> None:
    ordered(store, 30)

    async with working(store, budget=Budget(5000, "USD"), at_once=1) as (gateway, _, _clock):
        await run_summary_jobs(gateway)

    assert spent(store).cost_micros >= 5000
    assert store.summary_jobs.backlog().waiting > 0


async def test_what_was_under_way_when_the_process_stopped_is_made_by_the_next(
    store: Store,
) -> None:
    ordered(store)
    store.summary_jobs.claim(NOW, 600.0, 1)  # and then it was killed

    async with working(store) as (gateway, _, _clock):
        assert await run_summary_jobs(gateway) == JobCounts()
        assert store.summary_jobs.release_all_claims() == 1
        assert await run_summary_jobs(gateway) == JobCounts(completed=1)


async def test_a_summary_of_an_imported_document_is_used_before_paying(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper(title=TITLE, abstract=ABSTRACT)])

    store.summaries.add(summary(stored_paper, maker="import"))
    store.summary_jobs.enqueue([SummaryJob(stored_paper.key, 1, "zh", NOW)])

    async with working(store) as (gateway, server, _):
        assert await run_summary_jobs(gateway) == JobCounts()
        assert server.calls == []
