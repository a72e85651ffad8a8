"""Settings of a chat: language, entries, form, time and zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from bot import cadences
from bot import subscribe as verb
from bot.chat.context import Ask, Reply
from bot.chat.telling import Line, told
from bot.chat.welcome import start
from bot.render.keyboard import Action, Button, Keyboard
from bot.texts import LANGUAGES, Refusal, clock, day, named_language, spoken
from storage import Store
from storage.model import Cadence, ChatKind, Form, OnQuietDays, Subscriber

ENTRIES: tuple[tuple[str, ...], ...] = (("en",), ("zh",), ("zh", "en"))
ASKED = "asked"  # the reason of a pause that a person asked for
HOURS = (6, 7, 8, 9, 12, 14, 18, 21)
WORKING_DAYS = (0, 1, 2, 3, 4)
MORNING = Cadence().times
ZONES = {
    "en": (
        "America/Los_Angeles",
        "America/Chicago",
        "America/New_York",
        "America/Sao_Paulo",
        "Europe/London",
        "Europe/Berlin",
        "Asia/Kolkata",
        "Asia/Shanghai",
        "Asia/Tokyo",
        "Australia/Sydney",
    ),
    "zh": (
        "Asia/Shanghai",
        "Asia/Hong_Kong",
        "Asia/Taipei",
        "Asia/Singapore",
        "Asia/Tokyo",
        "Europe/London",
        "Europe/Berlin",
        "America/New_York",
        "America/Los_Angeles",
        "Australia/Sydney",
    ),
}


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
        Line(ask.say("settings-languages", value=_entries(ask, chat)), close=True),
        Line(ask.say("settings-form", value=ask.say(f"settings-form-{chat.form}")), close=True),
        Line(ask.say("settings-time", value=cadences.told(chat.cadence, ask.language)), close=True),
        Line(ask.say("settings-zone", value=chat.zone), close=True),
    ]
    if chat.form is Form.RICH:
        lines.append(Line(ask.say("settings-rich-warning")))
    return lines


def _entries(ask: Ask, chat: Subscriber) -> str:
    name = chat.languages[0] if len(chat.languages) == 1 else "both"
    return ask.say(f"settings-languages-{name}")


def _buttons(ask: Ask, chat: Subscriber) -> Keyboard:
    other = Form.CLASSIC if chat.form is Form.RICH else Form.RICH
    return (
        (
            ask.button("button-language", "set", 1, int(chat.language == "en")),
            ask.button(f"button-form-{other}", "set", 2, int(other is Form.RICH)),
        ),
        tuple(
            ask.button(f"settings-languages-{name}", "set", 3, index)
            for index, name in enumerate(("en", "zh", "both"))
        ),
        (ask.button("button-time", "times"), ask.button("button-zone", "zones")),
    )


def set_(store: Store, ask: Ask) -> Reply:
    """A pressed switch: changes one setting and shows all of them again."""
    what, value = ask.action.first, ask.action.second
    if what == 1:
        chat = verb.set_language(store, ask.chat, LANGUAGES[value % len(LANGUAGES)])
    elif what == 2:
        chat = verb.set_form(store, ask.chat, Form.RICH if value else Form.CLASSIC)
    elif what == 3:
        chat = verb.set_languages(store, ask.chat, ENTRIES[value % len(ENTRIES)])
    else:
        raise Refusal("refusal-button-old")
    return _shown_again(store, ask, chat)


def _shown_again(store: Store, ask: Ask, chat: Subscriber) -> Reply:
    now = ask.of(chat)
    reply = told(_lines(store, now, chat), _buttons(now, chat), edit=True)
    return Reply(reply.messages, edit=True, toast=now.say("settings-saved"))


def times(store: Store, ask: Ask) -> Reply:
    """[Time]: hours and days to choose from, and how to write any other."""
    lines = [
        Line(ask.say("settings-time-choose")),
        Line(ask.say("settings-time-usage"), close=True),
        Line(ask.say("settings-time", value=cadences.told(ask.chat.cadence, ask.language))),
    ]
    return told(lines, _times(ask, ask.chat.cadence), edit=True)


def _times(ask: Ask, cadence: Cadence) -> Keyboard:
    """Hours, days and what happens on quiet days; what is chosen bears a mark."""
    hours = [
        Button(_marked(f"{hour:02}:00", cadence.times == (time(hour),)), Action("time", hour))
        for hour in HOURS
    ]
    working = cadence.weekdays == WORKING_DAYS
    told_quiet = cadence.quiet is OnQuietDays.NOTICE
    return (
        tuple(hours[:4]),
        tuple(hours[4:]),
        (Button(_marked(ask.say("button-announced"), not cadence.times), Action("cadence", 1)),),
        (
            Button(_marked(ask.say("button-working-days"), working), Action("cadence", 2)),
            Button(_marked(ask.say("button-quiet-notice"), told_quiet), Action("cadence", 3)),
        ),
        (ask.button("button-back", "settings"),),
    )


def _marked(label: str, chosen: bool) -> str:
    return f"✓ {label}" if chosen else label


def time_(store: Store, ask: Ask) -> Reply:
    """``/time 08:30``, ``/time mon-fri 8:00 18:00``, ``/time announced``: for all topics."""
    if not ask.words:
        return Reply(times(store, ask).messages)
    cadence = cadences.read(ask.words, ask.chat.cadence)
    chat = verb.set_cadence(store, ask.chat, cadence, ask.now)
    text = _told(ask, chat)
    return told([Line(text)], ((ask.button("button-back", "settings"),),))


def _told(ask: Ask, chat: Subscriber) -> str:
    shown = cadences.told(chat.cadence, ask.language)
    return ask.say("settings-time-set", cadence=shown, zone=chat.zone)


def time_pressed(store: Store, ask: Ask) -> Reply:
    """A pressed hour: once a day at that time, on the days chosen before."""
    if ask.action.first > 23 or ask.action.second > 59:
        raise Refusal("refusal-button-old")
    at = time(ask.action.first, ask.action.second)
    return _chosen(store, ask, replace(ask.chat.cadence, times=(at,)))


def cadence_pressed(store: Store, ask: Ask) -> Reply:
    """As soon as announced, Monday to Friday or every day, a word on quiet days or none."""
    now = ask.chat.cadence
    match ask.action.first:
        case 1:
            return _chosen(store, ask, replace(now, times=(), weekdays=()))
        case 2:
            days = () if now.weekdays == WORKING_DAYS else WORKING_DAYS
            return _chosen(store, ask, replace(now, weekdays=days, times=now.times or MORNING))
        case 3:
            silent = now.quiet is OnQuietDays.NOTICE
            quiet = OnQuietDays.SILENCE if silent else OnQuietDays.NOTICE
            return _chosen(store, ask, replace(now, quiet=quiet))
    raise Refusal("refusal-button-old")


def _chosen(store: Store, ask: Ask, cadence: Cadence) -> Reply:
    chat = verb.set_cadence(store, ask.chat, cadence, ask.now)
    return told([Line(_told(ask, chat))], _times(ask, cadence), edit=True)


def zones(store: Store, ask: Ask) -> Reply:
    """[Time zone]: a short list by language, and how to name another."""
    cells = [
        Button(zone.rpartition("/")[2].replace("_", " "), Action("zone", index, 0))
        for index, zone in enumerate(ZONES[ask.language])
    ]
    rows = [tuple(cells[start : start + 2]) for start in range(0, len(cells), 2)]
    rows.append((ask.button("button-back", "settings"),))
    return told([Line(ask.say("settings-zone-choose"))], tuple(rows), edit=True)


def timezone(store: Store, ask: Ask) -> Reply:
    """``/timezone shanghai``: the zone of the chat and all its topics."""
    if not ask.words:
        return Reply(zones(store, ask).messages)
    return _zoned(store, ask, ask.words, edit=False)


def zone_pressed(store: Store, ask: Ask) -> Reply:
    """A pressed city."""
    known = ZONES[ask.language]
    if ask.action.first >= len(known):
        raise Refusal("refusal-button-old")
    return _zoned(store, ask, known[ask.action.first], edit=True)


def _zoned(store: Store, ask: Ask, words: str, *, edit: bool) -> Reply:
    chat = verb.set_zone(store, ask.chat, words, ask.now)
    there = clock(ask.language, ask.now, chat.zone)
    text = ask.say("settings-zone-set", zone=chat.zone, clock=there)
    return told([Line(text)], ((ask.button("button-back", "settings"),),), edit=edit)


def lang(store: Store, ask: Ask) -> Reply:
    """``/lang zh``: the language the bot speaks; without a word, the other one."""
    other = "en" if ask.language == "zh" else "zh"
    wanted = named_language(ask.words) if ask.words else other
    if wanted is None:
        raise Refusal("settings-lang-usage")
    chat = verb.set_language(store, ask.chat, wanted)
    now = ask.of(chat)
    return told(_lines(store, now, chat), _buttons(now, chat))


def greet(store: Store, ask: Ask) -> Reply:
    """The greeting's other language: everything is said in it from now on."""
    language = "zh" if ask.action.first else "en"
    verb.set_language(store, ask.chat, language)
    chat = verb.set_languages(
        store, replace(ask.chat, language=language), ENTRIES[2 if language == "zh" else 0]
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
    """``/resume``: digests come again, with what gathered meanwhile."""
    store.subscribers.resume(ask.chat.bot, ask.chat.chat)
    return told([Line(ask.say("resumed"))])


def defaults(kind: ChatKind, code: str | None, form: Form) -> tuple[str, tuple[str, ...], Form]:
    """Language, entry languages and form of a chat that has not chosen."""
    language = spoken(code)
    return language, ("zh", "en") if language == "zh" else ("en",), form
