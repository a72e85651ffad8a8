"""The topic language: what is understood, what is refused and where, and one print for each."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.arxiv import taxonomy
from bot.arxiv.identifiers import arxiv_id, parse_identity
from bot.topics.query import normal_form
from bot.topics.query.analyzer import analyze, index_text, stems, surface_words, written_words
from bot.topics.query.parser import (
    QueryError,
    has_chinese,
    make_term,
    parse,
    parse_user_query,
    query_from_clause,
)
from storage.records.queries import Clause, Query, QueryField
from tests.topics.clauses import nested_clauses


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("diffusion -survey cat:cs.CV", "diffusion cat:cs.CV -survey"),
        ("cs.cv Diffusion", "diffusion cat:cs.CV"),
        ("b AND a", "a b"),
        ("b | a", "a OR b"),
        ("a ANDNOT b", "a -b"),
        ("a OR b c", "a OR b c"),
        ("(a OR b) c", "c (a OR b)"),
        ("x -(a b OR c)", "x (-a OR -b) -c"),
        ("NOT (NOT x)", "x"),
        ("models model", "model"),
        ("text-to-image", '"text to image"'),
        ("quant*", "quant*"),
        ('"text to im*"', '"text to im*"'),
        ("ti:(a OR b) c", "c (ti:a OR ti:b)"),
        ('title: "a b"', 'ti:"a b"'),
        ('au:"He, Kaiming" OR author:"Kaiming He"', 'au:"he kaiming"'),
        ("au:he_k", 'au:"he k"'),
        ('au:"K. He"', 'au:"he k"'),
        (r"au:Cram\'er", "au:cramer"),
        (r'au:"Schr\"odinger, E."', 'au:"e schrodinger"'),
        ("math", "cat:math"),
        ("math reasoning", '"math" reasoning'),
        ('"math"', '"math"'),
        ("cs.NA OR math.NA", "cat:math.NA"),
        ("cat:cs.*", "cat:cs"),
        ("c++ C#", "c# c++"),
        ("and or", '"and" "or"'),
        ("diffusion or splatting", '"or" diffusion splatting'),
        ("cs theory", '"cs" theory'),
        ("econ data -survey", '"econ" data -survey'),
        ("theory OR cs", "theory OR cat:cs"),
        ("hep-th strings", "strings cat:hep-th"),
        ("cs.* -survey", "cat:cs -survey"),
        ('"splatting video"~', '"splatting video"~10'),
        ('ti:"video splatting video"～3 x', 'x ti:"splatting video"~3'),
        ('"video"~3', "video"),
        ('au:"Kaiming He"~3', 'au:"he kaiming"'),
        ("the", "the"),
        ("Attention: a survey", "a attention survey"),
        ('"a:b"', '"a b"'),
        ("“image restoration” －survey （a OR b）", '"image restoration" (a OR b) -survey'),
        ("标题：扩散", "ti:扩散"),
        ("arXiv:2402.12844v2", "id:2402.12844"),
        ("https://huggingface.co/papers/2402.12844", "id:2402.12844"),
        ("id:math.CA/0611800", "id:math/0611800"),
    ],
)
def test_equal_topics_print_equally(typed: str, text: str) -> None:
    query = parse(typed)

    assert query.text == text
    assert parse(query.text).clause == query.clause


@pytest.mark.parametrize(
    ("typed", "position", "key"),
    [
        ("", 0, "query-empty"),
        ("!!!", 0, "query-empty"),
        ("-x", 0, "query-only-excludes"),
        ("a OR -b", 5, "query-only-excludes"),
        ("a OR", 2, "query-operand-missing"),
        ('x "a b"~0', 7, "query-near"),
        ('"a b"~51', 5, "query-near"),
        ('"a bee*"~5', 0, "query-near-star"),
        ("OR a", 0, "query-operand-missing"),
        ("(a OR) b", 3, "query-operand-missing"),
        ("a (OR b)", 3, "query-operand-missing"),
        ('a "b', 2, "query-quote-unclosed"),
        ("a (b", 2, "query-open-unclosed"),
        ("a) b", 1, "query-close-extra"),
        ("a ()", 2, "query-group-empty"),
        ('a ""', 2, "query-no-word"),
        ("ab*cd", 2, "query-star-place"),
        ("1*", 0, "query-prefix-short"),
        ("x foo:bar", 2, "query-field-unknown"),
        ("x ti:", 2, "query-value-missing"),
        ("x cat:cs.XX", 6, "query-category-unknown"),
        ("cs.XX", 0, "query-category-unknown"),
        ("id:foo", 3, "query-id-unknown"),
        ("http://example.com/x", 0, "query-link"),
        ("(" * 5000, 2000, "query-too-long"),
        ("(" * 1000, 20, "query-too-deep"),
        ("x " * 51, 100, "query-too-many-terms"),
    ],
)
def test_an_error_says_where_and_what(typed: str, position: int, key: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(typed)

    assert (caught.value.position, caught.value.key) == (position, key)


def test_an_unknown_category_brings_suggestions() -> None:
    with pytest.raises(QueryError) as caught:
        parse("cat:cs.VC")

    suggestions = str(caught.value.values["nearest"]).split(", ")
    assert suggestions[0] == "cs.CV"
    assert len(suggestions) == 3


def test_chinese_words_are_noticed_but_not_those_left_out() -> None:
    assert has_chinese(parse("扩散模型"))
    assert not has_chinese(parse("diffusion -扩散 au:何恺明"))


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("2402.12844", ("2402.12844", 0)),
        ("arXiv:2402.12844v2", ("2402.12844", 2)),
        ("https://arxiv.org/abs/2402.12844v3?context=cs.CV", ("2402.12844", 3)),
        ("arxiv.org/pdf/2402.12844v1.pdf#page=3", ("2402.12844", 1)),
        ("https://www.alphaxiv.org/overview/2402.12844", ("2402.12844", 0)),
        ("hf.co/papers/2402.12844", ("2402.12844", 0)),
        ("https://doi.org/10.48550/arXiv.hep-th/9901001", ("hep-th/9901001", 0)),
        ("https://arxiv.org/abs/math.CA/0611800v2", ("math/0611800", 2)),
        ("oai:arXiv.org:2504.17830v1", ("2504.17830", 1)),
        ("2413.00001", None),
        ("1501.0001", None),
        ("foo/9901001", None),
        ("https://example.com/2402.12844", None),
        ("diffusion", None),
    ],
)
def test_every_pasted_form_of_an_id_is_read(pasted: str, expected: tuple[str, int] | None) -> None:
    assert parse_identity(pasted) == expected
    assert arxiv_id(pasted) == (expected[0] if expected else None)


@pytest.mark.parametrize(
    ("spelling", "other"),
    [
        (r"Cram\'er", "Cramér"),
        (r"Hajdu\v{s}ek", "Hajdušek"),
        (r"Schr{\"o}dinger", "SCHRODINGER"),
        (r"$\alpha$", "alpha"),
        ("text-to-image", "text to images"),
        ("dif\u00adfusion", "Diffusion"),
        ("ＧＰＴ－４", "gpt-4"),
        ("Parkinson's", "Parkinson"),
        ("C#", "csharp"),
    ],
)
def test_spellings_of_a_word_are_one(spelling: str, other: str) -> None:
    assert stems(spelling) == stems(other)


def test_symbols_that_make_a_name_stay_with_it() -> None:
    assert stems("C++ c F1 3D") == ["cplusplus", "c", "f1", "3d"]
    assert "unet" in index_text("a U-Net").split()
    assert "pretrain" in index_text("pre-training").split()


@given(st.text())
def test_words_stand_where_their_tokens_say(text: str) -> None:
    tokens = analyze(text)

    assert [token.stem for token in tokens] == stems(text)
    assert written_words(text) == [text[token.start : token.end] for token in tokens]
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)


@given(st.text())
def test_evened_words_are_even(text: str) -> None:
    for word in surface_words(text):
        assert surface_words(word) == [word]


_SIGNS = (
    *("a", "b", "models", '"u', 'net"', "(", ")", "OR", "AND", "NOT", "-", "-x", "|", "ti:"),
    *("au:he", "cat:cs.CV", "cat:x"),
    *("math", "quant*", '"', "*", ":", "扩散", "（", "）", "2402.12844", "é", "\\'e", "foo:bar"),
    *("ti:(", "C++"),
)
_typed = st.lists(st.sampled_from(_SIGNS), max_size=25).map(" ".join)


@given(st.one_of(st.text(), _typed))
@example("0'C++")  # two words, which only quotes keep together
def test_whatever_is_typed_is_a_query_or_an_error_with_a_place(typed: str) -> None:
    query = _query_or_error(typed)

    if isinstance(query, QueryError):
        assert 0 <= query.position <= len(typed)
        assert query.key.startswith("query-")
    else:
        again = parse(query.text)
        assert (again.text, again.clause) == (query.text, query.clause)


def _query_or_error(typed: str) -> Query | QueryError:
    try:
        return parse(typed)
    except QueryError as error:
        return error


_word = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=8
).filter(lambda text: bool(surface_words(text)) and "*" not in text and "＊" not in text)
_terms: st.SearchStrategy[Clause] = st.one_of(
    st.builds(
        make_term,
        st.sampled_from([QueryField.ANY, QueryField.TITLE, QueryField.ABSTRACT, QueryField.AUTHOR]),
        _word,
    ),
    st.builds(make_term, st.just(QueryField.CATEGORY), st.sampled_from(taxonomy.categories())),
)


@given(nested_clauses(_terms, max_terms=12))
def test_a_clause_survives_its_print(clause: Clause) -> None:
    if not normal_form.has_required_term(normal_form.normalize(clause)):
        with pytest.raises(QueryError, match="query-only-excludes"):
            query_from_clause(clause)
        return

    query = query_from_clause(clause)

    assert parse(query.text).clause == query.clause
    assert query_from_clause(query.clause).text == query.text


@pytest.mark.parametrize("text", ["a" * 60, "扩散模型" * 40, "ab-" * 40 + "c", f"x OR {'b' * 60}*"])
def test_words_of_sixty_letters_may_be_typed(text: str) -> None:
    assert parse_user_query(text) == parse(text)


@pytest.mark.parametrize(("text", "position"), [("a" * 61, 0), (f"x OR ti:{'b' * 61}*", 8)])
def test_a_longer_word_is_refused_where_it_stands(text: str, position: int) -> None:
    """And is still read where it was stored before there was this limit."""
    with pytest.raises(QueryError) as refused:
        parse_user_query(text)

    assert (refused.value.key, refused.value.position) == ("query-word-long", position)
    assert parse(parse(text).text) == parse(text)


@pytest.mark.parametrize("sign", ["\u00ad", "\u200b", "\u2060", "\ufeff"])
def test_a_sign_that_nobody_sees_is_none(sign: str) -> None:
    """It comes along with what is copied, also from the bot's own messages."""
    assert parse_user_query(f"cs.{sign}CL diff{sign}usion") == parse_user_query("cs.CL diffusion")
