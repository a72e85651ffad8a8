"""Edit a topic's name, query and times with typed answers."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.handlers.papers.search import handle_text
from bot.chat.handlers.topics.new_topic import (
    pressed_payload,
    preview_lines,
    query_error_reply,
    suggestion_buttons,
)
from bot.chat.handlers.topics.topic_card import card_reply
from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets import query_translation
from bot.chat.widgets.pending_questions import ask_question, save_pending_question
from bot.chat.widgets.short_reply import Line, short_reply
from bot.digests.preview import preview
from bot.render.telegram.keyboard import Keyboard
from bot.texts import Refusal
from bot.topics import cadence_text, edit_subscriptions
from bot.topics.query.chinese_terms import in_english
from bot.topics.query.parser import QueryError, parse_user_query
from storage import Store
from storage.records.chats import PendingQuestion


def rename_pressed(store: Store, request: Request) -> Reply:
    """Handle [Rename]: ask for the new name."""
    topic = edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument)
    return _ask_question(store, request, "rename", request.say("card-rename", topic=topic.name))


def change_words_pressed(store: Store, request: Request) -> Reply:
    """Handle [Change words]: ask for the new query."""
    topic = edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument)
    return _ask_question(store, request, "words", request.say("card-words-type", words=topic.query))


def other_time_pressed(store: Store, request: Request) -> Reply:
    """Handle [Other] times of a topic: ask for them."""
    edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument)
    return _ask_question(store, request, "topic_time", request.say("guide-time-type"))


def _ask_question(store: Store, request: Request, verb: str, text: str) -> Reply:
    question = PendingQuestion(verb, request.action.first_argument)
    return short_reply(
        ask_question(store, request, question, text, command="list"), _back_row(request), edit=True
    )


def _ask_again(store: Store, request: Request, verb: str, error_reply: Reply) -> Reply:
    """Show what is wrong with an answer, and ask again."""
    save_pending_question(store, request, PendingQuestion(verb, request.action.first_argument))
    [message] = error_reply.messages
    return replace(
        error_reply, messages=(replace(message, buttons=(*message.buttons, *_back_row(request))),)
    )


def _back_row(request: Request) -> Keyboard:
    return ((request.button("button-back", "topic", request.action.first_argument),),)


def name_answered(store: Store, request: Request) -> Reply:
    """Rename the topic; its query stays."""
    topic = edit_subscriptions.rename_topic(
        store, request.chat, request.action.first_argument, request.words
    )
    return card_reply(
        store, request, topic, edit=False, header_lines=[Line(request.say("card-renamed"))]
    )


def time_answered(store: Store, request: Request) -> Reply:
    """Set the topic's times, or ask again; a mentioned paper is opened meanwhile."""
    topic = edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument)
    try:
        cadence = cadence_text.parse_cadence(request.words, topic.cadence)
    except Refusal as refusal:
        if request.papers:
            save_pending_question(
                store, request, PendingQuestion("topic_time", request.action.first_argument)
            )
            return handle_text(store, request)
        return _ask_again(
            store, request, "topic_time", short_reply([Line(refusal.say(request.language))])
        )
    return card_reply(
        store,
        request,
        edit_subscriptions.set_topic_cadence(store, topic, cadence, request.now),
        edit=False,
    )


def words_answered(store: Store, request: Request) -> Reply:
    """Show what the new query would find, before it is used."""
    topic = edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument)
    english_words = in_english(request.words)
    try:
        topic_preview = request.read(
            preview,
            parse_user_query(english_words or request.words),
            english_words or request.words,
            request.now,
            polled_categories=request.bot_info.polled_categories,
        )
    except QueryError as error:
        error_reply = query_error_reply(store, request, request.words, error, "reword", topic.key)
        return _ask_again(store, request, "words", error_reply)
    except Refusal as refusal:
        return _ask_again(
            store, request, "words", short_reply([Line(refusal.say(request.language))])
        )
    if topic_preview.is_index_complete:
        request.bot_info.weekly_paper_counts.remember(
            topic_preview.query.text, topic_preview.papers_by_day, request.now
        )
    same_topic = edit_subscriptions.find_same_topic(
        store, request.chat, topic_preview.query, topic.thread
    )
    if same_topic and same_topic.key != topic.key:
        same_text = request.say("topic-same", topic=same_topic.name)
        return _ask_again(store, request, "words", short_reply([Line(same_text)]))
    new_words = edit_subscriptions.clean_words(request.words)
    payload_key = store.button_payloads.put(
        request.chat.bot, request.chat.id, new_words, now=request.now
    )
    english_lines = (
        [query_translation.english_line(request, english_words)] if english_words else []
    )
    lines = [
        *english_lines,
        Line(request.say("preview-title", topic=new_words), bold=True),
        Line(request.say("card-words-before", words=topic.query), follows_directly=True),
        *preview_lines(request, topic_preview),
        Line(request.say("card-words-stay")),
    ]
    use_row = (request.button("button-use", "reword", topic.key, payload_key),)
    again_row = (request.button("button-change", "words", topic.key), *_back_row(request)[0])
    suggestions = [*topic_preview.suggestions, *filter(None, [topic_preview.near_suggestion])]
    return short_reply(
        lines,
        (use_row, *suggestion_buttons(store, request, suggestions, "reword", topic.key), again_row),
    )


def use_words_pressed(store: Store, request: Request) -> Reply:
    """Handle [Use these words]: change the query and keep the cursor."""
    new_words = pressed_payload(store, request.with_target(request.action.second_argument)).text
    _, topic = edit_subscriptions.edit_query(
        store,
        request.chat,
        request.action.first_argument,
        new_words,
        polled_categories=request.bot_info.polled_categories,
    )
    return card_reply(
        store, request, topic, edit=True, header_lines=[Line(request.say("card-reworded"))]
    )
