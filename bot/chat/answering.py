"""Updates → effects and replies: each applied once, in order within a chat.

The effect of an update and its mark as applied are one transaction; the reply leaves after it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import telegram
from telegram.error import TelegramError

from bot.chat import ANSWERS, BUTTONS, Entrance, command
from bot.chat.asked import Asked, What, asked
from bot.chat.buttons import opened
from bot.chat.context import Ask, Errand, House, Reply
from bot.chat.errands import ERRANDS, Outside
from bot.chat.reading import paper
from bot.chat.replying import respond
from bot.chat.settings import ASKED, defaults
from bot.chat.telling import Line, told
from bot.chat.topics import sub
from bot.pace import Sleep
from bot.render.keyboard import Action
from bot.texts import Refusal, say, spoken
from storage import Store
from storage.errors import StorageError
from storage.model import ChatKind, Form, Person, Question, Subscriber, Update

log = logging.getLogger(__name__)

PENDING = 100  # chats answered side by side
ATTEMPTS = 3
PATIENCE = timedelta(minutes=15)  # a question waits for its answer
_MAY_CHANGE = (telegram.ChatMember.OWNER, telegram.ChatMember.ADMINISTRATOR)
_OPEN = Entrance(paper)
_SUB = Entrance(sub)


@dataclass(frozen=True, slots=True)
class Counter:
    """Where updates are answered: the bot, its house and store, and what time it is."""

    bot: telegram.Bot
    house: House
    store: Store
    now: Callable[[], datetime]
    wake: Callable[[], None]  # parcels were put
    form: Form = Form.CLASSIC  # of chats that have not chosen
    errands: Outside = field(default_factory=Outside)


class Answering:
    """Answers stored updates: chats side by side, each chat in order.

    A slow command holds its own chat and nobody else. ``again`` is called when a chat was
    answered, for what came meanwhile.
    """

    def __init__(
        self, counter: Counter, again: Callable[[], None], *, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._counter = counter
        self._again = again
        self._sleep = sleep
        self._chats: dict[int, asyncio.Task[None]] = {}
        self._begun: set[int] = set()  # updates counted by this process, and still pending

    @property
    def is_idle(self) -> bool:
        """Whether no chat is being answered."""
        return not self._chats

    async def begin(self) -> None:
        """Begins to answer every chat that has something pending and is not being answered."""
        store, bot = self._counter.store, self._counter.house.bot
        for update in await store.run(store.inbox.heads, bot, PENDING + len(self._chats)):
            if update.chat not in self._chats:
                self._chats[update.chat] = asyncio.create_task(self._answer(update))

    async def _answer(self, update: Update) -> None:
        try:
            if await self._is_spent(update):
                return
            await _answer(self._counter, update)
            self._begun.discard(update.id)
        except StorageError as error:
            # It stays pending: busy or full now, answered when the store can write again.
            log.warning("update waits", extra={"error": type(error).__name__})
            await self._sleep(1.0)
        finally:
            del self._chats[update.chat]
            self._again()

    async def _is_spent(self, update: Update) -> bool:
        """Whether an update ended the process each time: then those behind it are answered.

        Counted once a process: a store that cannot write for a while spends no attempts.
        """
        if update.id in self._begun:
            return False
        inbox, run = self._counter.store.inbox, self._counter.store.run
        if await run(inbox.begin, update.bot, update.id) > ATTEMPTS:
            await run(inbox.failed, update.bot, update.id, "attempts spent")
            return True
        self._begun.add(update.id)
        return False

    async def drained(self) -> None:
        """Waits until what was begun is answered."""
        await asyncio.gather(*self._chats.values(), return_exceptions=True)


async def _answer(counter: Counter, update: Update) -> None:
    """One update: a mistake of ours is noted and told, and holds nobody else."""
    store = counter.store
    request: Asked | None = None
    try:
        request = asked(update.body, counter.house.username)
        if request is None:
            await store.run(store.inbox.applied, update.bot, update.id)
            return
        allowed = await _allowed(counter, request)
        reply = await store.run(_apply, counter, update, request, allowed)
    except StorageError:
        raise
    except Exception:
        log.exception("update failed", extra={"update": update.id})
        await store.run(store.inbox.failed, update.bot, update.id, "exception")
        if request is None:
            return
        reply = told([Line(say(spoken(request.language), "refusal-failed"))])
    try:
        await respond(counter.bot, request, reply)
    except TelegramError as error:
        log.warning("reply not sent", extra={"chat": request.chat, "error": type(error).__name__})
    if reply.deliver:
        counter.wake()
    if reply.errand:
        await _run(counter, request, reply.errand)


async def _run(counter: Counter, request: Asked, errand: Errand) -> None:
    """Fetches what a reply asked for, outside every transaction, and answers with it."""
    chat = await counter.store.run(counter.store.subscribers.get, counter.house.bot, request.chat)
    if chat is None:
        return
    ask = _ask(counter, request, chat)
    try:
        reply = await ERRANDS[errand.verb](counter.errands, counter.store, ask, errand.words)
    except Refusal as refusal:
        reply = told([Line(refusal.say(chat.language))])
    except Exception:
        log.exception("errand failed", extra={"errand": errand.verb})
        reply = told([Line(say(chat.language, "refusal-failed"))])
    await respond(counter.bot, replace(request, query="", message=0), reply)


def _entrance(request: Asked) -> Entrance | None:
    """What answers a request, before anybody's right is looked at."""
    if request.what is What.WORDS:
        return _SUB
    if request.what is What.BUTTON:
        return BUTTONS.get(request.action.verb) if request.action else None
    if request.command == "start" and opened(request.words):
        return _OPEN
    return command(request.command)


async def _allowed(counter: Counter, request: Asked) -> bool:
    """Whether this person may do this here: in groups, changes are for administrators."""
    entrance = _entrance(request)
    if entrance is None or not entrance.changes or request.kind is ChatKind.PRIVATE:
        return True
    if request.speaks_for_chat or (request.kind is ChatKind.CHANNEL and not request.person):
        return True
    try:
        member = await counter.bot.get_chat_member(request.chat, request.person)
    except TelegramError:
        return False
    return member.status in _MAY_CHANGE


def _apply(counter: Counter, update: Update, request: Asked, allowed: bool) -> Reply:
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
    entrance = _entrance(request)
    if entrance is None:
        return _not_understood(request, chat)
    if not allowed:
        raise Refusal("refusal-not-admin")
    ask = _ask(counter, request, chat)
    question = _question(counter, request)
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


def _ask(counter: Counter, request: Asked, chat: Subscriber) -> Ask:
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
