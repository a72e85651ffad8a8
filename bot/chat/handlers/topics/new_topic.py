"""Preview a new topic, and subscribe to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.chat.handlers.topics.topic_list import subscribed_reply
from bot.chat.request_and_reply import Reply, Request, run_in_transaction
from bot.chat.services import ExternalServices
from bot.chat.widgets import query_translation
from bot.chat.widgets.named_fields import EXAMPLES, field_buttons, field_name
from bot.chat.widgets.short_reply import Line, error_position_message, short_reply
from bot.chat.widgets.sparkline import sparkline
from bot.digests.preview import MANY_PAPERS, Preview, preview, suggest_other_readings
from bot.render.entry_content import display_title, paper_url
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Button, Keyboard
from bot.texts import Refusal
from bot.texts.telegram_autolinks import disable_autolinks
from bot.topics import edit_subscriptions
from bot.topics.query.chinese_terms import in_english
from bot.topics.query.did_you_mean import author_query, sentence_query
from bot.topics.query.parser import QueryError, parse_user_query
from bot.topics.query_suggestions import MAX_COUNTED_PAPERS, Suggestion
from storage import Store
from storage.records.chats import ButtonPayload, ButtonPayloadKind

_CONTEXT_CHARACTERS = 30  # on each side of an error
_TITLE_UNITS = 300
_LABEL_UNITS = 48  # of the query on a button, followed by a count


def sub(store: Store, request: Request) -> Reply:
    """Handle ``/sub text``, or plain text in a private chat: preview the topic."""
    if not request.words:
        return _ask_for_topic(request)
    return offer_topic(store, request, request.words)


def field_pressed(store: Store, request: Request) -> Reply:
    """Handle a pressed field: preview its topic under its name."""
    field_number = request.action.first_argument
    if not field_name(request, field_number):
        raise Refusal("refusal-button-old")
    _, example_words = EXAMPLES[field_number - 1]
    return preview_reply(store, request, example_words, field_number=field_number)


def suggestion_pressed(store: Store, request: Request) -> Reply:
    """Handle a pressed suggestion, or [Follow] below a search: preview it."""
    return offer_topic(store, request, pressed_payload(store, request).text)


def offer_topic(store: Store, request: Request, words: str) -> Reply:
    """Preview a topic; one that is not in English is translated first.

    A sentence is read as the words that it is about, if it is about any.
    """
    content_words = sentence_query(words)
    if content_words is None:
        return preview_reply(store, request, words, translates=True)
    if not content_words:
        return _ask_for_topic(request)
    return preview_reply(store, request, content_words, translates=True, is_sentence=True)


def _ask_for_topic(request: Request) -> Reply:
    browse_row = (request.button("button-browse", "groups"),)
    return short_reply([Line(request.say("sub-usage"))], (*field_buttons(request), browse_row))


async def preview_translation(
    external_services: ExternalServices, store: Store, request: Request, words: str
) -> Reply:
    """Preview the English translation of a topic, or its original text."""
    translated_words = await query_translation.translate_words(external_services, request, words)
    return await run_in_transaction(
        store,
        request,
        preview_reply,
        translated_words.text,
        header_lines=translated_words.note_lines,
    )


def pressed_payload(store: Store, request: Request) -> ButtonPayload:
    """Return the query text behind a button of this chat.

    Raises:
        Refusal: it is gone, or the button holds something else.
    """
    payload = store.button_payloads.get(
        request.chat.bot,
        request.chat.id,
        request.action.first_argument,
        ButtonPayloadKind.QUERY_TEXT,
    )
    if payload is None:
        raise Refusal("preview-gone")
    return payload


def preview_reply(
    store: Store,
    request: Request,
    words: str,
    *,
    name: str = "",
    field_number: int = 0,
    header_lines: Sequence[Line] = (),
    footer_rows: Keyboard = (),
    edit: bool = False,
    translates: bool = False,
    is_sentence: bool = False,
) -> Reply:
    """Preview a topic, with a button to follow it; ``footer_rows`` lead back.

    Chinese words are read as English if all of them are known. The title is the name of a field,
    else the words as typed.
    """
    try:
        query = parse_user_query(words)
    except QueryError as error:
        return query_error_reply(store, request, words, error)
    if translates and query_translation.should_translate(request, query, words):
        return query_translation.start_translation(request, "topic", words)
    if english_words := in_english(words):
        query = parse_user_query(english_words)
        header_lines = [*header_lines, query_translation.english_line(request, english_words)]
    topic_preview = request.read(
        preview,
        query,
        english_words or words,
        request.now,
        polled_categories=request.bot_info.polled_categories,
    )
    if (
        is_sentence
        and topic_preview.suggestions
        and not (topic_preview.papers or topic_preview.stored_papers)
    ):
        # Not all words of a sentence stand in one paper: those that find some are taken.
        return preview_reply(store, request, topic_preview.suggestions[0].words)
    if topic_preview.is_index_complete:
        request.bot_info.weekly_paper_counts.remember(
            topic_preview.query.text, topic_preview.papers_by_day, request.now
        )
    title = field_name(request, field_number) or edit_subscriptions.clean_words(words)
    title_lines = [Line(request.say("preview-title", topic=title), bold=True)]
    if name:
        title_lines.append(Line(name, follows_directly=True))
    return _preview_with_buttons(
        store,
        request,
        words,
        topic_preview,
        [*header_lines, *title_lines],
        field_number=field_number,
        footer_rows=footer_rows,
        edit=edit,
    )


def _preview_with_buttons(
    store: Store,
    request: Request,
    words: str,
    topic_preview: Preview,
    title_lines: Sequence[Line],
    *,
    field_number: int,
    footer_rows: Keyboard,
    edit: bool,
) -> Reply:
    """Show a preview below its title, with buttons to follow it, change it or take another."""
    lines = [*title_lines, *preview_lines(request, topic_preview)]
    suggestion_rows = suggestion_buttons(
        store, request, [*topic_preview.suggestions, *filter(None, [topic_preview.near_suggestion])]
    )
    finds_nothing = not (
        topic_preview.papers or topic_preview.stored_papers or topic_preview.suggestions
    )
    if finds_nothing and (author_words := author_query(words)):
        author_key = store.button_payloads.put(
            request.chat.bot, request.chat.id, author_words, now=request.now
        )
        author_name = edit_subscriptions.clean_words(words)
        lines.append(Line(request.say("preview-author", name=author_name)))
        author_label = shorten(request.say("button-follow-name", name=author_name), _LABEL_UNITS)
        suggestion_rows = (*suggestion_rows, (Button(author_label, Action("draft", author_key)),))
    if edit_subscriptions.find_same_topic(store, request.chat, topic_preview.query, request.thread):
        lines.append(Line(request.say("preview-known")))
        return short_reply(lines, (*suggestion_rows, *footer_rows), edit=edit)
    payload_key = store.button_payloads.put(
        request.chat.bot, request.chat.id, edit_subscriptions.clean_words(words), now=request.now
    )
    change_row = (
        request.button("button-change", "change", payload_key),
        request.button("button-cancel", "cancel", payload_key),
    )
    if topic_preview.has_chinese and not (topic_preview.papers or topic_preview.stored_papers):
        return short_reply(lines, (*suggestion_rows, change_row, *footer_rows), edit=edit)
    buttons = (
        (request.button("button-subscribe", "subscribe", payload_key, field_number),),
        change_row,
    )
    rows = (*buttons, *suggestion_rows) if topic_preview.papers else (*suggestion_rows, *buttons)
    return short_reply(lines, (*rows, *footer_rows), edit=edit)


def preview_lines(request: Request, topic_preview: Preview) -> list[Line]:
    """Return how many papers a query would have found, advice, and some titles."""
    estimate_key = "preview-count" if topic_preview.is_exact else "preview-about"
    text_key = estimate_key if topic_preview.is_index_complete else "preview-at-least"
    lines = [Line(request.say(text_key, papers=topic_preview.papers, days=topic_preview.days))]
    if bars := sparkline(topic_preview.papers_by_day):
        lines.append(Line(bars, follows_directly=True))
    days_stored = len(topic_preview.papers_by_day)
    # Five feed days a week; one holiday is no reason to warn.
    if days_stored < topic_preview.days * 5 // 7 - 1:
        lines.append(
            Line(
                request.say("preview-partial", days=days_stored),
                follows_directly=True,
            )
        )
    if topic_preview.has_chinese:
        lines.append(Line(request.say("preview-chinese")))
    elif topic_preview.papers > MANY_PAPERS:
        lines.append(Line(request.say("preview-many")))
    elif topic_preview.stored_papers:
        text_key = (
            "preview-stored-many"
            if topic_preview.stored_papers >= MAX_COUNTED_PAPERS
            else "preview-stored"
        )
        lines.append(Line(request.say(text_key, papers=topic_preview.stored_papers)))
    elif not topic_preview.papers and not topic_preview.suggestions:
        lines.append(Line(request.say("preview-none")))
    if topic_preview.suggestions:
        lines.append(Line(request.say("suggestions", readings=len(topic_preview.suggestions))))
    if topic_preview.near_suggestion:
        lines.append(
            Line(request.say("suggestion-together", papers=topic_preview.near_suggestion.papers))
        )
    if topic_preview.examples:
        lines.append(Line(request.say("preview-examples")))
    for example_number, paper in enumerate(topic_preview.examples, start=1):
        title = disable_autolinks(shorten(display_title(paper), _TITLE_UNITS))
        lines.append(
            Line(f"{example_number}. {title}", link=paper_url(paper), follows_directly=True)
        )
    return lines


def suggestion_buttons(
    store: Store,
    request: Request,
    suggestions: Iterable[Suggestion],
    verb: str = "draft",
    first_argument: int = 0,
) -> Keyboard:
    """Return a button for each suggestion, which shows what it finds."""
    rows = []
    for suggestion in suggestions:
        payload_key = store.button_payloads.put(
            request.chat.bot, request.chat.id, suggestion.words, now=request.now
        )
        action = (
            Action(verb, first_argument, payload_key)
            if first_argument
            else Action(verb, payload_key)
        )
        if suggestion.is_recent:
            text_key = "suggestion-recent"
        elif suggestion.papers >= MAX_COUNTED_PAPERS:
            text_key = "suggestion-stored-many"
        else:
            text_key = "suggestion-stored"
        shortened_words = shorten(suggestion.words, _LABEL_UNITS)
        rows.append(
            (
                Button(
                    request.say(text_key, query=shortened_words, papers=suggestion.papers), action
                ),
            )
        )
    return tuple(rows)


def query_error_reply(
    store: Store,
    request: Request,
    words: str,
    error: QueryError,
    verb: str = "draft",
    first_argument: int = 0,
) -> Reply:
    """Explain an error in a query, mark its position, and offer other readings."""
    context_start = max(0, error.position - _CONTEXT_CHARACTERS)
    excerpt = " ".join(words[context_start : error.position + _CONTEXT_CHARACTERS].splitlines())
    sentence = request.say(error.key, **error.values)
    suggestions = request.read_optional(
        suggest_other_readings,
        words,
        request.now,
        papers=0,
        polled_categories=request.bot_info.polled_categories,
    )
    suggestions_intro = request.say("suggestions", readings=len(suggestions)) if suggestions else ""
    buttons = suggestion_buttons(store, request, suggestions, verb, first_argument)
    return Reply(
        (
            error_position_message(
                sentence, excerpt, error.position - context_start, suggestions_intro, buttons
            ),
        )
    )


def subscribe_pressed(store: Store, request: Request) -> Reply:
    """Handle [Subscribe] of a preview: follow the topic."""
    topic, is_new = edit_subscriptions.subscribe(
        store,
        request.chat,
        pressed_payload(store, request).text,
        request.now,
        polled_categories=request.bot_info.polled_categories,
        limit=request.bot_info.max_topics,
        thread=request.thread,
        name=field_name(request, request.action.second_argument),
    )
    if not is_new:
        return Reply(toast=request.say("preview-known"))
    return subscribed_reply(request, topic, edit=True)


def change_pressed(store: Store, request: Request) -> Reply:
    """Handle [Change] of a preview: ask for another query."""
    typed_words = pressed_payload(store, request).text
    chat_prefix = f"{request.chat.id} " if request.is_for_other_chat else ""
    return short_reply(
        [Line(request.say("preview-change", query=f"/sub {chat_prefix}{typed_words}"))], edit=True
    )


def cancel_pressed(store: Store, request: Request) -> Reply:
    """Handle [Cancel] of a preview; nothing was stored."""
    return short_reply([Line(request.say("preview-cancelled"))], edit=True)
