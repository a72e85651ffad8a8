"""Summaries that come after their digest: the message is edited, once, and only where it gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.record_outcome import record_outcome
from bot.digests.edit_late_summaries import (
    EDIT_INTERVAL,
    EDIT_WINDOW,
    FIRST_EDIT_DELAY,
    LAST_EDIT_MARGIN,
    edit_late_summaries,
    next_edit_at,
)
from bot.summaries.fill_missing import fill_missing_summaries
from storage import Store
from storage.records.messages import (
    MessageRejected,
    MessageState,
    OutboxMessage,
    SendOutcome,
    Sent,
    UnknownOutcome,
)
from storage.records.papers import Paper
from storage.records.summaries import Summary, SummaryJob
from tests.storage.builders import (
    BOT,
    CHAT,
    MINUTE,
    NOW,
    issue_digest,
    outbox_message,
    paper,
    store_papers,
    summary,
)
from tests.support.builders import FakeSender
from tests.support.database import count_unknown_sends, stored_message


def shown(store: Store, *papers: Paper, languages: tuple[str, ...] = ("zh", "en")) -> int:
    """A digest of papers whose one message has arrived as number 77."""
    fill_missing_summaries(store, papers, NOW)
    number = issue_digest(store, papers)
    put = replace(outbox_message(digest=number, first=1, last=len(papers)), languages=languages)
    store.outbox.put_once(put, due_at=NOW)
    [sent] = send(store)
    assert not sent.edited_message_id
    return number


def send(store: Store, minutes: int = 1) -> list[OutboxMessage]:
    """Sends what may leave."""
    outcomes, now = [], NOW + minutes * MINUTE
    for message in store.outbox.claim(BOT, "me", now, 60.0, 10):
        assert store.outbox.mark_sending(message, now)
        assert store.send_outcomes.record(message, Sent(77), now)
        outcomes.append(message)
    return outcomes


def late(of: Paper, language: str = "zh", minutes: int = 2) -> Summary:
    return replace(summary(of, language), created_at=NOW + minutes * MINUTE)


def test_a_late_summary_edits_the_message_in_silence(store: Store) -> None:
    first_paper, other = store_papers(store, [paper(1), paper(2)])
    number = shown(store, first_paper, other)
    assert edit_late_summaries(store, BOT, NOW + 3 * MINUTE) == 0  # nothing new is said

    store.summaries.add(late(first_paper))

    assert edit_late_summaries(store, BOT, NOW + 3 * MINUTE) == 1
    [edit] = send(store, minutes=3)
    assert (edit.edited_message_id, edit.revision, edit.silent) == (77, 2, True)
    assert (edit.first_entry, edit.last_entry, edit.period, edit.part) == (1, 2, "1/2026-11-20", 1)
    digest = store.digests.get(number)
    assert digest is not None
    producers = [{g.language: g.producer for g in entry.summaries} for entry in digest.entries]
    assert producers[0]["zh"] == "model-x"
    assert "zh" not in producers[1]
    assert edit_late_summaries(store, BOT, NOW + 4 * MINUTE) == 0  # it says all there is


def test_a_later_summary_makes_another_revision_of_the_first_message(store: Store) -> None:
    first_paper, other = store_papers(store, [paper(1), paper(2)])
    shown(store, first_paper, other)
    store.summaries.add(late(first_paper))
    assert edit_late_summaries(store, BOT, NOW + 3 * MINUTE) == 1
    send(store, minutes=3)

    store.summaries.add(late(other, minutes=5))

    again = NOW + 5 * MINUTE + EDIT_INTERVAL
    assert edit_late_summaries(store, BOT, again - MINUTE) == 0
    assert edit_late_summaries(store, BOT, again) == 1
    [edit] = send(store, minutes=30)
    assert (edit.edited_message_id, edit.revision) == (77, 3)


def looks(store: Store, papers: Sequence[Paper], *, since: int, each: int, until: int) -> list[int]:
    """The minutes at which a digest is edited, when a summary comes every few minutes."""
    edited, to_come = [], list(papers)
    for minute in range(since, until):
        if to_come and (minute - since) % each == 0:
            store.summaries.add(late(to_come.pop(0), minutes=minute))
        if edit_late_summaries(store, BOT, NOW + minute * MINUTE):
            edited.append(minute)
            send(store, minute)
    return edited


def says_all(store: Store, number: int) -> bool:
    digest = store.digests.get(number)
    assert digest
    return all(any(g.language == "zh" for g in entry.summaries) for entry in digest.entries)


def test_summaries_that_come_one_by_one_are_told_a_few_at_a_time(store: Store) -> None:
    papers = store_papers(store, [paper(number) for number in range(1, 13)])
    number = shown(store, *papers)
    store.summary_jobs.enqueue([SummaryJob(paper.key, 1, "zh", NOW) for paper in papers])

    edited = looks(store, papers, since=31, each=4, until=120)

    assert all(later - before >= EDIT_INTERVAL // MINUTE for before, later in pairwise(edited))
    assert len(edited) == 4  # of twelve summaries in 44 minutes
    assert says_all(store, number)


def test_what_comes_at_the_end_of_the_day_is_told_within_it(store: Store) -> None:
    papers = store_papers(store, [paper(1), paper(2)])
    number = shown(store, *papers)
    end = EDIT_WINDOW // MINUTE

    edited = looks(store, papers, since=end - 8, each=5, until=end + 30)

    assert len(edited) == 2
    assert all(minute <= end for minute in edited)
    assert says_all(store, number)


@given(st.lists(st.integers(0, EDIT_WINDOW // MINUTE - 1), min_size=1, max_size=30))
def test_two_edits_lie_apart_and_nothing_said_within_the_day_is_lost(minutes: list[int]) -> None:
    made_at, edited, waits = sorted(minutes), [], []
    for minute in range(EDIT_WINDOW // MINUTE + 1):
        waits += [minute_made for minute_made in made_at if minute_made == minute]
        if waits and NOW + minute * MINUTE >= next_edit_at(NOW, NOW + waits[0] * MINUTE):
            edited.append(minute)
            waits.clear()

    assert not waits
    apart = [
        later - before
        for before, later in pairwise(edited)
        if later < (EDIT_WINDOW - LAST_EDIT_MARGIN) / MINUTE
    ]
    assert all(gap >= EDIT_INTERVAL // MINUTE for gap in apart)


def test_the_edit_waits_for_the_other_summaries_and_not_for_ever(store: Store) -> None:
    first_paper, other = store_papers(store, [paper(1), paper(2)])
    shown(store, first_paper, other)
    store.summary_jobs.enqueue([SummaryJob(other.key, 1, "zh", NOW)])
    store.summaries.add(late(first_paper))

    assert edit_late_summaries(store, BOT, NOW + 3 * MINUTE) == 0
    assert edit_late_summaries(store, BOT, NOW + FIRST_EDIT_DELAY) == 1


def test_a_summary_in_a_language_nobody_reads_there_changes_nothing(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper()])
    shown(store, stored_paper, languages=("en",))

    store.summaries.add(late(stored_paper, "zh"))
    assert edit_late_summaries(store, BOT, NOW + 3 * MINUTE) == 0

    store.summaries.add(late(stored_paper, "en"))
    assert edit_late_summaries(store, BOT, NOW + 3 * MINUTE) == 1


def test_nothing_is_edited_while_a_reader_waits_for_a_first_message(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper()])
    shown(store, stored_paper)
    store.summaries.add(late(stored_paper))
    store.outbox.put_once(outbox_message(chat_id=CHAT + 1), due_at=NOW)

    assert edit_late_summaries(store, BOT, NOW + 3 * MINUTE) == 0
    send(store)
    assert edit_late_summaries(store, BOT, NOW + 3 * MINUTE) == 1


def test_a_day_later_nobody_scrolls_back(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper()])
    shown(store, stored_paper)
    store.summaries.add(late(stored_paper))

    assert edit_late_summaries(store, BOT, NOW + EDIT_WINDOW + timedelta(seconds=1)) == 0


def test_a_message_that_never_arrived_is_not_edited(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper()])
    number = issue_digest(store, [stored_paper])
    store.outbox.put_once(outbox_message(digest=number, first=1, last=1), due_at=NOW)
    [waiting] = store.outbox.messages_of_digest(number)
    store.outbox_repair.drop_message(waiting.key, now=NOW)
    store.summaries.add(late(stored_paper))

    assert edit_late_summaries(store, BOT, NOW + 3 * MINUTE) == 0


def test_a_possible_repeat_keeps_its_mark(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper()])
    number = issue_digest(store, [stored_paper])
    put = replace(outbox_message(digest=number, first=1, last=1), languages=("zh",))
    store.outbox.put_once(put, due_at=NOW)
    [begun] = store.outbox.claim(BOT, "me", NOW, 60.0, 1)
    assert store.outbox.mark_sending(begun, NOW)
    store.outbox.recover_claims(BOT)  # the process ended before the answer came
    [doubtful] = send(store)
    assert doubtful.unknown_sends

    store.summaries.add(late(stored_paper))

    assert edit_late_summaries(store, BOT, NOW + 3 * MINUTE) == 0
    assert store.outbox.messages_of_digest(number)[0].state is MessageState.SENT


def test_a_summary_of_another_version_is_not_told_of_this_one(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper()])
    shown(store, stored_paper)
    [newer] = store_papers(store, [paper(version=2)])

    store.summaries.add(late(newer))

    assert edit_late_summaries(store, BOT, NOW + 3 * MINUTE) == 0


def amended(store: Store) -> OutboxMessage:
    """An edit that is under way."""
    [stored_paper] = store_papers(store, [paper()])
    shown(store, stored_paper)
    store.summaries.add(late(stored_paper))
    assert edit_late_summaries(store, BOT, NOW + 3 * MINUTE) == 1
    [edit] = store.outbox.claim(BOT, "me", NOW + 3 * MINUTE, 60.0, 10)
    assert store.outbox.mark_sending(edit, NOW + 3 * MINUTE)
    return edit


def settled(store: Store, edit: OutboxMessage, outcome: SendOutcome) -> OutboxMessage:
    """What became of an edit by an outcome."""
    worker = FakeSender(store, now=NOW + 3 * MINUTE).delivery_worker()
    with store.transaction():
        assert record_outcome(worker, edit, outcome)
    message = stored_message(store, edit.key)
    assert message
    return message


def test_an_edit_of_unknown_outcome_is_made_again_without_a_mark(store: Store) -> None:
    edit = settled(store, amended(store), UnknownOutcome("time-out"))

    assert (edit.state, edit.unknown_sends, edit.attempts) == (MessageState.READY, 0, 1)


def test_an_edit_that_telegram_refuses_is_given_up_without_a_dead_letter(
    store: Store,
) -> None:
    edit = settled(store, amended(store), MessageRejected("message to edit not found"))

    assert edit.state is MessageState.DROPPED
    assert store.outbox.counts_by_state(BOT)[MessageState.DEAD] == 0
    assert store.entries.missed_entries(BOT, CHAT, NOW - MINUTE) == []  # the paper was delivered


def test_an_edit_that_a_dead_process_had_under_way_is_no_repeat(store: Store) -> None:
    edit = amended(store)

    store.outbox.recover_claims(BOT)

    message = stored_message(store, edit.key)
    assert message is not None
    assert (message.state, message.unknown_sends) == (MessageState.READY, 0)
    assert count_unknown_sends(store, BOT) == 0
