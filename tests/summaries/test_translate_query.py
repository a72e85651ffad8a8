"""A topic in any language is put into English by its words, and keeps its shape."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.gateway.budget import Budget
from bot.summaries.gateway.model_gateway import REFUSED_PAUSE_SECONDS, ModelGateway
from bot.summaries.gateway.model_state import ModelStatus, current_model_state
from bot.summaries.jobs import run_summary_jobs
from bot.summaries.on_demand import ModelUnavailable
from bot.summaries.translate_query import needs_translation, translate_query
from bot.texts import Refusal
from bot.topics.query.parser import QueryError, parse
from bot.topics.query.query_parts import join_parts, split_parts
from tests.models.server import ModelServer
from tests.support.clock import FakeClock

NOW = datetime(2026, 11, 23, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "english"),
    [
        ("扩散模型", "diffusion model"),
        ("扩散 模型", "diffusion model"),
        ("扩散模型 cat:cs.CV -分割", "diffusion model cat:cs.CV -segmentation"),
        ("-扩散模型 图像", '-"diffusion model" image'),
        ('"扩散模型" OR gan', '"diffusion model" OR gan'),
        ("ti:扩散模型 au:何恺明", 'ti:"diffusion model" au:何恺明'),
        ('ti:检测 au:"何 恺明" id:2402.12844', 'ti:detection au:"何 恺明" id:2402.12844'),
        ("(图像 OR 视频) 生成", "(image OR video) generation"),
        ("abs:(图像 视频) AND 检测", "abs:(image video) AND detection"),
        ("扩散* quant* cs.CV", "diffusion quant* cs.CV"),
        ("“扩散模型”，视频", '"diffusion model" video'),
        ('"扩散 模型"~5 视频', '"diffusion model"~5 video'),
    ],
)
async def test_words_become_english_and_all_else_stays(
    gateway: ModelGateway, words: str, english: str
) -> None:
    assert await translate_query(gateway, words) == english
    assert parse(english)


@pytest.mark.parametrize("words", ["diffusion", "cs.CV", "au:何恺明", "α-VAE", "ti:Gödel"])
async def test_english_words_are_not_paid_for(
    gateway: ModelGateway, server: ModelServer, words: str
) -> None:
    assert not needs_translation(parse(words))
    assert await translate_query(gateway, words) == ""
    assert server.calls == []


@pytest.mark.parametrize(
    "words", ["扩散", "диффузия", "拡散モデル", "확산 모델", "انتشار", "διά 扩散"]
)
def test_other_scripts_are_noticed(words: str) -> None:
    assert needs_translation(parse(words))


async def test_too_many_pieces_are_not_paid_for(gateway: ModelGateway, server: ModelServer) -> None:
    assert await translate_query(gateway, " OR ".join(f"图像{n}" for n in range(5))) == ""
    assert server.calls == []


@pytest.mark.parametrize("script", ["links", "markup", "wrong-types", "self-talk"])
async def test_what_is_no_search_word_is_none(
    gateway: ModelGateway, server: ModelServer, script: str
) -> None:
    server.set_script(f"{script} ...")

    assert await translate_query(gateway, "扩散模型") == ""

    [spent] = gateway.store.spending.between(NOW.date(), NOW.date())
    assert (spent.calls, spent.cost_micros) == (
        1,
        spent.prompt_tokens + 2 * spent.completion_tokens,
    )


async def test_what_was_paid_before_a_trouble_is_counted(
    gateway: ModelGateway, server: ModelServer
) -> None:
    server.set_script("good server-error")

    with pytest.raises(Refusal, match="consult-not-now"):
        await translate_query(gateway, "扩散模型 OR 视频")

    [spent] = gateway.store.spending.between(NOW.date(), NOW.date())
    assert (spent.calls, spent.unusable_answers) == (1, 1)


async def test_a_spent_budget_asks_nothing(gateway: ModelGateway, server: ModelServer) -> None:
    gateway.budget = Budget(1)
    await translate_query(gateway, "扩散模型")

    with pytest.raises(ModelUnavailable, match="consult-spent"):
        await translate_query(gateway, "视频")

    assert len(server.calls) == 1


async def test_after_an_outage_one_question_finds_out(
    gateway: ModelGateway, server: ModelServer, clock: FakeClock
) -> None:
    """A question that is not asked for want of budget leaves the attempt to others."""
    server.set_script("server-error*5 good")
    for _ in range(5):
        with pytest.raises(Refusal):
            await translate_query(gateway, "视频")
    with pytest.raises(ModelUnavailable):
        await translate_query(gateway, "视频")
    assert len(server.calls) == 5

    clock.elapsed += 60.0

    assert await translate_query(gateway, "视频") == "video"
    assert not gateway.circuit_breaker.is_open


async def test_an_answer_tells_the_operator_that_the_model_is_back(
    gateway: ModelGateway, server: ModelServer, clock: FakeClock
) -> None:
    """Nobody else may ask it for hours: it is this answer that is known of it."""
    server.set_script("unauthorized good")
    with pytest.raises(Refusal):
        await translate_query(gateway, "视频")
    await run_summary_jobs(gateway)
    assert current_model_state(gateway.store).status is ModelStatus.KEY_REFUSED

    clock.elapsed += REFUSED_PAUSE_SECONDS + 1
    assert await translate_query(gateway, "视频") == "video"

    assert current_model_state(gateway.store).status is ModelStatus.AVAILABLE
    assert gateway.is_available()


async def test_an_answer_that_cannot_be_used_is_one(
    gateway: ModelGateway, server: ModelServer, clock: FakeClock
) -> None:
    server.set_script("server-error*5 refusal")
    for _ in range(5):
        with pytest.raises(Refusal):
            await translate_query(gateway, "视频")
    assert gateway.status is ModelStatus.UNREACHABLE
    clock.elapsed += 60.0

    with suppress(Refusal):
        await translate_query(gateway, "视频")

    await run_summary_jobs(gateway)
    assert current_model_state(gateway.store).status is ModelStatus.AVAILABLE


async def test_an_answer_from_before_the_trouble_does_not_hide_it(
    gateway: ModelGateway, server: ModelServer
) -> None:
    server.latency = 0.2
    asking = asyncio.create_task(translate_query(gateway, "视频"))
    await server.wait_for_calls(1)
    gateway.pause(ModelStatus.OUT_OF_CREDIT, REFUSED_PAUSE_SECONDS)

    assert await asking == "video"

    assert gateway.status is ModelStatus.OUT_OF_CREDIT


@pytest.mark.parametrize("is_stopped", [False, True])
async def test_a_question_that_is_cut_off_is_counted_as_paid(
    gateway: ModelGateway, server: ModelServer, monkeypatch: pytest.MonkeyPatch, is_stopped: bool
) -> None:
    """The server has read it: it may charge for it, whoever hung up."""
    server.set_script("hang")
    monkeypatch.setattr(
        "bot.summaries.on_demand.MODEL_TIMEOUT_SECONDS", 30.0 if is_stopped else 0.3
    )
    asking = asyncio.create_task(translate_query(gateway, "视频"))
    await server.wait_for_calls(1)
    if is_stopped:
        asking.cancel()

    with pytest.raises(asyncio.CancelledError if is_stopped else Refusal):
        await asking

    [spent] = gateway.store.spending.between(NOW.date(), NOW.date())
    assert (spent.calls, spent.unusable_answers) == (1, 1)
    assert spent.prompt_tokens > 50  # the instructions alone are more


_TYPED = st.text(st.sampled_from('扩散模型图ab -"():*.ORti，“”~3'), max_size=30)


@given(_TYPED)
def test_a_topic_in_pieces_is_the_same_topic(words: str) -> None:
    try:
        query = parse(words)
    except QueryError:
        return

    parts = list(split_parts(words.replace("*", "")))

    if "*" not in words:
        assert parse(join_parts(parts)) == query
    assert any(part.needs_translation for part in parts) or not needs_translation(query)


@given(_TYPED)
def test_english_words_make_any_topic_readable(words: str) -> None:
    try:
        parse(words)
    except QueryError:
        return

    unreadable = [
        part.with_words("two words") if part.needs_translation else part
        for part in split_parts(words)
    ]

    assert not needs_translation(parse(join_parts(unreadable)))
