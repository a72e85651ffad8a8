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

from bot.chat.api import client
from bot.chat.api.updates import Asked, Unreadable, What, asked
from bot.chat.dispatch.apply_update import again, answered, failed, fetched, passed_over
from bot.chat.dispatch.authorize import costs_of, standing
from bot.chat.dispatch.managed_chats import There, shown_here
from bot.chat.dispatch.send_reply import errand_of
from bot.chat.handler_table import ERRANDS
from bot.chat.request_and_reply import Ask, Errand, Reply
from bot.chat.services import Counter
from bot.chat.widgets.short_reply import Line, told
from bot.concurrency.rate_limiter import Sleep
from bot.texts import Refusal, say, spoken
from storage.errors import Busy, Full, StorageError, Unfit
from storage.records import ChatKind, Parcel, Update

log = logging.getLogger(__name__)

PENDING = 100  # chats answered side by side
ATTEMPTS = 6  # a machine that fails again and again ends three about the same update by chance
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
        except Exception:
            log.exception("answering failed", extra={"update": update.id})
            await self._sleep(1.0)
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
            try:
                reply = await run(failed, counter, update, request, "exception")
            except (Busy, Full):
                raise
            except Exception:
                log.exception("failure not told", extra={"update": update.id})
                await run(counter.store.inbox.failed, update.bot, update.id, "exception")
                return None
        await self._say(request, reply)
        return self._fetch(update, request, there, reply.errand) if reply.errand else None

    async def _resume(self, update: Update) -> None:
        """An errand that a former process left: it is run once more, unless it ended that too."""
        counter, store = self._counter, self._counter.store
        try:
            request = asked(update.body, counter.house.username)
        except Unreadable:  # it was read once: by another version, or its bytes were changed
            log.exception("errand cannot be read", extra={"update": update.id})
            chat = await store.run(store.subscribers.get, update.bot, update.chat)
            kind, language = (chat.kind, chat.language) if chat else (ChatKind.PRIVATE, "")
            request = Asked(What.COMMAND, update.chat, kind, language=language)
            await self._say_fetched(update, request, _sorry(request))
            return
        if request is None:  # its chat is forgotten
            await store.run(store.inbox.fetched, update.bot, update.id)
            return
        if update.attempts > ERRAND_ATTEMPTS:
            await self._say_fetched(update, request, _sorry(request))
            return
        try:
            found, errand = await standing(counter, request), errand_of(update)
        except (Busy, Full):
            raise
        except Exception:
            log.exception("errand not taken up", extra={"update": update.id})
            await self._say_fetched(update, request, _sorry(request))
            return
        if found.refusal:
            reply = told([Line(found.refusal.say(spoken(request.language)))])
            await self._say_fetched(update, request, reply)
            return
        await self._fetch(update, found.request, found.there, errand)

    async def _fetch(
        self, update: Update, request: Asked, there: There | None, errand: Errand
    ) -> None:
        """Fetches what a reply asked for, outside every transaction, and answers with it.

        Raises:
            Busy | Full: nothing was fetched yet.
        """
        counter, reply = self._counter, Reply()
        try:
            ask = await counter.store.run(again, counter, request, there)
            if ask is not None:
                reply = await self._run(errand, replace(ask, update=update.id))
                if there:
                    reply = shown_here(reply, there, ask.language)
        except (Busy, Full):
            raise
        except Exception:
            log.exception("errand failed", extra={"errand": errand.verb})
            reply = _sorry(request)
        await self._say_fetched(update, request, reply)

    async def _run(self, errand: Errand, ask: Ask) -> Reply:
        """What an errand brings; run anew where the store could not keep it, and not for ever."""
        for _ in range(ERRAND_ATTEMPTS):
            try:
                run = ERRANDS[errand.verb]
                return await run(self._counter.errands, self._counter.store, ask, errand.words)
            except Refusal as refusal:
                return told([Line(refusal.say(ask.language))])
            except (Busy, Full) as error:
                await self._waits(error)
            except Exception:
                log.exception("errand failed", extra={"errand": errand.verb})
                break
        return told([Line(ask.say("refusal-failed"))])

    async def _say_fetched(self, update: Update, request: Asked, reply: Reply) -> None:
        """Answers with what was fetched, however long the store cannot write: it was paid for.

        An answer that the store can never keep is given up with a word, or else without one.
        """
        answers = [reply, _sorry(request), Reply()]
        while True:
            try:
                stored = await self._counter.store.run(
                    fetched, self._counter, update, request, answers[0]
                )
            except (Busy, Full) as error:
                await self._waits(error)
            except Exception as error:
                if len(answers) == 1:  # not even the mark: run again, it would be paid for again
                    log.warning("errand not marked", extra={"error": type(error).__name__})
                    await self._sleep(1.0)
                    continue
                log.exception("answer of an errand not stored", extra={"update": update.id})
                del answers[0]
            else:
                await self._say(replace(request, query=""), stored)
                return

    async def _say(self, request: Asked, reply: Reply) -> None:
        """Answers the press, and sends what is stored and ours to send."""
        if request.query:
            toast = client.toast(
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


def _sorry(request: Asked) -> Reply:
    return told([Line(say(spoken(request.language), "refusal-failed"))])
