"""Less like this, more like this: a topic is steered by its papers, in words that are seen."""

from __future__ import annotations

from collections.abc import Sequence

from bot.arxiv.author_names import plain_name
from bot.chat.handlers.papers.paper import Opened, opened
from bot.chat.handlers.topics.new_topic import drafted
from bot.chat.request_and_reply import Ask, Reply
from bot.chat.widgets import paper_list
from bot.chat.widgets.short_reply import Line, told
from bot.ranking.similar import distinctive, exclusions, similar
from bot.render.entry_content import display, shown_title
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Button, Keyboard
from bot.texts import Refusal
from bot.texts.telegram_autolinks import inert
from bot.topics import edit_subscriptions as verb
from bot.topics.matching import matches
from bot.topics.query.parser import QueryError, parse
from storage import Store
from storage.records import Paper, Subscription

_LABEL_UNITS = 60
_TITLE_UNITS = 150


def less(store: Store, ask: Ask) -> Reply:
    """[Less like this]: what of this paper the topic could leave out."""
    topics = tuple(store.subscriptions.of(ask.chat.bot, ask.chat.chat))
    paper, topic, found = ask.read(_left_out, ask, topics)
    if not found:
        raise Refusal("less-nothing")
    rows = []
    for words in found:
        key = store.drafts.put(ask.chat.bot, ask.chat.chat, words, now=ask.now)
        rows.append(
            (Button(shorten(f"-{words}", _LABEL_UNITS), Action("exclude", topic.key, key)),)
        )
    title = inert(shorten(shown_title(paper), _TITLE_UNITS))
    lines = [Line(ask.say("less-which", topic=topic.name)), Line(title, close=True)]
    return told(lines, (*rows, (ask.button("button-cancel", "cancel"),)))


def _left_out(
    store: Store, ask: Ask, topics: Sequence[Subscription]
) -> tuple[Paper, Subscription, list[str]]:
    """The paper, the topic that it is about, and what that topic could leave out."""
    at = opened(store, ask)
    topic = _topic(topics, at)
    return at.paper, topic, exclusions(at.paper, distinctive(store, at.paper), topic.query)


def _topic(topics: Sequence[Subscription], at: Opened) -> Subscription:
    """The topic whose digest this is, else the chat's first one that finds the paper.

    Raises:
        Refusal: no topic of this chat does.
    """
    for topic in topics:
        if topic.key == at.digest.subscription:
            return topic
    for topic in topics:
        try:
            if matches(parse(topic.query), at.paper) is not None:
                return topic
        except QueryError:
            continue  # of an older version of the language
    raise Refusal("less-no-topic")


def exclude(store: Store, ask: Ask) -> Reply:
    """One tap: the topic leaves these words out from now on, and that can be undone."""
    topic = verb.topic_of(store, ask.chat, ask.action.first)
    words = drafted(store, ask.about(ask.action.second)).words
    wanted = f"({topic.query}) -({words})"
    return _edited(store, ask, topic, wanted, undo=True)


def include(store: Store, ask: Ask) -> Reply:
    """[Undo]: the topic as it was."""
    topic = verb.topic_of(store, ask.chat, ask.action.first)
    words = drafted(store, ask.about(ask.action.second)).words
    return _edited(store, ask, topic, words, undo=False)


def _edited(store: Store, ask: Ask, topic: Subscription, wanted: str, *, undo: bool) -> Reply:
    try:
        text = parse(wanted).text
    except QueryError as error:
        raise Refusal(error.key, **error.values) from error
    old, new = verb.edit_query(store, ask.chat, topic.key, text, polled=ask.house.feeds)
    lines = [Line(ask.say("less-done" if undo else "less-undone", query=new.query))]
    if not undo:
        return told(lines, edit=True)
    key = store.drafts.put(ask.chat.bot, ask.chat.chat, old.query, now=ask.now)
    return told(lines, ((ask.button("button-undo", "include", new.key, key),),), edit=True)


def more(store: Store, ask: Ask) -> Reply:
    """[More like this]: stored papers with the same rare words, and who wrote this one."""
    paper, papers = ask.read(_alike, ask)
    title = inert(shorten(shown_title(paper), _TITLE_UNITS))
    lines = [Line(ask.say("more-title"), bold=True), Line(title, close=True)]
    lines += paper_list.lines(papers, ask.language) if papers else [Line(ask.say("more-none"))]
    return told(lines, (*paper_list.numbers(papers), *_following(store, ask, paper)))


def _alike(store: Store, ask: Ask) -> tuple[Paper, list[Paper]]:
    """The paper that the button names, and those that share its rare words."""
    paper = opened(store, ask).paper
    return paper, similar(store, paper, limit=paper_list.PAGE)


def _following(store: Store, ask: Ask, paper: Paper) -> Keyboard:
    """The first author as a topic, shown before it is followed."""
    if not paper.authors:
        return ()
    name = " ".join(plain_name(paper.authors[0]).replace('"', " ").split())
    try:
        query = parse(f'au:"{name}"')
    except QueryError:
        return ()  # a name without a letter
    key = store.drafts.put(ask.chat.bot, ask.chat.chat, query.text, now=ask.now)
    label = ask.say("button-author", name=shorten(display(name), _LABEL_UNITS))
    return ((Button(label, Action("draft", key)),),)
