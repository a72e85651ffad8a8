"""The choices of languages that entries can be read in, and their names."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.request_and_reply import Request
from bot.texts import LANGUAGES, supported_language
from bot.texts.languages import language_code, language_name, native_name

ENGLISH = "en"
BUTTONS_PER_ROW = 3  # as many as a phone shows without cutting
_NAMED_CHOICES = {("en",): "en", ("zh",): "zh", ("zh", "en"): "both"}  # those with a text

LanguageCodes = tuple[str, ...]


def language_choices(offered_languages: Sequence[str]) -> tuple[LanguageCodes, ...]:
    """Return each language alone, then each other one together with English."""
    other_languages = [code for code in offered_languages if code != ENGLISH]
    return (
        *((code,) for code in offered_languages),
        *((code, ENGLISH) for code in other_languages),
    )


def default_languages(code: str | None, offered_languages: Sequence[str]) -> LanguageCodes:
    """Return the entry languages of a chat that has not chosen any."""
    language = supported_language(code)
    return (
        (language, ENGLISH) if language != ENGLISH and language in offered_languages else (ENGLISH,)
    )


def choice_label(request: Request, languages: LanguageCodes) -> str:
    """Return the label of a choice; languages without a text get their native names."""
    if named_choice := _NAMED_CHOICES.get(languages):
        return request.say(f"settings-languages-{named_choice}")
    return " + ".join(map(native_name, languages))


def find_language(words: str, offered_languages: Sequence[str]) -> str | None:
    """Return the offered language that is meant: ``de``, ``Deutsch``, ``german``, ``德语``."""
    lowered_words = words.strip().casefold()
    typed_code = language_code(words) or ""
    for offered_code in offered_languages:
        language_names = {
            native_name(offered_code),
            *(language_name(ui_language, offered_code) for ui_language in LANGUAGES),
        }
        if offered_code == typed_code or lowered_words in {
            name.casefold() for name in language_names
        }:
            return offered_code
    return None
