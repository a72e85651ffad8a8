"""Show the papers of announcement days and earlier digests: ``/today`` and ``/history``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.arxiv import calendar
from bot.chat.handlers.papers.digest import digest_reply, display_options, pressed_digest
from bot.chat.handlers.topics.new_topic import query_error_reply
from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets.short_reply import Line, short_reply
from bot.digests.digest_for_days import (
    DayQuery,
    build_digest_for_days,
    day_queries,
    last_announced_day,
)
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Button, button_rows
from bot.render.telegram.split_into_messages import digest_parts
from bot.texts import Refusal
from bot.texts.dates import format_days, format_moment
from bot.topics.query.chinese_terms import in_english
from bot.topics.query.parser import QueryError, parse_user_query
from storage import Store
from storage.records.digests import Digest

PAGE_SIZE = 10
BUTTONS_PER_ROW = 5
MAX_DAYS = 7
_TOPIC_UNITS = 120
_DATE = r"\d{4}-\d\d-\d\d"
_DATE_RANGE = re.compile(rf"({_DATE})(?:\s+({_DATE}))?(?:\s+|$)", re.ASCII)


def today(store: Store, request: Request) -> Reply:
    """Handle ``/today``: show the last or other announcement days, for topics or any query."""
    requested_days, request = _parse_days(request)
    try:
        if request.words:
            canonical_query = parse_user_query(in_english(request.words) or request.words).text
            topic_queries = [DayQuery(canonical_query, canonical_query)]
        else:
            topics = store.subscriptions.of_chat(request.chat.bot, request.chat.id)
            topic_queries = day_queries([topic for topic in topics if not topic.paused])
    except QueryError as error:
        return query_error_reply(store, request, request.words, error)
    if not topic_queries:
        return short_reply([Line(request.say("today-no-topic"))])
    newest_day = last_announced_day(store, request.now)
    if newest_day is None:
        return short_reply([Line(request.say("digest-empty-store"))])
    day_span = requested_days or (newest_day, newest_day)
    if request.words:
        title = topic_queries[0].name
    elif requested_days:
        title = request.say("today-topics")
    else:  # old papers are not called today's
        is_today = newest_day == calendar.arxiv_day(request.now)
        title = request.say("today-title" if is_today else "today-last")
    read_within_budget = request.read if request.words else request.read_many
    digest_and_reply = read_within_budget(
        _draft_digest_and_reply, request, tuple(topic_queries), day_span, title
    )
    if digest_and_reply is None:
        return short_reply(
            [Line(request.say("today-none", day=format_days(request.language, *day_span)))]
        )
    digest, reply = digest_and_reply
    digest_number = store.digests.issue(digest)
    if digest_number == digest.number:
        return reply
    # Its number was taken meanwhile.
    return _digest_reply(request, replace(digest, number=digest_number))


def _draft_digest_and_reply(
    store: Store,
    request: Request,
    topic_queries: Sequence[DayQuery],
    day_span: tuple[date, date],
    title: str,
) -> tuple[Digest, Reply] | None:
    """Return the digest, with the number that it will most likely get."""
    digest = build_digest_for_days(
        store,
        request.chat,
        topic_queries,
        day_span,
        request.now,
        title=title,
        thread=request.thread,
    )
    if digest is None:
        return None
    digest = replace(digest, number=store.digests.next_number())
    return digest, _digest_reply(request, digest)


def _digest_reply(request: Request, digest: Digest) -> Reply:
    return digest_reply(
        digest, display_options(request, digest), lambda options: digest_parts(digest, options)
    )


def _parse_days(request: Request) -> tuple[tuple[date, date] | None, Request]:
    """Return the days at the start of the arguments, and the request without them.

    Raises:
        Refusal: there is no such day, or there are too many for all topics or for a query.
    """
    match = _DATE_RANGE.match(request.words)
    if match is None:
        return None, request
    dates = []
    for day_word in filter(None, match.groups()):
        try:
            dates.append(date.fromisoformat(day_word))
        except ValueError:  # such as 2026-02-30
            raise Refusal("today-no-date", given=day_word) from None
    first_day, last_day = min(dates), max(dates)
    query_words = request.words[match.end() :]
    if last_day - first_day >= timedelta(days=MAX_DAYS if query_words else 1):
        raise Refusal("today-long", most=MAX_DAYS)
    return (first_day, last_day), replace(request, words=query_words)


def history(store: Store, request: Request) -> Reply:
    """Handle ``/history``: list the chat's digests, newest first."""
    before_number = request.action.first_argument or None
    is_button = bool(request.action.verb)
    headings = store.digests.headings_of_chat(
        request.chat.bot, request.chat.id, limit=PAGE_SIZE + 1, before_number=before_number
    )
    if not headings:
        return short_reply([Line(request.say("history-none"))], edit=is_button)
    page_headings = headings[:PAGE_SIZE]
    lines = [Line(request.say("history-title"), bold=True)]
    number_buttons = []
    for row_number, heading in enumerate(page_headings, start=1):
        issued_at = format_moment(request.language, heading.issued_at, request.chat.zone)
        topic = shorten(heading.topic or heading.query, _TOPIC_UNITS)
        matched_count = heading.shown_count + heading.left_out_count
        count_text = request.say("history-count", shown=heading.shown_count, matched=matched_count)
        digest_line = f"{row_number}. {issued_at} · {topic} · {count_text}"
        lines.append(Line(digest_line, follows_directly=row_number > 1))
        number_buttons.append(Button(str(row_number), Action("reopen", heading.number)))
    rows = button_rows(number_buttons, BUTTONS_PER_ROW)
    page_buttons = []
    if before_number:
        page_buttons.append(request.button("button-latest", "history"))
    if len(headings) > PAGE_SIZE:
        page_buttons.append(request.button("button-older", "history", page_headings[-1].number))
    if page_buttons:
        rows = (*rows, tuple(page_buttons))
    return short_reply(lines, rows, edit=is_button)


def reopen(store: Store, request: Request) -> Reply:
    """Show a digest of this chat as it was sent; others' digests are refused."""
    return _digest_reply(request, pressed_digest(store, request))
