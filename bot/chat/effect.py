"""What does an update change? Its effect and the mark that it was applied, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.chat import ANSWERS, BUTTONS, Entrance, command
from bot.chat.asked import Asked, What
from bot.chat.buttons import opened
from bot.chat.context import Ask, Reply
from bot.chat.counter import Counter
from bot.chat.files import received
from bot.chat.finding import typed
from bot.chat.settings import ASKED, defaults
from bot.chat.telling import Line, told
from bot.render.keyboard import Action
from bot.texts import Refusal, say, spoken
from storage.model import ChatKind, Person, Question, Subscriber, Update

PATIENCE = timedelta(minutes=15)  # a question waits for its answer
_TYPED = Entrance(typed)
_FILE = Entrance(received, changes=True)
_UNASKED = (What.WORDS, What.FILE)  # what in a group is for us only as an answer


def entrance_of(request: Asked) -> Entrance | None:
    """What answers a request, before anybody's right is looked at."""
    if request.what is What.WORDS:
        return _TYPED
    if request.what is What.FILE:
        return _FILE
    if request.what is What.BUTTON:
        return BUTTONS.get(request.action.verb) if request.action else None
    linked = opened(request.words) if request.command == "start" else None
    return BUTTONS[linked.verb] if linked else command(request.command)


def apply(counter: Counter, update: Update, request: Asked, allowed: bool) -> Reply:
    """The effect of an update and the mark that it was applied, in one transaction."""
    store = counter.store
    with store.transaction():
        if not store.inbox.applied(update.bot, update.id):
            return Reply()  # by the process that took over while this one was halted
        try:
            reply = _effect(counter, request, allowed)
        except Refusal as refusal:
            # Nothing has been written by then: handlers refuse before they write.
            chat = store.subscribers.get(counter.house.bot, request.chat)
            language = chat.language if chat else spoken(request.language)
            text = refusal.say(language)
            reply = Reply(toast=text) if request.query else told([Line(text)])
    return reply


def _effect(counter: Counter, request: Asked, allowed: bool) -> Reply:
    store, bot = counter.store, counter.house.bot
    if request.what is What.MOVED:
        store.subscribers.move(bot, request.chat, request.moved_to)
        return Reply()
    if request.what is What.LEFT:
        known = store.subscribers.get(bot, request.chat)
        if known and not known.paused:  # a pause that was asked for outlives a block
            store.subscribers.pause(bot, request.chat, "blocked")
        return Reply()
    chat = _known(counter, request)
    if request.what is What.BACK:
        return Reply()  # being known again was the effect
    entrance = entrance_of(request)
    if entrance is None:
        return _not_understood(request, chat)
    question = _question(counter, request)
    if not question and request.what in _UNASKED and request.kind is not ChatKind.PRIVATE:
        return Reply()
    if not allowed:
        raise Refusal("refusal-not-admin")
    ask = ask_of(counter, request, chat)
    if question and request.what is What.WORDS:
        answered = replace(ask, action=Action(question.verb, question.first, question.second))
        return ANSWERS[question.verb](store, answered)
    return entrance.handler(store, ask)


def _question(counter: Counter, request: Asked) -> Question | None:
    """What this person was asked a moment ago; a command instead of an answer closes it."""
    if request.what is What.BUTTON or not request.person:
        return None
    since = counter.now() - PATIENCE
    bot = counter.house.bot
    return counter.store.asks.take(bot, request.chat, request.person, since)


def _known(counter: Counter, request: Asked) -> Subscriber:
    """The chat as the store knows it; a first message makes it known, a reply revives it."""
    store, bot = counter.store, counter.house.bot
    if request.person:
        store.subscribers.meet(Person(bot, request.person, request.name, request.language))
    language, languages, form = defaults(request.kind, request.language, counter.form)
    chat = store.subscribers.ensure(
        Subscriber(
            bot,
            request.chat,
            request.kind,
            title=request.title,
            language=language,
            languages=languages,
            form=form,
        )
    )
    if _paused_by_us(chat):  # who writes to us has unblocked us
        store.subscribers.resume(bot, request.chat)
        store.outbox.revive(bot, request.chat, now=counter.now())
        chat = store.subscribers.get(bot, request.chat) or chat
    return chat


def _paused_by_us(chat: Subscriber) -> bool:
    """The chat could not be reached, and did not ask for a pause itself."""
    return chat.paused not in ("", ASKED)


def _not_understood(request: Asked, chat: Subscriber) -> Reply:
    if request.what is What.BUTTON:
        return Reply(toast=say(chat.language, "refusal-button-old"))
    if request.kind is not ChatKind.PRIVATE:
        return Reply()  # groups have commands for other bots
    return told([Line(say(chat.language, "refusal-command-unknown"))])


def ask_of(counter: Counter, request: Asked, chat: Subscriber) -> Ask:
    action = request.action or opened(request.words) or Action("")
    if request.what is What.WORDS:
        action = Action("")
    return Ask(
        house=counter.house,
        chat=chat,
        person=Person(counter.house.bot, request.person, request.name, request.language),
        now=counter.now(),
        words=request.words,
        action=action,
        thread=request.thread,
    )
