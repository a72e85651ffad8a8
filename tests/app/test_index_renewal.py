"""A database whose words an older version analysed: answered and published from meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.running_bot import REINDEX_PAUSE_SECONDS
from bot.topics.query.analyzer import index_text, legacy_stem, surface_words
from storage import Store, open_store
from storage.records.papers import Announcement, AnnouncementKind
from tests.chat.conversation import Conversation
from tests.support.builders import papers
from tests.support.clock import MONDAY_AFTERNOON
from tests.support.running_bot import run_bot

PAPERS = 250  # two and a half slices


def _former(text: str) -> str:
    return " ".join(map(legacy_stem, surface_words(text)))


@pytest.fixture
def old_store(tmp_path: Path) -> Iterator[Store]:
    """Papers about generative models, of which an older version kept "generat"."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    with closing(open_store(url, analyze=_former)) as old:
        old.paper_index.begin_reindex("an older analyser")
        announcements = [
            replace(paper, title=f"Generative vertices {number}", abstract="They generate LLMs.")
            for number, paper in enumerate(papers(*range(PAPERS)))
        ]
        day = MONDAY_AFTERNOON.date()
        old.papers.add_announcements(
            [Announcement(paper, "cs.CV", AnnouncementKind.NEW, day) for paper in announcements],
            seen_at=MONDAY_AFTERNOON,
        )
    with closing(open_store(url, analyze=index_text)) as store:
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
    async def slow_sleep(seconds: float) -> None:
        await (gate.wait() if seconds == REINDEX_PAUSE_SECONDS else asyncio.sleep(seconds))

    async with run_bot(old_store, sleep=slow_sleep) as running_bot:
        conversation = Conversation(running_bot, running_bot.create_person(), "en")
        await conversation.send_text("/start")
        await running_bot.finish_onboarding(conversation.person)
        assert old_store.paper_index.is_reindexing()

        search_answer = (await conversation.send_text("/search generative LLM"))[0]
        assert conversation.text("search-renewing") in search_answer.text
        assert "Generative vertices" in search_answer.text
        for number in (0, PAPERS - 1):  # the last to be renewed, and the first
            paper = papers(number)[0].id.removeprefix("arxiv:")
            assert "Generative vertices" in (await conversation.ask(f"id:{paper} vertices")).text
        preview = await conversation.ask("generative vertices")
        assert conversation.text("preview-at-least", papers=PAPERS, days=7) in preview.text
        await conversation.press_button("button-subscribe")
        [topic] = await conversation.topics()
        await old_store.run(old_store.subscriptions.update, replace(topic, cursor=0))
        assert f"{PAPERS} papers" in (await conversation.send_text("/digest"))[0].text

        gate.set()
        await _renewed(old_store)
        search_answer = (await conversation.send_text("/search generative LLM"))[0]
        assert conversation.text("search-renewing") not in search_answer.text
        preview = await conversation.ask("generative LLM")
        assert conversation.text("preview-count", papers=PAPERS, days=7) in preview.text


async def _renewed(store: Store) -> None:
    for _ in range(1_000):
        if not await store.run(store.paper_index.is_reindexing):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the words are still being renewed")
