"""Digests in a chat: ask for one, show what was left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.chat.api import callback_data
from bot.chat.handlers.topics.new_topic import misread, suggested_buttons
from bot.chat.handlers.topics.topic_list import next_time, state
from bot.chat.request_and_reply import Ask, Reply, in_transaction
from bot.chat.services import Outside
from bot.chat.widgets import query_translation
from bot.chat.widgets.short_reply import Line, text_message, told
from bot.digests import issue_digest, new_announcements
from bot.digests.preview import suggested
from bot.render.digest_heading import numbered
from bot.render.display_options import Look
from bot.render.size_limits import shorten
from bot.render.telegram.split_into_messages import REST_ROWS, Part, message, parts, rest_parts
from bot.texts import Refusal
from bot.topics import edit_subscriptions as verb
from bot.topics.query.parser import QueryError, parse, parse_typed
from storage import Store
from storage.records import Digest, Form, Subscription

_NAMED = 20  # topics without news in one message
_NAME_UNITS = 60
_NUMBER = re.compile(r"\d{1,3}")  # means a topic of the list, and hardly a word to look for


def look(ask: Ask, digest: Digest) -> Look:
    """How this chat reads a digest."""
    return Look(
        form=ask.chat.form,
        language=ask.chat.language,
        languages=ask.chat.languages,
        zone=ask.chat.zone,
        link=lambda position: link_of(ask, digest, position),
    )


def shown(digest: Digest, wanted: Look, cut: Callable[[Look], Sequence[Part]]) -> Reply:
    """Parts of a digest as they are wanted, and as text where tables are refused."""
    messages = tuple(message(digest, part, wanted) for part in cut(wanted))
    if wanted.form is Form.CLASSIC:
        return Reply(messages)
    plain = replace(wanted, form=Form.CLASSIC)
    return Reply(messages, plain=tuple(message(digest, part, plain) for part in cut(plain)))


def link_of(ask: Ask, digest: Digest, position: int) -> str:
    """The deep link that opens the paper at a position in private."""
    paper = numbered(digest)[position - 1].paper
    return callback_data.link(ask.house.username, paper.key, paper.version)


def digest(store: Store, ask: Ask) -> Reply:
    """``/digest``: all topics, one named by number or name, or any words without subscribing."""
    topics = tuple(store.subscriptions.of(ask.chat.bot, ask.chat.chat))
    if not ask.words:
        if not topics:
            return told([Line(ask.say("list-none"))])
        is_one = len(topics) == 1
        return _topic_now(store, ask, topics[0]) if is_one else _all_now(store, ask, topics)
    topic = verb.named(store, ask.chat, ask.words)
    if topic:
        return _topic_now(store, ask, topic)
    if topics and _NUMBER.fullmatch(ask.words):
        raise Refusal("topic-unknown", given=ask.words)
    return _words_now(store, ask)


def _all_now(store: Store, ask: Ask, topics: Sequence[Subscription]) -> Reply:
    """What gathered for each topic; those for which nothing did are named in one message."""
    readable = tuple(filter(verb.is_readable, topics))
    news = ask.read_several(issue_digest.draw_news, ask.chat, readable, ask.now)
    quiet = [one.share.topic for one in news if not _issued(store, ask, one)]
    lines = []
    if quiet:
        lines = [
            Line(ask.say("digest-none-topics", topics=len(quiet))),
            *(_quiet(ask, topic) for topic in quiet[:_NAMED]),
            Line(ask.say("digest-none-number")),
        ]
    lines += (Line(_unreadable(ask, topic)) for topic in topics if topic not in readable)
    if left := len(readable) - len(news):
        number = len(news) + 1
        lines.append(Line(ask.say("digest-too-dear-topics", topics=left, number=number)))
    is_any = len(quiet) < len(news)
    return replace(told(lines), deliver=is_any) if lines else Reply(deliver=True)


def _unreadable(ask: Ask, topic: Subscription) -> str:
    return ask.say("topic-unreadable", topic=topic.name, query=topic.query)


def _quiet(ask: Ask, topic: Subscription) -> Line:
    return Line(f"{shorten(topic.name, _NAME_UNITS)} – {state(ask, topic)}", close=True)


def _issued(store: Store, ask: Ask, news: issue_digest.News) -> bool:
    """Whether a digest of a topic is on its way: of what is new, or of the last days at first."""
    return bool(issue_digest.issue_news(store, ask.chat, news, ask.now, thread=ask.thread))


def digest_pressed(store: Store, ask: Ask) -> Reply:
    """[Show one now]: the digest of one topic of this chat."""
    return _topic_now(store, ask, verb.topic_of(store, ask.chat, ask.action.first))


def _topic_now(store: Store, ask: Ask, topic: Subscription) -> Reply:
    """What gathered since the last digest; if nothing did, the last one again and when next."""
    if not verb.is_readable(topic):
        return told([Line(_unreadable(ask, topic))])
    [news] = ask.read_several(issue_digest.draw_news, ask.chat, (topic,), ask.now)
    if _issued(store, ask, news):
        return Reply(deliver=True)
    return ask.read(_again, ask, topic)


def _again(store: Store, ask: Ask, topic: Subscription) -> Reply:
    """The last digest of a topic that has nothing new."""
    values = {"topic": topic.name, "next": next_time(ask, topic), "zone": topic.zone}
    last = store.digests.last(ask.chat.bot, ask.chat.chat, topic.key)
    if last is None:
        return told([Line(ask.say("digest-none-yet", **values))])
    again = text_message([Line(ask.say("digest-none-again", **values))])
    told_again = shown(last, look(ask, last), lambda wanted: parts(last, wanted))
    return replace(told_again, messages=(again, *told_again.messages))


def missed(store: Store, ask: Ask) -> Reply:
    """``/missed``: what the last digests left out or could not deliver, page by page."""
    newest = store.digests.of(ask.chat.bot, ask.chat.chat, limit=1)
    number = newest[0].number if newest else 0
    if found := ask.read(issue_digest.draw_missed, ask.chat, ask.now, number):
        issue_digest.issue_missed(store, ask.chat, found, ask.now, thread=ask.thread)
        return Reply(deliver=True)
    return told([Line(ask.say("missed-none", days=issue_digest.MISSED_DAYS))])


def _words_now(store: Store, ask: Ask) -> Reply:
    """A digest of words that nobody follows; it moves no cursor and enters no ledger."""
    try:
        query = parse_typed(ask.words)
    except QueryError as error:
        return misread(store, ask, ask.words, error)
    if found := ask.read(issue_digest.draw_recent, ask.chat, query, ask.now):
        issue_digest.issue_recent(store, ask.chat, found, ask.now, thread=ask.thread)
        return Reply(deliver=True)
    if not store.papers.count():
        return told([Line(ask.say("digest-empty-store"))])
    if query_translation.is_wanted(ask, query, ask.words):
        return query_translation.asked(ask, "digest", ask.words)
    return _nothing(store, ask, ask.words)


def _nothing(store: Store, ask: Ask, words: str, *above: Line) -> Reply:
    none = ask.say("digest-query-none", days=new_announcements.RECENT_DAYS, topic=words[:100])
    others = ask.read_offer(suggested, words, ask.now, papers=0, polled=ask.house.feeds)
    more = [Line(ask.say("suggestions", readings=len(others)))] if others else []
    return told([*above, Line(none), *more], suggested_buttons(store, ask, others))


async def put_into_english(outside: Outside, store: Store, ask: Ask, words: str) -> Reply:
    """The digest of the words in English, after they found nothing as they are."""
    return await in_transaction(store, ask, _put, await query_translation.put(outside, ask, words))


def _put(store: Store, ask: Ask, words: query_translation.Words) -> Reply:
    if not words.is_english:
        return _nothing(store, ask, words.text, *words.lines)
    query = parse(words.text)
    if found := ask.read(issue_digest.draw_recent, ask.chat, query, ask.now):
        # Once: the process may end before the errand is marked as done.
        occasion = f"update {ask.update}" if ask.update else ""
        issue_digest.issue_recent(
            store, ask.chat, found, ask.now, thread=ask.thread, occasion=occasion
        )
        return replace(told(words.lines), deliver=True)
    return _nothing(store, ask, words.text, *words.lines)


def rest(store: Store, ask: Ask) -> Reply:
    """[Show the rest]: the next page of what was left out; it is received by that."""
    reply, part = ask.read(_page, ask)
    if part:
        store.digests.receive(ask.action.first, part.first, part.last, now=ask.now)
    return reply


def _page(store: Store, ask: Ask) -> tuple[Reply, Part | None]:
    """A page of what a digest left out, and the part of it that is received by being shown."""
    position = ask.action.second
    digest = digest_of(store, ask, last=position + REST_ROWS)
    if not len(digest.entries) < position <= digest.numbered:
        raise Refusal("entry-gone")
    reply = shown(digest, look(ask, digest), lambda wanted: rest_parts(digest, wanted, position))
    [part] = rest_parts(digest, look(ask, digest), position)
    is_received = bool(digest.subscription) or digest.period.startswith(issue_digest.MISSED)
    return reply, part if is_received else None


def digest_of(store: Store, ask: Ask, *, last: int = 0) -> Digest:
    """The digest a button names, if it was this chat's; a forged number opens nothing.

    It is read as far as its shown entries, and up to the position ``last``.
    """
    digest = store.digests.get(ask.action.first, last=last)
    if digest is None or (digest.bot, digest.chat) != (ask.chat.bot, ask.chat.chat):
        raise Refusal("digest-gone")
    return digest
