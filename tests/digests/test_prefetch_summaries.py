"""What digests will want: exactly what they will show, each summary once, hours ahead."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.digests import prefetch_summaries as verb
from bot.digests import shared_digest
from bot.digests.prefetch_summaries import (
    PREFETCH_HORIZON,
    jobs_for_due_digests,
    jobs_since,
    prefetch_summaries,
)
from bot.digests.publish import publish_due_chats
from bot.digests.select_entries import assemble_digest
from storage import Store
from storage.errors import DatabaseBusy, DatabaseNotWritable
from storage.records.chats import Cadence, Chat, Subscription
from storage.records.digests import Digest
from storage.records.papers import AnnouncementKind, Paper
from storage.records.queries import Match
from storage.records.summaries import Summary, SummaryJob
from tests.support.builders import (
    BOT,
    DAY,
    DUE_AT,
    MINUTE,
    NOW,
    TODAY,
    announce,
    create_chat,
    papers,
    subscribe_chat,
)

SOON = DUE_AT - PREFETCH_HORIZON + MINUTE  # the first minutes in which the digest is foreseen
FRIDAY = date(2026, 11, 20)


def reader(store: Store, number: int = 1, *languages: str) -> Chat:
    """A chat that reads in some languages."""
    chat = replace(create_chat(store, number), languages=languages or ("zh", "en"))
    with store.transaction():
        store.chats.update(chat)
    return chat


def changed(store: Store, topic: Subscription) -> Subscription:
    with store.transaction():
        assert store.subscriptions.update(topic)
    stored_topic = store.subscriptions.get(topic.key)
    assert stored_topic
    return stored_topic


def seen(store: Store, commissions: Iterable[SummaryJob]) -> list[tuple[int, int, str]]:
    """Number, version and language of what is wanted."""
    keys = {
        stored_paper.key: number
        for number in range(1, 40)
        if (stored_paper := store.papers.get(f"arxiv:2611.8{number:04}"))
    }
    return sorted((keys[job.paper], job.version, job.language) for job in commissions)


def ordered(store: Store, now: datetime = DUE_AT) -> list[SummaryJob]:
    """Everything that is ordered."""
    return store.summary_jobs.claim(now + 30 * DAY, 1.0, 1000)


def stored(store: Store, number: int) -> Paper:
    stored_paper = store.papers.get(f"arxiv:2611.8{number:04}", 1)
    assert stored_paper
    return stored_paper


def make_summary(of: Paper, maker: str = "model-x", tldr: str = "一句话。") -> Summary:
    return Summary(of.key, of.version, "zh", "题目", tldr, "摘要", maker, NOW)


def test_each_summary_of_the_next_hours_is_ordered_once_for_the_time_of_its_digest(
    store: Store,
) -> None:
    subscribe_chat(store, reader(store))
    announce(store, papers(1, 2))

    assert prefetch_summaries(store, BOT, DUE_AT - PREFETCH_HORIZON - MINUTE) == 0
    assert prefetch_summaries(store, BOT, SOON) == 4
    assert prefetch_summaries(store, BOT, SOON + MINUTE) == 0

    jobs = ordered(store)
    languages = ("en", "zh")
    assert seen(store, jobs) == [(n, 1, code) for n in (1, 2) for code in languages]
    assert {job.needed_at for job in jobs} == {DUE_AT}


def test_only_what_fits_the_digest_is_ordered(store: Store) -> None:
    topic = subscribe_chat(store, reader(store, 1, "zh"))
    changed(store, replace(topic, limit=3))
    announce(store, papers(*range(1, 9)))

    shown = jobs_for_due_digests(store, BOT, SOON, DUE_AT)

    assert len(shown) == 3
    publish_due_chats(store, BOT, DUE_AT)
    [digest_heading] = store.digests.headings_of_chat(BOT, 1, limit=9)
    digest = store.digests.get(digest_heading.number)
    assert digest
    assert {entry.paper.key for entry in digest.entries} == {message.paper for message in shown}


def test_what_a_chat_has_received_is_not_ordered_for_it_again(store: Store) -> None:
    follower = reader(store, 1, "zh")
    topic = subscribe_chat(store, follower)
    announce(store, papers(1, 2))
    publish_due_chats(store, BOT, DUE_AT)
    changed(
        store, replace(topic, cursor=0, next_due=DUE_AT + DAY, row_version=topic.row_version + 1)
    )
    announce(store, papers(3))

    assert seen(store, jobs_for_due_digests(store, BOT, SOON + DAY, DUE_AT + DAY)) == [(3, 1, "zh")]


def test_a_paper_of_two_topics_leaves_room_for_another_in_the_second(store: Store) -> None:
    follower = reader(store, 1, "zh")
    for words in ("diffusion", "study"):
        changed(store, replace(subscribe_chat(store, follower, words), limit=2))
    announce(store, papers(1, 2))
    announce(store, papers(3, 4, word="robots"))

    shown = jobs_for_due_digests(store, BOT, SOON, DUE_AT)

    publish_due_chats(store, BOT, DUE_AT)
    digests = [
        store.digests.get(digest.number)
        for digest in store.digests.headings_of_chat(BOT, 1, limit=9)
    ]
    keys = {entry.paper.key for digest in digests if digest for entry in digest.entries}
    assert len(keys) == 4
    assert {message.paper for message in shown} == keys


def test_kinds_decide_what_is_ordered(store: Store) -> None:
    topic = subscribe_chat(store, reader(store, 1, "zh"), "diffusion cat:cs.CV")
    announce(store, papers(1))
    announce(store, papers(2, categories=("cs.LG", "cs.CV")), kind=AnnouncementKind.CROSS)

    assert seen(store, jobs_for_due_digests(store, BOT, SOON, DUE_AT)) == [
        (1, 1, "zh"),
        (2, 1, "zh"),
    ]
    changed(store, replace(topic, kinds=frozenset({AnnouncementKind.NEW})))
    assert seen(store, jobs_for_due_digests(store, BOT, SOON, DUE_AT)) == [(1, 1, "zh")]


def test_a_topics_languages_go_before_its_chats(store: Store) -> None:
    topic = subscribe_chat(store, reader(store, 1, "zh", "en"))
    changed(store, replace(topic, languages=("de",)))
    announce(store, papers(1))

    assert seen(store, jobs_for_due_digests(store, BOT, SOON, DUE_AT)) == [(1, 1, "de")]


def test_who_pauses_has_nothing_made(store: Store) -> None:
    for number, words in ((1, "diffusion"), (2, "diffusion"), (3, "diffusion")):
        topic = subscribe_chat(store, reader(store, number, ("zh", "de", "fr")[number - 1]), words)
        if number == 2:
            changed(store, replace(topic, paused=True))
    with store.transaction():
        store.chats.pause(BOT, 3, "asked")
    announce(store, papers(1))

    assert seen(store, jobs_for_due_digests(store, BOT, SOON, DUE_AT)) == [(1, 1, "zh")]


def test_topics_that_want_papers_as_announced_want_them_now(store: Store) -> None:
    topic = subscribe_chat(store, reader(store, 1, "zh"))
    changed(store, replace(topic, cadence=Cadence(times=()), next_due=None))
    announce(store, papers(1))

    [job] = jobs_for_due_digests(store, BOT, NOW, NOW + PREFETCH_HORIZON)

    assert job.needed_at == NOW


def test_a_summary_for_several_readers_is_made_for_the_first_of_them(store: Store) -> None:
    for number, hours in ((1, 2), (2, -3), (3, 0)):
        topic = subscribe_chat(store, reader(store, number, "zh"))
        changed(store, replace(topic, next_due=DUE_AT + timedelta(hours=hours)))
    announce(store, papers(1))

    [job] = jobs_for_due_digests(store, BOT, SOON, DUE_AT + DAY)
    assert job.needed_at == DUE_AT - timedelta(hours=3)

    assert prefetch_summaries(store, BOT, SOON) == 1
    topic = subscribe_chat(store, reader(store, 4, "zh"))
    changed(store, replace(topic, next_due=SOON + MINUTE, cursor=0))
    assert prefetch_summaries(store, BOT, SOON) == 0  # it is ordered, and now it is urgent
    assert [job.needed_at for job in ordered(store)] == [SOON + MINUTE]


def test_what_people_said_is_not_paid_for_and_what_we_drew_ourselves_is(store: Store) -> None:
    subscribe_chat(store, reader(store, 1, "zh"))
    announce(store, papers(1, 2, 3))
    store.summaries.add(make_summary(stored(store, 1), maker="import"))
    store.summaries.add(make_summary(stored(store, 2), maker="extractive"))
    store.summaries.add(make_summary(stored(store, 3), maker="import", tldr=""))

    assert seen(store, jobs_for_due_digests(store, BOT, SOON, DUE_AT)) == [
        (2, 1, "zh"),
        (3, 1, "zh"),
    ]
    assert prefetch_summaries(store, BOT, SOON) == 2


def test_a_new_version_is_summarized_anew(store: Store) -> None:
    topic = subscribe_chat(store, reader(store, 1, "zh"))
    changed(store, replace(topic, kinds=frozenset(AnnouncementKind)))
    announce(store, papers(1))
    store.summaries.add(make_summary(stored(store, 1)))
    assert jobs_for_due_digests(store, BOT, SOON, DUE_AT) == []

    announce(store, papers(1, version=2), kind=AnnouncementKind.REPLACE)

    assert seen(store, jobs_for_due_digests(store, BOT, SOON, DUE_AT)) == [(1, 2, "zh")]


def test_a_summary_that_was_given_up_is_not_ordered_each_hour(store: Store) -> None:
    subscribe_chat(store, reader(store, 1, "zh"))
    announce(store, papers(1))
    prefetch_summaries(store, BOT, SOON)
    [job] = ordered(store)
    store.summary_jobs.fail(job, "wrong_language", None)

    assert prefetch_summaries(store, BOT, SOON) == 0
    assert ordered(store) == []


def test_nothing_is_read_where_nothing_is_due(store: Store) -> None:
    announce(store, papers(1))

    assert jobs_for_due_digests(store, BOT, NOW, NOW + DAY) == []


@pytest.mark.parametrize(
    ("first", "languages", "expected"),
    [
        (FRIDAY, ("zh",), [(n, 1, "zh") for n in (1, 2, 3, 4)]),
        (TODAY, ("zh",), [(3, 1, "zh"), (4, 1, "zh")]),
        (TODAY, ("de", "zh"), [(n, 1, code) for n in (3, 4) for code in ("de", "zh")]),
        (TODAY + DAY, ("zh",), []),
    ],
)
def test_the_past_is_wanted_as_topics_would_have_shown_it(
    store: Store, first: date, languages: tuple[str, ...], expected: list[tuple[int, int, str]]
) -> None:
    topic = subscribe_chat(store, reader(store))
    changed(store, replace(topic, limit=2))
    announce(store, papers(1, 2), day=FRIDAY)
    announce(store, papers(3, 4))
    announce(store, papers(9, word="robots"))

    assert seen(store, jobs_since(store, BOT, first, languages, NOW)) == expected


def test_the_newest_of_the_past_comes_first_and_what_is_told_is_left_out(store: Store) -> None:
    subscribe_chat(store, reader(store))
    announce(store, papers(1, 2), day=FRIDAY)
    announce(store, papers(3))
    store.summaries.add(make_summary(stored(store, 2)))

    jobs = jobs_since(store, BOT, FRIDAY, ("zh",), NOW)

    assert [job.paper for job in jobs] == [stored(store, 3).key, stored(store, 1).key]
    assert {job.needed_at for job in jobs} == {NOW}


def test_a_day_shows_no_more_of_the_past_than_its_digest_would(store: Store) -> None:
    topic = subscribe_chat(store, reader(store))
    changed(store, replace(topic, limit=2))
    announce(store, papers(1, 2, 3, 4), day=FRIDAY)
    announce(store, papers(5, 6, 7))

    assert len(jobs_since(store, BOT, FRIDAY, ("zh",), NOW)) == 4


def test_a_language_that_is_no_longer_offered_is_not_paid_for(store: Store) -> None:
    subscribe_chat(store, reader(store, 1, "de", "en"))
    announce(store, papers(1))

    jobs = jobs_for_due_digests(store, BOT, NOW, NOW + 2 * DAY, offered_languages=("en", "zh"))

    assert [job.language for job in jobs] == ["en"]
    assert len(jobs_for_due_digests(store, BOT, NOW, NOW + 2 * DAY)) == 2


def readers(store: Store, count: int) -> list[Subscription]:
    """Topics of so many chats, each of which asks something else."""
    words = ("diffusion", "study", "cases", "lovelace")
    return [
        subscribe_chat(store, reader(store, number + 1, "zh"), words[number])
        for number in range(count)
    ]


def logged(caplog: pytest.LogCaptureFixture) -> list[tuple[str, object]]:
    """The errors that were told, each with the topic that it names."""
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    return [(paper.getMessage(), vars(paper).get("topic")) for paper in errors]


@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "amid", "last"])
def test_a_query_that_no_longer_parses_hides_no_other_topic(
    store: Store, place: int, caplog: pytest.LogCaptureFixture
) -> None:
    topics = readers(store, 3)
    changed(store, replace(topics[place], query="((("))
    announce(store, papers(1))

    assert seen(store, jobs_for_due_digests(store, BOT, SOON, DUE_AT)) == [(1, 1, "zh")]
    assert logged(caplog) == [("topic not foreseen", topics[place].key)]


def test_a_topic_that_breaks_hides_no_other_topic_of_its_chat(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    follower = reader(store, 1, "zh")
    broken = subscribe_chat(store, follower, "robots")
    subscribe_chat(store, follower, "diffusion")
    announce(store, papers(1))
    announce(store, papers(2, word="robots"))
    monkeypatch.setattr(shared_digest, "assemble_digest", breaks("robots", ZeroDivisionError()))

    assert seen(store, jobs_for_due_digests(store, BOT, SOON, DUE_AT)) == [(1, 1, "zh")]
    assert logged(caplog) == [("topic not foreseen", broken.key)]


def test_a_topic_that_breaks_beside_what_its_chat_has_hides_no_other(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What is left of an edition is made for each chat by itself."""
    topics = readers(store, 2)
    announce(store, papers(1))
    publish_due_chats(store, BOT, DUE_AT)
    for topic in topics:
        changed(
            store,
            replace(topic, cursor=0, next_due=DUE_AT + DAY, row_version=topic.row_version + 1),
        )
    announce(store, papers(2))
    calls_left = breaks(topics[0].query, ZeroDivisionError(), once_received=True)
    monkeypatch.setattr(shared_digest, "assemble_digest", calls_left)

    assert seen(store, jobs_for_due_digests(store, BOT, SOON + DAY, DUE_AT + DAY)) == [(2, 1, "zh")]
    assert logged(caplog) == [("topic not foreseen", topics[0].key)]


@pytest.mark.parametrize("error", [DatabaseBusy("locked"), DatabaseNotWritable("no room")])
def test_trouble_of_the_store_is_no_topics(
    store: Store, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers(store, 2)
    announce(store, papers(1))
    monkeypatch.setattr(shared_digest, "assemble_digest", breaks("diffusion", error))

    with pytest.raises(type(error)):
        jobs_for_due_digests(store, BOT, SOON, DUE_AT)


def breaks(query: str, error: Exception, *, once_received: bool = False) -> Callable[..., Digest]:
    """The making of digests, which fails for a query (of chats that have received something)."""

    def assembled(matches: Sequence[Match], **named: Any) -> Digest:
        if named["query"] == query and (named["received_versions"] or not once_received):
            raise error
        return assemble_digest(matches, **named)

    return assembled


def test_who_is_asked_to_stop_looks_at_no_further_topic(store: Store) -> None:
    for number, language in ((1, "zh"), (2, "de"), (3, "fr")):
        subscribe_chat(store, reader(store, number, language))
    announce(store, papers(1))
    answers = iter([True, True, False])

    jobs = jobs_for_due_digests(store, BOT, SOON, DUE_AT, should_continue=lambda: next(answers))

    assert [job.language for job in jobs] == ["zh", "de"]


def test_who_is_asked_to_stop_orders_what_was_found_later(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verb, "JOBS_PER_TRANSACTION", 1)
    subscribe_chat(store, reader(store, 1, "zh"))
    announce(store, papers(1, 2, 3))
    answers = iter([True, True, False])

    assert prefetch_summaries(store, BOT, SOON, should_continue=lambda: next(answers)) == 1
    assert prefetch_summaries(store, BOT, SOON) == 2


def test_a_query_that_no_longer_parses_hides_nothing_of_the_past(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    topics = readers(store, 3)
    changed(store, replace(topics[1], query="((("))
    announce(store, papers(1))

    assert seen(store, jobs_since(store, BOT, TODAY, ("zh",), NOW)) == [(1, 1, "zh")]
    assert logged(caplog) == [("query not looked back with", None)]
