"""What a handler is asked, and what it answers: two frozen values.

A handler is a plain function ``(Store, Ask) -> Reply`` that runs inside the transaction in which
its update is marked as applied. It sends nothing itself: the reply leaves after the commit. What
takes time to read, it asks for by ``Ask.read``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from bot.chat.prepared_reads import QUERY, SEVERAL, Readings, with_readings
from bot.digests.preview import Volumes
from bot.render.telegram.keyboard import Action, Button
from bot.render.telegram.split_into_messages import Message
from bot.render.telegram.stored_answer import Document
from bot.summaries.gateway.cost_report import Contract
from bot.texts import LANGUAGES, Refusal, say
from bot.topics.query.parser import Mention
from storage import Store
from storage.errors import Busy, Full
from storage.records import Parcel, Person, Subscriber

log = logging.getLogger(__name__)

PAUSE = 1.0  # seconds until a store that could not write is asked again

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class House:
    """What every handler may know of the running bot."""

    bot: int
    username: str
    feeds: frozenset[str]  # categories that are polled
    topics: int = 50  # a chat may follow
    operator: int = 0  # the chat that may ask how the house is, and who is in it
    contract: Contract | None = None  # the model that writes, where there is one
    languages: tuple[str, ...] = LANGUAGES  # that entries can be read in
    volumes: Volumes = field(default_factory=Volumes)


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing a person wants: a command with its words, or a pressed button."""

    house: House
    chat: Subscriber
    person: Person
    now: datetime
    words: str = ""
    papers: tuple[Mention, ...] = ()  # that the message holds, in its words or behind them
    categories: tuple[str, ...] = ()  # whose listings it links to
    action: Action = Action("")  # noqa: RUF009 - frozen
    thread: int = 0
    tongue: str = ""  # of who manages this chat from another one
    update: int = 0  # for which an errand is run
    readings: Readings = field(default_factory=Readings, compare=False, repr=False)

    @property
    def language(self) -> str:
        """The language of who reads the answer."""
        return self.tongue or self.chat.language

    @property
    def is_elsewhere(self) -> bool:
        """Whether the chat that it is about is another one than that in which it is asked."""
        return bool(self.tongue)

    def read(
        self, function: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What a function reads for these arguments, outside of the transaction.

        A handler reads before it writes, for a reading may be refused.
        """
        return self.readings.get(QUERY, function, *args, **kwargs)

    def read_several(
        self, function: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same for what asks several queries, each of which would be within the budget."""
        return self.readings.get(SEVERAL, function, *args, **kwargs)

    def read_offer(
        self,
        function: Callable[Concatenate[Store, P], tuple[T, ...]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> tuple[T, ...]:
        """The same for what is offered beside an answer: nothing where the reading is refused."""
        try:
            return self.read(function, *args, **kwargs)
        except Refusal:
            return ()

    def say(self, key: str, **values: str | int) -> str:
        """A text in the reader's language."""
        return say(self.language, key, **values)

    def of(self, chat: Subscriber) -> Ask:
        """The same question in a chat whose settings have just changed."""
        return replace(self, chat=chat)

    def about(self, first: int) -> Ask:
        """The same question about something else that the button names."""
        return replace(self, action=Action(self.action.verb, first))

    def button(self, key: str, verb: str, first: int = 0, second: int = 0) -> Button:
        """A button whose label is the text ``key``."""
        return Button(self.say(key), Action(verb, first, second))


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to be fetched after the transaction; ``errands`` knows how, by its verb."""

    verb: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the person sees: messages, or a toast, or the pressed message changed in place."""

    messages: tuple[Message, ...] = ()
    plain: tuple[Message, ...] = ()  # instead of the rich ones, where Telegram refuses them
    paired: bool = False  # each of the plain ones stands for the message at its place alone
    edit: bool = False  # the first message replaces the one whose button was pressed
    toast: str = ""
    url: str = ""  # opened for the one who pressed, without a message: a deep link of this bot
    to: int = 0  # another chat than the one of the update
    documents: tuple[Document, ...] = ()  # after the messages
    errand: Errand | None = None  # what it brings is answered as a further reply
    deliver: bool = False  # parcels were put: wake the delivery
    parcels: tuple[Parcel, ...] = ()  # what of it is stored and ours to send at once


async def in_transaction(
    store: Store,
    ask: Ask,
    write: Callable[Concatenate[Store, Ask, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Calls what reads and writes after its update was applied: in one more transaction.

    However long the store cannot write: what is to be written may have been paid for.
    """

    def apply(readings: Readings) -> T:
        with store.transaction():
            return write(store, replace(ask, readings=readings), *args, **kwargs)

    while True:
        try:
            return await with_readings(store, Readings(ask.person.person or ask.chat.chat), apply)
        except (Busy, Full) as error:
            log.warning("what was fetched waits", extra={"error": type(error).__name__})
            await asyncio.sleep(PAUSE)
