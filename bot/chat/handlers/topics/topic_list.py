"""The topics of a chat: list, unsubscribe and undo."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.api.callback_data import forum_topic_link
from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets.named_fields import field_buttons
from bot.chat.widgets.page_row import page_row
from bot.chat.widgets.short_reply import Line, short_reply
from bot.digests.preview import PapersByDay
from bot.render.entry_content import display_text
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Button, Keyboard, button_rows
from bot.texts import Refusal
from bot.texts.dates import format_moment, zone_name
from bot.topics import edit_subscriptions, export_file
from storage import Store
from storage.records.chats import REQUESTED_PAUSE, ButtonPayloadKind, Subscription

PAGE_SIZE = 8
BUTTONS_PER_ROW = 4
MAX_CHOICES = 50  # Telegram takes about a hundred buttons under a message
_LABEL_UNITS = 60
MAX_COUNTED_TOPICS = 2  # topics whose weekly papers are counted for one list
_FROM_CHOICE, FROM_LIST = 1, 2  # where [Stop] was pressed: in a choice, or in a list or card


def list_(store: Store, request: Request) -> Reply:
    """Handle ``/list``: show every topic with its number, weekly papers and next digest."""
    return _list_reply(
        store, request, request.action.first_argument, edit=bool(request.action.verb)
    )


def _list_reply(
    store: Store, request: Request, page: int, *, edit: bool, header_lines: Sequence[Line] = ()
) -> Reply:
    topics = store.subscriptions.of_chat(request.chat.bot, request.chat.id)
    if not topics:
        rows = (
            *field_buttons(request),
            (request.button("button-browse", "groups"),),
        )
        return short_reply([*header_lines, Line(request.say("list-none"))], rows, edit=edit)
    page_count = -(-len(topics) // PAGE_SIZE)
    page = min(page, page_count - 1)
    page_topics = list(enumerate(topics, start=1))[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    queries = [topic.query for _, topic in page_topics]
    paper_counts = weekly_papers(request, queries)
    lines = [*header_lines, Line(request.say("list-title", topics=len(topics)), bold=True)]
    for topic_number, topic in page_topics:
        lines.append(Line(f"{topic_number}. {topic.name}"))
        lines.append(
            Line(status_line(request, topic, paper_counts.get(topic.query)), follows_directly=True)
        )
        if topic.thread and topic.thread != request.thread:
            thread_url = forum_topic_link(topic.chat, topic.thread)
            lines.append(Line(request.say("list-thread"), link=thread_url, follows_directly=True))
    lines.append(
        Line(request.say("list-zone", zone=zone_name(request.language, request.chat.zone)))
    )
    lines.append(Line(request.say("list-choose"), follows_directly=True))
    buttons = [
        Button(str(topic_number), Action("topic", topic.key)) for topic_number, topic in page_topics
    ]
    rows = (
        *button_rows(buttons, BUTTONS_PER_ROW),
        *page_row(
            page,
            lambda topic_number: Action("list", topic_number),
            has_next=page < page_count - 1,
            position=f"{page + 1}/{page_count}",
        ),
        (request.button("button-browse", "groups"), request.button("button-settings", "settings")),
    )
    return short_reply(lines, rows, edit=edit)


def weekly_papers(request: Request, queries: Sequence[str]) -> dict[str, PapersByDay]:
    """Return the papers of topics by day, counting some unknown ones if time allows."""
    known_counts = request.bot_info.weekly_paper_counts.known_counts(queries, request.now)
    if len(known_counts) == len(set(queries)):
        return known_counts
    try:
        return request.read(
            request.bot_info.weekly_paper_counts.counts_for,
            tuple(queries),
            request.now,
            count=MAX_COUNTED_TOPICS,
        )
    except Refusal:
        return known_counts  # the list works without the others


def status_line(request: Request, topic: Subscription, papers_by_day: PapersByDay | None) -> str:
    """Return a topic's weekly papers, if they were counted, and its next digest."""
    if papers_by_day is None:
        return topic_state(request, topic)
    return request.say("list-state", papers=sum(papers_by_day), state=topic_state(request, topic))


def topic_state(request: Request, topic: Subscription) -> str:
    """Return a text that the topic is paused, or when its next digest comes."""
    if topic.paused or request.chat.pause_reason:
        return request.say("list-paused")
    if topic.next_due is None:
        return request.say("list-announced")
    return request.say("list-next", next=next_digest_time(request, topic))


def next_digest_time(request: Request, topic: Subscription) -> str:
    """Return the time of a topic's next digest in its own zone."""
    if topic.next_due is None:
        return request.say("list-announced")
    return format_moment(request.language, topic.next_due, topic.zone)


def subscribed_reply(request: Request, topic: Subscription, *, edit: bool) -> Reply:
    """Confirm a subscription, with its first digest and the next steps."""
    buttons = (
        (request.button("button-digest", "digest", topic.key),),
        (request.button("button-settings", "settings"), request.button("button-list", "list")),
    )
    return short_reply([Line(subscribed_text(request, topic))], buttons, edit=edit)


def subscribed_text(request: Request, topic: Subscription) -> str:
    """Return the confirmation of a subscription, with the time of its first digest."""
    if request.chat.pause_reason:
        return request.say("subscribed-paused", topic=topic.name)
    return request.say(
        "subscribed",
        topic=topic.name,
        next=next_digest_time(request, topic),
        zone=zone_name(request.language, topic.zone),
    )


def unsub(store: Store, request: Request) -> Reply:
    """Handle ``/unsub`` with a number or name, or offer a choice of buttons."""
    if not request.words:
        return _choice_reply(store, request)
    topic = edit_subscriptions.find_topic(store, request.chat, request.words)
    if topic is None:
        topics = store.subscriptions.of_chat(request.chat.bot, request.chat.id)
        text_key = "topic-unknown" if topics else "unsub-none"
        return short_reply([Line(request.say(text_key, given=request.words[:60]))])
    return _unsubscribe_reply(store, request, topic)


def stop(store: Store, request: Request) -> Reply:
    """Handle ``/stop``: send no digests until ``/resume``, and offer to stop the topics too.

    With a topic's number or name, stop that topic.
    """
    topics = store.subscriptions.of_chat(request.chat.bot, request.chat.id)
    if request.words or not topics:
        return unsub(store, request)
    store.chats.pause(request.chat.bot, request.chat.id, REQUESTED_PAUSE)
    buttons = ((request.button("button-stop-topics", "unsub_all_ask"),),)
    return short_reply([Line(request.say("stopped"))], buttons)


def _choice_reply(
    store: Store, request: Request, header_lines: Sequence[Line] = (), undo_rows: Keyboard = ()
) -> Reply:
    """Return a button per topic; a press stops one and shows the choice again."""
    edit = bool(request.action.verb)
    topics = store.subscriptions.of_chat(request.chat.bot, request.chat.id)
    if not topics:
        return short_reply([*header_lines, Line(request.say("unsub-none"))], undo_rows, edit=edit)
    buttons = []
    for topic in topics[:MAX_CHOICES]:
        label = shorten(display_text(topic.name), _LABEL_UNITS)  # empty if the name is invisible
        buttons.append(Button(label or str(topic.key), Action("stop", topic.key, _FROM_CHOICE)))
    lines = [*header_lines, Line(request.say("unsub-which"))]
    if len(topics) > MAX_CHOICES:
        lines.append(Line(request.say("unsub-more")))
    return short_reply(lines, (*button_rows(buttons, columns=1), *undo_rows), edit=edit)


def stop_pressed(store: Store, request: Request) -> Reply:
    """Handle [Stop this topic]: unsubscribe, and offer to undo it."""
    topic = edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument)
    return _unsubscribe_reply(store, request, topic)


def _unsubscribe_reply(store: Store, request: Request, topic: Subscription) -> Reply:
    edit_subscriptions.unsubscribe(store, request.chat, topic.key)
    payload_key = save_undo_payload(store, request, [topic])
    undo_rows: Keyboard = ((request.button("button-undo", "undo", payload_key),),)
    stopped_line = Line(request.say("unsubscribed", topic=topic.name))
    if request.action.second_argument == _FROM_CHOICE:
        return _choice_reply(store, request, [stopped_line], undo_rows)
    if request.action.second_argument == FROM_LIST:
        undo_rows = (
            (
                request.button("button-undo", "undo", payload_key),
                request.button("button-list", "list"),
            ),
        )
        return short_reply([stopped_line], undo_rows, edit=True)
    return short_reply([stopped_line], undo_rows)  # a new message, so that the digest stays


def save_undo_payload(store: Store, request: Request, topics: Sequence[Subscription]) -> int:
    """Store topics behind a button that restores them unchanged."""
    topics_json = export_file.export_topics(topics, with_cursors=True)
    bot, chat = request.chat.bot, request.chat.id
    return store.button_payloads.put(
        bot, chat, topics_json, now=request.now, kind=ButtonPayloadKind.STOPPED_TOPICS
    )


def undo_pressed(store: Store, request: Request) -> Reply:
    """Handle [Undo]: restore stopped topics with their cursors."""
    payload = store.button_payloads.get(
        request.chat.bot,
        request.chat.id,
        request.action.first_argument,
        ButtonPayloadKind.STOPPED_TOPICS,
    )
    if payload is None:
        raise Refusal("undo-gone")
    topics = export_file.parse_topics_file(payload.text, request.chat.bot, request.chat.id)
    stopped_topics = [topic for topic in topics if isinstance(topic, Subscription)]
    added_count, refusal = 0, None
    for topic in stopped_topics:
        try:
            added_count += edit_subscriptions.restore_topic(
                store,
                topic,
                request.now,
                polled_categories=request.bot_info.polled_categories,
                limit=request.bot_info.max_topics,
            )
        except Refusal as reason:  # the others may still be restored
            refusal = reason
    if not added_count:
        raise refusal or Refusal("preview-known")
    if len(stopped_topics) > 1:
        header_lines = [Line(refusal.say(request.language))] if refusal else []
        return _list_reply(store, request, 0, edit=True, header_lines=header_lines)
    chat_topics = store.subscriptions.of_chat(request.chat.bot, request.chat.id)
    [stopped_topic] = stopped_topics
    restored_topic = next(topic for topic in chat_topics if topic.query == stopped_topic.query)
    return subscribed_reply(request, restored_topic, edit=True)
