"""The API's answers in both dialects, and the questions put to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.sources import arxiv_api
from bot.ingest.sources.source_batch import Batch, BatchStatus
from storage.records.papers import AnnouncementKind
from tests.ingest.sources.feeds import read_feed


def answer(name: str) -> Batch:
    return arxiv_api.parse(read_feed(name), source="x")


def test_the_old_dialect_is_unwrapped_and_its_foreign_classes_are_left_out() -> None:
    first, early = answer("api-old.xml").announcements
    paper = first.paper

    assert (paper.id, paper.version) == ("arxiv:2411.90011", 2)
    assert paper.title == "Curvature of Kettles, with Applications to Long Spouts"
    assert paper.abstract == (
        "We bend a kettle until $a<b$ holds and measure its curvature."
        "\n  A second paragraph bends the spout."
    )
    assert paper.authors == ("Erzsébet Görbe", "Bo Stratus")
    assert paper.categories == ("math.DG", "math.AG")
    assert paper.comment == "12 pages, no steam"
    assert (paper.doi, paper.journal_ref) == ("10.5555/bent.2", "J. Bent Things 2 (2024)")
    assert paper.submitted_at == datetime(2024, 11, 14, 20, tzinfo=UTC)
    assert paper.revised_at == datetime(2024, 11, 21, 3, 5, 51, tzinfo=UTC)
    assert early.paper.id == "arxiv:math/0611998"


def test_the_new_dialect_says_the_same() -> None:
    (announcement,) = answer("api-new.xml").announcements

    assert announcement.paper.title == "Fog Models: Attending to <mist>"
    assert announcement.paper.abstract == (
        "We attend to mist in one line.\n  A paragraph follows, still in one line."
    )
    assert announcement.paper.categories == ("cs.LG", "cs.CV")
    assert announcement.paper.link == "https://arxiv.org/abs/2611.90012"


def test_a_primary_class_of_another_scheme_is_no_category() -> None:
    odd = read_feed("api-new.xml").replace(
        b'<arxiv:primary_category term="cs.LG"/>', b'<arxiv:primary_category term="I.2.7"/>'
    )

    [announcement] = arxiv_api.parse(odd, source="x").announcements

    assert announcement.paper.categories == ("cs.LG", "cs.CV")


@pytest.mark.parametrize("title", [b"", b"<title/>", b"<title> </title>"])
def test_a_result_without_a_title_is_kept(title: bytes) -> None:
    title_element = b"<title>Fog Models: Attending to &lt;mist&gt;</title>"
    assert title_element in read_feed("api-new.xml")

    batch = arxiv_api.parse(read_feed("api-new.xml").replace(title_element, title), source="x")

    [announcement] = batch.announcements
    assert (announcement.paper.id, announcement.paper.title) == ("arxiv:2611.90012", "")
    assert batch.warnings == ()


def test_a_result_is_announced_on_the_day_that_its_submission_makes() -> None:
    revised, early = answer("api-old.xml").announcements
    (friday,) = answer("api-new.xml").announcements

    assert (revised.kind, early.kind) == (AnnouncementKind.REPLACE, AnnouncementKind.NEW)
    assert revised.day == date(2024, 11, 22)
    assert friday.day == date(2026, 11, 24)  # after Friday's deadline


def test_a_page_names_the_one_that_follows() -> None:
    assert answer("api-old.xml").next_position == 2
    assert answer("api-new.xml").next_position == 0


def test_an_author_that_is_no_name_is_left_out_or_read() -> None:
    """arXiv makes three authors of "Spout Team: Bo Stratus"."""
    lines = "".join(
        f"<author><name>{name}</name></author>"
        for name in ("Spout Team", ":", "Bo Stratus and Cy Cumulus")
    )
    feed = read_feed("api-old.xml").replace(b"</author>", b"</author>" + lines.encode(), 1)

    first = arxiv_api.parse(feed, source="x").announcements[0]

    assert first.paper.authors == (
        *("Erzsébet Görbe", "Spout Team", "Bo Stratus", "Cy Cumulus"),
        "Bo Stratus",
    )


def test_a_hole_in_the_middle_asks_for_the_same_page() -> None:
    batch = answer("api-empty-page.xml")

    assert (batch.status, batch.next_position) == (BatchStatus.EMPTY_PAGE, 100)


def test_nothing_found_is_no_hole() -> None:
    nothing = read_feed("api-empty-page.xml").replace(b">250<", b">0<").replace(b">100<", b">0<")
    unknown = read_feed("api-empty-page.xml").replace(b"id_list=", b"id_list=2611.90099")

    for empty_answer in (nothing, unknown):
        batch = arxiv_api.parse(empty_answer, source="x")
        assert (batch.status, batch.next_position) == (BatchStatus.EMPTY, 0)


def test_an_error_is_never_a_paper() -> None:
    batch = answer("api-error.xml")

    assert batch.status is BatchStatus.ERROR_FEED
    assert batch.announcements == ()
    assert batch.reason
    assert dict(batch.reason.values) == {"said": "incorrect id format for 9999.kettle"}


def test_the_end_of_the_window_is_told() -> None:
    last = read_feed("api-new.xml").replace(b">0</opensearch:s", b">9999</opensearch:s")
    batch = arxiv_api.parse(last.replace(b">1</opensearch:t", b">12345</opensearch:t"), source="x")

    assert batch.next_position == 0
    assert [warning.text_key for warning in batch.warnings] == ["source-window"]


def test_a_cut_page_is_partial_and_names_no_next() -> None:
    cut = read_feed("api-old.xml")
    batch = arxiv_api.parse(cut[: cut.index(b"An Early Kettle")], source="x")

    assert (batch.status, batch.next_position) == (BatchStatus.PARTIAL, 0)
    assert len(batch.announcements) == 1


def test_results_without_id_are_no_batch() -> None:
    batch = arxiv_api.parse(read_feed("api-new.xml").replace(b"/abs/", b"/xyz/"), source="x")

    assert batch.status is BatchStatus.BROKEN


@pytest.mark.parametrize("name", ["api-old.xml", "api-new.xml", "api-error.xml"])
def test_an_answer_is_told_from_a_feed(name: str) -> None:
    assert arxiv_api.is_api_answer(read_feed(name))
    assert not arxiv_api.is_api_answer(read_feed("day.atom.xml"))
    assert not arxiv_api.is_api_answer(read_feed("day.rss.xml"))


def test_a_question_for_recent_papers_is_in_gmt_and_in_order() -> None:
    east = timezone(timedelta(hours=8))
    since, until = datetime(2026, 11, 16, 7, 30, tzinfo=east), datetime(2026, 11, 23, tzinfo=UTC)

    url = arxiv_api.recent_query_url(["cs.CV", "hep-th"], since, until, 4000)

    assert url.startswith("https://export.arxiv.org/api/query?")
    assert parse_qs(urlsplit(url).query) == {
        "search_query": [
            "(cat:cs.CV OR cat:hep-th) AND submittedDate:[202611152330 TO 202611230000]"
        ],
        "start": ["4000"],
        "max_results": ["2000"],
        "sortBy": ["submittedDate"],
        "sortOrder": ["ascending"],
    }


def test_no_question_leaves_the_window() -> None:
    day = datetime(2026, 11, 16, tzinfo=UTC)

    assert "max_results=100&" in arxiv_api.recent_query_url(["cs.CV"], day, day, 9900)
    with pytest.raises(ValueError, match="window"):
        arxiv_api.recent_query_url(["cs.CV"], day, day, 10_000)


def test_ids_are_asked_for_by_the_hundred_and_none_is_cut_off() -> None:
    ids = [f"2611.{number:05}" for number in range(250)]

    questions = [parse_qs(urlsplit(url).query) for url in arxiv_api.id_query_urls(ids)]

    assert [question["max_results"] for question in questions] == [["100"], ["100"], ["50"]]
    assert ",".join(question["id_list"][0] for question in questions).split(",") == ids


@given(
    st.sampled_from(["api-old.xml", "api-new.xml", "api-empty-page.xml"]),
    st.integers(0, 3500),
    st.integers(0, 200),
    st.binary(max_size=30),
)
def test_damaged_bytes_raise_nothing(name: str, start: int, length: int, put: bytes) -> None:
    feed = read_feed(name)

    batch = arxiv_api.parse(feed[:start] + put + feed[start + length :], source="x")

    assert batch.announcements or batch.reason
