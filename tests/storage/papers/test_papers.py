"""Papers: nothing lost, nothing replaced, everything found."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.topics.matching import match_paper
from bot.topics.query.analyzer import index_text, legacy_stem, surface_words
from bot.topics.query.parser import parse
from storage import Store, open_store
from storage.records.papers import AnnouncementKind, IngestCounts
from tests.storage.builders import DAY, NOW, announcement, paper, store_papers, summary
from tests.support.database import announcements_after


def test_a_batch_added_twice_adds_nothing_the_second_time(store: Store) -> None:
    batch = [announcement(paper(1)), announcement(paper(2), AnnouncementKind.CROSS)]

    first, second = (
        store.papers.add_announcements(batch, seen_at=NOW),
        store.papers.add_announcements(batch, seen_at=NOW),
    )

    assert (first, second) == (IngestCounts(stored=2), IngestCounts(unchanged=2))
    assert [announcement.seq for announcement in announcements_after(store)] == [1, 2]


def test_a_paper_comes_back_as_it_was_given(store: Store) -> None:
    [stored_paper] = store_papers(
        store, [paper(3, title="A < b & \\alpha\u0085", authors=("é", "李明"))]
    )

    given_ = paper(3, title="A < b & \\alpha\u0085", authors=("é", "李明"))
    assert (stored_paper.id, stored_paper.title, stored_paper.authors) == (
        given_.id,
        given_.title,
        given_.authors,
    )


def test_a_higher_version_adds_and_a_lower_one_never_replaces(store: Store) -> None:
    store.papers.add_announcements(
        [announcement(paper(1, 2, title="second"), AnnouncementKind.REPLACE)], seen_at=NOW
    )

    late = store.papers.add_announcements([announcement(paper(1, 1, title="first"))], seen_at=NOW)
    higher = store.papers.add_announcements(
        [announcement(paper(1, 3, title="third"), AnnouncementKind.REPLACE)], seen_at=NOW
    )

    assert (late, higher) == (IngestCounts(unchanged=1), IngestCounts(updated=1))
    newest, first = store.papers.get(paper(1).id), store.papers.get(paper(1).id, 1)
    assert newest is not None
    assert first is not None
    assert (newest.title, first.title) == ("third", "first")
    assert store.papers.count() == 1


def test_an_announcement_tells_the_version_it_was_of(store: Store) -> None:
    store.papers.add_announcements([announcement(paper(1, title="first"))], seen_at=NOW)
    store.papers.add_announcements(
        [announcement(paper(1, 2, title="second"), AnnouncementKind.REPLACE)], seen_at=NOW
    )

    assert [announcement.paper.title for announcement in announcements_after(store)] == [
        "first",
        "second",
    ]


def test_a_live_source_completes_a_partial_paper(store: Store) -> None:
    store.papers.upsert([paper(1, partial=True, abstract="We tr")], seen_at=NOW)

    added = store.papers.add_announcements([announcement(paper(1))], seen_at=NOW)
    again = store.papers.upsert([paper(1, partial=True, abstract="We tr")], seen_at=NOW)

    complete = store.papers.get(paper(1).id)
    assert added == IngestCounts(updated=1)
    assert complete is not None
    assert (complete.abstract, complete.partial) == (paper(1).abstract, False)
    assert again[0].key == complete.key


def test_each_feed_and_day_announces_once(store: Store) -> None:
    tomorrow = DAY + timedelta(days=1)
    first_paper = paper(1)
    batch = [
        announcement(first_paper),
        announcement(first_paper),
        announcement(first_paper, feed="cs.LG"),
        announcement(first_paper, day=tomorrow),
    ]

    store.papers.add_announcements(batch, seen_at=NOW)

    assert [(a.feed, a.day) for a in announcements_after(store)] == [
        ("rss", DAY),
        ("cs.LG", DAY),
        ("rss", tomorrow),
    ]


def test_positions_only_grow(store: Store) -> None:
    for number in range(5):
        store.papers.add_announcements([announcement(paper(number))], seen_at=NOW)

    assert store.announcements.last_seq() == 5
    assert [announced.seq for announced in store.announcements.between(2, 4)] == [3, 4]


def test_days_are_counted_with_the_feeds_word(store: Store) -> None:
    before = date(2026, 11, 19)
    batch = [
        announcement(paper(1)),
        announcement(paper(2), AnnouncementKind.CROSS, before),
        announcement(paper(3)),
    ]
    store.papers.add_announcements(batch, seen_at=NOW)

    assert store.announcements.counts_by_day() == [(before, 1), (DAY, 2)]
    assert [announcement.kind for announcement in store.announcements.on_days(DAY, DAY)] == [
        AnnouncementKind.NEW,
        AnnouncementKind.NEW,
    ]
    assert [a.paper.id for a in store.announcements.on_days(before, before)] == [paper(2).id]


def test_a_summary_is_kept_once_per_maker_and_prompt(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper(1)])

    assert store.summaries.add(summary(stored_paper))
    assert not store.summaries.add(summary(stored_paper, title="另一个"))
    assert store.summaries.add(summary(stored_paper, prompt="2"))


def test_a_model_speaks_before_an_import_before_an_extract(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper(1)])
    for maker in ("model-x", "import", "extractive"):
        store.summaries.add(summary(stored_paper, maker=maker))
        store.summaries.add(summary(stored_paper, language="en", maker="extractive"))

    best = store.summaries.best_of_papers([stored_paper.key, 999])

    assert [
        (best_summary.language, best_summary.producer) for best_summary in best[stored_paper.key]
    ] == [
        ("en", "extractive"),
        ("zh", "model-x"),
    ]
    assert list(best) == [stored_paper.key]


def test_the_newest_version_speaks_first(store: Store) -> None:
    first, second = store_papers(store, [paper(1), paper(1, 2)])
    store.summaries.add(summary(first, title="旧"))
    store.summaries.add(summary(second, title="新", maker="extractive"))

    assert [
        summary.title for summary in store.summaries.best_of_papers([first.key])[first.key]
    ] == ["新"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("diffusion", [1]),
        ('"diffusion models"', [1]),
        ('"models diffusion"', []),
        ("ti:diffusion abs:train", [1]),
        ("ti:train", []),
        ("hoping", [2]),
        ("hopi*", [2]),
        ("au:lovelace_ada", [2, 1]),
        ('au:"A. Lovelace"', [2, 1]),
        ("cs.RO", [2]),
        ("cat:cs.LG", [1]),
        ("id:2611.90002", [2]),
        ("lovelace", []),
        ("model -hoping", [1]),
        ("model OR robot", [2, 1]),
        ("扩散", [1]),
    ],
)
def test_search_finds(store: Store, query: str, expected: list[int]) -> None:
    first_paper, _ = store_papers(
        store,
        [
            paper(1, categories=("cs.CV", "cs.LG")),
            paper(2, title="Hoping robots", abstract="A robot.", categories=("cs.RO",)),
        ],
    )
    store.summaries.add(summary(first_paper))

    page = store.paper_search.search(parse(query).clause, limit=10)

    assert [int(each.id[-1]) for each in page] == expected


def test_search_follows_the_newest_version(store: Store) -> None:
    store_papers(store, [paper(1, title="Old words"), paper(1, 2, title="Fresh start")])

    assert store.paper_search.search(parse("ti:fresh").clause, limit=5)
    assert not store.paper_search.search(parse("ti:old").clause, limit=5)


def test_search_pages_from_the_newest_day(store: Store) -> None:
    """A paper of an old day that is stored last does not come first."""
    days = [DAY, DAY + timedelta(days=2), DAY - timedelta(days=700), DAY]
    batch = [announcement(paper(number), day=day) for number, day in enumerate(days, start=1)]
    store.papers.add_announcements(batch, seen_at=NOW)
    clause = parse("diffusion").clause

    pages = [store.paper_search.search(clause, limit=2, offset=offset) for offset in (0, 2, 4)]

    assert [[int(match.id[-1]) for match in page] for page in pages] == [[2, 4], [1, 3], []]


def test_announced_narrows_to_words_and_days(store: Store) -> None:
    batch = [
        announcement(paper(1)),
        announcement(paper(2, title="Robots")),
        announcement(paper(3), day=DAY - timedelta(days=9)),
    ]
    store.papers.add_announcements(batch, seen_at=NOW)

    matching_announcements = store.paper_search.find_announcements_on_days(
        parse("diffusion").clause, DAY, DAY
    )

    assert [match.paper.id for match in matching_announcements] == [paper(1).id]


_WORDS = """
    hoping hope happy happily skies sky dying die generalization generally general model
    models modelling u-net unet sensibility β-decay βs naïve C++ 3D the 扩散 ability
"""
_WORD = st.sampled_from(_WORDS.split())
_TEXT = st.lists(_WORD, min_size=1, max_size=6).map(" ".join)
_NAMES = st.sampled_from(["Ada Lovelace", "A. Lovelace", "Kaiming He", "He, K.", "Jean-Paul Roux"])


@st.composite
def _terms(draw: st.DrawFn) -> str:
    word = draw(_WORD)
    cut = draw(st.integers(2, max(2, len(word))))
    name = draw(_NAMES).replace(",", "")
    return draw(
        st.sampled_from(
            [
                f'"{word}"',
                f'"{word[:cut]}*"' if word[:cut].isalpha() and len(word) > 2 else f'"{word}"',
                f'"{word} {draw(_WORD)}"',
                f'"{word} {draw(_WORD)}"~{draw(st.integers(1, 3))}',
                f'ti:"{word}"',
                f'abs:"{word}"',
                f'au:"{name}"',
                "cat:cs.CV",
                "id:2611.90001",
            ]
        )
    )


@st.composite
def _queries(draw: st.DrawFn) -> str:
    parts = draw(st.lists(_terms(), min_size=1, max_size=3))
    barred = draw(st.lists(_terms(), max_size=2))
    joined = draw(st.sampled_from([" ", " OR "])).join(parts)
    inner = f"({joined})" + "".join(f" -{term}" for term in barred)
    return draw(st.sampled_from([inner, f"{inner} OR (model -({' OR '.join(parts)}))"]))


@given(
    texts=st.lists(st.tuples(_TEXT, _TEXT, _NAMES), min_size=1, max_size=4),
    phrase=_TEXT,
    query=_queries(),
)
def test_no_paper_that_matches_is_missing(
    texts: list[tuple[str, str, str]], phrase: str, query: str
) -> None:
    """Whatever the matcher accepts, with or without glosses, search has found."""
    parsed = parse(query)
    store = open_store("sqlite://", analyze=index_text)
    try:
        papers = store_papers(
            store,
            [paper(n, 1, *text[:2], authors=(text[2],)) for n, text in enumerate(texts, start=1)],
        )
        stored_summary = summary(papers[0], "en", title=f"zz {phrase}")  # no phrase into the gloss
        store.summaries.add(stored_summary)

        matching_keys = {paper.key for paper in store.paper_search.search(parsed.clause, limit=10)}
    finally:
        store.close()

    for stored_paper in papers:
        about = [stored_summary] if stored_paper.key == stored_summary.paper else []
        if (
            match_paper(parsed, stored_paper) is not None
            or match_paper(parsed, stored_paper, about) is not None
        ):
            assert stored_paper.key in matching_keys, (query, stored_paper)


def test_a_new_analyser_indexes_the_papers_anew_the_newest_first(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with closing(open_store(url, analyze=str.lower)) as old:
        old.paper_index.begin_reindex("plain")
        stored_paper = store_papers(old, [paper(n, title="Hoping robots") for n in range(5)])
        old.summaries.add(summary(stored_paper[0]))
        assert old.papers.reindex_some("plain") == 0
    hoping = parse("ti:hoping").clause

    with closing(open_store(url, analyze=index_text)) as new:
        assert new.paper_search.search(hoping, limit=10) == []
        assert new.papers.reindex_some("stems", limit=3) == 3
        assert [paper.key for paper in new.paper_search.search(hoping, limit=10)] == [5, 4, 3]
        assert new.paper_index.is_reindexing()

    with closing(open_store(url, analyze=index_text)) as killed_meanwhile:
        assert killed_meanwhile.papers.reindex_some("stems", limit=3) == 2
        assert killed_meanwhile.papers.reindex_some("stems", limit=3) == 0
        assert not killed_meanwhile.paper_index.is_reindexing()
        assert len(killed_meanwhile.paper_search.search(hoping, limit=10)) == 5
        assert len(killed_meanwhile.paper_search.search(parse("扩散").clause, limit=10)) == 1


def test_until_papers_are_indexed_anew_all_of_them_may_match(tmp_path: Path) -> None:
    """What is not found for a topic counts as told, and would be lost."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with closing(open_store(url, analyze=str.lower)) as old:
        old.paper_index.begin_reindex("plain")
        old.papers.add_announcements(
            [announcement(paper(n, title="Hoping robots")) for n in range(5)], seen_at=NOW
        )
    clause = parse("hoping -robots").clause

    with closing(open_store(url, analyze=index_text)) as new:
        new.paper_index.begin_reindex("stems")
        head = new.announcements.last_seq()
        assert len(new.paper_search.find_announcements_between(clause, 0, head)) == 5
        assert new.paper_search.count_new_matches(clause, DAY, DAY)[1] is False
        while new.papers.reindex_some("stems", limit=2):
            pass
        assert new.paper_search.find_announcements_between(clause, 0, head) == []
        assert new.paper_search.count_new_matches(clause, DAY, DAY) == ({}, True)


def test_until_papers_are_indexed_anew_the_former_words_are_looked_for_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"

    def former(text: str) -> str:
        return " ".join(map(legacy_stem, surface_words(text)))

    with closing(open_store(url, analyze=former)) as old:
        old.paper_index.begin_reindex("former")
        store_papers(old, [paper(1, title="Generative models"), paper(2, title="Two generations")])

    with closing(open_store(url, analyze=index_text)) as new:
        new.paper_index.begin_reindex("stems")
        clause = parse("generative").clause
        meanwhile = {paper.title for paper in new.paper_search.search(clause, limit=10)}
        assert meanwhile == {"Generative models", "Two generations"}
        while new.papers.reindex_some("stems"):
            pass
        assert [paper.title for paper in new.paper_search.search(clause, limit=10)] == [
            "Generative models"
        ]


def test_a_paper_that_is_revised_while_it_is_analysed_keeps_its_new_words(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with closing(open_store(url)) as old:
        store_papers(old, [paper(1, title="Robots")])

    with closing(open_store(url, analyze=index_text)) as new:
        revisions = [paper(1, title="Submarines", version=2)]

        def analysing(text: str) -> str:
            if revisions and text == "Robots":
                new.papers.upsert([revisions.pop()], seen_at=NOW)
            return index_text(text)

        with closing(open_store(url, analyze=analysing)) as renewing:
            renewing.papers.reindex_some("stems")
        assert [
            paper.title for paper in new.paper_search.search(parse("submarine").clause, limit=5)
        ]
        assert new.paper_search.search(parse("robot").clause, limit=5) == []


def test_papers_are_found_by_the_weight_of_their_words(store: Store) -> None:
    store_papers(
        store,
        [
            paper(1, title="A rare heron", abstract="It flies. It flies."),
            paper(2, title="Herons", abstract="A common bird that flies."),
            paper(3, title="Another subject", abstract="Nothing of it."),
            paper(4, title="Herons again", abstract="A common bird that flies."),
        ],
    )

    heaviest = store.paper_search.with_heaviest_words({"rare": 9, "heron": 3, "fli": 1}, limit=2)
    some = store.paper_search.with_heaviest_words({'qu"ote': 1, "heron": 3}, limit=10)

    assert [found.id for found in heaviest] == [paper(1).id, paper(4).id]
    assert heaviest[0].words == index_text("A rare heron It flies. It flies.").split()
    assert [found.id for found in some] == [paper(1).id, paper(2).id, paper(4).id]
    assert store.paper_search.with_heaviest_words({}, limit=10) == []
    assert store.paper_search.with_heaviest_words({"absent": 1}, limit=10) == []


def test_several_papers_are_read_in_the_order_of_their_keys(store: Store) -> None:
    store_papers(store, [paper(n) for n in (1, 2, 3)])
    keys = [stored.key for n in (3, 1) if (stored := store.papers.get(paper(n).id))]

    assert [found.id for found in store.papers.newest_versions([*keys, 999])] == [
        paper(3).id,
        paper(1).id,
    ]
    assert store.papers.newest_versions([]) == []
