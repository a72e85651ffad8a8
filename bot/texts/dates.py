"""Format dates, times and the cities of time zones in English and Chinese."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, get_timezone_location

from bot.texts import BABEL_LOCALES

_INVERTED_SIGNS = str.maketrans("+-", "-+")  # Etc/GMT-8 is eight hours ahead


def format_day(language: str, value: date) -> str:
    """Format a date with its weekday: ``Mon 23 Nov 2026``, ``2026年11月23日 周一``."""
    date_pattern = "y年M月d日 EEE" if language == "zh" else "EEE d MMM y"
    return format_date(value, date_pattern, locale=BABEL_LOCALES[language])


def format_days(language: str, first: date, last: date) -> str:
    """Format a range of dates, stating shared parts once: ``Mon 16 – Fri 20 Nov 2026``."""
    if first == last:
        return format_day(language, first)
    if first.year != last.year:
        return f"{format_day(language, first)} – {format_day(language, last)}"
    is_one_month = first.month == last.month
    if language == "zh":  # the larger unit comes first, and is omitted at the end of the range
        end_text = format_date(
            last, "d日 EEE" if is_one_month else "M月d日 EEE", locale=BABEL_LOCALES["zh"]
        )
        return f"{format_day(language, first)} – {end_text}"
    start_text = format_date(
        first, "EEE d" if is_one_month else "EEE d MMM", locale=BABEL_LOCALES["en"]
    )
    return f"{start_text} – {format_day(language, last)}"


def format_days_briefly(language: str, first: date, last: date) -> str:
    """Format a range of dates, in one year without weekdays and year: ``16–20 Nov``."""
    if first.year != last.year:
        return format_days(language, first, last)
    pattern, locale = ("M月d日", "zh") if language == "zh" else ("d MMM", "en")
    start_text, end_text = (
        format_date(day, pattern, locale=BABEL_LOCALES[locale]) for day in (first, last)
    )
    if first == last:
        return end_text
    if first.month != last.month:
        return f"{start_text} – {end_text}"
    return f"{start_text[:-1]}–{last.day}日" if language == "zh" else f"{first.day}–{end_text}"


def format_moment(language: str, instant: datetime, zone: str) -> str:
    """Format an instant in local time: ``Mon 23 Nov 08:00``, ``11月23日 周一 08:00``."""
    date_pattern = "M月d日 EEE HH:mm" if language == "zh" else "EEE d MMM HH:mm"
    return format_datetime(
        instant.astimezone(ZoneInfo(zone)), date_pattern, locale=BABEL_LOCALES[language]
    )


def weekday_name(language: str, number: int) -> str:
    """Return a weekday's short name, with Monday as 0: ``Mon``, ``周一``."""
    return format_day(language, date(2024, 1, 1 + number)).split()[-1 if language == "zh" else 0]


def format_clock(language: str, instant: datetime, zone: str) -> str:
    """Format an instant's local time of day: ``08:00``."""
    return format_time(instant.astimezone(ZoneInfo(zone)), "HH:mm", locale=BABEL_LOCALES[language])


def city_name(language: str, zone: str) -> str:
    """Return the city of a zone in the reader's language: ``Los Angeles``, ``洛杉矶``."""
    name = get_timezone_location(ZoneInfo(zone), locale=BABEL_LOCALES[language], return_city=True)
    return str(name)


def zone_name(language: str, zone: str) -> str:
    """Return a zone as people say it: ``Los Angeles``, ``洛杉矶``, ``UTC+8``."""
    if zone.startswith("Etc/GMT"):
        offset = zone.removeprefix("Etc/GMT").translate(_INVERTED_SIGNS)
        return f"UTC{offset}"
    return city_name(language, zone) if "/" in zone else zone


def country_name(language: str, code: str) -> str:
    """Return the name of a country in the reader's language, by its two letters."""
    return str(Locale.parse(BABEL_LOCALES[language]).territories.get(code, code))
