"""What a handler is asked, and what it answers: two frozen values.

A handler is a plain function ``(Store, Request) -> Reply`` that runs inside the transaction in
which its update is marked as applied. It sends nothing itself: the reply leaves after the commit.
What takes time to read, it asks for by ``Request.read``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from bot.chat.prepared_reads import MULTI_QUERY_SECONDS, QUERY_SECONDS, ReadCache, run_with_reads
from bot.digests.preview import WeeklyPaperCounts
from bot.render.telegram.keyboard import Action, Button
from bot.render.telegram.split_into_messages import Message
from bot.render.telegram.stored_answer import Document
from bot.summaries.gateway.cost_report import LlmSettings
from bot.texts import LANGUAGES, Refusal, say
from bot.topics.query.parser import PaperMention
from storage import Store
from storage.errors import DatabaseBusy, DatabaseNotWritable
from storage.records import Chat, OutboxMessage, Person

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0  # seconds until a store that could not write is asked again

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BotInfo:
    """What every handler may know of the running bot."""

    bot_id: int
    username: str
    polled_categories: frozenset[str]  # categories that are polled
    max_topics: int = 50  # a chat may follow
    operator_chat: int = 0  # the chat that may ask how the house is, and who is in it
    llm_settings: LlmSettings | None = None  # the model that writes, where there is one
    entry_languages: tuple[str, ...] = LANGUAGES  # that entries can be read in
    weekly_paper_counts: WeeklyPaperCounts = field(default_factory=WeeklyPaperCounts)


@dataclass(frozen=True, slots=True)
class Request:
    """One thing a person wants: a command with its words, or a pressed button."""

    bot_info: BotInfo
    chat: Chat
    person: Person
    now: datetime
    words: str = ""
    papers: tuple[PaperMention, ...] = ()  # that the message holds, in its words or behind them
    categories: tuple[str, ...] = ()  # whose listings it links to
    action: Action = Action("")  # noqa: RUF009 - frozen
    thread: int = 0
    manager_language: str = ""  # of who manages this chat from another one
    update_id: int = 0  # for which an errand is run
    read_cache: ReadCache = field(default_factory=ReadCache, compare=False, repr=False)

    @property
    def language(self) -> str:
        """The language of who reads the answer."""
        return self.manager_language or self.chat.language

    @property
    def is_for_other_chat(self) -> bool:
        """Whether the chat that it is about is another one than that in which it is asked."""
        return bool(self.manager_language)

    def read(
        self, function: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What a function reads for these arguments, outside of the transaction.

        A handler reads before it writes, for a reading may be refused.
        """
        return self.read_cache.get(QUERY_SECONDS, function, *args, **kwargs)

    def read_many(
        self, function: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same for what asks several queries, each of which would be within the budget."""
        return self.read_cache.get(MULTI_QUERY_SECONDS, function, *args, **kwargs)

    def read_optional(
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

    def for_chat(self, chat: Chat) -> Request:
        """The same question in a chat whose settings have just changed."""
        return replace(self, chat=chat)

    def with_target(self, first_argument: int) -> Request:
        """The same question about something else that the button names."""
        return replace(self, action=Action(self.action.verb, first_argument))

    def button(
        self, key: str, verb: str, first_argument: int = 0, second_argument: int = 0
    ) -> Button:
        """A button whose label is the text ``key``."""
        return Button(self.say(key), Action(verb, first_argument, second_argument))


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Something to be fetched after the transaction; ``errands`` knows how, by its verb."""

    verb: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the person sees: messages, or a toast, or the pressed message changed in place."""

    messages: tuple[Message, ...] = ()
    fallback_messages: tuple[
        Message, ...
    ] = ()  # instead of the rich ones, where Telegram refuses them
    is_fallback_paired: bool = (
        False  # each of the plain ones stands for the message at its place alone
    )
    edit: bool = False  # the first message replaces the one whose button was pressed
    toast: str = ""
    url: str = ""  # opened for the one who pressed, without a message: a deep link of this bot
    to_chat: int = 0  # another chat than the one of the update
    documents: tuple[Document, ...] = ()  # after the messages
    follow_up: FollowUp | None = None  # what it brings is answered as a further reply
    wakes_delivery: bool = False  # parcels were put: wake the delivery
    outbox_messages: tuple[OutboxMessage, ...] = ()  # what of it is stored and ours to send at once


async def run_in_transaction(
    store: Store,
    request: Request,
    write: Callable[Concatenate[Store, Request, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Calls what reads and writes after its update was applied: in one more transaction.

    However long the store cannot write: what is to be written may have been paid for.
    """

    def apply_write(read_cache: ReadCache) -> T:
        with store.transaction():
            return write(store, replace(request, read_cache=read_cache), *args, **kwargs)

    while True:
        try:
            return await run_with_reads(
                store, ReadCache(request.person.id or request.chat.id), apply_write
            )
        except (DatabaseBusy, DatabaseNotWritable) as error:
            log.warning("what was fetched waits", extra={"error": type(error).__name__})
            await asyncio.sleep(RETRY_SECONDS)
