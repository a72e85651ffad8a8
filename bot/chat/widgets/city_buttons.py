"""Cities to choose a time zone by: a short list for each language."""

from __future__ import annotations

from bot.chat.request_and_reply import Ask
from bot.render.telegram.keyboard import Action, Button, Keyboard
from bot.texts import LANGUAGES, Refusal
from bot.texts.dates import city

ZONES = {
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


def cities(language: str, verb: str) -> Keyboard:
    """A short list of zones by their cities, those of the language's readers first."""
    which = 1 + LANGUAGES.index(language)
    cells = [
        Button(city(language, zone), Action(verb, n, which))
        for n, zone in enumerate(ZONES[language])
    ]
    return tuple(tuple(cells[at : at + 2]) for at in range(0, len(cells), 2))


def pressed(ask: Ask) -> str:
    """The zone of a pressed city, by the list it was shown in; the language may have changed since.

    Raises:
        Refusal: there is no such city in it.
    """
    at, which = ask.action.first, ask.action.second
    if which > len(LANGUAGES):
        raise Refusal("refusal-button-old")
    # Buttons that name no list are older than the second number.
    zones = ZONES[LANGUAGES[which - 1] if which else ask.language]
    if at >= len(zones):
        raise Refusal("refusal-button-old")
    return zones[at]
