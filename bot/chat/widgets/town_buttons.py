"""Towns to choose from where words may mean several: a button for each, with its country."""

from __future__ import annotations

from collections import Counter

from bot.chat.request_and_reply import Request
from bot.render.telegram.keyboard import Action, Button, Keyboard
from bot.texts import Refusal
from bot.texts.dates import country_name, zone_name
from bot.topics.places import Town, town_by_key
from bot.topics.time_zones import ZoneReading


def town_buttons(request: Request, verb: str, reading: ZoneReading) -> Keyboard:
    """Return a button for each town that may be meant."""
    language = request.language
    labels = [town_label(language, town) for town in reading.towns]
    count_by_label = Counter(labels)
    return tuple(
        (
            Button(
                f"{label} ({zone_name(language, town.zone)})"
                if count_by_label[label] > 1
                else label,
                Action(verb, town.key),
            ),
        )
        for label, town in zip(labels, reading.towns, strict=True)
    )


def town_label(language: str, town: Town) -> str:
    """Return a town with its country or, in the United States, its state."""
    country = town.state or country_name(language, town.country)
    return f"{town.display_name(language)}, {country}"


def pressed_town(request: Request) -> Town:
    """Return the town of a pressed button.

    Raises:
        Refusal: there is no such town, or none any more.
    """
    town = town_by_key(request.action.first_argument)
    if town is None:
        raise Refusal("refusal-button-old")
    return town


def zone_question(request: Request, reading: ZoneReading) -> str:
    """Say what is not clear about words that leave the zone open.

    Raises:
        Refusal: they are no place that is known, nor similar to one.
    """
    typed_words = request.words[:60]
    if not reading.towns:
        raise Refusal("settings-zone-unknown", given=typed_words)
    return request.say(
        "settings-zone-similar" if reading.misspelt else "settings-zone-which", given=typed_words
    )
