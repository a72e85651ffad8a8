"""The whole bot before an emulated Telegram that fails, with a clock that rests when tests rest.

It is started apart from ``run_bot``: the bot sleeps by the test's clock, may have been told a
wrong time, gives up requests early, and is told how to treat a send of unknown outcome.

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

from bot.app import lifecycle, running_bot
from bot.app.config import Config, ResendPolicy
from bot.chat.api import send_and_edit
from bot.concurrency.trusted_clock import TrustedClock
from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.call_log import ApiCall
from bot.demo.people.people import GroupOrChannel, Person
from bot.digests.publish import publish_due_chats
from storage import Store
from storage.records.chats import Chat, ChatKind, MessageForm
from storage.records.messages import MessageState, OutboxMessage, Priority
from tests.support.builders import BOT, DUE_AT, NOW, announce, papers, subscribe_chat
from tests.support.clock import FakeClock
from tests.support.message_judges import check_calls
from tests.support.running_bot import TIMEOUT, RunningBot, WatchedWakeEvent

REPEAT_NOTE = "You may have received this already"
# Messages leave at thirty a second; those in flight may arrive together with the next ones.
MAX_CALLS_PER_SECOND = 30 + lifecycle.MIN_WORKERS
DIGEST_METHODS = ("sendMessage", "sendRichMessage")


@dataclass(slots=True)
class WrongSystemClock:
    """What the machine shows, off by an error while Telegram has told the bot the time."""

    error: timedelta = timedelta()

    def trusted_clock(self, clock: SleepingClock) -> TrustedClock:
        """The bot's time on this machine, where the true time is that of ``clock``."""
        trusted_clock = TrustedClock(lambda: clock.instant + self.error, monotonic=clock.monotonic)
        trusted_clock.observe_telegram_date(format_datetime(clock.instant, usegmt=True), 0.1)
        return trusted_clock


@dataclass(slots=True)
class _Sleeper:
    until: datetime
    finished: asyncio.Future[None]


class SleepingClock(FakeClock):
    """A clock whose long pauses end when it is moved past them.

    Here the whole bot sleeps by the clock: were each of its pauses to move it, as those of other
    tests do, the loops of the bot would run through the night by themselves.
    """

    def __init__(self, instant: datetime = NOW) -> None:
        self._sleepers: list[_Sleeper] = []
        self._sleep_event = asyncio.Event()
        self._instant = instant
        self.elapsed = 0.0
        super().__init__(instant)

    @property
    def instant(self) -> datetime:
        """What time it is."""
        return self._instant

    @instant.setter
    def instant(self, instant: datetime) -> None:
        self.elapsed += max(0.0, (instant - self._instant).total_seconds())
        self._instant = instant
        for sleeper in self._sleepers:
            if sleeper.until <= instant and not sleeper.finished.done():
                sleeper.finished.set_result(None)
        self._sleepers = [sleeper for sleeper in self._sleepers if not sleeper.finished.done()]

    def advance(self, seconds: float = 0.0, **time: float) -> None:
        """Let time pass, and those wake whose pauses are over."""
        self.instant += timedelta(seconds=seconds, **time)

    async def sleep(self, seconds: float) -> None:
        """A short pause moves the clock, a long one waits for it."""
        until = self._instant + timedelta(seconds=seconds)
        if seconds < 1.0:
            await asyncio.sleep(0)
            self.instant = max(self._instant, until)
            return
        sleeper = _Sleeper(until, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        self._sleep_event.set()
        await sleeper.finished

    @property
    def sleeper_count(self) -> int:
        """How many pauses wait for the clock."""
        return len(self._sleepers)

    async def wait_for_sleeper(self) -> None:
        """Waits until something pauses for a second or more."""
        async with asyncio.timeout(TIMEOUT):
            while not self._sleepers:
                self._sleep_event.clear()
                await self._sleep_event.wait()


@dataclass
class FaultScenario(RunningBot):
    """A running bot, with readers that follow a topic whose digest is due at ``DUE_AT``."""

    sleeping_clock: SleepingClock
    serving_task: asyncio.Task[None]

    def add_reader(
        self, name: str = "Ada", *, form: MessageForm = MessageForm.CLASSIC, full: bool = False
    ) -> Person:
        """Somebody who has talked to the bot and follows a topic."""
        person = self.emulator.people.create_person(name, has_started_bot=True)
        self.add_chat(person.id, ChatKind.PRIVATE, form=form, full=full)
        return person

    def add_readers(self, count: int) -> list[Person]:
        """Several of them."""
        return [self.add_reader(f"Reader{index}") for index in range(count)]

    def add_chat(
        self,
        chat: int,
        kind: ChatKind,
        *,
        form: MessageForm = MessageForm.CLASSIC,
        full: bool = False,
        words: str = "diffusion",
        thread: int = 0,
    ) -> Chat:
        """Lets a chat follow a topic, perhaps in a thread of a forum."""
        stored_chat = self.store.chats.get_or_add(
            Chat(BOT, chat, kind, form=form, full_entries=full)
        )
        topic = subscribe_chat(self.store, stored_chat, words)
        if thread:
            self.store.subscriptions.update(replace(topic, thread=thread))
        return stored_chat

    def add_group(self) -> GroupOrChannel:
        """A basic group that follows a topic."""
        group = self.emulator.people.create_group(
            "Lab", self.emulator.people.create_person("Owner")
        )
        group.add_bot()
        self.add_chat(group.id, ChatKind.GROUP)
        return group

    def announce_papers(self, *numbers: int) -> None:
        """arXiv announces papers on the topic."""
        announce(self.store, papers(*numbers))

    async def make_digests_due(self, *numbers: int) -> None:
        """Papers come, and the digests of all readers are due."""
        self.announce_papers(*(numbers or (1, 2)))
        await self.move_clock_to(DUE_AT)

    async def publish_digests(self) -> None:
        """The digests are issued and nobody has sent them yet."""
        await self.store.run(publish_due_chats, self.store, BOT, self.clock.instant)

    async def advance_time(self, **time: float) -> None:
        """Lets time pass, in steps that let whatever waits go on."""
        await self.advance_clock(**time)

    async def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds, looking whenever the bot has done some work."""
        async with asyncio.timeout(TIMEOUT):
            while not condition():
                await self._wait_for_work()

    def delivery_calls(self, chat: int = 0, *, method: str = "") -> list[ApiCall]:
        """The messages that were tried, in a chat or everywhere."""
        return [
            call
            for call in self.emulator.calls
            if call.method in ((method,) if method else DIGEST_METHODS)
            and chat in (0, call.chat_id)
        ]

    def most_calls_per_second(self, since: datetime = NOW) -> int:
        """The most calls that reached the emulator in any second of its clock."""
        times = [call.called_at for call in self.delivery_calls() if call.called_at >= since]
        second = timedelta(seconds=1)
        return max(
            sum(start <= call_time < start + second for call_time in times) for start in times
        )

    def bot_messages(self, chat_owner: Person | GroupOrChannel) -> list[str]:
        """The bot's messages in a chat as text."""
        messages = chat_owner.chat.messages
        return [
            str(messages[number].get("text") or messages[number].get("rich_message"))
            for number in sorted(chat_owner.chat.bot_message_ids)
            if number in messages
        ]

    def outbox_messages(self, chat_owner: Person | GroupOrChannel | int) -> list[OutboxMessage]:
        """The messages of a chat but its answers, in the order of their states and keys."""
        chat_id = chat_owner if isinstance(chat_owner, int) else chat_owner.id
        all_messages = [
            message
            for state in MessageState
            for message in self.store.outbox.messages_in_state(BOT, state)
        ]
        return [
            message
            for message in all_messages
            if message.chat == chat_id and message.priority is not Priority.REPLY
        ]

    def message_states(self, chat_owner: Person | GroupOrChannel | int) -> list[str]:
        """The states of a chat's messages."""
        return [str(message.state) for message in self.outbox_messages(chat_owner)]

    def pause_reason(self, chat_owner: Person | GroupOrChannel) -> str:
        """Why a chat is paused, nothing when it is not."""
        stored_chat = self.store.chats.get(BOT, chat_owner.id)
        assert stored_chat is not None
        return stored_chat.pause_reason


@asynccontextmanager
async def bot_with_faults(
    store: Store,
    *,
    instant: datetime = NOW,
    doubt: ResendPolicy = ResendPolicy.ONCE_MORE,
    max_wait: float = 10.0,
    system: WrongSystemClock | None = None,
) -> AsyncIterator[FaultScenario]:
    """The bot of a store before a Telegram that fails on demand; what it wrote is judged."""
    clock = SleepingClock(instant)
    async with Emulator.serve(now=clock.now) as emulator:
        config = Config.model_validate(
            {"TELEGRAM_BOT_TOKEN": emulator.token, "telegram_api": emulator.url, "doubt": doubt}
        )
        client = send_and_edit.create_client(emulator.token, emulator.url, request_timeout=max_wait)
        inbox_event, outbox_event = WatchedWakeEvent(), WatchedWakeEvent()
        now = system.trusted_clock(clock).now if system else clock.now
        bot = running_bot.Bot(store, client, config, now, outbox_event, inbox_event)
        bot.monotonic, bot.sleep = clock.monotonic, clock.sleep
        serving_task = asyncio.create_task(lifecycle.serve(bot, None))
        scenario = FaultScenario(
            emulator, bot, store, clock, inbox_event, outbox_event, clock, serving_task
        )
        try:
            await scenario.wait_until_idle()
            yield scenario
        finally:
            serving_task.cancel()
            await asyncio.gather(serving_task, return_exceptions=True)
        check_calls(call for call in emulator.calls if not _is_without_markup(call))
        assert emulator.misuses == []


def _is_without_markup(call: ApiCall) -> bool:
    """The last resort of a digest has no markup that a parser could judge."""
    return call.method == "sendMessage" and "parse_mode" not in call.parameters
