"""The first topic: when, on whose clock, and a digest at once that shows what will come.

Each step may be skipped, and a chat goes through them once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from bot.chat.handlers.papers import search
from bot.chat.handlers.papers.digest import look
from bot.chat.handlers.topics import new_topic, topic_list
from bot.chat.request_and_reply import Ask, Reply
from bot.chat.widgets.city_buttons import cities, pressed
from bot.chat.widgets.pending_questions import listen
from bot.chat.widgets.short_reply import Line, text_message, told
from bot.digests.preview import sample
from bot.render.telegram.keyboard import Keyboard
from bot.render.telegram.split_into_messages import Message, message, parts
from bot.texts import Refusal
from bot.topics import cadence_text, time_zones
from bot.topics import edit_subscriptions as verb
from storage import Store
from storage.records import Cadence, ChatKind, Digest, Form, Question, Subscription

MORNING, EVENING = time(8), time(18)
ASK, ANNOUNCED, AT_MORNING, AT_EVENING, OTHER, SKIP = range(6)  # what [guide] may mean
SKIP_ZONE = 99


def subscribe(store: Store, ask: Ask) -> Reply:
    """The preview's [Subscribe]; with the first topic of a private chat the steps begin."""
    before = _topics(store, ask)
    reply = new_topic.subscribe(store, ask)
    after = _topics(store, ask)
    if before or not after or ask.chat.settled or ask.chat.kind is not ChatKind.PRIVATE:
        return reply
    return _when(ask, after[-1])


def _topics(store: Store, ask: Ask) -> list[Subscription]:
    return store.subscriptions.of(ask.chat.bot, ask.chat.chat)


def _newest(store: Store, ask: Ask) -> Subscription:
    """The topic that the steps are about."""
    found = _topics(store, ask)
    if not found:
        raise Refusal("topic-gone")
    return found[-1]


def _when(ask: Ask, topic: Subscription) -> Reply:
    lines = [Line(ask.say("guide-followed", topic=topic.name)), Line(ask.say("guide-when"))]
    buttons = (
        (ask.button("button-announced", "guide", ANNOUNCED),),
        (
            ask.button("button-morning", "guide", AT_MORNING),
            ask.button("button-evening", "guide", AT_EVENING),
        ),
        (ask.button("button-other", "guide", OTHER), ask.button("button-skip", "guide", SKIP)),
    )
    return told(lines, buttons, edit=True)


def guide(store: Store, ask: Ask) -> Reply:
    """The step of the time: what was pressed is kept, and the zone is asked for."""
    topic = _newest(store, ask)
    usual = ask.chat.cadence
    match ask.action.first:
        case 0:
            return _when(ask, topic)
        case 1:
            return _timed(store, ask, replace(usual, times=(), weekdays=()))
        case 2:
            return _timed(store, ask, replace(usual, times=(MORNING,)))
        case 3:
            return _timed(store, ask, replace(usual, times=(EVENING,)))
        case 4:
            listen(store, ask, Question("guide_time"))
            skip = ((ask.button("button-skip", "guide", SKIP),),)
            return told([Line(ask.say("guide-time-type"))], skip, edit=True)
        case 5:
            return _where(store, ask)
    raise Refusal("refusal-button-old")


def _timed(store: Store, ask: Ask, cadence: Cadence, *, edit: bool = True) -> Reply:
    chat = verb.set_cadence(store, ask.chat, cadence, ask.now)
    return replace(_where(store, ask.of(chat)), edit=edit)


def time_said(store: Store, ask: Ask) -> Reply:
    """The answer to "which time": kept, or asked for once more; a paper opens meanwhile."""
    try:
        cadence = cadence_text.read(ask.words, ask.chat.cadence)
    except Refusal as refusal:
        listen(store, ask, Question("guide_time"))
        if ask.papers:
            return search.typed(store, ask)
        skip = ((ask.button("button-skip", "guide", SKIP),),)
        return told([Line(refusal.say(ask.language))], skip)
    return _timed(store, ask, cadence, edit=False)


def _where(store: Store, ask: Ask) -> Reply:
    listen(store, ask, Question("guide_zone"))
    when = cadence_text.told(ask.chat.cadence, ask.language)
    lines = [Line(ask.say("settings-time", value=when)), Line(ask.say("guide-where"))]
    skip = (ask.button("button-skip", "guide_zone", SKIP_ZONE),)
    return told(lines, (*cities(ask.language, "guide_zone"), skip), edit=True)


def zone_pressed(store: Store, ask: Ask) -> Reply:
    """The step of the zone: a city was pressed, or the step skipped; then a digest at once."""
    _newest(store, ask)
    skipped = ask.action.first == SKIP_ZONE
    zone = ask.chat.zone if skipped else pressed(ask)
    store.asks.take(ask.chat.bot, ask.chat.chat, ask.person.person, ask.now)
    if skipped:
        return _done(store, ask, edit=True)
    chat = verb.set_zone(store, ask.chat, zone, ask.now)
    return _done(store, ask.of(chat), edit=True)


def zone_said(store: Store, ask: Ask) -> Reply:
    """The answer to "where are you": kept, or asked for once more where it is nearly a city."""
    try:
        chat = verb.set_zone(store, ask.chat, ask.words, ask.now)
    except Refusal as refusal:
        if not time_zones.suggested_zones(ask.words, ask.now):
            return search.typed(store, ask)  # no city at all: another topic, or a paper
        listen(store, ask, Question("guide_zone"))
        skip = ((ask.button("button-skip", "guide_zone", SKIP_ZONE),),)
        return told([Line(refusal.say(ask.language))], skip)
    return _done(store, ask.of(chat), edit=False)


def _done(store: Store, ask: Ask, *, edit: bool) -> Reply:
    """Says when the first digest comes and shows one at once; the steps are over."""
    topic = _newest(store, ask)
    said = Line(topic_list.following(ask, topic))
    try:
        drawn = None if ask.chat.settled else ask.read(_drawn, ask, topic)
        none = Line(ask.say("guide-sample-none"))
    except Refusal as refusal:  # the steps are over all the same
        drawn, none = None, Line(refusal.say(ask.language))
    store.subscribers.change(replace(ask.chat, settled=True))
    if drawn is None:
        return told([said, none], _afterwards(ask), edit=edit)
    digest, reply = drawn
    number = store.digests.issue(digest)
    if number != digest.number:  # another was issued a moment ago
        reply = _sampled(ask, replace(digest, number=number))
    first = text_message([said, Line(ask.say("guide-sample"))], _afterwards(ask))
    return replace(reply, messages=(first, *reply.messages), edit=edit)


def _drawn(store: Store, ask: Ask, topic: Subscription) -> tuple[Digest, Reply] | None:
    """A first look under the number that it will most likely get, and what it looks like."""
    digest = sample(store, ask.chat, topic, ask.now)
    if digest is None:
        return None
    digest = replace(digest, number=store.digests.next_number())
    return digest, _sampled(ask, digest)


def _sampled(ask: Ask, digest: Digest) -> Reply:
    """A first look as a table, with the question whether it can be seen, and as text."""
    as_table = _shown(ask, digest, Form.RICH)
    if ask.chat.form is Form.CLASSIC:
        as_table = (*as_table, _question(ask, digest))
    return Reply(as_table, plain=_shown(ask, digest, Form.CLASSIC))


def _afterwards(ask: Ask) -> Keyboard:
    return ((ask.button("button-settings", "settings"), ask.button("button-list", "list")),)


def _shown(ask: Ask, digest: Digest, form: Form) -> tuple[Message, ...]:
    shown = replace(look(ask, digest), form=form)
    return tuple(message(digest, part, shown) for part in parts(digest, shown))


def _question(ask: Ask, digest: Digest) -> Message:
    """Only a person can tell whether their client shows tables."""
    buttons = (
        (
            ask.button("button-yes", "sees", 1, digest.number),
            ask.button("button-no", "sees", 0, digest.number),
        ),
    )
    return text_message([Line(ask.say("guide-table"))], buttons)


def sees(store: Store, ask: Ask) -> Reply:
    """Whether the table could be seen: digests come so from now on; if not, here it is as text."""
    digest = store.digests.get(ask.action.second)
    if digest is None or (digest.bot, digest.chat) != (ask.chat.bot, ask.chat.chat):
        raise Refusal("digest-gone")
    if ask.action.first:
        verb.set_form(store, ask.chat, Form.RICH)
        return told([Line(ask.say("guide-table-yes"))], edit=True)
    verb.set_form(store, ask.chat, Form.CLASSIC)
    said = text_message([Line(ask.say("guide-table-no"))])
    return Reply((said, *_shown(ask, digest, Form.CLASSIC)), edit=True)
