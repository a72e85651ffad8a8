"""A morning with a model: topics due at eight, papers before, a scripted server, a moved clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.concurrency.rate_limiter import Breaker
from bot.demo.people.people import Person
from bot.demo.people.visible_messages import Visible
from bot.summaries.gateway.model_gateway import Workshop
from bot.summaries.llm.client import Model
from bot.texts import say
from storage import Store
from storage.records import Announcement, Digest, Form, Gloss, Subscriber
from tests.models.server import KEY, MODEL, Server, models
from tests.support.running_bot import House, opening, staged

TOPIC = "cat:cs.CV"  # three papers of the sample's last day
PAPERS = 3
DUE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
OPERATOR = 700_000_001  # who is met first in an emulated Telegram
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
STEP = 15 * SECOND
_LOOK = 0.005
_SENT = ("sendMessage", "sendRichMessage")
_EDITED = ("editMessageText",)


@dataclass
class Morning:
    """A bot before eight, its readers, and the model that it may ask."""

    house: House
    server: Server
    papers: Sequence[Announcement]  # of today
    operator: Person
    readers: dict[str, Person] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The bot's."""
        return self.house.store

    @property
    def shop(self) -> Workshop:
        """Where its glosses are made."""
        assert self.house.bot.shop
        return self.house.bot.shop

    async def joins(
        self,
        name: str,
        *languages: str,
        language: str = "zh",
        form: Form = Form.CLASSIC,
        words: str = TOPIC,
        full: bool = False,
    ) -> Person:
        """Somebody who follows the topic and reads in some languages."""
        person = self.house.person(name, language=language)
        await self.house.says(person, "/start")
        known = await self.house.chat(person)
        await self.store.run(
            self._changes,
            replace(known, languages=languages, form=form, full=full, settled=True),
        )
        await self.house.says(person, f"/sub {words}")
        await self.house.presses(person, say(language, "button-subscribe"))
        self.readers[name] = person
        return person

    def _changes(self, chat: Subscriber) -> None:
        with self.store.transaction():
            self.store.subscribers.change(chat)

    async def announced(self, at: datetime) -> None:
        """Lets the papers of today come at an instant; nobody has said anything about them."""
        await self.passes(at)
        await self.house.announce(self.papers)

    async def passes(self, until: datetime, step: timedelta = STEP) -> None:
        """Lets time pass; each step looks for due chats, each minute for what will be wanted."""
        if until - self.house.clock.at > HOUR:
            await self.house.move_to(until - 3 * step)
            await self.looks_ahead()
        while self.house.clock.at < until:
            before = self.house.clock.at
            await self.house.move_to(min(before + step, until))
            if before.minute != self.house.clock.at.minute:
                await self.house.bot.look_ahead()
            await self._made()
            await self.house.settled()

    async def looks_ahead(self) -> None:
        """Lets everything be made that is foreseen, and what came late be edited in."""
        await self.house.bot.look_ahead()
        await self._made()
        await self.house.settled()

    async def _made(self) -> None:
        """Waits until everything that may be asked of the model was asked."""
        orders = self.house.bot.orders
        while orders.rung.is_set() or orders.working.locked():  # noqa: ASYNC110 - no bell of theirs
            await asyncio.sleep(_LOOK)

    async def watched(self) -> str:
        """All that the operator reads after a look for what is wrong."""
        await self.house.bot.watch()
        await self.house.settled()
        return "\n".join(one.text for one in self.operator.reads())

    def sent(self, reader: str) -> list[datetime]:
        """When messages went to a reader, today."""
        return self._calls(reader, _SENT)

    def edits(self, reader: str) -> list[datetime]:
        """When messages of a reader were edited, or tried to be."""
        return self._calls(reader, _EDITED)

    def _calls(self, reader: str, methods: tuple[str, ...]) -> list[datetime]:
        chat = str(self.readers[reader].id)
        return [
            call.at
            for call in self.house.emulator.calls
            if call.method in methods
            and str(call.parameters["chat_id"]) == chat
            and call.at >= DUE - HOUR
        ]

    def digest(self, reader: str) -> Digest:
        """The digest of a reader in the store; there is only one."""
        [heading] = self.store.digests.of(
            self.house.bot.telegram.id, self.readers[reader].id, limit=9
        )
        found = self.store.digests.get(heading.number)
        assert found
        return found

    def message(self, reader: str) -> Visible:
        """What a reader sees last."""
        return self.readers[reader].reads()[-1]

    def glosses(self, language: str) -> list[Gloss]:
        """What the model said of today's papers in a language."""
        found: list[Gloss] = []
        for one in self.papers:
            paper = self.store.papers.get(one.paper.id)
            assert paper
            found += self.store.papers.glosses_of(paper.key, paper.version)
        return [one for one in found if one.language == language and one.maker == MODEL]

    def shows_all(self, reader: str, language: str = "zh") -> bool:
        """Whether a reader's message has what the model said of every paper, and no mark."""
        text = self.message(reader).text
        gists = [gloss.gist for gloss in self.glosses(language)]
        said = sum(gist in text for gist in gists if gist)
        return said >= PAPERS and not self.mark(reader)

    def mark(self, reader: str) -> str:
        """The sentence that tells what is not translated yet, if there is one."""
        text = self.message(reader).text
        marks = [
            say(code, "digest-untranslated", count=count)
            for code in ("en", "zh")
            for count in range(1, 13)
        ]
        return next((mark for mark in marks if mark in text), "")


@asynccontextmanager
async def morning(
    store: Store, script: str = "good", *, longest: float = 20.0, **settings: str
) -> AsyncIterator[Morning]:
    """Monday, 13:00; Tuesday's papers are still to come."""
    async with models(script) as server, Model(server.url, KEY, MODEL, timeout=longest) as model:
        house_of = staged(store, model=model, operator=OPERATOR, settings=settings)
        async with house_of as house:
            clock = house.clock

            def monotonic() -> float:
                return clock.at.timestamp()

            operator = house.person("Olga")
            assert operator.id == OPERATOR
            papers = [a for a in await opening(house) if "cs.CV" in a.paper.categories]
            world = Morning(house, server, papers, operator)
            world.shop.monotonic = monotonic
            world.shop.breaker = Breaker(monotonic=monotonic)
            yield world
