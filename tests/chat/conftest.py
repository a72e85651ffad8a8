"""Conversations with the bot: the sample is stored, and nobody has said a word yet."""

from __future__ import annotations

import pytest

from bot.texts import LANGUAGES
from tests.chat.conversation import Conversation
from tests.support.running_bot import RunningBot, store_sample


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Each language that the bot speaks."""
    return str(request.param)


@pytest.fixture
async def conversation(running_bot: RunningBot) -> Conversation:
    """Ada's private chat with the bot, in English."""
    ahead = await store_sample(running_bot)
    return Conversation(running_bot, running_bot.create_person(), "en", ahead)


@pytest.fixture
async def group_conversation(conversation: Conversation) -> Conversation:
    """Ada, who owns a group with the bot in it."""
    return await conversation.create_group()


@pytest.fixture
async def localized_chat(running_bot: RunningBot, language: str) -> Conversation:
    """A private chat with the bot, once in each language."""
    ahead = await store_sample(running_bot)
    return Conversation(running_bot, running_bot.create_person(language=language), language, ahead)
