"""A digest waits for what is being said of its papers: for a grace, in hope, and never longer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from bot.digests.prefetch_summaries import prefetch_summaries
from bot.digests.publish import mark_feed_round_complete, publish_due_chats
from bot.digests.wait_for_summaries import MAX_WAIT, RECHECK_INTERVAL, SummaryWait
from storage import Store
from storage.errors import DatabaseBusy
from storage.records.chats import Cadence, Chat, Subscription
from storage.records.digests import Digest, Entry
from storage.records.papers import AnnouncementKind
from storage.records.summaries import Summary, SummaryJob
from tests.support.builders import (
    BOT,
    DAY,
    DUE_AT,
    MINUTE,
    NOW,
    SECOND,
    announce,
    create_chat,
    papers,
    subscribe_chat,
)

TICK = timedelta(seconds=5)


@dataclass
class Readers:
    """Chats that are due in the morning, a model that may be asked, and the ticks between."""

    store: Store
    is_able: bool = True
    rings: int = 0

    def __post_init__(self) -> None:
        self.summary_wait = SummaryWait(self.store, self._able, self._ring)

    def _able(self) -> bool:
        return self.is_able

    def _ring(self) -> None:
        self.rings += 1

    def joins(self, number: int, *languages: str, words: str = "diffusion") -> Subscription:
        """A chat that reads in some languages."""
        reader = replace(create_chat(self.store, number), languages=languages)
        with self.store.transaction():
            self.store.chats.update(reader)
        return subscribe_chat(self.store, reader, words)

    def changes(self, topic: Subscription) -> None:
        with self.store.transaction():
            assert self.store.subscriptions.update(topic)

    def tick(self, now: datetime) -> int:
        """How many digests leave at an instant."""
        return publish_due_chats(self.store, BOT, now, summary_wait=self.summary_wait).digests

    def leaves(self, first: datetime) -> datetime | None:
        """When the first digest leaves, with a tick each five seconds."""
        now = first
        while now <= first + 3 * MAX_WAIT:
            if self.tick(now):
                return now
            now += TICK
        return None

    def says(self, language: str = "zh") -> None:
        """Lets all that is ordered in a language be made."""
        for message in self.store.summary_jobs.claim(DUE_AT + DAY, 0.0, 100):
            if message.language == language:
                self.made(message)

    def made(self, job: SummaryJob) -> None:
        with self.store.transaction():
            self.store.summaries.add(
                Summary(job.paper, job.version, job.language, "题目", "一句话。", "摘要", "m", NOW)
            )
            self.store.summary_jobs.complete(job)

    def fails(self, until: datetime | None) -> None:
        """Lets the model fail at all that is ordered; tried again at an instant."""
        for message in self.store.summary_jobs.claim(DUE_AT + DAY, 0.0, 100):
            self.store.summary_jobs.fail(message, "wrong_language", until)


def chat_of(store: Store) -> Chat:
    chat = store.chats.get(BOT, 1)
    assert chat
    return chat


@pytest.fixture
def readers(store: Store) -> Readers:
    """Nobody yet."""
    return Readers(store)


def test_what_was_said_ahead_is_not_waited_for(readers: Readers) -> None:
    readers.joins(1, "zh", "en")
    announce(readers.store, papers(1, 2))
    prefetch_summaries(readers.store, BOT, DUE_AT - MINUTE)
    readers.says("zh")
    readers.says("en")

    assert readers.tick(DUE_AT) == 1
    assert readers.rings == 0


def test_what_lacks_is_ordered_at_once_and_waited_for(readers: Readers) -> None:
    readers.joins(1, "zh")
    announce(readers.store, papers(1, 2))

    assert readers.tick(DUE_AT) == 0
    assert readers.rings == 1
    assert readers.store.summary_jobs.backlog().waiting == 2
    readers.says()
    assert readers.tick(DUE_AT + RECHECK_INTERVAL) == 1
    assert readers.rings == 1


def test_nobody_waits_longer_than_the_grace(readers: Readers) -> None:
    readers.joins(1, "zh")
    announce(readers.store, papers(1))

    assert readers.leaves(DUE_AT) == DUE_AT + MAX_WAIT


def test_who_was_due_long_ago_does_not_wait_and_has_it_ordered(readers: Readers) -> None:
    readers.joins(1, "zh")
    announce(readers.store, papers(1))

    assert readers.tick(DUE_AT + 3 * DAY) == 1
    assert readers.store.summary_jobs.backlog().waiting == 1


def test_a_model_that_cannot_be_asked_is_not_waited_for(readers: Readers) -> None:
    readers.joins(1, "zh")
    announce(readers.store, papers(1))
    readers.is_able = False

    assert readers.tick(DUE_AT) == 1
    assert readers.store.summary_jobs.backlog().waiting == 1


def test_a_model_that_stops_to_answer_lets_go_whom_it_held(readers: Readers) -> None:
    readers.joins(1, "zh")
    announce(readers.store, papers(1))
    assert readers.tick(DUE_AT) == 0

    readers.is_able = False

    assert readers.leaves(DUE_AT + SECOND) == DUE_AT + SECOND + 3 * TICK


@pytest.mark.parametrize("until", [DUE_AT + 5 * MINUTE, None])
def test_what_failed_is_not_waited_for(readers: Readers, until: datetime | None) -> None:
    readers.joins(1, "zh")
    announce(readers.store, papers(1, 2))
    prefetch_summaries(readers.store, BOT, DUE_AT - MINUTE)
    readers.fails(until)

    assert readers.tick(DUE_AT) == 1


def test_one_summary_that_is_tried_is_waited_for_beside_one_that_failed(readers: Readers) -> None:
    readers.joins(1, "zh")
    announce(readers.store, papers(1))
    prefetch_summaries(readers.store, BOT, DUE_AT - MINUTE)
    readers.fails(DUE_AT + 5 * MINUTE)
    announce(readers.store, papers(2))

    assert readers.tick(DUE_AT) == 0


def test_a_chat_asleep_is_not_looked_at_and_wakes(readers: Readers) -> None:
    readers.joins(1, "zh")
    announce(readers.store, papers(1))
    assert readers.tick(DUE_AT) == 0
    readers.says()

    assert readers.leaves(DUE_AT + SECOND) == DUE_AT + SECOND + 3 * TICK


def test_a_chat_that_lacks_nothing_does_not_wait_with_the_others(readers: Readers) -> None:
    readers.joins(1, "zh")
    readers.joins(2, "en")
    announce(readers.store, papers(1))
    prefetch_summaries(readers.store, BOT, DUE_AT - MINUTE)
    readers.says("en")

    assert readers.tick(DUE_AT) == 1
    [digest_heading] = readers.store.digests.headings_of_chat(BOT, 2, limit=9)
    assert digest_heading.chat == 2


def test_all_topics_of_a_chat_wait_together(readers: Readers) -> None:
    readers.joins(1, "zh")
    readers.joins(1, "zh", words="robots")
    announce(readers.store, papers(1))
    prefetch_summaries(readers.store, BOT, DUE_AT - MINUTE)
    readers.says()
    announce(readers.store, papers(2, word="robots"))

    assert readers.tick(DUE_AT) == 0
    readers.says()
    assert readers.tick(DUE_AT + RECHECK_INTERVAL) == 2


def test_the_first_topic_that_is_due_ends_the_grace_of_all(readers: Readers) -> None:
    topic = readers.joins(1, "zh")
    later = readers.joins(1, "zh", words="robots")
    readers.changes(replace(later, next_due=DUE_AT + 8 * MINUTE))
    assert topic.next_due == DUE_AT
    announce(readers.store, papers(1))
    announce(readers.store, papers(2, word="robots"))

    assert readers.tick(DUE_AT) == 0
    assert readers.tick(DUE_AT + 9 * MINUTE) == 0
    assert readers.tick(DUE_AT + MAX_WAIT) == 2


def test_as_soon_as_announced_waits_from_the_announcement(readers: Readers) -> None:
    topic = readers.joins(1, "zh")
    readers.changes(replace(topic, cadence=Cadence(times=()), next_due=None))
    announce(readers.store, papers(1))  # the round of feeds ends at NOW

    assert readers.leaves(NOW) == NOW + MAX_WAIT


def test_feeds_that_go_on_announcing_do_not_begin_the_grace_anew(readers: Readers) -> None:
    topic = readers.joins(1, "zh")
    readers.changes(replace(topic, cadence=Cadence(times=()), next_due=None))
    now, number = NOW, 0
    while now <= NOW + 2 * MAX_WAIT:
        number += 1
        announce(readers.store, papers(number))
        mark_feed_round_complete(readers.store, now)
        if readers.tick(now):
            break
        now += MINUTE

    assert now == NOW + MAX_WAIT


def test_a_second_announcement_has_a_grace_of_its_own(readers: Readers) -> None:
    topic = readers.joins(1, "zh")
    readers.changes(replace(topic, cadence=Cadence(times=()), next_due=None))
    announce(readers.store, papers(1))
    assert readers.leaves(NOW) == NOW + MAX_WAIT

    announce(readers.store, papers(2))
    readers.store.feed_cursors.put(
        replace(readers.store.feed_cursors.get("settled"), checked_at=NOW + MAX_WAIT + MINUTE)
    )

    assert readers.leaves(NOW + MAX_WAIT + MINUTE) == NOW + 2 * MAX_WAIT + MINUTE


@pytest.mark.parametrize("back", [SECOND, 30 * SECOND, 4 * MINUTE])
def test_a_clock_set_back_while_a_chat_waits_does_not_hold_it_longer(
    readers: Readers, back: timedelta
) -> None:
    readers.joins(1, "zh")
    announce(readers.store, papers(1))
    assert readers.tick(DUE_AT + 5 * MINUTE) == 0

    remaining = readers.leaves(DUE_AT + 5 * MINUTE - back)

    assert remaining is not None
    assert remaining < DUE_AT + MAX_WAIT + TICK


def test_an_announcement_of_the_future_holds_nobody(readers: Readers) -> None:
    topic = readers.joins(1, "zh")
    readers.changes(replace(topic, cadence=Cadence(times=()), next_due=None))
    announce(readers.store, papers(1))  # at NOW, by a clock that was ahead

    assert readers.tick(NOW - DAY) == 1


def test_each_summary_is_asked_for_once_a_tick_however_many_lack_it(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 40):
        readers.joins(number, "zh")
    announce(readers.store, papers(1, 2))
    jobs: list[SummaryJob] = []
    order = readers.store.summary_jobs.enqueue

    def noted(jobs_to_note: Iterable[SummaryJob]) -> int:
        noted_jobs = list(jobs_to_note)
        jobs.extend(noted_jobs)
        return order(noted_jobs)

    monkeypatch.setattr(readers.store.summary_jobs, "enqueue", noted)

    assert readers.tick(DUE_AT) == 0

    assert len(jobs) == 2


def test_a_digest_that_was_drawn_before_its_summary_came_is_drawn_again(
    readers: Readers, store: Store
) -> None:
    topic = readers.joins(1, "zh")
    announce(store, papers(1))
    paper = store.papers.get("arxiv:2611.80001")
    assert paper
    drawn = Digest("", "diffusion", DUE_AT, (Entry(paper, AnnouncementKind.NEW),))
    readers.made(SummaryJob(paper.key, 1, "zh", DUE_AT))

    readers.summary_wait.order_missing(chat_of(store), [(topic, drawn)], None, DUE_AT)
    assert readers.summary_wait.is_waiting(1, DUE_AT)
    assert readers.store.summary_jobs.backlog().waiting == 0
    assert readers.tick(DUE_AT + RECHECK_INTERVAL) == 1


def test_what_breaks_while_waiting_holds_no_digest(readers: Readers, store: Store) -> None:
    readers.joins(1, "zh")
    announce(store, papers(1))

    def breaks() -> bool:
        raise ZeroDivisionError

    assert (
        publish_due_chats(
            store, BOT, DUE_AT, summary_wait=SummaryWait(store, breaks, lambda: None)
        ).digests
        == 1
    )


def test_a_busy_store_is_everybodys_trouble(readers: Readers, store: Store) -> None:
    readers.joins(1, "zh")
    announce(store, papers(1))

    def busy() -> bool:
        raise DatabaseBusy("the store is busy")

    with pytest.raises(DatabaseBusy):
        publish_due_chats(store, BOT, DUE_AT, summary_wait=SummaryWait(store, busy, lambda: None))
    assert publish_due_chats(store, BOT, DUE_AT).digests == 1
