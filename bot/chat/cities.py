"""Cities to choose a time zone by: a short list for each language."""

from __future__ import annotations

from bot.render.keyboard import Action, Button, Keyboard
from bot.texts import city

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
    cells = [
        Button(city(language, zone), Action(verb, n)) for n, zone in enumerate(ZONES[language])
    ]
    return tuple(tuple(cells[at : at + 2]) for at in range(0, len(cells), 2))
