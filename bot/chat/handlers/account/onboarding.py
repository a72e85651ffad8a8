"""The first topic: when, on whose clock, and a digest at once that shows what will come.

Each step may be skipped, and a chat goes through them once.
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
from bot.digests.preview import sample_digest
from bot.render.telegram.keyboard import Keyboard
from bot.render.telegram.split_into_messages import Message, parts, render_part
from bot.texts import Refusal
from bot.topics import cadence_text, time_zones
from bot.topics import edit_subscriptions as verb
from storage import Store
from storage.records import Cadence, ChatKind, Digest, MessageForm, PendingQuestion, Subscription

MORNING, EVENING = time(8), time(18)
ASK_TIME, ANNOUNCED, AT_MORNING, AT_EVENING, OTHER_TIME, SKIP_TIME = range(
    6
)  # what [guide] may mean
SKIP_ZONE = 99


def subscribe_pressed(store: Store, request: Request) -> Reply:
    """The preview's [Subscribe]; with the first topic of a private chat the steps begin."""
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
    """The topic that the steps are about."""
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
    """The step of the time: what was pressed is kept, and the zone is asked for."""
    topic = _newest_topic(store, request)
    cadence = request.chat.cadence
    match request.action.first_argument:
        case 0:
            return _ask_time_reply(request, topic)
        case 1:
            return _set_time(store, request, replace(cadence, times=(), weekdays=()))
        case 2:
            return _set_time(store, request, replace(cadence, times=(MORNING,)))
        case 3:
            return _set_time(store, request, replace(cadence, times=(EVENING,)))
        case 4:
            save_pending_question(store, request, PendingQuestion("guide_time"))
            skip_row = ((request.button("button-skip", "guide", SKIP_TIME),),)
            return short_reply([Line(request.say("guide-time-type"))], skip_row, edit=True)
        case 5:
            return _ask_zone(store, request)
    raise Refusal("refusal-button-old")


def _set_time(store: Store, request: Request, cadence: Cadence, *, edit: bool = True) -> Reply:
    chat = verb.set_cadence(store, request.chat, cadence, request.now)
    return replace(_ask_zone(store, request.for_chat(chat)), edit=edit)


def time_answered(store: Store, request: Request) -> Reply:
    """The answer to "which time": kept, or asked for once more; a paper opens meanwhile."""
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
    """The step of the zone: a city was pressed, or the step skipped; then a digest at once."""
    _newest_topic(store, request)
    is_skipped = request.action.first_argument == SKIP_ZONE
    zone = request.chat.zone if is_skipped else pressed_zone(request)
    store.pending_questions.take(request.chat.bot, request.chat.id, request.person.id, request.now)
    if is_skipped:
        return _finish(store, request, edit=True)
    chat = verb.set_zone(store, request.chat, zone, request.now)
    return _finish(store, request.for_chat(chat), edit=True)


def zone_answered(store: Store, request: Request) -> Reply:
    """The answer to "where are you": kept, or asked for once more where it is nearly a city."""
    try:
        chat = verb.set_zone(store, request.chat, request.words, request.now)
    except Refusal as refusal:
        if not time_zones.suggest_zones(request.words, request.now):
            return search.handle_text(store, request)  # no city at all: another topic, or a paper
        save_pending_question(store, request, PendingQuestion("guide_zone"))
        skip_row = ((request.button("button-skip", "guide_zone", SKIP_ZONE),),)
        return short_reply([Line(refusal.say(request.language))], skip_row)
    return _finish(store, request.for_chat(chat), edit=False)


def _finish(store: Store, request: Request, *, edit: bool) -> Reply:
    """Says when the first digest comes and shows one at once; the steps are over."""
    topic = _newest_topic(store, request)
    subscribed_line = Line(topic_list.subscribed_text(request, topic))
    try:
        digest_and_reply = (
            None
            if request.chat.onboarded
            else request.read(_sample_digest_and_reply, request, topic)
        )
        no_sample_line = Line(request.say("guide-sample-none"))
    except Refusal as refusal:  # the steps are over all the same
        digest_and_reply, no_sample_line = None, Line(refusal.say(request.language))
    store.chats.update(replace(request.chat, onboarded=True))
    if digest_and_reply is None:
        return short_reply([subscribed_line, no_sample_line], _final_buttons(request), edit=edit)
    digest, reply = digest_and_reply
    number = store.digests.issue(digest)
    if number != digest.number:  # another was issued a moment ago
        reply = _sample_reply(request, replace(digest, number=number))
    intro = text_message(
        [subscribed_line, Line(request.say("guide-sample"))], _final_buttons(request)
    )
    return replace(reply, messages=(intro, *reply.messages), edit=edit)


def _sample_digest_and_reply(
    store: Store, request: Request, topic: Subscription
) -> tuple[Digest, Reply] | None:
    """A first look under the number that it will most likely get, and what it looks like."""
    digest = sample_digest(store, request.chat, topic, request.now)
    if digest is None:
        return None
    digest = replace(digest, number=store.digests.next_number())
    return digest, _sample_reply(request, digest)


def _sample_reply(request: Request, digest: Digest) -> Reply:
    """A first look as a table, with the question whether it can be seen, and as text."""
    table_messages = _digest_messages(request, digest, MessageForm.RICH)
    if request.chat.form is MessageForm.CLASSIC:
        table_messages = (*table_messages, _table_question(request, digest))
    return Reply(
        table_messages, fallback_messages=_digest_messages(request, digest, MessageForm.CLASSIC)
    )


def _final_buttons(request: Request) -> Keyboard:
    return ((request.button("button-settings", "settings"), request.button("button-list", "list")),)


def _digest_messages(request: Request, digest: Digest, form: MessageForm) -> tuple[Message, ...]:
    options = replace(display_options(request, digest), form=form)
    return tuple(render_part(digest, part, options) for part in parts(digest, options))


def _table_question(request: Request, digest: Digest) -> Message:
    """Only a person can tell whether their client shows tables."""
    buttons = (
        (
            request.button("button-yes", "sees", 1, digest.number),
            request.button("button-no", "sees", 0, digest.number),
        ),
    )
    return text_message([Line(request.say("guide-table"))], buttons)


def table_seen_pressed(store: Store, request: Request) -> Reply:
    """Whether the table could be seen: digests come so from now on; if not, here it is as text."""
    digest = store.digests.get(request.action.second_argument)
    if digest is None or (digest.bot, digest.chat) != (request.chat.bot, request.chat.id):
        raise Refusal("digest-gone")
    if request.action.first_argument:
        verb.set_form(store, request.chat, MessageForm.RICH)
        return short_reply([Line(request.say("guide-table-yes"))], edit=True)
    verb.set_form(store, request.chat, MessageForm.CLASSIC)
    intro = text_message([Line(request.say("guide-table-no"))])
    return Reply((intro, *_digest_messages(request, digest, MessageForm.CLASSIC)), edit=True)
