"""Updates → effects and replies: each applied once, in order within a chat.

The effect of an update and its mark as applied are one transaction; the reply leaves after it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from telegram.error import TelegramError

from bot.chat import ERRANDS
from bot.chat.asked import Asked, asked
from bot.chat.channels import There, shown_here
from bot.chat.context import Errand
from bot.chat.counter import Counter
from bot.chat.effect import again, answered, passed_over
from bot.chat.replying import respond
from bot.chat.standing import costs_of, standing
from bot.chat.telling import Line, told
from bot.pace import Sleep
from bot.texts import Refusal, say, spoken
from storage.errors import StorageError
from storage.model import Update

log = logging.getLogger(__name__)

PENDING = 100  # chats answered side by side
ATTEMPTS = 3


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
        heads = await store.run(store.inbox.heads, bot, PENDING + len(self._chats))
        ready = [update for update in heads if update.chat not in self._chats]
        try:
            spent = await self._spent(ready)
        except StorageError as error:
            await self._waits(error)
            self._again()
            return
        for update in ready:
            answer = self._answer(update, is_spent=update.id in spent)
            self._chats[update.chat] = asyncio.create_task(answer)

    async def _answer(self, update: Update, *, is_spent: bool) -> None:
        inbox, run = self._counter.store.inbox, self._counter.store.run
        try:
            if is_spent:
                await run(inbox.failed, update.bot, update.id, "attempts spent")
            else:
                await _answer(self._counter, update, self._sleep)
            self._begun.discard(update.id)
        except StorageError as error:
            await self._waits(error)
        finally:
            del self._chats[update.chat]
            self._again()

    async def _spent(self, updates: Sequence[Update]) -> set[int]:
        """Those that ended the process each time: they are set aside for those behind them.

        Counted once a process, and together, for each commit is waited for by everybody: a store
        that cannot write for a while spends no attempts.
        """
        fresh = [update.id for update in updates if update.id not in self._begun]
        if not fresh:
            return set()
        store, bot = self._counter.store, self._counter.house.bot
        attempts = await store.run(store.inbox.begin_each, bot, fresh)
        self._begun.update(fresh)
        return {id for id, count in attempts.items() if count > ATTEMPTS}

    async def _waits(self, error: StorageError) -> None:
        """Leaves updates pending: busy or full now, answered when the store can write again."""
        log.warning("update waits", extra={"error": type(error).__name__})
        await self._sleep(1.0)

    async def drained(self) -> None:
        """Waits until what was begun is answered."""
        await asyncio.gather(*self._chats.values(), return_exceptions=True)


async def _answer(counter: Counter, update: Update, sleep: Sleep) -> None:
    """One update: a mistake of ours is noted and told, and holds nobody else."""
    store = counter.store
    request: Asked | None = None
    there: There | None = None
    try:
        request = asked(update.body, counter.house.username)
        if request is None:
            await store.run(store.inbox.applied, update.bot, update.id)
            return
        excess = counter.limits.excess(request.person or request.chat, costs_of(request))
        if excess:
            reply = await store.run(passed_over, counter, update, request, excess)
        else:
            found = await standing(counter, request)
            request, there = found.request, found.there
            reply = await answered(counter, update, request, there, found.refusal)
    except StorageError:
        raise
    except Exception:
        log.exception("update failed", extra={"update": update.id})
        await store.run(store.inbox.failed, update.bot, update.id, "exception")
        if request is None:
            return
        reply = told([Line(say(spoken(request.language), "refusal-failed"))])
    try:
        await respond(counter.bot, request, reply, sleep=sleep)
    except TelegramError as error:
        log.warning("reply not sent", extra={"chat": request.chat, "error": type(error).__name__})
    if reply.deliver:
        counter.wake()
    if reply.errand:
        await _run(counter, request, there, reply.errand, sleep)


async def _run(
    counter: Counter, request: Asked, there: There | None, errand: Errand, sleep: Sleep
) -> None:
    """Fetches what a reply asked for, outside every transaction, and answers with it."""
    ask = await counter.store.run(again, counter, request, there)
    if ask is None:
        return
    try:
        reply = await ERRANDS[errand.verb](counter.errands, counter.store, ask, errand.words)
    except Refusal as refusal:
        reply = told([Line(refusal.say(ask.language))])
    except Exception:
        log.exception("errand failed", extra={"errand": errand.verb})
        reply = told([Line(ask.say("refusal-failed"))])
    if there:
        reply = shown_here(reply, there, ask.language)
    try:
        await respond(counter.bot, replace(request, query="", message=0), reply, sleep=sleep)
    except Exception:
        log.exception("errand not answered", extra={"errand": errand.verb})
    if reply.deliver:
        counter.wake()
