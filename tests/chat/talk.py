"""A conversation with the bot: what is said and pressed, and what that changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.demo.people.people import Person, Place
from bot.demo.people.visible_messages import Visible
from bot.texts import say
from storage.records import Announcement, Form, Subscription
from tests.support.database import Tables, dump
from tests.support.running_bot import Answer, House

TOPIC = "diffusion OR splatting"


@dataclass(frozen=True, slots=True)
class Talk:
    """Somebody talks to the bot, in private or in a place."""

    house: House
    person: Person
    language: str
    ahead: Sequence[Announcement] = ()  # what arXiv announces tomorrow
    place: Place | None = None

    def text(self, key: str, **values: str | int) -> str:
        """What the bot says here."""
        return say(self.language, key, **values)

    async def says(self, text: str) -> list[Visible]:
        """All that the bot writes because of it."""
        return await self.house.says(self.person, text, self.place)

    async def hears(self, text: str) -> Visible:
        """The bot's one answer."""
        [answer] = await self.says(text)
        return answer

    async def presses(self, key: str = "", *, label: str = "", message: int = 0) -> Answer:
        """Presses the button with a text of ours, or with any label."""
        return await self.house.presses(
            self.person, label or self.text(key), message=message, place=self.place
        )

    async def forges(self, data: str) -> Answer:
        """Sends callback data that no button carries."""
        shown = [message.id for message in self.person.reads(self.place) if message.is_from_bot]
        return await self.house.forges(self.person, data, shown[-1], self.place)

    async def follows(self, words: str = TOPIC) -> Subscription:
        """Subscribes to a topic, as somebody who has been through the first steps."""
        await self.says(f"/sub {words}")
        await self.house.settles(self.place or self.person)
        await self.presses("button-subscribe")
        return (await self.topics())[-1]

    async def tabled(self) -> None:
        """Lets the chat's digests come as tables."""
        await self.says("/settings")
        await self.presses("button-form-rich")
        assert (await self.house.chat(self.place or self.person)).form is Form.RICH

    async def lab(self) -> Talk:
        """The same person in a group of their own, with the bot in it."""
        place = self.house.emulator.people.supergroup("Lab", self.person)
        place.add_bot()
        await self.house.settled()
        return self.at(place)

    async def channel(self) -> Place:
        """A channel of this person's, where the bot may post."""
        people = self.house.emulator.people
        place = people.channel("Papers", self.person, username="papers")
        place.add_bot(is_administrator=True)
        await self.house.settled()
        return place

    def member(self, name: str = "Bob") -> Talk:
        """The same place with an ordinary member talking, who has just joined."""
        assert self.place
        who = self.house.person(name)
        self.place.join(who.user)
        return self.by(who)

    async def topics(self) -> list[Subscription]:
        """The topics of this chat."""
        return await self.house.topics(self.place or self.person)

    def rows(self, *besides: str) -> Tables:
        """All rows of the store, but for the update itself and the tables named."""
        held = dump(self.house.store)
        return {table: rows for table, rows in held.items() if table not in besides}

    def by(self, person: Person) -> Talk:
        """The same place with somebody else talking."""
        return replace(self, person=person)

    def at(self, place: Place) -> Talk:
        """The same person in a place."""
        return replace(self, place=place)

    async def tomorrow(self) -> None:
        """Lets a day pass and arXiv announce; every digest by command, none by the clock."""
        self.house.clock.at += timedelta(hours=18)
        await self.house.announce(self.ahead)
