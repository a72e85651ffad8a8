"""In which languages may entries be read here? The choices, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.request_and_reply import Ask
from bot.render.telegram.keyboard import Button, Keyboard
from bot.texts import LANGUAGES, spoken
from bot.texts.languages import language_code, language_name, own_name

ENGLISH = "en"
PER_ROW = 3
_USUAL = {("en",): "en", ("zh",): "zh", ("zh", "en"): "both"}  # what we have words for

Tongues = tuple[str, ...]


def choices(offered: Sequence[str]) -> tuple[Tongues, ...]:
    """Each language alone, then each other one together with English, which is always offered."""
    others = [code for code in offered if code != ENGLISH]
    return (*((code,) for code in offered), *((code, ENGLISH) for code in others))


def usual(code: str | None, offered: Sequence[str]) -> Tongues:
    """What a chat reads that has not chosen: Chinese with English for who speaks Chinese."""
    wanted = spoken(code)
    return (wanted, ENGLISH) if wanted != ENGLISH and wanted in offered else (ENGLISH,)


def label(ask: Ask, tongues: Tongues) -> str:
    """What a choice is called; other languages than ours by their own names."""
    if name := _USUAL.get(tongues):
        return ask.say(f"settings-languages-{name}")
    return " + ".join(map(own_name, tongues))


def in_rows(buttons: Sequence[Button]) -> Keyboard:
    """Buttons of choices, as many in a row as a phone shows without cutting."""
    return tuple(
        tuple(buttons[start : start + PER_ROW]) for start in range(0, len(buttons), PER_ROW)
    )


def named(words: str, offered: Sequence[str]) -> str | None:
    """The offered language that somebody means: ``de``, ``Deutsch``, ``german``, ``德语``."""
    folded = words.strip().casefold()
    code = language_code(words) or ""
    for one in offered:
        names = {own_name(one), *(language_name(ours, one) for ours in LANGUAGES)}
        if one == code or folded in {name.casefold() for name in names}:
            return one
    return None
