"""What the beats of a running bot do, where one of them fails or the bot is asked to stop."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import cast

import pytest

from bot.app.config import Config
from bot.app.running_bot import Bot
from bot.chat.api.client import Client
from bot.digests import prefetch_summaries
from storage import Store
from storage.records.messages import MessageState
from tests.digests.test_edit_late_summaries import late, shown
from tests.storage.builders import BOT, MINUTE, NOW, paper, store_papers
from tests.support import builders


def running(store: Store, now: datetime) -> Bot:
    """A bot at an instant, which nobody serves."""
    telegram = cast("Client", SimpleNamespace(id=BOT, username="papergram_bot"))
    return Bot(store, telegram, Config.model_validate({}), lambda: now)


async def test_late_summaries_are_edited_in_although_nothing_can_be_foreseen(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    [stored_paper] = store_papers(store, [paper(1)])
    shown(store, stored_paper, languages=("zh",))
    store.summaries.add(late(stored_paper))
    bot = running(store, NOW + 3 * MINUTE)

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(prefetch_summaries, "jobs_for_due_digests", broken)
    with pytest.raises(ZeroDivisionError):  # which its heartbeat notes
        await bot.prefetch_and_edit_summaries()

    assert [
        message.edited_message_id
        for message in store.outbox.messages_in_state(BOT, MessageState.READY)
    ] == [77]
    assert bot.outbox_wake.event.is_set()


async def test_a_bot_that_closes_looks_ahead_when_it_is_back(store: Store) -> None:
    builders.subscribe_chat(store, builders.create_chat(store))
    builders.announce(store, builders.papers(1))
    bot = running(store, builders.DUE_AT - builders.MINUTE)
    bot.telegram = cast("Client", SimpleNamespace(id=builders.BOT))

    bot.is_stopping = True
    await bot.prefetch_and_edit_summaries()
    assert store.summary_jobs.backlog().waiting == 0

    bot.is_stopping = False
    await bot.prefetch_and_edit_summaries()
    assert store.summary_jobs.backlog().waiting == 1
