"""Settings of a chat: language, entries, form and zone; pauses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.chat.handlers.account.welcome_and_help import start
from bot.chat.request_and_reply import Ask, Reply
from bot.chat.widgets import language_buttons
from bot.chat.widgets.city_buttons import cities, pressed
from bot.chat.widgets.short_reply import Line, told
from bot.render.telegram.keyboard import Action, Button, Keyboard
from bot.texts import LANGUAGES, Refusal, named_language
from bot.texts.dates import clock, day
from bot.texts.languages import language_name
from bot.topics import cadence_text
from bot.topics import edit_subscriptions as verb
from storage import Store
from storage.records import Form, Subscriber

LANGUAGE, FORM, TONGUES = 1, 2, 3  # what [set] may be about
ASKED = "asked"  # the reason of a pause that a person asked for


def settings(store: Store, ask: Ask) -> Reply:
    """``/settings``: how things stand, and a button for each."""
    return told(_lines(store, ask, ask.chat), _buttons(ask, ask.chat), edit=_from_menu(ask))


def _from_menu(ask: Ask) -> bool:
    # The same button under a digest must not replace the digest.
    return ask.action.verb in ("settings", "set") and ask.action.first == 0


def _lines(store: Store, ask: Ask, chat: Subscriber) -> list[Line]:
    lines = [
        Line(ask.say("settings-title"), bold=True),
        Line(ask.say("settings-language", value=ask.say(f"language-{chat.language}"))),
        Line(
            ask.say("settings-languages", value=language_buttons.label(ask, chat.languages)),
            close=True,
        ),
        Line(ask.say("settings-form", value=ask.say(f"settings-form-{chat.form}")), close=True),
        Line(
            ask.say("settings-time", value=cadence_text.told(chat.cadence, ask.language)),
            close=True,
        ),
        Line(ask.say("settings-zone", value=chat.zone), close=True),
    ]
    if chat.form is Form.RICH:
        lines.append(Line(ask.say("settings-rich-warning")))
    return lines


def _buttons(ask: Ask, chat: Subscriber) -> Keyboard:
    other = Form.CLASSIC if chat.form is Form.RICH else Form.RICH
    return (
        (
            ask.button("button-language", "set", LANGUAGE, int(chat.language == "en")),
            ask.button(f"button-form-{other}", "set", FORM, int(other is Form.RICH)),
        ),
        *language_buttons.in_rows(_choices(ask, ask.house.languages)),
        (ask.button("button-time", "times"), ask.button("button-zone", "zones")),
    )


def _choices(ask: Ask, wanted: Collection[str]) -> list[Button]:
    """A button for each choice of what entries are read in that begins with a wanted language."""
    return [
        Button(language_buttons.label(ask, choice), Action("set", TONGUES, at))
        for at, choice in enumerate(language_buttons.choices(ask.house.languages))
        if choice[0] in wanted
    ]


def set_(store: Store, ask: Ask) -> Reply:
    """A pressed switch: changes one setting and shows all of them again."""
    what, value = ask.action.first, ask.action.second
    if what == LANGUAGE:
        chat = verb.set_language(store, ask.chat, LANGUAGES[value % len(LANGUAGES)])
    elif what == FORM:
        chat = verb.set_form(store, ask.chat, Form.RICH if value else Form.CLASSIC)
    elif what == TONGUES and value < len(choices := language_buttons.choices(ask.house.languages)):
        chat = verb.set_languages(store, ask.chat, choices[value])
    else:
        raise Refusal("refusal-button-old")
    return _shown_again(store, ask, chat)


def _shown_again(store: Store, ask: Ask, chat: Subscriber) -> Reply:
    now = ask.of(chat)
    reply = told(_lines(store, now, chat), _buttons(now, chat), edit=True)
    return Reply(reply.messages, edit=True, toast=now.say("settings-saved"))


def zones(store: Store, ask: Ask) -> Reply:
    """[Time zone]: a short list by language, and how to name another."""
    rows = (*cities(ask.language, "zone"), (ask.button("button-back", "settings"),))
    return told([Line(ask.say("settings-zone-choose"))], rows, edit=True)


def timezone(store: Store, ask: Ask) -> Reply:
    """``/timezone shanghai``: the zone of the chat and all its topics."""
    if not ask.words:
        return Reply(zones(store, ask).messages)
    return _zoned(store, ask, ask.words, edit=False)


def zone_pressed(store: Store, ask: Ask) -> Reply:
    """A pressed city."""
    return _zoned(store, ask, pressed(ask), edit=True)


def _zoned(store: Store, ask: Ask, words: str, *, edit: bool) -> Reply:
    chat = verb.set_zone(store, ask.chat, words, ask.now)
    there = clock(ask.language, ask.now, chat.zone)
    text = ask.say("settings-zone-set", zone=chat.zone, clock=there)
    return told([Line(text)], ((ask.button("button-back", "settings"),),), edit=edit)


def lang(store: Store, ask: Ask) -> Reply:
    """``/lang zh``: the language the bot speaks; without a word, the other one.

    Of a language that it does not speak it says where entries are read in it.
    """
    other = "en" if ask.chat.language == "zh" else "zh"
    wanted = named_language(ask.words) if ask.words else other
    if wanted is None:
        return _only_read(ask)
    chat = verb.set_language(store, ask.chat, wanted)
    now = ask.of(chat)
    return told(_lines(store, now, chat), _buttons(now, chat))


def _only_read(ask: Ask) -> Reply:
    code = language_buttons.named(ask.words, ask.house.languages)
    if code is None:
        raise Refusal("settings-lang-usage")
    said = ask.say("settings-lang-entries", name=language_name(ask.language, code))
    return told([Line(said)], language_buttons.in_rows(_choices(ask, (code,))))


def greet(store: Store, ask: Ask) -> Reply:
    """The greeting's other language: everything is said in it from now on."""
    language = "zh" if ask.action.first else "en"
    verb.set_language(store, ask.chat, language)
    chat = verb.set_languages(
        store,
        replace(ask.chat, language=language),
        language_buttons.usual(language, ask.house.languages),
    )
    return replace(start(store, ask.of(chat)), edit=True)


def pause(store: Store, ask: Ask) -> Reply:
    """``/pause``, ``/pause 2026-12-24``: no digests meanwhile; cursors stay, nothing is lost."""
    until = _until(ask) if ask.words else None
    store.subscribers.pause(ask.chat.bot, ask.chat.chat, ASKED, until)
    if until:
        return told([Line(ask.say("paused-until", day=day(ask.language, until)))])
    return told([Line(ask.say("paused"))])


def _until(ask: Ask) -> date:
    """The day that ends a pause; it must lie ahead on the reader's calendar."""
    today = ask.now.astimezone(ZoneInfo(ask.chat.zone)).date()
    try:
        until = date.fromisoformat(ask.words.strip())
    except ValueError:
        raise Refusal("pause-usage", example=(today + timedelta(days=14)).isoformat()) from None
    if until <= today:
        raise Refusal("pause-past", today=today.isoformat())
    return until


def resume(store: Store, ask: Ask) -> Reply:
    """``/resume``: digests come again, with what gathered and what could not be brought."""
    store.subscribers.resume(ask.chat.bot, ask.chat.chat)
    revived = store.outbox.revive(ask.chat.bot, ask.chat.chat, now=ask.now)
    return replace(told([Line(ask.say("resumed"))]), deliver=revived > 0)
