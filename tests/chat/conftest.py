"""A house for each conversation: the sample is stored, and nobody has said a word yet."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.texts import LANGUAGES
from storage import Store
from tests.chat.conversation import Conversation
from tests.support.running_bot import run_bot, store_sample


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Each language that the bot speaks."""
    return str(request.param)


@pytest.fixture
async def conversation(store: Store) -> AsyncIterator[Conversation]:
    """Ada's private chat with the bot, in English."""
    async with run_bot(store) as running_bot:
        ahead = await store_sample(running_bot)
        yield Conversation(running_bot, running_bot.create_person(), "en", ahead)


@pytest.fixture
async def group_conversation(conversation: Conversation) -> Conversation:
    """Ada, who owns a group with the bot in it."""
    return await conversation.create_group()


@pytest.fixture
async def localized_chat(store: Store, language: str) -> AsyncIterator[Conversation]:
    """A private chat with the bot, once in each language."""
    async with run_bot(store) as running_bot:
        ahead = await store_sample(running_bot)
        yield Conversation(
            running_bot, running_bot.create_person(language=language), language, ahead
        )
