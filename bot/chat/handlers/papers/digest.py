"""Show digests on request, and what was left out of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.chat.api import callback_data
from bot.chat.handlers.topics.new_topic import query_error_reply, suggestion_buttons
from bot.chat.handlers.topics.topic_list import next_digest_time, topic_state
from bot.chat.request_and_reply import Reply, Request, run_in_transaction
from bot.chat.services import ExternalServices
from bot.chat.widgets import query_translation
from bot.chat.widgets.short_reply import Line, short_reply, text_message
from bot.digests import issue_digest, new_announcements
from bot.digests.preview import suggest_other_readings
from bot.render.digest_heading import numbered_entries
from bot.render.display_options import DisplayOptions
from bot.render.size_limits import shorten
from bot.render.telegram.split_into_messages import (
    LEFT_OUT_PAGE_ROWS,
    Part,
    digest_parts,
    left_out_parts,
    render_part,
)
from bot.texts import Refusal
from bot.texts.dates import zone_name
from bot.topics import edit_subscriptions
from bot.topics.query.chinese_terms import in_english
from bot.topics.query.parser import QueryError, parse, parse_user_query
from storage import Store
from storage.records.chats import MessageForm, Subscription
from storage.records.digests import Digest
from storage.records.queries import Query

_MAX_NAMED_TOPICS = 20  # topics without news in one message
_NAME_UNITS = 60
_TOPIC_NUMBER = re.compile(r"\d{1,3}")  # rather a topic of the list than a query


def display_options(request: Request, digest: Digest) -> DisplayOptions:
    """Return how this chat reads a digest."""
    return DisplayOptions(
        form=request.chat.form,
        language=request.chat.language,
        languages=request.chat.languages,
        zone=request.chat.zone,
        entry_link=lambda position: entry_link(request, digest, position),
    )


def digest_reply(
    digest: Digest, options: DisplayOptions, split: Callable[[DisplayOptions], Sequence[Part]]
) -> Reply:
    """Return parts of a digest in the chat's form, with text as the fallback for tables."""
    messages = tuple(render_part(digest, part, options) for part in split(options))
    if options.form is MessageForm.CLASSIC:
        return Reply(messages)
    classic_options = replace(options, form=MessageForm.CLASSIC)
    return Reply(
        messages,
        fallback_messages=tuple(
            render_part(digest, part, classic_options) for part in split(classic_options)
        ),
    )


def entry_link(request: Request, digest: Digest, position: int) -> str:
    """Return the deep link that opens the paper at a position in the private chat."""
    paper = numbered_entries(digest)[position - 1].paper
    return callback_data.paper_link(request.bot_info.username, paper.key, paper.version)


def digest(store: Store, request: Request) -> Reply:
    """Handle ``/digest`` for all topics, one topic by number or name, or any query."""
    topics = tuple(store.subscriptions.of_chat(request.chat.bot, request.chat.id))
    if not request.words:
        if not topics:
            return short_reply([Line(request.say("list-none"))])
        has_one_topic = len(topics) == 1
        return (
            _show_topic(store, request, topics[0])
            if has_one_topic
            else _show_all_topics(store, request, topics)
        )
    topic = edit_subscriptions.find_topic(store, request.chat, request.words)
    if topic:
        return _show_topic(store, request, topic)
    if topics and _TOPIC_NUMBER.fullmatch(request.words):
        raise Refusal("topic-unknown", given=request.words)
    try:
        query = parse_user_query(request.words)
    except QueryError as error:
        return query_error_reply(store, request, request.words, error)
    if _issue_recent(store, request, query):
        return Reply(wakes_delivery=True)
    if not store.papers.count():
        return short_reply([Line(request.say("digest-empty-store"))])
    if query_translation.should_translate(request, query, request.words):
        return query_translation.start_translation(request, "digest", request.words)
    if english_words := in_english(request.words):
        english_line = query_translation.english_line(request, english_words)
        return _show_translated_words(
            store,
            request,
            query_translation.TranslatedWords(english_words, (english_line,), is_english=True),
        )
    return _no_results_reply(store, request, request.words)


def _show_all_topics(store: Store, request: Request, topics: Sequence[Subscription]) -> Reply:
    """Issue a digest for each topic with news; name the others in one message."""
    readable_topics = tuple(filter(edit_subscriptions.is_parsable, topics))
    topic_news_list = request.read_many(
        issue_digest.prepare_news, request.chat, readable_topics, request.now
    )
    quiet_topics = [
        topic_news.chat_digest.topic
        for topic_news in topic_news_list
        if not _issue_news(store, request, topic_news)
    ]
    lines = []
    if quiet_topics:
        lines.append(Line(request.say("digest-none-topics", topics=len(quiet_topics))))
        for topic in quiet_topics[:_MAX_NAMED_TOPICS]:
            topic_line = f"{shorten(topic.name, _NAME_UNITS)} – {topic_state(request, topic)}"
            lines.append(Line(topic_line, follows_directly=True))
        lines.append(Line(request.say("digest-none-number")))
    lines += (
        Line(_unreadable_text(request, topic)) for topic in topics if topic not in readable_topics
    )
    if remaining_count := len(readable_topics) - len(topic_news_list):
        topic_number = len(topic_news_list) + 1
        lines.append(
            Line(request.say("digest-too-dear-topics", topics=remaining_count, number=topic_number))
        )
    has_issued = len(quiet_topics) < len(topic_news_list)
    return (
        replace(short_reply(lines), wakes_delivery=has_issued)
        if lines
        else Reply(wakes_delivery=True)
    )


def _unreadable_text(request: Request, topic: Subscription) -> str:
    return request.say("topic-unreadable", topic=topic.name, query=topic.query)


def _issue_news(store: Store, request: Request, topic_news: issue_digest.TopicNews) -> bool:
    """Issue a topic's digest; return whether there was anything in it."""
    return bool(
        issue_digest.issue_news(store, request.chat, topic_news, request.now, thread=request.thread)
    )


def digest_pressed(store: Store, request: Request) -> Reply:
    """Handle [Show one now]: show the digest of one topic of this chat."""
    return _show_topic(
        store,
        request,
        edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument),
    )


def _show_topic(store: Store, request: Request, topic: Subscription) -> Reply:
    """Issue what is new for a topic, or else show its last digest again."""
    if not edit_subscriptions.is_parsable(topic):
        return short_reply([Line(_unreadable_text(request, topic))])
    [topic_news] = request.read_many(issue_digest.prepare_news, request.chat, (topic,), request.now)
    if _issue_news(store, request, topic_news):
        return Reply(wakes_delivery=True)
    return request.read(_last_digest_again, request, topic)


def _last_digest_again(store: Store, request: Request, topic: Subscription) -> Reply:
    """Show the last digest of a topic without news, and when the next one comes."""
    text_values = {
        "topic": topic.name,
        "next": next_digest_time(request, topic),
        "zone": zone_name(request.language, topic.zone),
    }
    last_digest = store.digests.last_issued(request.chat.bot, request.chat.id, topic.key)
    if last_digest is None:
        return short_reply([Line(request.say("digest-none-yet", **text_values))])
    header_text = text_message([Line(request.say("digest-none-again", **text_values))])
    reply = digest_reply(
        last_digest,
        display_options(request, last_digest),
        lambda options: digest_parts(last_digest, options),
    )
    return replace(reply, messages=(header_text, *reply.messages))


def missed(store: Store, request: Request) -> Reply:
    """Handle ``/missed``: send a page of what recent digests left out or failed to deliver."""
    newest_heading = store.digests.headings_of_chat(request.chat.bot, request.chat.id, limit=1)
    newest_number = newest_heading[0].number if newest_heading else 0
    if missed_digest := request.read(
        issue_digest.prepare_missed, request.chat, request.now, newest_number
    ):
        issue_digest.issue_missed(
            store, request.chat, missed_digest, request.now, thread=request.thread
        )
        return Reply(wakes_delivery=True)
    return short_reply([Line(request.say("missed-none", days=issue_digest.MISSED_DAYS))])


def _issue_recent(store: Store, request: Request, query: Query) -> bool:
    """Issue a digest of a query that nobody follows; return whether anything matched it.

    Cursors and receipts stay unchanged.
    """
    recent_digest = request.read(issue_digest.prepare_recent, request.chat, query, request.now)
    if recent_digest is None:
        return False
    # Named, so that it is issued only once if the process dies before marking a follow-up.
    occasion = f"update {request.update_id}" if request.update_id else ""
    issue_digest.issue_recent(
        store, request.chat, recent_digest, request.now, thread=request.thread, occasion=occasion
    )
    return True


def _no_results_reply(store: Store, request: Request, words: str, *header_lines: Line) -> Reply:
    none_text = request.say(
        "digest-query-none", days=new_announcements.RECENT_DAYS, topic=words[:100]
    )
    similar_queries = request.read_optional(
        suggest_other_readings,
        words,
        request.now,
        papers=0,
        polled_categories=request.bot_info.polled_categories,
    )
    suggestion_lines = (
        [Line(request.say("suggestions", readings=len(similar_queries)))] if similar_queries else []
    )
    return short_reply(
        [*header_lines, Line(none_text), *suggestion_lines],
        suggestion_buttons(store, request, similar_queries),
    )


async def digest_translation(
    external_services: ExternalServices, store: Store, request: Request, words: str
) -> Reply:
    """Show a digest of the English translation of a query that found nothing."""
    return await run_in_transaction(
        store,
        request,
        _show_translated_words,
        await query_translation.translate_words(external_services, request, words),
    )


def _show_translated_words(
    store: Store, request: Request, words: query_translation.TranslatedWords
) -> Reply:
    if words.is_english and _issue_recent(store, request, parse(words.text)):
        return replace(short_reply(words.note_lines), wakes_delivery=True)
    return _no_results_reply(store, request, words.text, *words.note_lines)


def show_left_out(store: Store, request: Request) -> Reply:
    """Handle [Show the rest]: show the next page, and mark it as received."""
    reply, shown_part = request.read(_left_out_page, request)
    if shown_part:
        store.receipts.mark_received(
            request.action.first_argument,
            shown_part.first_entry,
            shown_part.last_entry,
            now=request.now,
        )
    return reply


def _left_out_page(store: Store, request: Request) -> tuple[Reply, Part | None]:
    """Return a page of what was left out, and its part if showing counts as receipt."""
    first_position = request.action.second_argument
    digest = pressed_digest(store, request, last=first_position + LEFT_OUT_PAGE_ROWS)
    if not len(digest.entries) < first_position <= digest.numbered_count:
        raise Refusal("entry-gone")
    reply = digest_reply(
        digest,
        display_options(request, digest),
        lambda options: left_out_parts(digest, options, first_position),
    )
    [left_out_part] = left_out_parts(digest, display_options(request, digest), first_position)
    is_received = bool(digest.subscription) or digest.period.startswith(
        issue_digest.MISSED_PERIOD_PREFIX
    )
    return reply, left_out_part if is_received else None


def pressed_digest(store: Store, request: Request, *, last: int = 0) -> Digest:
    """Return the digest of a button, read up to its shown entries and the position ``last``.

    Raises:
        Refusal: this chat has no such digest; the number may be forged.
    """
    digest = store.digests.get(request.action.first_argument, last_position=last)
    if digest is None or (digest.bot, digest.chat) != (request.chat.bot, request.chat.id):
        raise Refusal("digest-gone")
    return digest
