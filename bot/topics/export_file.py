"""A chat's topics ↔ a JSON file that a person may keep, read and bring back.

A file comes from anybody, so each value is checked before it becomes part of a topic; what
cannot be used is refused by itself, with the sentence that says why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import time

from bot.texts import Refusal
from bot.texts.languages import language_code
from bot.topics import time_zones
from bot.topics.edit_subscriptions import LIMITS, NAME, cleaned
from bot.topics.query.parser import QueryError, parse
from storage.records import Cadence, Form, Kind, OnQuietDays, Subscription

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

FORMAT = "papergram topics"
LARGEST = 1_000_000  # bytes
MOST = 500  # topics that are looked at
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOST_TIMES = 6
_MOST_LANGUAGES = 2


@dataclass(frozen=True, slots=True)
class Unusable:
    """A topic of a file that cannot be brought back, and why."""

    name: str
    reason: Refusal


def written(topics: Iterable[Subscription], *, told: bool = False) -> str:
    """Topics as the text of a file; with ``told`` also how far each has been told."""
    listed: list[Json] = [_told(topic, told) for topic in topics]
    return json.dumps({"format": FORMAT, "topics": listed}, ensure_ascii=False, indent=1) + "\n"


def _told(topic: Subscription, told: bool) -> Json:
    """One topic; what follows the chat is left out."""
    own: dict[str, Json] = {
        "name": topic.name,
        "query": topic.query,
        "times": [at.strftime("%H:%M") for at in topic.cadence.times],
        "weekdays": [_DAYS[day] for day in topic.cadence.weekdays],
        "quiet": topic.cadence.quiet.value,
        "zone": topic.zone,
        "limit": topic.limit,
        "kinds": [*sorted(kind.value for kind in topic.kinds)],
        "paused": topic.paused,
        "thread": topic.thread,
    }
    if topic.form is not None:
        own["form"] = topic.form.value
    if topic.languages is not None:
        own["languages"] = [*topic.languages]
    if topic.silent is not None:
        own["silent"] = topic.silent
    if told:
        own |= {"told": topic.cursor, "place": topic.position}
    return own


def read(text: str | bytes, bot: int, chat: int) -> list[Subscription | Unusable]:
    """The topics of a file as topics of a chat, in its order; a cursor of -1 was not told.

    Raises:
        Refusal: this is no such file, or it holds too many topics.
    """
    try:
        given: Json = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal("import-unreadable") from None
    topics = given.get("topics") if isinstance(given, dict) else None
    if not isinstance(given, dict) or given.get("format") != FORMAT or not isinstance(topics, list):
        raise Refusal("import-unreadable")
    if len(topics) > MOST:
        raise Refusal("import-many", most=MOST)
    return [_read(one, bot, chat) for one in topics]


def begun_anew(topic: Subscription) -> Subscription:
    """A topic of somebody's file: its place in another store's announcements says nothing."""
    return replace(topic, cursor=-1, thread=0, position=0)


def _read(given: Json, bot: int, chat: int) -> Subscription | Unusable:
    if not isinstance(given, dict):
        return Unusable("?", Refusal("import-field", field="topics"))
    name = given.get("name", given.get("query"))
    shown = cleaned(name)[:NAME] if isinstance(name, str) else "?"
    try:
        return _topic(given, bot, chat)
    except QueryError as error:
        return Unusable(shown, Refusal(error.key, **error.values))
    except Refusal as reason:
        return Unusable(shown, reason)


def _topic(given: Mapping[str, Json], bot: int, chat: int) -> Subscription:
    query = parse(_text(given, "query", ""))
    zone = time_zones.valid_zone(_text(given, "zone", "UTC"))
    if zone is None:
        raise Refusal("import-field", field="zone")
    return Subscription(
        bot=bot,
        chat=chat,
        query=query.text,
        name=cleaned(_text(given, "name", ""))[:NAME] or query.text[:NAME],
        cadence=_cadence(given),
        zone=zone,
        cursor=_whole(given, "told", -1),
        next_due=None,
        thread=_whole(given, "thread", 0),
        limit=_limit(given),
        kinds=_kinds(given),
        form=_form(given),
        languages=_languages(given),
        silent=_flag(given, "silent", None),
        paused=bool(_flag(given, "paused", default=False)),
        position=_whole(given, "place", 0),
    )


def _cadence(given: Mapping[str, Json]) -> Cadence:
    usual = Cadence()
    days = _texts(given, "weekdays", [])
    clock = _texts(given, "times", [at.strftime("%H:%M") for at in usual.times])
    quiet = _text(given, "quiet", usual.quiet.value)
    if len(clock) > _MOST_TIMES:
        raise Refusal("settings-time-many", most=_MOST_TIMES)
    if not set(days) <= set(_DAYS):
        raise Refusal("import-field", field="weekdays")
    if quiet not in set(OnQuietDays):
        raise Refusal("import-field", field="quiet")
    try:
        times = tuple(sorted({time.fromisoformat(at) for at in clock}))
    except ValueError:
        raise Refusal("import-field", field="times") from None
    if any(at.tzinfo or at.second or at.microsecond for at in times):
        raise Refusal("import-field", field="times")
    weekdays = tuple(sorted({_DAYS.index(day) for day in days}))
    return Cadence(times, () if len(weekdays) == len(_DAYS) else weekdays, OnQuietDays(quiet))


def _limit(given: Mapping[str, Json]) -> int:
    limit = _whole(given, "limit", LIMITS[1])
    if not 1 <= limit <= LIMITS[-1]:
        raise Refusal("import-field", field="limit")
    return limit


def _kinds(given: Mapping[str, Json]) -> frozenset[Kind]:
    kinds = _texts(given, "kinds", [Kind.NEW, Kind.CROSS])
    if not kinds or not set(kinds) <= set(Kind):
        raise Refusal("import-field", field="kinds")
    return frozenset(map(Kind, kinds))


def _form(given: Mapping[str, Json]) -> Form | None:
    form = _text(given, "form", "")
    if form and form not in set(Form):
        raise Refusal("import-field", field="form")
    return Form(form) if form else None


def _languages(given: Mapping[str, Json]) -> tuple[str, ...] | None:
    languages = tuple(dict.fromkeys(_texts(given, "languages", [])))
    if len(languages) > _MOST_LANGUAGES or any(language_code(one) != one for one in languages):
        raise Refusal("import-field", field="languages")
    return languages or None


def _text(given: Mapping[str, Json], field: str, default: str) -> str:
    value = given.get(field, default)
    if not isinstance(value, str):
        raise Refusal("import-field", field=field)
    return value


def _texts(given: Mapping[str, Json], field: str, default: Iterable[str]) -> list[str]:
    value = given.get(field)
    if value is None:
        return list(default)
    if not isinstance(value, list):
        raise Refusal("import-field", field=field)
    found = [one for one in value if isinstance(one, str)]
    if len(found) != len(value):
        raise Refusal("import-field", field=field)
    return found


def _whole(given: Mapping[str, Json], field: str, default: int) -> int:
    value = given.get(field, default)
    if not isinstance(value, int) or isinstance(value, bool) or not -1 <= value < 2**53:
        raise Refusal("import-field", field=field)
    return value


def _flag(given: Mapping[str, Json], field: str, default: bool | None) -> bool | None:
    value = given.get(field, default)
    if value is not None and not isinstance(value, bool):
        raise Refusal("import-field", field=field)
    return value
