"""A database whose words an older version analysed: answered and published from meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.components import RENEWAL_PAUSE
from bot.topics.query.analyzer import former_stem, surface
from bot.topics.query.parser import indexed
from storage import Store, open_store
from storage.records import Announcement, Kind
from tests.chat.talk import Talk
from tests.support.builders import papers
from tests.support.running_bot import MONDAY, staged

PAPERS = 250  # two and a half slices


def _former(text: str) -> str:
    return " ".join(map(former_stem, surface(text)))


@pytest.fixture
def old_store(tmp_path: Path) -> Iterator[Store]:
    """Papers about generative models, of which an older version kept "generat"."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    with closing(open_store(url, words=_former)) as old:
        old.papers.begin_renewal("an older analyser")
        told = [
            replace(one, title=f"Generative vertices {number}", abstract="They generate LLMs.")
            for number, one in enumerate(papers(*range(PAPERS)))
        ]
        day = MONDAY.date()
        old.papers.add([Announcement(one, "cs.CV", Kind.NEW, day) for one in told], seen=MONDAY)
    with closing(open_store(url, words=indexed)) as store:
        yield store


@pytest.fixture
async def gate() -> AsyncIterator[asyncio.Event]:
    """Closed, it holds the renewal after its first slice."""
    opened = asyncio.Event()
    yield opened
    opened.set()


async def test_messages_are_answered_while_the_words_are_renewed(
    old_store: Store, gate: asyncio.Event
) -> None:
    async def held(seconds: float) -> None:
        await (gate.wait() if seconds == RENEWAL_PAUSE else asyncio.sleep(seconds))

    async with staged(old_store, sleep=held) as house:
        talk = Talk(house, house.person(), "en")
        await talk.says("/start")
        await house.settles(talk.person)
        assert old_store.papers.is_renewing()

        found = (await talk.says("/search generative LLM"))[0]
        assert talk.text("search-renewing") in found.text
        assert "Generative vertices" in found.text
        for number in (0, PAPERS - 1):  # the last to be renewed, and the first
            paper = papers(number)[0].id.removeprefix("arxiv:")
            assert "Generative vertices" in (await talk.hears(f"id:{paper} vertices")).text
        preview = await talk.hears("generative vertices")
        assert talk.text("preview-at-least", papers=PAPERS, days=7) in preview.text
        await talk.presses("button-subscribe")
        [topic] = await talk.topics()
        await old_store.run(old_store.subscriptions.change, replace(topic, cursor=0))
        assert f"{PAPERS} papers" in (await talk.says("/digest"))[0].text

        gate.set()
        await _renewed(old_store)
        found = (await talk.says("/search generative LLM"))[0]
        assert talk.text("search-renewing") not in found.text
        preview = await talk.hears("generative LLM")
        assert talk.text("preview-count", papers=PAPERS, days=7) in preview.text


async def _renewed(store: Store) -> None:
    for _ in range(1_000):
        if not await store.run(store.papers.is_renewing):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the words are still being renewed")
