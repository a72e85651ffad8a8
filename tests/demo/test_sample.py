"""The sample: whole, believable at a glance, and placed on the last ten feed days."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.calendar import arxiv_day, feed_day, is_feed_day, midnight
from bot.chat.handlers.account.welcome_and_help import EXAMPLES
from bot.demo.sample import CATEGORIES, DAYS, INVENTED, load
from bot.demo.start import AHEAD
from bot.topics.matching import matches
from bot.topics.query.parser import parse
from storage.records import Announcement, Gloss, Kind

TODAY = date(2026, 11, 22)
ANNOUNCED, GLOSSES = load(TODAY)

SAMPLE = [(item, GLOSSES[item.paper.id]) for item in ANNOUNCED]
each = pytest.mark.parametrize(("item", "gloss"), SAMPLE, ids=[item.paper.id for item in ANNOUNCED])

FORMULA = re.compile(r"\$[^$]+\$")
CATEGORY = re.compile(r"(cs|math|stat|eess|econ|q-bio|physics|cond-mat)\.[A-Za-z-]{2,9}|[a-z]+-ph")


def is_chinese(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK UNIFIED")


def share_of_chinese(text: str) -> float:
    """The share of ideographs among the letters outside formulas."""
    letters = [character for character in FORMULA.sub("", text) if character.isalpha()]
    return sum(map(is_chinese, letters)) / len(letters)


def test_sixty_papers_of_six_categories_and_ten_days() -> None:
    days = Counter(item.day for item in ANNOUNCED)

    assert len(ANNOUNCED) == 60
    assert len(days) == DAYS
    assert min(days.values()) >= 4
    for category in CATEGORIES:
        assert sum(category in item.paper.categories for item in ANNOUNCED) >= 8


def test_ids_titles_and_people_are_unique() -> None:
    authors = [author for item in ANNOUNCED for author in item.paper.authors]

    assert len({item.paper.id for item in ANNOUNCED}) == len(ANNOUNCED)
    assert len({item.paper.title for item in ANNOUNCED}) == len(ANNOUNCED)
    assert len({gloss.title for gloss in GLOSSES.values()}) == len(ANNOUNCED)
    assert len(set(authors)) == len(authors)


def test_every_kind_of_announcement_occurs() -> None:
    kinds = Counter(item.kind for item in ANNOUNCED)

    assert set(kinds) == set(Kind)
    assert kinds[Kind.NEW] > len(ANNOUNCED) / 2


@each
def test_ids_cannot_be_real_ones(item: Announcement, gloss: Gloss) -> None:
    paper = item.paper

    assert re.fullmatch(r"arxiv:26(09|10|11)\.9\d{4}", paper.id)
    assert paper.link == f"https://arxiv.org/abs/{paper.id[6:]}"
    assert INVENTED in paper.comment


@each
def test_the_kind_fits_categories_and_version(item: Announcement, gloss: Gloss) -> None:
    is_primary = item.paper.categories[0] in CATEGORIES

    assert set(item.paper.categories) & set(CATEGORIES)
    assert all(CATEGORY.fullmatch(category) for category in item.paper.categories)
    assert (item.kind in {Kind.NEW, Kind.REPLACE}) == is_primary
    assert (item.kind in {Kind.REPLACE, Kind.REPLACE_CROSS}) == (item.paper.version > 1)


@each
def test_the_english_is_plain_and_whole(item: Announcement, gloss: Gloss) -> None:
    paper = item.paper

    assert 90 <= len(paper.abstract.split()) <= 180
    assert paper.abstract.endswith(".")
    assert not paper.title.endswith(".")
    assert len(paper.title) <= 120
    assert 3 <= len(paper.authors) <= 4
    for text in (paper.title, paper.abstract):
        assert not any(map(is_chinese, text))
        assert not re.search(r"\s\s|\s[.,;]|[“”‘’]", text)


@each
def test_the_chinese_is_chinese(item: Announcement, gloss: Gloss) -> None:
    for text in (gloss.title, gloss.gist, gloss.abstract):
        assert share_of_chinese(text) > 0.5
        plain = FORMULA.sub("", text)
        assert not re.search(r"[,;:!?](?!\d)", plain)  # in Chinese text: ，；：！？
        assert not re.search(r"\.(?!\d)", plain)


@each
def test_a_gloss_has_a_title_one_sentence_and_the_whole_abstract(
    item: Announcement, gloss: Gloss
) -> None:
    assert gloss.title[-1] not in "。."
    assert gloss.gist.endswith("。")
    assert gloss.gist.count("。") == 1
    assert 30 <= len(gloss.gist) <= 120
    assert gloss.abstract.endswith("。")
    assert len(gloss.abstract) > 1.3 * len(item.paper.abstract.split())
    assert gloss.abstract != gloss.gist


@each
def test_the_translation_keeps_formulas_and_percentages(item: Announcement, gloss: Gloss) -> None:
    def figures(text: str) -> set[str]:
        return set(re.findall(r"\d+(?:\.\d+)?(?:\(\d\))?%", text))

    translated = FORMULA.findall(gloss.abstract)
    dropped = set(FORMULA.findall(item.paper.abstract)) - set(translated)

    assert dropped <= {r"$\mu$", "$(k+1)$"}  # written out in words
    assert figures(item.paper.abstract) <= figures(gloss.abstract)


@each
def test_formulas_are_closed(item: Announcement, gloss: Gloss) -> None:
    for text in (item.paper.title, item.paper.abstract, gloss.title, gloss.gist, gloss.abstract):
        assert text.count("$") % 2 == 0
        assert text.count("{") == text.count("}")


@each
def test_a_gloss_belongs_to_the_version(item: Announcement, gloss: Gloss) -> None:
    assert (gloss.paper, gloss.version, gloss.language) == (0, item.paper.version, "zh")
    assert gloss.made == midnight(item.day)


@given(st.dates(date(2025, 1, 20), date(2030, 1, 1)))
def test_any_day_gets_the_ten_feed_days_before_it(today: date) -> None:
    announced, glosses = load(today)

    days = sorted({item.day for item in announced})
    assert [item.day for item in announced] == sorted(item.day for item in announced)
    assert len(days) == DAYS
    assert all(is_feed_day(day) for day in days)
    assert today - timedelta(days=25) <= days[0]
    assert days[-1] <= today
    assert set(glosses) == {item.paper.id for item in announced}


@given(st.dates(date(2025, 1, 20), date(2030, 1, 1)))
def test_papers_were_submitted_in_time_for_their_day(today: date) -> None:
    for item in load(today)[0]:
        paper = item.paper

        assert paper.submitted is not None
        assert paper.revised is not None
        assert feed_day(paper.revised) == item.day
        assert arxiv_day(paper.revised) < item.day
        assert (paper.submitted == paper.revised) == (paper.version == 1)


def test_the_sample_is_the_same_every_time() -> None:
    assert load(TODAY) == (ANNOUNCED, GLOSSES)


@pytest.mark.parametrize("words", EXAMPLES)
def test_the_greetings_examples_find_papers_at_once_and_later(words: str) -> None:
    """A newcomer's first press brings a preview with papers, and the days ahead a digest."""
    days = sorted({item.day for item in ANNOUNCED})
    found = [item.day for item in ANNOUNCED if matches(parse(words), item.paper)]

    assert any(days[-AHEAD - 4] <= day < days[-AHEAD] for day in found)
    assert any(day >= days[-AHEAD] for day in found)
