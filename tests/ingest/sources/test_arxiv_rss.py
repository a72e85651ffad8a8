"""What the day's feed says, and what it is when it says nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.announcement_text import strip_invisible
from bot.ingest.sources import arxiv_rss
from bot.ingest.sources.source_batch import BatchStatus, SkippedItem
from storage.records.feeds import FeedCursor
from storage.records.papers import Announcement, AnnouncementKind
from tests.ingest.sources.feeds import read_feed, rss_feed, rss_item

MONDAY = date(2026, 11, 23)


def announcements(answer: bytes) -> tuple[Announcement, ...]:
    return arxiv_rss.parse(answer, source="cs.CV").announcements


def test_a_feed_names_its_day_its_categories_and_its_kinds() -> None:
    batch = arxiv_rss.parse(read_feed("day.rss.xml"), source="x")

    assert batch.status is BatchStatus.FRESH
    assert batch.day == MONDAY
    assert {announcement.feed for announcement in batch.announcements} == {"cs.CV+cs.LG"}
    assert [announcement.kind for announcement in batch.announcements] == [
        "new",
        "cross",
        "replace-cross",
        "replace",
    ]
    assert batch.counts_by_kind == dict.fromkeys(AnnouncementKind, 1)
    assert batch.warnings == ()


def test_a_paper_is_kept_as_it_was_announced() -> None:
    paper = announcements(read_feed("day.rss.xml"))[0].paper

    assert (paper.id, paper.version) == ("arxiv:2611.90001", 1)
    assert paper.title == "Teaching a Kettle to <think> Before It Boils: $0<r<1$ & Beyond"
    assert paper.abstract == (
        "We ask whether a kettle can reason. Its Q&A score is $a<b<c$, and R\\&D likes the tag"
        " <think>.\n  The second paragraph says more, in 90% of all cases."
    )
    assert paper.authors == ("Anna K. Er\\'eny", "Bo", "Deepti", "Michal Hajdu\\v{s}ek")
    assert paper.categories == ("cs.LG", "cs.IT", "math.IT")
    assert paper.link == "https://arxiv.org/abs/2611.90001"
    assert paper.licence == "http://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("creators", "names"),
    [
        (["Zoe Last", "Ada First (Kettle Lab, Town)", "Bo"], ("Zoe Last", "Ada First", "Bo")),
        (["Ada First, Bo", "Zoe Last"], ("Ada First", "Bo", "Zoe Last")),
        (["Wei Wang", "Wei Wang"], ("Wei Wang", "Wei Wang")),
        (["", "Bo"], ("Bo",)),
        (["Ada (First", "Bo) Second"], ("Ada (First", "Bo) Second")),
        (["Ada First (ada@kettle.example), Bo"], ("Ada First", "Bo")),
        (["Kettle Team, :, Ada First and Bo"], ("Kettle Team", "Ada First", "Bo")),
        (["First, Ada", "van Last, Zoe"], ("Ada First", "Zoe van Last")),
    ],
)
@pytest.mark.parametrize("form", ["rss", "atom"])
def test_every_author_that_a_feed_names_is_kept_in_order(
    creators: list[str], names: tuple[str, ...], form: str
) -> None:
    creator_elements = "".join(f"<dc:creator>{name}</dc:creator>" for name in creators).encode()
    answer = rss_feed([rss_item()]) if form == "rss" else read_feed("day.atom.xml")
    answer = answer.replace(b"<dc:creator>Cara Nimbus</dc:creator>", creator_elements)
    assert creator_elements in answer

    (announcement,) = announcements(answer)

    assert announcement.paper.authors == names


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_classes_of_other_schemes_are_no_categories(form: str) -> None:
    terms = ["math.NA", "68T05", "I.2.7; J.3", "Primary 14F05; Secondary 18E30", "cs.NA", "CS"]
    if form == "rss":
        category_elements = "".join(f"<category>{term}</category>" for term in terms)
        answer = rss_feed([rss_item()]).replace(
            b"<category>cs.CV</category>", category_elements.encode()
        )
    else:
        category_elements = "".join(f'<category term="{term}"/>' for term in terms)
        answer = read_feed("day.atom.xml").replace(
            b'<category term="eess.IV"/>', category_elements.encode()
        )
        answer = answer.replace(b'<category term="cs.CV"/>', b"")

    [announcement] = announcements(answer)

    assert announcement.paper.categories == ("math.NA", "cs.NA")


def test_an_old_title_that_names_another_scheme_names_no_category() -> None:
    answer = read_feed("old.rdf.xml")
    assert b"[hep-ph]" in answer

    announcement = announcements(answer.replace(b"[hep-ph]", b"[81T05]"))

    assert [item.paper.categories for item in announcement if not item.paper.categories] == [()]


def test_an_old_id_keeps_its_slash_and_its_version() -> None:
    paper = announcements(read_feed("day.rss.xml"))[2].paper

    assert (paper.id, paper.version) == ("arxiv:math/0611999", 3)
    assert paper.doi == "10.5555/lemma.3"
    assert paper.journal_ref == "J. Mended Lemmas 3 (2026) 1-9"


def test_atom_says_the_same_as_rss() -> None:
    (announcement,) = announcements(read_feed("day.atom.xml"))

    assert (announcement.feed, announcement.kind, announcement.day) == (
        "cs.CV",
        AnnouncementKind.CROSS,
        MONDAY,
    )
    assert announcement.paper.abstract == "Fog is seen as <signal>."
    assert announcement.paper.authors == ("Cara Nimbus",)
    assert announcement.paper.categories == ("eess.IV", "cs.CV")


def test_the_era_before_2024_is_read_from_its_titles() -> None:
    batch = arxiv_rss.parse(read_feed("old.rdf.xml"), source="x")
    new, cross, updated = batch.announcements

    assert batch.day == date(2019, 3, 4)
    assert [announcement.kind for announcement in batch.announcements] == [
        "new",
        "cross",
        "replace",
    ]
    assert new.paper.title == "Do Muons Mind the Gap?"
    assert new.paper.abstract == (
        "We cover the range $2.6<\\eta<4$, see http://example.org/muons for more."
    )
    assert new.paper.authors == ("Mia Münd", "Gus Gap")
    assert cross.paper.categories == ("hep-ph",)
    assert (updated.paper.id, updated.paper.version) == ("arxiv:1901.90003", 4)


def test_the_weeks_without_version_are_read_from_their_links() -> None:
    link = "https://rss.arxiv.org/abs/2402.90001"
    bare = rss_item(link=link, description="It boils.", guid="", announce_type="")

    (announcement,) = announcements(rss_feed([bare]))

    assert (announcement.paper.id, announcement.paper.version) == ("arxiv:2402.90001", 0)
    assert (announcement.paper.abstract, announcement.kind) == ("It boils.", AnnouncementKind.NEW)


@pytest.mark.parametrize(
    ("title", "source", "feed"),
    [
        ("hep-th, math.ST updates on arXiv.org", "math.ST+hep-th", "math.ST+hep-th"),
        ("cs.CV updates on arXiv.org", "cs.CV", "cs.CV"),
        ("eess.SY updates on arXiv.org", "cs.SY", "cs.SY"),
        ("cs.CV updates on arXiv.org", "cs.CL", "cs.CV"),
        ("cs.CV, cs.CL updates on arXiv.org", "saved/feed.xml", "cs.CV+cs.CL"),
    ],
)
def test_a_feed_is_named_as_it_was_asked_for(title: str, source: str, feed: str) -> None:
    """arXiv's title lists archives before classes, whatever the order of the question."""
    [announcement] = arxiv_rss.parse(
        rss_feed([rss_item()], title=title), source=source
    ).announcements

    assert announcement.feed == feed


@pytest.mark.parametrize(
    ("answer", "condition", "key"),
    [
        (read_feed("empty.rss.xml"), BatchStatus.EMPTY, "source-empty"),
        (read_feed("empty.atom.xml"), BatchStatus.EMPTY, "source-empty"),
        (read_feed("error.rss.xml"), BatchStatus.ERROR_FEED, "source-error-feed"),
        (read_feed("page.html"), BatchStatus.NOT_A_FEED, "source-page"),
        (b"<!-- cache -->\n<HTML><p>down", BatchStatus.NOT_A_FEED, "source-page"),
        (b"No archive specified.", BatchStatus.NOT_A_FEED, "source-text"),
        (b'{"error": "json"}', BatchStatus.NOT_A_FEED, "source-text"),
        (b"<OAI-PMH/>", BatchStatus.NOT_A_FEED, "source-format"),
        (rss_feed([], title="My blog"), BatchStatus.NOT_A_FEED, "source-foreign"),
        (
            rss_feed([rss_item(guid="7", link="http://x.y", description="z")]),
            BatchStatus.NOT_A_FEED,
            None,
        ),
        (b"Rate exceeded.", BatchStatus.LIMITED, "source-limited"),
        (b"", BatchStatus.BROKEN, "source-empty-answer"),
        (b" \r\n ", BatchStatus.BROKEN, "source-empty-answer"),
        (read_feed("day.rss.xml")[:300], BatchStatus.BROKEN, "source-broken"),
        (read_feed("day.rss.xml")[:1500], BatchStatus.BROKEN, "source-broken"),
        (b"<rss><channel>" + b"<item/>" * 10_001, BatchStatus.BROKEN, "source-endless"),
        (b"<rss><channel>" + b"<a>" * 60, BatchStatus.BROKEN, "source-endless"),
        (b"<rss>" + b"<a/>" * 1_000_001 + b"</rss>", BatchStatus.BROKEN, "source-endless"),
        (b'<!DOCTYPE x [<!ENTITY a "aa">]><rss/>', BatchStatus.NOT_A_FEED, "source-page"),
        (b"\x1f\x8b\x08\x00junk", BatchStatus.NOT_A_FEED, "source-text"),
    ],
)
def test_each_answer_without_papers_is_named(
    answer: bytes, condition: BatchStatus, key: str | None
) -> None:
    previous = FeedCursor("x", etag="e", last_day=MONDAY, batch_fingerprint="b")

    batch = arxiv_rss.parse(answer, source="x", previous=previous)

    assert batch.status is condition
    assert batch.reason
    assert key in (batch.reason.text_key, None)
    assert batch.announcements == ()
    assert batch.cursor == previous


def test_an_empty_day_is_dated() -> None:
    for name in ("empty.rss.xml", "empty.atom.xml"):
        assert arxiv_rss.parse(read_feed(name), source="x").day == date(2026, 11, 22)


def test_a_feed_cut_off_keeps_its_whole_items_and_is_asked_again() -> None:
    announcement = announcements(read_feed("day.rss.xml"))

    cut = read_feed("day.rss.xml").index(b"Clouds are counted")
    batch = arxiv_rss.parse(read_feed("day.rss.xml")[:cut], source="x")

    assert batch.status is BatchStatus.PARTIAL
    assert batch.announcements == announcement[:3]
    assert batch.cursor == FeedCursor("x")


@pytest.mark.parametrize(
    ("poison", "name"),
    [
        (rss_item("2611.90009v1", guid="nonsense", link="x", description="y"), "nonsense (id)"),
        (rss_item("2611.90009v1", guid="", link="x", description="y"), "? (id)"),
    ],
)
def test_an_item_that_cannot_be_used_stops_no_other(poison: dict[str, str], name: str) -> None:
    batch = arxiv_rss.parse(rss_feed([rss_item(), poison, rss_item("2611.90002v1")]), source="x")

    assert [announcement.paper.id for announcement in batch.announcements] == [
        "arxiv:2611.90001",
        "arxiv:2611.90002",
    ]
    assert batch.status is BatchStatus.FRESH
    (warning,) = batch.warnings
    assert warning.text_key == "source-skipped"
    assert dict(warning.values) == {"items": 1, "names": name}


@pytest.mark.parametrize(
    ("version", "kind_text", "kind"),
    [
        (1, "sideways", AnnouncementKind.NEW),
        (3, "sideways", AnnouncementKind.REPLACE),
        (3, "cross", AnnouncementKind.CROSS),
    ],
)
def test_a_kind_that_nobody_knows_costs_no_paper(
    version: int, kind_text: str, kind: AnnouncementKind
) -> None:
    """arXiv may add one; the description says it too, and the version says what is likely."""
    odd = rss_item(f"2611.90009v{version}", kind=kind_text, announce_type="sideways")

    batch = arxiv_rss.parse(rss_feed([odd]), source="x")

    assert [
        (announcement.paper.version, announcement.kind) for announcement in batch.announcements
    ] == [(version, kind)]
    assert batch.warnings == ()


@pytest.mark.parametrize("title", ["", " ", "\u200b"])
def test_a_paper_without_a_title_is_kept(title: str) -> None:
    batch = arxiv_rss.parse(rss_feed([rss_item("2611.90009v1", title=title)]), source="x")

    [announcement] = batch.announcements
    assert (announcement.paper.id, announcement.paper.title) == ("arxiv:2611.90009", "")
    assert announcement.paper.authors == ("Cara Nimbus",)
    assert batch.warnings == ()


def test_a_malformed_item_stops_no_other_and_alters_none() -> None:
    answer = rss_feed(
        [rss_item(abstract="a < b & c"), rss_item("2611.90002v1"), rss_item("2611.90003v1")]
    )
    broken = answer.replace(b"2611.90002</link>", b"2611.90002</lnk>")

    batch = arxiv_rss.parse(broken, source="x")

    assert [announcement.paper.id for announcement in batch.announcements] == [
        "arxiv:2611.90001",
        "arxiv:2611.90003",
    ]
    assert batch.announcements[0].paper.abstract == "a < b & c"
    assert dict(batch.warnings[0].values)["names"] == "2611.90002"
    assert batch.skipped_items == (
        SkippedItem("2611.90002", "2611.90002", 1, AnnouncementKind.NEW),
    )


def test_a_long_head_does_not_make_the_search_for_whole_items_slow() -> None:
    head = b"<rss><channel><title>" + b"long " * 100_000 + b"</title>"

    batch = arxiv_rss.parse(head + b"<item><x></item>" * 9_999, source="x")

    assert batch.status is BatchStatus.BROKEN


def test_control_characters_cost_no_paper() -> None:
    answer = rss_feed([rss_item(title="Aa#bb", abstract="One.")]).replace(b"#", b"\x0b\x00")

    assert [announcement.paper.title for announcement in announcements(answer)] == ["Aabb"]


def test_bytes_that_are_no_characters_cost_no_other_character() -> None:
    answer = rss_feed([rss_item(title="Größe #", abstract="Erdős")]).replace(b"#", b"\xff")

    batch = arxiv_rss.parse(answer, source="x")

    assert batch.announcements[0].paper.title == "Größe \ufffd"
    assert batch.announcements[0].paper.abstract == "Erdős"
    assert [warning.text_key for warning in batch.warnings] == ["source-bad-bytes"]


@pytest.mark.slow
def test_a_full_feed_warns_that_new_papers_are_missing() -> None:
    items = [rss_item(f"2611.{number:05}v1") for number in range(2000)]

    assert arxiv_rss.parse(rss_feed(items[:1999]), source="x").warnings == ()
    (warning,) = arxiv_rss.parse(rss_feed(items), source="x").warnings
    assert (warning.text_key, warning.values) == ("source-cut", (("items", 2000),))


def test_yesterdays_papers_under_todays_date_are_stale() -> None:
    monday = arxiv_rss.parse(rss_feed([rss_item(), rss_item("2611.90002v1")]), source="x")

    tuesday = arxiv_rss.parse(
        rss_feed([rss_item("2611.90002v1"), rss_item()], day="Tue, 24 Nov 2026"),
        source="x",
        previous=monday.cursor,
    )

    assert tuesday.status is BatchStatus.STALE
    assert tuesday.announcements == ()
    assert tuesday.cursor == monday.cursor
    assert tuesday.reason
    assert dict(tuesday.reason.values) == {"day": "2026-11-24", "last": "2026-11-23"}


def test_the_same_batch_once_more_is_unchanged() -> None:
    first = arxiv_rss.parse(read_feed("day.rss.xml"), source="x")

    again = arxiv_rss.parse(read_feed("day.rss.xml"), source="x", previous=first.cursor)

    assert again.status is BatchStatus.UNCHANGED
    assert again.announcements == first.announcements
    assert again.cursor == first.cursor


def test_a_new_version_of_yesterdays_paper_is_no_stale_batch() -> None:
    monday = arxiv_rss.parse(rss_feed([rss_item()]), source="x")

    tuesday = arxiv_rss.parse(
        rss_feed([rss_item("2611.90001v2", kind="replace")], day="Tue, 24 Nov 2026"),
        source="x",
        previous=monday.cursor,
    )

    assert tuesday.status is BatchStatus.FRESH
    assert tuesday.cursor.last_day == date(2026, 11, 24)


def test_an_earlier_day_is_kept_and_does_not_move_the_cursor_back() -> None:
    cursor = arxiv_rss.parse(rss_feed([rss_item()]), source="x").cursor

    friday = arxiv_rss.parse(
        rss_feed([rss_item("2611.90007v1")], day="Fri, 20 Nov 2026"), source="x", previous=cursor
    )

    assert [announcement.day for announcement in friday.announcements] == [date(2026, 11, 20)]
    assert friday.cursor == cursor
    assert [warning.text_key for warning in friday.warnings] == ["source-older-day"]


def test_a_feed_built_after_midnight_is_dated_in_us_eastern() -> None:
    summer = rss_feed([rss_item()]).replace(
        b"Mon, 23 Nov 2026 00:00:00 -0500", b"Tue, 27 Oct 2026 04:00:00 +0000"
    )

    assert arxiv_rss.parse(summer, source="x").day == date(2026, 10, 27)


WRITTEN = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=("Cs", "Cc", "Cf"),
        exclude_characters="\ufffe\uffff",
        include_characters="\n",
    ),
    min_size=1,
)


@given(title=WRITTEN, abstract=WRITTEN)
def test_no_character_of_title_or_abstract_is_altered(title: str, abstract: str) -> None:
    sentinel = "Ω"  # without a letter beyond Latin-1 feedparser may take text for wrongly coded
    answer = rss_feed([rss_item(title=sentinel + title, abstract=sentinel + abstract)])

    (announcement,) = announcements(answer)

    assert announcement.paper.title == strip_invisible(sentinel + title)
    assert announcement.paper.abstract == strip_invisible(sentinel + abstract)


@given(
    name=st.sampled_from(["day.rss.xml", "day.atom.xml", "old.rdf.xml", "empty.rss.xml"]),
    start=st.integers(0, 4000),
    length=st.integers(0, 300),
    put=st.binary(max_size=40),
)
def test_damaged_bytes_raise_nothing_and_alter_no_paper_silently(
    name: str, start: int, length: int, put: bytes
) -> None:
    feed = read_feed(name)
    damaged = feed[:start] + put + feed[start + length :]

    batch = arxiv_rss.parse(damaged, source="x")

    assert isinstance(batch.status, BatchStatus)
    assert batch.reason or batch.announcements
    assert all(announcement.paper.id.startswith("arxiv:") for announcement in batch.announcements)


@given(st.integers(0, 10_000))
def test_a_prefix_of_a_feed_holds_only_papers_of_the_feed(length: int) -> None:
    announcement = announcements(read_feed("day.rss.xml"))

    batch = arxiv_rss.parse(read_feed("day.rss.xml")[:length], source="x")

    assert batch.announcements == announcement[: len(batch.announcements)]
    if batch.status is BatchStatus.FRESH:
        assert batch.announcements == announcement
