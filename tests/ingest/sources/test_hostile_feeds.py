"""Feeds that were made to harm: nothing of a document type is expanded, no field is endless."""

from __future__ import annotations

import time

import pytest

from bot.arxiv.author_list import split_author_line
from bot.ingest.sources.arxiv_oai import parse as parse_oai
from bot.ingest.sources.field_limits import MAX_ABSTRACT, MAX_AUTHORS, MAX_TITLE
from bot.ingest.sources.registry import parse_batch
from bot.ingest.sources.source_batch import BatchStatus
from tests.ingest.sources.feeds import read_feed, rss_feed, rss_item

ENTITIES = b'<!DOCTYPE rss [<!ENTITY a "INJECTED">]>'
# What may stand before the outermost element, some of it to look like one.
BEFORE = [
    b"",
    b"<?x > <rss ?>",
    b"<?x ?><?y ?> ?>",
    b"<!-- > <rss -->",
    b"\n<?x <rss> ?>\n<!-- -->",
]


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_a_document_type_is_refused_wherever_it_stands(before: bytes, encoding: str) -> None:
    """Before any of its entities could be expanded: else 9 MB become 3 GB."""
    feed = rss_feed([rss_item()]).replace(b"A Kettle", b"&a;")
    head, _, remainder = feed.partition(b"?>")
    for kind in (ENTITIES, b'<!DOCTYPE rss SYSTEM "file:///etc/passwd">'):
        text = (head + b"?>" + before + kind + remainder).decode()
        text = text.replace("utf-8", encoding).replace("'", '"')
        batch = parse_batch(text.encode(encoding), source="cs.CV")

        assert batch.status is BatchStatus.NOT_A_FEED
        assert not batch.announcements


def test_a_document_type_is_refused_in_every_format() -> None:
    for name in ("day.atom.xml", "old.rdf.xml", "api-new.xml"):
        head, mark, remainder = read_feed(name).partition(b"?>")
        hostile = head + mark + b"<?x > <feed ?>" + ENTITIES + remainder
        assert parse_batch(hostile, source="cs.CV").status is BatchStatus.NOT_A_FEED, name
    oai = b"<?x > <OAI-PMH ?>" + ENTITIES + b"<OAI-PMH><ListRecords/></OAI-PMH>"
    assert parse_oai(oai).status is BatchStatus.NOT_A_FEED


def test_a_field_without_end_costs_its_own_item_and_is_told() -> None:
    """The others of the feed are read, and the one that is left out is named."""
    good = rss_item("2611.90001v1")
    for changed in (
        {"creator": "a" * 1_000_000},
        {"creator": "a." * 500_000},
        {"creator": "()" * 500_000},
        {"title": "x" * 600_000},
        {"abstract": "x" * 600_000},
        {"category": "x" * 600_000},
        {"link": "x" * 600_000},
    ):
        begun = time.process_time()
        batch = parse_batch(rss_feed([good, rss_item("2611.90002v1", **changed)]), source="cs.CV")

        assert [announcement.paper.id for announcement in batch.announcements] == [
            "arxiv:2611.90001"
        ]
        assert "2611.90002" in str(batch.warnings)
        assert time.process_time() - begun < 5.0, changed.keys()


def test_a_long_field_is_cut_and_told() -> None:
    names = ", ".join(f"Ada {n}" for n in range(MAX_AUTHORS + 5))
    long = rss_item(title="t" * 10_000, abstract="a " * 40_000, creator=names)
    batch = parse_batch(rss_feed([long, rss_item("2611.90002v1")]), source="cs.CV")

    [cut, announcement] = (announcement.paper for announcement in batch.announcements)
    assert (len(cut.title), len(cut.abstract), len(cut.authors)) == (
        MAX_TITLE,
        MAX_ABSTRACT,
        MAX_AUTHORS + 1,
    )
    assert cut.title.endswith("…")
    assert announcement.title == "A Kettle"
    [notice] = batch.warnings
    assert notice.text_key == "source-shortened"
    assert dict(notice.values) == {"items": 1, "names": "2611.90001"}


def test_a_paper_of_a_large_collaboration_is_whole() -> None:
    names = [
        f"Ada Lovelace-Byron {n} (Institute of Kettles and Steam, Kettle Town)" for n in range(6000)
    ]
    batch = parse_batch(rss_feed([rss_item(creator=", ".join(names))]), source="cs.CV")

    [announcement] = batch.announcements
    assert len(announcement.paper.authors) == 6000
    assert not batch.warnings


@pytest.mark.slow
@pytest.mark.parametrize("part", ["()", "(", ")", "a,", "<a ", "((a), "])
def test_the_work_for_a_line_of_authors_has_an_end(part: str) -> None:
    begun = time.process_time()
    split_author_line(part * 10_000_000)

    assert time.process_time() - begun < 10.0
