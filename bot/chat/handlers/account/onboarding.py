"""Onboarding after the first topic: delivery time, zone, and a sample digest.

Each step can be skipped, and a chat takes them once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from bot.chat.handlers.papers import search
from bot.chat.handlers.papers.digest import display_options
from bot.chat.handlers.topics import new_topic, topic_list
from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets.city_buttons import city_buttons, pressed_zone
from bot.chat.widgets.pending_questions import save_pending_question
from bot.chat.widgets.short_reply import Line, short_reply, text_message
from bot.chat.widgets.town_buttons import pressed_town, town_buttons, zone_question
from bot.digests.preview import sample_digest
from bot.render.telegram.keyboard import Keyboard
from bot.render.telegram.split_into_messages import Message, digest_parts, render_part
from bot.texts import Refusal
from bot.topics import cadence_text, edit_subscriptions, time_zones
from storage import Store
from storage.records.chats import Cadence, ChatKind, MessageForm, PendingQuestion, Subscription
from storage.records.digests import Digest

MORNING, EVENING = time(8), time(18)
# The first argument of the "guide" and "guide_zone" buttons.
ASK_TIME, ANNOUNCED, AT_MORNING, AT_EVENING, OTHER_TIME, SKIP_TIME = range(6)
SKIP_ZONE = 99


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
    return _ask_time_reply(request, topics_after[-1])


def _topics_of_chat(store: Store, request: Request) -> list[Subscription]:
    return store.subscriptions.of_chat(request.chat.bot, request.chat.id)


def _newest_topic(store: Store, request: Request) -> Subscription:
    """Return the topic that the steps are about."""
    chat_topics = _topics_of_chat(store, request)
    if not chat_topics:
        raise Refusal("topic-gone")
    return chat_topics[-1]


def _ask_time_reply(request: Request, topic: Subscription) -> Reply:
    lines = [Line(request.say("guide-followed", topic=topic.name)), Line(request.say("guide-when"))]
    buttons = (
        (request.button("button-announced", "guide", ANNOUNCED),),
        (
            request.button("button-morning", "guide", AT_MORNING),
            request.button("button-evening", "guide", AT_EVENING),
        ),
        (
            request.button("button-other", "guide", OTHER_TIME),
            request.button("button-skip", "guide", SKIP_TIME),
        ),
    )
    return short_reply(lines, buttons, edit=True)


def guide_pressed(store: Store, request: Request) -> Reply:
    """Handle the step of the time: set it, and ask for the zone."""
    topic = _newest_topic(store, request)
    cadence = request.chat.cadence
    choice = request.action.first_argument
    if choice == ASK_TIME:
        return _ask_time_reply(request, topic)
    if choice == ANNOUNCED:
        return _set_time(store, request, replace(cadence, times=(), weekdays=()))
    if choice == AT_MORNING:
        return _set_time(store, request, replace(cadence, times=(MORNING,)))
    if choice == AT_EVENING:
        return _set_time(store, request, replace(cadence, times=(EVENING,)))
    if choice == OTHER_TIME:
        save_pending_question(store, request, PendingQuestion("guide_time"))
        skip_row = ((request.button("button-skip", "guide", SKIP_TIME),),)
        return short_reply([Line(request.say("guide-time-type"))], skip_row, edit=True)
    if choice == SKIP_TIME:
        return _ask_zone(store, request)
    raise Refusal("refusal-button-old")


def _set_time(store: Store, request: Request, cadence: Cadence, *, edit: bool = True) -> Reply:
    chat = edit_subscriptions.set_cadence(store, request.chat, cadence, request.now)
    return replace(_ask_zone(store, request.for_chat(chat)), edit=edit)


def time_answered(store: Store, request: Request) -> Reply:
    """Set the typed times, or ask again; a mentioned paper is opened meanwhile."""
    try:
        cadence = cadence_text.parse_cadence(request.words, request.chat.cadence)
    except Refusal as refusal:
        save_pending_question(store, request, PendingQuestion("guide_time"))
        if request.papers:
            return search.handle_text(store, request)
        skip_row = ((request.button("button-skip", "guide", SKIP_TIME),),)
        return short_reply([Line(refusal.say(request.language))], skip_row)
    return _set_time(store, request, cadence, edit=False)


def _ask_zone(store: Store, request: Request) -> Reply:
    save_pending_question(store, request, PendingQuestion("guide_zone"))
    time_text = cadence_text.describe_cadence(request.chat.cadence, request.language)
    lines = [Line(request.say("settings-time", value=time_text)), Line(request.say("guide-where"))]
    skip_row = (request.button("button-skip", "guide_zone", SKIP_ZONE),)
    return short_reply(lines, (*city_buttons(request.language, "guide_zone"), skip_row), edit=True)


def zone_pressed(store: Store, request: Request) -> Reply:
    """Handle the step of the zone: set or skip it, and show a sample digest."""
    _newest_topic(store, request)
    is_skipped = request.action.first_argument == SKIP_ZONE
    zone = request.chat.zone if is_skipped else pressed_zone(request)
    store.pending_questions.take(request.chat.bot, request.chat.id, request.person.id, request.now)
    if is_skipped:
        return _finish_onboarding(store, request, edit=True)
    chat = edit_subscriptions.set_zone(store, request.chat, zone, request.now)
    return _finish_onboarding(store, request.for_chat(chat), edit=True)


def zone_answered(store: Store, request: Request) -> Reply:
    """Set the typed zone, or ask which of several towns is meant."""
    reading = time_zones.read_zone(request.words)
    if reading.zone:
        chat = edit_subscriptions.set_zone(store, request.chat, reading.zone, request.now)
        return _finish_onboarding(store, request.for_chat(chat), edit=False)
    if not reading.towns:
        return search.handle_text(store, request)  # no place: another topic, or a paper
    save_pending_question(store, request, PendingQuestion("guide_zone"))
    skip_row = (request.button("button-skip", "guide_zone", SKIP_ZONE),)
    buttons = (*town_buttons(request, "guide_town", reading), skip_row)
    return short_reply([Line(zone_question(request, reading))], buttons)


def town_pressed(store: Store, request: Request) -> Reply:
    """Handle a pressed town of those that were meant: set its zone, and show a sample digest."""
    _newest_topic(store, request)
    zone = pressed_town(request).zone
    store.pending_questions.take(request.chat.bot, request.chat.id, request.person.id, request.now)
    chat = edit_subscriptions.set_zone(store, request.chat, zone, request.now)
    return _finish_onboarding(store, request.for_chat(chat), edit=True)


def _finish_onboarding(store: Store, request: Request, *, edit: bool) -> Reply:
    """Say when the first digest comes, and show a sample of it."""
    topic = _newest_topic(store, request)
    subscribed_line = Line(topic_list.subscribed_text(request, topic))
    try:
        digest_and_reply = (
            None
            if request.chat.onboarded
            else request.read(_sample_digest_and_reply, request, topic)
        )
        no_sample_line = Line(request.say("guide-sample-none"))
    except Refusal as refusal:  # onboarding ends without a sample
        digest_and_reply, no_sample_line = None, Line(refusal.say(request.language))
    store.chats.update(replace(request.chat, onboarded=True))
    if digest_and_reply is None:
        return short_reply([subscribed_line, no_sample_line], _final_buttons(request), edit=edit)
    digest, reply = digest_and_reply
    number = store.digests.issue(digest)
    if number != digest.number:  # another digest took the number meanwhile
        reply = _sample_reply(request, replace(digest, number=number))
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
    table_messages = _digest_messages(request, digest, MessageForm.RICH)
    if request.chat.form is MessageForm.CLASSIC:
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
        edit_subscriptions.set_form(store, request.chat, MessageForm.RICH)
        return short_reply([Line(request.say("guide-table-yes"))], edit=True)
    edit_subscriptions.set_form(store, request.chat, MessageForm.CLASSIC)
    intro = text_message([Line(request.say("guide-table-no"))])
    return Reply((intro, *_digest_messages(request, digest, MessageForm.CLASSIC)), edit=True)
