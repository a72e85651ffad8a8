"""Export all topics of a chat to a file, import them, and unsubscribe from all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.chat.handlers.topics.topic_list import save_undo_payload
from bot.chat.request_and_reply import FollowUp, Reply, Request
from bot.chat.services import ExternalServices
from bot.chat.widgets.pending_questions import ask_question
from bot.chat.widgets.short_reply import Line, short_reply
from bot.render.entry_content import strip_invisible
from bot.render.telegram.reply_encoding import Document
from bot.texts import Refusal
from bot.topics import edit_subscriptions, export_file
from bot.topics.export_file import MAX_BYTES, RejectedTopic
from storage import Store
from storage.records.chats import PendingQuestion, Subscription

EXPORT_FILE_NAME = "papergram-topics.json"
_MAX_NAMED_REFUSALS = 10


def export(store: Store, request: Request) -> Reply:
    """Handle ``/export``: send a file of all topics of the chat."""
    topics = _topics_of_chat(store, request)
    if not topics:
        return short_reply([Line(request.say("export-none"))])
    return Reply(documents=(_export_document(request, topics),))


def _topics_of_chat(store: Store, request: Request) -> list[Subscription]:
    return store.subscriptions.of_chat(request.chat.bot, request.chat.id)


def _export_document(request: Request, topics: Sequence[Subscription]) -> Document:
    file_content = export_file.export_topics(topics).encode()
    return Document(
        EXPORT_FILE_NAME, file_content, request.say("export-caption", topics=len(topics))
    )


def import_(store: Store, request: Request) -> Reply:
    """Handle ``/import``: ask for the file."""
    request_text = request.say("import-ask")
    return short_reply(
        ask_question(store, request, PendingQuestion("import"), request_text, command="import")
    )


def import_file(store: Store, request: Request) -> Reply:
    """Handle a received file: fetch it if it is small enough."""
    if request.action.first_argument > MAX_BYTES:
        raise Refusal("import-large", kilobytes=MAX_BYTES // 1000)
    return Reply(follow_up=FollowUp("import", request.words))


async def fetch_and_import(
    external_services: ExternalServices, store: Store, request: Request, file_id: str
) -> Reply:
    """Fetch a file and add its topics; report the result of each."""
    if external_services.fetch_file is None:
        raise Refusal("import-not-here")
    file_content = await external_services.fetch_file(file_id)
    if len(file_content) > MAX_BYTES:
        raise Refusal("import-large", kilobytes=MAX_BYTES // 1000)
    return await store.run(_import_topics, store, request, file_content)


def _import_topics(store: Store, request: Request, content: bytes) -> Reply:
    """Add the topics of a file, with valid names and only languages offered here."""
    imported_items = export_file.parse_topics_file(content, request.chat.bot, request.chat.id)
    added_count = already_followed = 0
    rejected_topics: list[RejectedTopic] = []
    with store.transaction():
        for imported_item in imported_items:
            if isinstance(imported_item, RejectedTopic):
                rejected_topics.append(imported_item)
                continue
            topic_name = strip_invisible(imported_item.name).strip()
            languages = tuple(
                language
                for language in imported_item.languages or ()
                if language in request.bot_info.entry_languages
            )
            topic = replace(
                export_file.without_position(imported_item),
                name=topic_name or imported_item.query[: edit_subscriptions.MAX_NAME_LENGTH],
                languages=languages or None,
            )
            try:
                if edit_subscriptions.restore_topic(
                    store,
                    topic,
                    request.now,
                    polled_categories=request.bot_info.polled_categories,
                    limit=request.bot_info.max_topics,
                ):
                    added_count += 1
                else:
                    already_followed += 1
            except Refusal as reason:
                rejected_topics.append(RejectedTopic(imported_item.name, reason))
    lines: list[Line] = []
    if added_count:
        lines.append(Line(request.say("import-added", topics=added_count)))
        lines.append(Line(request.say("import-begins"), follows_directly=True))
    if already_followed:
        lines.append(Line(request.say("import-known", topics=already_followed)))
    if rejected_topics:
        lines.append(Line(request.say("import-refused", topics=len(rejected_topics))))
        lines += [
            Line(f"{topic.name}: {topic.reason.say(request.language)}", follows_directly=True)
            for topic in rejected_topics[:_MAX_NAMED_REFUSALS]
        ]
    if not lines:
        return short_reply([Line(request.say("import-nothing"))])
    return short_reply(lines, ((request.button("button-list", "list"),),))


def unsub_all(store: Store, request: Request) -> Reply:
    """Handle ``/unsub_all``: ask for confirmation, and send a file of all topics."""
    topics = _topics_of_chat(store, request)
    if not topics:
        return short_reply([Line(request.say("unsub-none"))])
    buttons = (
        (
            request.button("button-unsub-all", "unsub_all", len(topics)),
            request.button("button-cancel", "unsub_all"),
        ),
    )
    question = short_reply([Line(request.say("unsub-all-ask", topics=len(topics)))], buttons)
    return Reply(question.messages, documents=(_export_document(request, topics),))


def unsub_all_pressed(store: Store, request: Request) -> Reply:
    """Handle [Stop all] or [Cancel]; stopping can be undone."""
    if not request.action.first_argument:
        return short_reply([Line(request.say("unsub-all-kept"))], edit=True)
    topics = _topics_of_chat(store, request)
    if len(topics) != request.action.first_argument:  # the topics have changed since
        raise Refusal("refusal-button-old")
    payload_key = save_undo_payload(store, request, topics)
    for topic in topics:
        edit_subscriptions.unsubscribe(store, request.chat, topic.key)
    undo_rows = ((request.button("button-undo", "undo", payload_key),),)
    return short_reply(
        [Line(request.say("unsub-all-done", topics=len(topics)))], undo_rows, edit=True
    )
