"""A house for each conversation: the sample is stored, and nobody has said a word yet."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.texts import LANGUAGES
from storage import Store
from tests.chat.talk import Talk
from tests.support.running_bot import opening, staged


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Each language that the bot speaks."""
    return str(request.param)


@pytest.fixture
async def talk(store: Store) -> AsyncIterator[Talk]:
    """Ada's private chat with the bot, in English."""
    async with staged(store) as house:
        ahead = await opening(house)
        yield Talk(house, house.person(), "en", ahead)


@pytest.fixture
async def lab(talk: Talk) -> Talk:
    """Ada, who owns a group with the bot in it."""
    return await talk.lab()


@pytest.fixture
async def either(store: Store, language: str) -> AsyncIterator[Talk]:
    """A private chat with the bot, once in each language."""
    async with staged(store) as house:
        ahead = await opening(house)
        yield Talk(house, house.person(language=language), language, ahead)
