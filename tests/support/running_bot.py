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
from datetime import date, datetime, timedelta

from bot.app import lifecycle, running_bot
from bot.app.config import Config
from bot.chat.api import send_and_edit
from bot.chat.user_limits import Cost, UserLimits
from bot.concurrency import wake_event
from bot.concurrency.circuit_breaker import CircuitBreaker
from bot.concurrency.rate_limiter import Sleep
from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.telegram_state import CallbackAnswer
from bot.demo.people.people import GroupOrChannel, Person
from bot.demo.people.visible_messages import VisibleMessage
from bot.demo.sample import load_sample
from bot.digests import publish
from bot.summaries.gateway.model_gateway import ModelGateway
from bot.summaries.llm.client import ModelClient
from storage import Store
from storage.records.chats import Chat, MessageForm, Subscription
from storage.records.papers import Announcement
from storage.records.summaries import Summary
from tests.support.clock import MONDAY_AFTERNOON, FakeClock
from tests.support.message_judges import check_calls

TIMEOUT = 10.0
# Tests speak faster than people.
NO_LIMITS = UserLimits(dict.fromkeys(Cost, 10**9))
_POLL_INTERVAL = 0.01  # seconds between looks where nothing rings


@dataclass(slots=True)
class WatchedWakeEvent(wake_event.WakeEvent):
    """A wake event that tells whether somebody still works on what it was set for."""

    is_busy: bool = False
    work_done_event: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_idle(self) -> bool:
        """Neither set nor being answered."""
        return not self.is_busy and not self.event.is_set()

    async def run_forever(self, job: Callable[[], Awaitable[object]]) -> None:
        """As every wake event, and known to be busy meanwhile."""

        async def watched_work() -> None:
            self.is_busy = True
            try:
                await job()
            finally:
                self.is_busy = False
                self.work_done_event.set()

        await wake_event.WakeEvent.run_forever(self, watched_work)


@dataclass
class RunningBot:
    """A running bot, its emulated Telegram, its store and its clock."""

    emulator: Emulator
    bot: running_bot.Bot
    store: Store
    clock: FakeClock
    inbox_event: WatchedWakeEvent
    outbox_event: WatchedWakeEvent

    def create_person(self, name: str = "Ada", language: str = "en") -> Person:
        """Somebody who has not met the bot."""
        return self.emulator.people.create_person(name, language=language)

    async def move_clock_to(self, instant: datetime) -> None:
        """Moves the clock and lets all happen that is due by then."""
        self.clock.instant = instant
        await self.bot.publish_due()
        await self.wait_until_idle()

    async def advance_clock(self, **time: float) -> None:
        """Lets time pass."""
        await self.move_clock_to(self.clock.instant + timedelta(**time))

    async def announce(
        self, announcements: Sequence[Announcement], summaries: dict[str, Summary] | None = None
    ) -> None:
        """Stores what a feed announced."""
        await self.store.run(self._store_announcements, announcements, summaries or {})
        await self.store.run(publish.mark_feed_round_complete, self.store, self.clock.instant)

    def _store_announcements(
        self, announcements: Sequence[Announcement], summaries: dict[str, Summary]
    ) -> None:
        with self.store.transaction():
            self.store.papers.add_announcements(announcements, seen_at=self.clock.instant)
            for paper_id, summary in summaries.items():
                paper = self.store.papers.get(paper_id)
                if paper:
                    stored_summary = replace(summary, paper=paper.key, version=paper.version)
                    self.store.summaries.add(stored_summary)

    async def stored_chat(self, chat_owner: Person | GroupOrChannel) -> Chat:
        """How the store knows a chat."""
        bot_id = self.bot.telegram.id
        chat_row = await self.store.run(self.store.chats.get, bot_id, chat_owner.id)
        assert chat_row is not None
        return chat_row

    async def finish_onboarding(self, chat_owner: Person | GroupOrChannel) -> None:
        """Lets a chat have been through the steps of its first topic."""
        await self.change_chat(replace(await self.stored_chat(chat_owner), onboarded=True))

    async def change_chat(self, changed_chat: Chat) -> None:
        """Stores a chat with other settings."""

        def update_chat() -> None:
            with self.store.transaction():
                self.store.chats.update(changed_chat)

        await self.store.run(update_chat)

    async def topics(self, chat_owner: Person | GroupOrChannel) -> list[Subscription]:
        """The topics of a chat in the store."""
        return await self.store.run(
            self.store.subscriptions.of_chat, self.bot.telegram.id, chat_owner.id
        )

    async def send_text(
        self, person: Person, text: str, group: GroupOrChannel | None = None
    ) -> list[VisibleMessage]:
        """Lets somebody say something; everything that the bot writes in the chat because of it."""
        person.send_text(text, group)
        return await self.wait_for_replies(person, group)

    async def wait_for_replies(
        self, person: Person, group: GroupOrChannel | None = None
    ) -> list[VisibleMessage]:
        """What the bot has written below somebody's last words, once it has done all it will."""
        await self.wait_until_idle()
        messages = person.messages(group)
        last_own_id = max(
            (message.id for message in messages if not message.is_from_bot), default=0
        )
        return [message for message in messages if message.is_from_bot and message.id > last_own_id]

    async def press_button(
        self,
        person: Person,
        button: str = "",
        *,
        data: str = "",
        message_id: int = 0,
        group: GroupOrChannel | None = None,
    ) -> PressOutcome:
        """Lets somebody press a button; the toast and whatever is new in the chat."""
        messages_before = {
            message_shown.id: message_shown for message_shown in person.messages(group)
        }
        pending_press = person.press_button(button, data=data, in_message=message_id, group=group)
        return await self._press_outcome(person, group, messages_before, pending_press)

    async def press_forged(
        self, person: Person, data: str, message_id: int = 1, group: GroupOrChannel | None = None
    ) -> PressOutcome:
        """Lets a hostile client send callback data; the toast and whatever is new in the chat."""
        messages_before = {
            message_shown.id: message_shown for message_shown in person.messages(group)
        }
        pending_press = person.press_forged(data, message_id, group)
        return await self._press_outcome(person, group, messages_before, pending_press)

    async def _press_outcome(
        self,
        person: Person,
        group: GroupOrChannel | None,
        messages_before: dict[int, VisibleMessage],
        pending_press: Awaitable[CallbackAnswer],
    ) -> PressOutcome:
        toast = (await pending_press).text
        await self.wait_until_idle()
        messages = person.messages(group)
        return PressOutcome(
            toast,
            new_messages=[message for message in messages if message.id not in messages_before],
            changed_messages=[
                message
                for message in messages
                if message.id in messages_before and message != messages_before[message.id]
            ],
        )

    async def wait_until_idle(self) -> None:
        """Waits until every update was answered and every message that may leave has left."""
        await self._wait_until_quiet()
        self.outbox_event.set()
        await self._wait_until_quiet()

    async def _wait_until_quiet(self) -> None:
        try:
            async with asyncio.timeout(TIMEOUT):
                while not self._is_idle():
                    await self._wait_for_work()
        except TimeoutError:
            raise AssertionError("the bot did not come to rest") from None

    def _is_idle(self) -> bool:
        """Every update was taken over, and nobody works on one or on a message."""
        updates = self.emulator.state.updates
        is_inbox_empty = updates.is_polled and not len(updates)
        is_answering_idle = self.bot.inbox_worker is not None and self.bot.inbox_worker.is_idle
        return (
            is_inbox_empty
            and is_answering_idle
            and self.inbox_event.is_idle
            and self.outbox_event.is_idle
        )

    async def _wait_for_work(self) -> None:
        work_done_events = (self.inbox_event.work_done_event, self.outbox_event.work_done_event)
        for work_done_event in work_done_events:
            work_done_event.clear()
        waits = [asyncio.ensure_future(stirred.wait()) for stirred in work_done_events]
        await asyncio.wait(waits, timeout=_POLL_INTERVAL, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()


@dataclass(frozen=True, slots=True)
class PressOutcome:
    """What came of a press: a toast, new messages, and messages that were changed in place."""

    toast: str
    new_messages: list[VisibleMessage]
    changed_messages: list[VisibleMessage]

    @property
    def only_message(self) -> VisibleMessage:
        """The only message that is new or changed."""
        [message] = [*self.new_messages, *self.changed_messages]
        return message

    @property
    def is_empty(self) -> bool:
        """No message is new or changed."""
        return not self.new_messages and not self.changed_messages


@asynccontextmanager
async def run_bot(
    store: Store,
    *,
    instant: datetime = MONDAY_AFTERNOON,
    form: MessageForm = MessageForm.CLASSIC,
    feeds: str = "",
    operator: int | None = None,
    limits: UserLimits | None = None,
    sleep: Sleep = asyncio.sleep,
    model: ModelClient | None = None,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[RunningBot]:
    """The bot of a store, answering until the block ends; then all it wrote is judged."""
    clock = FakeClock(instant)
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
        inbox_event, outbox_event = WatchedWakeEvent(), WatchedWakeEvent()
        client = send_and_edit.create_client(emulator.token, emulator.url)
        bot = running_bot.Bot(
            store,
            client,
            config,
            clock.now,
            outbox_event,
            inbox_event,
            user_limits=limits or NO_LIMITS,
            sleep=sleep,
        )
        bot.model_gateway = build_gateway(store, config, clock, model) if model else None
        serving_task = asyncio.create_task(lifecycle.serve(bot, None))
        try:
            yield RunningBot(emulator, bot, store, clock, inbox_event, outbox_event)
        finally:
            serving_task.cancel()
            await asyncio.gather(serving_task, return_exceptions=True)
        check_calls(emulator.calls)
        assert emulator.misuses == []


def build_gateway(
    store: Store, config: Config, clock: FakeClock, model: ModelClient
) -> ModelGateway:
    """Where a model is asked by the clock that tests move, within the budget of the settings."""
    return ModelGateway(
        store,
        model,
        config.llm_price,
        config.llm_budget,
        clock.now,
        time.monotonic,
        CircuitBreaker(monotonic=time.monotonic),
    )


def sample_announcements(last: date) -> tuple[list[Announcement], dict[str, Summary]]:
    """The sample's papers up to an arXiv day, with their Chinese summaries."""
    return load_sample(last)


async def store_sample(running_bot: RunningBot) -> list[Announcement]:
    """Stores the sample up to today; returns what is announced tomorrow."""
    today = running_bot.clock.instant.date()
    announcements, summaries = load_sample(today + timedelta(days=1))
    await running_bot.announce(
        [announcement for announcement in announcements if announcement.day <= today], summaries
    )
    return [announcement for announcement in announcements if announcement.day > today]
