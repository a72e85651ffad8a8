"""Entries that are read once for many digests: the same always, and nothing that was undone."""

from __future__ import annotations

import pytest

from storage import Store
from storage.records.digests import Digest
from tests.storage.builders import (
    NOW,
    announcement,
    create_chat,
    issue_digest,
    paper,
    store_papers,
    summary,
)


class Undone(Exception):
    """Ends a transaction that keeps nothing."""


def read(store: Store, number: int) -> Digest:
    """A digest that is there."""
    stored_digest = store.digests.get(number)
    assert stored_digest is not None
    return stored_digest


def _store_and_undo(store: Store, keys: list[int]) -> None:
    with store.transaction():
        [gone] = store_papers(store, [paper(1, title="What was never stored")])
        assert read(store, issue_digest(store, [gone])).entries[0].paper == gone
        keys.append(gone.key)
        raise Undone


def test_what_a_transaction_undid_is_not_shown_under_the_same_key(store: Store) -> None:
    create_chat(store)
    keys: list[int] = []
    with pytest.raises(Undone):
        _store_and_undo(store, keys)
    [stored_paper] = store_papers(store, [paper(2, title="What was")])
    assert [stored_paper.key] == keys, "else this shows nothing"

    assert read(store, issue_digest(store, [stored_paper])).entries[0].paper == stored_paper


def test_two_digests_alike_have_equal_entries_and_a_revision_its_own(store: Store) -> None:
    create_chat(store)
    first_paper, two = store_papers(store, [paper(1), paper(2)])
    first, second = (
        issue_digest(store, [first_paper, two]),
        issue_digest(store, [first_paper, two], "1/2026-11-21"),
    )
    before = read(store, first)

    store.digests.add_revision(first, [summary(first_paper)])

    assert read(store, second).entries == before.entries
    assert [len(entry.summaries) for entry in read(store, first).entries] == [1, 0]
    assert [len(entry.summaries) for entry in read(store, second).entries] == [0, 0]
    assert store.digests.get(first, 1) == before


def test_a_paper_that_was_completed_is_shown_as_it_was_and_as_it_is(store: Store) -> None:
    create_chat(store)
    [partial] = store_papers(store, [paper(1, title="From a document", partial=True)])
    early = issue_digest(store, [partial])
    assert read(store, early).entries[0].paper.title == "From a document"
    store.papers.add_announcements(
        [announcement(paper(1, title="As it was announced"))], seen_at=NOW
    )
    stored_paper = store.papers.get(partial.id)
    assert stored_paper is not None

    late = issue_digest(store, [stored_paper], "1/2026-11-21")

    assert read(store, late).entries[0].paper.title == "As it was announced"
    assert read(store, early).entries[0].paper.title == "From a document"
