"""arXiv's codes, in every spelling, and what to suggest for a wrong one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv import taxonomy


def test_there_are_155_categories_in_20_archives_each_named_in_both_languages() -> None:
    codes = taxonomy.categories()
    groups = taxonomy.taxonomy_groups()
    categories = [c for group in groups for archive in group.archives for c in archive.categories]

    assert (len(codes), len(set(codes)), len(taxonomy.archives())) == (155, 155, 20)
    assert [category.code for category in categories] == list(codes)
    assert all(not category.zh.isascii() for category in categories)
    assert all(category.en.isascii() for category in categories)


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("cs.cv", "cs.CV"),
        ("CS.NA", "math.NA"),
        ("Hep-TH", "hep-th"),
        ("math", "math"),
        ("cmp-lg", "cs.CL"),
        ("cs.XX", None),
        ("", None),
    ],
)
def test_a_code_has_one_spelling(spelling: str, expected: str | None) -> None:
    assert taxonomy.canonical_code(spelling) == expected


@pytest.mark.parametrize(
    ("code", "inside", "outside"),
    [
        ("cs.NA", {"cs.NA", "math.NA"}, {"math.NT"}),
        ("stat", {"stat.ML", "stat.TH", "math.ST"}, {"cs.LG"}),
        ("astro-ph", {"astro-ph", "astro-ph.CO"}, {"gr-qc"}),
        ("cs.CL", {"cs.CL", "cmp-lg"}, {"cs"}),
        ("physics", {"physics.optics", "acc-phys"}, {"quant-ph", "hep-th"}),
    ],
)
def test_a_code_is_widened_to_all_spellings(code: str, inside: set[str], outside: set[str]) -> None:
    assert inside <= set(taxonomy.all_spellings(code))
    assert not outside & set(taxonomy.all_spellings(code))


@pytest.mark.parametrize(
    ("misspelled", "first"),
    [
        ("cs.VC", "cs.CV"),
        ("cs.ML", "cs.LG"),
        ("vision", "cs.CV"),
        ("robotic", "cs.RO"),
        ("机器人", "cs.RO"),
        ("quantph", "quant-ph"),
        ("hep-thx", "hep-th"),
    ],
)
def test_the_nearest_category_is_suggested_first(misspelled: str, first: str) -> None:
    near = taxonomy.nearest_codes(misspelled)

    assert near[0] == first
    assert len(near) <= 3


def test_an_unknown_code_expands_to_nothing() -> None:
    assert taxonomy.all_spellings("no.SUCH") == ()
    assert "cs" not in taxonomy.categories()


@pytest.mark.parametrize(
    ("terms", "codes"),
    [
        (["cs.CV", "68T05", "math.NA", "cs.CV"], ["cs.CV", "math.NA"]),
        (["math.AG", "Primary 14F05; Secondary 18E30"], ["math.AG"]),
        (["cs.CL", "I.2.7", "I.2.6; I.2.7", "J.3", "I.4", "H", "A.I"], ["cs.CL"]),
        (["68T50 (Primary) 68T07, 68Q32 (Secondary)", "62-08", "68Txx"], []),
        (["CS", "cs.cv", "e.g", "", " "], []),
        (["hep-th", "astro-ph", "cmp-lg", "math.IT", "cs.IT", "supr-con"], None),
        (["econ.ZZ", "new-field.AB", "physics.new-ph", "cond-mat.odd"], None),
    ],
)
def test_classes_of_other_schemes_are_no_categories(
    terms: list[str], codes: list[str] | None
) -> None:
    """None is all of them: former archives, both spellings, and what arXiv may open later."""
    assert list(taxonomy.arxiv_categories_in(terms)) == (terms if codes is None else codes)


@given(st.lists(st.sampled_from(taxonomy.categories())), st.text())
def test_no_category_of_today_is_left_out_whatever_stands_beside_it(
    codes: list[str], other: str
) -> None:
    categories = taxonomy.arxiv_categories_in([*codes, other])

    assert categories[: len(set(codes))] == tuple(dict.fromkeys(codes))
    assert not any(sign.isdigit() or sign.isspace() for code in categories for sign in code)


def test_a_text_longer_than_any_name_is_not_compared() -> None:
    """Of two thousand letters each comparison would be slow, and there are hundreds."""
    names = [c.en for g in taxonomy.taxonomy_groups() for a in g.archives for c in a.categories]
    assert max(map(len, names)) <= taxonomy.MAX_CODE_LENGTH

    before = time.process_time()
    assert taxonomy.nearest_codes("cat:" * 500) == ()

    assert time.process_time() - before < 0.1
