"""A topic in any language is put into English by its words, and keeps its shape."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.concurrency.rate_limiter import Breaker
from bot.summaries.gateway.budget import Budget, Price
from bot.summaries.gateway.model_gateway import CLOSED, Workshop
from bot.summaries.gateway.model_state import State, condition
from bot.summaries.jobs import fulfil
from bot.summaries.llm.client import Model
from bot.summaries.on_demand import NotAsked
from bot.summaries.translate_query import interpret, is_foreign, parts, written
from bot.texts import Refusal
from bot.topics.query.parser import QueryError, parse
from storage import Store
from tests.models.server import KEY, MODEL, Server, models

NOW = datetime(2026, 11, 23, 13, tzinfo=UTC)


class Watch:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A model that answers as it should, until it plays another script."""
    async with models() as server:
        yield server


@pytest.fixture
async def shop(store: Store, server: Server) -> AsyncIterator[Workshop]:
    """Where that model is asked."""
    watch = Watch()
    async with Model(server.url, KEY, MODEL) as model:
        yield Workshop(
            store, model, Price(1, 2), Budget(10_000), lambda: NOW, watch, Breaker(monotonic=watch)
        )


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
    ],
)
async def test_words_become_english_and_all_else_stays(
    shop: Workshop, words: str, english: str
) -> None:
    assert await interpret(shop, words) == english
    assert parse(english)


@pytest.mark.parametrize("words", ["diffusion", "cs.CV", "au:何恺明", "α-VAE", "ti:Gödel"])
async def test_english_words_are_not_paid_for(shop: Workshop, server: Server, words: str) -> None:
    assert not is_foreign(parse(words))
    assert await interpret(shop, words) == ""
    assert server.calls == []


@pytest.mark.parametrize(
    "words", ["扩散", "диффузия", "拡散モデル", "확산 모델", "انتشار", "διά 扩散"]
)
def test_other_scripts_are_noticed(words: str) -> None:
    assert is_foreign(parse(words))


async def test_too_many_pieces_are_not_paid_for(shop: Workshop, server: Server) -> None:
    assert await interpret(shop, " OR ".join(f"图像{n}" for n in range(5))) == ""
    assert server.calls == []


@pytest.mark.parametrize("script", ["links", "markup", "wrong-types", "self-talk"])
async def test_what_is_no_search_word_is_none(shop: Workshop, server: Server, script: str) -> None:
    server.play(f"{script} ...")

    assert await interpret(shop, "扩散模型") == ""

    [spent] = shop.store.spending.between(NOW.date(), NOW.date())
    assert (spent.calls, spent.money) == (1, spent.asked + 2 * spent.answered)


async def test_what_was_paid_before_a_trouble_is_counted(shop: Workshop, server: Server) -> None:
    server.play("good server-error")

    with pytest.raises(Refusal, match="consult-not-now"):
        await interpret(shop, "扩散模型 OR 视频")

    [spent] = shop.store.spending.between(NOW.date(), NOW.date())
    assert (spent.calls, spent.unused) == (1, 1)


async def test_a_spent_budget_asks_nothing(shop: Workshop, server: Server) -> None:
    shop.budget = Budget(1)
    await interpret(shop, "扩散模型")

    with pytest.raises(NotAsked, match="consult-spent"):
        await interpret(shop, "视频")

    assert len(server.calls) == 1


async def test_after_an_outage_one_question_finds_out(shop: Workshop, server: Server) -> None:
    """A question that is not asked for want of budget leaves the attempt to others."""
    watch = shop.monotonic
    assert isinstance(watch, Watch)
    server.play("server-error*5 good")
    for _ in range(5):
        with pytest.raises(Refusal):
            await interpret(shop, "视频")
    with pytest.raises(NotAsked):
        await interpret(shop, "视频")
    assert len(server.calls) == 5

    watch.at += 60.0

    assert await interpret(shop, "视频") == "video"
    assert not shop.breaker.is_open


async def test_an_answer_tells_the_operator_that_the_model_is_back(
    shop: Workshop, server: Server
) -> None:
    """Nobody else may ask it for hours: it is this answer that is known of it."""
    watch = shop.monotonic
    assert isinstance(watch, Watch)
    server.play("unauthorized good")
    with pytest.raises(Refusal):
        await interpret(shop, "视频")
    await fulfil(shop)
    assert condition(shop.store).state is State.KEY_REFUSED

    watch.at += CLOSED + 1
    assert await interpret(shop, "视频") == "video"

    assert condition(shop.store).state is State.GOOD
    assert shop.is_able()


async def test_an_answer_that_cannot_be_used_is_one(shop: Workshop, server: Server) -> None:
    server.play("server-error*5 refusal")
    for _ in range(5):
        with pytest.raises(Refusal):
            await interpret(shop, "视频")
    assert shop.state is State.UNREACHABLE
    watch = shop.monotonic
    assert isinstance(watch, Watch)
    watch.at += 60.0

    with suppress(Refusal):
        await interpret(shop, "视频")

    await fulfil(shop)
    assert condition(shop.store).state is State.GOOD


async def test_an_answer_from_before_the_trouble_does_not_hide_it(
    shop: Workshop, server: Server
) -> None:
    server.latency = 0.2
    asking = asyncio.create_task(interpret(shop, "视频"))
    await server.reached(1)
    shop.stop(State.OUT_OF_CREDIT, CLOSED)

    assert await asking == "video"

    assert shop.state is State.OUT_OF_CREDIT


@pytest.mark.parametrize("is_stopped", [False, True])
async def test_a_question_that_is_cut_off_is_counted_as_paid(
    shop: Workshop, server: Server, monkeypatch: pytest.MonkeyPatch, is_stopped: bool
) -> None:
    """The server has read it: it may charge for it, whoever hung up."""
    server.play("hang")
    monkeypatch.setattr("bot.summaries.on_demand.PATIENCE", 30.0 if is_stopped else 0.3)
    asking = asyncio.create_task(interpret(shop, "视频"))
    await server.reached(1)
    if is_stopped:
        asking.cancel()

    with pytest.raises(asyncio.CancelledError if is_stopped else Refusal):
        await asking

    [spent] = shop.store.spending.between(NOW.date(), NOW.date())
    assert (spent.calls, spent.unused) == (1, 1)
    assert spent.asked > 50  # the instructions alone are more


_TYPED = st.text(st.sampled_from('扩散模型图ab -"():*.ORti，“”'), max_size=30)


@given(_TYPED)
def test_a_topic_in_pieces_is_the_same_topic(words: str) -> None:
    try:
        query = parse(words)
    except QueryError:
        return

    found = list(parts(words.replace("*", "")))

    if "*" not in words:
        assert parse(written(found)) == query
    assert any(part.is_foreign for part in found) or not is_foreign(query)


@given(_TYPED)
def test_english_words_make_any_topic_readable(words: str) -> None:
    try:
        parse(words)
    except QueryError:
        return

    found = [part.saying("two words") if part.is_foreign else part for part in parts(words)]

    assert not is_foreign(parse(written(found)))
