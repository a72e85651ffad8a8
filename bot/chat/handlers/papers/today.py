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
from bot.digests.digest_of_days import (
    DayQuery,
    build_digest_of_days,
    day_queries,
    last_announced_day,
)
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Button
from bot.render.telegram.split_into_messages import digest_parts
from bot.texts import Refusal
from bot.texts.dates import format_days, format_moment
from bot.topics.query.parser import QueryError, parse_user_query
from storage import Store
from storage.records.digests import Digest, DigestHeading

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
        topic_queries = _topic_queries(store, request)
    except QueryError as error:
        return query_error_reply(store, request, request.words, error)
    if not topic_queries:
        return short_reply([Line(request.say("today-no-topic"))])
    newest_day = last_announced_day(store, request.now)
    if newest_day is None:
        return short_reply([Line(request.say("digest-empty-store"))])
    day_span = requested_days or (newest_day, newest_day)
    title = (
        topic_queries[0].name
        if request.words
        else _digest_title(request, newest_day, has_requested_days=requested_days is not None)
    )
    read_within_budget = request.read if request.words else request.read_many
    digest_and_reply = read_within_budget(
        _draft_digest_and_reply, request, tuple(topic_queries), day_span, title
    )
    if digest_and_reply is None:
        return short_reply(
            [Line(request.say("today-none", day=format_days(request.language, *day_span)))]
        )
    digest, reply = digest_and_reply
    number = store.digests.issue(digest)
    if number == digest.number:
        return reply
    return _digest_reply(request, replace(digest, number=number))  # the number was taken meanwhile


def _draft_digest_and_reply(
    store: Store,
    request: Request,
    topic_queries: Sequence[DayQuery],
    day_span: tuple[date, date],
    title: str,
) -> tuple[Digest, Reply] | None:
    """Return the digest, with the number that it will most likely get."""
    digest = build_digest_of_days(
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


def _digest_title(request: Request, newest_day: date, *, has_requested_days: bool) -> str:
    """Return the title of a digest of all topics; old papers are not called today's."""
    if has_requested_days:
        return request.say("today-topics")
    is_today = newest_day == calendar.arxiv_day(request.now)
    return request.say("today-title" if is_today else "today-last")


def _parse_days(request: Request) -> tuple[tuple[date, date] | None, Request]:
    """Return the days at the start of the arguments, and the request without them.

    Raises:
        Refusal: There is no such day, or there are too many for all topics or for a query.
    """
    match = _DATE_RANGE.match(request.words)
    if match is None:
        return None, request
    try:
        dates = [date.fromisoformat(word) for word in match.groups() if word]
    except ValueError:
        raise Refusal("today-no-date", given=_first_invalid_date(match.groups())) from None
    first_day, last_day = min(dates), max(dates)
    words = request.words[match.end() :]
    if last_day - first_day >= timedelta(days=MAX_DAYS if words else 1):
        raise Refusal("today-long", most=MAX_DAYS)
    return (first_day, last_day), replace(request, words=words)


def _first_invalid_date(words: Sequence[str | None]) -> str:
    """Return the first date that does not exist, such as ``2026-02-30``."""
    for word in filter(None, words):
        try:
            date.fromisoformat(word)
        except ValueError:
            return word
    return ""


def _topic_queries(store: Store, request: Request) -> list[DayQuery]:
    if request.words:
        text = parse_user_query(request.words).text
        return [DayQuery(text, text)]
    topics = store.subscriptions.of_chat(request.chat.bot, request.chat.id)
    return day_queries([topic for topic in topics if not topic.paused])


def history(store: Store, request: Request) -> Reply:
    """Handle ``/history``: list the chat's digests, newest first."""
    before_number = request.action.first_argument or None
    is_button = bool(request.action.verb)
    headings = store.digests.headings_of_chat(
        request.chat.bot, request.chat.id, limit=PAGE_SIZE + 1, before_number=before_number
    )
    if not headings:
        return short_reply([Line(request.say("history-none"))], edit=is_button)
    page = headings[:PAGE_SIZE]
    lines = [Line(request.say("history-title"), bold=True)]
    for number, heading in enumerate(page, start=1):
        lines.append(
            Line(f"{number}. {_history_line(request, heading)}", follows_directly=number > 1)
        )
    number_buttons = [
        Button(str(number), Action("reopen", heading.number))
        for number, heading in enumerate(page, 1)
    ]
    rows = [
        tuple(number_buttons[start : start + BUTTONS_PER_ROW])
        for start in range(0, len(number_buttons), BUTTONS_PER_ROW)
    ]
    page_buttons = []
    if before_number:
        page_buttons.append(request.button("button-latest", "history"))
    if len(headings) > PAGE_SIZE:
        page_buttons.append(request.button("button-older", "history", page[-1].number))
    return short_reply(
        lines, (*rows, tuple(page_buttons)) if page_buttons else tuple(rows), edit=is_button
    )


def _history_line(request: Request, heading: DigestHeading) -> str:
    topic = shorten(heading.topic or heading.query, _TOPIC_UNITS)
    count = request.say(
        "history-count",
        shown=heading.shown_count,
        matched=heading.shown_count + heading.left_out_count,
    )
    issued_at = format_moment(request.language, heading.issued_at, request.chat.zone)
    return f"{issued_at} · {topic} · {count}"


def reopen(store: Store, request: Request) -> Reply:
    """Show a digest of this chat as it was sent; others' digests are refused."""
    return _digest_reply(request, pressed_digest(store, request))
