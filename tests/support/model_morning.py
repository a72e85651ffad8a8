"""A morning with a model: topics due at eight, papers before, a scripted server, a moved clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.concurrency.circuit_breaker import CircuitBreaker
from bot.demo.people.people import Person
from bot.demo.people.visible_messages import VisibleMessage
from bot.summaries.gateway.model_gateway import ModelGateway
from bot.summaries.llm.client import ModelClient
from bot.texts import say
from storage import Store
from storage.records.chats import MessageForm
from storage.records.digests import Digest
from storage.records.papers import Announcement
from storage.records.summaries import Summary
from tests.models.server import KEY, MODEL, ModelServer, model_server
from tests.support.running_bot import RunningBot, run_bot, store_sample

TOPIC = "cat:cs.CV"  # three papers of the sample's last day
PAPERS = 3
DUE_AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
OPERATOR = 700_000_001  # who is met first in an emulated Telegram
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
STEP = 15 * SECOND
_POLL_INTERVAL = 0.005
_SEND_METHODS = ("sendMessage", "sendRichMessage")
_EDIT_METHODS = ("editMessageText",)


@dataclass
class MorningScenario:
    """A bot before eight, its readers, and the model that it may ask."""

    running_bot: RunningBot
    server: ModelServer
    papers: Sequence[Announcement]  # of today
    operator: Person
    readers: dict[str, Person] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The bot's."""
        return self.running_bot.store

    @property
    def gateway(self) -> ModelGateway:
        """Where its summaries are made."""
        assert self.running_bot.bot.model_gateway
        return self.running_bot.bot.model_gateway

    async def add_reader(
        self,
        name: str,
        *languages: str,
        language: str = "zh",
        form: MessageForm = MessageForm.CLASSIC,
        words: str = TOPIC,
        full: bool = False,
    ) -> Person:
        """Somebody who follows the topic and reads in some languages."""
        person = self.running_bot.create_person(name, language=language)
        await self.running_bot.send_text(person, "/start")
        stored_chat = await self.running_bot.stored_chat(person)
        await self.running_bot.change_chat(
            replace(stored_chat, languages=languages, form=form, full_entries=full, onboarded=True)
        )
        await self.running_bot.send_text(person, f"/sub {words}")
        await self.running_bot.press_button(person, say(language, "button-subscribe"))
        self.readers[name] = person
        return person

    async def announce_papers(self, instant: datetime) -> None:
        """Lets the papers of today come at an instant; nobody has said anything about them."""
        await self.advance_clock(instant)
        await self.running_bot.announce(self.papers)

    async def advance_clock(self, end: datetime, step: timedelta = STEP) -> None:
        """Lets time pass; each step looks for due chats, each minute for what will be wanted."""
        if end - self.running_bot.clock.instant > HOUR:
            await self.running_bot.move_clock_to(end - 3 * step)
            await self.prefetch_summaries()
        while self.running_bot.clock.instant < end:
            before = self.running_bot.clock.instant
            await self.running_bot.move_clock_to(min(before + step, end))
            if before.minute != self.running_bot.clock.instant.minute:
                await self.running_bot.bot.prefetch_and_edit_summaries()
            await self._wait_for_model()
            await self.running_bot.wait_until_idle()

    async def prefetch_summaries(self) -> None:
        """Lets everything be made that is foreseen, and what came late be edited in."""
        await self.running_bot.bot.prefetch_and_edit_summaries()
        await self._wait_for_model()
        await self.running_bot.wait_until_idle()

    async def _wait_for_model(self) -> None:
        """Waits until everything that may be asked of the model was asked."""
        orders = self.running_bot.bot.jobs_wake
        while orders.event.is_set() or orders.lock.locked():  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(_POLL_INTERVAL)

    async def operator_messages(self) -> str:
        """All that the operator reads after a look for what is wrong."""
        await self.running_bot.bot.check_health()
        await self.running_bot.wait_until_idle()
        return "\n".join(message.text for message in self.operator.messages())

    def send_times(self, reader: str) -> list[datetime]:
        """When messages went to a reader, today."""
        return self._call_times(reader, _SEND_METHODS)

    def edit_times(self, reader: str) -> list[datetime]:
        """When messages of a reader were edited, or tried to be."""
        return self._call_times(reader, _EDIT_METHODS)

    def _call_times(self, reader: str, methods: tuple[str, ...]) -> list[datetime]:
        chat = str(self.readers[reader].id)
        return [
            call.called_at
            for call in self.running_bot.emulator.calls
            if call.method in methods
            and str(call.parameters["chat_id"]) == chat
            and call.called_at >= DUE_AT - HOUR
        ]

    def digest(self, reader: str) -> Digest:
        """The digest of a reader in the store; there is only one."""
        [heading] = self.store.digests.headings_of_chat(
            self.running_bot.bot.telegram.id, self.readers[reader].id, limit=9
        )
        stored_digest = self.store.digests.get(heading.number)
        assert stored_digest
        return stored_digest

    def last_message(self, reader: str) -> VisibleMessage:
        """What a reader sees last."""
        return self.readers[reader].messages()[-1]

    def model_summaries(self, language: str) -> list[Summary]:
        """What the model said of today's papers in a language."""
        all_summaries: list[Summary] = []
        for announcement in self.papers:
            paper = self.store.papers.get(announcement.paper.id)
            assert paper
            all_summaries += self.store.summaries.best_of_version(paper.key, paper.version)
        return [
            summary
            for summary in all_summaries
            if summary.language == language and summary.producer == MODEL
        ]

    def shows_all_summaries(self, reader: str, language: str = "zh") -> bool:
        """Whether a reader's message has what the model said of every paper, and no mark."""
        text = self.last_message(reader).text
        tldrs = [summary.tldr for summary in self.model_summaries(language)]
        shown_count = sum(tldr in text for tldr in tldrs if tldr)
        return shown_count >= PAPERS and not self.untranslated_note(reader)

    def untranslated_note(self, reader: str) -> str:
        """The sentence that tells what is not translated yet, if there is one."""
        text = self.last_message(reader).text
        notes = [
            say(code, "digest-untranslated", count=count)
            for code in ("en", "zh")
            for count in range(1, 13)
        ]
        return next((note for note in notes if note in text), "")


@asynccontextmanager
async def morning_scenario(
    store: Store, script: str = "good", *, timeout_seconds: float = 20.0, **settings: str
) -> AsyncIterator[MorningScenario]:
    """Monday, 13:00; Tuesday's papers are still to come."""
    async with (
        model_server(script) as server,
        ModelClient(server.url, KEY, MODEL, timeout=timeout_seconds) as model,
    ):
        bot_context = run_bot(store, model=model, operator=OPERATOR, settings=settings)
        async with bot_context as running_bot:
            clock = running_bot.clock

            def monotonic() -> float:
                return clock.instant.timestamp()

            operator = running_bot.create_person("Olga")
            assert operator.id == OPERATOR
            papers = [
                announcement
                for announcement in await store_sample(running_bot)
                if "cs.CV" in announcement.paper.categories
            ]
            scenario = MorningScenario(running_bot, server, papers, operator)
            scenario.gateway.monotonic = monotonic
            scenario.gateway.circuit_breaker = CircuitBreaker(monotonic=monotonic)
            yield scenario
