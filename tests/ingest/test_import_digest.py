"""A document comes in with its papers and summaries, and comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.ingest.import_digest import import_digest
from bot.ingest.ingest_source import store_batch
from bot.ingest.sources.digest_import import read_document
from bot.ingest.sources.registry import parse_batch
from bot.render import FORMATS
from storage import Store
from storage.records.digests import Digest
from storage.records.papers import AnnouncementKind, IngestCounts
from tests.ingest.sources.feeds import rss_feed, rss_item
from tests.render.digests import sample_digest
from tests.support.database import count_rows, dump_tables

DOCUMENTS = Path(__file__).parents[1] / "data" / "imports"
MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # 01:00 in New York on a feed day


def document() -> Digest:
    name = "cs.CV_2026-11-20.md"
    return read_document(name, (DOCUMENTS / name).read_bytes())


def test_an_imported_document_keeps_its_papers_and_is_sent_to_nobody(store: Store) -> None:
    stored_digest = store.digests.get(import_digest(store, document()))

    assert stored_digest
    assert (stored_digest.imported, stored_digest.topic, stored_digest.issued_at) == (
        True,
        "cs.CV",
        datetime(2026, 11, 20, tzinfo=UTC),
    )
    assert [entry.verbatim for entry in stored_digest.entries] == [
        entry.verbatim for entry in document().entries
    ]
    assert [entry.paper.id for entry in stored_digest.entries] == [
        "arxiv:2611.90001",
        "arxiv:2611.90002",
    ]
    assert all(entry.paper.partial for entry in stored_digest.entries)
    assert {summary.language for entry in stored_digest.entries for summary in entry.summaries} == {
        "zh"
    }
    assert count_rows(store, "outbox_messages") == count_rows(store, "announcements") == 0


@pytest.mark.parametrize("languages", [("zh",), ("en",), ("zh", "en"), ("en", "zh"), ("de", "en")])
@pytest.mark.parametrize("kind", ["whole", "left out", "untranslated", "empty", "hostile", "long"])
def test_a_document_of_ours_comes_back_byte_for_byte(
    store: Store, kind: str, languages: tuple[str, ...]
) -> None:
    """Whatever the papers in it were when it was written, and whatever language is asked for."""
    original = sample_digest()
    first = original.entries[0]
    odd = replace(first.paper, title="[a](http://b) | <c>", authors=("Kettle Team", ":", "Ada One"))
    ours = {
        "whole": replace(original, left_out=()),
        "left out": replace(
            original, unstored_kinds=(AnnouncementKind.NEW, AnnouncementKind.CROSS)
        ),
        "untranslated": replace(original, entries=(replace(first, summaries=()),)),
        "empty": replace(original, entries=(), left_out=()),
        "hostile": replace(original, entries=(replace(first, paper=odd),)),
        "long": replace(original, entries=original.entries * 20),
    }[kind]
    text = FORMATS["markdown"](ours, languages)

    read = read_document("notes.md", text.encode())
    stored_digest = store.digests.get(import_digest(store, read))

    assert stored_digest
    assert (
        FORMATS["markdown"](stored_digest, ("zh",))
        == FORMATS["markdown"](stored_digest, ("en",))
        == text
    )
    assert stored_digest.languages == languages
    assert stored_digest.matched_count == ours.matched_count
    assert store.digests.delete_topicless(stored_digest.issued_at + timedelta(days=400)) == 0
    again = store.digests.get(stored_digest.number)
    assert again == stored_digest


def test_a_document_brings_no_classes_of_other_schemes(store: Store) -> None:
    """An older version may have written them beside the categories."""
    imported = document()
    first, *others = imported.entries
    odd = replace(first.paper, categories=("68T05", "cs.CV", "I.2.7; J.3"))

    number = import_digest(store, replace(imported, entries=(replace(first, paper=odd), *others)))

    stored_digest = store.digests.get(number)
    assert stored_digest
    assert stored_digest.entries[0].paper.categories == ("cs.CV",)


def test_a_document_brings_no_author_who_is_none(store: Store) -> None:
    """An older version may have written what arXiv had made of "Kettle Team: Ada One"."""
    imported = document()
    first, *others = imported.entries
    odd = replace(first.paper, authors=("Kettle Team", ":", "Ada One", "and Bo Two"))

    number = import_digest(store, replace(imported, entries=(replace(first, paper=odd), *others)))

    stored_digest = store.digests.get(number)
    assert stored_digest
    assert stored_digest.entries[0].paper.authors == ("Kettle Team", "Ada One", "Bo Two")


def test_the_same_document_again_is_the_one_that_is_there(store: Store) -> None:
    first = import_digest(store, document())
    before = dump_tables(store)

    assert import_digest(store, document()) == first
    assert dump_tables(store) == before


def test_another_document_of_the_same_day_is_another_digest(store: Store) -> None:
    shorter = replace(document(), entries=document().entries[1:])

    assert import_digest(store, document()) != import_digest(store, shorter)


async def test_a_feed_completes_what_a_document_had_cut(store: Store) -> None:
    number = import_digest(store, document())

    feed = rss_feed([rss_item("2611.90001v1")])
    report = await store_batch(store, parse_batch(feed, source="cs.CV"), MONDAY)

    assert report.added == IngestCounts(updated=1)
    paper = store.papers.get("arxiv:2611.90001")
    assert paper
    assert (paper.partial, paper.abstract) == (False, "It boils.")
    stored_digest = store.digests.get(number)
    assert stored_digest
    assert stored_digest.entries[0].verbatim == document().entries[0].verbatim, "for ever as it was"
