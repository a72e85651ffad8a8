"""What does an update change? Its effect and the mark that it was applied, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.chat.api.callback_data import opened
from bot.chat.api.updates import Asked, What
from bot.chat.dispatch.managed_chats import There, shown_here
from bot.chat.dispatch.send_reply import keep
from bot.chat.handler_table import ANSWERS, BUTTONS, Entrance, command
from bot.chat.handlers.account.settings import ASKED
from bot.chat.handlers.account.welcome_and_help import added, passed_on, wordless
from bot.chat.handlers.papers.search import typed
from bot.chat.handlers.topics.export_import import received
from bot.chat.prepared_reads import Readings, with_readings
from bot.chat.request_and_reply import Ask, Reply
from bot.chat.services import Counter
from bot.chat.user_limits import Cost, Excess
from bot.chat.widgets.language_buttons import usual
from bot.chat.widgets.short_reply import Line, told
from bot.render.telegram.keyboard import Action
from bot.texts import Refusal, say, spoken
from storage import Store
from storage.records import ChatKind, Person, Question, Subscriber, Update

PATIENCE = timedelta(minutes=15)  # a question waits for its answer
# In groups words are for us only as an answer, and every answer asked for there changes something.
_TYPED = Entrance(typed, changes=True, cost=Cost.PREVIEW)
_FILE = Entrance(received, changes=True)
_WORDLESS = Entrance(wordless)
_PASSED_ON = Entrance(passed_on)
_UNASKED = (What.WORDS, What.FILE)  # what in a group is for us only as an answer
_NEWS = (What.LEFT, What.MOVED)  # of a chat: noted whoever is banned


def entrance_of(request: Asked) -> Entrance | None:
    """What answers a request, before anybody's right is looked at."""
    if request.what is What.WORDS:
        return _TYPED
    if request.what is What.FILE:
        return _FILE
    if request.what is What.WORDLESS:
        return _WORDLESS
    if request.what is What.PASSED_ON:
        return _PASSED_ON
    if request.what is What.BUTTON:
        return BUTTONS.get(request.action.verb) if request.action else None
    linked = opened(request.words) if request.command == "start" else None
    return BUTTONS[linked.verb] if linked else command(request.command)


async def answered(
    counter: Counter,
    update: Update,
    request: Asked,
    there: There | None = None,
    refusal: Refusal | None = None,
) -> Reply:
    """Applies an update, with what its handler reads made outside of the transaction."""
    at = counter.now()
    still = replace(counter, now=lambda: at)  # a reading is for one instant
    readings = Readings(request.person or request.chat, counter.limits)
    return await with_readings(
        counter.store, readings, partial(apply, still, update, request, there, refusal)
    )


def apply(
    counter: Counter,
    update: Update,
    request: Asked,
    there: There | None = None,
    refusal: Refusal | None = None,
    readings: Readings | None = None,
) -> Reply:
    """The effect of an update and the mark that it was applied, in one transaction.

    Raises:
        Unread: the handler needs a reading; nothing was changed.
    """
    store = counter.store
    with store.transaction():
        if not store.inbox.applied(update.bot, update.id):
            return Reply()  # by the process that took over while this one was halted
        if request.what not in _NEWS and (who := _banned(counter, request)) is not None:
            return keep(counter, update, request, _shut_out(counter, request, who))
        try:
            reply = _effect(counter, request, there, refusal, readings or Readings())
        except Refusal as refusal:
            # Handlers refuse before they write; only the question that was answered is closed.
            reply = _refused(counter, request, there, refusal)
        return keep(counter, update, request, reply)


def _refused(counter: Counter, request: Asked, there: There | None, refusal: Refusal) -> Reply:
    """Why something is not done, and in which chat where that is another one."""
    chat = counter.store.subscribers.get(counter.house.bot, request.chat)
    language = chat.language if chat else spoken(request.language)
    reply = _sentence(request, refusal.say(language))
    return shown_here(reply, there, language) if there else reply


def passed_over(counter: Counter, update: Update, request: Asked, excess: Excess) -> Reply:
    """Marks an update as applied without any effect, and says why once a minute."""
    store = counter.store
    with store.transaction():
        if not store.inbox.applied(update.bot, update.id):
            return Reply()  # it was answered before
        if not excess.is_said or _banned(counter, request) is not None:
            return Reply()
        chat = store.subscribers.get(counter.house.bot, request.chat)
        language = chat.language if chat else spoken(request.language)
        text = say(language, f"limit-{excess.cost}", most=excess.most)
        return keep(counter, update, request, _sentence(request, text))


def failed(counter: Counter, update: Update, request: Asked, reason: str) -> Reply:
    """Set an update aside that we cannot apply by a mistake of ours, and say so."""
    store = counter.store
    with store.transaction():
        if not store.inbox.failed(update.bot, update.id, reason):
            return Reply()
        reply = told([Line(say(spoken(request.language), "refusal-failed"))])
        return keep(counter, update, request, reply)


def fetched(counter: Counter, update: Update, request: Asked, reply: Reply) -> Reply:
    """The answer of an errand and the mark that it was done, in one transaction."""
    store = counter.store
    with store.transaction():
        if not store.inbox.fetched(update.bot, update.id):
            return Reply()  # by the process that took over, or its chat is forgotten
        return keep(counter, update, request, reply, fetched=True)


def _banned(counter: Counter, request: Asked) -> int | None:
    return counter.store.rulings.banned(counter.house.bot, request.chat, request.person)


def _shut_out(counter: Counter, request: Asked, who: int) -> Reply:
    """Who is banned hears so once."""
    store, bot = counter.store, counter.house.bot
    if not store.rulings.tell(bot, who):
        return Reply()
    chat = store.subscribers.get(bot, request.chat)
    language = chat.language if chat else spoken(request.language)
    return _sentence(request, say(language, "refusal-banned"))


def _sentence(request: Asked, text: str) -> Reply:
    return Reply(toast=text) if request.query else told([Line(text)])


def _effect(
    counter: Counter,
    request: Asked,
    there: There | None,
    refusal: Refusal | None,
    readings: Readings,
) -> Reply:
    store, bot = counter.store, counter.house.bot
    if request.what is What.MOVED:
        store.subscribers.move(bot, request.chat, request.moved_to)
        return Reply()
    if request.what is What.LEFT:
        known = store.subscribers.get(bot, request.chat)
        if known and not known.paused:  # a pause that was asked for outlives a block
            store.subscribers.pause(bot, request.chat, "blocked")
        return Reply()
    is_new = store.subscribers.get(bot, request.chat) is None
    chat = _known(counter, request)
    if request.what is What.BACK:  # being known again is the effect
        return added(store, request, chat) if is_new and request.is_added else Reply()
    entrance = entrance_of(request)
    if entrance is None or (entrance.operator and request.chat != counter.house.operator):
        return _not_understood(request, chat)
    question = _question(counter, request, there)
    if not question and request.what in _UNASKED and request.kind is not ChatKind.PRIVATE:
        return Reply()
    if refusal:
        raise refusal
    if there and store.rulings.banned(bot, there.chat, there.chat) is not None:
        raise Refusal("there-banned")
    if there is None:
        ask = replace(ask_of(counter, request, chat), readings=readings)
        return _answer(store, entrance, question, request, ask)
    ask = ask_of(counter, request, _managed(counter, chat, there), tongue=chat.language)
    ask = replace(ask, readings=readings)
    reply = _answer(store, entrance, question, request, ask)
    store.asks.carry(bot, there.chat, request.person, to=request.chat)
    return shown_here(reply, there, chat.language)


def _answer(
    store: Store, entrance: Entrance, question: Question | None, request: Asked, ask: Ask
) -> Reply:
    """What the entrance says, or what words mean as the answer to a question."""
    if question and request.what is What.WORDS:
        answered = replace(ask, action=Action(question.verb, question.first, question.second))
        return ANSWERS[question.verb](store, answered)
    return entrance.answer(store, ask)


def _managed(counter: Counter, manager: Subscriber, there: There) -> Subscriber:
    """The chat that is acted on; one that is new begins as its manager's own chat is."""
    new = replace(
        manager,
        chat=there.chat,
        kind=there.kind,
        title=there.title,
        settled=True,
        paused="",
        paused_until=None,
    )
    return counter.store.subscribers.ensure(new)


def _question(counter: Counter, request: Asked, there: There | None) -> Question | None:
    """What this person was asked a moment ago; a command instead of an answer closes it."""
    if request.what in (What.BUTTON, What.WORDLESS, What.PASSED_ON):
        return None
    if not (request.person or request.speaks_for_chat):
        return None
    since, bot = counter.now() - PATIENCE, counter.house.bot
    question = counter.store.asks.take(bot, request.chat, request.person, since)
    about = there.chat if there else 0
    return question if question and question.about == about else None


def _known(counter: Counter, request: Asked) -> Subscriber:
    """The chat as the store knows it; a first message makes it known, a reply revives it."""
    store, bot = counter.store, counter.house.bot
    if request.person:
        store.subscribers.meet(Person(bot, request.person, request.name, request.language))
    chat = store.subscribers.ensure(
        Subscriber(
            bot,
            request.chat,
            request.kind,
            title=request.title,
            language=spoken(request.language),
            languages=usual(request.language, counter.house.languages),
            form=counter.form,
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


def again(counter: Counter, request: Asked, there: There | None) -> Ask | None:
    """The same question a moment later, for what was to be fetched; None if the chat is gone."""
    store, bot = counter.store, counter.house.bot
    here = store.subscribers.get(bot, request.chat)
    chat = store.subscribers.get(bot, there.chat) if there else here
    if here is None or chat is None:
        return None
    return ask_of(counter, request, chat, tongue=here.language if there else "")


def ask_of(counter: Counter, request: Asked, chat: Subscriber, *, tongue: str = "") -> Ask:
    """What a handler is asked: by whom, in which chat, with which words."""
    linked = opened(request.words) if request.command == "start" else None
    allowed = counter.store.rulings.allowed(counter.house.bot, chat.chat)
    house = counter.house if allowed is None else replace(counter.house, topics=allowed)
    return Ask(
        house=house,
        chat=chat,
        person=Person(counter.house.bot, request.person, request.name, request.language),
        now=counter.now(),
        words=request.words,
        papers=request.papers,
        categories=request.categories,
        action=request.action or linked or Action(""),
        thread=request.thread if chat.chat == request.chat else 0,
        tongue=tongue,
    )
