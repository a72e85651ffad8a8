"""What is fetched for an answer outlives the process: taken up again, answered once, paid twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from bot.arxiv.identifiers import PaperMention
from bot.chat import request_and_reply
from bot.chat.api import send_and_edit
from bot.chat.api.updates import UnreadableUpdate, Update
from bot.chat.dispatch import apply_update, inbox_worker
from bot.chat.dispatch.authorize import Authorization
from bot.chat.dispatch.inbox_worker import InboxWorker
from bot.chat.dispatch.managed_chats import ManagedChat
from bot.chat.dispatch.send_reply import store_reply
from bot.chat.handler_table import Route
from bot.chat.handlers.papers import digest, search
from bot.chat.request_and_reply import BotInfo, Reply, Request
from bot.chat.services import ExternalServices, Services
from bot.chat.widgets import query_translation
from bot.render.telegram.reply_encoding import decode_reply_part
from bot.render.telegram.split_into_messages import Message
from bot.texts import say
from storage import Store
from storage.errors import DatabaseBusy, DatabaseNotWritable, InvalidValue
from storage.records.chats import ChatKind, Person
from storage.records.messages import InboxUpdate, OutboxMessage
from storage.records.papers import Paper
from tests.support.builders import (
    BOT,
    DUE_AT,
    NOW,
    POLLED_CATEGORIES,
    SECOND,
    announce,
    create_chat,
    issued_digests,
    papers,
)
from tests.support.database import count_rows, pending_updates

CHAT = 700_000_001
FETCHED_PAPER = Paper("arxiv:2402.12844", 2, "Paper Boats", "They drift.", ("Ana",), ("cs.RO",))
_CLIENT = send_and_edit.create_client("1:errands", "http://127.0.0.1:9")

Fetch = Callable[[Sequence[str]], Awaitable[list[Paper]]]


@dataclass
class Life:
    """A process that answers, until it is killed."""

    store: Store
    fetch: Fetch
    sent: list[OutboxMessage] = field(default_factory=list)

    def __post_init__(self) -> None:
        bot_info = BotInfo(BOT, "papergram_bot", POLLED_CATEGORIES)
        counter = Services(
            _CLIENT,
            bot_info,
            self.store,
            lambda: NOW,
            lambda: None,
            "life",
            external_services=ExternalServices(fetch_papers=self.fetch),
        )
        self.answering = InboxWorker(counter, self._send, lambda: None, sleep=_at_once)

    async def _send(self, messages: Sequence[OutboxMessage]) -> bool:
        self.sent += messages
        return True

    async def begins(self) -> None:
        """Takes up what is pending, and lets it go as far as it goes."""
        await self.answering.start_pending()
        for _ in range(20):
            await asyncio.sleep(0.005)

    async def killed(self) -> None:
        """What it was doing ends in the middle."""
        for task in list(self.answering._tasks_by_chat.values()):
            task.cancel()
        await self.answering.drain()


async def _at_once(_: float) -> None:
    await asyncio.sleep(0)


async def _hangs(_: Sequence[str]) -> list[Paper]:
    await asyncio.Event().wait()
    return []


async def _finds(_: Sequence[str]) -> list[Paper]:
    return [FETCHED_PAPER]


def _asks(store: Store, text: str, number: int = 1) -> None:
    chat = {"id": CHAT, "type": "private", "first_name": "Ada"}
    person = {"id": CHAT, "is_bot": False, "first_name": "Ada", "language_code": "en"}
    message = {"message_id": 5, "date": 1, "chat": chat, "from": person, "text": text}
    body = json.dumps({"update_id": number, "message": message})
    store.inbox.put([InboxUpdate(BOT, number, CHAT, body)])


def _said(store: Store) -> list[str]:
    """All answers that were stored, in their order."""
    rows = store._engine.fetch_all(
        "select reply_content from outbox_messages where priority < 0 order by queue_position"
    )
    messages = [decode_reply_part(row["reply_content"]).content for row in rows]
    return [part.html for part in messages if isinstance(part, Message)]


async def test_what_was_being_fetched_is_fetched_at_the_next_start(store: Store) -> None:
    _asks(store, "/paper 2402.12844")
    first = Life(store, _hangs)
    await first.begins()
    assert len(_said(store)) == 1, "it takes a moment"
    await first.killed()
    [update] = pending_updates(store, BOT)
    assert json.loads(update.follow_up) == ["paper", "2402.12844"]

    second = Life(store, _finds)
    await second.begins()

    text, paper = _said(store)
    assert say("en", "paper-fetching", id="2402.12844") in text
    assert "Paper Boats" in paper
    assert pending_updates(store, BOT) == []
    third = Life(store, _hangs)
    await third.begins()
    assert len(_said(store)) == 2, "it is not fetched a third time"


async def test_what_was_said_meanwhile_is_answered_after_it(store: Store) -> None:
    _asks(store, "/paper 2402.12844")
    first = Life(store, _hangs)
    await first.begins()
    _asks(store, "/about", 2)
    await first.begins()
    await first.killed()

    second = Life(store, _finds)
    await second.begins()
    await second.begins()

    _, paper, about = _said(store)
    assert "Paper Boats" in paper
    assert "Papergram" in about


async def test_what_may_have_been_paid_for_is_asked_for_once_more_at_most(store: Store) -> None:
    """A question that ends the process each time is given up with a word."""
    fetched_ids: list[str] = []

    async def hangs(ids: Sequence[str]) -> list[Paper]:
        fetched_ids.extend(ids)
        return await _hangs(ids)

    _asks(store, "/paper 2402.12844")
    for _ in range(4):
        life = Life(store, hangs)
        await life.begins()
        await life.killed()

    assert fetched_ids == ["2402.12844"] * 2
    assert say("en", "refusal-failed") in _said(store)[-1]
    assert pending_updates(store, BOT) == []


async def test_a_full_disk_pays_for_nothing_twice(store: Store) -> None:
    """What was fetched waits until it can be stored."""
    fetched_ids: list[str] = []

    async def finds(ids: Sequence[str]) -> list[Paper]:
        fetched_ids.extend(ids)
        return [FETCHED_PAPER]

    _asks(store, "/paper 2402.12844")
    fetched, refused = store.inbox.mark_follow_up_done, iter([True, True])

    def full(bot: int, id: int) -> bool:
        if next(refused, False):
            raise DatabaseNotWritable("no room")
        return fetched(bot, id)

    store.inbox.mark_follow_up_done = full  # type: ignore[method-assign]
    await Life(store, finds).begins()

    assert fetched_ids == ["2402.12844"]
    assert "Paper Boats" in _said(store)[-1]


async def test_who_is_forgotten_meanwhile_is_not_answered(store: Store) -> None:
    _asks(store, "/paper 2402.12844")
    first = Life(store, _hangs)
    await first.begins()
    store.chats.erase(BOT, CHAT)
    await first.killed()

    await Life(store, _finds).begins()

    assert _said(store) == []
    assert pending_updates(store, BOT) == []


async def test_a_process_that_was_halted_answers_nothing_twice(store: Store) -> None:
    go_on = asyncio.Event()

    async def halted(_: Sequence[str]) -> list[Paper]:
        await go_on.wait()
        return [FETCHED_PAPER]

    _asks(store, "/paper 2402.12844")
    first = Life(store, halted)
    await first.begins()
    await Life(store, _finds).begins()
    assert len(_said(store)) == 2

    go_on.set()
    await first.answering.drain()

    assert len(_said(store)) == 2


def _counts(fetch: Fetch, fetched_ids: list[str]) -> Fetch:
    async def counted(ids: Sequence[str]) -> list[Paper]:
        fetched_ids.extend(ids)
        return await fetch(ids)

    return counted


async def test_an_answer_that_the_store_never_keeps_is_given_up_with_a_word(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched_ids: list[str] = []
    _asks(store, "/paper 2402.12844")

    def unfit(
        counter: Services, update: InboxUpdate, request: Update, reply: Reply, **named: bool
    ) -> Reply:
        if any("Paper Boats" in part.html for part in reply.messages):
            raise InvalidValue("too large")
        return store_reply(counter, update, request, reply, **named)

    monkeypatch.setattr(apply_update, "store_reply", unfit)
    life = Life(store, _counts(_finds, fetched_ids))
    await life.begins()
    await life.begins()

    assert fetched_ids == ["2402.12844"]
    assert say("en", "refusal-failed") in _said(store)[-1]
    assert pending_updates(store, BOT) == []


async def test_a_follow_up_of_which_nothing_can_be_stored_is_paid_for_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched_ids: list[str] = []
    _asks(store, "/paper 2402.12844")

    def unfit(*_: object) -> bool:
        raise InvalidValue("never")

    monkeypatch.setattr(store.inbox, "mark_follow_up_done", unfit)
    life = Life(store, _counts(_finds, fetched_ids))
    await life.begins()
    await life.begins()
    await life.killed()

    assert fetched_ids == ["2402.12844"]


@pytest.mark.parametrize(
    "breaks", ["parse_update", "authorize", "stored_follow_up", "rebuild_request"]
)
async def test_a_follow_up_that_cannot_be_taken_up_is_given_up_with_a_word(
    store: Store, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    _asks(store, "/paper 2402.12844")
    first = Life(store, _hangs)
    await first.begins()
    await first.killed()
    errors = {
        "parse_update": UnreadableUpdate("KeyError"),
        "rebuild_request": InvalidValue("never"),
    }

    def broken(*_: object) -> object:
        raise errors.get(breaks, ZeroDivisionError())

    monkeypatch.setattr(inbox_worker, breaks, broken)
    life = Life(store, _finds)
    await life.begins()
    await life.begins()

    assert say("en", "refusal-failed") in _said(store)[-1]
    assert pending_updates(store, BOT) == []


async def test_an_answer_that_cannot_be_shown_here_is_given_up_with_a_word(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    _asks(store, "/paper 2402.12844")
    first = Life(store, _hangs)
    await first.begins()
    await first.killed()

    async def elsewhere(_: Services, update: Update, route: Route | None) -> Authorization:
        return Authorization(update, route, ManagedChat(CHAT, ChatKind.PRIVATE, "Lab"))

    def broken(*_: object) -> Reply:
        raise ZeroDivisionError

    monkeypatch.setattr(inbox_worker, "authorize", elsewhere)
    monkeypatch.setattr(inbox_worker, "adapt_reply_for_manager", broken)
    await Life(store, _finds).begins()

    assert say("en", "refusal-failed") in _said(store)[-1]
    assert pending_updates(store, BOT) == []


@pytest.mark.parametrize("trouble", [DatabaseBusy, DatabaseNotWritable])
async def test_what_was_fetched_is_written_once_the_store_can_write(
    store: Store, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception]
) -> None:
    """Without being fetched again."""
    fetched_ids: list[str] = []
    _asks(store, "/paper 2402.12844")
    opened, refused = search._fetched_papers_reply, iter([True, True])

    def troubled(
        store: Store, ask: Request, papers: Sequence[Paper], unknown: Sequence[PaperMention]
    ) -> Reply:
        if next(refused, False):
            raise trouble("not now")
        return opened(store, ask, papers, unknown)

    monkeypatch.setattr(search, "_fetched_papers_reply", troubled)
    monkeypatch.setattr(request_and_reply, "RETRY_SECONDS", 0.0)
    await Life(store, _counts(_finds, fetched_ids)).begins()

    assert fetched_ids == ["2402.12844"]
    assert "Paper Boats" in _said(store)[-1]


async def test_a_store_that_is_busy_for_a_moment_fails_no_follow_up(store: Store) -> None:
    fetched_ids: list[str] = []
    _asks(store, "/paper 2402.12844")
    refused = iter([True])
    keep = store.papers.upsert

    def busy(papers: Sequence[Paper], **named: datetime) -> list[Paper]:
        if next(refused, False):
            raise DatabaseBusy("locked")
        return keep(papers, **named)

    store.papers.upsert = busy  # type: ignore[method-assign,assignment]
    await Life(store, _counts(_finds, fetched_ids)).begins()

    assert len(fetched_ids) == 2
    assert "Paper Boats" in _said(store)[-1]


async def test_a_digest_that_was_issued_before_the_process_ended_is_not_issued_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest is stored, and then that it was: in between the process may end."""
    announce(store, papers(1, 2))
    who = create_chat(store)

    async def put(*_: object) -> query_translation.TranslatedWords:
        return query_translation.TranslatedWords("diffusion", is_english=True)

    monkeypatch.setattr(query_translation, "translate_words", put)
    ask = Request(
        BotInfo(BOT, "papergram_bot", POLLED_CATEGORIES), who, Person(BOT, who.id), DUE_AT
    )
    for update, seconds in ((7, 0), (7, 5), (8, 9)):
        later = replace(ask, update_id=update, now=DUE_AT + seconds * SECOND)
        reply = await digest.digest_translation(ExternalServices(), store, later, "扩散")
        assert reply.wakes_delivery

    assert len(issued_digests(store, who)) == 2, "one for each update"
    assert count_rows(store, "outbox_messages") == 2
