"""What does Papergram say? Every sentence for people, in English and Chinese.

The sentences live in ``en.ftl`` and ``zh.ftl`` (Project Fluent); dates, times and numbers are
written by Babel. A text carries no markup: ``render`` adds it around escaped values.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, get_timezone_location
from fluent.runtime import FluentBundle, FluentResource

LANGUAGES = ("en", "zh")
_NAMES = {"en": ("en", "英文", "英语"), "zh": ("zh", "cn", "chinese", "中文", "汉语")}
_BABEL = {"en": "en_GB", "zh": "zh_Hans_CN"}


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


def spoken(code: str | None) -> str:
    """The language we speak to somebody whose client says ``code`` (BCP 47), else English."""
    return "zh" if (code or "").lower().startswith("zh") else "en"


def named_language(words: str) -> str | None:
    """The language that somebody names: ``en``, ``english``, ``zh-CN``, ``中文``; else None."""
    folded = words.casefold().strip()
    for language, names in _NAMES.items():
        if folded.startswith(names):
            return language
    return None


def say(language: str, key: str, **values: str | int) -> str:
    """The text ``key`` in ``language``, with its values in place.

    Raises:
        TextError: the key is unknown, or a value it names is missing.
    """
    bundle = _bundle(language if language in LANGUAGES else "en")
    try:
        message = bundle.get_message(key)
    except LookupError:
        raise TextError(f"no text {key!r} in {language!r}") from None
    if message.value is None:
        raise TextError(f"the text {key!r} is empty in {language!r}")
    text, errors = bundle.format_pattern(message.value, values)
    if errors:
        raise TextError(f"the text {key!r} in {language!r}: {errors[0]}") from errors[0]
    return str(text)


@lru_cache(maxsize=len(LANGUAGES))
def _bundle(language: str) -> FluentBundle:
    # Isolation marks around values would be shown as boxes by some Telegram clients.
    bundle = FluentBundle([_BABEL[language].replace("_", "-")], use_isolating=False)
    source = files(__name__).joinpath(f"{language}.ftl").read_text(encoding="utf-8")
    bundle.add_resource(FluentResource(source))
    return bundle


def day(language: str, value: date) -> str:
    """A date with its weekday: ``Mon 23 Nov 2026``, ``2026年11月23日 周一``."""
    pattern = "y年M月d日 EEE" if language == "zh" else "EEE d MMM y"
    return format_date(value, pattern, locale=_BABEL[language])


def days(language: str, first: date, last: date) -> str:
    """A range of dates that says once what both share: ``Mon 16 – Fri 20 Nov 2026``."""
    if first == last:
        return day(language, first)
    if first.year != last.year:
        return f"{day(language, first)} – {day(language, last)}"
    is_one_month = first.month == last.month
    if language == "zh":  # the larger stands first, and is left out at the end of the range
        ends = format_date(last, "d日 EEE" if is_one_month else "M月d日 EEE", locale=_BABEL["zh"])
        return f"{day(language, first)} – {ends}"
    begins = format_date(first, "EEE d" if is_one_month else "EEE d MMM", locale=_BABEL["en"])
    return f"{begins} – {day(language, last)}"


def moment(language: str, instant: datetime, zone: str) -> str:
    """An instant on the reader's clock: ``Mon 23 Nov 08:00``, ``11月23日 周一 08:00``."""
    pattern = "M月d日 EEE HH:mm" if language == "zh" else "EEE d MMM HH:mm"
    return format_datetime(instant.astimezone(ZoneInfo(zone)), pattern, locale=_BABEL[language])


def weekday(language: str, number: int) -> str:
    """The short name of a day of the week, Monday is 0: ``Mon``, ``周一``."""
    return day(language, date(2024, 1, 1 + number)).split()[-1 if language == "zh" else 0]


def listed(language: str, items: Iterable[str]) -> str:
    """Items in a row, with the comma of the language."""
    return ("、" if language == "zh" else ", ").join(items)


def clock(language: str, instant: datetime, zone: str) -> str:
    """The time of day on the reader's clock: ``08:00``."""
    return format_time(instant.astimezone(ZoneInfo(zone)), "HH:mm", locale=_BABEL[language])


def city(language: str, zone: str) -> str:
    """The city that a zone is named by, in the reader's language: ``Los Angeles``, ``洛杉矶``."""
    name = get_timezone_location(ZoneInfo(zone), locale=_BABEL[language], return_city=True)
    return str(name)


def zone_of_city(words: str) -> str | None:
    """The zone whose city bears this name in one of our languages: ``北京时间`` is none."""
    return _zones_by_city().get(words.casefold().strip())


@cache
def _zones_by_city() -> dict[str, str]:
    return {
        str(names["city"]).casefold(): zone
        for code in _BABEL.values()
        for zone, names in Locale.parse(code).time_zones.items()
        if "city" in names
    }
