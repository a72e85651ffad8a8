"""Ids, announced texts and invisible characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv import announcement_text
from bot.arxiv.announcement_text import AnnouncementLabel, AnnouncementText
from bot.arxiv.identifiers import Identity, parse_identity
from storage.records.papers import AnnouncementKind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oai:arXiv.org:2504.17830v1", Identity("2504.17830", 1)),
        ("oai:arXiv.org:hep-th/9901001v12", Identity("hep-th/9901001", 12)),
        ("http://arxiv.org/abs/math.CA/0611800v2", Identity("math/0611800", 2)),
        ("https://rss.arxiv.org/abs/2402.00001", Identity("2402.00001", 0)),
        ("http://arxiv.org/api/errors#bad", None),
        ("2513.00001v1", None),
        ("7", None),
        ("", None),
    ],
)
def test_an_id_is_read_with_its_version(text: str, expected: Identity | None) -> None:
    assert parse_identity(text) == expected


NEW = "arXiv:2409.1{}v2 Announce Type: replace-cross {}Abstract: We say: Abstract: yes."


@pytest.mark.parametrize("between", ["\n", " ", "\r\n  "])
def test_the_prefix_of_today_is_taken_off_once(between: str) -> None:
    announced = announcement_text.parse_announcement_text(" T ", NEW.format("0001", between))

    label = AnnouncementLabel(Identity("2409.10001", 2), AnnouncementKind.REPLACE_CROSS)
    assert announced == AnnouncementText("T", "We say: Abstract: yes.", label)


@pytest.mark.parametrize(
    ("title", "own_title", "kind"),
    [
        ("Why. (arXiv:2301.00001v1 [cs.CL])", "Why", AnnouncementKind.NEW),
        ("Why?. (arXiv:2301.00001v2 [cs.CL] UPDATED)", "Why?", AnnouncementKind.REPLACE),
        (
            "Why (not). (arXiv:2301.00001v1 [cs.CL] CROSS LISTED)",
            "Why (not)",
            AnnouncementKind.CROSS,
        ),
        ("Why... (arXiv:2301.00001v1 [cs.CL])", "Why..", AnnouncementKind.NEW),
    ],
)
def test_the_suffix_of_old_titles_is_taken_off(
    title: str, own_title: str, kind: AnnouncementKind
) -> None:
    announced = announcement_text.parse_announcement_text(title, "Because.")

    assert announced.title == own_title
    assert (announced.label.kind, announced.label.category) == (kind, "cs.CL")


def test_a_title_that_only_speaks_of_arxiv_is_left_alone() -> None:
    title = "On the abuse of (arXiv:2301.00001v1) as a reference"

    assert announcement_text.parse_announcement_text(title, "x").title == title


@pytest.mark.parametrize(
    "character",
    ["\0", "\x07", "\x7f", "\x90", "\u200b", "\u202e", "\u2066", "\ufeff", "\ud800"],
)
def test_what_nobody_can_see_is_dropped(character: str) -> None:
    assert announcement_text.strip_invisible(f" a{character}b\n") == "ab"


VISIBLE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs")))


@given(VISIBLE.filter(lambda text: "\ufffe" not in text and "\uffff" not in text))
def test_nothing_else_is_dropped(text: str) -> None:
    assert announcement_text.strip_invisible(text) == text.strip()


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert announcement_text.strip_invisible(
        announcement_text.strip_invisible(text)
    ) == announcement_text.strip_invisible(text)


def test_wrapped_lines_are_joined_and_paragraphs_kept() -> None:
    assert announcement_text.unwrap_lines("  One\ntwo \n  Three\nfour\n") == "One two\n  Three four"
    assert announcement_text.one_line("A Long\n  Title") == "A Long Title"
    assert announcement_text.one_line("Two  blanks") == "Two  blanks"


@given(st.text(st.sampled_from("ab \n")))
def test_unwrapping_loses_no_word(text: str) -> None:
    assert announcement_text.unwrap_lines(text).split() == text.split()
