"""What comes first in a digest: new papers, the closest ones, or the newest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.digests.order_matches import CROWDED, order_matches
from bot.digests.publish import publish_due_chats
from bot.render.digest_heading import counts_text
from bot.render.display_options import DisplayOptions
from bot.texts import LANGUAGES
from storage import Store
from storage.records.digests import EntryOrder
from storage.records.papers import Announcement, AnnouncementKind, Paper
from storage.records.queries import Match
from tests.support.builders import (
    BOT,
    DAY,
    DUE_AT,
    TODAY,
    announce,
    create_chat,
    issued_digests,
    set_topic_limit,
    subscribe_chat,
)


def match(number: int, kind: AnnouncementKind, score: int, day: int) -> Match:
    """Return a scored match of an invented paper."""
    paper = Paper(f"arxiv:2611.9{number:04}", 1, "Boats", "They drift.", key=number)
    return Match(Announcement(paper, "cs.RO", kind, date(2026, 11, day)), kind, score)


MATCHES = st.lists(
    st.builds(
        match,
        st.integers(1, 9999),
        st.sampled_from(AnnouncementKind),
        st.integers(0, 3),
        st.integers(1, 3),
    ),
    unique_by=lambda one: one.announcement.paper.id,
    max_size=12,
)


@given(MATCHES, st.sampled_from(EntryOrder))
def test_the_order_is_one_whatever_came_first(matches: list[Match], order: EntryOrder) -> None:
    ordered = order_matches(matches, order)

    assert order_matches(matches[::-1], order) == ordered
    assert sorted(map(repr, ordered)) == sorted(map(repr, matches))
    kinds = [list(AnnouncementKind).index(one.kind) for one in ordered]
    assert kinds == sorted(kinds), "new, cross-listed, revised"
    for kind in AnnouncementKind:
        of_kind = [one for one in ordered if one.kind is kind]
        keys = [
            (-one.score, -one.announcement.day.toordinal(), one.announcement.paper.id)
            if order is EntryOrder.RELEVANCE
            else (0, -one.announcement.day.toordinal(), one.announcement.paper.id)
            for one in of_kind
        ]
        assert keys == sorted(keys)


def text(number: int, title: str, abstract: str) -> Paper:
    """Return a paper of these words; higher numbers have higher ids."""
    return Paper(f"arxiv:2611.9{number:04}", 1, title, abstract, ("Ada",), ("cs.CV",))


FAR = [
    text(number, f"Report {number}", "Diffusion of ink is filmed; the long video is on paper.")
    for number in range(1, CROWDED)
]
CLOSE = text(50, "Video diffusion at scale", "Video diffusion for long films.")
CLOSER_TO_EARLIER = text(60, "Camera control", "A video diffusion of camera trajectories in 3D.")
AS_NEAR = text(55, "Protein folding", "A video diffusion of amino acids and ligands in solution.")


def test_the_limit_takes_the_closest_and_the_head_says_so(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader, "video diffusion")
    set_topic_limit(store, topic, 1)
    announce(store, [*FAR, CLOSE])

    publish_due_chats(store, BOT, DUE_AT)

    [digest] = issued_digests(store, reader)
    assert [entry.paper.id for entry in digest.entries] == [CLOSE.id]
    assert digest.entry_order is EntryOrder.RELEVANCE
    heads = [
        counts_text(digest, 1, 1, DisplayOptions(reader.form, language, ("en",), "UTC"))
        for language in LANGUAGES
    ]
    assert heads[0].startswith(f"1 of {CROWDED} papers, the closest first")
    assert heads[1].startswith(f"共 {CROWDED} 篇，列出最相关的 1 篇")


def test_earlier_papers_of_the_topic_decide_between_equals(store: Store) -> None:
    earlier = [
        text(number, f"Camera {number}", "Video diffusion with camera trajectories and 3D views.")
        for number in range(70, 75)
    ]
    announce(store, earlier, day=TODAY - 7 * DAY)
    reader = create_chat(store)
    subscribe_chat(store, reader, "video diffusion")
    announce(store, [*FAR, AS_NEAR, CLOSER_TO_EARLIER])

    publish_due_chats(store, BOT, DUE_AT)

    [digest] = issued_digests(store, reader)
    assert [entry.paper.id for entry in digest.entries[:2]] == [CLOSER_TO_EARLIER.id, AS_NEAR.id]


def test_a_topic_may_ask_for_the_newest_first(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader, "video diffusion")
    set_topic_limit(store, topic, 1)
    [topic] = store.subscriptions.of_chat(BOT, reader.id)
    with store.transaction():
        assert store.subscriptions.update(replace(topic, entry_order=EntryOrder.NEWEST))
    announce(store, [CLOSE], day=TODAY - DAY)
    announce(store, FAR[:1], day=TODAY)

    publish_due_chats(store, BOT, DUE_AT)

    [digest] = issued_digests(store, reader)
    assert [entry.paper.id for entry in digest.entries] == [FAR[0].id]
    options = DisplayOptions(reader.form, "en", ("en",), "UTC")
    assert counts_text(digest, 1, 1, options).startswith("1 of 2 papers, the newest first")


def test_a_digest_from_before_prints_as_before(store: Store) -> None:
    reader = create_chat(store)
    set_topic_limit(store, subscribe_chat(store, reader, "video diffusion"), 1)
    announce(store, [*FAR, CLOSE])
    publish_due_chats(store, BOT, DUE_AT)
    [digest] = issued_digests(store, reader)

    number = store.digests.issue(replace(digest, entry_order=None, period="before"))
    stored = store.digests.get(number)

    assert stored
    assert stored.entry_order is None
    options = DisplayOptions(reader.form, "en", ("en",), "UTC")
    assert counts_text(stored, 1, 1, options).startswith(f"1 of {CROWDED} papers shown")
