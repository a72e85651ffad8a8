"""What chats get of editions: shared out before the store is locked, and right when it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.digests import shared_digest
from bot.digests.new_announcements import NewAnnouncements
from bot.digests.publish import PublishResult, publish_due_chats
from bot.digests.select_entries import SOON_READ_ENTRIES, assemble_digest
from bot.digests.shared_digest import (
    SharedDigest,
    SharedDigests,
    remaining_for_chat,
    with_best_summaries,
)
from storage import Store
from storage.records.chats import Subscription
from storage.records.digests import Digest, Entry
from storage.records.papers import AnnouncementKind
from tests.support.builders import (
    BOT,
    DAY,
    DUE_AT,
    MINUTE,
    TODAY,
    announce,
    create_chat,
    issue_on_demand,
    issued_paper_numbers,
    papers,
    set_topic_limit,
    subscribe_chat,
)

LIMIT, MANY = (
    3,
    3 + SOON_READ_ENTRIES + 6,
)  # some of which the edition neither explains nor summarizes


def later(store: Store, topic: Subscription) -> Subscription:
    """Lets a topic come a day after the others."""
    with store.transaction():
        assert store.subscriptions.update(replace(topic, next_due=DUE_AT + DAY))
    changed = store.subscriptions.get(topic.key)
    assert changed
    return changed


def meanwhile(store: Store, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Lets something happen between the reckoning and the next transaction."""
    transaction = store.transaction

    def delayed() -> AbstractContextManager[None]:
        monkeypatch.setattr(store, "transaction", transaction)
        happens()
        return transaction()

    monkeypatch.setattr(store, "transaction", delayed)


def test_a_transaction_only_writes_what_was_reckoned_before(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of topics that overlap, and of a chat that has received some."""
    reader = create_chat(store)
    for words in ("diffusion", "study", "cases"):
        set_topic_limit(store, subscribe_chat(store, reader, words), LIMIT)
    announce(store, papers(1, 2))
    publish_due_chats(store, BOT, DUE_AT)
    announce(store, papers(*range(3, 12)), day=TODAY + DAY)
    announce(store, papers(1, 2), day=TODAY + DAY, kind=AnnouncementKind.CROSS, feed="cs.LG")
    transaction, open_, made = store.transaction, [False], [0]

    @contextmanager
    def watched() -> Iterator[None]:
        with transaction():
            open_[0] = True
            yield
            open_[0] = False

    def watching(*arguments: object, **named: object) -> Digest:
        assert not open_[0]
        made[0] += 1
        return assemble_digest(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "transaction", watched)
    monkeypatch.setattr(shared_digest, "assemble_digest", watching)

    assert publish_due_chats(store, BOT, DUE_AT + DAY) == PublishResult(chats=1, digests=3)
    assert made == [6], "an edition and a share for each topic"
    assert sorted(
        number for numbers in issued_paper_numbers(store, reader)[1:] for number in numbers
    ) == [*range(3, 12)]


def test_what_reached_the_chat_meanwhile_does_not_reach_it_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody asks for another topic in the moment before the digest is written."""
    reader = create_chat(store)
    subscribe_chat(store, reader, "diffusion")
    other = later(store, set_topic_limit(store, subscribe_chat(store, reader, "study"), 2))
    announce(store, papers(1, 2, 3))

    meanwhile(store, monkeypatch, lambda: issue_on_demand(store, reader, other, DUE_AT))
    publish_due_chats(store, BOT, DUE_AT)

    first, second = issued_paper_numbers(store, reader)
    assert len(first) == 2
    assert sorted(first + second) == [1, 2, 3]


def test_what_was_shown_meanwhile_to_the_last_paper_makes_no_digest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = create_chat(store)
    subscribe_chat(store, reader, "diffusion")
    other = later(store, subscribe_chat(store, reader, "study"))
    announce(store, papers(1, 2))

    meanwhile(store, monkeypatch, lambda: issue_on_demand(store, reader, other, DUE_AT))

    assert publish_due_chats(store, BOT, DUE_AT) == PublishResult(chats=1)
    assert [sorted(numbers) for numbers in issued_paper_numbers(store, reader)] == [[1, 2]]


def test_what_a_topic_would_have_shown_comes_with_the_next_if_it_is_changed_meanwhile(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its digest waits for the next tick; the papers of both are in the one that leaves."""
    reader = create_chat(store)
    first = subscribe_chat(store, reader, "diffusion")
    subscribe_chat(store, reader, "study")
    announce(store, papers(1, 2))

    meanwhile(store, monkeypatch, lambda: later(store, first))

    assert publish_due_chats(store, BOT, DUE_AT) == PublishResult(chats=1, digests=1)
    assert [sorted(numbers) for numbers in issued_paper_numbers(store, reader)] == [[1, 2]]
    publish_due_chats(store, BOT, DUE_AT + DAY + MINUTE)
    assert len(issued_paper_numbers(store, reader)) == 1


def test_what_was_freed_meanwhile_is_shown(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A digest that had reserved it was dropped before it left."""
    reader = create_chat(store)
    subscribe_chat(store, reader, "diffusion")
    other = later(store, subscribe_chat(store, reader, "study"))
    announce(store, papers(1, 2))
    dropped = issue_on_demand(store, reader, other, DUE_AT - MINUTE)
    assert dropped

    def drops() -> None:
        [message] = store.outbox.messages_of_digest(dropped.number)
        assert store.outbox_repair.drop_message(message.key, now=DUE_AT)

    meanwhile(store, monkeypatch, drops)

    assert publish_due_chats(store, BOT, DUE_AT) == PublishResult(chats=1, digests=1)
    assert sorted(issued_paper_numbers(store, reader)[-1]) == [1, 2]


def test_the_messages_of_a_shared_digest_are_measured_with_all_that_they_say(store: Store) -> None:
    topic = subscribe_chat(store, create_chat(store), "diffusion")
    announce(store, papers(1, 2))
    announce(store, papers(3, word="robots"))

    shared_digest = SharedDigests(store, NewAnnouncements(store, 0), DUE_AT).for_topic(topic)

    assert shared_digest.digest.announced_count == 3


@given(
    received=st.dictionaries(st.integers(0, MANY - 1), st.integers(1, 3), max_size=MANY),
    others=st.dictionaries(st.integers(0, MANY - 1), st.just(("another",)), max_size=4),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_left_of_a_shared_digest_is_what_would_be_made_anew(
    store: Store, received: Mapping[int, int], others: Mapping[int, tuple[str, ...]]
) -> None:
    """As if the chat were the only one: the same papers, reasons, names, counts and summaries."""
    shared_digest, topic, gathered = _shared_digest(store)
    keys = sorted(match.announcement.paper.key for match in shared_digest.matches)
    versions = {keys[position]: version for position, version in received.items()}
    named = {keys[position]: names for position, names in others.items()}

    remaining = remaining_for_chat(store, shared_digest, versions, named, LIMIT).digest

    alone = assemble_digest(
        shared_digest.matches,
        topic="",
        query=topic.query,
        issued=DUE_AT,
        limit=LIMIT,
        received_versions=versions,
        other_topics=named,
        explain_matches=shared_digest.explain_matches,
    )
    expected = replace(
        with_best_summaries(store, alone, DUE_AT),
        announced_count=store.announcements.count_papers_between(0, gathered.last_position),
    )
    assert replace(remaining, left_out=()) == replace(expected, left_out=())
    assert remaining.left_out[:SOON_READ_ENTRIES] == expected.left_out[:SOON_READ_ENTRIES]
    assert [_bare(entry) for entry in remaining.left_out] == [
        _bare(entry) for entry in expected.left_out
    ]
    assert all(entry.summaries and entry.reasons for entry in remaining.entries)


def _shared_digest(store: Store) -> tuple[SharedDigest, Subscription, NewAnnouncements]:
    """An edition of many papers, every third of which is a new version."""
    reader = create_chat(store)
    topics = store.subscriptions.of_chat(BOT, reader.id)
    if not topics:
        topic = set_topic_limit(store, subscribe_chat(store, reader, "diffusion"), LIMIT)
        with store.transaction():
            assert store.subscriptions.update(replace(topic, kinds=frozenset(AnnouncementKind)))
        fresh = [number for number in range(MANY) if number % 3]
        announce(store, papers(*fresh))
        announce(store, papers(*range(0, MANY, 3), version=2), kind=AnnouncementKind.REPLACE)
        topics = store.subscriptions.of_chat(BOT, reader.id)
    gathered = NewAnnouncements(store, 0)
    shared_digest = SharedDigests(store, gathered, DUE_AT).for_topic(topics[0])
    assert len(shared_digest.matches) == MANY
    return shared_digest, topics[0], gathered


def _bare(entry: Entry) -> Entry:
    return replace(entry, summaries=())
