"""Onboarding after the first topic: zone, delivery time, and a sample digest.

Each step can be skipped, and a chat takes them once. A city typed at any step is the answer to the
question for the zone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from bot.arxiv.calendar import next_feed_update
from bot.chat.handlers.account.delivery_times import clock_time
from bot.chat.handlers.papers import search
from bot.chat.handlers.papers.digest import display_options
from bot.chat.handlers.topics import new_topic, topic_list
from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets.city_buttons import city_buttons, likely_town, pressed_zone
from bot.chat.widgets.pending_questions import save_pending_question
from bot.chat.widgets.short_reply import Line, short_reply, text_message
from bot.chat.widgets.town_buttons import pressed_town, town_buttons, zone_question
from bot.digests.preview import sample_digest
from bot.render.telegram.keyboard import Action, Button, Keyboard
from bot.render.telegram.split_into_messages import Message, digest_parts, render_part
from bot.texts import Refusal
from bot.texts.dates import city_name, format_clock, zone_name
from bot.topics import cadence_text, edit_subscriptions, time_zones
from bot.topics.next_due import by_wait_after_announcement
from bot.topics.time_zones import ZoneReading
from storage import Store
from storage.records.chats import Cadence, ChatKind, MessageForm, PendingQuestion, Subscription
from storage.records.digests import Digest

HOURS = (time(8), time(13, 30), time(18))
# The first argument of the "guide_time" buttons, where it is no hour, and of the question for a
# typed time.
ANNOUNCED, OTHER_TIME, SKIP_TIME = 30, 31, 32
SKIP_ZONE = 99
_LAST_FORMER_CHOICE = 5  # the steps once began with the time, whose buttons were "guide"


def subscribe_pressed(store: Store, request: Request) -> Reply:
    """Handle [Subscribe] of a preview; the first topic in private starts onboarding."""
    topics_before = _topics_of_chat(store, request)
    reply = new_topic.subscribe_pressed(store, request)
    topics_after = _topics_of_chat(store, request)
    if (
        topics_before
        or not topics_after
        or request.chat.onboarded
        or request.chat.kind is not ChatKind.PRIVATE
    ):
        return reply
    return _ask_zone(store, request, topics_after[-1])


def _topics_of_chat(store: Store, request: Request) -> list[Subscription]:
    return store.subscriptions.of_chat(request.chat.bot, request.chat.id)


def _newest_topic(store: Store, request: Request) -> Subscription:
    """Return the topic that the steps are about."""
    chat_topics = _topics_of_chat(store, request)
    if not chat_topics:
        raise Refusal("topic-gone")
    return chat_topics[-1]


def guide_pressed(store: Store, request: Request) -> Reply:
    """Handle [Finish the set-up], or a button from when the time came first: ask for the zone."""
    if request.action.first_argument > _LAST_FORMER_CHOICE:
        raise Refusal("refusal-button-old")
    return _ask_zone(store, request, _newest_topic(store, request))


def _ask_zone(store: Store, request: Request, topic: Subscription) -> Reply:
    save_pending_question(store, request, PendingQuestion("guide_zone"))
    lines = [
        Line(request.say("guide-followed", topic=topic.name)),
        Line(request.say("guide-where")),
    ]
    town = likely_town(request.person.language)
    likely_row = (
        ((Button(city_name(request.language, town.zone), Action("guide_town", town.key)),),)
        if town
        else ()
    )
    rows = city_buttons(request.language, "guide_zone", left_out_zone=town.zone if town else "")
    skip_row = (request.button("button-skip", "guide_zone", SKIP_ZONE),)
    return short_reply(lines, (*likely_row, *rows, skip_row), edit=True)


def zone_pressed(store: Store, request: Request) -> Reply:
    """Handle a pressed city or [Skip]: set the zone, and ask for the time."""
    _newest_topic(store, request)
    if request.action.first_argument == SKIP_ZONE:
        return _ask_time(store, request, edit=True)
    return _set_zone(store, request, pressed_zone(request), edit=True)


def town_pressed(store: Store, request: Request) -> Reply:
    """Handle a pressed town, guessed or of those that were meant: set its zone."""
    _newest_topic(store, request)
    return _set_zone(store, request, pressed_town(request).zone, edit=True)


def zone_answered(store: Store, request: Request) -> Reply:
    """Set the typed zone, or ask which of several towns is meant."""
    zone_reading = time_zones.read_zone(request.words)
    if zone_reading.zone or zone_reading.towns:
        return _zone_typed(store, request, zone_reading)
    save_pending_question(store, request, PendingQuestion("guide_zone"))
    return search.handle_text(store, request)  # no place: another topic, or a paper


def _zone_typed(store: Store, request: Request, reading: ZoneReading) -> Reply:
    if reading.zone:
        return _set_zone(store, request, reading.zone, edit=False)
    save_pending_question(store, request, PendingQuestion("guide_zone"))
    skip_row = (request.button("button-skip", "guide_zone", SKIP_ZONE),)
    buttons = (*town_buttons(request, "guide_town", reading), skip_row)
    return short_reply([Line(zone_question(request, reading))], buttons)


def _set_zone(store: Store, request: Request, zone: str, *, edit: bool) -> Reply:
    chat = edit_subscriptions.set_zone(store, request.chat, zone, request.now)
    return _ask_time(store, request.for_chat(chat), edit=edit)


def _ask_time(store: Store, request: Request, *, edit: bool) -> Reply:
    """Offer the hour that follows arXiv's announcements first, and two others."""
    if request.chat.onboarded:  # an old button
        return _finish_onboarding(store, request, edit=edit)
    save_pending_question(store, request, PendingQuestion("guide_time"))
    zone = request.chat.zone
    question = request.say(
        "guide-when",
        clock=format_clock(request.language, next_feed_update(request.now), zone),
        zone=zone_name(request.language, zone),
    )
    first_hour, *other_hours = by_wait_after_announcement(HOURS, zone, request.now)

    def hour_button(hour: time) -> Button:
        return Button(f"{hour:%H:%M}", Action("guide_time", hour.hour, hour.minute))

    buttons = (
        (hour_button(first_hour),),
        tuple(map(hour_button, sorted(other_hours))),
        (request.button("button-announced", "guide_time", ANNOUNCED),),
        (
            request.button("button-other", "guide_time", OTHER_TIME),
            request.button("button-skip", "guide_time", SKIP_TIME),
        ),
    )
    return short_reply([Line(question)], buttons, edit=edit)


def time_pressed(store: Store, request: Request) -> Reply:
    """Handle a pressed hour, [As soon as announced], [Other] or [Skip]."""
    _newest_topic(store, request)
    choice, cadence = request.action.first_argument, request.chat.cadence
    if choice == OTHER_TIME:
        save_pending_question(store, request, PendingQuestion("guide_time", OTHER_TIME))
        skip_row = ((request.button("button-skip", "guide_time", SKIP_TIME),),)
        return short_reply([Line(request.say("guide-time-type"))], skip_row, edit=True)
    if choice == SKIP_TIME:
        return _finish_onboarding(store, request, edit=True)
    if choice == ANNOUNCED:
        cadence = replace(cadence, times=(), weekdays=())
    else:
        cadence = replace(cadence, times=(clock_time(choice, request.action.second_argument),))
    return _set_time(store, request, cadence, edit=True)


def time_answered(store: Store, request: Request) -> Reply:
    """Set the typed times; a place is the answer to the question before."""
    try:
        cadence = cadence_text.parse_cadence(request.words, request.chat.cadence)
    except Refusal as refusal:
        reading = time_zones.read_zone(request.words)
        if reading.zone or (reading.towns and not reading.misspelt):
            return _zone_typed(store, request, reading)
        is_time_expected = request.action.first_argument == OTHER_TIME
        save_pending_question(
            store, request, PendingQuestion("guide_time", request.action.first_argument)
        )
        if request.papers or not is_time_expected:
            return search.handle_text(store, request)  # another topic, or a paper
        skip_row = ((request.button("button-skip", "guide_time", SKIP_TIME),),)
        return short_reply([Line(refusal.say(request.language))], skip_row)
    return _set_time(store, request, cadence, edit=False)


def _set_time(store: Store, request: Request, cadence: Cadence, *, edit: bool) -> Reply:
    chat = edit_subscriptions.set_cadence(store, request.chat, cadence, request.now)
    return _finish_onboarding(store, request.for_chat(chat), edit=edit)


def _finish_onboarding(store: Store, request: Request, *, edit: bool) -> Reply:
    """Say when the first digest comes, and show a sample of it."""
    topic = _newest_topic(store, request)
    subscribed_line = Line(topic_list.subscribed_text(request, topic))
    store.pending_questions.take(request.chat.bot, request.chat.id, request.person.id, request.now)
    if request.chat.onboarded:
        return short_reply([subscribed_line], _final_buttons(request), edit=edit)
    try:
        digest_and_reply = request.read(_sample_digest_and_reply, request, topic)
        no_sample_line = Line(request.say("guide-sample-none"))
    except Refusal as refusal:  # onboarding ends without a sample
        digest_and_reply, no_sample_line = None, Line(refusal.say(request.language))
    store.chats.update(replace(request.chat, onboarded=True))
    if digest_and_reply is None:
        return short_reply([subscribed_line, no_sample_line], _final_buttons(request), edit=edit)
    digest, reply = digest_and_reply
    digest_number = store.digests.issue(digest)
    if digest_number != digest.number:  # another digest took the number meanwhile
        reply = _sample_reply(request, replace(digest, number=digest_number))
    intro = text_message(
        [subscribed_line, Line(request.say("guide-sample"))], _final_buttons(request)
    )
    return replace(reply, messages=(intro, *reply.messages), edit=edit)


def _sample_digest_and_reply(
    store: Store, request: Request, topic: Subscription
) -> tuple[Digest, Reply] | None:
    """Return a sample digest, with the number that it will most likely get."""
    digest = sample_digest(store, request.chat, topic, request.now)
    if digest is None:
        return None
    digest = replace(digest, number=store.digests.next_number())
    return digest, _sample_reply(request, digest)


def _sample_reply(request: Request, digest: Digest) -> Reply:
    """Return a sample as a table, with the question whether it is visible, and as text."""
    form = request.chat.form
    if not form.is_rich:
        # The question below is about a table: in two columns one paper alone has none.
        has_rows = digest.matched_count > 1
        form = MessageForm.TWO_COLUMNS if has_rows else MessageForm.THREE_COLUMNS
    table_messages = _digest_messages(request, digest, form)
    if not request.chat.form.is_rich:
        # Only a person can tell whether the table is visible.
        answer_row = (
            request.button("button-yes", "sees", 1, digest.number),
            request.button("button-no", "sees", 0, digest.number),
        )
        question = text_message([Line(request.say("guide-table"))], (answer_row,))
        table_messages = (*table_messages, question)
    return Reply(
        table_messages, fallback_messages=_digest_messages(request, digest, MessageForm.CLASSIC)
    )


def _final_buttons(request: Request) -> Keyboard:
    return ((request.button("button-settings", "settings"), request.button("button-list", "list")),)


def _digest_messages(request: Request, digest: Digest, form: MessageForm) -> tuple[Message, ...]:
    options = replace(display_options(request, digest), form=form)
    return tuple(render_part(digest, part, options) for part in digest_parts(digest, options))


def table_seen_pressed(store: Store, request: Request) -> Reply:
    """Handle [Yes] or [No]: keep tables, or switch to text and repeat the sample."""
    digest = store.digests.get(request.action.second_argument)
    if digest is None or (digest.bot, digest.chat) != (request.chat.bot, request.chat.id):
        raise Refusal("digest-gone")
    if request.action.first_argument:
        edit_subscriptions.set_form(store, request.chat, MessageForm.TWO_COLUMNS)
        return short_reply([Line(request.say("guide-table-yes"))], edit=True)
    edit_subscriptions.set_form(store, request.chat, MessageForm.CLASSIC)
    intro = text_message([Line(request.say("guide-table-no"))])
    return Reply((intro, *_digest_messages(request, digest, MessageForm.CLASSIC)), edit=True)
