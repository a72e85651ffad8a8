"""A conversation with the bot: what is said and pressed, and what that changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.demo.people.people import GroupOrChannel, Person
from bot.demo.people.visible_messages import VisibleMessage
from bot.texts import say
from storage.records.chats import MessageForm, Subscription
from storage.records.papers import Announcement
from tests.support.database import RowsByTable, dump_tables
from tests.support.running_bot import PressOutcome, RunningBot

TOPIC = "diffusion OR splatting"


@dataclass(frozen=True, slots=True)
class Conversation:
    """Somebody talks to the bot, in private or in a place."""

    running_bot: RunningBot
    person: Person
    language: str
    upcoming: Sequence[Announcement] = ()  # what arXiv announces tomorrow
    group: GroupOrChannel | None = None

    def newest_file(self) -> bytes:
        """The bytes of the file that the bot sent last."""
        return list(self.person.state.files.values())[-1].content

    def text(self, key: str, **values: str | int) -> str:
        """What the bot says here."""
        return say(self.language, key, **values)

    async def send_text(self, text: str) -> list[VisibleMessage]:
        """All that the bot writes because of it."""
        return await self.running_bot.send_text(self.person, text, self.group)

    async def ask(self, text: str) -> VisibleMessage:
        """The bot's one answer."""
        [answer] = await self.send_text(text)
        return answer

    async def press_button(
        self, key: str = "", *, label: str = "", message_id: int = 0
    ) -> PressOutcome:
        """Presses the button with a text of ours, or with any label."""
        return await self.running_bot.press_button(
            self.person, label or self.text(key), message_id=message_id, group=self.group
        )

    async def send_forged_callback(self, data: str) -> PressOutcome:
        """Sends callback data that no button carries."""
        bot_message_ids = [
            message.id for message in self.person.messages(self.group) if message.is_from_bot
        ]
        return await self.running_bot.press_forged(
            self.person, data, bot_message_ids[-1], self.group
        )

    async def subscribe(self, words: str = TOPIC) -> Subscription:
        """Subscribes to a topic, as somebody who has been through the first steps."""
        await self.send_text(f"/sub {words}")
        await self.running_bot.finish_onboarding(self.group or self.person)
        await self.press_button("button-subscribe")
        return (await self.topics())[-1]

    async def use_table_form(self) -> None:
        """Lets the chat's digests come as tables."""
        await self.send_text("/settings")
        await self.press_button("button-form-rich")
        assert (
            await self.running_bot.stored_chat(self.group or self.person)
        ).form is MessageForm.THREE_COLUMNS

    async def create_group(self) -> Conversation:
        """The same person in a group of their own, with the bot in it."""
        group = self.running_bot.emulator.people.create_supergroup("Lab", self.person)
        group.add_bot()
        await self.running_bot.wait_until_idle()
        return self.in_group(group)

    async def create_channel(self) -> GroupOrChannel:
        """A channel of this person's, where the bot may post."""
        people = self.running_bot.emulator.people
        channel = people.create_channel("Papers", self.person, username="papers")
        channel.add_bot(is_administrator=True)
        await self.running_bot.wait_until_idle()
        return channel

    def as_new_member(self, name: str = "Bob") -> Conversation:
        """The same place with an ordinary member talking, who has just joined."""
        assert self.group
        member = self.running_bot.create_person(name)
        self.group.set_member(member.user)
        return self.as_person(member)

    async def topics(self) -> list[Subscription]:
        """The topics of this chat."""
        return await self.running_bot.topics(self.group or self.person)

    def store_rows(self, *ignored_tables: str) -> RowsByTable:
        """All rows of the store, but for the update itself and the tables named."""
        rows_by_table = dump_tables(self.running_bot.store)
        return {table: rows for table, rows in rows_by_table.items() if table not in ignored_tables}

    def as_person(self, person: Person) -> Conversation:
        """The same place with somebody else talking."""
        return replace(self, person=person)

    def in_group(self, group: GroupOrChannel) -> Conversation:
        """The same person in a place."""
        return replace(self, group=group)

    async def advance_to_tomorrow(self) -> None:
        """Lets a day pass and arXiv announce; every digest by command, none by the clock."""
        self.running_bot.clock.instant += timedelta(hours=18)
        await self.running_bot.announce(self.upcoming)
