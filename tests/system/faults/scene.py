"""The whole bot before an emulated Telegram that fails, with a clock that rests when tests rest.

Pauses of less than a second are the pace of messages: they move the clock themselves, so that the
journal of the emulator tells when each call was made. Longer ones wait until a test moves it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime

from bot.app import components, lifecycle
from bot.app.config import Config, Doubt
from bot.chat.api import client as sender
from bot.concurrency.trusted_clock import TrustedClock
from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.call_log import Call
from bot.demo.people.people import Person, Place
from bot.digests.publish import publish
from storage import Store
from storage.records import ChatKind, Form, Parcel, ParcelState, Rank, Subscriber
from tests.support.builders import BOT, DUE, NOW, announce, follow, papers
from tests.support.message_judges import judge
from tests.support.running_bot import PATIENCE, Clock, House, WatchedBell

REPEAT = "You may have received this already"
# Messages leave at thirty a second; those in flight may arrive together with the next ones.
AT_ONCE = 30 + lifecycle.WORKERS
DIGESTS = ("sendMessage", "sendRichMessage")


@dataclass(slots=True)
class SystemClock:
    """What the machine shows, off by an error while Telegram has told the bot the time."""

    error: timedelta = timedelta()

    def trusted(self, clock: RestingClock) -> TrustedClock:
        """The bot's time on this machine, where the true time is that of ``clock``."""
        found = TrustedClock(lambda: clock.at + self.error, monotonic=clock.monotonic)
        found.hear_telegram(format_datetime(clock.at, usegmt=True), 0.1)
        return found


@dataclass(slots=True)
class _Rest:
    until: datetime
    over: asyncio.Future[None]


class RestingClock(Clock):
    """A clock whose long pauses end when it is moved past them."""

    def __init__(self, at: datetime = NOW) -> None:
        self._rests: list[_Rest] = []
        self._begun = asyncio.Event()
        self._elapsed = 0.0
        self._at = at
        super().__init__(at)

    @property
    def at(self) -> datetime:
        """What time it is."""
        return self._at

    @at.setter
    def at(self, at: datetime) -> None:
        self._elapsed += max(0.0, (at - self._at).total_seconds())
        self._at = at
        for rest in self._rests:
            if rest.until <= at and not rest.over.done():
                rest.over.set_result(None)
        self._rests = [rest for rest in self._rests if not rest.over.done()]

    def monotonic(self) -> float:
        """Seconds for what measures durations; they never go back."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """A short pause moves the clock, a long one waits for it."""
        until = self._at + timedelta(seconds=seconds)
        if seconds < 1.0:
            await asyncio.sleep(0)
            self.at = max(self._at, until)
            return
        rest = _Rest(until, asyncio.get_running_loop().create_future())
        self._rests.append(rest)
        self._begun.set()
        await rest.over

    @property
    def resting(self) -> int:
        """How many pauses wait for the clock."""
        return len(self._rests)

    async def somebody_rests(self) -> None:
        """Waits until something pauses for a second or more."""
        async with asyncio.timeout(PATIENCE):
            while not self._rests:
                self._begun.clear()
                await self._begun.wait()


@dataclass
class Scene(House):
    """A running bot, with readers that follow a topic whose digest is due at ``DUE``."""

    times: RestingClock
    serving: asyncio.Task[None]

    def reader(self, name: str = "Ada", *, form: Form = Form.CLASSIC, full: bool = False) -> Person:
        """Somebody who has talked to the bot and follows a topic."""
        person = self.emulator.people.person(name, is_known=True)
        self.follows(person.id, ChatKind.PRIVATE, form=form, full=full)
        return person

    def readers(self, number: int) -> list[Person]:
        """Several of them."""
        return [self.reader(f"Reader{one}") for one in range(number)]

    def follows(
        self,
        chat: int,
        kind: ChatKind,
        *,
        form: Form = Form.CLASSIC,
        full: bool = False,
        words: str = "diffusion",
        thread: int = 0,
    ) -> Subscriber:
        """Lets a chat follow a topic, perhaps in a thread of a forum."""
        known = self.store.subscribers.ensure(Subscriber(BOT, chat, kind, form=form, full=full))
        topic = follow(self.store, known, words)
        if thread:
            self.store.subscriptions.change(replace(topic, thread=thread))
        return known

    def group(self, title: str = "Lab") -> Place:
        """A basic group that follows a topic."""
        place = self.emulator.people.group(title, self.emulator.people.person("Owner"))
        place.add_bot()
        self.follows(place.id, ChatKind.GROUP)
        return place

    def announces(self, *numbers: int) -> None:
        """arXiv announces papers on the topic."""
        announce(self.store, papers(*numbers))

    async def due(self, *numbers: int) -> None:
        """Papers come, and the digests of all readers are due."""
        self.announces(*(numbers or (1, 2)))
        await self.move_to(DUE)

    async def publishes(self) -> None:
        """The digests are issued and nobody has sent them yet."""
        await self.store.run(publish, self.store, BOT, self.clock.at)

    async def later(self, **time: float) -> None:
        """Lets time pass, in steps that let whatever waits go on."""
        await self.passes(**time)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Waits until something is so."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await self._stirs()

    def calls(self, chat: int = 0, *, method: str = "") -> list[Call]:
        """The messages that were tried, in a chat or everywhere."""
        return [
            call
            for call in self.emulator.calls
            if call.method in ((method,) if method else DIGESTS) and chat in (0, call.chat_id)
        ]

    def busiest_second(self, since: datetime = NOW) -> int:
        """The most calls that reached the emulator in any second of its clock."""
        times = [call.at for call in self.calls() if call.at >= since]
        second = timedelta(seconds=1)
        return max(sum(start <= at < start + second for at in times) for start in times)

    def shown(self, where: Person | Place) -> list[str]:
        """The bot's messages in a chat as text."""
        messages = where.chat.messages
        return [
            str(messages[number].get("text") or messages[number].get("rich_message"))
            for number in sorted(where.chat.own)
            if number in messages
        ]

    def parcels(self, where: Person | Place | int) -> list[Parcel]:
        """The parcels of a chat but its answers, in the order of their states and keys."""
        number = where if isinstance(where, int) else where.id
        every = [one for state in ParcelState for one in self.store.outbox.in_state(BOT, state)]
        return [one for one in every if one.chat == number and one.rank is not Rank.ANSWER]

    def states(self, where: Person | Place | int) -> list[str]:
        """The states of a chat's parcels."""
        return [str(one.state) for one in self.parcels(where)]

    def reason(self, where: Person | Place) -> str:
        """Why a chat is paused, nothing when it is not."""
        known = self.store.subscribers.get(BOT, where.id)
        assert known is not None
        return known.paused


@asynccontextmanager
async def upset(
    store: Store,
    *,
    at: datetime = NOW,
    doubt: Doubt = Doubt.AGAIN,
    longest: float = 10.0,
    server: str = "",
    system: SystemClock | None = None,
) -> AsyncIterator[Scene]:
    """The bot of a store before a Telegram that fails on demand; what it wrote is judged."""
    clock = RestingClock(at)
    async with Emulator.serve(now=clock.now) as emulator:
        config = Config.model_validate(
            {"TELEGRAM_BOT_TOKEN": emulator.token, "telegram_api": emulator.url, "doubt": doubt}
        )
        client = sender.client(emulator.token, server or emulator.url, longest=longest)
        letters, post = WatchedBell(), WatchedBell()
        now = system.trusted(clock).now if system else clock.now
        bot = components.Bot(store, client, config, now, post, letters)
        bot.monotonic, bot.sleep = clock.monotonic, clock.sleep
        serving = asyncio.create_task(lifecycle.serve(bot, None))
        scene = Scene(emulator, bot, store, clock, letters, post, clock, serving)
        try:
            await scene.settled()
            yield scene
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
        judge(call for call in emulator.calls if not _is_plain(call))
        assert emulator.oddities == []


def _is_plain(call: Call) -> bool:
    """The last resort of a digest has no markup that a parser could judge."""
    return call.method == "sendMessage" and "parse_mode" not in call.parameters
