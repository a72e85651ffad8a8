"""The whole bot against the emulator over HTTP, with a clock that tests move.

Every message that leaves is read by Telegram's own parser or by the models of another client;
a call that Telegram would misread in silence fails the test.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from bot.app import components, lifecycle
from bot.app.config import Config
from bot.chat.api import client as sender
from bot.chat.user_limits import Cost, Limits
from bot.concurrency import wake_event
from bot.concurrency.rate_limiter import Breaker, Sleep
from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.telegram_state import CallbackAnswer
from bot.demo.people.people import Person, Place
from bot.demo.people.visible_messages import Visible
from bot.demo.sample import load
from bot.digests import publish
from bot.summaries.gateway.model_gateway import Workshop
from bot.summaries.llm.client import Model
from storage import Store
from storage.records import Announcement, Form, Gloss, Subscriber, Subscription
from tests.support.message_judges import judge

MONDAY = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)  # a feed day, 08:00 in New York
PATIENCE = 10.0
# Tests speak faster than people.
LAX = Limits(dict.fromkeys(Cost, 10**9))
_LOOK = 0.01  # seconds between looks where nothing rings


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class WatchedBell(wake_event.Bell):
    """A bell that tells whether somebody still works on what it rang for."""

    busy: bool = False
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_quiet(self) -> bool:
        """Neither rung nor being answered."""
        return not self.busy and not self.rung.is_set()

    async def answer(self, work: Callable[[], Awaitable[object]]) -> None:
        """As every bell, and known to be busy meanwhile."""

        async def watched() -> None:
            self.busy = True
            try:
                await work()
            finally:
                self.busy = False
                self.stirred.set()

        await wake_event.Bell.answer(self, watched)


@dataclass
class House:
    """A running bot, its emulated Telegram, its store and its clock."""

    emulator: Emulator
    bot: components.Bot
    store: Store
    clock: Clock
    letters: WatchedBell
    post: WatchedBell

    def person(self, name: str = "Ada", language: str = "en") -> Person:
        """Somebody who has not met the bot."""
        return self.emulator.people.person(name, language=language)

    async def move_to(self, at: datetime) -> None:
        """Moves the clock and lets all happen that is due by then."""
        self.clock.at = at
        await self.bot.tick()
        await self.settled()

    async def passes(self, **time: float) -> None:
        """Lets time pass."""
        await self.move_to(self.clock.at + timedelta(**time))

    async def announce(
        self, announcements: Sequence[Announcement], glosses: dict[str, Gloss] | None = None
    ) -> None:
        """Stores what a feed announced."""
        await self.store.run(self._announce, announcements, glosses or {})
        await self.store.run(publish.settle, self.store, self.clock.at)

    def _announce(self, announcements: Sequence[Announcement], glosses: dict[str, Gloss]) -> None:
        with self.store.transaction():
            self.store.papers.add(announcements, seen=self.clock.at)
            for name, gloss in glosses.items():
                paper = self.store.papers.get(name)
                if paper:
                    said = replace(gloss, paper=paper.key, version=paper.version)
                    self.store.papers.add_gloss(said)

    async def chat(self, where: Person | Place) -> Subscriber:
        """How the store knows a chat."""
        bot = self.bot.telegram.id
        found = await self.store.run(self.store.subscribers.get, bot, where.id)
        assert found is not None
        return found

    async def settles(self, where: Person | Place) -> None:
        """Lets a chat have been through the steps of its first topic."""
        settled = replace(await self.chat(where), settled=True)
        await self.store.run(self._change, settled)

    def _change(self, chat: Subscriber) -> None:
        with self.store.transaction():
            self.store.subscribers.change(chat)

    async def topics(self, where: Person | Place) -> list[Subscription]:
        """The topics of a chat in the store."""
        return await self.store.run(self.store.subscriptions.of, self.bot.telegram.id, where.id)

    async def says(self, person: Person, text: str, place: Place | None = None) -> list[Visible]:
        """Lets somebody say something; everything that the bot writes in the chat because of it."""
        person.say(text, place)
        return await self.answered(person, place)

    async def answered(self, person: Person, place: Place | None = None) -> list[Visible]:
        """What the bot has written below somebody's last words, once it has done all it will."""
        await self.settled()
        shown = person.reads(place)
        last = max((one.id for one in shown if not one.is_from_bot), default=0)
        return [one for one in shown if one.is_from_bot and one.id > last]

    async def presses(
        self,
        person: Person,
        button: str = "",
        *,
        data: str = "",
        message: int = 0,
        place: Place | None = None,
    ) -> Answer:
        """Lets somebody press a button; the toast and whatever is new in the chat."""
        before = {one.id: one for one in person.reads(place)}
        pressed = person.press(button, data=data, message=message, place=place)
        return await self._after(person, place, before, pressed)

    async def forges(
        self, person: Person, data: str, message: int = 1, place: Place | None = None
    ) -> Answer:
        """Lets a hostile client send callback data; the toast and whatever is new in the chat."""
        before = {one.id: one for one in person.reads(place)}
        pressed = person.presses_forged(data, message, place)
        return await self._after(person, place, before, pressed)

    async def _after(
        self,
        person: Person,
        place: Place | None,
        before: dict[int, Visible],
        pressed: Awaitable[CallbackAnswer],
    ) -> Answer:
        toast = (await pressed).text
        await self.settled()
        shown = person.reads(place)
        return Answer(
            toast,
            new=[one for one in shown if one.id not in before],
            changed=[one for one in shown if one.id in before and one != before[one.id]],
        )

    async def settled(self) -> None:
        """Waits until every update was answered and every parcel that may leave has left."""
        await self._quiet()
        self.post.ring()
        await self._quiet()

    async def _quiet(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not self._is_quiet():
                    await self._stirs()
        except TimeoutError:
            raise AssertionError("the bot did not come to rest") from None

    def _is_quiet(self) -> bool:
        """Every update was taken over, and nobody works on one or on a parcel."""
        updates = self.emulator.world.updates
        taken = updates.is_polled and not len(updates)
        answered = self.bot.answering is not None and self.bot.answering.is_idle
        return taken and answered and self.letters.is_quiet and self.post.is_quiet

    async def _stirs(self) -> None:
        bells = (self.letters.stirred, self.post.stirred)
        for stirred in bells:
            stirred.clear()
        waits = [asyncio.ensure_future(stirred.wait()) for stirred in bells]
        await asyncio.wait(waits, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a press: a toast, new messages, and messages that were changed in place."""

    toast: str
    new: list[Visible]
    changed: list[Visible]

    @property
    def one(self) -> Visible:
        """The only message that is new or changed."""
        [message] = [*self.new, *self.changed]
        return message

    @property
    def is_nothing(self) -> bool:
        """No message is new or changed."""
        return not self.new and not self.changed


@asynccontextmanager
async def staged(
    store: Store,
    *,
    at: datetime = MONDAY,
    form: Form = Form.CLASSIC,
    feeds: str = "",
    operator: int | None = None,
    limits: Limits | None = None,
    sleep: Sleep = asyncio.sleep,
    model: Model | None = None,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[House]:
    """The bot of a store, answering until the block ends; then all it wrote is judged."""
    clock = Clock(at)
    async with Emulator.serve(now=clock.now) as emulator:
        config = Config.model_validate(
            {
                "TELEGRAM_BOT_TOKEN": emulator.token,
                "telegram_api": emulator.url,
                "form": form,
                "feeds": feeds,
                "operator": operator,
                "llm_model": model.name if model else "",
                "rate": 1000.0,  # tests need not wait for their turn
                **(settings or {}),
            }
        )
        letters, post = WatchedBell(), WatchedBell()
        client = sender.client(emulator.token, emulator.url)
        bot = components.Bot(
            store, client, config, clock.now, post, letters, limits=limits or LAX, sleep=sleep
        )
        bot.shop = workshop(store, config, clock, model) if model else None
        serving = asyncio.create_task(lifecycle.serve(bot, None))
        try:
            yield House(emulator, bot, store, clock, letters, post)
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
        judge(emulator.calls)
        assert emulator.oddities == []


def workshop(store: Store, config: Config, clock: Clock, model: Model) -> Workshop:
    """Where a model is asked by the clock that tests move, within the budget of the settings."""
    return Workshop(
        store,
        model,
        config.llm_price,
        config.llm_budget,
        clock.now,
        time.monotonic,
        Breaker(monotonic=time.monotonic),
    )


def sample(last: date) -> tuple[list[Announcement], dict[str, Gloss]]:
    """The sample's papers up to an arXiv day, with their Chinese glosses."""
    return load(last)


async def opening(house: House, *, ahead: int = 1) -> list[Announcement]:
    """Stores the sample up to today; returns what is announced on the ``ahead`` days after."""
    today = house.clock.at.date()
    announcements, glosses = load(today + timedelta(days=ahead))
    await house.announce([one for one in announcements if one.day <= today], glosses)
    return [one for one in announcements if one.day > today]
