"""What was announced, and what was sent before: ``/today`` and ``/history``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.arxiv import calendar
from bot.chat.handlers.papers.digest import digest_of, look, shown
from bot.chat.handlers.topics.new_topic import misread
from bot.chat.request_and_reply import Ask, Reply
from bot.chat.widgets.short_reply import Line, told
from bot.digests.digest_of_days import Wanted, draw_today, last_day, wanted
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Button
from bot.render.telegram.split_into_messages import parts
from bot.texts import Refusal
from bot.texts.dates import days, moment
from bot.topics.query.parser import QueryError, parse_typed
from storage import Store
from storage.records import Digest, Heading

PAGE = 10
ROW = 5
MOST_DAYS = 7
_TOPIC_UNITS = 120
_DATE = r"\d{4}-\d\d-\d\d"
_DATES = re.compile(rf"({_DATE})(?:\s+({_DATE}))?(?:\s+|$)", re.ASCII)


def today(store: Store, ask: Ask) -> Reply:
    """``/today``: the last announcement, or that of other days, for topics or for any words."""
    named, ask = _days(ask)
    try:
        asked = _asked(store, ask)
    except QueryError as error:
        return misread(store, ask, ask.words, error)
    if not asked:
        return told([Line(ask.say("today-no-topic"))])
    newest = last_day(store, ask.now)
    if newest is None:
        return told([Line(ask.say("digest-empty-store"))])
    span = named or (newest, newest)
    title = asked[0].name if ask.words else _title(ask, newest, is_named=named is not None)
    read = ask.read if ask.words else ask.read_several
    drawn = read(_drawn, ask, tuple(asked), span, title)
    if drawn is None:
        return told([Line(ask.say("today-none", day=days(ask.language, *span)))])
    digest, reply = drawn
    number = store.digests.issue(digest)
    if number == digest.number:
        return reply
    return _shown(ask, replace(digest, number=number))  # another was issued a moment ago


def _drawn(
    store: Store, ask: Ask, asked: Sequence[Wanted], span: tuple[date, date], title: str
) -> tuple[Digest, Reply] | None:
    """The digest under the number that it will most likely get, and what it looks like."""
    digest = draw_today(store, ask.chat, asked, span, ask.now, title=title, thread=ask.thread)
    if digest is None:
        return None
    digest = replace(digest, number=store.digests.next_number())
    return digest, _shown(ask, digest)


def _shown(ask: Ask, digest: Digest) -> Reply:
    return shown(digest, look(ask, digest), lambda wanted: parts(digest, wanted))


def _title(ask: Ask, newest: date, *, is_named: bool) -> str:
    """What a digest of all topics is called; on a weekend the last papers are not today's."""
    if is_named:
        return ask.say("today-topics")
    is_today = newest == calendar.arxiv_day(ask.now)
    return ask.say("today-title" if is_today else "today-last")


def _days(ask: Ask) -> tuple[tuple[date, date] | None, Ask]:
    """The days that the words begin with, and what is asked of them.

    Raises:
        Refusal: there is no such day, or they are more than can be looked through at once, for
            all topics or for words.
    """
    found = _DATES.match(ask.words)
    if found is None:
        return None, ask
    try:
        named = [date.fromisoformat(word) for word in found.groups() if word]
    except ValueError:
        raise Refusal("today-no-date", given=_first_wrong(found.groups())) from None
    first, last = min(named), max(named)
    words = ask.words[found.end() :]
    if last - first >= timedelta(days=MOST_DAYS if words else 1):
        raise Refusal("today-long", most=MOST_DAYS)
    return (first, last), replace(ask, words=words)


def _first_wrong(named: Sequence[str | None]) -> str:
    """The first that is no day of any calendar: ``2026-02-30``."""
    for word in filter(None, named):
        try:
            date.fromisoformat(word)
        except ValueError:
            return word
    return ""


def _asked(store: Store, ask: Ask) -> list[Wanted]:
    if ask.words:
        text = parse_typed(ask.words).text
        return [Wanted(text, text)]
    topics = store.subscriptions.of(ask.chat.bot, ask.chat.chat)
    return wanted([topic for topic in topics if not topic.paused])


def history(store: Store, ask: Ask) -> Reply:
    """``/history``: the chat's digests, the newest first, ten a page."""
    before = ask.action.first or None
    pressed = bool(ask.action.verb)
    held = store.digests.of(ask.chat.bot, ask.chat.chat, limit=PAGE + 1, before=before)
    if not held:
        return told([Line(ask.say("history-none"))], edit=pressed)
    page = held[:PAGE]
    lines = [Line(ask.say("history-title"), bold=True)]
    for number, one in enumerate(page, start=1):
        lines.append(Line(f"{number}. {_line(ask, one)}", close=number > 1))
    numbers = [
        Button(str(number), Action("reopen", one.number)) for number, one in enumerate(page, 1)
    ]
    rows = [tuple(numbers[start : start + ROW]) for start in range(0, len(numbers), ROW)]
    turns = []
    if before:
        turns.append(ask.button("button-latest", "history"))
    if len(held) > PAGE:
        turns.append(ask.button("button-older", "history", page[-1].number))
    return told(lines, (*rows, tuple(turns)) if turns else tuple(rows), edit=pressed)


def _line(ask: Ask, one: Heading) -> str:
    topic = shorten(one.topic or one.query, _TOPIC_UNITS)
    count = ask.say("history-count", shown=one.shown, matched=one.shown + one.left_out)
    return f"{moment(ask.language, one.issued, ask.chat.zone)} · {topic} · {count}"


def reopen(store: Store, ask: Ask) -> Reply:
    """A digest of this chat as it was sent; a group's may be seen by its members only."""
    return _shown(ask, digest_of(store, ask))
