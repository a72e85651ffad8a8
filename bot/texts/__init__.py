"""What does Papergram say? Every sentence for people, in English and Chinese.

The sentences live in ``en.ftl`` and ``zh.ftl`` (Project Fluent); ``dates`` writes dates and times.
A text carries no markup: ``render`` adds it around escaped values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

LANGUAGES = ("en", "zh")
_LANGUAGE_NAMES = {"en": ("en", "英文", "英语"), "zh": ("zh", "cn", "chinese", "中文", "汉语")}
BABEL_LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}


class Refusal(Exception):
    """What a person asked for cannot be done; ``key`` names the text that says what to do."""

    def __init__(self, key: str, **values: str | int) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def say(self, language: str) -> str:
        """The sentence for the person, in their language."""
        return say(language, self.key, **self.values)


class TextError(LookupError):
    """A text is missing or does not fit its values: a mistake of ours, never of a person."""


def supported_language(code: str | None) -> str:
    """The language we speak to somebody whose client says ``code`` (BCP 47), else English."""
    return "zh" if (code or "").lower().startswith("zh") else "en"


def parse_language(words: str) -> str | None:
    """The language that somebody names: ``en``, ``english``, ``zh-CN``, ``中文``; else None."""
    lowered = words.casefold().strip()
    for language, names in _LANGUAGE_NAMES.items():
        if lowered.startswith(names):
            return language
    return None


def say(language: str, key: str, **values: str | int) -> str:
    """The text ``key`` in ``language``, with its values in place.

    Raises:
        TextError: the key is unknown, or a value it names is missing.
    """
    language = language if language in LANGUAGES else "en"
    entry = _load_entries(language).get(key)
    if entry is None:
        raise TextError(f"no text {key!r} in {language!r}")
    if _is_literal(entry):
        return entry.partition("=")[2].strip()
    bundle = _bundle(language)
    if not bundle.has_message(key):
        # One entry at a time: to parse all of them takes longer than most commands.
        from fluent.runtime import FluentResource

        bundle.add_resource(FluentResource(entry))
    message = bundle.get_message(key)
    if message.value is None:
        raise TextError(f"the text {key!r} is empty in {language!r}")
    text, errors = bundle.format_pattern(message.value, values)
    if errors:
        raise TextError(f"the text {key!r} in {language!r}: {errors[0]}") from errors[0]
    return str(text)


def _is_literal(entry: str) -> bool:
    """Whether a text is one line without values, which stands as it is written."""
    return "{" not in entry and "\n" not in entry.rstrip()


@cache
def _load_entries(language: str) -> Mapping[str, str]:
    """Every text of a language by its key, as it is written: ``key = ...`` and what is indented."""
    entries: dict[str, str] = {}
    key = ""
    source = files(__name__).joinpath(f"{language}.ftl").read_text(encoding="utf-8")
    for line in source.splitlines(keepends=True):
        if line[0].isalpha():
            key = line.partition(" ")[0]
            entries[key] = line
        elif key and not line.startswith("#"):
            entries[key] += line
        else:
            key = ""
    return entries


@cache
def _bundle(language: str) -> FluentBundle:
    """The texts of a language that were asked for so far."""
    # Loaded with the first text that needs it: those of a health probe do not.
    from fluent.runtime import FluentBundle

    # Isolation marks around values would be shown as boxes by some Telegram clients.
    return FluentBundle([BABEL_LOCALES[language].replace("_", "-")], use_isolating=False)


def join_list(language: str, items: Iterable[str]) -> str:
    """Items in a row, with the comma of the language."""
    return ("、" if language == "zh" else ", ").join(items)
