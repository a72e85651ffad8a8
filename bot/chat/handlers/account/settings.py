"""The settings of a chat: language, entries, form, zone and pauses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.chat.handlers.account.welcome_and_help import start
from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets import language_buttons
from bot.chat.widgets.city_buttons import city_buttons, pressed_zone
from bot.chat.widgets.short_reply import Line, short_reply
from bot.chat.widgets.town_buttons import (
    pressed_town,
    town_buttons,
    town_label,
    zone_question,
)
from bot.render.telegram.keyboard import Action, Button, Keyboard, button_rows
from bot.texts import LANGUAGES, Refusal, parse_language
from bot.texts.dates import format_clock, format_day, zone_name
from bot.texts.languages import language_name
from bot.topics import cadence_text, edit_subscriptions
from bot.topics.pause_end import parse_pause_end
from bot.topics.places import nearest_town
from bot.topics.time_zones import read_zone
from storage import Store
from storage.records.chats import REQUESTED_PAUSE, MessageForm

SET_LANGUAGE, SET_FORM, SET_ENTRY_LANGUAGES = 1, 2, 3  # the first argument of "set"
# The second argument of "set" is the index here: old messages keep their buttons.
_FORMS = (MessageForm.CLASSIC, MessageForm.THREE_COLUMNS, MessageForm.TWO_COLUMNS)


def settings(store: Store, request: Request) -> Reply:
    """Handle ``/settings``: show every setting, with a button for each."""
    # The same button under a digest must not replace the digest.
    is_in_menu = request.action.verb in ("settings", "set") and request.action.first_argument == 0
    return _settings_reply(request, edit=is_in_menu)


def _settings_reply(request: Request, *, edit: bool) -> Reply:
    chat = request.chat
    lines = [
        Line(request.say("settings-title"), bold=True),
        Line(request.say("settings-language", value=request.say(f"language-{chat.language}"))),
        Line(
            request.say(
                "settings-languages", value=language_buttons.choice_label(request, chat.languages)
            ),
            follows_directly=True,
        ),
        Line(
            request.say("settings-form", value=request.say(f"settings-form-{chat.form}")),
            follows_directly=True,
        ),
        Line(
            request.say(
                "settings-time", value=cadence_text.describe_cadence(chat.cadence, request.language)
            ),
            follows_directly=True,
        ),
        Line(
            request.say("settings-zone", value=zone_name(request.language, chat.zone)),
            follows_directly=True,
        ),
    ]
    if chat.form.is_rich:
        lines.append(Line(request.say("settings-rich-warning")))
    buttons = (
        (request.button("button-language", "set", SET_LANGUAGE, int(chat.language == "en")),),
        tuple(
            request.button(f"button-form-{form}", "set", SET_FORM, _FORMS.index(form))
            for form in MessageForm
            if form is not chat.form
        ),
        *_language_choice_rows(request, request.bot_info.entry_languages),
        (request.button("button-time", "times"), request.button("button-zone", "zones")),
    )
    return short_reply(lines, buttons, edit=edit)


def _language_choice_rows(request: Request, codes: Collection[str]) -> Keyboard:
    """Return a button for each choice that begins with one of these languages."""
    buttons = [
        Button(
            language_buttons.choice_label(request, choice),
            Action("set", SET_ENTRY_LANGUAGES, index),
        )
        for index, choice in enumerate(
            language_buttons.language_choices(request.bot_info.entry_languages)
        )
        if choice[0] in codes
    ]
    return button_rows(buttons, language_buttons.BUTTONS_PER_ROW)


def setting_pressed(store: Store, request: Request) -> Reply:
    """Handle a pressed switch: change one setting and show all of them again."""
    setting, value_code = request.action.first_argument, request.action.second_argument
    if setting == SET_LANGUAGE:
        chat = edit_subscriptions.set_language(
            store, request.chat, LANGUAGES[value_code % len(LANGUAGES)]
        )
    elif setting == SET_FORM and value_code < len(_FORMS):
        chat = edit_subscriptions.set_form(store, request.chat, _FORMS[value_code])
    elif setting == SET_ENTRY_LANGUAGES and value_code < len(
        choices := language_buttons.language_choices(request.bot_info.entry_languages)
    ):
        chat = edit_subscriptions.set_languages(store, request.chat, choices[value_code])
    else:
        raise Refusal("refusal-button-old")
    updated_request = request.for_chat(chat)
    reply = _settings_reply(updated_request, edit=True)
    return replace(reply, toast=updated_request.say("settings-saved"))


def choose_zone(store: Store, request: Request) -> Reply:
    """Handle [Time zone]: offer a short list, and say how to name another."""
    rows = (*city_buttons(request.language, "zone"), (request.button("button-back", "settings"),))
    return short_reply([Line(request.say("settings-zone-choose"))], rows, edit=True)


def timezone(store: Store, request: Request) -> Reply:
    """Handle ``/timezone shanghai``: set the zone of the chat and all its topics."""
    if not request.words:
        return Reply(choose_zone(store, request).messages)
    zone_reading = read_zone(request.words)
    if zone_reading.zone:
        return _set_zone(store, request, zone_reading.zone, edit=False)
    return short_reply(
        [Line(zone_question(request, zone_reading))], town_buttons(request, "town", zone_reading)
    )


def zone_pressed(store: Store, request: Request) -> Reply:
    """Handle a pressed city."""
    return _set_zone(store, request, pressed_zone(request), edit=True)


def town_pressed(store: Store, request: Request) -> Reply:
    """Handle a pressed town of those that were meant."""
    return _set_zone(store, request, pressed_town(request).zone, edit=True)


def location_shared(store: Store, request: Request) -> Reply:
    """Handle a shared location: name the nearest town, whose zone is set by a tap."""
    north, east = request.action.first_argument, request.action.second_argument
    town = nearest_town(north / 100 - 90, east / 100 - 180)
    if town is None:
        raise Refusal("settings-location-remote")
    is_first_step = not request.chat.onboarded and bool(
        store.subscriptions.of_chat(request.chat.bot, request.chat.id)
    )
    place_name = town_label(request.language, town)
    question = request.say(
        "settings-location-near",
        town=place_name,
        clock=format_clock(request.language, request.now, town.zone),
    )
    rows = (
        (
            Button(
                request.say("button-use-zone", town=place_name),
                Action("guide_town" if is_first_step else "town", town.key),
            ),
        ),
        (request.button("button-other-place", "zones"),),
    )
    return short_reply([Line(question)], rows[:1] if is_first_step else rows)


def _set_zone(store: Store, request: Request, zone: str, *, edit: bool) -> Reply:
    chat = edit_subscriptions.set_zone(store, request.chat, zone, request.now)
    local_time = format_clock(request.language, request.now, chat.zone)
    reply_text = request.say(
        "settings-zone-set", zone=zone_name(request.language, zone), clock=local_time
    )
    return short_reply(
        [Line(reply_text)], ((request.button("button-back", "settings"),),), edit=edit
    )


def lang(store: Store, request: Request) -> Reply:
    """Handle ``/lang zh``: set the language of the bot; without an argument, the other one.

    For a language that the bot does not speak, offer entries in it.
    """
    other_language = "en" if request.chat.language == "zh" else "zh"
    language = parse_language(request.words) if request.words else other_language
    if language:
        chat = edit_subscriptions.set_language(store, request.chat, language)
        return _settings_reply(request.for_chat(chat), edit=False)
    entry_language = language_buttons.find_language(request.words, request.bot_info.entry_languages)
    if entry_language is None:
        raise Refusal("settings-lang-usage")
    reply_text = request.say(
        "settings-lang-entries", name=language_name(request.language, entry_language)
    )
    return short_reply([Line(reply_text)], _language_choice_rows(request, (entry_language,)))


def greet_in_language(store: Store, request: Request) -> Reply:
    """Handle the greeting's button for the other language: use it from now on."""
    language = "zh" if request.action.first_argument else "en"
    edit_subscriptions.set_language(store, request.chat, language)
    chat = edit_subscriptions.set_languages(
        store,
        replace(request.chat, language=language),
        language_buttons.default_languages(language, request.bot_info.entry_languages),
    )
    return replace(start(store, request.for_chat(chat)), edit=True)


def pause(store: Store, request: Request) -> Reply:
    """Handle ``/pause`` and ``/pause 2 weeks``: send no digests meanwhile; cursors stay."""
    if not request.words:
        store.chats.pause(request.chat.bot, request.chat.id, REQUESTED_PAUSE)
        return short_reply([Line(request.say("paused"))])
    today = request.now.astimezone(ZoneInfo(request.chat.zone)).date()
    pause_end = parse_pause_end(request.words, today)
    if pause_end is None:
        raise Refusal("pause-usage", example=(today + timedelta(days=14)).isoformat())
    if pause_end <= today:
        raise Refusal("pause-past", today=today.isoformat())
    store.chats.pause(request.chat.bot, request.chat.id, REQUESTED_PAUSE, pause_end)
    return short_reply(
        [Line(request.say("paused-until", day=format_day(request.language, pause_end)))]
    )


def resume(store: Store, request: Request) -> Reply:
    """Handle ``/resume``: send digests again, and messages that were dropped during the pause."""
    store.chats.resume(request.chat.bot, request.chat.id)
    revived_count = store.outbox_repair.requeue_dropped(
        request.chat.bot, request.chat.id, now=request.now
    )
    return replace(short_reply([Line(request.say("resumed"))]), wakes_delivery=revived_count > 0)
