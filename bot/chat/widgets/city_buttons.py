"""Cities to choose a time zone by: the one that a language suggests, and a short list."""

from __future__ import annotations

from bot.chat.request_and_reply import Request
from bot.render.telegram.keyboard import Action, Button, Keyboard, button_rows
from bot.texts import LANGUAGES, Refusal
from bot.texts.dates import city_name, country_name
from bot.texts.languages import language_code, likely_country
from bot.topics.places import Town, towns_of_country

CITY_ZONES = {
    "en": (
        "America/Los_Angeles",
        "America/Chicago",
        "America/New_York",
        "America/Sao_Paulo",
        "Europe/London",
        "Europe/Berlin",
        "Asia/Kolkata",
        "Asia/Shanghai",
        "Asia/Tokyo",
        "Australia/Sydney",
    ),
    "zh": (
        "Asia/Shanghai",
        "Asia/Hong_Kong",
        "Asia/Taipei",
        "Asia/Singapore",
        "Asia/Tokyo",
        "Europe/London",
        "Europe/Berlin",
        "America/New_York",
        "America/Los_Angeles",
        "Australia/Sydney",
    ),
}


def city_buttons(language: str, verb: str, *, left_out_zone: str = "") -> Keyboard:
    """Return buttons for the zones of a language's list, two in a row."""
    list_number = 1 + LANGUAGES.index(language)
    buttons = [
        Button(city_name(language, zone), Action(verb, index, list_number))
        for index, zone in enumerate(CITY_ZONES[language])
        if zone != left_out_zone
    ]
    return button_rows(buttons, columns=2)


def likely_town(client_language: str) -> Town | None:
    """Return the largest town where the language of a person's client is spoken most.

    English is spoken everywhere, and suggests none.
    """
    country = likely_country(client_language)
    if country is None or (language_code(client_language) or "").split("-")[0] == "en":
        return None
    return next(iter(towns_of_country(country_name("en", country))), None)


def pressed_zone(request: Request) -> str:
    """Return the zone of a pressed city, from the list that was shown.

    The chat's language may have changed since.

    Raises:
        Refusal: the list has no such city.
    """
    city_index, list_number = request.action.first_argument, request.action.second_argument
    if list_number > len(LANGUAGES):
        raise Refusal("refusal-button-old")
    # Old buttons have no second number.
    zones = CITY_ZONES[LANGUAGES[list_number - 1] if list_number else request.language]
    if city_index >= len(zones):
        raise Refusal("refusal-button-old")
    return zones[city_index]
