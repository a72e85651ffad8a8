"""Digests to render: one written by hand for the goldens, and hostile ones by the hundred.

They are apart from ``tests/support/builders.py`` because golden files repeat their every word.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from bot.render.display_options import DisplayOptions
from storage.records.chats import MessageForm
from storage.records.digests import Digest, Entry
from storage.records.papers import AnnouncementKind, Paper
from storage.records.queries import MatchReason, QueryField
from storage.records.summaries import Summary

ISSUED_AT = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
DISPLAY_OPTIONS = [
    DisplayOptions(
        form=form, language=languages[0], languages=languages, zone="Asia/Shanghai", entry_link=link
    )
    for form in MessageForm
    for languages in (("en",), ("zh",), ("zh", "en"), ("en", "zh"))
    for link in (lambda position: f"https://t.me/papergram_bot?start=e_7_{position}",)
]


def paper(number: int = 1, **changes: object) -> Paper:
    """An invented paper."""
    facts: dict[str, object] = {
        "id": f"arxiv:2611.9{number:04}",
        "version": 1,
        "title": f"Paper {number} on the Motion of Paper Boats",
        "abstract": f"Paper boats drift. We measure how boat {number} drifts, and it drifts east.",
        "authors": ("Ana Prvić",),
        "categories": ("cs.RO",),
        "link": f"https://arxiv.org/abs/2611.9{number:04}",
    }
    return Paper(**(facts | changes))  # type: ignore[arg-type]


def summary(language: str, tldr: str, title: str = "", abstract: str = "") -> Summary:
    """What is said about a paper in one language."""
    return Summary(0, 1, language, title, tldr, abstract, "extractive", ISSUED_AT)


def entry(
    number: int = 1, kind: AnnouncementKind = AnnouncementKind.NEW, **changes: object
) -> Entry:
    """An entry that is said in both languages."""
    summaries = (
        summary("en", f"We measure how boat {number} drifts."),
        summary(
            "zh",
            f"我们测量了第 {number} 只纸船如何漂移。",
            f"论纸船之运动（{number}）",
            "纸船会漂移。",
        ),
    )
    return Entry(paper(number, **changes), kind, summaries)


def digest(shown_count: int = 3, left_out_count: int = 0, **changes: object) -> Digest:
    """A stored digest of a topic with so many entries shown and left out."""
    entries = tuple(entry(number) for number in range(1, shown_count + left_out_count + 1))
    facts: dict[str, object] = {
        "topic": "paper boats",
        "query": "paper boats",
        "issued_at": ISSUED_AT,
        "entries": entries[:shown_count],
        "left_out": entries[shown_count:],
        "first_day": date(2026, 11, 19),
        "last_day": date(2026, 11, 20),
        "announced_count": 412,
        "subscription": 5,
        "number": 7,
    }
    return Digest(**(facts | changes))  # type: ignore[arg-type]


def sample_digest() -> Digest:
    """The digest of the goldens: TeX, pipes, markup, several authors, a missing translation."""
    first = Entry(
        paper(
            1,
            title=r"$L^2$ Drift of Antr\`as Boats | A [Short] Study",
            abstract="Boats with a < b drift by $10^{-3}$ of it.\n  We \\emph{show} 5\\% less.",
            authors=("Ana Prvić", "Jos\\'e Mar\\'ia de la Cruz", "Li Wei", "O. Ek", "U. Zwei"),
            categories=("cs.RO", "physics.flu-dyn"),
        ),
        AnnouncementKind.NEW,
        (
            summary("en", "We show 5\\% less drift."),
            summary(
                "zh",
                "我们把漂移减少了 5%。",
                "纸船的 $L^2$ 漂移：简短研究",
                "a < b 的纸船漂移为其长度的 $10^{-3}$。",
            ),
        ),
        (MatchReason(QueryField.TITLE, "Boats"), MatchReason(QueryField.ABSTRACT, "drift")),
        ("fluid dynamics",),
    )
    second = Entry(
        paper(2, title="Folding <b>Boldly</b> & Quietly", version=3, authors=()),
        AnnouncementKind.REPLACE_CROSS,
        (summary("en", "Folding can be quiet."),),
    )
    return digest(
        entries=(first, second, entry(3, AnnouncementKind.CROSS)), left_out=(entry(4),), number=1234
    )


_HOSTILE_PIECES = st.sampled_from(
    [
        *("<think>", "a<b", "|", "](", "[^1]: ", "$", "$$", "\\", "\\emph{", "{", "}", "<b>"),
        *("</a>", "&amp;", "&", '"', "'", "--", "-->", "<!-- papergram: x -->", "# 摘要", "😀"),
        *("𝔸", "\u202e", "שלום", "مرحبا", "é", "e\u0301", "\n", "\r\n", "\t", " ", "  ", "\x07"),
        *("\u2028", "\x00", "%", "~", "`", "_", "*", "word", "扩散模型", "https://a.b/c", "@name"),
        *("/stop", "$5 and $10", "<!-- untranslated --> "),
    ]
)
hostile_texts = st.one_of(
    st.lists(_HOSTILE_PIECES, max_size=12).map("".join),
    st.text(max_size=60),
    st.builds(lambda piece, times: piece * times, _HOSTILE_PIECES, st.integers(1, 900)),
)
_DAYS = st.dates(date(2024, 1, 1), date(2027, 1, 1))


@st.composite
def hostile_entries(draw: st.DrawFn) -> Entry:
    """An entry whose every text may be anything."""
    number = draw(st.integers(1, 9999))
    sentence = draw(hostile_texts)
    summaries = [
        summary(language, sentence, draw(hostile_texts), draw(hostile_texts))
        for language in draw(st.sampled_from([(), ("en",), ("zh",), ("en", "zh")]))
    ]
    return Entry(
        paper(
            number,
            title=draw(hostile_texts),
            abstract=draw(st.just("") | hostile_texts) + sentence + draw(hostile_texts),
            authors=tuple(draw(st.lists(hostile_texts, max_size=5))),
            categories=tuple(draw(st.lists(st.sampled_from(["cs.RO", "math.AG", "a·b; c, d"])))),
            link=draw(st.sampled_from(["", "javascript:x", "http://[", "https://a.b/c?d=(e)&f"])),
            version=draw(st.integers(0, 12)),
        ),
        draw(st.sampled_from(AnnouncementKind)),
        tuple(summaries),
        tuple(
            MatchReason(QueryField.TITLE, word)
            for word in draw(st.lists(hostile_texts, max_size=2))
        ),
        tuple(draw(st.lists(hostile_texts, max_size=2))),
    )


@st.composite
def hostile_digests(draw: st.DrawFn) -> Digest:
    """A digest of up to 30 such entries, some of them left out."""
    distinct_entries = draw(st.lists(hostile_entries(), max_size=4))
    entries = tuple(distinct_entries * draw(st.integers(1, 7)))
    shown_count = draw(st.integers(0, len(entries)))
    first = draw(_DAYS)
    return digest(
        topic=draw(hostile_texts),
        query=draw(hostile_texts),
        entries=entries[:shown_count],
        left_out=entries[shown_count:],
        first_day=first,
        last_day=first + timedelta(days=draw(st.integers(0, 9))),
        announced_count=draw(st.integers(0, 3000)),
    )
