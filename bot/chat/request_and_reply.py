"""What a handler receives and returns: a frozen request and a frozen reply.

A handler is a plain function ``(Store, Request) -> Reply`` that runs in the transaction in which
its update is marked as applied. It sends nothing itself: the reply leaves after the commit. Slow
queries go through ``Request.read``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from bot.arxiv.identifiers import PaperMention
from bot.chat.read_cache import MULTI_QUERY_SECONDS, QUERY_SECONDS, ReadCache, run_with_reads
from bot.digests.preview import WeeklyPaperCounts
from bot.render.telegram.keyboard import Action, Button
from bot.render.telegram.reply_encoding import Document
from bot.render.telegram.split_into_messages import Message
from bot.summaries.gateway.cost_report import LlmSettings
from bot.texts import LANGUAGES, Refusal, say
from storage import Store
from storage.errors import DatabaseBusy, DatabaseNotWritable
from storage.records.chats import Chat, Person
from storage.records.messages import OutboxMessage

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0  # between attempts while the store cannot write

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BotInfo:
    """What handlers may know about the running bot."""

    bot_id: int
    username: str
    polled_categories: frozenset[str]
    max_topics: int = 50  # per chat
    operator_chat: int = 0  # the chat that may use the operator's commands
    llm_settings: LlmSettings | None = None  # None without a model
    entry_languages: tuple[str, ...] = LANGUAGES  # languages offered for entries
    weekly_paper_counts: WeeklyPaperCounts = field(default_factory=WeeklyPaperCounts)


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a person: a command with its arguments, plain text or a pressed button."""

    bot_info: BotInfo
    chat: Chat
    person: Person
    now: datetime
    words: str = ""  # the arguments of a command, or the text
    papers: tuple[PaperMention, ...] = ()  # mentioned in the message's text or links
    categories: tuple[str, ...] = ()  # whose listings the message links to
    action: Action = Action("")  # noqa: RUF009 - frozen
    thread: int = 0
    manager_language: str = ""  # of the person who manages this chat from another one
    update_id: int = 0  # the update that a follow-up belongs to
    read_cache: ReadCache = field(default_factory=ReadCache, compare=False, repr=False)

    @property
    def language(self) -> str:
        """The language of the person who reads the answer."""
        return self.manager_language or self.chat.language

    @property
    def is_for_other_chat(self) -> bool:
        """Whether the request concerns another chat than the one it was sent in."""
        return bool(self.manager_language)

    def read(
        self, function: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return ``function(store, *args, **kwargs)``, run outside the transaction.

        A handler reads before it writes, because a read may be refused.
        """
        return self.read_cache.get(QUERY_SECONDS, function, *args, **kwargs)

    def read_many(
        self, function: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Like ``read``, with a budget for several queries."""
        return self.read_cache.get(MULTI_QUERY_SECONDS, function, *args, **kwargs)

    def read_optional(
        self,
        function: Callable[Concatenate[Store, P], tuple[T, ...]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> tuple[T, ...]:
        """Like ``read``, but return nothing if the read is refused."""
        try:
            return self.read(function, *args, **kwargs)
        except Refusal:
            return ()

    def say(self, key: str, **values: str | int) -> str:
        """Return a text in the reader's language."""
        return say(self.language, key, **values)

    def for_chat(self, chat: Chat) -> Request:
        """Return the same request with the changed settings of its chat."""
        return replace(self, chat=chat)

    def with_target(self, first_argument: int) -> Request:
        """Return the same request with another first argument of its button."""
        return replace(self, action=Action(self.action.verb, first_argument))

    def button(
        self, key: str, verb: str, first_argument: int = 0, second_argument: int = 0
    ) -> Button:
        """Return a button whose label is the text ``key``."""
        return Button(self.say(key), Action(verb, first_argument, second_argument))


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Work to do after the transaction, by its verb in ``FOLLOW_UP_HANDLERS``."""

    verb: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the person sees: messages, a toast, or the pressed message edited in place."""

    messages: tuple[Message, ...] = ()
    # Sent instead of the rich messages if Telegram refuses those.
    fallback_messages: tuple[Message, ...] = ()
    # Each fallback replaces only the message at its own position.
    is_fallback_paired: bool = False
    edit: bool = False  # the first message replaces the one whose button was pressed
    toast: str = ""
    url: str = ""  # a deep link of this bot, opened for the presser instead of a message
    to_chat: int = 0  # another chat than the update's
    documents: tuple[Document, ...] = ()  # after the messages
    follow_up: FollowUp | None = None  # its result is sent as a further reply
    wakes_delivery: bool = False  # the handler queued messages of its own
    outbox_messages: tuple[OutboxMessage, ...] = ()  # stored, and leased to us to send at once


async def run_in_transaction(
    store: Store,
    request: Request,
    write: Callable[Concatenate[Store, Request, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run ``write`` in a further transaction, after its update was applied.

    Retries for as long as the store cannot write: the result to be written may have been paid for.
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
