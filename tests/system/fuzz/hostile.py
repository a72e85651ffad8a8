"""Hostile texts and what is made of them: titles, names, words and whole digests.

Every sort of hostility has a name, so that a run can tell how much of each it has tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from bot.render.display_options import DisplayOptions
from storage.records.chats import MessageForm
from storage.records.digests import Digest, Entry
from storage.records.papers import AnnouncementKind, Paper
from storage.records.queries import MatchReason, QueryField
from tests.render.digests import digest, summary

LONG_TEXT_LENGTH = 4096
_LONG_SIZES = (301, 4097, 10_000)

HOSTILE_PIECES: Mapping[str, tuple[str, ...]] = {
    "markup": (
        *("<b>", "</b>", "</a>", "</pre>", "</blockquote>", "<script>alert(1)</script>", "a<b"),
        *('<a href="https://evil.example/x">tap</a>', "<img src=x onerror=alert(1)>", "<!--"),
        *("&lt;b&gt;", "&amp;amp;", "&#60;i&#62;", "&#x3c;", "&nbsp;", "-->", '" onclick="x', "'>"),
        *("<a href=tg://user?id=1>me</a>", "<tg-spoiler>", "<think>", "<details open>", "]]>"),
    ),
    "tg-button": (
        '<tg-button type="callback_data" data="1unsub_all:1:0">Save</tg-button>',
        '<tg-button type="url" url="https://evil.example">Read</tg-button>',
    ),
    "bidi": (
        *("\u202e", "\u202d", "\u202a", "\u202b", "\u202c", "\u2066", "\u2067", "\u2068"),
        *("\u2069", "\u200f", "\u061c", "שלום", "مرحبا", "\u202egnp.exe\u202c"),
    ),
    "zero-width": (
        *("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u034f"),
        *("\U000e0041", "\ufe0f", "\u3164", "\u2800"),
    ),
    "control": (
        *(
            "\x00",
            "a\x00b",
            "\x00<b>",
            "\x07",
            "\x1b[31m",
            "\x7f",
            "\x85",
            "\u2028",
            "\u2029",
            "\n",
            "\r\n",
            "\t",
        ),
        *("\x0b", "\uffff", "\ufffe", "\ufff9"),
    ),
    "tex": (
        *("$", "$$", "$x^2$", "\\", "{", "}", "\\emph{x}", "\\'e", "\\begin{equation}", "%"),
        *("\\frac{a}{", "\\}", "{\\em ", "\\(", "\\[", "``", "$5 and $10", "_{i}", "#1"),
        *("\\input{/etc/passwd}", "\\href{https://evil.example}{x}", "\\url{javascript:x}"),
    ),
    "emoji": ("😀", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇨🇳", "👍🏿", "𝔸", "𠀀", "1️⃣"),
    "address": (
        *("@durov", "/unsub_all", "/stop@papergram_bot", "tg://resolve?domain=evil", "t.me/evil"),
        *("https://evil.example/?a=(b)&c", "javascript:alert(1)", "#tag", "$USD", "a@b.co"),
        *("+79161234567", "4111111111111111", "12:30"),
    ),
    "markdown": (
        *("|", "](https://evil.example)", "[^1]: ", "# 摘要", "# 详细", "| --- | --- |", "```"),
        *("**", "__", "||", "    ", "<!-- papergram: x -->", "<!-- untranslated --> ", "- "),
    ),
    "template": ("{ $topic }", "{ -term }", "%s", "{0}", "{{ 7*7 }}", "{% x %}", "\\u0041", "*["),
    "bibtex": ("}\n@misc{evil,", " and ", "title = {x}", "\\{", "{\\}", '"', ",", "@comment{"),
    "accents": ("Z̸̧̛͎", "e\u0301" * 9, "é", "İ", "ß", "ﬁ"),
    "chinese": ("扩散模型", "，。；：", "「论文」", "ｄｉｆｆ"),
}
_HOSTILITY_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "markup": re.compile(r"<[a-z/!]|&[#\w]+;"),
    "tg-button": re.compile("<tg-button"),
    "bidi": re.compile("[\u202a-\u202e\u2066-\u2069\u200f\u061c\u0590-\u06ff]"),
    "zero-width": re.compile("[\u200b-\u200d\u2060\ufeff\u00ad\u180e\u034f\u3164\u2800\U000e0041]"),
    "control": re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufff9\ufffe\uffff]"),
    "NUL": re.compile("\x00"),
    "tex": re.compile(r"[$\\{}]"),
    "emoji": re.compile("[\U00010000-\U000dffff]"),
    "address": re.compile(r"@\w|/\w|://|#\w|\+\d{9}"),
    "markdown": re.compile(r"[|`]|\*\*|\]\(|\[\^|^# |<!--"),
    "template": re.compile(r"\{ [$-]|\{\{|\{%|%s"),
    "bibtex": re.compile(r"@misc|@comment| and |[{}]"),
    "chinese": re.compile("[\u4e00-\u9fff]"),
}
_HARMLESS_PIECE = st.sampled_from(
    ["diffusion", "a study of boats", "扩散", "We measure drift.", " ", ""]
)
_HOSTILE_PIECE = st.sampled_from([piece for pieces in HOSTILE_PIECES.values() for piece in pieces])


def _repeated(piece: str, size: int) -> str:
    return (piece * (size // len(piece) + 1))[:size]


hostile_texts = st.one_of(
    _HOSTILE_PIECE,
    st.lists(st.one_of(_HOSTILE_PIECE, _HARMLESS_PIECE), min_size=1, max_size=8).map("".join),
    st.builds(
        lambda before, piece, after: f"{before} {piece} {after}",
        _HARMLESS_PIECE,
        _HOSTILE_PIECE,
        _HARMLESS_PIECE,
    ),
    st.text(min_size=1, max_size=40),
    st.builds(_repeated, _HOSTILE_PIECE, st.sampled_from(_LONG_SIZES)),
)
"""Any text, mostly one that somebody means harm with."""

_LINKS = st.sampled_from(
    [
        *("", "javascript:alert(1)", "http://[", "https://a.b/c?d=(e)&f", "tg://user?id=1"),
        *('https://arxiv.org/abs/1"onclick="x', "https://evil.example/\u202egnp", "//x.y/z"),
        "https://arxiv.org/abs/" + "9" * 900,
        "https://arxiv.org/abs/2611.90001",
    ]
)
_IDS = st.sampled_from(
    ["arxiv:2611.9{0:04}", "url:{0:08x}", "doi:10.1101/{0}", "arxiv:math/9901{0:03}"]
)
_CATEGORIES = st.sampled_from(["cs.RO", "math.AG", "cs.CV", "a·b; c, d", "<b>", "\u202ecs"])


@st.composite
def hostile_papers(draw: st.DrawFn, number: int = 1) -> Paper:
    """A paper whose every text may be anything."""
    return Paper(
        id=draw(_IDS).format(number),
        version=draw(st.sampled_from([1, 1, 2, 12])),
        title=draw(hostile_texts),
        abstract=draw(hostile_texts),
        authors=tuple(draw(st.lists(hostile_texts, max_size=5))),
        categories=tuple(draw(st.lists(_CATEGORIES, max_size=3))),
        link=draw(_LINKS),
        comment=draw(hostile_texts),
        journal_ref=draw(hostile_texts),
        doi=draw(st.sampled_from(["", "10.1/x}y\\", "10.1/<b>"])),
        key=number,
    )


@st.composite
def hostile_entries(draw: st.DrawFn, number: int = 1) -> Entry:
    """A hostile paper with what is said about it and why it is there."""
    paper = draw(hostile_papers(number))
    summaries = tuple(
        summary(language, draw(hostile_texts), draw(hostile_texts), draw(hostile_texts))
        for language in draw(st.sampled_from([(), ("en",), ("zh",), ("en", "zh")]))
    )
    reasons = tuple(
        MatchReason(QueryField.TITLE, word) for word in draw(st.lists(hostile_texts, max_size=2))
    )
    topics = tuple(draw(st.lists(hostile_texts, max_size=2)))
    return Entry(paper, draw(st.sampled_from(AnnouncementKind)), summaries, reasons, topics)


@st.composite
def hostile_digests(draw: st.DrawFn) -> Digest:
    """A digest of up to 36 such entries, some of them left out."""
    distinct_entries = [
        draw(hostile_entries(number)) for number in range(1, draw(st.integers(0, 3)) + 1)
    ]
    all_entries = tuple(
        replace(entry, paper=replace(entry.paper, id=f"arxiv:2611.{position:05}", key=position))
        for position, entry in enumerate(
            distinct_entries * draw(st.sampled_from([1, 1, 2, 5, 12])), start=1
        )
    )
    shown_count = draw(st.integers(0, len(all_entries)))
    first = draw(st.dates(date(2024, 1, 1), date(2027, 1, 1)))
    return digest(
        topic=draw(hostile_texts),
        query=draw(hostile_texts),
        entries=all_entries[:shown_count],
        left_out=all_entries[shown_count:],
        first_day=first,
        last_day=first + timedelta(days=draw(st.integers(0, 9))),
        announced_count=draw(st.integers(0, 3000)),
        number=draw(st.sampled_from([0, 7, 10**9])),
    )


display_options = st.builds(
    DisplayOptions,
    form=st.sampled_from(MessageForm),
    language=st.sampled_from(["en", "zh"]),
    languages=st.sampled_from([("en",), ("zh",), ("zh", "en"), ("en", "zh")]),
    zone=st.sampled_from(["UTC", "Asia/Shanghai"]),
    entry_link=st.just(lambda position: f"https://t.me/papergram_bot?start=p_{position}_1"),
    all_authors=st.booleans(),
)


def entry_texts(entry: Entry) -> list[str]:
    """Every text of an entry that somebody outside has written."""
    paper, summaries = entry.paper, entry.summaries
    summary_texts = [
        text
        for paper_summary in summaries
        for text in (paper_summary.title, paper_summary.tldr, paper_summary.abstract)
    ]
    reason_words = [reason.word for reason in entry.reasons]
    return [*paper_texts(paper), *summary_texts, *reason_words, *entry.other_topics]


def paper_texts(paper: Paper) -> list[str]:
    """Every text of a paper."""
    own_texts = [
        paper.title,
        paper.abstract,
        paper.link,
        paper.comment,
        paper.journal_ref,
        paper.doi,
    ]
    return [*own_texts, *paper.authors, *paper.categories]


def hostility_sorts(texts: Iterable[str]) -> set[str]:
    """Which sorts of hostility these texts hold."""
    sorts: set[str] = set()
    for text in dict.fromkeys(texts):
        sorts |= {name for name, pattern in _HOSTILITY_PATTERNS.items() if pattern.search(text)}
        if len(text) >= LONG_TEXT_LENGTH:
            sorts.add("long")
    return sorts
