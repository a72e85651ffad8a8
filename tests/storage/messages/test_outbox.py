"""The outbox: put once, in order, fenced, settled with what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from storage import Store
from storage.digests.receipts import Receipts
from storage.records.chats import MessageForm
from storage.records.messages import (
    ChatUnreachable,
    MessageRejected,
    MessageState,
    MovedToSupergroup,
    Notice,
    OutboxMessage,
    Priority,
    RetryLater,
    Sent,
    UnknownOutcome,
)
from tests.storage.builders import (
    BOT,
    CHAT,
    MINUTE,
    NOW,
    create_chat,
    issue_digest,
    outbox_message,
    paper,
    store_papers,
)
from tests.support.database import count_unknown_sends, stored_message

OTHER = CHAT - 1
LEASE = 60.0


def claim(
    store: Store, holder: str = "a", after: timedelta = timedelta(), n: int = 10
) -> list[OutboxMessage]:
    return store.outbox.claim(BOT, holder, NOW + after, LEASE, n)


def sending(store: Store, after: timedelta = timedelta()) -> OutboxMessage:
    """Claim the one parcel that is first and begin to send it."""
    [message] = claim(store, after=after, n=1)
    assert store.outbox.mark_sending(message, NOW + after)
    return message


def state(store: Store, key: int) -> MessageState:
    message = stored_message(store, key)
    assert message is not None
    return message.state


def test_a_message_is_put_once(store: Store) -> None:
    assert store.outbox.put_once(outbox_message())
    assert not store.outbox.put_once(replace(outbox_message(), form=MessageForm.CLASSIC))
    assert store.outbox.put_once(outbox_message(part=2))
    assert store.outbox.put_once(replace(outbox_message(), revision=2, edited_message_id=99))


def test_a_message_comes_back_as_it_was_put(store: Store) -> None:
    put = replace(
        outbox_message(first=1, last=12),
        notice=Notice("quiet", (("day", "2026-11-26"), ("n", 3))),
        silent=True,
        thread=4,
    )
    store.outbox.put_once(put)

    [message] = claim(store)

    assert replace(message, key=0, fencing_token=0) == put


def test_a_chat_gets_its_messages_one_by_one_in_order(store: Store) -> None:
    for part in (1, 2, 3):
        store.outbox.put_once(outbox_message(part=part))

    parts = []
    for _ in range(3):
        message = sending(store)
        assert claim(store, "b") == []
        store.send_outcomes.record(message, Sent(100), NOW)
        parts.append(message.part)

    assert parts == [1, 2, 3]


def test_a_chat_with_many_parts_holds_nobody_else(store: Store) -> None:
    for part in range(40):
        store.outbox.put_once(outbox_message(part=part))
    store.outbox.put_once(outbox_message(chat_id=OTHER))

    assert [message.chat for message in claim(store)] == [CHAT, OTHER]


def test_another_bots_messages_are_not_ours(store: Store) -> None:
    store.outbox.put_once(replace(outbox_message(), bot=BOT + 1))

    assert claim(store) == []


def test_a_message_waits_for_its_instant(store: Store) -> None:
    store.outbox.put_once(outbox_message(), due_at=NOW + MINUTE)

    assert claim(store) == []
    assert len(claim(store, after=MINUTE)) == 1


def test_a_send_begins_only_with_enough_of_the_lease_left(store: Store) -> None:
    store.outbox.put_once(outbox_message())
    [message] = claim(store)

    assert not store.outbox.mark_sending(message, NOW + timedelta(seconds=40), min_lease_seconds=30)
    assert store.outbox.mark_sending(message, NOW + timedelta(seconds=20), min_lease_seconds=30)
    assert not store.outbox.mark_sending(message, NOW, min_lease_seconds=30), "it has begun already"


def test_a_claim_that_ran_out_before_the_send_raises_no_doubt(store: Store) -> None:
    store.outbox.put_once(outbox_message())
    claim(store)

    [again] = claim(store, "b", 2 * MINUTE)

    assert (again.unknown_sends, again.attempts) == (0, 0)


def test_a_send_that_nobody_settled_comes_back_in_doubt(store: Store) -> None:
    store.outbox.put_once(outbox_message())
    lost = sending(store)

    [again] = claim(store, "b", 2 * MINUTE)

    assert again.unknown_sends == 1
    assert not store.send_outcomes.record(lost, Sent(5), NOW + 2 * MINUTE), "its fence has passed"
    assert store.outbox.mark_sending(again, NOW + 2 * MINUTE)
    assert store.send_outcomes.record(again, Sent(6), NOW + 2 * MINUTE)
    assert count_unknown_sends(store, BOT) == 1


def test_a_claim_ends_every_send_whose_time_is_over_and_no_clock_undoes_it(store: Store) -> None:
    store.outbox.put_once(outbox_message())
    store.outbox.put_once(outbox_message(chat_id=OTHER))
    first_paper, two = claim(store)
    assert store.outbox.mark_sending(first_paper, NOW)
    assert store.outbox.mark_sending(two, NOW)

    claim(store, "b", 2 * MINUTE, n=1)
    store.send_outcomes.record(two, RetryLater(0, "502"), NOW)
    [again] = claim(store, "b", MINUTE / 2)

    assert (again.chat, again.unknown_sends) == (OTHER, 1)


def test_a_late_settlement_counts_while_nobody_else_claimed(store: Store) -> None:
    store.outbox.put_once(outbox_message())
    slow = sending(store)

    assert store.send_outcomes.record(slow, Sent(5), NOW + 10 * MINUTE)
    assert claim(store, "b", 10 * MINUTE) == []


def test_what_was_sent_keeps_its_message_and_loses_its_payload(store: Store) -> None:
    store.outbox.put_once(replace(outbox_message(), notice=Notice("hello")))
    message = sending(store)

    store.send_outcomes.record(message, Sent(2**40), NOW)

    message_now = stored_message(store, message.key)
    assert message_now is not None
    assert (message_now.state, message_now.message_id, message_now.notice) == (
        MessageState.SENT,
        2**40,
        None,
    )
    assert not store.send_outcomes.record(message, Sent(1), NOW), "settled once"


def test_what_is_taken_over_in_the_middle_is_not_settled_by_a_former_holder(
    store: Store,
) -> None:
    store.outbox.put_once(outbox_message())
    message = sending(store)

    assert store.outbox.recover_claims(BOT) == 1

    assert not store.send_outcomes.record(message, Sent(1), NOW)
    assert state(store, message.key) is MessageState.READY
    [again] = claim(store)
    assert again.unknown_sends == 1


def test_late_word_of_what_was_in_doubt_before_the_takeover_spares_a_repeat(store: Store) -> None:
    store.outbox.put_once(outbox_message())
    message = sending(store)
    store.outbox.hold_chat(BOT, CHAT, NOW + 3 * MINUTE)
    assert claim(store, "b", 2 * MINUTE) == [], "held, but in doubt since the lease ran out"
    assert store.outbox.recover_claims(BOT) == 0

    assert store.send_outcomes.record(message, Sent(1), NOW + 2 * MINUTE)

    assert state(store, message.key) is MessageState.SENT
    assert claim(store, "b", 4 * MINUTE) == []


def test_later_waits_and_counts_only_what_counts(store: Store) -> None:
    store.outbox.put_once(outbox_message())
    store.send_outcomes.record(sending(store), RetryLater(90, "502"), NOW)

    assert claim(store, after=MINUTE) == []
    again = sending(store, 2 * MINUTE)
    store.send_outcomes.record(
        again, RetryLater(0, "429", counts_as_attempt=False), NOW + 2 * MINUTE
    )

    [third] = claim(store, after=2 * MINUTE)
    assert (third.attempts, third.unknown_sends) == (1, 0)


def test_an_unknown_outcome_is_sent_once_more_by_policy(store: Store) -> None:
    store.outbox.put_once(outbox_message())

    store.send_outcomes.record(sending(store), UnknownOutcome("read time-out"), NOW)

    [again] = claim(store)
    assert again.unknown_sends == 1


def test_an_unknown_outcome_is_kept_visible_by_the_other_policy(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper(1)])
    digest = issue_digest(store, [stored_paper])
    store.outbox.put_once(outbox_message(digest=digest, first=1, last=1))

    store.send_outcomes.record(sending(store), UnknownOutcome("read time-out"), NOW, resend=False)

    assert claim(store) == []
    assert len(store.outbox.messages_in_state(BOT, MessageState.UNKNOWN)) == 1
    assert Receipts(store._engine).release_entries(digest, 1, 1) == 0, "it may have been received"


def test_sent_entries_are_received_for_good(store: Store) -> None:
    papers = store_papers(store, [paper(1), paper(2), paper(3)])
    digest = issue_digest(store, papers[:2], left_out=papers[2:])
    store.outbox.put_once(outbox_message(digest=digest, first=1, last=2))

    store.send_outcomes.record(sending(store), Sent(1), NOW)

    keys = [paper.key for paper in papers]
    assert store.receipts.received_versions(BOT, CHAT, keys) == {keys[0]: 1, keys[1]: 1}
    assert Receipts(store._engine).release_entries(digest, 1, 3) == 0


def test_a_chat_that_is_gone_is_paused_and_its_messages_dropped(store: Store) -> None:
    create_chat(store)
    [stored_paper] = store_papers(store, [paper(1)])
    digest = issue_digest(store, [stored_paper])
    store.outbox.put_once(outbox_message(digest=digest, first=1, last=1))
    store.outbox.put_once(outbox_message(part=2))

    store.send_outcomes.record(sending(store), ChatUnreachable("bot was blocked by the user"), NOW)

    subscriber = store.chats.get(BOT, CHAT)
    assert subscriber is not None
    assert subscriber.pause_reason == "bot was blocked by the user"
    assert store.outbox.counts_by_state(BOT)[MessageState.DROPPED] == 2
    assert store.receipts.received_versions(BOT, CHAT, [stored_paper.key]) == {}


def test_freeing_an_update_leaves_the_version_that_was_received(store: Store) -> None:
    first, second = store_papers(store, [paper(1), paper(1, 2)])
    store.outbox.put_once(outbox_message(digest=issue_digest(store, [first]), first=1, last=1))
    store.send_outcomes.record(sending(store), Sent(1), NOW)
    later = issue_digest(store, [second], "1/2026-11-21")
    store.outbox.put_once(outbox_message(digest=later, first=1, last=1, period="2"))
    assert store.receipts.received_versions(BOT, CHAT, [first.key]) == {first.key: 2}

    store.outbox_repair.drop_message(claim(store)[0].key, now=NOW)

    assert store.receipts.received_versions(BOT, CHAT, [first.key]) == {first.key: 1}


def test_a_moved_chat_takes_everything_along(store: Store) -> None:
    create_chat(store)
    store.outbox.put_once(outbox_message())
    store.outbox.put_once(outbox_message(part=2))

    store.send_outcomes.record(sending(store), MovedToSupergroup(OTHER), NOW)

    [first] = claim(store)
    assert (first.chat, first.part, first.attempts) == (OTHER, 1, 0)
    assert store.chats.get(BOT, CHAT) is None
    assert store.chats.get(BOT, OTHER) is not None


def test_pieces_take_the_turn_of_the_part_they_replace(store: Store) -> None:
    papers = store_papers(store, [paper(1), paper(2)])
    digest = issue_digest(store, papers)
    store.outbox.put_once(outbox_message(digest=digest, first=1, last=2))
    store.outbox.put_once(outbox_message(part=2))
    pieces = [outbox_message(piece=n, digest=digest, first=n, last=n) for n in (1, 2)]

    store.send_outcomes.record(
        sending(store), MessageRejected("RICH_MESSAGE_INVALID"), NOW, replacements=pieces
    )

    order = []
    for _ in range(3):
        message = sending(store)
        order.append((message.part, message.fallback_part))
        store.send_outcomes.record(message, Sent(1), NOW)
    assert order == [(1, 1), (1, 2), (2, 0)]
    assert len(store.receipts.received_versions(BOT, CHAT, [paper.key for paper in papers])) == 2


def test_a_refused_message_is_kept_and_can_be_sent_again_by_hand(store: Store) -> None:
    store.outbox.put_once(replace(outbox_message(), notice=Notice("hello")))
    message = sending(store)

    store.send_outcomes.record(message, MessageRejected("message is too long"), NOW)

    [dead] = store.outbox.messages_in_state(BOT, MessageState.DEAD)
    assert (dead.error, dead.notice) == ("message is too long", Notice("hello"))
    assert claim(store) == []
    assert store.outbox_repair.retry_message(dead.key, now=NOW)
    assert not store.outbox_repair.retry_message(dead.key, now=NOW)
    assert not store.send_outcomes.record(message, Sent(1), NOW), "the old claim is over"
    assert len(claim(store)) == 1


def test_pieces_that_exist_already_leave_a_dead_letter(store: Store) -> None:
    """The same refusal twice must not lose the part without a trace."""
    store.outbox.put_once(outbox_message())
    store.outbox.put_once(outbox_message(piece=1))
    message = sending(store)

    store.send_outcomes.record(
        message, MessageRejected("no"), NOW, replacements=[outbox_message(piece=1)]
    )

    assert state(store, message.key) is MessageState.DEAD


def test_a_dropped_message_frees_its_entries_and_a_retry_reserves_them(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper(1)])
    digest = issue_digest(store, [stored_paper])
    store.outbox.put_once(outbox_message(digest=digest, first=1, last=1))
    [waiting] = store.outbox.messages_of_digest(digest)

    assert store.outbox_repair.drop_message(waiting.key, now=NOW)
    freed = store.receipts.received_versions(BOT, CHAT, [stored_paper.key])
    assert store.outbox_repair.retry_message(waiting.key, now=NOW)

    assert freed == {}
    assert store.receipts.received_versions(BOT, CHAT, [stored_paper.key]) == {stored_paper.key: 1}


def test_a_refused_message_frees_its_entries_and_a_retry_reserves_them(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper(1)])
    digest = issue_digest(store, [stored_paper])
    store.outbox.put_once(outbox_message(digest=digest, first=1, last=1))
    store.send_outcomes.record(sending(store), MessageRejected("no"), NOW)

    missed = store.entries.missed_entries(BOT, CHAT, NOW)
    [dead] = store.outbox.messages_of_digest(digest)
    assert store.outbox_repair.retry_message(dead.key, now=NOW)

    assert [entry.paper.key for entry in missed] == [stored_paper.key]
    assert store.entries.missed_entries(BOT, CHAT, NOW) == []
    assert store.receipts.received_versions(BOT, CHAT, [stored_paper.key]) == {stored_paper.key: 1}
    assert [again.unknown_sends for again in claim(store)] == [0], (
        "nothing of it was shown meanwhile"
    )


def test_what_was_received_meanwhile_comes_back_as_a_possible_repeat(store: Store) -> None:
    first_paper, two = store_papers(store, [paper(1), paper(2)])
    digest = issue_digest(store, [first_paper])
    other = issue_digest(store, [two], "other")
    store.outbox.put_once(outbox_message(digest=digest, first=1, last=1))
    store.send_outcomes.record(sending(store), MessageRejected("no"), NOW)
    store.outbox.put_once(outbox_message(digest=other, first=1, last=1, period="other"))
    store.send_outcomes.record(sending(store), MessageRejected("no"), NOW)
    again = issue_digest(store, [first_paper], "missed")
    store.outbox.put_once(outbox_message(digest=again, first=1, last=1, period="missed"))
    store.send_outcomes.record(sending(store), Sent(1), NOW)

    for each in store.outbox.messages_in_state(BOT, MessageState.DEAD):
        store.outbox_repair.retry_message(each.key, now=NOW)

    assert [message.unknown_sends for message in store.outbox.messages_of_digest(digest)] == [1]
    assert [message.unknown_sends for message in store.outbox.messages_of_digest(other)] == [0]


def test_what_another_message_is_bringing_is_not_sent_again_beside_it(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper(1)])
    digest = issue_digest(store, [stored_paper])
    store.outbox.put_once(outbox_message(digest=digest, first=1, last=1))
    dead = sending(store)
    store.send_outcomes.record(dead, MessageRejected("no"), NOW)
    other = issue_digest(store, [stored_paper], "missed")
    store.outbox.put_once(outbox_message(digest=other, first=1, last=1, period="missed"))

    assert not store.outbox_repair.retry_message(dead.key, now=NOW)
    store.send_outcomes.record(sending(store), MessageRejected("no"), NOW)

    assert store.outbox_repair.retry_message(dead.key, now=NOW), "that message did not arrive"
    assert store.receipts.received_versions(BOT, CHAT, [stored_paper.key]) == {stored_paper.key: 1}


def test_what_arrived_in_other_parts_is_no_new_message_when_it_is_sent_again(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper(1)])
    digest = issue_digest(store, [stored_paper])
    digest_message = outbox_message(digest=digest, first=1, last=1)
    store.outbox.put_once(digest_message)
    first = sending(store)
    store.send_outcomes.record(
        first, MessageRejected("no"), NOW, replacements=[replace(digest_message, fallback_part=1)]
    )
    store.send_outcomes.record(sending(store), Sent(1), NOW)

    store.outbox_repair.retry_message(first.key, now=NOW)

    assert [again.unknown_sends for again in claim(store)] == [1]


def test_an_entry_stays_reserved_while_another_message_carries_it(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper(1)])
    digest = issue_digest(store, [stored_paper])
    for part in (1, 2):
        store.outbox.put_once(outbox_message(part=part, digest=digest, first=1, last=1))
    table, entry = store.outbox.messages_of_digest(digest)

    store.outbox_repair.drop_message(entry.key, now=NOW)
    still = store.receipts.received_versions(BOT, CHAT, [stored_paper.key])
    store.outbox_repair.drop_message(table.key, now=NOW)

    assert still == {stored_paper.key: 1}
    assert store.receipts.received_versions(BOT, CHAT, [stored_paper.key]) == {}


def test_a_hold_stops_a_chat_and_the_longer_one_counts(store: Store) -> None:
    store.outbox.put_once(outbox_message())
    store.outbox.put_once(outbox_message(chat_id=OTHER))
    store.outbox.hold_chat(BOT, CHAT, NOW + 3 * MINUTE)
    store.outbox.hold_chat(BOT, CHAT, NOW + MINUTE)

    assert [message.chat for message in claim(store, after=2 * MINUTE)] == [OTHER]
    assert CHAT in [message.chat for message in claim(store, after=3 * MINUTE)]


def test_a_hold_of_chat_zero_stops_everybody(store: Store) -> None:
    store.outbox.put_once(outbox_message())
    store.outbox.hold_chat(BOT, 0, NOW + MINUTE)

    assert claim(store) == []
    assert len(claim(store, after=MINUTE)) == 1


def test_a_stopping_holder_lets_go_of_what_it_has_not_begun(store: Store) -> None:
    store.outbox.put_once(outbox_message())
    store.outbox.put_once(outbox_message(chat_id=OTHER))
    begun, waiting = claim(store)
    store.outbox.mark_sending(begun, NOW)

    assert store.outbox.release_holder("a") == 1
    assert [message.key for message in claim(store, "b")] == [waiting.key]


def test_old_messages_retire_once_settled(store: Store) -> None:
    store.outbox.put_once(outbox_message())
    store.send_outcomes.record(sending(store), Sent(1), NOW)
    store.outbox.put_once(outbox_message(part=2))

    assert store.outbox.delete_settled(BOT, NOW) == 0
    assert store.outbox.delete_settled(BOT, NOW + MINUTE) == 1
    assert store.outbox.counts_by_state(BOT)[MessageState.READY] == 1


def test_an_old_message_settled_lately_holds_no_other_back(store: Store) -> None:
    """Its key is low and its day is late: those behind it are old all the same."""
    for part in (1, 2, 3):
        store.outbox.put_once(outbox_message(chat_id=CHAT - part))
    slow, *others = claim(store)
    for message in others:
        store.send_outcomes.record(message, Sent(1), NOW)
    store.send_outcomes.record(slow, Sent(1), NOW + 10 * MINUTE)

    assert store.outbox.delete_settled(BOT, NOW + MINUTE) == 2
    assert stored_message(store, slow.key) is not None


def test_messages_retire_a_few_at_a_time_in_the_order_they_were_settled(store: Store) -> None:
    for part in (1, 2, 3):
        store.outbox.put_once(outbox_message(chat_id=CHAT - part))
    messages = claim(store)
    for minutes, message in enumerate(reversed(messages)):
        store.send_outcomes.record(message, Sent(1), NOW + minutes * MINUTE)

    assert store.outbox.delete_settled(BOT, NOW + 5 * MINUTE, limit=2) == 2
    [message_left] = store.outbox.messages_in_state(BOT, MessageState.SENT)
    assert message_left.key == messages[0].key


def test_nothing_of_another_bot_retires(store: Store) -> None:
    store.outbox.put_once(outbox_message())
    store.send_outcomes.record(sending(store), Sent(1), NOW)

    assert store.outbox.delete_settled(BOT + 1, NOW + MINUTE) == 0


def test_bounces_count_once_a_day_and_a_delivery_clears_them(store: Store) -> None:
    create_chat(store)
    store.outbox.put_once(outbox_message())
    counted = [
        store.chats.count_bounce(BOT, CHAT, (NOW + days * 1440 * MINUTE).date())
        for days in (0, 0, 1)
    ]

    store.send_outcomes.record(sending(store), Sent(1), NOW)

    assert counted == [1, 1, 2]
    assert store.chats.count_bounce(BOT, CHAT, NOW.date()) == 1


def test_what_somebody_asked_for_goes_first_and_edits_go_last(store: Store) -> None:
    for number, rank in ((1, Priority.EDIT), (2, Priority.SCHEDULED), (3, Priority.INTERACTIVE)):
        put = replace(outbox_message(chat_id=number), priority=rank)
        assert store.outbox.put_once(put, due_at=NOW - number * MINUTE)

    claimed = [store.outbox.claim(BOT, "me", NOW, 60.0, 1)[0].priority for _ in range(3)]

    assert claimed == [Priority.INTERACTIVE, Priority.SCHEDULED, Priority.EDIT]


def test_a_chat_gets_its_messages_in_their_order_whatever_their_haste(store: Store) -> None:
    store.outbox.put_once(outbox_message(period="due"), due_at=NOW)
    store.outbox.put_once(
        replace(outbox_message(period="asked"), priority=Priority.INTERACTIVE), due_at=NOW
    )

    [first] = store.outbox.claim(BOT, "me", NOW, 60.0, 5)

    assert first.period == "due"


def edit(store: Store) -> OutboxMessage:
    """An edit that was queued before anything else of its chat."""
    put = replace(
        outbox_message(period="edit"), edited_message_id=55, revision=2, priority=Priority.EDIT
    )
    assert store.outbox.put_once(put, due_at=NOW)
    [queued] = store.outbox.messages_in_state(BOT, MessageState.READY)
    return queued


def test_an_edit_that_waits_holds_no_message_of_its_chat(store: Store) -> None:
    edit(store)
    [claimed] = store.outbox.claim(BOT, "me", NOW, 60.0, 5)
    assert store.send_outcomes.record(claimed, RetryLater(3600.0, "busy"), NOW)
    store.outbox.put_once(outbox_message(period="due"), due_at=NOW)

    [message] = store.outbox.claim(BOT, "me", NOW, 60.0, 5)

    assert message.period == "due"


def test_an_edit_under_way_still_keeps_its_chat_to_itself(store: Store) -> None:
    edit(store)
    [claimed] = store.outbox.claim(BOT, "me", NOW, 60.0, 5)
    assert store.outbox.mark_sending(claimed, NOW)
    store.outbox.put_once(outbox_message(period="due"), due_at=NOW)

    assert store.outbox.claim(BOT, "me", NOW, 60.0, 5) == []


def test_an_edit_does_not_follow_its_group_into_a_supergroup(store: Store) -> None:
    """The new chat numbers its messages anew."""
    create_chat(store)
    edit(store)
    store.chats.migrate(BOT, CHAT, CHAT - 1)

    assert store.outbox.messages_in_state(BOT, MessageState.READY) == []


def test_a_refused_edit_is_not_revived_with_its_chat(store: Store) -> None:
    create_chat(store)
    queued = edit(store)
    [claimed] = store.outbox.claim(BOT, "me", NOW, 60.0, 5)
    assert store.outbox.mark_sending(claimed, NOW)
    assert store.send_outcomes.record(claimed, MessageRejected("message to edit not found"), NOW)

    assert store.outbox_repair.requeue_dropped(BOT, CHAT, now=NOW) == 0
    message = stored_message(store, queued.key)
    assert message is not None
    assert message.state is MessageState.DROPPED


def test_what_comes_of_a_chat_is_found_by_the_chat(store: Store) -> None:
    """Thousands may wait or be dropped when one chat comes back or is sent away."""
    store.outbox.put_once(outbox_message())
    statements: list[str] = []
    connection = store._engine.connection()
    connection.set_trace_callback(statements.append)

    store.outbox_repair.drop_waiting_of_chat(BOT, CHAT, now=NOW, reason="banned")
    store.outbox_repair.requeue_dropped(BOT, CHAT, now=NOW)

    connection.set_trace_callback(None)
    begin = "update outbox_messages", "select * from outbox_messages"
    updates = [
        statement
        for statement in statements
        if statement.lstrip().startswith(begin) and "chat =" in statement
    ]
    plans = [
        store._engine.fetch_all(f"explain query plan {statement}")[0]["detail"]
        for statement in updates
    ]
    assert len(plans) == 2
    assert all("(bot=? AND chat=?" in plan for plan in plans), plans
