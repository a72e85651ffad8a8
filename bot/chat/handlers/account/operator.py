"""For the operator's chat: how the house is, who is in it, and who may not be."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.chat.request_and_reply import Ask, Reply
from bot.chat.widgets.short_reply import Line, told
from bot.render.telegram.keyboard import Action, Button
from bot.summaries.gateway.cost_report import account
from bot.summaries.gateway.cost_report import told as told_account
from bot.texts import Refusal, listed
from bot.texts.dates import day, moment
from storage import Store
from storage.records import ChatKind, ParcelState, Subscriber

BANNED = "banned"  # the reason of a pause that an operator ordered
_DAY = timedelta(days=1)
DAYS = 5  # whose papers are counted
FEEDS = 20  # named at most
PAGE = 10  # chats
MOST = 1000  # topics that a chat may be allowed
_ID = re.compile(r"-?\d{1,18}")


def status(store: Store, ask: Ask) -> Reply:
    """``/status``: feeds, papers, and what waits or failed."""
    return told(
        [
            Line(ask.say("status-title"), bold=True),
            *_feeds(store, ask),
            *_papers(store, ask),
            *_queue(store, ask),
            *_model(store, ask),
        ]
    )


def _feeds(store: Store, ask: Ask) -> list[Line]:
    """When each feed was asked last, the one that waits for longest first."""
    answers = store.feeds.answers()
    asked = [
        (one.checked, one.source)
        for one in store.cursors.all()
        if one.checked and one.source in answers
    ]
    lines = [Line(ask.say("status-feeds", feeds=len(asked)))]
    for checked, source in sorted(asked)[:FEEDS]:
        shown = _at(ask, checked)
        values = {"feed": _short(source), "at": shown, "answer": answers[source].condition}
        lines.append(Line(ask.say("status-feed", **values), close=True))
    return lines


def _short(feed: str) -> str:
    """A feed's name for a line: the first and the last of its categories."""
    first, *others = feed.split("+")
    return f"{first}+…+{others[-1]}" if len(others) > 1 else feed


def _papers(store: Store, ask: Ask) -> list[Line]:
    days = store.papers.days()[-DAYS:]
    lines = [Line(ask.say("status-papers", papers=store.papers.count()))]
    for date, papers in reversed(days):
        shown = ask.say("status-day", day=day(ask.language, date), papers=papers)
        lines.append(Line(shown, close=True))
    return lines


def _queue(store: Store, ask: Ask) -> list[Line]:
    counts = store.outbox.counts(ask.chat.bot)
    oldest = store.outbox.oldest_due(ask.chat.bot, ask.now)
    waiting = counts[ParcelState.READY] + counts[ParcelState.SENDING]
    failed, unknown = counts[ParcelState.DEAD], counts[ParcelState.UNKNOWN]
    lines = [
        Line(ask.say("status-queue", waiting=waiting)),
        Line(ask.say("status-failures", failed=failed, unknown=unknown), close=True),
    ]
    if late := store.outbox.stale_answers(ask.chat.bot, ask.now - _DAY):
        lines.append(Line(ask.say("status-late", late=late), close=True))
    if oldest:
        lines.append(Line(ask.say("status-oldest", at=_at(ask, oldest)), close=True))
    unread = store.inbox.unread(ask.chat.bot)
    if unread.last:
        told = ask.say("status-unreadable", updates=unread.updates, at=_at(ask, unread.last))
        lines.append(Line(told, close=True))
    return lines


def _model(store: Store, ask: Ask) -> list[Line]:
    """How the model answers, how far its glosses reach and what they cost."""
    if ask.house.contract is None:
        return []
    notices = told_account(account(store, ask.chat.bot, ask.house.contract, ask.now))
    lines = [ask.say(notice.key, **dict(notice.values)) for notice in notices]
    return [Line(line, close=at > 0) for at, line in enumerate(lines)]


def _at(ask: Ask, instant: datetime) -> str:
    return moment(ask.language, instant, ask.chat.zone)


def users(store: Store, ask: Ask) -> Reply:
    """``/users``: how many there are, and the chats with most topics, page by page."""
    bot, skip = ask.chat.bot, ask.action.first * PAGE
    found = store.census.busiest(bot, PAGE + 1, skip=skip)
    if not found and skip:
        raise Refusal("refusal-button-old")
    there = store.census.population(bot)
    kinds = listed(
        ask.language,
        (
            ask.say(f"users-{kind}", chats=there.chats[kind])
            for kind in ChatKind
            if kind in there.chats
        ),
    )
    lines = [
        Line(ask.say("users-title"), bold=True),
        Line(ask.say("users-chats", kinds=kinds, paused=there.paused)),
        Line(ask.say("users-people", people=there.people), close=True),
        Line(ask.say("users-topics", topics=there.topics, queries=there.queries), close=True),
        *(_user(ask, number, *one) for number, one in enumerate(found[:PAGE], start=skip + 1)),
    ]
    turning = [
        Button(label, Action("users", page))
        for label, page, is_there in (
            (ask.say("button-earlier"), ask.action.first - 1, skip > 0),
            (ask.say("button-next"), ask.action.first + 1, len(found) > PAGE),
        )
        if is_there
    ]
    return told(lines, (tuple(turning),) if turning else (), edit=bool(ask.action.verb))


def _user(ask: Ask, number: int, chat: Subscriber, topics: int) -> Line:
    values: dict[str, str | int] = {
        "number": str(number),
        "title": chat.title or "–",
        "id": str(chat.chat),
        "topics": topics,
    }
    key = "users-chat-paused" if chat.paused else "users-chat"
    return Line(ask.say(key, **values), close=number % PAGE != 1)


def ban(store: Store, ask: Ask) -> Reply:
    """``/ban ID``: a person or chat is answered no more, and nothing is sent there."""
    who = _named(ask, "ban-usage")
    if who in (ask.chat.chat, ask.person.person, ask.house.operator):
        raise Refusal("ban-self")
    bot = ask.chat.bot
    if not store.rulings.ban(bot, who, ask.now):
        return told([Line(ask.say("ban-known", id=str(who)))])
    store.subscribers.pause(bot, who, BANNED)
    store.outbox.withdraw(bot, who, now=ask.now, reason=BANNED)
    return told([Line(ask.say("ban-done", title=_title(store, ask, who), id=str(who)))])


def unban(store: Store, ask: Ask) -> Reply:
    """``/unban ID``: as if nothing had been, with what waited meanwhile."""
    who, bot = _named(ask, "unban-usage"), ask.chat.bot
    if not store.rulings.lift(bot, who):
        return told([Line(ask.say("unban-unknown", id=str(who)))])
    chat = store.subscribers.get(bot, who)
    if chat and chat.paused == BANNED:
        store.subscribers.resume(bot, who)
        store.outbox.revive(bot, who, now=ask.now)
    text = ask.say("unban-done", title=_title(store, ask, who), id=str(who))
    return Reply(told([Line(text)]).messages, deliver=True)


def limit(store: Store, ask: Ask) -> Reply:
    """``/limit ID N``: so many topics for one chat, in place of what all may follow."""
    words = ask.words.split()
    if len(words) != 2 or not _ID.fullmatch(words[0]) or not words[1].isdecimal():
        raise Refusal("limit-usage", topics=ask.house.topics)
    chat, topics = int(words[0]), int(words[1][:9])
    if not store.subscribers.get(ask.chat.bot, chat):
        raise Refusal("limit-unknown", id=str(chat))
    if topics > MOST:
        raise Refusal("limit-large", most=MOST)
    store.rulings.allow(ask.chat.bot, chat, topics)
    values = {"title": _title(store, ask, chat), "id": str(chat)}
    return told([Line(ask.say("limit-done", topics=topics, **values))])


def _named(ask: Ask, usage: str) -> int:
    if not _ID.fullmatch(ask.words.strip()):
        raise Refusal(usage)
    return int(ask.words)


def _title(store: Store, ask: Ask, who: int) -> str:
    chat = store.subscribers.get(ask.chat.bot, who)
    return chat.title if chat and chat.title else "–"
