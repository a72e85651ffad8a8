"""A shared location names the nearest town, and a tap takes its zone."""

from __future__ import annotations

import pytest

from bot.demo.people.visible_messages import VisibleMessage
from bot.texts.dates import city_name
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers


async def share_location(
    conversation: Conversation, latitude: float, longitude: float
) -> VisibleMessage:
    """The bot's one answer to a point on the map."""
    conversation.person.send_content({"location": {"latitude": latitude, "longitude": longitude}})
    [answer] = await conversation.running_bot.wait_for_replies(conversation.person)
    return answer


@covers("[town]")
@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [(49.41, 8.69, "Europe/Berlin"), (-33.9, 151.2, "Australia/Sydney")],
)
async def test_a_location_is_confirmed_before_it_sets_the_zone(
    localized_chat: Conversation, latitude: float, longitude: float, zone: str
) -> None:
    await localized_chat.subscribe()

    question = await share_location(localized_chat, latitude, longitude)

    [topic] = await localized_chat.topics()
    assert topic.zone == "UTC", "nothing changes before the tap"
    assert question.button_labels[1] == localized_chat.text("button-other-place")
    answer = await localized_chat.press_button(label=question.button_labels[0])
    assert city_name(localized_chat.language, zone) in answer.only_message.text
    [topic] = await localized_chat.topics()
    assert topic.zone == zone


@covers("[guide_town]")
async def test_a_location_answers_the_question_of_the_first_steps(
    localized_chat: Conversation,
) -> None:
    await localized_chat.ask(f"/sub {TOPIC}")
    await localized_chat.press_button("button-subscribe")

    question = await share_location(localized_chat, 34.05, -118.24)
    await localized_chat.press_button(label=question.button_labels[0])

    [topic] = await localized_chat.topics()
    assert topic.zone == "America/Los_Angeles"


async def test_a_point_far_from_every_town_asks_for_a_name(localized_chat: Conversation) -> None:
    answer = await share_location(localized_chat, 0.0, -30.0)

    assert answer.text == localized_chat.text("settings-location-remote")
