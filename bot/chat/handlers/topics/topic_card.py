"""One topic: how it stands, and a button for everything that can be changed about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.chat.handlers.account import delivery_times, settings
from bot.chat.handlers.account.delivery_times import marked
from bot.chat.handlers.topics.topic_list import summary, weekly
from bot.chat.request_and_reply import Ask, Reply
from bot.chat.widgets import language_buttons
from bot.chat.widgets.short_reply import Line, told
from bot.render.telegram.keyboard import Action, Button, Keyboard
from bot.texts import Refusal
from bot.topics import cadence_text, edit_subscriptions
from bot.topics import edit_subscriptions as verb
from bot.topics.edit_subscriptions import LIMITS
from storage import Store
from storage.records import Form, Kind, Subscription

REVISED = frozenset({Kind.REPLACE, Kind.REPLACE_CROSS})
CROSSED = frozenset({Kind.CROSS, Kind.REPLACE_CROSS})
FORMS: tuple[Form | None, ...] = (None, Form.RICH, Form.CLASSIC)
SOUNDS: tuple[bool | None, ...] = (None, False, True)  # is it silent?
PAUSE, CROSS, REVISIONS, UP = 1, 2, 3, 4
LIMIT, FORM, SILENCE = 10, 20, 40  # and the place of the value
LANGUAGE = 100  # and the place among any number of languages
_FROM_LIST = 2  # [stop]: the card is replaced

Change = Callable[[Subscription], Subscription]


def opened(store: Store, ask: Ask) -> Reply:
    """A topic of the list, or [Back]: its card in the place of what was there."""
    topic = verb.topic_of(store, ask.chat, ask.action.first)
    # Who goes back does not answer: their next words are no name.
    store.asks.take(ask.chat.bot, ask.chat.chat, ask.person.person, ask.now)
    return card(store, ask, topic, edit=True)


def settings_pressed(store: Store, ask: Ask) -> Reply:
    """[Settings]: under a digest its topic's card, elsewhere those of the chat."""
    if not ask.action.first:
        return settings.settings(store, ask)
    topic = verb.topic_of(store, ask.chat, ask.action.first)
    return card(store, ask, topic, edit=False)


def card(
    store: Store, ask: Ask, topic: Subscription, *, edit: bool, above: Sequence[Line] = ()
) -> Reply:
    """How a topic stands, with its buttons."""
    return told([*above, *_lines(ask, topic)], _buttons(ask, topic), edit=edit)


def _lines(ask: Ask, topic: Subscription) -> list[Line]:
    lines = [Line(topic.name, bold=True)]
    if topic.query != topic.name:
        lines.append(Line(ask.say("card-words", words=topic.query), close=True))
    papers = weekly(ask, [topic.query])
    lines.append(Line(summary(ask, topic, papers.get(topic.query))))
    when = cadence_text.told(topic.cadence, ask.language)
    lines.append(Line(ask.say("card-time", value=when, zone=topic.zone), close=True))
    lines.append(Line(ask.say("card-limit", papers=topic.limit), close=True))
    return lines


def _buttons(ask: Ask, topic: Subscription) -> Keyboard:
    def tune(label: str, code: int, *, chosen: bool = False) -> Button:
        return Button(marked(label, chosen), Action("tune", topic.key, code))

    def to(key: str, verb: str, second: int = 0) -> Button:
        return ask.button(key, verb, topic.key, second)

    limits = (
        tune(str(limit), LIMIT + at, chosen=limit == topic.limit) for at, limit in enumerate(LIMITS)
    )
    pause = "button-resume" if topic.paused else "button-pause"
    return (
        (to("button-digest", "digest"), tune(ask.say(pause), PAUSE)),
        (to("button-rename", "rename"), to("button-words", "words")),
        (to("button-time", "topic_times"), to("button-looks", "looks")),
        tuple(limits),
        (
            tune(ask.say("button-cross"), CROSS, chosen=Kind.CROSS in topic.kinds),
            tune(ask.say("button-revisions"), REVISIONS, chosen=Kind.REPLACE in topic.kinds),
        ),
        (tune(ask.say("button-up"), UP), to("digest-button-stop", "stop", _FROM_LIST)),
        (ask.button("button-list-back", "list"),),
    )


def _paused(topic: Subscription) -> Subscription:
    return replace(topic, paused=not topic.paused)


def _crossed(topic: Subscription) -> Subscription:
    """Cross-lists on or off, among the revised papers too where those are wanted."""
    if Kind.CROSS in topic.kinds:
        return replace(topic, kinds=topic.kinds - CROSSED)
    added = CROSSED if Kind.REPLACE in topic.kinds else {Kind.CROSS}
    return replace(topic, kinds=topic.kinds | added)


def _revised(topic: Subscription) -> Subscription:
    if Kind.REPLACE in topic.kinds:
        return replace(topic, kinds=topic.kinds - REVISED)
    added = REVISED if Kind.CROSS in topic.kinds else {Kind.REPLACE}
    return replace(topic, kinds=topic.kinds | added)


_CHANGES: Mapping[int, Change] = {PAUSE: _paused, CROSS: _crossed, REVISIONS: _revised}


def tune(store: Store, ask: Ask) -> Reply:
    """A pressed switch of a card: changes one thing and shows the card again."""
    topic = verb.topic_of(store, ask.chat, ask.action.first)
    code = ask.action.second
    if code == UP:
        edit_subscriptions.move_up(store, ask.chat, topic)
        changed = verb.topic_of(store, ask.chat, topic.key)
    else:
        changed = verb.change(store, _changed(ask, topic, code))
    shown = _looks(ask, changed) if code >= FORM else card(store, ask, changed, edit=True)
    return replace(shown, toast=ask.say("settings-saved"))


def _changed(ask: Ask, topic: Subscription, code: int) -> Subscription:
    if code in _CHANGES:
        return _CHANGES[code](topic)
    if LANGUAGE <= code < LANGUAGE + len(languages := _languages(ask)):
        return replace(topic, languages=languages[code - LANGUAGE])
    kind, at = divmod(code, 10)
    if kind == LIMIT // 10 and at < len(LIMITS):
        return replace(topic, limit=LIMITS[at])
    if kind == FORM // 10 and at < len(FORMS):
        return replace(topic, form=FORMS[at])
    if kind == SILENCE // 10 and at < len(SOUNDS):
        return replace(topic, silent=SOUNDS[at])
    raise Refusal("refusal-button-old")


def looks(store: Store, ask: Ask) -> Reply:
    """[Looks]: form, languages and sound, of this topic's own or as the chat has them."""
    return _looks(ask, verb.topic_of(store, ask.chat, ask.action.first))


def _looks(ask: Ask, topic: Subscription) -> Reply:
    def row(keys: Sequence[str], code: int, chosen: int) -> tuple[Button, ...]:
        return tuple(
            Button(marked(ask.say(key), at == chosen), Action("tune", topic.key, code + at))
            for at, key in enumerate(keys)
        )

    forms = ("looks-form-chat", "settings-form-rich", "settings-form-classic")
    sounds = ("looks-sound-chat", "looks-loud", "looks-silent")
    usual, *own = _tongues(ask, topic)
    buttons = (
        row(forms, FORM, FORMS.index(topic.form)),
        (usual,),
        *language_buttons.in_rows(own),
        row(sounds, SILENCE, SOUNDS.index(topic.silent)),
        (ask.button("button-back", "topic", topic.key),),
    )
    lines = [Line(topic.name, bold=True), Line(ask.say("looks-choose"))]
    return told(lines, buttons, edit=True)


def _languages(ask: Ask) -> tuple[language_buttons.Tongues | None, ...]:
    """What a topic may be read in; None follows the chat."""
    return (None, *language_buttons.choices(ask.house.languages))


def _tongues(ask: Ask, topic: Subscription) -> list[Button]:
    """A button for each; none is marked where the topic has what is no longer offered."""
    return [
        Button(
            marked(
                language_buttons.label(ask, choice) if choice else ask.say("looks-languages-chat"),
                choice == topic.languages,
            ),
            Action("tune", topic.key, LANGUAGE + at),
        )
        for at, choice in enumerate(_languages(ask))
    ]


def topic_times(store: Store, ask: Ask) -> Reply:
    """[Time] of a card: hours and days of this topic alone."""
    return _times(ask, verb.topic_of(store, ask.chat, ask.action.first))


def _times(ask: Ask, topic: Subscription) -> Reply:
    when = cadence_text.told(topic.cadence, ask.language)
    lines = [
        Line(topic.name, bold=True),
        Line(ask.say("card-time", value=when, zone=topic.zone)),
        Line(ask.say("card-time-own")),
    ]
    buttons = delivery_times.choices(
        ask,
        topic.cadence,
        hour=lambda at: Action("topic_hour", topic.key, at),
        switch=lambda which: Action("topic_cadence", topic.key, which),
        last=(
            ask.button("button-other", "topic_other", topic.key),
            ask.button("button-back", "topic", topic.key),
        ),
    )
    return told(lines, buttons, edit=True)


def hour_pressed(store: Store, ask: Ask) -> Reply:
    """A pressed hour of one topic."""
    topic = verb.topic_of(store, ask.chat, ask.action.first)
    at = delivery_times.clock_time(ask.action.second)
    cadence = replace(topic.cadence, times=(at,))
    return _times(ask, edit_subscriptions.set_topic_cadence(store, topic, cadence, ask.now))


def cadence_pressed(store: Store, ask: Ask) -> Reply:
    """A pressed switch of one topic's days."""
    topic = verb.topic_of(store, ask.chat, ask.action.first)
    cadence = delivery_times.switched(topic.cadence, ask.action.second)
    return _times(ask, edit_subscriptions.set_topic_cadence(store, topic, cadence, ask.now))
