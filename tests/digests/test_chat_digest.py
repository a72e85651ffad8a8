"""What chats get of editions: shared out before the store is locked, and right when it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.digests import shared_digest
from bot.digests.new_announcements import Gathered
from bot.digests.publish import Published, publish
from bot.digests.select_entries import NEAR, assemble
from bot.digests.shared_digest import Edition, Editions, glossed, left_of
from storage import Store
from storage.records import Digest, Entry, Kind, Subscriber, Subscription
from tests.support.builders import (
    BOT,
    DAY,
    DUE,
    MINUTE,
    TODAY,
    announce,
    asked,
    chat,
    digests,
    follow,
    limited,
    numbers,
    papers,
)

LIMIT, MANY = 3, 3 + NEAR + 6  # some of which the edition neither explains nor glosses


def later(store: Store, topic: Subscription) -> Subscription:
    """Lets a topic come a day after the others."""
    with store.transaction():
        assert store.subscriptions.change(replace(topic, next_due=DUE + DAY))
    changed = store.subscriptions.get(topic.key)
    assert changed
    return changed


def told(store: Store, reader: Subscriber) -> list[list[int]]:
    return [numbers(digest.entries) for digest in digests(store, reader)]


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
    reader = chat(store)
    for words in ("diffusion", "study", "cases"):
        limited(store, follow(store, reader, words), LIMIT)
    announce(store, papers(1, 2))
    publish(store, BOT, DUE)
    announce(store, papers(*range(3, 12)), day=TODAY + DAY)
    announce(store, papers(1, 2), day=TODAY + DAY, kind=Kind.CROSS, feed="cs.LG")
    transaction, open_, made = store.transaction, [False], [0]

    @contextmanager
    def watched() -> Iterator[None]:
        with transaction():
            open_[0] = True
            yield
            open_[0] = False

    def watching(*given: object, **named: object) -> Digest:
        assert not open_[0]
        made[0] += 1
        return assemble(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "transaction", watched)
    monkeypatch.setattr(shared_digest, "assemble", watching)

    assert publish(store, BOT, DUE + DAY) == Published(chats=1, digests=3)
    assert made == [6], "an edition and a share for each topic"
    assert sorted(number for one in told(store, reader)[1:] for number in one) == [*range(3, 12)]


def test_what_reached_the_chat_meanwhile_does_not_reach_it_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody asks for another topic in the moment before the digest is written."""
    reader = chat(store)
    follow(store, reader, "diffusion")
    other = later(store, limited(store, follow(store, reader, "study"), 2))
    announce(store, papers(1, 2, 3))

    meanwhile(store, monkeypatch, lambda: asked(store, reader, other, DUE))
    publish(store, BOT, DUE)

    first, second = told(store, reader)
    assert len(first) == 2
    assert sorted(first + second) == [1, 2, 3]


def test_what_was_shown_meanwhile_to_the_last_paper_makes_no_digest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = chat(store)
    follow(store, reader, "diffusion")
    other = later(store, follow(store, reader, "study"))
    announce(store, papers(1, 2))

    meanwhile(store, monkeypatch, lambda: asked(store, reader, other, DUE))

    assert publish(store, BOT, DUE) == Published(chats=1)
    assert [sorted(one) for one in told(store, reader)] == [[1, 2]]


def test_what_a_topic_would_have_shown_comes_with_the_next_if_it_is_changed_meanwhile(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its digest waits for the next tick; the papers of both are in the one that leaves."""
    reader = chat(store)
    first = follow(store, reader, "diffusion")
    follow(store, reader, "study")
    announce(store, papers(1, 2))

    meanwhile(store, monkeypatch, lambda: later(store, first))

    assert publish(store, BOT, DUE) == Published(chats=1, digests=1)
    assert [sorted(one) for one in told(store, reader)] == [[1, 2]]
    publish(store, BOT, DUE + DAY + MINUTE)
    assert len(told(store, reader)) == 1


def test_what_was_freed_meanwhile_is_shown(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A digest that had reserved it was dropped before it left."""
    reader = chat(store)
    follow(store, reader, "diffusion")
    other = later(store, follow(store, reader, "study"))
    announce(store, papers(1, 2))
    dropped = asked(store, reader, other, DUE - MINUTE)
    assert dropped

    def drops() -> None:
        [parcel] = store.outbox.of_digest(dropped.number)
        assert store.outbox.drop(parcel.key, now=DUE)

    meanwhile(store, monkeypatch, drops)

    assert publish(store, BOT, DUE) == Published(chats=1, digests=1)
    assert sorted(told(store, reader)[-1]) == [1, 2]


def test_the_messages_of_an_edition_are_measured_with_all_that_they_say(store: Store) -> None:
    topic = follow(store, chat(store), "diffusion")
    announce(store, papers(1, 2))
    announce(store, papers(3, word="robots"))

    edition = Editions(store, Gathered(store, 0), DUE).of(topic)

    assert edition.digest.seen == 3


@given(
    received=st.dictionaries(st.integers(0, MANY - 1), st.integers(1, 3), max_size=MANY),
    others=st.dictionaries(st.integers(0, MANY - 1), st.just(("another",)), max_size=4),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_left_of_an_edition_is_what_would_be_made_anew(
    store: Store, received: Mapping[int, int], others: Mapping[int, tuple[str, ...]]
) -> None:
    """As if the chat were the only one: the same papers, reasons, names, counts and glosses."""
    edition, topic, gathered = _edition(store)
    keys = sorted(match.announcement.paper.key for match in edition.matches)
    had = {keys[at]: version for at, version in received.items()}
    named = {keys[at]: names for at, names in others.items()}

    left = left_of(store, edition, had, named, LIMIT).digest

    alone = assemble(
        edition.matches,
        topic="",
        query=topic.query,
        issued=DUE,
        limit=LIMIT,
        received=had,
        others=named,
        explain=edition.explain,
    )
    expected = replace(glossed(store, alone, DUE), seen=gathered.seen(0))
    assert replace(left, rest=()) == replace(expected, rest=())
    assert left.rest[:NEAR] == expected.rest[:NEAR]
    assert [_bare(one) for one in left.rest] == [_bare(one) for one in expected.rest]
    assert all(entry.glosses and entry.reasons for entry in left.entries)


def _edition(store: Store) -> tuple[Edition, Subscription, Gathered]:
    """An edition of many papers, every third of which is a new version."""
    reader = chat(store)
    known = store.subscriptions.of(BOT, reader.chat)
    if not known:
        topic = limited(store, follow(store, reader, "diffusion"), LIMIT)
        with store.transaction():
            assert store.subscriptions.change(replace(topic, kinds=frozenset(Kind)))
        fresh = [number for number in range(MANY) if number % 3]
        announce(store, papers(*fresh))
        announce(store, papers(*range(0, MANY, 3), version=2), kind=Kind.REPLACE)
        known = store.subscriptions.of(BOT, reader.chat)
    gathered = Gathered(store, 0)
    edition = Editions(store, gathered, DUE).of(known[0])
    assert len(edition.matches) == MANY
    return edition, known[0], gathered


def _bare(entry: Entry) -> Entry:
    return replace(entry, glosses=())
