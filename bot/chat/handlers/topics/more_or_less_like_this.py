"""Adjust a topic by one of its papers: exclude its words, or find similar papers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from bot.arxiv.author_names import name_without_degree
from bot.chat.handlers.papers.paper import EntryRef, pressed_entry
from bot.chat.handlers.topics.new_topic import pressed_payload
from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets import paper_list
from bot.chat.widgets.short_reply import Line, short_reply
from bot.ranking.similar import (
    distinctive_words,
    has_comparable_words,
    similar_papers,
    suggested_exclusions,
)
from bot.render.entry_content import display_text, display_title
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Button
from bot.texts import Refusal, join_list
from bot.texts.telegram_autolinks import disable_autolinks
from bot.topics import edit_subscriptions
from bot.topics.matching import match_paper
from bot.topics.query.parser import QueryError, parse
from storage import Store
from storage.records.chats import Subscription
from storage.records.papers import Paper

_LABEL_UNITS = 60
_TITLE_UNITS = 150
_MAX_SIMILAR = 8  # with their titles, authors and shared words they fit a message
_MAX_SHARED_WORDS = 4
_WORD_UNITS = 20


def less_pressed(store: Store, request: Request) -> Reply:
    """Handle [Less like this]: offer words of this paper that the topic could exclude."""
    topics = tuple(store.subscriptions.of_chat(request.chat.bot, request.chat.id))
    paper, topic, possible_exclusions = request.read(_possible_exclusions, request, topics)
    if not possible_exclusions:
        raise Refusal("less-nothing")
    rows = []
    for exclusion in possible_exclusions:
        payload_key = store.button_payloads.put(
            request.chat.bot, request.chat.id, exclusion, now=request.now
        )
        rows.append(
            (
                Button(
                    shorten(f"-{exclusion}", _LABEL_UNITS),
                    Action("exclude", topic.key, payload_key),
                ),
            )
        )
    title = disable_autolinks(shorten(display_title(paper), _TITLE_UNITS))
    lines = [Line(request.say("less-which", topic=topic.name)), Line(title, follows_directly=True)]
    return short_reply(lines, (*rows, (request.button("button-cancel", "cancel"),)))


def _possible_exclusions(
    store: Store, request: Request, topics: Sequence[Subscription]
) -> tuple[Paper, Subscription, list[str]]:
    """Return the paper, its topic, and the words that the topic could exclude."""
    entry_ref = pressed_entry(store, request)
    topic = _topic_of_entry(topics, entry_ref)
    suggested_words = distinctive_words(store, entry_ref.paper)
    return (
        entry_ref.paper,
        topic,
        suggested_exclusions(entry_ref.paper, suggested_words, topic.query),
    )


def _topic_of_entry(topics: Sequence[Subscription], entry_ref: EntryRef) -> Subscription:
    """Return the digest's topic, or else the chat's first one that finds the paper.

    Raises:
        Refusal: no topic of this chat finds it.
    """
    for topic in topics:
        if topic.key == entry_ref.digest.subscription:
            return topic
    for topic in topics:
        try:
            if match_paper(parse(topic.query), entry_ref.paper) is not None:
                return topic
        except QueryError:
            continue  # written for an older query language
    raise Refusal("less-no-topic")


def exclude_pressed(store: Store, request: Request) -> Reply:
    """Exclude the pressed words from the topic; this can be undone."""
    topic = edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument)
    excluded_words = pressed_payload(
        store, request.with_target(request.action.second_argument)
    ).text
    new_query = f"({topic.query}) -({excluded_words})"
    return _edit_query_reply(store, request, topic, new_query, offers_undo=True)


def include_pressed(store: Store, request: Request) -> Reply:
    """Handle [Undo]: restore the topic's query."""
    topic = edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument)
    included_words = pressed_payload(
        store, request.with_target(request.action.second_argument)
    ).text
    return _edit_query_reply(store, request, topic, included_words, offers_undo=False)


def _edit_query_reply(
    store: Store, request: Request, topic: Subscription, new_query: str, *, offers_undo: bool
) -> Reply:
    try:
        canonical_query = parse(new_query).text
    except QueryError as error:
        raise Refusal(error.key, **error.values) from error
    old_topic, new_topic = edit_subscriptions.edit_query(
        store,
        request.chat,
        topic.key,
        canonical_query,
        polled_categories=request.bot_info.polled_categories,
    )
    lines = [
        Line(request.say("less-done" if offers_undo else "less-undone", query=new_topic.query))
    ]
    if not offers_undo:
        return short_reply(lines, edit=True)
    payload_key = store.button_payloads.put(
        request.chat.bot, request.chat.id, old_topic.query, now=request.now
    )
    return short_reply(
        lines, ((request.button("button-undo", "include", new_topic.key, payload_key),),), edit=True
    )


def more_pressed(store: Store, request: Request) -> Reply:
    """Handle [More like this]: list similar papers, and offer the first author as a topic."""
    paper = request.read(pressed_entry, request).paper
    similar = request.read(similar_papers, paper, limit=_MAX_SIMILAR)
    title = disable_autolinks(shorten(display_title(paper), _TITLE_UNITS))
    lines = [Line(request.say("more-title"), bold=True), Line(title, follows_directly=True)]
    shared_notes = []  # why each of them is here
    for similar_paper in similar:
        shared_words = [
            disable_autolinks(shorten(word, _WORD_UNITS))
            for word in similar_paper.shared_words[:_MAX_SHARED_WORDS]
        ]
        shared_note = request.say("more-shared", words=join_list(request.language, shared_words))
        shared_notes.append(shared_note if shared_words else "")
    papers = [similar_paper.paper for similar_paper in similar]
    lines += paper_list.paper_lines(papers, request.language, notes=shared_notes)
    if not similar:
        lines.append(Line(request.say("more-none" if has_comparable_words(paper) else "more-bare")))
    rows = paper_list.paper_buttons(papers)
    if paper.authors:
        author_name = " ".join(name_without_degree(paper.authors[0]).replace('"', " ").split())
        with suppress(QueryError):  # a name without a letter is no topic
            payload_key = store.button_payloads.put(
                request.chat.bot,
                request.chat.id,
                parse(f'au:"{author_name}"').text,
                now=request.now,
            )
            button_label = request.say(
                "button-author", name=shorten(display_text(author_name), _LABEL_UNITS)
            )
            rows = (*rows, (Button(button_label, Action("draft", payload_key)),))
    return short_reply(lines, rows)
