"""Every sentence for people, in English and Chinese.

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
    """A request cannot be fulfilled; ``key`` names the text that tells the person what to do."""

    def __init__(self, key: str, **values: str | int) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def say(self, language: str) -> str:
        """Return the sentence in the person's language."""
        return say(language, self.key, **self.values)


class TextError(LookupError):
    """A text is missing or lacks a value: a programming error, never a person's."""


def supported_language(code: str | None) -> str:
    """Return the supported language for a client's BCP 47 ``code``, else English."""
    return "zh" if (code or "").lower().startswith("zh") else "en"


def parse_language(words: str) -> str | None:
    """Return the language of a name or code: ``en``, ``english``, ``中文``; else None."""
    lowered_words = words.casefold().strip()
    for language, names in _LANGUAGE_NAMES.items():
        if lowered_words.startswith(names):
            return language
    return None


def say(language: str, key: str, **values: str | int) -> str:
    """Return the text ``key`` in ``language`` with its values filled in.

    Raises:
        TextError: the key is unknown, or a value it names is missing.
    """
    language = language if language in LANGUAGES else "en"
    entry = _load_entries(language).get(key)
    if entry is None:
        raise TextError(f"no text {key!r} in {language!r}")
    if "{" not in entry and "\n" not in entry.rstrip():  # one line without values
        return entry.partition("=")[2].strip()
    bundle = _fluent_bundle(language)
    if not bundle.has_message(key):
        # Entries are parsed one at a time: parsing all of them takes longer than most commands.
        from fluent.runtime import FluentResource

        bundle.add_resource(FluentResource(entry))
    message = bundle.get_message(key)
    if message.value is None:
        raise TextError(f"the text {key!r} is empty in {language!r}")
    said_text, errors = bundle.format_pattern(message.value, values)
    if errors:
        raise TextError(f"the text {key!r} in {language!r}: {errors[0]}") from errors[0]
    return str(said_text)


@cache
def _load_entries(language: str) -> Mapping[str, str]:
    """Return the source of every text of a language by its key."""
    entries: dict[str, str] = {}
    text_key = ""
    source = files(__name__).joinpath(f"{language}.ftl").read_text(encoding="utf-8")
    for line in source.splitlines(keepends=True):
        if line[0].isalpha():
            text_key = line.partition(" ")[0]
            entries[text_key] = line
        elif text_key and not line.startswith("#"):
            entries[text_key] += line
        else:
            text_key = ""
    return entries


@cache
def _fluent_bundle(language: str) -> FluentBundle:
    """Return the bundle of a language's texts used so far."""
    # Loaded with the first text that needs it: a health probe's texts do not.
    from fluent.runtime import FluentBundle

    # Some Telegram clients would show isolation marks around values as boxes.
    return FluentBundle([BABEL_LOCALES[language].replace("_", "-")], use_isolating=False)


def join_list(language: str, items: Iterable[str]) -> str:
    """Join items with the comma of the language."""
    return ("、" if language == "zh" else ", ").join(items)
