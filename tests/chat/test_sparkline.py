"""Bars compare the days of a topic, in its preview and on its card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.chat.widgets.sparkline import sparkline
from tests.chat.conversation import Conversation
from tests.chat.covered import covers


@pytest.mark.parametrize(
    ("numbers", "bars"),
    [
        ((1, 2, 7), "▂▃█"),
        ((0, 5, 5), "▁██"),
        ((1, 10_000), "▂█"),
        ((3,), ""),
        ((0, 0), ""),
        ((), ""),
    ],
)
def test_the_highest_number_has_the_highest_bar(numbers: Sequence[int], bars: str) -> None:
    assert sparkline(numbers) == bars


@covers("/sub", "[topic]", "[words]")
async def test_a_topic_shows_its_days(localized_chat: Conversation) -> None:
    """Three of five days have brought a paper; now the last one brings two."""
    running_bot = localized_chat.running_bot
    newest_day, _ = running_bot.store.announcements.counts_by_day()[-1]
    await running_bot.announce(
        [
            replace(
                announcement,
                day=newest_day,
                paper=replace(announcement.paper, title="Diffusion", id=f"arxiv:2611.9{number:04}"),
            )
            for number, announcement in enumerate(localized_chat.upcoming[:2])
        ]
    )

    preview = await localized_chat.ask("/sub diffusion")
    await localized_chat.subscribe("diffusion")
    await localized_chat.ask("/list")
    card = (await localized_chat.press_button(label="1")).only_message
    await localized_chat.press_button("button-words")
    other_words = await localized_chat.ask("diffusion OR zebra")

    for message in (preview, card, other_words):
        assert "▅▁▅▅█" in message.text.split("\n")
