"""Outbox messages reach Telegram: each once, in order, at its pace, whatever the server says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest

from bot.concurrency.circuit_breaker import CircuitBreaker
from bot.concurrency.rate_limiter import RateLimiter
from bot.delivery.record_outcome import BACKOFF, MAX_ATTEMPTS
from bot.delivery.telegram_floods import TelegramFloods
from bot.delivery.worker import DeliveryCounts, DeliveryWorker
from bot.delivery.worker_context import DeliveryContext, SendMessage
from bot.digests.publish import publish_due_chats
from bot.render.telegram import reply_encoding
from bot.render.telegram.reply_encoding import Document, ReplyContent, ReplyPart
from bot.render.telegram.split_into_messages import Message
from storage import Store
from storage.errors import DatabaseBusy
from storage.records.chats import Chat, MessageForm
from storage.records.messages import (
    ChatUnreachable,
    MessageRejected,
    MessageState,
    MovedToSupergroup,
    Notice,
    OutboxMessage,
    Priority,
    RetryLater,
    SendOutcome,
    Sent,
    UnknownOutcome,
)
from tests.support.builders import (
    BOT,
    DUE_AT,
    MINUTE,
    SECOND,
    FakeSender,
    announce,
    create_chat,
    issue_on_demand,
    papers,
    subscribe_chat,
)
from tests.support.database import count_rows, count_unknown_sends, stored_message

REPEAT = "You may have received this already"


def waiting(store: Store, *readers: Chat, entries: int = 2) -> FakeSender:
    """Lets a digest wait for each of these chats, and a postman who has not gone yet."""
    for reader in readers:
        subscribe_chat(store, reader)
    announce(store, papers(*range(entries)))
    assert publish_due_chats(store, BOT, DUE_AT).digests == len(readers)
    return FakeSender(store, now=DUE_AT)


def states(store: Store) -> dict[str, int]:
    """How many messages are in each state, absent ones left out."""
    return {str(state): n for state, n in store.outbox.counts_by_state(BOT).items() if n}


async def test_a_digest_is_sent_once_and_its_papers_are_received(store: Store) -> None:
    reader = create_chat(store)
    postman = waiting(store, reader)

    assert await postman.deliver_once() == DeliveryCounts(sent=1)
    await postman.deliver_repeatedly()

    [(outbox_message, message)] = postman.sent_messages
    assert outbox_message.chat == reader.id
    assert "[1]" in message.html
    assert states(store) == {"sent": 1}
    assert count_rows(store, "receipts", state="sent") == 2
    assert count_rows(store, "receipts", state="reserved") == 0


async def test_a_restart_sends_nothing_again(store: Store) -> None:
    postman = waiting(store, create_chat(store))
    await postman.deliver_once()

    another = FakeSender(store, now=DUE_AT + MINUTE)
    await another.deliver_repeatedly()

    assert another.sent_messages == []


async def test_a_chat_gets_its_messages_in_order_and_a_second_apart(store: Store) -> None:
    reader = create_chat(store, full=True)
    postman = waiting(store, reader, entries=3)

    for _ in range(8):
        await postman.deliver_once()
        postman.now += SECOND / 2

    assert [message.part for message, _ in postman.sent_messages] == [1, 1001, 1002, 1003]
    assert [message.silent for _, message in postman.sent_messages] == [False, True, True, True]


async def test_a_group_gets_no_more_than_twenty_messages_a_minute(store: Store) -> None:
    postman = waiting(store, create_chat(store, -5, full=True), entries=12)
    limit = 12

    for _ in range(30):
        await postman.deliver_once()
        postman.now += SECOND

    assert len(postman.sent_messages) == 10, "one each three seconds"
    await postman.deliver_repeatedly(20)
    assert len(postman.sent_messages) == limit + 1


async def test_a_chat_that_must_wait_holds_nobody_else(store: Store) -> None:
    slow, other = create_chat(store, 1), create_chat(store, 2)
    postman = waiting(store, slow, other)
    postman.script, postman.scripted_chat = (
        [RetryLater(30, "flood control", counts_as_attempt=False)],
        slow.id,
    )

    assert await postman.deliver_once() == DeliveryCounts(sent=1, postponed=1)
    postman.now += 29 * SECOND
    assert await postman.deliver_once() == DeliveryCounts()
    postman.now += SECOND
    assert await postman.deliver_once() == DeliveryCounts(sent=1)

    assert sorted(postman.recipient_chats()) == [1, 1, 2]
    [outbox_message] = [
        message
        for message in store.outbox.messages_in_state(BOT, MessageState.SENT)
        if message.chat == 1
    ]
    assert (outbox_message.attempts, outbox_message.unknown_sends) == (0, 0), (
        "flood control is no failure"
    )


async def test_a_crash_of_the_sender_holds_nobody_else(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """What the sender did not foresee leaves the send in doubt, and the others go on."""
    broken, other = create_chat(store, 1), create_chat(store, 2)
    postman = waiting(store, broken, other)
    postman.script, postman.scripted_chat = [AssertionError("no message")], broken.id

    with caplog.at_level(logging.CRITICAL):
        assert (await postman.deliver_once()).sent == 1
        await postman.deliver_repeatedly()

    assert sorted(postman.recipient_chats()) == [1, 1, 2]
    assert states(store) == {"sent": 2}
    assert REPEAT in postman.sent_messages[-1][1].html


async def test_a_message_that_cannot_be_rendered_is_set_aside(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = create_chat(store, 1), create_chat(store, 2)
    postman = waiting(store, other)
    store.outbox.put_once(_message(broken, digest=999), due_at=DUE_AT)

    with caplog.at_level(logging.CRITICAL):
        assert await postman.deliver_once() == DeliveryCounts(sent=1, refused=1)

    assert postman.recipient_chats() == [other.id]
    [dead] = store.outbox.messages_in_state(BOT, MessageState.DEAD)
    assert dead.error == "cannot be rendered: LookupError"


async def test_a_failure_is_tried_again_ever_later_and_then_kept_aside(store: Store) -> None:
    postman = waiting(store, create_chat(store))
    postman.script = [RetryLater(1, "broken pipe") for _ in range(20)]
    sends = []

    for _ in range(3 * 3600 // 15):
        if (await postman.deliver_once()) != DeliveryCounts():
            sends.append((postman.now - DUE_AT).total_seconds())
        postman.now += 15 * SECOND

    waits = [round(b - a) for a, b in pairwise(sends)]
    assert waits == [*BACKOFF, BACKOFF[-1]]
    assert len(sends) == MAX_ATTEMPTS + 1
    assert states(store) == {"dead": 1}
    assert count_rows(store, "receipts") == 0, "its papers are missed, not lost"


async def test_an_unknown_outcome_is_sent_once_more_and_marked(store: Store) -> None:
    postman = waiting(store, create_chat(store))
    postman.script = [UnknownOutcome("ReadTimeout")]

    await postman.deliver_repeatedly()

    assert [REPEAT in message.html for _, message in postman.sent_messages] == [False, True]
    assert states(store) == {"sent": 1}
    assert count_unknown_sends(store, BOT) == 1
    assert count_rows(store, "receipts", state="sent") == 2


async def test_unknown_outcomes_do_not_rain_on_a_chat(store: Store) -> None:
    """A server that takes and never answers gets each message a few times, not each second."""
    postman = waiting(store, create_chat(store))
    postman.script = [UnknownOutcome("ReadTimeout")] * 1000

    await postman.deliver_repeatedly(8 * 3600 // 30, step=30 * SECOND)

    assert len(postman.sent_messages) <= MAX_ATTEMPTS + 1
    assert states(store) == {"unknown": 1}
    assert count_rows(store, "receipts", state="sent") == 2, "it has most likely arrived"


async def test_a_process_that_dies_while_sending_repeats_that_one_marked(store: Store) -> None:
    reader = create_chat(store)
    postman = waiting(store, reader)
    [claimed] = store.outbox.claim(BOT, "the dead one", DUE_AT, 60.0)
    assert store.outbox.mark_sending(claimed, DUE_AT)

    assert await postman.deliver_once() == DeliveryCounts()
    postman.now += 2 * MINUTE
    assert await postman.deliver_once() == DeliveryCounts(sent=1)

    assert REPEAT in postman.sent_messages[0][1].html


async def test_who_blocked_the_bot_is_paused_and_what_waits_is_dropped(store: Store) -> None:
    blocker, other = create_chat(store, 1, full=True), create_chat(store, 2)
    postman = waiting(store, blocker, other)
    postman.script = [ChatUnreachable("Forbidden: bot was blocked by the user")]
    postman.scripted_chat = blocker.id

    await postman.deliver_repeatedly()

    assert sorted(postman.recipient_chats()) == [1, 2]
    assert states(store) == {"dropped": 3, "sent": 1}
    paused = store.chats.get(BOT, blocker.id)
    assert paused
    assert paused.pause_reason == "Forbidden: bot was blocked by the user"
    assert count_rows(store, "receipts", chat=1) == 0, "unseen papers are free again"
    assert count_rows(store, "receipts", chat=2, state="sent") == 2


async def test_a_group_that_moved_gets_its_digest_at_the_new_place(store: Store) -> None:
    postman = waiting(store, create_chat(store, -5))
    postman.script = [MovedToSupergroup(-1005)]

    await postman.deliver_repeatedly()

    assert postman.recipient_chats() == [-5, -1005]
    assert states(store) == {"sent": 1}
    assert [topic.chat for topic in store.subscriptions.of_chat(BOT, -1005)] == [-1005]
    assert count_rows(store, "receipts", chat=-1005, state="sent") == 2


@pytest.mark.parametrize("form", [MessageForm.TWO_COLUMNS, MessageForm.THREE_COLUMNS])
async def test_a_refused_rich_part_becomes_text_over_the_same_entries(
    store: Store, form: MessageForm
) -> None:
    reader = create_chat(store, form=form)
    postman = waiting(store, reader, entries=12)
    postman.script = [MessageRejected("Bad Request: RICH_MESSAGE_BLOCKS_TOO_MANY")]

    await postman.deliver_repeatedly()

    (rich, _), *plain = postman.sent_messages
    assert rich.form is form
    assert plain
    assert {message.form for message, _ in plain} == {MessageForm.CLASSIC}
    covered = [
        position
        for message, _ in plain
        for position in range(message.first_entry, message.last_entry + 1)
    ]
    assert covered == list(range(rich.first_entry, rich.last_entry + 1))
    assert count_rows(store, "receipts", state="sent") == 12
    assert count_rows(store, "receipts", state="reserved") == 0


@pytest.mark.parametrize("form", [MessageForm.TWO_COLUMNS, MessageForm.THREE_COLUMNS])
async def test_a_refused_rich_entry_becomes_text_too(store: Store, form: MessageForm) -> None:
    postman = waiting(store, create_chat(store, form=form, full=True), entries=2)
    postman.script = [Sent(1), MessageRejected("Bad Request: RICH_MESSAGE_DETAILS_INVALID")]

    await postman.deliver_repeatedly()

    assert [(message.part, message.form) for message, _ in postman.sent_messages] == [
        (1, form),
        (1001, form),
        (1001, MessageForm.CLASSIC),
        (1002, form),
    ]


async def test_a_refused_text_is_kept_for_us_to_look_at(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    postman = waiting(store, create_chat(store))
    postman.script = [MessageRejected("Bad Request: can't parse entities")] * 2

    with caplog.at_level(logging.ERROR):
        await postman.deliver_repeatedly()

    assert [bool(message.text) for _, message in postman.sent_messages] == [False, True], (
        "plain at last"
    )
    assert states(store) == {"dropped": 1, "dead": 1}
    assert {record.message for record in caplog.records} == {"parcel refused"}


async def test_a_refused_message_of_an_answer_takes_no_other_away(store: Store) -> None:
    reader = create_chat(store)
    with store.transaction():
        for part, html in enumerate(("<b>one</b>", "two", "three"), start=1):
            reply_part = ReplyPart(Message(MessageForm.CLASSIC, html=html))
            message = replace(_message(reader), part=part, priority=Priority.REPLY)
            message = replace(
                message,
                reply_content=reply_encoding.encode_reply_part(reply_part),
                expires_at=DUE_AT + MINUTE,
            )
            assert store.outbox.put_once(message, due_at=DUE_AT)
    postman = FakeSender(store, now=DUE_AT, script=[MessageRejected("can't parse entities")])

    await postman.deliver_repeatedly(5)

    assert [part.html or part.text for _, part in postman.sent_messages] == [
        "<b>one</b>",
        "one",
        "two",
        "three",
    ]


async def test_two_digests_of_a_chat_keep_their_order_through_trouble(store: Store) -> None:
    reader = create_chat(store)
    postman = waiting(store, reader)
    announce(store, papers(7, 8))
    [topic] = store.subscriptions.of_chat(BOT, reader.id)
    assert issue_on_demand(store, reader, topic, DUE_AT + SECOND)
    postman.script = [RetryLater(5, "no connection", counts_as_attempt=False)]

    await postman.deliver_repeatedly()

    assert [message.digest for message, _ in postman.sent_messages] == [1, 1, 2]


async def test_a_notice_is_told_in_the_language_of_the_chat(store: Store) -> None:
    reader = create_chat(store)
    notice = Notice("digest-none-yet", (("topic", "a<b"), ("next", "x"), ("zone", "UTC")))
    store.outbox.put_once(_message(reader, notice=notice), due_at=DUE_AT)
    postman = FakeSender(store, now=DUE_AT)

    assert await postman.deliver_once() == DeliveryCounts(sent=1)

    assert postman.sent_messages[0][1].html.startswith("Nothing for a&lt;b so far.")


async def test_a_notice_that_may_have_arrived_says_so_when_it_comes_again(store: Store) -> None:
    reader = create_chat(store)
    notice = Notice("digest-quiet", (("next", "Mon 30 Nov 05:00"),))
    store.outbox.put_once(_message(reader, notice=notice), due_at=DUE_AT)
    postman = FakeSender(store, now=DUE_AT, script=[UnknownOutcome("TimedOut")])

    await postman.deliver_repeatedly(120)

    [first, again] = [message.html for _, message in postman.sent_messages]
    assert again.startswith("<i>You may have received this already")
    assert again.endswith(first)


async def test_a_settlement_survives_the_end_of_the_work(store: Store) -> None:
    """Cancelled between the answer and the record, the record is made all the same."""
    postman = waiting(store, create_chat(store))
    answered = asyncio.Event()

    async def send(outbox_message: OutboxMessage, message: object) -> Sent:
        answered.set()
        return Sent(77)

    postman.send = send  # type: ignore[method-assign]
    work = asyncio.create_task(postman.deliver_once())
    await answered.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work

    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
    assert states(store) == {"sent": 1}


def _worker(
    postman: FakeSender, send: SendMessage, *, breaker: CircuitBreaker | None = None
) -> DeliveryContext:
    """A worker whose sends are the test's own."""
    return DeliveryContext(
        store=postman.store,
        bot=BOT,
        paper_link=lambda paper, version: f"https://t.me/papergram?start=p_{paper}_{version}",
        holder="desk",
        send=send,
        now=lambda: postman.now,
        rate_limiter=RateLimiter(1e6, monotonic=lambda: 0.0),
        circuit_breaker=breaker or CircuitBreaker(monotonic=lambda: 0.0),
        telegram_floods=TelegramFloods(monotonic=lambda: 0.0),
    )


async def test_a_kill_would_leave_no_more_in_doubt_than_is_being_sent(store: Store) -> None:
    """Marks share commits; each is committed before its send, and none long before."""
    postman = waiting(store, *(create_chat(store, number) for number in range(1, 41)))
    sending, most = 0, 0

    async def send(outbox_message: OutboxMessage, _: ReplyContent) -> SendOutcome:
        nonlocal sending, most
        sending += 1
        message = stored_message(store, outbox_message.key)
        assert message
        assert message.state is MessageState.SENDING
        await asyncio.sleep(0)
        most = max(most, sending)
        assert store.outbox.counts_by_state(BOT)[MessageState.SENDING] <= 6
        sending -= 1
        return Sent(1)

    assert await DeliveryWorker(_worker(postman, send)).drain(workers=6) == DeliveryCounts(sent=40)

    assert most > 1, "they were sent side by side"


async def test_what_is_at_hand_when_the_server_fails_is_given_back(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    postman = waiting(store, *(create_chat(store, number) for number in range(1, 41)))
    tried: list[int] = []

    async def send(message: OutboxMessage, _: ReplyContent) -> SendOutcome:
        tried.append(message.chat)
        return RetryLater(5.0, "no connection", counts_as_attempt=False)

    worker = _worker(postman, send, breaker=CircuitBreaker(monotonic=lambda: 0.0, threshold=3))
    await DeliveryWorker(worker).drain(workers=2)

    assert len(tried) <= 3 + 1, "two at a time, and none once it was known"
    assert count_rows(store, "outbox_messages", state="ready", holder="") == 40
    postman.now += MINUTE
    await postman.deliver_repeatedly(2)
    assert sorted(postman.recipient_chats()) == list(range(1, 41)), "another may have them at once"


async def test_what_is_at_hand_waits_when_everybody_is_told_to(store: Store) -> None:
    postman = waiting(store, *(create_chat(store, number) for number in range(1, 41)))
    tried: list[int] = []

    async def send(message: OutboxMessage, _: ReplyContent) -> SendOutcome:
        tried.append(message.chat)
        return RetryLater(
            30.0, "flood control", counts_as_attempt=False, requested_by_telegram=True
        )

    await DeliveryWorker(_worker(postman, send)).drain(workers=2)

    assert len(tried) <= 3 + 2, "three are told, two are under way"
    assert count_rows(store, "outbox_messages", state="ready", holder="") == 40
    postman.now += 29 * SECOND
    assert await postman.deliver_once() == DeliveryCounts()
    postman.now += SECOND
    await postman.deliver_repeatedly(2)
    assert sorted(postman.recipient_chats()) == list(range(1, 41))


async def test_what_waits_for_the_free_rate_holds_no_digest_that_is_paid_for(store: Store) -> None:
    """Those that somebody waits for leave at a rate of their own, and most workers are free."""
    postman = waiting(store, *(create_chat(store, number) for number in range(1, 21)))
    quiet = Notice("digest-quiet", (("next", "Mon 30 Nov 05:00"),))
    for number in range(101, 121):
        message = replace(
            _message(create_chat(store, number), notice=quiet), priority=Priority.INTERACTIVE
        )
        assert store.outbox.put_once(message, due_at=DUE_AT)
    interactive_sends, due, free = list[int](), list[int](), asyncio.Event()

    async def send(outbox_message: OutboxMessage, _: ReplyContent) -> SendOutcome:
        (interactive_sends if outbox_message.priority is Priority.INTERACTIVE else due).append(
            outbox_message.chat
        )
        if len(due) == 20:
            free.set()
        return Sent(1)

    async def sleep(seconds: float) -> None:
        if seconds > 1.0:
            await free.wait()

    pace = RateLimiter(1e6, monotonic=lambda: 0.0, sleep=sleep, interactive_rate=0.5)
    async with asyncio.timeout(10):
        worker = DeliveryWorker(replace(_worker(postman, send), rate_limiter=pace))
        undelivered = await worker.drain(workers=6)

    assert undelivered == DeliveryCounts(sent=40)
    assert sorted(due) == list(range(1, 21))


@pytest.mark.parametrize(
    ("sign", "rank"), [(-1, Priority.SCHEDULED), (1, Priority.INTERACTIVE), (1, Priority.REPLY)]
)
async def test_what_anybody_can_provoke_holds_nobody_else(
    store: Store, sign: int, rank: Priority
) -> None:
    """Groups of their own, answers and digests on demand: their chats rest, and only they."""
    postman = waiting(store, create_chat(store, 9))
    flooded = [create_chat(store, sign * number) for number in range(1, 5)]
    words = reply_encoding.encode_reply_part(ReplyPart(Message(MessageForm.CLASSIC, html="words")))
    quiet = Notice("digest-quiet", (("next", "Mon 30 Nov 05:00"),))
    with store.transaction():
        for reader in flooded:
            message = replace(_message(reader, notice=quiet), priority=rank)
            if rank is Priority.REPLY:
                message = replace(
                    message, notice=None, reply_content=words, expires_at=DUE_AT + 60 * MINUTE
                )
            assert store.outbox.put_once(message, due_at=DUE_AT - MINUTE)
    tried: list[int] = []

    async def send(outbox_message: OutboxMessage, _: ReplyContent) -> SendOutcome:
        tried.append(outbox_message.chat)
        if outbox_message.chat == 9:
            return Sent(1)
        return RetryLater(
            36.0, "flood control", counts_as_attempt=False, requested_by_telegram=True
        )

    for _ in range(3):
        await DeliveryWorker(_worker(postman, send)).drain(workers=1)
        postman.now += SECOND

    assert sorted(tried) == sorted([9, *(reader.id for reader in flooded)])


async def test_what_could_not_be_begun_is_free_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    postman = waiting(store, *(create_chat(store, number) for number in range(1, 5)))

    def busy(*_: object, **__: object) -> bool:
        raise DatabaseBusy("locked")

    with monkeypatch.context() as trouble:
        trouble.setattr(store.outbox, "mark_sending", busy)
        assert await postman.deliver_once() == DeliveryCounts()

    assert postman.sent_messages == []
    assert count_rows(store, "outbox_messages", state="ready", holder="") == 4
    assert await postman.deliver_once() == DeliveryCounts(sent=4)


async def test_a_send_does_not_begin_when_the_store_took_most_of_its_lease(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As much of the lease as a send may take must be left when its mark is written."""
    postman = waiting(store, create_chat(store))
    writes = _waits_long(store, monkeypatch, postman, write=2)  # the claim is the first

    assert await postman.deliver_once() == DeliveryCounts(sent=1, postponed=1)

    assert len(writes) >= 2
    [(message, _)] = postman.sent_messages
    assert message.fencing_token == 2, "it was claimed once more, at once"


async def test_an_answer_that_expires_at_hand_holds_no_later_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = create_chat(store)
    with store.transaction():
        for part, expires in ((1, DUE_AT + MINUTE), (2, DUE_AT + 10 * MINUTE)):
            payload = reply_encoding.encode_reply_part(
                ReplyPart(Message(MessageForm.CLASSIC, html=f"part {part}"))
            )
            outbox_message = replace(
                _message(reader), part=part, priority=Priority.REPLY, reply_content=payload
            )
            assert store.outbox.put_once(replace(outbox_message, expires_at=expires), due_at=DUE_AT)
    postman = FakeSender(store, now=DUE_AT)
    _waits_long(store, monkeypatch, postman, write=2)  # the claim is the first

    await postman.deliver_once()

    assert [message.html for _, message in postman.sent_messages] == ["part 2"]


async def test_a_file_has_the_time_that_its_upload_may_take(store: Store) -> None:
    """Nobody else takes it for lost while it is under way, however short the lease is."""
    reader = create_chat(store)
    payload = reply_encoding.encode_reply_part(ReplyPart(Document("library.bib", b"@misc{}")))
    message = replace(
        _message(reader),
        priority=Priority.REPLY,
        reply_content=payload,
        expires_at=DUE_AT + 60 * MINUTE,
    )
    with store.transaction():
        assert store.outbox.put_once(message, due_at=DUE_AT)
    postman = FakeSender(store, now=DUE_AT)

    async def send(outbox_message: OutboxMessage, _: ReplyContent) -> SendOutcome:
        postman.now += 85 * SECOND
        with store.transaction():
            assert store.outbox.claim(BOT, "another", postman.now, 60.0) == []
        return Sent(1)

    worker = replace(_worker(postman, send), lease_seconds=60.0, send_timeout=30.0)
    assert await DeliveryWorker(worker).drain(workers=1) == DeliveryCounts(sent=1)


async def test_a_claim_lasts_from_when_it_is_made(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    postman = waiting(store, create_chat(store))
    _waits_long(store, monkeypatch, postman, write=1)

    assert await postman.deliver_once() == DeliveryCounts(sent=1)


async def test_what_is_at_hand_at_the_end_is_given_back(store: Store) -> None:
    postman = waiting(store, *(create_chat(store, number) for number in range(1, 41)))

    async def send(_: OutboxMessage, __: ReplyContent) -> SendOutcome:
        worker.is_stopping.set()
        return Sent(1)

    worker = _worker(postman, send)
    undelivered = await DeliveryWorker(worker).drain(workers=2)

    assert 1 <= undelivered.sent <= 2
    assert count_rows(store, "outbox_messages", state="ready", holder="") == 40 - undelivered.sent


def _waits_long(
    store: Store, monkeypatch: pytest.MonkeyPatch, postman: FakeSender, *, write: int
) -> list[datetime]:
    """Lets one of the next transactions begin late; returns when each of them began."""
    real, began = store.transaction, list[datetime]()

    @contextmanager
    def late() -> Iterator[None]:
        with real():
            began.append(postman.now)
            if len(began) == write:
                postman.now += 100 * SECOND
            yield

    monkeypatch.setattr(store, "transaction", late)
    return began


def _message(to: Chat, *, digest: int = 0, notice: Notice | None = None) -> OutboxMessage:
    return OutboxMessage(
        bot=to.bot,
        chat=to.id,
        period="by hand",
        part=1,
        form=MessageForm.CLASSIC,
        language="en",
        languages=("en",),
        zone="UTC",
        digest=digest,
        notice=notice,
    )
