"""A character that XML does not allow costs no paper, whatever field of whatever feed holds it."""

from __future__ import annotations

import html
import io
import time
from dataclasses import dataclass
from xml.etree import ElementTree as Tree

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.author_list import split_author_line
from bot.ingest.sources import arxiv_api, arxiv_oai, arxiv_rss
from bot.ingest.sources.recognize_feed import (
    FEED_FORMATS,
    OAI_FORMATS,
    UnusableAnswer,
    recover_feed,
)
from bot.ingest.sources.source_batch import BatchStatus, SkippedItem
from bot.ingest.sources.xml_recovery import repair_xml
from storage.records.papers import AnnouncementKind, Paper
from tests.ingest.sources.feeds import read_feed, rss_feed, rss_item

FIRST, SECOND, THIRD = "2611.00001", "2611.00002", "2611.00003"

HEADS = {
    "rss": """<rss xmlns:arxiv="http://arxiv.org/schemas/atom" version="2.0"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
        <title>cs.CV{head} updates on arXiv.org</title>
        <pubDate>Mon, 23 Nov 2026 00:00:00 -0500</pubDate>""",
    "rdf": """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="http://arxiv.org/"><title>cs.CV{head} updates on arXiv.org</title>
        <dc:date>2019-03-03T20:30:00-05:00</dc:date></channel>""",
    "atom": """<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xml:lang="en-us"
        xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom">
        <id>http://rss.arxiv.org/atom/cs.CV</id><title>cs.CV{head} updates on arXiv.org</title>
        <updated>2026-11-23T05:00:07.118132+00:00</updated>""",
    "api": """<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
        xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
        <id>https://arxiv.org/api/Kett1e</id><title>arXiv Query: cat:cs.CV{head}</title>
        <opensearch:totalResults>3</opensearch:totalResults>
        <opensearch:startIndex>0</opensearch:startIndex>""",
    "oai": """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
        <request>http://arxiv.test/oai{head}</request><ListRecords>""",
}
ITEMS = {
    "rss": """<item><title>A {title} Kettle</title><link>https://arxiv.org/abs/{id}{link}</link>
        <description>arXiv:{id}v1 Announce Type: new
        Abstract: It {abstract} boils.</description><guid>oai:arXiv.org:{id}v1</guid>
        <category>cs.CV</category><category>{category}</category>
        <arxiv:announce_type>new</arxiv:announce_type><dc:rights>free{licence}</dc:rights>
        <dc:creator>Ada {author} Lovelace</dc:creator>
        <arxiv:journal_reference>J. {journal} Kettles</arxiv:journal_reference></item>""",
    "rdf": """<item rdf:about="http://arxiv.org/abs/{id}{link}">
        <title>A {title} Kettle. (arXiv:{id}v1 [cs.CV])</title>
        <link>http://arxiv.org/abs/{id}</link><description>It {abstract} boils.</description>
        <dc:creator>Ada {author} Lovelace</dc:creator></item>""",
    "atom": """<entry><id>oai:arXiv.org:{id}v1</id><title>A {title} Kettle</title>
        <updated>2026-11-23T05:00:07.118132+00:00</updated>
        <link href="https://arxiv.org/abs/{id}{link}" rel="alternate" type="text/html"/>
        <summary>arXiv:{id}v1 Announce Type: new
        Abstract: It {abstract} boils.</summary><category term="cs.CV"/>
        <category term="{category}"/><published>2026-11-23T00:00:00-05:00</published>
        <arxiv:announce_type>new</arxiv:announce_type><dc:rights>free{licence}</dc:rights>
        <arxiv:journal_reference>J. {journal} Kettles</arxiv:journal_reference>
        <dc:creator>Ada {author} Lovelace</dc:creator></entry>""",
    "api": """<entry><id>http://arxiv.org/abs/{id}v1</id><title>A {title} Kettle</title>
        <updated>2026-11-20T19:30:00Z</updated>
        <link href="https://arxiv.org/abs/{id}v1{link}" rel="alternate" type="text/html"/>
        <summary>It {abstract} boils.</summary>
        <category term="cs.CV" scheme="http://arxiv.org/schemas/atom"/>
        <category term="{category}" scheme="http://arxiv.org/schemas/atom"/>
        <published>2026-11-20T19:30:00Z</published><arxiv:comment>9{comment} pages</arxiv:comment>
        <arxiv:primary_category term="cs.CV"/>
        <arxiv:journal_ref>J. {journal} Kettles</arxiv:journal_ref>
        <author><name>Ada {author} Lovelace</name>
        <arxiv:affiliation>{affiliation}</arxiv:affiliation></author></entry>""",
    "oai": """<record><header><identifier>oai:arXiv.org:{id}</identifier>
        <datestamp>2026-11-17</datestamp><setSpec>cs:cs:CV{category}</setSpec></header><metadata>
        <arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{id}</id>
        <submitter>Ada {submitter} Lovelace</submitter><version version="v1">
        <date>Sun, 15 Nov 2026 12:00:00 GMT</date><size>9kb</size></version>
        <title>A {title} Kettle</title><authors>Ada {author} Lovelace</authors>
        <categories>cs.CV</categories><comments>9{comment} pages</comments>
        <journal-ref>J. {journal} Kettles</journal-ref><license>free{licence}</license>
        <abstract>It {abstract} boils.</abstract></arXivRaw></metadata></record>""",
}
TAILS = {
    "rss": "</channel></rss>",
    "rdf": "</rdf:RDF>",
    "atom": "</feed>",
    "api": "</feed>",
    "oai": "<resumptionToken>more</resumptionToken></ListRecords></OAI-PMH>",
}
FIELDS = ["title", "abstract", "author", "link", "category", "licence", "journal", "comment"]
PLACES = [
    (form, field)
    for form in ITEMS
    for field in [*FIELDS, "affiliation", "submitter", "head"]
    if f"{{{field}}}" in ITEMS[form] + HEADS[form]
]


def answer(form: str, field: str = "", plant: bytes = b"") -> bytes:
    """Three papers; the second one, or the head, has something planted into a field."""
    mark = "@@@"
    filled = dict.fromkeys([*FIELDS, "affiliation", "submitter", "head"], "")
    filled["category"] = "" if form == "oai" else "cs.LG"
    planted = filled | ({field: filled[field] + mark} if field else {})
    items = (
        ITEMS[form].format(id=id, **(planted if id == SECOND else filled))
        for id in (FIRST, SECOND, THIRD)
    )
    text = HEADS[form].format(**planted) + "".join(items) + TAILS[form]
    return b"<?xml version='1.0' encoding='UTF-8'?>\n" + text.encode().replace(mark.encode(), plant)


@dataclass(frozen=True)
class Found:
    """What came of an answer."""

    papers: dict[str, Paper]
    unread: tuple[SkippedItem, ...]
    condition: BatchStatus
    token: str = ""


def read(form: str, body: bytes) -> Found:
    """The papers of an answer by their ids, as its own reader reads them."""
    if form == "oai":
        page = arxiv_oai.parse(body)
        papers = [record.paper for record in page.records]
        return Found(_by_id(papers), page.skipped_items, page.status, page.resumption_token)
    parse = arxiv_api.parse if form == "api" else arxiv_rss.parse
    batch = parse(body, source="cs.CV")
    return Found(
        _by_id([announcement.paper for announcement in batch.announcements]),
        batch.skipped_items,
        batch.status,
    )


def _by_id(papers: list[Paper]) -> dict[str, Paper]:
    return {paper.id.removeprefix("arxiv:"): paper for paper in papers}


# A piece of a text as a careless server prints it, and what it means.
MEANT = {
    b"&#x1E;": "",
    b"&#30;": "",
    b"&#0;": "",
    b"&#xD800;": "",
    b"&#x110000;": "",
    b"&#xFFFE;": "",
    b"\x00\x0b\x1e": "",
    b"\xef\xbf\xbf": "",
    b"\xff": "\ufffd",
    b"R&D": "R&D",
    b"a & b": "a & b",
    b"&;": "&;",
    b"&#;": "&#;",
    b"&#x;": "&#x;",
    b"&nothing;": "&nothing;",
    b"&nbsp;x": "\xa0x",
    b"&eacute;": "é",
    b"&AMP;": "&",
    b"&LT;": "<",
    b"&NotEqualTilde;": "≂̸",
    b"&#X41;": "A",
    b"&amp;lt; & x": "&lt; & x",
    b"0 < r": "0 < r",
    b"a<b": "a<b",
    b"<think>": "<think>",
    b"<think> & </answer>": "<think> & </answer>",
    b"<": "<",
    b"x <": "x <",
    b"<!-- x": "<!-- x",
    b"<? x": "<? x",
    b"<![CDATA[ x": "<![CDATA[ x",
    b"x ]]> y": "x ]]> y",
    b"</b>": "</b>",
}
TEXTS = ["title", "abstract", "author", "journal", "comment"]


def test_what_is_planted_is_looked_for_in_every_field_of_every_form() -> None:
    for form in ITEMS:
        reading = read(form, answer(form))
        assert set(reading.papers) == {FIRST, SECOND, THIRD}, form
        assert (reading.unread, reading.condition) == ((), BatchStatus.FRESH)
        assert recover_feed(
            answer(form), OAI_FORMATS if form == "oai" else FEED_FORMATS
        ).body == answer(form)
    assert len(PLACES) > 30


@pytest.mark.parametrize(("form", "field"), PLACES)
def test_one_character_costs_no_paper_and_alters_no_other(form: str, field: str) -> None:
    for plant in MEANT:
        _costs_no_paper(form, field, plant)


def _costs_no_paper(form: str, field: str, plant: bytes) -> None:
    intact = read(form, answer(form))

    reading = read(form, answer(form, field, plant))

    assert set(reading.papers) == {FIRST, SECOND, THIRD}
    assert (reading.unread, reading.condition, reading.token) == (
        (),
        BatchStatus.FRESH,
        intact.token,
    )
    assert reading.papers[FIRST] == intact.papers[FIRST]
    assert reading.papers[THIRD] == intact.papers[THIRD]
    if field in TEXTS:
        text = MEANT[plant]
        if (form, field) == ("rdf", "abstract"):  # of HTML once more
            text = html.unescape(text)
        if field == "author":  # a sign may separate names
            text = " ".join(split_author_line(text))
        paper = reading.papers[SECOND]
        shown = {
            "title": paper.title,
            "abstract": paper.abstract,
            "author": " ".join(paper.authors),
            "journal": paper.journal_ref,
            "comment": paper.comment,
        }
        assert " ".join(text.split()) in " ".join(shown[field].split())


# What is markup of the feed itself: no character tells where the text goes on.
STRUCTURE = [
    *(f"<{end}{name}>".encode() for end in ("", "/") for name in ("title", "link", "description")),
    *(f"<{end}{name}>".encode() for end in ("", "/") for name in ("item", "entry", "record")),
    *(f"<{end}{name}>".encode() for end in ("", "/") for name in ("summary", "guid", "id", "name")),
    b"</item><item>",
    b"</entry><entry>",
    b"</record><record>",
    b"</channel>",
    b"<item ",
    b"<entry ",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"<?",
    b'"',
    b'">',
    b"'",
]


@pytest.mark.slow
@pytest.mark.parametrize(("form", "field"), [place for place in PLACES if place[1] != "head"])
def test_what_cannot_be_told_from_markup_is_named_by_its_id(form: str, field: str) -> None:
    """The paper is read, or it is known that it is to be fetched; its neighbours are as ever."""
    for plant in STRUCTURE:
        _is_read_or_named(form, field, plant)


def _is_read_or_named(form: str, field: str, plant: bytes) -> None:
    intact = read(form, answer(form))

    reading = read(form, answer(form, field, plant))

    named = {item.id for item in reading.unread}
    assert {FIRST, SECOND, THIRD} - set(reading.papers) <= named
    assert named <= {SECOND, ""}
    assert reading.papers[FIRST] == intact.papers[FIRST]
    assert reading.papers[THIRD] == intact.papers[THIRD]


@pytest.mark.parametrize("plant", [b"</item>", b"x</item>y", b"</item></item>"])
def test_what_stands_behind_a_false_end_names_the_item_before_it(plant: bytes) -> None:
    """Else that would count as an item without an id, and cost a question for its whole day."""
    reading = read("rss", answer("rss", "title", plant))

    assert [item.id for item in reading.unread] == [SECOND]


HOSTILE = st.lists(
    st.sampled_from([*MEANT, *STRUCTURE]) | st.binary(max_size=8),
    min_size=1,
    max_size=5,
).map(b" ".join)


@given(st.sampled_from([place for place in PLACES if place[1] != "head"]), HOSTILE)
def test_whatever_is_planted_no_paper_is_lost(place: tuple[str, str], plant: bytes) -> None:
    form, field = place
    reading = read(form, answer(form, field, plant))

    named = {item.id for item in reading.unread}
    missing = {FIRST, SECOND, THIRD} - set(reading.papers)
    assert missing <= named or (missing and "" in named)
    assert set(reading.papers) | named <= {FIRST, SECOND, THIRD, ""}


@pytest.mark.parametrize("form", ITEMS)
@given(st.data())
def test_a_healthy_feed_is_not_touched(form: str, data: st.DataObject) -> None:
    texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30)
    text = data.draw(texts.filter(lambda text: "\ufffe" not in text and "\uffff" not in text))
    field = data.draw(st.sampled_from([field for name, field in PLACES if name == form]))
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    feed = answer(form, field, escaped.replace('"', "&quot;").encode())

    assert recover_feed(feed, OAI_FORMATS if form == "oai" else FEED_FORMATS).body == feed
    # Read by parsers of others, the healed feed says the same.
    assert Tree.canonicalize(repair_xml(feed).decode()) == Tree.canonicalize(feed.decode())
    if form != "oai":
        entries = [
            feedparser.parse(io.BytesIO(body), sanitize_html=False).entries
            for body in (feed, repair_xml(feed))
        ]
        assert entries[0] == entries[1]


@given(HOSTILE)
def test_healed_text_is_read_alike_by_another_parser(plant: bytes) -> None:
    """What stands in the title is the title for ElementTree and feedparser too, or no item is."""
    feed = answer("rss", "title", plant)
    reading = read("rss", feed)

    result = feedparser.parse(io.BytesIO(recover_feed(feed).body), sanitize_html=False)
    assert not result.bozo
    titles = [
        "".join(title.itertext())
        for title in Tree.fromstring(recover_feed(feed).body).iterfind("channel/item/title")
    ]
    assert len(titles) == len(reading.papers)
    assert [entry.title for entry in result.entries] == [title.strip() for title in titles]


@given(st.binary(max_size=200) | HOSTILE)
def test_healing_twice_is_healing_once(part: bytes) -> None:
    assert repair_xml(repair_xml(part)) == repair_xml(part)


@pytest.mark.parametrize(
    "before",
    [
        b"\xef\xbb\xbf",
        b"\n \xef\xbb\xbf",
        b"\xef\xbb\xbf\n",
        b"\xef\xbb\xbf\xef\xbb\xbf",
        b"\r\n\t ",
    ],
)
@pytest.mark.parametrize("form", ITEMS)
def test_byte_order_marks_and_blanks_before_a_feed_are_nothing(form: str, before: bytes) -> None:
    assert read(form, before + answer(form)) == read(form, answer(form))


@pytest.mark.parametrize(
    "declaration",
    [
        b"",
        b"<?xml version='1.1'?>",
        b"<?xml version='1.0' encoding='TF-8'?>",
        b"<?xml version='1.0' encoding='utf-7'?>",
        b"<?xml version='1.0' encoding='us-ascii'?>",
        b"<?xml version='1.0' encoding='iso-8859-99'?>",
        b"<?xml encoding='utf-8'?>",
    ],
)
@pytest.mark.parametrize("form", ITEMS)
def test_a_wrong_declaration_costs_no_paper(form: str, declaration: bytes) -> None:
    usual, remainder = answer(form, "title", "Größe".encode()).split(b"\n", 1)
    assert usual.startswith(b"<?xml")

    reading = read(form, declaration + b"\n" + remainder)

    assert reading == read(form, usual + b"\n" + remainder)
    assert "Größe" in reading.papers[SECOND].title


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "ISO-8859-15"])
def test_a_feed_of_an_older_encoding_is_healed_in_it(encoding: str) -> None:
    feed = answer("rss", "title", "R&D in Größe".encode(encoding))

    reading = read("rss", feed.replace(b"UTF-8", encoding.encode()))

    assert reading.papers[SECOND].title == "A R&D in Größe Kettle"


def test_an_item_that_is_lost_alone_is_named_too() -> None:
    """Nothing of the answer is whole, so it is asked for again; its paper is not forgotten."""
    feed = rss_feed([rss_item("2611.90009v2", kind="replace")]).replace(
        b"</title><link>", b"<link>"
    )

    batch = arxiv_rss.parse(feed, source="cs.CV")

    assert batch.status is BatchStatus.BROKEN
    assert batch.skipped_items == (
        SkippedItem("2611.90009", "2611.90009", 2, AnnouncementKind.REPLACE),
    )
    assert "2611.90009" in str(batch.warnings)


def test_the_last_item_is_named_although_its_end_is_damaged() -> None:
    feed = rss_feed([rss_item(), rss_item("2611.90002v1")])
    end_position = feed.rindex(b"</item>")

    reading = read("rss", feed[:end_position] + b"</itm>" + feed[end_position + 7 :])
    broken_off = read("rss", feed[:end_position])

    assert (set(reading.papers), [item.id for item in reading.unread]) == (
        {"2611.90001"},
        ["2611.90002"],
    )
    assert reading.condition is BatchStatus.FRESH
    assert (broken_off.condition, broken_off.unread) == (BatchStatus.PARTIAL, ())


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"<guid>oai:arXiv.org:2611.90009v1</guid>", b"<guid>oai:arXiv.org:2611.9<b>0009v1</guid>"),
        (b"<guid>oai:arXiv.org:2611.90009v1</guid>", b""),
        (b"oai:arXiv.org:2611.90009v1", b"oai:arXiv.org:2611.90&#x1E;009v1"),
        (b"https://arxiv.org/abs/2611.90009", b"?"),
    ],
)
def test_an_id_is_found_where_it_can_be_and_never_in_an_abstract(good: bytes, bad: bytes) -> None:
    item = rss_item(
        "2611.90009v1", abstract="See arXiv:2401.00001v1 and https://arxiv.org/abs/2401.1"
    )
    feed = rss_feed([rss_item(), item])
    assert good in feed

    reading = read("rss", feed.replace(good, bad).replace(b"A Kettle</title>", b"A Kettle<title>"))

    assert "2611.90009" in {item.id for item in reading.unread}
    assert "2401.00001" not in {item.id for item in reading.unread}


@pytest.mark.parametrize(
    "hostile",
    [b"<title>", b"<!--", b"<?", b"<![CDATA[", b"&", b"<a b='", b'<a b="', b"<", b"<a  ", b"]]>"],
)
def test_the_work_of_healing_has_an_end(hostile: bytes) -> None:
    feed = rss_feed([rss_item(), rss_item("2611.90002v1")])
    planted = feed.replace(b"<title>A Kettle", b"<title>A " + hostile * 200_000, 2)
    begun = time.process_time()

    arxiv_rss.parse(planted, source="cs.CV")

    assert time.process_time() - begun < 10.0


def test_old_feeds_name_what_cannot_be_read() -> None:
    feed = read_feed("old.rdf.xml").replace(b"CROSS LISTED)</title>", b"CROSS LISTED)<title>")

    batch = arxiv_rss.parse(feed, source="x")

    assert [item.id for item in batch.skipped_items] == ["1902.90002"]


def test_a_document_type_in_the_middle_is_no_markup() -> None:
    reading = read("rss", answer("rss", "title", b"<!DOCTYPE x [<!ENTITY a 'b'>]> &a;"))

    assert reading.papers[SECOND].title == "A <!DOCTYPE x [<!ENTITY a 'b'>]> &a; Kettle"
    with pytest.raises(UnusableAnswer):
        recover_feed(b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + answer("rss"))
