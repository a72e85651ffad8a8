"""Digests in a chat: ask for one, show what was left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot import gather, issue
from bot import subscribe as verb
from bot.chat import buttons, english
from bot.chat.context import Ask, Reply
from bot.chat.errands import Outside
from bot.chat.telling import Line, text_message, told
from bot.chat.topics import misread
from bot.query import QueryError, parse
from bot.render.headline import numbered
from bot.render.look import Look
from bot.render.message import Part, message, parts, rest_parts
from bot.texts import Refusal, moment
from storage import Store
from storage.model import Digest, Form, Subscription


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
        return _joined([_topic_now(store, ask, topic) for topic in topics])
    topic = verb.named(store, ask.chat, ask.words)
    if topic:
        return _topic_now(store, ask, topic)
    return _words_now(store, ask)


def digest_pressed(store: Store, ask: Ask) -> Reply:
    """[Show one now]: the digest of one topic of this chat."""
    return _topic_now(store, ask, verb.topic_of(store, ask.chat, ask.action.first))


def _topic_now(store: Store, ask: Ask, topic: Subscription) -> Reply:
    """What gathered since the last digest; if nothing did, the last one again and when next."""
    if issue.issue_now(store, ask.chat, topic, ask.now):
        return Reply(deliver=True)
    due = ask.say("list-announced")
    if topic.next_due:
        due = moment(ask.language, topic.next_due, topic.zone)
    values = {"topic": topic.name, "next": due, "zone": topic.zone}
    last = store.digests.last(ask.chat.bot, ask.chat.chat, topic.key)
    if last is None:
        if issue.issue_recent(store, ask.chat, parse(topic.query), ask.now, thread=ask.thread):
            return Reply(deliver=True)
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
    digest = digest_of(store, ask)
    position = ask.action.second
    if not len(digest.entries) < position <= len(numbered(digest)):
        raise Refusal("entry-gone")
    reply = shown(digest, look(ask, digest), lambda wanted: rest_parts(digest, wanted, position))
    if digest.subscription or digest.period.startswith(issue.MISSED):
        [part] = rest_parts(digest, look(ask, digest), position)
        store.digests.receive(digest.number, part.first, part.last, now=ask.now)
    return reply


def digest_of(store: Store, ask: Ask) -> Digest:
    """The digest a button names, if it was this chat's; a forged number opens nothing."""
    digest = store.digests.get(ask.action.first)
    if digest is None or (digest.bot, digest.chat) != (ask.chat.bot, ask.chat.chat):
        raise Refusal("digest-gone")
    return digest


def _joined(replies: list[Reply]) -> Reply:
    """Several replies as one."""
    return Reply(
        tuple(message for reply in replies for message in reply.messages),
        plain=tuple(message for reply in replies for message in reply.plain),
        deliver=any(reply.deliver for reply in replies),
    )
