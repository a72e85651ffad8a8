"""Export a chat's topics to a JSON file, and parse such a file.

A file may come from anybody, so each value is checked before it becomes part of a topic; unusable
topics are rejected one by one, with the sentence that says why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import time

from bot.texts import Refusal
from bot.texts.languages import language_code
from bot.topics import time_zones
from bot.topics.cadence_text import MAX_TIMES
from bot.topics.edit_subscriptions import DIGEST_LIMITS, MAX_NAME_LENGTH, clean_words
from bot.topics.query.parser import QueryError, parse
from storage.records.chats import Cadence, MessageForm, QuietDayPolicy, Subscription
from storage.records.digests import EntryOrder
from storage.records.papers import FRESH_KINDS, AnnouncementKind

FORMAT_NAME = "papergram topics"
MAX_BYTES = 1_000_000
MAX_TOPICS = 500  # topics read from a file
_WEEKDAY_CODES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MAX_LANGUAGES = 2


@dataclass(frozen=True, slots=True)
class RejectedTopic:
    """A topic in a file that cannot be restored, and why."""

    name: str
    reason: Refusal


def export_topics(topics: Iterable[Subscription], *, with_cursors: bool = False) -> str:
    """Return topics as the text of a file, with their cursors if ``with_cursors``."""
    topic_values = [_topic_to_json(topic, with_cursors) for topic in topics]
    return (
        json.dumps({"format": FORMAT_NAME, "topics": topic_values}, ensure_ascii=False, indent=1)
        + "\n"
    )


def _topic_to_json(topic: Subscription, with_cursors: bool) -> dict[str, object]:
    """Return a topic as JSON; settings inherited from the chat are omitted."""
    topic_data: dict[str, object] = {
        "name": topic.name,
        "query": topic.query,
        "times": [clock_time.strftime("%H:%M") for clock_time in topic.cadence.times],
        "weekdays": [_WEEKDAY_CODES[day] for day in topic.cadence.weekdays],
        "quiet": topic.cadence.on_quiet_days.value,
        "zone": topic.zone,
        "limit": topic.limit,
        "kinds": [*sorted(kind.value for kind in topic.kinds)],
        "order": topic.entry_order.value,
        "paused": topic.paused,
        "thread": topic.thread,
    }
    if topic.form is not None:
        topic_data["form"] = topic.form.value
    if topic.languages is not None:
        topic_data["languages"] = [*topic.languages]
    if topic.silent is not None:
        topic_data["silent"] = topic.silent
    if with_cursors:
        topic_data |= {"told": topic.cursor, "place": topic.position}
    return topic_data


def parse_topics_file(text: str | bytes, bot: int, chat: int) -> list[Subscription | RejectedTopic]:
    """Parse a file's topics as topics of a chat, in order; a missing cursor is -1.

    Raises:
        Refusal: this is no such file, or it holds too many topics.
    """
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal("import-unreadable") from None
    topics = document.get("topics") if isinstance(document, dict) else None
    if (
        not isinstance(document, dict)
        or document.get("format") != FORMAT_NAME
        or not isinstance(topics, list)
    ):
        raise Refusal("import-unreadable")
    if len(topics) > MAX_TOPICS:
        raise Refusal("import-many", most=MAX_TOPICS)
    topics_and_rejected: list[Subscription | RejectedTopic] = []
    for topic_data in topics:
        if not isinstance(topic_data, dict):
            topics_and_rejected.append(RejectedTopic("?", Refusal("import-field", field="topics")))
            continue
        given_name = topic_data.get("name", topic_data.get("query"))
        shown_name = (
            clean_words(given_name)[:MAX_NAME_LENGTH] if isinstance(given_name, str) else "?"
        )
        try:
            topics_and_rejected.append(_topic_from_json(topic_data, bot, chat))
        except QueryError as error:
            topics_and_rejected.append(
                RejectedTopic(shown_name, Refusal(error.key, **error.values))
            )
        except Refusal as reason:
            topics_and_rejected.append(RejectedTopic(shown_name, reason))
    return topics_and_rejected


def without_position(topic: Subscription) -> Subscription:
    """Return a topic without what only means something in its own store and chat."""
    return replace(topic, cursor=-1, thread=0, position=0)


def _topic_from_json(data: Mapping[str, object], bot: int, chat: int) -> Subscription:
    """Return the topic with these values.

    Raises:
        QueryError: its query cannot be understood.
        Refusal: another value is unusable.
    """
    query = parse(_text_field(data, "query", ""))
    zone = _text_field(data, "zone", "UTC")
    if zone not in time_zones.available_zones():
        zone = time_zones.read_zone(zone).zone or ""
    if not zone:
        raise Refusal("import-field", field="zone")
    topic_name = clean_words(_text_field(data, "name", "")) or query.text
    cadence = _parse_cadence(data)
    cursor, thread = _int_field(data, "told", -1), _int_field(data, "thread", 0)
    entry_limit = _int_field(data, "limit", DIGEST_LIMITS[1])
    if not 1 <= entry_limit <= DIGEST_LIMITS[-1]:
        raise Refusal("import-field", field="limit")
    entry_order = _text_field(data, "order", EntryOrder.RELEVANCE)
    if entry_order not in set(EntryOrder):
        raise Refusal("import-field", field="order")
    kinds = _text_list_field(data, "kinds", FRESH_KINDS)
    if not kinds or not set(kinds) <= set(AnnouncementKind):
        raise Refusal("import-field", field="kinds")
    message_form = _text_field(data, "form", "")
    if message_form and message_form not in set(MessageForm):
        raise Refusal("import-field", field="form")
    languages = tuple(dict.fromkeys(_text_list_field(data, "languages", [])))
    if len(languages) > _MAX_LANGUAGES or any(
        language_code(language) != language for language in languages
    ):
        raise Refusal("import-field", field="languages")
    return Subscription(
        bot=bot,
        chat=chat,
        query=query.text,
        name=topic_name[:MAX_NAME_LENGTH],
        cadence=cadence,
        zone=zone,
        cursor=cursor,
        next_due=None,
        thread=thread,
        limit=entry_limit,
        kinds=frozenset(map(AnnouncementKind, kinds)),
        form=MessageForm(message_form) if message_form else None,
        languages=languages or None,
        silent=_bool_field(data, "silent", None),
        entry_order=EntryOrder(entry_order),
        paused=bool(_bool_field(data, "paused", default=False)),
        position=_int_field(data, "place", 0),
    )


def _parse_cadence(data: Mapping[str, object]) -> Cadence:
    default = Cadence()
    weekday_names = _text_list_field(data, "weekdays", [])
    time_texts = _text_list_field(
        data, "times", [clock_time.strftime("%H:%M") for clock_time in default.times]
    )
    on_quiet_days = _text_field(data, "quiet", default.on_quiet_days.value)
    if len(time_texts) > MAX_TIMES:
        raise Refusal("settings-time-many", most=MAX_TIMES)
    if not set(weekday_names) <= set(_WEEKDAY_CODES):
        raise Refusal("import-field", field="weekdays")
    if on_quiet_days not in set(QuietDayPolicy):
        raise Refusal("import-field", field="quiet")
    try:
        times = tuple(sorted({time.fromisoformat(clock_time) for clock_time in time_texts}))
    except ValueError:
        raise Refusal("import-field", field="times") from None
    if any(
        clock_time.tzinfo or clock_time.second or clock_time.microsecond for clock_time in times
    ):
        raise Refusal("import-field", field="times")
    weekdays = tuple(sorted({_WEEKDAY_CODES.index(day) for day in weekday_names}))
    return Cadence(
        times,
        () if len(weekdays) == len(_WEEKDAY_CODES) else weekdays,
        QuietDayPolicy(on_quiet_days),
    )


def _text_field(data: Mapping[str, object], field: str, default: str) -> str:
    field_value = data.get(field, default)
    if not isinstance(field_value, str):
        raise Refusal("import-field", field=field)
    return field_value


def _text_list_field(data: Mapping[str, object], field: str, default: Iterable[str]) -> list[str]:
    field_value = data.get(field)
    if field_value is None:
        return list(default)
    if not isinstance(field_value, list):
        raise Refusal("import-field", field=field)
    list_texts = [item for item in field_value if isinstance(item, str)]
    if len(list_texts) != len(field_value):
        raise Refusal("import-field", field=field)
    return list_texts


def _int_field(data: Mapping[str, object], field: str, default: int) -> int:
    field_value = data.get(field, default)
    if (
        not isinstance(field_value, int)
        or isinstance(field_value, bool)
        or not -1 <= field_value < 2**53
    ):
        raise Refusal("import-field", field=field)
    return field_value


def _bool_field(data: Mapping[str, object], field: str, default: bool | None) -> bool | None:
    field_value = data.get(field, default)
    if field_value is not None and not isinstance(field_value, bool):
        raise Refusal("import-field", field=field)
    return field_value
