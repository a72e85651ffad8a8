"""Papers and listings that a message names, wherever they stand and whatever stands around."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.arxiv import taxonomy
from bot.arxiv.identifiers import PaperMention, arxiv_id, find_mentions
from bot.arxiv.listing_addresses import listed_categories
from bot.topics.query.parser import parse

NEW, OLD = "2402.12844", "math/0309136"

LINKED = [
    f"https://arxiv.org/abs/{NEW}",
    f"http://www.arxiv.org/abs/{NEW}",
    f"arxiv.org/pdf/{NEW}",
    f"https://arxiv.org/pdf/{NEW}.pdf#page=3",
    f"https://arxiv.org/abs/{NEW}?context=cs.CV&utm_source=share",
    f"https://arxiv.org/html/{NEW}/#S3.SS1",
    f"https://export.arxiv.org/abs/{NEW}",
    f"https://ar5iv.org/abs/{NEW}",
    f"https://ar5iv.labs.arxiv.org/html/{NEW}",
    f"https://www.alphaxiv.org/abs/{NEW}",
    f"https://www.alphaxiv.org/zh/overview/{NEW}",
    f"https://scirate.com/arxiv/{NEW}",
    f"https://papers.cool/arxiv/{NEW}",
    f"https://huggingface.co/papers/{NEW}",
    f"hf.co/papers/{NEW}",
    f"https://www.semanticscholar.org/arxiv/{NEW}",
    f"https://api.semanticscholar.org/arXiv:{NEW}",
    f"https://www.emergentmind.com/papers/{NEW}",
    f"https://www.connectedpapers.com/main/arxiv:{NEW}",
    f"https://talk2arxiv.org/pdf/{NEW}.pdf",
    "https://ui.adsabs.harvard.edu/abs/2024arXiv240212844X/abstract",
    f"https://ui.adsabs.harvard.edu/abs/arXiv:{NEW}",
    "https://dblp.org/rec/journals/corr/abs-2402-12844",
    f"https://doi.org/10.48550/arXiv.{NEW}",
    f"doi:10.48550/arXiv.{NEW}",
    f"https://www.google.com/url?q=https%3A%2F%2Farxiv.org%2Fabs%2F{NEW}&sa=D",
    "https://l.facebook.com/l.php?u="
    + quote(quote(f"https://arxiv.org/abs/{NEW}", safe=""), safe=""),
    f"oai:arXiv.org:{NEW}",
    f"arXiv:{NEW}",
    f"arXiv：{NEW.replace('.', '．')}",
    f"arXiv: {NEW} [cs.LG] 20 Nov 2026",
    f"arXiv preprint arXiv:{NEW} (2024)",
    f"arXiv ID: {NEW}",
    f"[a paper](https://arxiv.org/abs/{NEW})",
    "https\\://arxiv\\.org/abs/2402\\.12844",
    "https://arxiv.org/abs/24\u200b02.12\u00ad844\u2060",
    f"arxiv.org/abs/{NEW}A title without a space",
]


@pytest.mark.parametrize("form", LINKED)
def test_every_form_of_a_link_or_stamp_is_read(form: str) -> None:
    assert find_mentions(form) == find_mentions(f"A title\n{form}\n") == (PaperMention(NEW),)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("hep-th/9901001", "hep-th/9901001"),
        ("math.GT/0309136", "math/0309136"),
        ("cond-mat.dis-nn/0309136", "cond-mat/0309136"),
        ("https://arxiv.org/abs/math.GT/0309136", "math/0309136"),
        ("arXiv:quant-ph/0309136", "quant-ph/0309136"),
        ("https://doi.org/10.48550/arXiv.hep-th/9901001", "hep-th/9901001"),
        ("10.48550/arXiv.math.GT/0309136", "math/0309136"),
        ("1999hep.th....1001M", "hep-th/9901001"),
        ("1997hep.th...11200M", "hep-th/9711200"),
        ("2012arXiv1207.7214A", "1207.7214"),
    ],
)
def test_old_ids_are_read_with_and_without_their_class(form: str, expected: str) -> None:
    assert [str(mention) for mention in find_mentions(f"see {form}, please")] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        f"{NEW}",
        f"read {NEW}.",
        f"({NEW})",
        f"“{NEW}”",
        f"*{NEW}* and _{NEW}_",
        f"论文{NEW}讲了什么",
        f"论文：{NEW}。",
        f"Paper:{NEW}, please",
        f"eprint = {{{NEW}}}",
        f"{NEW}.pdf",
        "2402。12844",
        "２４０２．１２８４４",
    ],
)
def test_a_bare_number_is_read_in_prose(text: str) -> None:
    assert find_mentions(text) == (PaperMention(NEW, is_bare=True),)


@pytest.mark.parametrize(
    "text",
    [
        "1234.5678",  # a thirty-fourth month
        "2413.00001",
        "2400.12345",
        "1501.0001",  # five digits since 2015
        "1207.72145",
        "0703.1234",  # numbered so since April 2007
        "2402.00000",
        "foo/9901001",
        "math/5001001",
        "$1207.7214 and € 1207.7214",
        "1207.7214€, 1207.7214 USD, 1207.7214%",
        "call +49 1512.34567",
        "1512.34567-89",
        "12.1207.7214",
        "1207.7214.5",
        "1207.7214,50",
        f"x{NEW}",
        f"{NEW}x",
        f"{NEW}5",
        f"-{NEW}",
        f"10.1103/{NEW}",
        f"https://doi.org/10.1103/{NEW}",
        f"https://example.com/{NEW}",
        f"https://example.com/a?price={NEW}",
        f"https://example.com/({NEW})",
        f"https://huggingface.co/datasets/me/{NEW}",
        f"someone@{NEW}",
        "2024.12.05, 2011.1231, 05.12.2024",
        "https://www.biorxiv.org/content/10.1101/2024.02.12.123456v1",
        "https://arxiv.org/list/hep-th/9901",
        "https://arxiv.org/a/smith_j_1",
    ],
)
def test_what_only_looks_like_an_id_is_none(text: str) -> None:
    assert find_mentions(text) == ()


def test_papers_come_in_their_order_and_each_once() -> None:
    text = f"arXiv:{NEW}v2 https://arxiv.org/abs/2611.90302 {NEW} cs/0112017 2611.90302v3"

    assert find_mentions(text) == (
        PaperMention(NEW, 2),
        PaperMention("2611.90302", 3),
        PaperMention("cs/0112017", 0, True),
    )


_around = st.text(max_size=60)  # of any characters
_blanks = st.sampled_from([" ", "\n", "\t", " (", " [", " “", ", ", "，", "：", "。", "\u3000"])
_ends = st.sampled_from(["", " ", "\n", ".", ",", ")", "]", "”", "，", "。", "；", "!", "?", "…"])
_new_ids = st.builds(
    "{:02}{:02}.{:05}".format, st.integers(15, 35), st.integers(1, 12), st.integers(1, 99999)
)
_old_ids = st.builds(
    "{}/{:02}{:02}{:03}".format,
    st.sampled_from(sorted(taxonomy.archives())),
    st.sampled_from([91, 99, 0, 6]),
    st.integers(1, 12),
    st.integers(1, 999),
)
_ids = _new_ids | _old_ids


@given(st.text() | st.text("0123456789./v-arxiv:%+ \n", max_size=200))
def test_any_text_can_be_looked_through(text: str) -> None:
    mentions = find_mentions(text)

    assert len({mention.id for mention in mentions}) == len(mentions)
    assert all(arxiv_id(mention.id) == mention.id for mention in mentions)


@given(_around, _blanks, _ids, st.integers(0, 30), _ends, _around)
def test_a_link_is_found_wherever_it_stands(
    before: str, blank: str, id: str, version: int, end: str, after: str
) -> None:
    named = PaperMention(id, version)
    assume("%" not in before + after)

    mentions = find_mentions(f"{before}{blank}https://arxiv.org/abs/{named}{end} {after}")

    assert named.id in {mention.id for mention in mentions}


@given(_around, _blanks, _ids, _ends, _around)
def test_a_bare_id_is_found_between_words(
    before: str, blank: str, id: str, end: str, after: str
) -> None:
    assume(not any(mark in before + after for mark in "%$€£¥₹+\\"))

    mentions = find_mentions(f"{before}word{blank}{id}{end} word {after}")

    assert id in {mention.id for mention in mentions}


@given(st.lists(_ids, unique=True, max_size=20), st.sampled_from(["\n", ", ", ",", " and ", "; "]))
def test_what_is_named_is_read_back(ids: list[str], joint: str) -> None:
    assert [str(mention) for mention in find_mentions(joint.join(ids))] == ids


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "a.", "a-", "arxiv.org/", "/", "%25", "hep-th/", "2402.12844/", "2402.12844 ", "1 ", "(",
        "a/2402.1284 ", "arxiv.a/b/2402.12844", "a.b.c/2402.12844", "+1(", "arxiv ", "http://", "9",
    ],
)  # fmt: skip
def test_the_time_is_linear_in_the_text(piece: str) -> None:
    """A whole megabyte; quadratic work would take minutes."""
    text = piece * (500_000 // len(piece))
    began = time.thread_time()

    find_mentions(text)
    listed_categories(text)

    assert time.thread_time() - began < 8


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("https://arxiv.org/list/cs.CL/recent", ("cs.CL",)),
        ("http://www.arxiv.org/list/cs.CL/recent?skip=0&show=50", ("cs.CL",)),
        ("Computation and Language\narxiv.org/list/CS.cl/new", ("cs.CL",)),
        ("https://arxiv.org/list/astro-ph.GA/pastweek", ("astro-ph.GA",)),
        ("https://rss.arxiv.org/rss/cs.CL+cs.LG", ("cs.CL", "cs.LG")),
        ("https://rss.arxiv.org/atom/cs.CL%2Bmath", ("cs.CL", "math")),
        ("http://export.arxiv.org/rss/hep-th.", ("hep-th",)),
        ("https://arxiv.org/list/cs.CL/new and arxiv.org/list/cs.LG/new", ("cs.CL", "cs.LG")),
        ("https://arxiv.org/list/xx.YY/new", ()),
        ("https://myarxiv.org/list/cs.CL/new", ()),
        (f"https://arxiv.org/abs/{NEW}", ()),
        ("cs.CL", ()),
    ],
)
def test_listings_and_feeds_are_read(text: str, codes: tuple[str, ...]) -> None:
    assert listed_categories(text) == codes


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("cs.CL+cs.LG", "cat:cs.CL OR cat:cs.LG"),
        ("cs.CL/cs.LG", "cat:cs.CL OR cat:cs.LG"),
        ("hep-th/gr-qc", "cat:gr-qc OR cat:hep-th"),
        ("cs+math", "cat:cs OR cat:math"),
        ("cat:cs.CL+cs.LG -survey", "(cat:cs.CL OR cat:cs.LG) -survey"),
        ("diffusion https://arxiv.org/list/cs.CL/recent", "diffusion cat:cs.CL"),
        ("https://rss.arxiv.org/rss/cs.CL+cs.LG", "cat:cs.CL OR cat:cs.LG"),
        ("math/physics", '"math physics"'),
        ("cs.CL+transformers", '"cs cl transformers"'),
        ("ti:cs.CL+cs.LG", 'ti:"cs cl cs lg"'),
        ("id:https://ui.adsabs.harvard.edu/abs/2024arXiv240212844X", f"id:{NEW}"),
    ],
)
def test_joined_codes_and_listings_are_categories_in_a_topic(typed: str, canonical: str) -> None:
    assert parse(typed).text == canonical
