"""A digest at its time, though the model is late or misbehaves: never beyond the grace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.digests.wait_for_summaries import MAX_WAIT
from bot.summaries.gateway.model_state import ModelStatus, current_model_state
from bot.texts import say
from storage import Store
from tests.models.server import MODEL
from tests.support.model_morning import (
    DUE_AT,
    HOUR,
    MINUTE,
    PAPERS,
    SECOND,
    MorningScenario,
    morning_scenario,
)

BOTH = ("zh", "en")
EDGE = DUE_AT + MAX_WAIT + 15 * SECOND


async def test_papers_of_the_night_are_summarized_ahead_and_nobody_waits(store: Store) -> None:
    async with morning_scenario(store) as world:
        await world.add_reader("Ada", *BOTH)
        await world.announce_papers(DUE_AT - 4 * HOUR)
        await world.advance_clock(DUE_AT - 3 * HOUR, step=20 * MINUTE)
        assert len(world.server.calls) == 2 * PAPERS

        await world.advance_clock(DUE_AT)

        assert world.send_times("Ada") == [DUE_AT]
        assert world.shows_all_summaries("Ada")
        await world.advance_clock(DUE_AT + 2 * HOUR, step=20 * MINUTE)
        assert world.edit_times("Ada") == []
        assert len(world.server.calls) == 2 * PAPERS


async def test_papers_of_the_last_minute_are_waited_for(store: Store) -> None:
    async with morning_scenario(store) as world:
        await world.add_reader("Ada", *BOTH)
        await world.announce_papers(DUE_AT - MINUTE)
        await world.running_bot.move_clock_to(DUE_AT)  # before anybody looked ahead
        assert world.send_times("Ada") == []

        await world.advance_clock(EDGE)

        [sent_at] = world.send_times("Ada")
        assert DUE_AT < sent_at <= DUE_AT + MINUTE
        assert world.shows_all_summaries("Ada")
        assert world.edit_times("Ada") == []


def _longest(state: ModelStatus) -> float:
    """Short where time-outs are what is tested, else longer than any busy machine takes."""
    return 0.4 if state is ModelStatus.UNREACHABLE else 20.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "state"),
    [
        ("hang", ModelStatus.UNREACHABLE),
        pytest.param("slow=2", ModelStatus.UNREACHABLE, marks=pytest.mark.slow),
        ("server-error", ModelStatus.UNREACHABLE),
        pytest.param("bad-gateway", ModelStatus.UNREACHABLE, marks=pytest.mark.slow),
        ("reset", ModelStatus.UNREACHABLE),
        pytest.param("reset-body", ModelStatus.UNREACHABLE, marks=pytest.mark.slow),
        ("empty", ModelStatus.UNREACHABLE),
        pytest.param("infinite", ModelStatus.UNREACHABLE, marks=pytest.mark.slow),
        ("unauthorized", ModelStatus.KEY_REFUSED),
        pytest.param("unknown-model", ModelStatus.MODEL_UNKNOWN, marks=pytest.mark.slow),
        pytest.param("quota", ModelStatus.OUT_OF_CREDIT, marks=pytest.mark.slow),
        pytest.param("rate-limit=3600", ModelStatus.OVERLOADED, marks=pytest.mark.slow),
        ("rate-limit-bare", ModelStatus.OVERLOADED),
        ("wrong-language", ModelStatus.AVAILABLE),
        pytest.param("huge", ModelStatus.UNREACHABLE, marks=pytest.mark.slow),
        ("cut-json", ModelStatus.AVAILABLE),
        pytest.param("refusal", ModelStatus.AVAILABLE, marks=pytest.mark.slow),
        pytest.param("links", ModelStatus.AVAILABLE, marks=pytest.mark.slow),
    ],
)
async def test_no_misbehaviour_delays_a_digest_beyond_the_grace_or_loses_a_paper(
    store: Store, script: str, state: ModelStatus
) -> None:
    async with morning_scenario(store, script, timeout_seconds=_longest(state)) as world:
        await world.add_reader("Ada", *BOTH)
        await world.add_reader("Bob", "en", language="en")
        await world.announce_papers(DUE_AT - MINUTE)

        await world.advance_clock(EDGE)

        for name in ("Ada", "Bob"):
            [sent_at] = world.send_times(name)
            assert DUE_AT <= sent_at <= EDGE
            assert len(world.digest(name).entries) == PAPERS
        assert world.untranslated_note("Ada") != ""
        assert world.untranslated_note("Bob") == ""  # the words of the abstract are English
        assert current_model_state(store).status is state
        assert store.summary_jobs.backlog().waiting == 2 * PAPERS


@pytest.mark.parametrize(
    ("script", "state", "lasting"),
    [
        ("unauthorized", ModelStatus.KEY_REFUSED, False),
        ("unknown-model", ModelStatus.MODEL_UNKNOWN, False),
        ("unpaid", ModelStatus.OUT_OF_CREDIT, False),
        ("good", ModelStatus.BUDGET_SPENT, False),
        ("rate-limit-bare", ModelStatus.OVERLOADED, True),
        ("reset", ModelStatus.UNREACHABLE, True),
    ],
)
async def test_the_operator_is_told_what_the_model_lacks_and_that_it_is_over(
    store: Store, script: str, state: ModelStatus, lasting: bool
) -> None:
    budget = "1" if state is ModelStatus.BUDGET_SPENT else "1M"
    async with morning_scenario(store, script, llm_budget=budget) as world:
        await world.add_reader("Ada", "zh")
        await world.announce_papers(DUE_AT - MINUTE)
        await world.advance_clock(EDGE)
        text = say("en", f"trouble-model-{state}", model=MODEL)

        [status] = await world.running_bot.send_text(world.operator, "/status")
        assert say("en", f"account-{state}", model=MODEL) in status.text
        assert (text in await world.operator_messages()) is not lasting

        await world.advance_clock(DUE_AT + 3 * HOUR, step=20 * MINUTE)
        assert text in await world.operator_messages()

        world.server.set_script("good")
        await world.advance_clock(DUE_AT + 26 * HOUR, step=20 * MINUTE)
        assert current_model_state(store).status is ModelStatus.AVAILABLE  # a budget is a day's


async def test_a_spent_budget_holds_nobody_and_goes_on_tomorrow(store: Store) -> None:
    async with morning_scenario(store, llm_budget="1") as world:
        world.gateway.max_concurrent = 1
        await world.add_reader("Ada", *BOTH)
        await world.announce_papers(DUE_AT - MINUTE)
        await world.advance_clock(EDGE)

        assert len(world.send_times("Ada")) == 1
        assert current_model_state(store).status is ModelStatus.BUDGET_SPENT
        assert world.untranslated_note("Ada") != ""
        assert len(world.server.calls) < 2 * PAPERS

        for _ in range(5):  # nights: each day may pay for what is under way when it is spent
            await world.advance_clock(world.running_bot.clock.instant + 24 * HOUR)

        assert store.summary_jobs.backlog().waiting == 0


async def test_one_paper_that_the_model_cannot_say_is_marked_and_the_others_are_told(
    store: Store,
) -> None:
    async with morning_scenario(store, "wrong-language*2 good") as world:
        world.gateway.max_concurrent = 1
        await world.add_reader("Ada", "zh")
        await world.announce_papers(DUE_AT - MINUTE)
        await world.advance_clock(DUE_AT + 2 * MINUTE)

        assert len(world.send_times("Ada")) == 1
        assert world.untranslated_note("Ada") == say("zh", "digest-untranslated", count=1)
        assert len(world.model_summaries("zh")) == PAPERS - 1

        await world.advance_clock(DUE_AT + 10 * MINUTE)  # it is tried again after five

        assert world.shows_all_summaries("Ada")
        assert len(world.edit_times("Ada")) == 1


@pytest.mark.parametrize("languages", [("zh",), ("en",), ("zh", "en"), ("en", "zh")])
async def test_each_choice_of_languages_is_summarized_once_for_all_its_readers(
    store: Store, languages: tuple[str, ...]
) -> None:
    async with morning_scenario(store) as world:
        await world.add_reader("Ada", *languages)
        await world.add_reader("Bob", *languages, language="en")
        await world.announce_papers(DUE_AT - 4 * HOUR)
        await world.advance_clock(DUE_AT)

        assert world.send_times("Ada") == world.send_times("Bob") == [DUE_AT]
        assert len(world.server.calls) == len(languages) * PAPERS
        assert world.shows_all_summaries("Ada", languages[0])
        assert world.shows_all_summaries("Bob", languages[0])


async def test_a_topic_has_its_own_languages(store: Store) -> None:
    async with morning_scenario(store) as world:
        ada = await world.add_reader("Ada", "en")
        [topic] = await world.running_bot.topics(ada)
        await store.run(_in_chinese, world, topic.key)
        await world.announce_papers(DUE_AT - 4 * HOUR)
        await world.advance_clock(DUE_AT)

        assert world.send_times("Ada") == [DUE_AT]
        assert {call.language for call in world.server.calls} == {"zh"}
        assert world.shows_all_summaries("Ada", "zh")


def _in_chinese(world: MorningScenario, key: int) -> None:
    with world.store.transaction():
        topic = world.store.subscriptions.get(key)
        assert topic
        world.store.subscriptions.update(replace(topic, languages=("zh",)))
