"""Choose when digests come: hours and days, for a chat or for one topic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time

from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets.short_reply import Line, short_reply
from bot.render.telegram.keyboard import Action, Button, Keyboard, with_check_mark
from bot.texts import Refusal
from bot.texts.dates import zone_name
from bot.topics import cadence_text, edit_subscriptions
from storage import Store
from storage.records.chats import Cadence, QuietDayPolicy

HOUR_CHOICES = (6, 7, 8, 9, 12, 14, 18, 21)
WORKING_DAYS = (0, 1, 2, 3, 4)
DEFAULT_TIMES = Cadence().times
SWITCH_ANNOUNCED, SWITCH_WORKING_DAYS, SWITCH_QUIET_DAYS = 1, 2, 3


def choose_times(store: Store, request: Request) -> Reply:
    """Handle [Time]: offer hours and days, and say how to write any others."""
    lines = [
        Line(request.say("settings-time-choose")),
        Line(request.say("settings-time-usage"), follows_directly=True),
        Line(
            request.say(
                "settings-time",
                value=cadence_text.describe_cadence(request.chat.cadence, request.language),
            )
        ),
    ]
    return short_reply(lines, _chat_time_buttons(request, request.chat.cadence), edit=True)


def _chat_time_buttons(request: Request, cadence: Cadence) -> Keyboard:
    back_button = request.button("button-back", "settings")
    return time_buttons(
        request,
        cadence,
        hour_action=lambda clock_hour: Action("time", clock_hour),
        switch_action=lambda switch_code: Action("cadence", switch_code),
        last_row=(back_button,),
    )


def time_buttons(
    request: Request,
    cadence: Cadence,
    *,
    hour_action: Callable[[int], Action],
    switch_action: Callable[[int], Action],
    last_row: tuple[Button, ...],
) -> Keyboard:
    """Return buttons for hours, days and quiet days; the current choice is marked."""
    hour_buttons = [
        Button(
            with_check_mark(f"{clock_hour:02}:00", cadence.times == (time(clock_hour),)),
            hour_action(clock_hour),
        )
        for clock_hour in HOUR_CHOICES
    ]

    def switch_button(key: str, switch_code: int, is_chosen: bool) -> Button:
        return Button(with_check_mark(request.say(key), is_chosen), switch_action(switch_code))

    is_working_days = cadence.weekdays == WORKING_DAYS
    notifies_quiet_days = cadence.on_quiet_days is QuietDayPolicy.NOTICE
    return (
        tuple(hour_buttons[:4]),
        tuple(hour_buttons[4:]),
        (switch_button("button-announced", SWITCH_ANNOUNCED, not cadence.times),),
        (
            switch_button("button-working-days", SWITCH_WORKING_DAYS, is_working_days),
            switch_button("button-quiet-notice", SWITCH_QUIET_DAYS, notifies_quiet_days),
        ),
        last_row,
    )


def time_(store: Store, request: Request) -> Reply:
    """Handle ``/time 08:30``, ``/time mon-fri 8:00 18:00``, ``/time announced``: set all topics."""
    if not request.words:
        return Reply(choose_times(store, request).messages)
    cadence = cadence_text.parse_cadence(request.words, request.chat.cadence)
    lines = _set_cadence(store, request, cadence)
    return short_reply(lines, ((request.button("button-back", "settings"),),))


def _set_cadence(store: Store, request: Request, cadence: Cadence) -> list[Line]:
    """Set the chat's times; return lines that name the topics with times of their own."""
    chat = edit_subscriptions.set_cadence(store, request.chat, cadence, request.now)
    cadence_description = cadence_text.describe_cadence(chat.cadence, request.language)
    lines = [
        Line(
            request.say(
                "settings-time-set",
                cadence=cadence_description,
                zone=zone_name(request.language, chat.zone),
            )
        )
    ]
    topics = store.subscriptions.of_chat(chat.bot, chat.id)
    custom_count = sum(topic.cadence != cadence for topic in topics)
    if custom_count:
        lines.append(Line(request.say("settings-time-own", topics=custom_count)))
    return lines


def time_pressed(store: Store, request: Request) -> Reply:
    """Handle a pressed hour: deliver once at that time on each chosen day."""
    delivery_time = clock_time(request.action.first_argument, request.action.second_argument)
    return _set_cadence_reply(store, request, replace(request.chat.cadence, times=(delivery_time,)))


def clock_time(hour: int, minute: int = 0) -> time:
    """Return a time of day.

    Raises:
        Refusal: the numbers are out of range, so no button of ours contained them.
    """
    if hour > 23 or minute > 59:
        raise Refusal("refusal-button-old")
    return time(hour, minute)


def cadence_pressed(store: Store, request: Request) -> Reply:
    """Handle a switch: as announced, working days or every day, notices on quiet days."""
    return _set_cadence_reply(
        store, request, cadence_after_switch(request.chat.cadence, request.action.first_argument)
    )


def cadence_after_switch(cadence: Cadence, switch_code: int) -> Cadence:
    """Return a cadence after one of its switches was pressed."""
    if switch_code == SWITCH_ANNOUNCED:
        return replace(cadence, times=(), weekdays=())
    if switch_code == SWITCH_WORKING_DAYS:
        days = () if cadence.weekdays == WORKING_DAYS else WORKING_DAYS
        return replace(cadence, weekdays=days, times=cadence.times or DEFAULT_TIMES)
    if switch_code == SWITCH_QUIET_DAYS:
        notifies_quiet_days = cadence.on_quiet_days is QuietDayPolicy.NOTICE
        on_quiet_days = QuietDayPolicy.SILENCE if notifies_quiet_days else QuietDayPolicy.NOTICE
        return replace(cadence, on_quiet_days=on_quiet_days)
    raise Refusal("refusal-button-old")


def _set_cadence_reply(store: Store, request: Request, cadence: Cadence) -> Reply:
    return short_reply(
        _set_cadence(store, request, cadence), _chat_time_buttons(request, cadence), edit=True
    )
