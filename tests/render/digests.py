"""Digests to render: one written by hand for the goldens, and hostile ones by the hundred."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from bot.render.display_options import Look
from storage.records import Digest, Entry, Field, Form, Gloss, Kind, Paper, Reason

ISSUED = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
LOOKS = [
    Look(form=form, language=languages[0], languages=languages, zone="Asia/Shanghai", link=link)
    for form in Form
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


def gloss(language: str, gist: str, title: str = "", abstract: str = "") -> Gloss:
    """What is said about a paper in one language."""
    return Gloss(0, 1, language, title, gist, abstract, "extractive", ISSUED)


def entry(number: int = 1, kind: Kind = Kind.NEW, **changes: object) -> Entry:
    """An entry that is said in both languages."""
    glosses = (
        gloss("en", f"We measure how boat {number} drifts."),
        gloss(
            "zh",
            f"我们测量了第 {number} 只纸船如何漂移。",
            f"论纸船之运动（{number}）",
            "纸船会漂移。",
        ),
    )
    return Entry(paper(number, **changes), kind, glosses)


def digest(shown: int = 3, left: int = 0, **changes: object) -> Digest:
    """A stored digest of a topic with so many entries shown and left out."""
    entries = tuple(entry(number) for number in range(1, shown + left + 1))
    facts: dict[str, object] = {
        "topic": "paper boats",
        "query": "paper boats",
        "issued": ISSUED,
        "entries": entries[:shown],
        "rest": entries[shown:],
        "first_day": date(2026, 11, 19),
        "last_day": date(2026, 11, 20),
        "seen": 412,
        "subscription": 5,
        "number": 7,
    }
    return Digest(**(facts | changes))  # type: ignore[arg-type]


def sample() -> Digest:
    """The digest of the goldens: TeX, pipes, markup, several authors, a missing translation."""
    first = Entry(
        paper(
            1,
            title=r"$L^2$ Drift of Antr\`as Boats | A [Short] Study",
            abstract="Boats with a < b drift by $10^{-3}$ of it.\n  We \\emph{show} 5\\% less.",
            authors=("Ana Prvić", "Jos\\'e Mar\\'ia de la Cruz", "Li Wei", "O. Ek", "U. Zwei"),
            categories=("cs.RO", "physics.flu-dyn"),
        ),
        Kind.NEW,
        (
            gloss("en", "We show 5\\% less drift."),
            gloss(
                "zh",
                "我们把漂移减少了 5%。",
                "纸船的 $L^2$ 漂移：简短研究",
                "a < b 的纸船漂移为其长度的 $10^{-3}$。",
            ),
        ),
        (Reason(Field.TITLE, "Boats"), Reason(Field.ABSTRACT, "drift")),
        ("fluid dynamics",),
    )
    second = Entry(
        paper(2, title="Folding <b>Boldly</b> & Quietly", version=3, authors=()),
        Kind.REPLACE_CROSS,
        (gloss("en", "Folding can be quiet."),),
    )
    return digest(entries=(first, second, entry(3, Kind.CROSS)), rest=(entry(4),), number=1234)


_PIECES = st.sampled_from(
    [
        *("<think>", "a<b", "|", "](", "[^1]: ", "$", "$$", "\\", "\\emph{", "{", "}", "<b>"),
        *("</a>", "&amp;", "&", '"', "'", "--", "-->", "<!-- papergram: x -->", "# 摘要", "😀"),
        *("𝔸", "\u202e", "שלום", "مرحبا", "é", "e\u0301", "\n", "\r\n", "\t", " ", "  ", "\x07"),
        *("\u2028", "\x00", "%", "~", "`", "_", "*", "word", "扩散模型", "https://a.b/c", "@name"),
        *("/stop", "$5 and $10", "<!-- untranslated --> "),
    ]
)
hostile = st.one_of(
    st.lists(_PIECES, max_size=12).map("".join),
    st.text(max_size=60),
    st.builds(lambda piece, times: piece * times, _PIECES, st.integers(1, 900)),
)
_DAYS = st.dates(date(2024, 1, 1), date(2027, 1, 1))


@st.composite
def hostile_entries(draw: st.DrawFn) -> Entry:
    """An entry whose every text may be anything."""
    number = draw(st.integers(1, 9999))
    sentence = draw(hostile)
    glosses = [
        gloss(language, sentence, draw(hostile), draw(hostile))
        for language in draw(st.sampled_from([(), ("en",), ("zh",), ("en", "zh")]))
    ]
    return Entry(
        paper(
            number,
            title=draw(hostile),
            abstract=draw(st.just("") | hostile) + sentence + draw(hostile),
            authors=tuple(draw(st.lists(hostile, max_size=5))),
            categories=tuple(draw(st.lists(st.sampled_from(["cs.RO", "math.AG", "a·b; c, d"])))),
            link=draw(st.sampled_from(["", "javascript:x", "http://[", "https://a.b/c?d=(e)&f"])),
            version=draw(st.integers(0, 12)),
        ),
        draw(st.sampled_from(Kind)),
        tuple(glosses),
        tuple(Reason(Field.TITLE, word) for word in draw(st.lists(hostile, max_size=2))),
        tuple(draw(st.lists(hostile, max_size=2))),
    )


@st.composite
def hostile_digests(draw: st.DrawFn) -> Digest:
    """A digest of up to 30 such entries, some of them left out."""
    some = draw(st.lists(hostile_entries(), max_size=4))
    entries = tuple(some * draw(st.integers(1, 7)))
    shown = draw(st.integers(0, len(entries)))
    first = draw(_DAYS)
    return digest(
        topic=draw(hostile),
        query=draw(hostile),
        entries=entries[:shown],
        rest=entries[shown:],
        first_day=first,
        last_day=first + timedelta(days=draw(st.integers(0, 9))),
        seen=draw(st.integers(0, 3000)),
    )
