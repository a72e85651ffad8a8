"""Real feeds and answers of arXiv: right counts, every bad answer named, no character altered."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest

from bot.arxiv.announcement_text import parse_announcement_text
from bot.ingest.http_errors import read_file
from bot.ingest.sources import arxiv_api, arxiv_rss
from bot.ingest.sources.registry import parse_batch
from bot.ingest.sources.source_batch import Batch, BatchStatus
from storage.records.papers import AnnouncementKind

_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PREFIX = re.compile(r"arXiv:\S+ Announce Type: \S+\s+Abstract:\s*")


def batch(real_data: Path, name: str) -> Batch:
    return parse_batch(read_file(real_data / "feeds" / name), source="x")


@pytest.mark.parametrize(
    ("name", "day", "counts"),
    [
        ("captured/rss-new_rss_quant-ph_full.xml", date(2025, 4, 28), (40, 10, 22, 9)),
        ("captured/rss-new_rss_cs.AI_2026-04-27_trimmed.xml", date(2026, 4, 27), (3, 0, 0, 0)),
        ("captured/rss-new_rss_cs.LG_2026-04-27_trimmed.xml", date(2026, 4, 27), (3, 0, 0, 0)),
        ("captured/rss-old_rdf_hep-ex_2018-05-23_trimmed.xml", date(2018, 5, 24), (1, 1, 1, 0)),
        ("generated/feed_rss_cs.CV_2025-10-16.xml", date(2025, 10, 16), (99, 11, 0, 0)),
        ("generated/feed_atom_cs.CV_2025-10-16.xml", date(2025, 10, 16), (99, 11, 0, 0)),
        ("generated/feed_rss_cs.CV+cs.CL_2025-10-16.xml", date(2025, 10, 16), (176, 14, 2, 0)),
        ("generated/feed_rss_cs.LG_2026-11-23.xml", date(2026, 11, 23), (2, 50, 0, 14)),
        ("generated/feed_rss_cs.LG_2026-11-24.xml", date(2026, 11, 24), (2, 210, 3, 108)),
        pytest.param(
            "generated/feed_rss_cs_2026-11-24_over2000.xml.gz",
            date(2026, 11, 24),
            (1268, 0, 732, 0),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_day_is_counted_by_kind(
    real_data: Path, name: str, day: date, counts: tuple[int, int, int, int]
) -> None:
    day_batch = batch(real_data, f"arxiv-{name}")

    assert (day_batch.status, day_batch.day) == (BatchStatus.FRESH, day)
    assert tuple(day_batch.counts_by_kind[kind] for kind in AnnouncementKind) == counts
    cut = ["source-cut"] if "over2000" in name else []
    assert [warning.text_key for warning in day_batch.warnings] == cut


@pytest.mark.parametrize(
    ("name", "condition", "key"),
    [
        ("captured/rss-new_rss_cs_2025-04-27_sunday_empty.xml", BatchStatus.EMPTY, "source-empty"),
        ("generated/feed_rss_cs.CV_sunday_empty.xml", BatchStatus.EMPTY, "source-empty"),
        ("generated/feed_atom_cs_thanksgiving_empty.xml", BatchStatus.EMPTY, "source-empty"),
        ("generated/feed_error_badcat.xml", BatchStatus.ERROR_FEED, "source-error-feed"),
        ("generated/feed_error_badarchive.xml", BatchStatus.ERROR_FEED, "source-error-feed"),
        ("generated/feed_error_version1.0.xml", BatchStatus.ERROR_FEED, "source-error-feed"),
        ("generated/feed_no_archive.txt", BatchStatus.NOT_A_FEED, "source-text"),
        ("captured/api-old_error_manual-example.xml", BatchStatus.ERROR_FEED, "source-error-feed"),
    ],
)
def test_an_answer_without_papers_is_named(
    real_data: Path, name: str, condition: BatchStatus, key: str
) -> None:
    empty_batch = batch(real_data, f"arxiv-{name}")

    assert empty_batch.status is condition
    assert empty_batch.reason
    assert empty_batch.reason.text_key == key
    assert empty_batch.announcements == ()


def texts(body: bytes) -> Iterator[tuple[str, str, str]]:
    """Title, abstract and author line of every item, as ElementTree reads them."""
    root = Tree.fromstring(body)
    for entry in (*root.iter("item"), *root.iter(f"{_ATOM}entry")):
        space = _ATOM if entry.tag.startswith(_ATOM) else ""
        text = entry.findtext(f"{space}{'summary' if space else 'description'}") or ""
        prefix = _PREFIX.match(text)
        assert prefix
        yield (
            (entry.findtext(f"{space}title") or "").strip(),
            text[prefix.end() :].strip(),
            entry.findtext(f"{_DC}creator") or "",
        )


@pytest.mark.slow
def test_no_character_of_any_title_or_abstract_is_altered(real_data: Path) -> None:
    compared = 0
    for path in sorted((real_data / "feeds").glob("*/*")):
        if not re.match(r"(rss-new|feed_(rss|atom)).*", path.name):
            continue
        body = read_file(path)
        papers = [
            announcement.paper for announcement in arxiv_rss.parse(body, source="x").announcements
        ]
        expected = list(texts(body))

        assert [(paper.title, paper.abstract) for paper in papers] == [
            (title, abstract) for title, abstract, _ in expected
        ]
        for paper, (_, _, line) in zip(papers, expected, strict=True):
            assert paper.authors
            assert all(name in " ".join(line.split()) for name in paper.authors)
        compared += len(papers)
    assert compared > 2800


def test_rss_and_atom_of_one_day_hold_the_same_papers(real_data: Path) -> None:
    rss = batch(real_data, "arxiv-generated/feed_rss_cs.CV_2025-10-16.xml")
    atom = batch(real_data, "arxiv-generated/feed_atom_cs.CV_2025-10-16.xml")

    assert rss.announcements == atom.announcements


def test_quant_ph_has_its_known_oddities(real_data: Path) -> None:
    quant_ph_batch = batch(real_data, "arxiv-captured/rss-new_rss_quant-ph_full.xml")
    papers = [announcement.paper for announcement in quant_ph_batch.announcements]

    assert max(len(paper.authors) for paper in papers) == 71
    assert sum("\n  " in paper.abstract for paper in papers) == 3
    assert any("Michal Hajdu\\v{s}ek" in paper.authors for paper in papers)
    assert not any("(" in name for paper in papers for name in paper.authors)
    assert sum(bool(paper.doi) for paper in papers) == 10
    assert sum(bool(paper.journal_ref) for paper in papers) == 9
    assert {paper.categories[0] for paper in papers} > {"quant-ph"}


def test_tuesday_replaces_mondays_papers(real_data: Path) -> None:
    name = "arxiv-generated/feed_rss_cs.LG_2026-11-{}.xml"
    monday = arxiv_rss.parse(read_file(real_data / "feeds" / name.format(23)), source="x")
    body = read_file(real_data / "feeds" / name.format(24))

    tuesday = arxiv_rss.parse(body, source="x", previous=monday.cursor)

    before = {
        announcement.paper.id: announcement.paper.version for announcement in monday.announcements
    }
    again = [
        announcement for announcement in tuesday.announcements if announcement.paper.id in before
    ]
    assert tuesday.status is BatchStatus.FRESH
    assert again
    for replacement in again:
        assert replacement.kind in (AnnouncementKind.REPLACE, AnnouncementKind.REPLACE_CROSS)
        assert replacement.paper.version >= before[replacement.paper.id]


def test_a_real_feed_cut_anywhere_gives_only_its_own_papers(real_data: Path) -> None:
    body = read_file(real_data / "feeds/arxiv-captured/rss-new_rss_quant-ph_full.xml")
    announcement = arxiv_rss.parse(body, source="x").announcements

    for length in range(1000, len(body) - 20, 9973):
        cut = arxiv_rss.parse(body[:length], source="x")
        assert cut.status in (BatchStatus.PARTIAL, BatchStatus.BROKEN)
        assert cut.announcements == announcement[: len(cut.announcements)]


@pytest.mark.parametrize("dialect", ["old", "new"])
def test_the_api_is_read_whole_in_both_dialects(real_data: Path, dialect: str) -> None:
    paths = [
        path
        for path in sorted((real_data / "feeds" / "arxiv-captured").glob(f"api-{dialect}*"))
        if "error" not in path.name
    ]
    assert len(paths) >= 2
    for path in paths:
        body = read_file(path)
        entries = list(Tree.fromstring(body).iter(f"{_ATOM}entry"))
        batch = arxiv_api.parse(body, source="x")

        assert len(batch.announcements) == len(entries)
        for announcement, entry in zip(batch.announcements, entries, strict=True):
            summary = entry.findtext(f"{_ATOM}summary") or ""
            assert (
                announcement.paper.title.split() == (entry.findtext(f"{_ATOM}title") or "").split()
            )
            assert announcement.paper.abstract.split() == summary.split()
            assert "\n" not in announcement.paper.abstract.replace("\n  ", "")
            names = [name.text or "" for name in entry.iter(f"{_ATOM}name")]
            assert list(announcement.paper.authors) == names
            assert not any(
                " " in code or code[0].isdigit() for code in announcement.paper.categories
            )
            assert (entry.findtext(f"{_ATOM}id") or "").endswith(
                f"{announcement.paper.id.removeprefix('arxiv:')}v{announcement.paper.version}"
            )


def test_three_eras_of_text_are_read_without_loss(real_data: Path) -> None:
    counts = {"old_to_2024-01": 0, "transition_2024-02": 0, "new_from_2024-02": 0}
    marks = {
        AnnouncementKind.NEW: "",
        AnnouncementKind.REPLACE: " UPDATED",
        AnnouncementKind.CROSS: " CROSS LISTED",
    }
    with gzip.open(real_data / "corpus" / "rss_text_eras.jsonl.gz", "rt") as lines:
        for line in lines:
            row = json.loads(line)
            counts[row["era"]] += 1
            announced = parse_announcement_text(row["title"], row["description"])
            label = announced.label
            if label.identity:
                assert row["link"].endswith(f"/abs/{label.identity.id}")
            if row["era"].startswith("old"):
                assert label.identity
                assert label.kind
                name = f"{label.identity.id}v{label.identity.version}"
                suffix = f"(arXiv:{name} [{label.category}]{marks[label.kind]})"
                assert f"{announced.title}. {suffix}" == row["title"]
                assert announced.abstract == row["description"].strip()
            elif row["era"].startswith("new"):
                assert label.identity
                assert announced.title == row["title"].strip()
                assert row["description"].strip().endswith(announced.abstract)
                assert not announced.abstract.startswith(("arXiv:", "Abstract:"))
            else:
                assert label.identity is None
                assert (announced.title, announced.abstract) == (
                    row["title"].strip(),
                    row["description"].strip(),
                )
    assert list(counts.values()) == [5000, 3701, 5000]
