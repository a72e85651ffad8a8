"""Topics, digests, the ledger: due together, issued once, the same for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, time, timedelta

import pytest

from storage import Store
from storage.digests.receipts import Receipts
from storage.errors import RowNotFound
from storage.records.chats import Cadence, MessageForm, QuietDayPolicy
from storage.records.digests import Digest, Entry, VerbatimEntry
from storage.records.papers import AnnouncementKind
from storage.records.queries import MatchReason, QueryField
from tests.storage.builders import (
    BOT,
    CHAT,
    MINUTE,
    NOW,
    announcement,
    create_chat,
    create_topic,
    issue_digest,
    paper,
    store_papers,
    summary,
)

AT_ONCE = Cadence(times=())


def test_a_topic_comes_back_as_it_was_given(store: Store) -> None:
    create_chat(store)
    cadence = Cadence((time(8, 30), time(20, 15, 30)), (0, 4), QuietDayPolicy.NOTICE)
    plain = create_topic(store, cadence=cadence)
    rich = replace(
        plain,
        kinds=frozenset(AnnouncementKind),
        form=MessageForm.THREE_COLUMNS,
        languages=("zh", "en"),
        silent=False,
        next_due=None,
        limit=40,
    )

    assert store.subscriptions.update(rich)

    assert store.subscriptions.get(plain.key) == replace(rich, row_version=plain.row_version + 1)


def test_the_same_query_in_the_same_thread_is_one_topic(store: Store) -> None:
    create_chat(store)
    first = create_topic(store)

    again, added = store.subscriptions.add(replace(first, name="Other", key=0))
    _, elsewhere = store.subscriptions.add(replace(first, thread=7))

    assert (again, added, elsewhere) == (first, False, True)


def test_a_change_made_on_old_reading_is_refused(store: Store) -> None:
    create_chat(store)
    read = create_topic(store)
    store.subscriptions.update(replace(read, limit=5))

    assert not store.subscriptions.update(replace(read, limit=9))
    assert not store.subscriptions.advance_cursor(read, cursor=9, next_due=None)
    topic = store.subscriptions.get(read.key)
    assert topic is not None
    assert (topic.limit, topic.cursor) == (5, 0)


def test_a_removed_topics_key_is_never_given_again(store: Store) -> None:
    create_chat(store)
    old = create_topic(store)

    assert store.subscriptions.remove(old.key)
    assert not store.subscriptions.remove(old.key)
    assert create_topic(store).key > old.key


def test_a_chats_due_topics_come_together_in_its_order(store: Store) -> None:
    for number in (CHAT, 5):
        create_chat(store, number)
    create_topic(store, "c", position=3)
    create_topic(store, "a", position=1)
    create_topic(store, "later", next_due=NOW + MINUTE)
    create_topic(store, "b", chat_id=5)

    assert store.subscriptions.due_chats(BOT, NOW) == [(CHAT, 0), (5, 0)]
    assert [topic.query for topic in store.subscriptions.due(BOT, CHAT, NOW)] == ["a", "c"]
    assert [topic.query for topic in store.subscriptions.due(BOT, 5, NOW)] == ["b"]


def test_paused_chats_and_topics_are_not_due(store: Store) -> None:
    create_chat(store)
    create_chat(store, 5)
    store.subscriptions.update(replace(create_topic(store), paused=True))
    create_topic(store, chat_id=5)
    store.chats.pause(BOT, 5, "asked")

    assert due(store) == {}
    assert store.subscriptions.due(BOT, 5, NOW) == []
    assert store.chats.resume(BOT, 5)
    assert list(due(store)) == [5]


def test_a_topic_without_times_is_due_when_something_was_announced(store: Store) -> None:
    create_chat(store)
    topic = create_topic(store, cadence=AT_ONCE, next_due=None)
    assert due(store) == {}
    store_papers(store, [paper(1)])

    assert due(store) == {CHAT: ["diffusion"]}
    assert due(store, last_seq=0) == {}
    assert store.subscriptions.due(BOT, CHAT, NOW, last_seq=0) == []
    assert store.subscriptions.advance_cursor(topic, cursor=1, next_due=None)
    assert due(store) == {}
    assert store.subscriptions.due(BOT, CHAT, NOW) == []


def due(store: Store, last_seq: int | None = None) -> dict[int, list[str]]:
    """The chats that are due, each with what it asks."""
    return {
        number: [
            topic.query for topic in store.subscriptions.due(BOT, number, NOW, last_seq=last_seq)
        ]
        for number, _ in store.subscriptions.due_chats(BOT, NOW, last_seq=last_seq)
    }


def test_equal_queries_are_told_once(store: Store) -> None:
    for number in (1, 2, 3):
        create_chat(store, number)
        create_topic(store, "shared", chat_id=number)
    store.subscriptions.update(replace(create_topic(store, "alone", chat_id=1), paused=True))

    assert [query for query, *_ in store.subscriptions.active_requests(BOT)] == ["shared"]


def test_a_digest_comes_back_as_it_was_issued(store: Store) -> None:
    first_paper, two, three = store_papers(store, [paper(1), paper(2), paper(3)])
    stored_summary = summary(first_paper)
    digest = Digest(
        topic="Diffusion",
        query="diffusion",
        issued_at=NOW + timedelta(microseconds=1),
        entries=(
            Entry(
                first_paper,
                AnnouncementKind.NEW,
                (stored_summary,),
                (MatchReason(QueryField.TITLE, "Diffusion"),),
                ("Robots",),
            ),
            Entry(two, AnnouncementKind.CROSS, verbatim=VerbatimEntry(*"1234567")),
        ),
        left_out=(Entry(three, AnnouncementKind.REPLACE),),
        first_day=date(2026, 11, 19),
        last_day=date(2026, 11, 20),
        announced_count=47,
        period="1/2026-11-20",
        bot=BOT,
        chat=CHAT,
        thread=3,
        subscription=9,
    )

    number = store.digests.issue(digest)

    stored_digest = store.digests.get(number)
    assert stored_digest is not None
    [read_summary] = stored_digest.entries[0].summaries
    assert replace(read_summary, key=0) == stored_summary
    same = replace(stored_digest.entries[0], summaries=(stored_summary,))
    assert replace(stored_digest, number=0, entries=(same, stored_digest.entries[1])) == digest


def test_of_what_was_left_out_a_beginning_can_be_read(store: Store) -> None:
    papers = store_papers(store, [paper(n) for n in range(1, 7)])
    number = issue_digest(store, papers[:2], left_out=papers[2:])
    stored_digest = store.digests.get(number)
    assert stored_digest is not None

    for last, remaining in ((0, 0), (2, 0), (3, 1), (6, 4), (60, 4)):
        digest = store.digests.get(number, last_position=last)

        assert digest is not None
        assert (digest.entries, digest.left_out) == (
            stored_digest.entries,
            stored_digest.left_out[:remaining],
        )
        assert digest.unloaded_kinds == tuple(
            entry.kind for entry in stored_digest.left_out[remaining:]
        )
        assert digest.matched_count == stored_digest.matched_count == 6


def test_an_occasion_is_issued_once(store: Store) -> None:
    papers = store_papers(store, [paper(1), paper(2)])

    first, again = issue_digest(store, papers[:1]), issue_digest(store, papers)

    assert first == again
    stored_digest = store.digests.get(first)
    assert stored_digest is not None
    assert len(stored_digest.entries) == 1


def test_later_versions_do_not_change_an_issued_digest(store: Store) -> None:
    [cut] = store.papers.upsert([paper(1, partial=True, abstract="cut")], seen_at=NOW)
    number = issue_digest(store, [cut])
    before = store.digests.get(number)

    store.papers.add_announcements(
        [announcement(paper(1)), announcement(paper(1, 2, title="New"))], seen_at=NOW
    )
    store.summaries.add(summary(cut))

    assert store.digests.get(number) == before


def test_a_late_summary_makes_a_revision_and_keeps_the_first(store: Store) -> None:
    first_paper, two = store_papers(store, [paper(1), paper(2)])
    number = issue_digest(store, [first_paper, two])
    first = store.digests.get(number)

    revision = store.digests.add_revision(number, [summary(two), summary(two, "en", "English")])
    again = store.digests.add_revision(number, [summary(two, title="更好", prompt="2")])

    second, third = store.digests.get(number, 2), store.digests.get(number)
    assert (revision, again) == (2, 3)
    assert second is not None
    assert third is not None
    assert store.digests.get(number, 1) == first
    assert [summary.title for summary in second.entries[1].summaries] == ["图像扩散模型", "English"]
    assert [summary.title for summary in third.entries[1].summaries] == ["更好", "English"]
    assert [entry.paper for entry in third.entries] == [first_paper, two]
    assert store.digests.get(number, 4) is None


def test_nothing_can_be_said_of_a_digest_that_is_not_there(store: Store) -> None:
    assert store.digests.get(1) is None
    with pytest.raises(RowNotFound):
        store.digests.add_revision(1, [])


def test_a_digest_of_an_unknown_paper_leaves_nothing(store: Store) -> None:
    with pytest.raises(RowNotFound):
        issue_digest(store, [paper(1)])

    assert store.digests.headings_of_chat(BOT, CHAT) == []


def test_headings_are_paged_from_the_newest(store: Store) -> None:
    papers = store_papers(store, [paper(1), paper(2)])
    numbers = [issue_digest(store, papers[:1], str(n), left_out=papers[1:]) for n in range(3)]

    page = store.digests.headings_of_chat(BOT, CHAT, limit=2)
    older = store.digests.headings_of_chat(BOT, CHAT, before_number=page[-1].number)

    assert [digest_heading.number for digest_heading in page + older] == numbers[::-1]
    assert (page[0].shown_count, page[0].left_out_count) == (1, 1)
    last = store.digests.last_issued(BOT, CHAT, 1)
    assert last is not None
    assert last.number == numbers[-1]


def test_only_shown_papers_are_reserved_each_once(store: Store) -> None:
    first_paper, two, three = store_papers(store, [paper(1), paper(2), paper(3)])
    issue_digest(store, [first_paper], "1", left_out=[three])

    number = issue_digest(store, [first_paper, two], "2")

    assert store.receipts.received_versions(BOT, CHAT, [1, 2, 3]) == {
        first_paper.key: 1,
        two.key: 1,
    }
    assert store.receipts.received_versions(BOT, CHAT - 1, [first_paper.key]) == {}
    assert Receipts(store._engine).release_entries(number, 1, 2) == 1, (
        "the first paper belongs to the first digest"
    )


def test_old_receipts_retire_but_reservations_stay(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper(1)])
    issue_digest(store, [stored_paper])

    assert store.receipts.delete_before(NOW + 500 * 1440 * MINUTE) == 0
    assert store.receipts.received_versions(BOT, CHAT, [stored_paper.key])


def test_a_naive_instant_is_refused(store: Store) -> None:
    create_chat(store)
    with pytest.raises(ValueError, match="zone"):
        create_topic(store, next_due=NOW.astimezone(UTC).replace(tzinfo=None))
