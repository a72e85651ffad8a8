"""When digests come: hours and days to choose from, for a chat or for one of its topics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time

from bot.chat.request_and_reply import Ask, Reply
from bot.chat.widgets.short_reply import Line, told
from bot.render.telegram.keyboard import Action, Button, Keyboard
from bot.texts import Refusal
from bot.topics import cadence_text
from bot.topics import edit_subscriptions as verb
from storage import Store
from storage.records import Cadence, OnQuietDays, Subscriber

HOURS = (6, 7, 8, 9, 12, 14, 18, 21)
WORKING_DAYS = (0, 1, 2, 3, 4)
MORNING = Cadence().times
ANNOUNCED, WORKING, QUIET = 1, 2, 3  # switches of a cadence


def times(store: Store, ask: Ask) -> Reply:
    """[Time]: hours and days to choose from, and how to write any other."""
    lines = [
        Line(ask.say("settings-time-choose")),
        Line(ask.say("settings-time-usage"), close=True),
        Line(ask.say("settings-time", value=cadence_text.told(ask.chat.cadence, ask.language))),
    ]
    return told(lines, _keyboard(ask, ask.chat.cadence), edit=True)


def _keyboard(ask: Ask, cadence: Cadence) -> Keyboard:
    back = ask.button("button-back", "settings")
    return choices(
        ask,
        cadence,
        hour=lambda at: Action("time", at),
        switch=lambda which: Action("cadence", which),
        last=(back,),
    )


def choices(
    ask: Ask,
    cadence: Cadence,
    *,
    hour: Callable[[int], Action],
    switch: Callable[[int], Action],
    last: tuple[Button, ...],
) -> Keyboard:
    """Hours, days and what happens on quiet days; what is chosen bears a mark."""
    hours = [Button(marked(f"{at:02}:00", cadence.times == (time(at),)), hour(at)) for at in HOURS]

    def switched(key: str, which: int, chosen: bool) -> Button:
        return Button(marked(ask.say(key), chosen), switch(which))

    working = cadence.weekdays == WORKING_DAYS
    told_quiet = cadence.quiet is OnQuietDays.NOTICE
    return (
        tuple(hours[:4]),
        tuple(hours[4:]),
        (switched("button-announced", ANNOUNCED, not cadence.times),),
        (
            switched("button-working-days", WORKING, working),
            switched("button-quiet-notice", QUIET, told_quiet),
        ),
        last,
    )


def marked(label: str, chosen: bool) -> str:
    """A label, with a mark when it is what holds now."""
    return f"✓ {label}" if chosen else label


def time_(store: Store, ask: Ask) -> Reply:
    """``/time 08:30``, ``/time mon-fri 8:00 18:00``, ``/time announced``: for all topics."""
    if not ask.words:
        return Reply(times(store, ask).messages)
    cadence = cadence_text.read(ask.words, ask.chat.cadence)
    lines = _set(store, ask, cadence)
    return told(lines, ((ask.button("button-back", "settings"),),))


def _set(store: Store, ask: Ask, cadence: Cadence) -> list[Line]:
    """Keeps the chat's times; topics with times of their own keep those, and that is said."""
    chat = verb.set_cadence(store, ask.chat, cadence, ask.now)
    lines = [Line(_told(ask, chat))]
    topics = store.subscriptions.of(chat.bot, chat.chat)
    own = sum(topic.cadence != cadence for topic in topics)
    if own:
        lines.append(Line(ask.say("settings-time-own", topics=own)))
    return lines


def _told(ask: Ask, chat: Subscriber) -> str:
    shown = cadence_text.told(chat.cadence, ask.language)
    return ask.say("settings-time-set", cadence=shown, zone=chat.zone)


def time_pressed(store: Store, ask: Ask) -> Reply:
    """A pressed hour: once a day at that time, on the days chosen before."""
    at = clock_time(ask.action.first, ask.action.second)
    return _chosen(store, ask, replace(ask.chat.cadence, times=(at,)))


def clock_time(hour: int, minute: int = 0) -> time:
    """The time of day of two numbers; others come from no button of ours."""
    if hour > 23 or minute > 59:
        raise Refusal("refusal-button-old")
    return time(hour, minute)


def cadence_pressed(store: Store, ask: Ask) -> Reply:
    """As soon as announced, Monday to Friday or every day, a word on quiet days or none."""
    return _chosen(store, ask, switched(ask.chat.cadence, ask.action.first))


def switched(now: Cadence, which: int) -> Cadence:
    """A cadence after one of its switches was pressed."""
    match which:
        case 1:
            return replace(now, times=(), weekdays=())
        case 2:
            days = () if now.weekdays == WORKING_DAYS else WORKING_DAYS
            return replace(now, weekdays=days, times=now.times or MORNING)
        case 3:
            silent = now.quiet is OnQuietDays.NOTICE
            quiet = OnQuietDays.SILENCE if silent else OnQuietDays.NOTICE
            return replace(now, quiet=quiet)
    raise Refusal("refusal-button-old")


def _chosen(store: Store, ask: Ask, cadence: Cadence) -> Reply:
    return told(_set(store, ask, cadence), _keyboard(ask, cadence), edit=True)
