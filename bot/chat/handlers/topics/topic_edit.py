"""A topic's name, words and times as a person types them: asked for, shown, kept."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.handlers.papers.search import typed
from bot.chat.handlers.topics.new_topic import brought, drafted, misread, suggested_buttons
from bot.chat.handlers.topics.topic_card import card
from bot.chat.request_and_reply import Ask, Reply
from bot.chat.widgets.pending_questions import asked, listen
from bot.chat.widgets.short_reply import Line, told
from bot.digests.preview import preview
from bot.render.telegram.keyboard import Keyboard
from bot.texts import Refusal
from bot.topics import cadence_text, edit_subscriptions
from bot.topics import edit_subscriptions as verb
from bot.topics.query.parser import QueryError
from storage import Store
from storage.records import Question


def rename(store: Store, ask: Ask) -> Reply:
    """[Rename]: the next words are the name."""
    topic = verb.topic_of(store, ask.chat, ask.action.first)
    return _asks(store, ask, "rename", ask.say("card-rename", topic=topic.name))


def words(store: Store, ask: Ask) -> Reply:
    """[Change words]: the next words are what the topic asks for."""
    topic = verb.topic_of(store, ask.chat, ask.action.first)
    return _asks(store, ask, "words", ask.say("card-words-type", words=topic.query))


def other_time(store: Store, ask: Ask) -> Reply:
    """[Other] times of a topic: the next words name them."""
    verb.topic_of(store, ask.chat, ask.action.first)
    return _asks(store, ask, "topic_time", ask.say("guide-time-type"))


def _asks(store: Store, ask: Ask, verb: str, text: str) -> Reply:
    question = Question(verb, ask.action.first)
    return told(asked(store, ask, question, text, command="list"), _back(ask), edit=True)


def _once_more(store: Store, ask: Ask, verb: str, wrong: Reply) -> Reply:
    """Says what is wrong with an answer, and takes the next words for another."""
    listen(store, ask, Question(verb, ask.action.first))
    [message] = wrong.messages
    return replace(wrong, messages=(replace(message, buttons=(*message.buttons, *_back(ask))),))


def _back(ask: Ask) -> Keyboard:
    return ((ask.button("button-back", "topic", ask.action.first),),)


def renamed(store: Store, ask: Ask) -> Reply:
    """The new name is kept; what the topic asks for stays."""
    topic = edit_subscriptions.rename(store, ask.chat, ask.action.first, ask.words)
    return card(store, ask, topic, edit=False, above=[Line(ask.say("card-renamed"))])


def timed(store: Store, ask: Ask) -> Reply:
    """The new times of one topic are kept, or asked for once more; a paper opens meanwhile."""
    topic = verb.topic_of(store, ask.chat, ask.action.first)
    try:
        cadence = cadence_text.read(ask.words, topic.cadence)
    except Refusal as refusal:
        if ask.papers:
            listen(store, ask, Question("topic_time", ask.action.first))
            return typed(store, ask)
        return _once_more(store, ask, "topic_time", told([Line(refusal.say(ask.language))]))
    return card(
        store, ask, edit_subscriptions.set_topic_cadence(store, topic, cadence, ask.now), edit=False
    )


def reworded(store: Store, ask: Ask) -> Reply:
    """What the new words would bring, before the topic asks for them."""
    topic = verb.topic_of(store, ask.chat, ask.action.first)
    try:
        shown = ask.read(preview, ask.words, ask.now, polled=ask.house.feeds)
    except QueryError as error:
        wrong = misread(store, ask, ask.words, error, "reword", topic.key)
        return _once_more(store, ask, "words", wrong)
    except Refusal as refusal:
        return _once_more(store, ask, "words", told([Line(refusal.say(ask.language))]))
    if shown.is_whole:
        ask.house.volumes.note(shown.query.text, shown.papers, ask.now)
    known = verb.same(store, ask.chat, shown.query, topic.thread)
    if known and known.key != topic.key:
        same = ask.say("topic-same", topic=known.name)
        return _once_more(store, ask, "words", told([Line(same)]))
    new = verb.cleaned(ask.words)
    key = store.drafts.put(ask.chat.bot, ask.chat.chat, new, now=ask.now)
    lines = [
        Line(ask.say("preview-title", topic=new), bold=True),
        Line(ask.say("card-words-before", words=topic.query), close=True),
        *brought(ask, shown),
        Line(ask.say("card-words-stay")),
    ]
    use = (ask.button("button-use", "reword", topic.key, key),)
    again = (ask.button("button-change", "words", topic.key), *_back(ask)[0])
    others = [*shown.suggestions, *filter(None, [shown.together])]
    return told(lines, (use, *suggested_buttons(store, ask, others, "reword", topic.key), again))


def reword(store: Store, ask: Ask) -> Reply:
    """[Use these words]: the topic asks for them from where it is."""
    new = drafted(store, ask.about(ask.action.second)).words
    _, topic = verb.edit_query(store, ask.chat, ask.action.first, new, polled=ask.house.feeds)
    return card(store, ask, topic, edit=True, above=[Line(ask.say("card-reworded"))])
