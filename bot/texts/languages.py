"""Name the languages in which entries can be read: any that Babel knows."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global


@lru_cache(maxsize=256)
def _locale(code: str) -> Locale | None:
    try:
        return Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


def language_code(words: str) -> str | None:
    """Return a BCP 47 code in canonical form, ``ZH-hant`` as ``zh-Hant``, or None."""
    locale = _locale(words.strip().replace("_", "-"))
    if locale is None:
        return None
    return "-".join(part for part in (locale.language, locale.script, locale.territory) if part)


def likely_country(code: str) -> str | None:
    """Return the two letters of the country where a language is spoken most, if it is known."""
    locale = _locale(code)
    if locale is None:
        return None
    if locale.territory:
        return locale.territory
    likely_subtags = get_global("likely_subtags")
    likely = likely_subtags.get(f"{locale.language}_{locale.script}") or likely_subtags.get(
        locale.language, ""
    )
    return likely.rpartition("_")[2] or None


def language_name(language: str, code: str) -> str:
    """Return a language's name in English or Chinese: ``German``, ``德语``."""
    locale = _locale(code)
    return (locale.get_display_name(language) if locale else None) or code


def native_name(code: str) -> str:
    """Return a language's name for itself: ``Deutsch``, ``中文``."""
    locale = _locale(code)
    own_name = (locale.display_name if locale else None) or code
    return own_name[:1].upper() + own_name[1:]
