"""A digest at its time, though the model is late or misbehaves: never beyond the grace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.digests.wait_for_summaries import GRACE
from bot.summaries.gateway.model_state import State, condition
from bot.texts import say
from storage import Store
from tests.models.server import MODEL
from tests.support.model_morning import DUE, HOUR, MINUTE, PAPERS, SECOND, Morning, morning

BOTH = ("zh", "en")
EDGE = DUE + GRACE + 15 * SECOND


async def test_papers_of_the_night_are_glossed_ahead_and_nobody_waits(store: Store) -> None:
    async with morning(store) as world:
        await world.joins("Ada", *BOTH)
        await world.announced(DUE - 4 * HOUR)
        await world.passes(DUE - 3 * HOUR, step=20 * MINUTE)
        assert len(world.server.calls) == 2 * PAPERS

        await world.passes(DUE)

        assert world.sent("Ada") == [DUE]
        assert world.shows_all("Ada")
        await world.passes(DUE + 2 * HOUR, step=20 * MINUTE)
        assert world.edits("Ada") == []
        assert len(world.server.calls) == 2 * PAPERS


async def test_papers_of_the_last_minute_are_waited_for(store: Store) -> None:
    async with morning(store) as world:
        await world.joins("Ada", *BOTH)
        await world.announced(DUE - MINUTE)
        await world.house.move_to(DUE)  # before anybody looked ahead
        assert world.sent("Ada") == []

        await world.passes(EDGE)

        [at] = world.sent("Ada")
        assert DUE < at <= DUE + MINUTE
        assert world.shows_all("Ada")
        assert world.edits("Ada") == []


def _longest(state: State) -> float:
    """Short where time-outs are what is tested, else longer than any busy machine takes."""
    return 0.4 if state is State.UNREACHABLE else 20.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "state"),
    [
        ("hang", State.UNREACHABLE),
        pytest.param("slow=2", State.UNREACHABLE, marks=pytest.mark.slow),
        ("server-error", State.UNREACHABLE),
        pytest.param("bad-gateway", State.UNREACHABLE, marks=pytest.mark.slow),
        ("reset", State.UNREACHABLE),
        pytest.param("reset-body", State.UNREACHABLE, marks=pytest.mark.slow),
        ("empty", State.UNREACHABLE),
        pytest.param("infinite", State.UNREACHABLE, marks=pytest.mark.slow),
        ("unauthorized", State.KEY_REFUSED),
        pytest.param("unknown-model", State.MODEL_UNKNOWN, marks=pytest.mark.slow),
        pytest.param("quota", State.OUT_OF_CREDIT, marks=pytest.mark.slow),
        pytest.param("rate-limit=3600", State.OVERLOADED, marks=pytest.mark.slow),
        ("rate-limit-bare", State.OVERLOADED),
        ("wrong-language", State.GOOD),
        pytest.param("huge", State.UNREACHABLE, marks=pytest.mark.slow),
        ("cut-json", State.GOOD),
        pytest.param("refusal", State.GOOD, marks=pytest.mark.slow),
        pytest.param("links", State.GOOD, marks=pytest.mark.slow),
    ],
)
async def test_no_misbehaviour_delays_a_digest_beyond_the_grace_or_loses_a_paper(
    store: Store, script: str, state: State
) -> None:
    async with morning(store, script, longest=_longest(state)) as world:
        await world.joins("Ada", *BOTH)
        await world.joins("Bob", "en", language="en")
        await world.announced(DUE - MINUTE)

        await world.passes(EDGE)

        for name in ("Ada", "Bob"):
            [at] = world.sent(name)
            assert DUE <= at <= EDGE
            assert len(world.digest(name).entries) == PAPERS
        assert world.mark("Ada") != ""
        assert world.mark("Bob") == ""  # the words of the abstract are English
        assert condition(store).state is state
        assert store.commissions.backlog().waiting == 2 * PAPERS


@pytest.mark.parametrize(
    ("script", "state", "lasting"),
    [
        ("unauthorized", State.KEY_REFUSED, False),
        ("unknown-model", State.MODEL_UNKNOWN, False),
        ("unpaid", State.OUT_OF_CREDIT, False),
        ("good", State.SPENT, False),
        ("rate-limit-bare", State.OVERLOADED, True),
        ("reset", State.UNREACHABLE, True),
    ],
)
async def test_the_operator_is_told_what_the_model_lacks_and_that_it_is_over(
    store: Store, script: str, state: State, lasting: bool
) -> None:
    budget = "1" if state is State.SPENT else "1M"
    async with morning(store, script, llm_budget=budget) as world:
        await world.joins("Ada", "zh")
        await world.announced(DUE - MINUTE)
        await world.passes(EDGE)
        told = say("en", f"trouble-model-{state}", model=MODEL)

        [status] = await world.house.says(world.operator, "/status")
        assert say("en", f"account-{state}", model=MODEL) in status.text
        assert (told in await world.watched()) is not lasting

        await world.passes(DUE + 3 * HOUR, step=20 * MINUTE)
        assert told in await world.watched()

        world.server.play("good")
        await world.passes(DUE + 26 * HOUR, step=20 * MINUTE)
        assert condition(store).state is State.GOOD  # a budget is a day's


async def test_a_spent_budget_holds_nobody_and_goes_on_tomorrow(store: Store) -> None:
    async with morning(store, llm_budget="1") as world:
        world.shop.at_once = 1
        await world.joins("Ada", *BOTH)
        await world.announced(DUE - MINUTE)
        await world.passes(EDGE)

        assert len(world.sent("Ada")) == 1
        assert condition(store).state is State.SPENT
        assert world.mark("Ada") != ""
        assert len(world.server.calls) < 2 * PAPERS

        for _ in range(5):  # nights: each day may pay for what is under way when it is spent
            await world.passes(world.house.clock.at + 24 * HOUR)

        assert store.commissions.backlog().waiting == 0


async def test_one_paper_that_the_model_cannot_say_is_marked_and_the_others_are_told(
    store: Store,
) -> None:
    async with morning(store, "wrong-language*2 good") as world:
        world.shop.at_once = 1
        await world.joins("Ada", "zh")
        await world.announced(DUE - MINUTE)
        await world.passes(DUE + 2 * MINUTE)

        assert len(world.sent("Ada")) == 1
        assert world.mark("Ada") == say("zh", "digest-untranslated", count=1)
        assert len(world.glosses("zh")) == PAPERS - 1

        await world.passes(DUE + 10 * MINUTE)  # it is tried again after five

        assert world.shows_all("Ada")
        assert len(world.edits("Ada")) == 1


@pytest.mark.parametrize("languages", [("zh",), ("en",), ("zh", "en"), ("en", "zh")])
async def test_each_choice_of_languages_is_glossed_once_for_all_its_readers(
    store: Store, languages: tuple[str, ...]
) -> None:
    async with morning(store) as world:
        await world.joins("Ada", *languages)
        await world.joins("Bob", *languages, language="en")
        await world.announced(DUE - 4 * HOUR)
        await world.passes(DUE)

        assert world.sent("Ada") == world.sent("Bob") == [DUE]
        assert len(world.server.calls) == len(languages) * PAPERS
        assert world.shows_all("Ada", languages[0])
        assert world.shows_all("Bob", languages[0])


async def test_a_topic_has_its_own_languages(store: Store) -> None:
    async with morning(store) as world:
        ada = await world.joins("Ada", "en")
        [topic] = await world.house.topics(ada)
        await store.run(_in_chinese, world, topic.key)
        await world.announced(DUE - 4 * HOUR)
        await world.passes(DUE)

        assert world.sent("Ada") == [DUE]
        assert {call.language for call in world.server.calls} == {"zh"}
        assert world.shows_all("Ada", "zh")


def _in_chinese(world: Morning, key: int) -> None:
    with world.store.transaction():
        topic = world.store.subscriptions.get(key)
        assert topic
        world.store.subscriptions.change(replace(topic, languages=("zh",)))
