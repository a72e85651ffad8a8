"""The sample: whole, believable at a glance, and placed on the last ten feed days."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.calendar import arxiv_day, eastern_midnight, feed_day_of_submission, is_feed_day
from bot.chat.widgets.named_fields import EXAMPLES
from bot.demo.sample import INVENTED_NOTE, SAMPLE_CATEGORIES, SAMPLE_DAYS, load_sample
from bot.demo.start import FUTURE_DAYS
from bot.topics.matching import match_paper
from bot.topics.query.parser import parse
from storage.records.papers import Announcement, AnnouncementKind
from storage.records.summaries import Summary

TODAY = date(2026, 11, 22)
ANNOUNCED, SUMMARIES = load_sample(TODAY)

SAMPLE = [(item, SUMMARIES[item.paper.id]) for item in ANNOUNCED]
each = pytest.mark.parametrize(
    ("item", "summary"), SAMPLE, ids=[item.paper.id for item in ANNOUNCED]
)

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
    assert len(days) == SAMPLE_DAYS
    assert min(days.values()) >= 4
    for category in SAMPLE_CATEGORIES:
        assert sum(category in item.paper.categories for item in ANNOUNCED) >= 8


def test_ids_titles_and_people_are_unique() -> None:
    authors = [author for item in ANNOUNCED for author in item.paper.authors]

    assert len({item.paper.id for item in ANNOUNCED}) == len(ANNOUNCED)
    assert len({item.paper.title for item in ANNOUNCED}) == len(ANNOUNCED)
    assert len({summary.title for summary in SUMMARIES.values()}) == len(ANNOUNCED)
    assert len(set(authors)) == len(authors)


def test_every_kind_of_announcement_occurs() -> None:
    kinds = Counter(item.kind for item in ANNOUNCED)

    assert set(kinds) == set(AnnouncementKind)
    assert kinds[AnnouncementKind.NEW] > len(ANNOUNCED) / 2


@each
def test_ids_cannot_be_real_ones(item: Announcement, summary: Summary) -> None:
    paper = item.paper

    assert re.fullmatch(r"arxiv:26(09|10|11)\.9\d{4}", paper.id)
    assert paper.link == f"https://arxiv.org/abs/{paper.id[6:]}"
    assert INVENTED_NOTE in paper.comment


@each
def test_the_kind_fits_categories_and_version(item: Announcement, summary: Summary) -> None:
    is_primary = item.paper.categories[0] in SAMPLE_CATEGORIES

    assert set(item.paper.categories) & set(SAMPLE_CATEGORIES)
    assert all(CATEGORY.fullmatch(category) for category in item.paper.categories)
    assert (item.kind in {AnnouncementKind.NEW, AnnouncementKind.REPLACE}) == is_primary
    assert (item.kind in {AnnouncementKind.REPLACE, AnnouncementKind.REPLACE_CROSS}) == (
        item.paper.version > 1
    )


@each
def test_the_english_is_plain_and_whole(item: Announcement, summary: Summary) -> None:
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
def test_the_chinese_is_chinese(item: Announcement, summary: Summary) -> None:
    for text in (summary.title, summary.tldr, summary.abstract):
        assert share_of_chinese(text) > 0.5
        plain = FORMULA.sub("", text)
        assert not re.search(r"[,;:!?](?!\d)", plain)  # in Chinese text: ，；：！？
        assert not re.search(r"\.(?!\d)", plain)


@each
def test_a_summary_has_a_title_one_sentence_and_the_whole_abstract(
    item: Announcement, summary: Summary
) -> None:
    assert summary.title[-1] not in "。."
    assert summary.tldr.endswith("。")
    assert summary.tldr.count("。") == 1
    assert 30 <= len(summary.tldr) <= 120
    assert summary.abstract.endswith("。")
    assert len(summary.abstract) > 1.3 * len(item.paper.abstract.split())
    assert summary.abstract != summary.tldr


@each
def test_the_translation_keeps_formulas_and_percentages(
    item: Announcement, summary: Summary
) -> None:
    def figures(text: str) -> set[str]:
        return set(re.findall(r"\d+(?:\.\d+)?(?:\(\d\))?%", text))

    translated = FORMULA.findall(summary.abstract)
    dropped = set(FORMULA.findall(item.paper.abstract)) - set(translated)

    assert dropped <= {r"$\mu$", "$(k+1)$"}  # written out in words
    assert figures(item.paper.abstract) <= figures(summary.abstract)


@each
def test_formulas_are_closed(item: Announcement, summary: Summary) -> None:
    for text in (
        item.paper.title,
        item.paper.abstract,
        summary.title,
        summary.tldr,
        summary.abstract,
    ):
        assert text.count("$") % 2 == 0
        assert text.count("{") == text.count("}")


@each
def test_a_summary_belongs_to_the_version(item: Announcement, summary: Summary) -> None:
    assert (summary.paper, summary.version, summary.language) == (0, item.paper.version, "zh")
    assert summary.created_at == eastern_midnight(item.day)


@given(st.dates(date(2025, 1, 20), date(2030, 1, 1)))
def test_any_day_gets_the_ten_feed_days_before_it(today: date) -> None:
    announced, summaries = load_sample(today)

    days = sorted({item.day for item in announced})
    assert [item.day for item in announced] == sorted(item.day for item in announced)
    assert len(days) == SAMPLE_DAYS
    assert all(is_feed_day(day) for day in days)
    assert today - timedelta(days=25) <= days[0]
    assert days[-1] <= today
    assert set(summaries) == {item.paper.id for item in announced}


@given(st.dates(date(2025, 1, 20), date(2030, 1, 1)))
def test_papers_were_submitted_in_time_for_their_day(today: date) -> None:
    for item in load_sample(today)[0]:
        paper = item.paper

        assert paper.submitted_at is not None
        assert paper.revised_at is not None
        assert feed_day_of_submission(paper.revised_at) == item.day
        assert arxiv_day(paper.revised_at) < item.day
        assert (paper.submitted_at == paper.revised_at) == (paper.version == 1)


def test_the_sample_is_the_same_every_time() -> None:
    assert load_sample(TODAY) == (ANNOUNCED, SUMMARIES)


@pytest.mark.parametrize("words", [words for _, words in EXAMPLES])
def test_the_named_fields_find_papers_at_once_and_later(words: str) -> None:
    """A newcomer's first press brings a preview with papers, and the days ahead a digest."""
    days = sorted({item.day for item in ANNOUNCED})
    matching_days = [item.day for item in ANNOUNCED if match_paper(parse(words), item.paper)]

    assert any(days[-FUTURE_DAYS - 4] <= day < days[-FUTURE_DAYS] for day in matching_days)
    assert any(day >= days[-FUTURE_DAYS] for day in matching_days)
