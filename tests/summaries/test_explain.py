"""A note on a paper is written once, also for those who ask for it in the same second."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.summaries.gateway.model_gateway import ModelGateway
from bot.summaries.on_demand import explain_paper
from bot.texts import Refusal
from storage import Store
from storage.records.papers import Paper
from storage.records.summaries import PaperNote
from tests.models.server import ModelServer
from tests.storage.builders import paper, store_papers
from tests.support.database import count_rows

NOW = datetime(2026, 11, 23, 13, tzinfo=UTC)
ABSTRACT = (
    "Routing messages in large networks is slow when the topology changes. We propose a graph "
    "network that learns routes from few observations. On 14 networks it reduces the delay."
)


@pytest.fixture
def routing_paper(store: Store) -> Paper:
    """A paper that several people read."""
    [stored_paper] = store_papers(
        store, [paper(1, title="Learning to route messages", abstract=ABSTRACT)]
    )
    return stored_paper


async def presses(gateway: ModelGateway, paper: Paper, times: int) -> list[PaperNote]:
    """What readers get who ask for the same in the same moment."""
    return await asyncio.gather(*(explain_paper(gateway, paper, "en") for _ in range(times)))


async def test_readers_of_one_second_share_a_note_and_its_price(
    gateway: ModelGateway, server: ModelServer, routing_paper: Paper
) -> None:
    first, *others = await presses(gateway, routing_paper, 3)

    assert others == [first, first]
    assert len(server.calls) == 1
    assert count_rows(gateway.store, "spending", calls=1, unusable_answers=0) == 1


async def test_each_language_has_its_own(
    gateway: ModelGateway, server: ModelServer, routing_paper: Paper
) -> None:
    english, chinese = await asyncio.gather(
        explain_paper(gateway, routing_paper, "en"), explain_paper(gateway, routing_paper, "zh")
    )

    assert (english.language, chinese.language) == ("en", "zh")
    assert len(server.calls) == 2


async def test_when_the_first_leaves_the_next_one_asks(
    gateway: ModelGateway, server: ModelServer, routing_paper: Paper
) -> None:
    server.set_script("hang good")
    first = asyncio.create_task(explain_paper(gateway, routing_paper, "en"))
    await server.wait_for_calls(1)
    others = [asyncio.create_task(explain_paper(gateway, routing_paper, "en")) for _ in range(2)]
    await asyncio.sleep(0)

    first.cancel()

    second, third = await asyncio.gather(*others)
    assert second == third
    assert len(server.calls) == 2
    assert first.cancelled()


async def test_who_waits_and_leaves_takes_nothing_from_the_first(
    gateway: ModelGateway, server: ModelServer, routing_paper: Paper
) -> None:
    first = asyncio.create_task(explain_paper(gateway, routing_paper, "en"))
    second = asyncio.create_task(explain_paper(gateway, routing_paper, "en"))
    await server.wait_for_calls(1)

    second.cancel()

    assert (await first).language == "en"
    assert second.cancelled()
    assert len(server.calls) == 1


async def test_a_failure_is_paid_for_once_and_asked_again_later(
    gateway: ModelGateway, server: ModelServer, routing_paper: Paper
) -> None:
    server.set_script("wrong-language*2 good")

    notes = await asyncio.gather(
        *(explain_paper(gateway, routing_paper, "en") for _ in range(3)), return_exceptions=True
    )

    assert [error.key for error in notes if isinstance(error, Refusal)] == ["consult-unfit"] * 3
    assert len(server.calls) == 2  # an attempt, and one with the reason
    assert (await explain_paper(gateway, routing_paper, "en")).language == "en"
