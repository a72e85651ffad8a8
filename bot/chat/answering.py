"""Updates → effects and replies: each applied once, in order within a chat.

The effect of an update, its mark as applied and its reply are stored in one transaction; the reply
leaves after it. What has to be fetched for a reply is stored too, and taken up again at the next
start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.chat import ERRANDS, sender
from bot.chat.asked import Asked, Unreadable, asked
from bot.chat.channels import There, shown_here
from bot.chat.context import Errand, Reply
from bot.chat.counter import Counter
from bot.chat.effect import again, answered, failed, fetched, passed_over
from bot.chat.replying import errand_of
from bot.chat.standing import costs_of, standing
from bot.chat.telling import Line, told
from bot.pace import Sleep
from bot.texts import Refusal, say, spoken
from storage.errors import Busy, Full, StorageError, Unfit
from storage.model import Parcel, Update

log = logging.getLogger(__name__)

PENDING = 100  # chats answered side by side
ATTEMPTS = 3
SUSPECT = 2  # attempts that ended the process, or stood beside another that did
ERRAND_ATTEMPTS = 2  # each may have been paid for
SPENT = "attempts spent"


class Answering:
    """Answers stored updates: chats side by side, each chat in order.

    A slow command holds its own chat and nobody else. ``send`` sends stored answers, and tells
    whether all of them have left; ``again`` is called when a chat was answered, for what came
    meanwhile.
    """

    def __init__(
        self,
        counter: Counter,
        send: Callable[[Sequence[Parcel]], Awaitable[bool]],
        again: Callable[[], None],
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._counter = counter
        self._send = send
        self._again = again
        self._sleep = sleep
        self._chats: dict[int, asyncio.Task[None]] = {}
        self._toasts: set[asyncio.Task[None]] = set()
        self._alone = asyncio.Lock()
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
        suspects = [update for update in ready if self._is_suspect(update)]
        try:
            counted = await self._counted([one for one in ready if one not in suspects])
        except StorageError as error:
            await self._waits(error)
            self._again()
            return
        for update in counted:
            self._chats[update.chat] = asyncio.create_task(self._answer(update))
        for update in suspects:
            self._chats[update.chat] = asyncio.create_task(self._answer(update, is_suspect=True))
        if len(counted) + len(suspects) < len(ready):
            self._again()  # behind those that were settled since they were read

    async def _answer(self, update: Update, *, is_suspect: bool = False) -> None:
        try:
            if is_suspect:
                fetch = await self._apply_alone(update)
            elif update.errand:
                fetch = self._resume(update)
            else:
                fetch = await self._apply(update)
            if fetch:
                await fetch
            self._begun.discard(update.id)
        except StorageError as error:
            await self._waits(error)
        finally:
            del self._chats[update.chat]
            self._again()

    def _is_suspect(self, update: Update) -> bool:
        """Whether processes before this one ended while the update was begun, more than once."""
        before = update.attempts - (update.id in self._begun)
        return not update.errand and before >= SUSPECT

    async def _apply_alone(self, update: Update) -> Awaitable[None] | None:
        """One suspect at a time: the next end of the process counts for no other one."""
        async with self._alone:
            counted = await self._counted([update])
            return await self._apply(counted[0]) if counted else None

    async def _counted(self, updates: Sequence[Update]) -> list[Update]:
        """Those that are still pending, with this attempt at them.

        Counted once a process, and together, for each commit is waited for by everybody: a store
        that cannot write for a while spends no attempts.
        """
        fresh = [update.id for update in updates if update.id not in self._begun]
        store, bot = self._counter.store, self._counter.house.bot
        attempts = await store.run(store.inbox.begin_each, bot, fresh) if fresh else {}
        self._begun.update(id for id, number in attempts.items() if number)
        return [
            replace(update, attempts=attempts.get(update.id, update.attempts))
            for update in updates
            if update.id in self._begun
        ]

    async def _waits(self, error: StorageError) -> None:
        """Leaves updates pending: busy or full now, answered when the store can write again."""
        log.warning("update waits", extra={"error": type(error).__name__})
        await self._sleep(1.0)

    async def drained(self) -> None:
        """Waits until what was begun is answered."""
        await asyncio.gather(*self._chats.values(), return_exceptions=True)
        await asyncio.gather(*self._toasts, return_exceptions=True)

    async def _apply(self, update: Update) -> Awaitable[None] | None:
        """One update: a mistake of ours is noted and told, and holds nobody else.

        One that ended the process each time is set aside for those behind it, and told. Returns
        what fetches the rest of the answer, if anything.
        """
        counter, run = self._counter, self._counter.store.run
        request: Asked | None = None
        there: There | None = None
        if update.attempts > ATTEMPTS + 1:  # telling it has ended the process too
            await run(counter.store.inbox.failed, update.bot, update.id, SPENT)
            return None
        is_spent = update.attempts > ATTEMPTS
        try:
            request = asked(update.body, counter.house.username)
            if request is None:
                await run(counter.store.inbox.applied, update.bot, update.id)
                return None
            excess = counter.limits.excess(request.person or request.chat, costs_of(request))
            if is_spent:
                log.error("update set aside", extra={"update": update.id})
                reply = await run(failed, counter, update, request, SPENT)
            elif excess:
                reply = await run(passed_over, counter, update, request, excess)
            else:
                found = await standing(counter, request)
                request, there = found.request, found.there
                reply = await answered(counter, update, request, there, found.refusal)
        except Unreadable as error:
            log.warning("update cannot be read", extra={"update": update.id, "error": str(error)})
            await run(counter.store.inbox.unreadable, update.bot, update.id, counter.now())
            return None
        except Exception as error:
            if isinstance(error, StorageError) and not isinstance(error, Unfit):
                raise
            log.exception("update failed", extra={"update": update.id})
            if request is None:
                await run(counter.store.inbox.failed, update.bot, update.id, "exception")
                return None
            reply = await run(failed, counter, update, request, "exception")
        await self._say(request, reply)
        return self._fetch(update, request, there, reply.errand) if reply.errand else None

    async def _resume(self, update: Update) -> None:
        """An errand that a former process left: it is run once more, unless it ended that too."""
        request = asked(update.body, self._counter.house.username)
        if request is None:  # its chat is forgotten
            await self._counter.store.run(self._counter.store.inbox.fetched, update.bot, update.id)
            return
        if update.attempts > ERRAND_ATTEMPTS:
            language = spoken(request.language)
            reply = told([Line(say(language, "refusal-failed"))])
            await self._say_fetched(update, request, reply)
            return
        found = await standing(self._counter, request)
        if found.refusal:
            language = spoken(request.language)
            reply = told([Line(found.refusal.say(language))])
            await self._say_fetched(update, request, reply)
            return
        await self._fetch(update, found.request, found.there, errand_of(update))

    async def _fetch(
        self, update: Update, request: Asked, there: There | None, errand: Errand
    ) -> None:
        """Fetches what a reply asked for, outside every transaction, and answers with it."""
        counter = self._counter
        reply = Reply()
        ask = await counter.store.run(again, counter, request, there)
        if ask is not None:
            try:
                run = ERRANDS[errand.verb]
                reply = await run(counter.errands, counter.store, ask, errand.words)
            except Refusal as refusal:
                reply = told([Line(refusal.say(ask.language))])
            except Exception:
                log.exception("errand failed", extra={"errand": errand.verb})
                reply = told([Line(ask.say("refusal-failed"))])
            if there:
                reply = shown_here(reply, there, ask.language)
        await self._say_fetched(update, request, reply)

    async def _say_fetched(self, update: Update, request: Asked, reply: Reply) -> None:
        """Answers with what was fetched, however long the store cannot write: it was paid for."""
        while True:
            try:
                stored = await self._counter.store.run(
                    fetched, self._counter, update, request, reply
                )
            except (Busy, Full) as error:
                await self._waits(error)
            else:
                await self._say(replace(request, query=""), stored)
                return

    async def _say(self, request: Asked, reply: Reply) -> None:
        """Answers the press, and sends what is stored and ours to send."""
        if request.query:
            toast = sender.toast(
                self._counter.bot, request.query, reply.toast, url=reply.url, sleep=self._sleep
            )
            task = asyncio.create_task(toast)
            self._toasts.add(task)
            task.add_done_callback(self._toasts.discard)
        has_all_left = await self._send(reply.parcels)
        if reply.deliver or not has_all_left or len(reply.parcels) < _parts(reply):
            self._counter.wake()


def _parts(reply: Reply) -> int:
    return len(reply.messages) + len(reply.documents)
