"""Which papers a topic finds, in which order, as what kind and why."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.author_list import split_author_line
from bot.topics.matching import AnnouncementIndex, match_paper, matching_papers
from bot.topics.query.analyzer import analyze, compound_words, index_text, surface_words
from bot.topics.query.parser import QueryError, make_term, parse, query_from_clause
from storage.records.papers import Announcement, AnnouncementKind, Paper
from storage.records.queries import And, Clause, Match, MatchReason, Not, Or, QueryField, Term
from storage.records.summaries import Summary
from tests.topics.clauses import nested_clauses

MONDAY, TUESDAY = date(2026, 6, 1), date(2026, 6, 2)
BOTH = frozenset({AnnouncementKind.NEW, AnnouncementKind.CROSS})


def announced(
    number: int = 1,
    title: str = "A Title",
    abstract: str = "An abstract.",
    *,
    authors: tuple[str, ...] = ("Kaiming He", "Jean-Pierre Serre"),
    categories: tuple[str, ...] = ("cs.CV", "cs.LG"),
    version: int = 1,
    kind: AnnouncementKind = AnnouncementKind.NEW,
    day: date = MONDAY,
    seq: int = 0,
) -> Announcement:
    paper = Paper(f"arxiv:2606.{number:05}", version, title, abstract, authors, categories)
    return Announcement(paper, "test", kind, day, seq)


def matches(batch: list[Announcement], typed: str) -> list[Match]:
    query, ready = parse(typed), AnnouncementIndex(batch)
    return ready.explain(query, ready.find(query))


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("model", True),
        ('"diffusion model"', True),
        ('"model diffusion"', False),
        ('"models for image"', True),
        ("unet", True),
        ('"u net"', True),
        ("denois*", True),
        ('"diffusion mod*"', True),
        ("c++", True),
        ("c", False),
        ("ti:diffusion", True),
        ("ti:unet", False),
        ("abs:diffusion", False),
        ("cat:cs.LG", True),
        ("cs", True),
        ("math", False),
        ("id:2606.00001v3", True),
        ("diffusion -survey", True),
        ("diffusion -unet", False),
        ("gan OR diffusion", True),
        ("gan diffusion", False),
        ("-(gan diffusion) cat:cs", True),
        ('au:"He, Kaiming"', True),
        ("au:he_k", True),
        ('au:"K. He"', True),
        ('au:"P. Serre"', True),
        ("au:jeanpierre", True),
        ('au:"Kaiming Serre"', False),
        ('au:"He, H."', False),
        ("au:serr*", True),
    ],
)
def test_a_topic_finds_what_it_names(typed: str, is_found: bool) -> None:
    paper = announced(
        title="Diffusion Models for Image Denoising", abstract="We train a U-Net in C++."
    )

    assert bool(matches([paper], typed)) is is_found


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ('au:"van der Berg"', True),
        ('au:"Berg, J."', True),
        ('au:"Kettle Collaboration"', True),
        ("au:李伟", True),
        ('au:"Li Wei"', True),
        ('au:"Jo Doe"', True),
        ('au:"Berg Doe"', False),
    ],
)
def test_an_author_is_found_by_the_name_that_a_list_was_read_as(typed: str, is_found: bool) -> None:
    line = "The Kettle Collaboration: Jan van der Berg, Jr., Li Wei (李伟) and Jo Doe"
    paper = announced(authors=split_author_line(line))

    assert bool(matches([paper], typed)) is is_found


@pytest.mark.parametrize("category", ["cs.NA", "math.NA"])
def test_a_category_finds_both_of_its_spellings(category: str) -> None:
    batch = [announced(1, categories=("math.NA",)), announced(2, categories=("cs.NA",))]

    assert len(matches(batch, f"cat:{category}")) == 2


def test_titles_weigh_more_and_ties_go_to_the_newest_day_then_the_id() -> None:
    batch = [
        announced(4, abstract="diffusion, diffusion"),
        announced(3, abstract="diffusion"),
        announced(2, abstract="diffusion", day=TUESDAY),
        announced(1, title="diffusion", abstract="diffusion"),
    ]

    ranked = [(m.announcement.paper.id[-1], m.score) for m in matches(batch, "diffusion")]

    assert ranked == [("1", 4.0), ("2", 1.0), ("3", 1.0), ("4", 1.0)]


def test_reasons_are_the_words_as_they_stand_and_skip_failed_alternatives() -> None:
    paper = announced(title="Diffusion\n Models, seen anew", abstract="Image-restoration")

    (match,) = matches([paper], '"diffusion model" OR "image restoration" OR (anew gan) OR au:he')

    assert match.reasons == (
        MatchReason(QueryField.TITLE, "Diffusion Models"),
        MatchReason(QueryField.ABSTRACT, "Image-restoration"),
        MatchReason(QueryField.AUTHOR, "Kaiming He"),
    )
    assert match.score == 7.0


@pytest.mark.parametrize(
    ("typed", "announced_kind", "expected"),
    [
        ("title", AnnouncementKind.CROSS, AnnouncementKind.NEW),
        ("cat:cs.CV", AnnouncementKind.CROSS, AnnouncementKind.NEW),
        ("cat:cs.LG", AnnouncementKind.NEW, AnnouncementKind.CROSS),
        ("cat:cs.LG OR cat:cs.CV", AnnouncementKind.CROSS, AnnouncementKind.NEW),
        ("title -cat:math", AnnouncementKind.NEW, AnnouncementKind.NEW),
        ("cat:cs.CV", AnnouncementKind.REPLACE_CROSS, AnnouncementKind.REPLACE),
        ("cat:cs.LG", AnnouncementKind.REPLACE, AnnouncementKind.REPLACE_CROSS),
    ],
)
def test_the_kind_is_relative_to_the_topic(
    typed: str, announced_kind: AnnouncementKind, expected: AnnouncementKind
) -> None:
    (match,) = matches([announced(kind=announced_kind, version=2)], typed)

    assert match.kind is expected


def test_a_paper_announced_often_is_one_match_with_its_highest_version() -> None:
    batch = [
        announced(title="gan", version=1, seq=1),
        announced(title="diffusion", version=2, seq=3, day=TUESDAY, kind=AnnouncementKind.REPLACE),
        announced(title="gan", version=1, seq=2, kind=AnnouncementKind.CROSS),
    ]

    (match,) = AnnouncementIndex(batch).find(parse("diffusion"), BOTH)

    assert (match.kind, match.announcement.seq) == (AnnouncementKind.NEW, 3)
    assert match.announcement.paper.version == 2
    assert matches(batch, "gan") == []


def test_what_was_announced_before_a_cursor_is_not_found_again() -> None:
    batch = [
        announced(seq=1),
        announced(version=2, kind=AnnouncementKind.REPLACE, seq=5),
        announced(2, seq=2),
    ]
    ready = AnnouncementIndex(batch)

    late = ready.find(parse("title"), after=2)

    assert [(m.announcement.paper.id[-1], m.kind) for m in late] == [
        ("1", AnnouncementKind.REPLACE)
    ]
    assert ready.find(parse("title"), BOTH, after=2) == []


def test_one_paper_can_be_asked() -> None:
    paper = announced(title="Diffusion models").paper
    query = parse('"diffusion model" -gan')

    assert match_paper(query, paper) == (MatchReason(QueryField.TITLE, "Diffusion models"),)
    assert match_paper(parse("gan"), paper) is None
    assert match_paper(parse("model of"), announced(title="models of a model").paper) == (
        MatchReason(QueryField.TITLE, "models"),
        MatchReason(QueryField.TITLE, "of"),
    )


def test_words_near_each_other_are_found_in_any_order_and_shown() -> None:
    paper = announced(
        title="Splatting, a survey",
        abstract="A video of one scene by Gaussian splats. Videos: one two three splats.",
    ).paper

    assert match_paper(parse('"splats video"~6'), paper) == (
        MatchReason(QueryField.ABSTRACT, "video … splats"),
    )
    assert match_paper(parse('"survey video"~50'), paper) is None  # one in the title, one below
    assert match_paper(parse('"splatting video"~3'), paper) == (
        MatchReason(QueryField.ABSTRACT, "splats … Videos"),
    )


def test_a_find_tells_no_reasons_until_it_is_asked_for_them() -> None:
    ready, query = (
        AnnouncementIndex([announced(1), announced(2, "A Title of titles")]),
        parse("title"),
    )

    matches = ready.find(query)

    assert [match.reasons for match in matches] == [(), ()]
    assert ready.explain(query, matches[1:]) == [
        Match(
            matches[1].announcement, matches[1].kind, 3.0, (MatchReason(QueryField.TITLE, "Title"),)
        )
    ]


def test_summaries_are_further_text_but_no_phrase_reaches_from_one_to_the_next() -> None:
    paper = announced(title="Latent diffusion", abstract="Noise is removed.").paper
    made = datetime(2026, 6, 1, tzinfo=UTC)
    summary = Summary(
        1, 1, "en", "models in pictures", "Image by image", "restoration of all", "", made
    )
    other = replace(summary, title="", tldr="扩散", abstract="模型 and U-Net")

    def why(typed: str) -> tuple[MatchReason, ...] | None:
        return match_paper(parse(typed), paper, [summary, other])

    assert why('"diffusion models"') is None
    assert why('"removed image"') is None
    assert why('"image restor*"') is None
    assert why("扩散模型") is None
    assert why('"latent diffusion" pictures') == (
        MatchReason(QueryField.TITLE, "Latent diffusion"),
        MatchReason(QueryField.TITLE, "pictures"),
    )
    assert why('"by image" unet 扩散 restora*') == (
        MatchReason(QueryField.ABSTRACT, "by image"),
        MatchReason(QueryField.ABSTRACT, "restoration"),
        MatchReason(QueryField.ABSTRACT, "U-Net"),
        MatchReason(QueryField.ABSTRACT, "扩散"),
    )


WORDS = ("diffusion", "model", "models", "U-Net", "net", "u", "gan", "C++", "扩散", "the")
NAMES = ("Kaiming He", "He, K.", "Wei Wang", "Jean-Pierre Serre", "K. Wang")
CODES = ("cs.CV", "cs.LG", "math.NA", "cs.NA", "hep-th")

_text = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
_papers = st.lists(
    st.tuples(
        _text,
        _text,
        st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
        st.lists(st.sampled_from(CODES), min_size=1, max_size=2).map(tuple),
    ),
    max_size=5,
)
_asked = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)
_terms: st.SearchStrategy[Clause] = st.one_of(
    st.builds(
        make_term, st.sampled_from([QueryField.ANY, QueryField.TITLE, QueryField.ABSTRACT]), _asked
    ),
    st.builds(
        make_term, st.just(QueryField.ANY), st.sampled_from(["mod*", "diffusion mo*", "un*"])
    ),
    st.builds(
        make_term,
        st.sampled_from([QueryField.ANY, QueryField.TITLE]),
        _asked,
        max_gap=st.integers(1, 3),
    ),
    st.builds(
        make_term,
        st.just(QueryField.AUTHOR),
        st.sampled_from([*NAMES, "k_he", "wa*", "he ka*", "k wa*"]),
    ),
    st.builds(make_term, st.just(QueryField.CATEGORY), st.sampled_from([*CODES, "cs"])),
)


@given(_papers, nested_clauses(_terms, max_terms=6))
def test_the_matcher_equals_a_naive_evaluation(
    rows: list[tuple[str, str, tuple[str, ...], tuple[str, ...]]], clause: Clause
) -> None:
    batch = [
        announced(n, title, abstract, authors=authors, categories=categories)
        for n, (title, abstract, authors, categories) in enumerate(rows)
    ]
    try:
        query = query_from_clause(clause)
    except QueryError:
        query = query_from_clause(And((make_term(QueryField.CATEGORY, "cs"), clause)))
        clause = And((make_term(QueryField.CATEGORY, "cs"), clause))

    ids = {match.announcement.paper.id for match in AnnouncementIndex(batch).find(query)}

    assert ids == {a.paper.id for a in batch if holds(clause, a.paper)}


def holds(clause: Clause, paper: Paper) -> bool:
    """The same question asked of one paper, word by word."""
    match clause:
        case Not(inner):
            return not holds(inner, paper)
        case And(clauses):
            return all(holds(inner, paper) for inner in clauses)
        case Or(clauses):
            return any(holds(inner, paper) for inner in clauses)
        case Term(QueryField.CATEGORY):
            return any(code in clause.words for code in paper.categories)
        case Term(QueryField.AUTHOR):
            return any(names(clause, name) for name in paper.authors)
        case Term(QueryField.TITLE):
            return says(clause, paper.title)
        case Term(QueryField.ABSTRACT):
            return says(clause, paper.abstract)
        case _:
            return says(clause, paper.title) or says(clause, paper.abstract)


def says(term: Term, text: str) -> bool:
    if term.max_gap:
        return near(term, text)
    runs = [analyze(text), *([token] for token in compound_words(text))]
    size = len(term.words)
    for run in runs:
        for position in range(len(run) - size + 1):
            pairs = list(zip(run[position : position + size], term.words, strict=True))
            exact = pairs[:-1] if term.prefix else pairs
            begun = not term.prefix or pairs[-1][0].word.startswith(pairs[-1][1])
            if begun and all(token.stem == word for token, word in exact):
                return True
    return False


def near(term: Term, text: str) -> bool:
    """Some choice of places, one for each word, has few enough others within it."""
    line = index_text(text).split()
    places = [
        [position for position, stem in enumerate(line) if stem == word] for word in term.words
    ]
    return any(max(chosen) - min(chosen) - 1 <= term.max_gap for chosen in product(*places))


def names(term: Term, name: str) -> bool:
    """Some choice of the name's words, one for each asked word."""
    stems = [*surface_words(name), *(token.word for token in compound_words(name))]
    return any(
        all(_fits(term, n, word) for n, word in enumerate(chosen))
        for chosen in permutations(stems, len(term.words))
    )


def _fits(term: Term, n: int, word: str) -> bool:
    expected_word = term.words[n]
    if term.prefix and n == len(term.words) - 1:
        return word.startswith(expected_word)
    return word == expected_word or (len(expected_word) == 1 and word[0] == expected_word)


@pytest.mark.parametrize("words", [[], ["diffusion"]], ids=["no words", "words"])
def test_the_thirteenth_word_is_found_as_the_first_one_is(words: list[str]) -> None:
    """Few words are read through the texts, of many a list is made once."""
    title = " ".join(words)
    batch = [announced(1, title, "")]
    many = AnnouncementIndex(batch)

    for number in range(20):
        assert many.find(parse(f"word{number}x")) == []
    assert len(many.find(parse("diffusion"))) == len(words)


@pytest.mark.parametrize(
    "typed", ["spat*", "pretr*", '"video mod*"', 'au:"ma x"', "au:xin*", "au:jeanp*", 'au:"P. Ma"']
)
@pytest.mark.parametrize("other_papers", [0, 200])
def test_the_third_prefix_or_name_is_found_as_the_first_one_is(
    typed: str, other_papers: int
) -> None:
    """A few are read through the texts, of many, or of many papers, an index is made once."""
    batch = [
        announced(1, "Spatial video models", "Pre-training.", authors=("Xinyu Ma", "Jean-Paul Ma")),
        announced(2, "Video", "A model is modal.", authors=("Ma Jia", "P. Xu")),
        *(announced(3 + n, "Other", "Words.", authors=("A. B.",)) for n in range(other_papers)),
    ]
    index = AnnouncementIndex(batch)

    first = [match.announcement.paper.id for match in index.find(parse(typed))]
    again = AnnouncementIndex(batch)
    for earlier in ("absent*", "unseen*", "au:nobody", "au:noone"):
        assert again.find(parse(earlier)) == []

    assert first == [batch[0].paper.id]
    assert [match.announcement.paper.id for match in again.find(parse(typed))] == first


def test_words_that_were_analysed_before_need_not_be_again() -> None:
    paper = announced(title="Herons", abstract="A heron flies.").paper
    index_texts = {paper.title: "heron", paper.abstract: "a heron fli"}

    def found(typed: str) -> list[Paper]:
        return matching_papers(parse(typed).clause, [paper], {}, index_texts)

    assert found("ti:heron") == found("herons fly") == found('"heron flies"') == [paper]
    assert found("egret") == []
    assert matching_papers(parse("egret").clause, [paper], {}, {paper.title: "egret"}) == [paper]
