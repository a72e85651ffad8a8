"""Digests in a chat: ask for one, show what was left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot import gather, issue
from bot import subscribe as verb
from bot.chat import buttons, english
from bot.chat.context import Ask, Reply
from bot.chat.errands import Outside
from bot.chat.listing import next_time, state
from bot.chat.telling import Line, text_message, told
from bot.chat.topics import misread
from bot.query import QueryError, parse
from bot.render.fit import shorten
from bot.render.headline import numbered
from bot.render.look import Look
from bot.render.message import REST_ROWS, Part, message, parts, rest_parts
from bot.texts import Refusal
from storage import Store
from storage.model import Digest, Form, Subscription

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
    return buttons.link(ask.house.username, paper.key, paper.version)


def digest(store: Store, ask: Ask) -> Reply:
    """``/digest``: all topics, one named by number or name, or any words without subscribing."""
    topics = store.subscriptions.of(ask.chat.bot, ask.chat.chat)
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
    quiet = [topic for topic in topics if not _brought(store, ask, topic)]
    if not quiet:
        return Reply(deliver=True)
    lines = [
        Line(ask.say("digest-none-topics", topics=len(quiet))),
        *(_quiet(ask, topic) for topic in quiet[:_NAMED]),
        Line(ask.say("digest-none-number")),
    ]
    return replace(told(lines), deliver=len(quiet) < len(topics))


def _quiet(ask: Ask, topic: Subscription) -> Line:
    return Line(f"{shorten(topic.name, _NAME_UNITS)} – {state(ask, topic)}", close=True)


def _brought(store: Store, ask: Ask, topic: Subscription) -> bool:
    """Whether a digest of a topic is on its way: of what is new, or of the last days at first."""
    if issue.issue_now(store, ask.chat, topic, ask.now):
        return True
    if store.digests.last(ask.chat.bot, ask.chat.chat, topic.key):
        return False
    query = parse(topic.query)
    return bool(issue.issue_recent(store, ask.chat, query, ask.now, thread=ask.thread))


def digest_pressed(store: Store, ask: Ask) -> Reply:
    """[Show one now]: the digest of one topic of this chat."""
    return _topic_now(store, ask, verb.topic_of(store, ask.chat, ask.action.first))


def _topic_now(store: Store, ask: Ask, topic: Subscription) -> Reply:
    """What gathered since the last digest; if nothing did, the last one again and when next."""
    if _brought(store, ask, topic):
        return Reply(deliver=True)
    values = {"topic": topic.name, "next": next_time(ask, topic), "zone": topic.zone}
    last = store.digests.last(ask.chat.bot, ask.chat.chat, topic.key)
    if last is None:
        return told([Line(ask.say("digest-none-yet", **values))])
    again = text_message([Line(ask.say("digest-none-again", **values))])
    told_again = shown(last, look(ask, last), lambda wanted: parts(last, wanted))
    return replace(told_again, messages=(again, *told_again.messages))


def missed(store: Store, ask: Ask) -> Reply:
    """``/missed``: what the last digests left out or could not deliver, page by page."""
    if issue.issue_missed(store, ask.chat, ask.now, thread=ask.thread):
        return Reply(deliver=True)
    return told([Line(ask.say("missed-none", days=issue.MISSED_DAYS))])


def _words_now(store: Store, ask: Ask) -> Reply:
    """A digest of words that nobody follows; it moves no cursor and enters no ledger."""
    try:
        query = parse(ask.words)
    except QueryError as error:
        return misread(ask, ask.words, error)
    if issue.issue_recent(store, ask.chat, query, ask.now, thread=ask.thread):
        return Reply(deliver=True)
    if not store.papers.count():
        return told([Line(ask.say("digest-empty-store"))])
    if english.is_wanted(ask, query, ask.words):
        return english.asked(ask, "digest", ask.words)
    return _nothing(ask, ask.words)


def _nothing(ask: Ask, words: str, *above: Line) -> Reply:
    none = ask.say("digest-query-none", days=gather.RECENT_DAYS, topic=words[:100])
    return told([*above, Line(none)])


async def put_into_english(outside: Outside, store: Store, ask: Ask, words: str) -> Reply:
    """The digest of the words in English, after they found nothing as they are."""
    return await store.run(_put, store, ask, await english.put(outside, ask, words))


def _put(store: Store, ask: Ask, words: english.Words) -> Reply:
    if not words.is_english:
        return _nothing(ask, words.text, *words.lines)
    query = parse(words.text)
    with store.transaction():
        if issue.issue_recent(store, ask.chat, query, ask.now, thread=ask.thread):
            return replace(told(words.lines), deliver=True)
    return _nothing(ask, words.text, *words.lines)


def rest(store: Store, ask: Ask) -> Reply:
    """[Show the rest]: the next page of what was left out; it is received by that."""
    position = ask.action.second
    digest = digest_of(store, ask, last=position + REST_ROWS)
    if not len(digest.entries) < position <= digest.matched:
        raise Refusal("entry-gone")
    reply = shown(digest, look(ask, digest), lambda wanted: rest_parts(digest, wanted, position))
    if digest.subscription or digest.period.startswith(issue.MISSED):
        [part] = rest_parts(digest, look(ask, digest), position)
        store.digests.receive(digest.number, part.first, part.last, now=ask.now)
    return reply


def digest_of(store: Store, ask: Ask, *, last: int = 0) -> Digest:
    """The digest a button names, if it was this chat's; a forged number opens nothing.

    It is read as far as its shown entries, and up to the position ``last``.
    """
    digest = store.digests.get(ask.action.first, last=last)
    if digest is None or (digest.bot, digest.chat) != (ask.chat.bot, ask.chat.chat):
        raise Refusal("digest-gone")
    return digest
